"""Starts the profile of a new city: the commented template with name and code filled in."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from huiyin.cities import profile
from huiyin.kernel.errors import Conflict, Invalid

TEMPLATE = "template"
_NAME = re.compile(r"[a-z][a-z0-9_-]{1,39}")
_CODE = re.compile(r"[1-9]\d{5}")
_NAME_WORDS = "名称用 2 到 40 位小写字母、数字和连字符，字母开头"
_LONGEST = 10
# What the template is called; its texts hold these words wherever the city's own belong.
_TEMPLATE_CITY, _TEMPLATE_SHORT, _TEMPLATE_CODE = "样板市", "样板", "990000"
_LAST_SIGNS = "市区县州盟"


def start(name: str, own: Path, *, city: str, code: str) -> Path:
    """Make the folder ``own/name`` from the template for ``city`` and return it.

    The profile can be loaded at once; its places and units are examples until they are replaced.

    Args:
        name: what the profile shall be called, in small letters.
        own: the folder of the installation's own profiles; made if need be.
        city: the name of the city, with 市, 区 or 县 at its end.
        code: its code of six digits (GB/T 2260).

    Raises:
        Invalid: a name or the code has not the right form.
        Conflict: there is a profile of that name.

    Source: R-169 (handbook domain.md 2.9: a city's rules are a pack of its own).
    """
    _check(name, city, code)
    making = _copied(name, own, TEMPLATE)
    for path in sorted(making.iterdir()):
        path.write_text(_filled(path.read_text(encoding="utf-8"), city, code), encoding="utf-8")
    return making.rename(own / name)


def copy(name: str, own: Path, *, source: str) -> Path:
    """Make the folder ``own/name`` with the files of another profile as they are and return it.

    A city that runs on a shipped profile changes its rules in a copy of its own: the program's
    files are those of its next version.

    Raises:
        Invalid: the name has not the right form.
        Conflict: there is a profile of that name.
        ProfileError: there is none of the name ``source``.

    Source: R-169 (handbook domain.md 2.9: a city's rules are a pack of its own).
    """
    if not _NAME.fullmatch(name):
        raise Invalid(_NAME_WORDS, fields={"name": _NAME_WORDS})
    return _copied(name, own, source).rename(own / name)


def _copied(name: str, own: Path, source: str) -> Path:
    """Copy a profile to a folder that nobody sees yet, and return it."""
    if name in profile.available(own) or (own / name).exists():
        raise Conflict(f"已经有名为 {name} 的城市配置", remedy="请换一个名称")
    found = profile.path_of(source, own)
    own.mkdir(parents=True, exist_ok=True)
    making = own / f".{name}.new"
    shutil.rmtree(making, ignore_errors=True)
    shutil.copytree(found, making)
    return making


def _check(name: str, city: str, code: str) -> None:
    wrong = {}
    if not _NAME.fullmatch(name):
        wrong["name"] = _NAME_WORDS
    if not _CODE.fullmatch(code):
        wrong["code"] = "代码是 6 位数字的行政区划代码"
    if not 2 <= len(city) <= _LONGEST or city[-1] not in _LAST_SIGNS:
        wrong["city"] = f"城市名以市、区、县结尾，最多 {_LONGEST} 字，如 青岛市"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def _filled(text: str, city: str, code: str) -> str:
    """Return a text of the template with the city's name, short name, code and kind."""
    text = text.replace(
        f"{_TEMPLATE_CODE},,{_TEMPLATE_CITY},city,市", f"{code},,{city},city,{_kind(city)}"
    )
    text = text.replace(_TEMPLATE_CITY, city).replace(_TEMPLATE_SHORT, _short(city))
    return re.sub(rf"\b{_TEMPLATE_CODE}\b", code, text)


def _kind(city: str) -> str:
    return city[-1] if city[-1] in "市区县" else "市"


def _short(city: str) -> str:
    return city[:-1] if len(city) > len("青岛") else city
