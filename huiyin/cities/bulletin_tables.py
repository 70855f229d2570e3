"""Kinds of bulletins and targets of indicators as parameters. Wrong ones raise ValueError."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from enum import StrEnum

from huiyin.assessment import definitions
from huiyin.assessment import targets as aims
from huiyin.assessment.bulletins.states import Audience, PartKind, Rhythm, Scope
from huiyin.cities.indicator_tables import OWN
from huiyin.cities.tables import word_of

_CODE = re.compile(r"[a-z][a-z_]{1,19}")
_NEEDED = frozenset({"code", "name", "rhythm", "parts"})
_MORE = frozenset({"scope", "audience", "automatic", "public", "indicators", "scheme", "template"})
_MOST_KINDS, _MOST_TARGETS, _LONGEST_NAME = 30, 200, 20
_FIRST_YEAR, _LAST_YEAR, _HIGHEST = 2000, 2100, 1_000_000


def kinds(value: object) -> object:
    """Read the kinds of bulletins that a city has, each with its rhythm and its tables.

    Source: R-491 (requirements 24, 109; handbook domain.md 6.1).
    """
    rows = _rows(value, _NEEDED, _MORE, _MOST_KINDS)
    seen: set[object] = set()
    for row in rows:
        code = row["code"]
        if not isinstance(code, str) or not _CODE.fullmatch(code) or code in seen:
            raise ValueError(f"编码“{code}”应是小写字母，且不重复")
        word_of(row, "name", _LONGEST_NAME)
        called = row["name"], row.get("scope", Scope.CITY.value)
        if called in seen:
            raise ValueError(f"“{row['name']}”写了两次，字号会相同")
        seen |= {code, called}
        _check_words(row, "rhythm", Rhythm)
        _check_words(row, "scope", Scope)
        _check_words(row, "audience", Audience)
        _check_parts(row)
    return list(rows)


def _check_parts(row: Mapping[str, object]) -> None:
    code, parts = row["code"], row["parts"]
    known = {part.value for part in PartKind}
    if not isinstance(parts, list | tuple) or not set(parts) <= known:
        raise ValueError(f"“{code}”的 parts 只能是 {'、'.join(sorted(known))}")
    keys = row.get("indicators", [])
    if not isinstance(keys, list | tuple) or not all(_is_indicator(key) for key in keys):
        raise ValueError(f"“{code}”的 indicators 应是指标的 key")
    if row.get("template", "four_lists") not in definitions.templates():
        raise ValueError(f"“{code}”的 template 没有这种样式")
    if not isinstance(row.get("scheme", ""), str):
        raise ValueError(f"“{code}”的 scheme 应是计分办法的编码")
    if not isinstance(row.get("public", False), bool):
        raise ValueError(f"“{code}”的 public 是 true 或 false")
    automatic = row.get("automatic", False)
    if not isinstance(automatic, bool) or (automatic and not row["rhythm"]):
        raise ValueError(f"“{code}”的 automatic 是 true 或 false；随时出的不能自动拟")


def targets(value: object) -> object:
    """Read the targets of years: indicator, year, value, and whether at least or at most.

    Source: R-490 (requirement 125).
    """
    rows = _rows(
        value, frozenset({"indicator", "year", "value"}), frozenset({"direction"}), _MOST_TARGETS
    )
    seen: set[tuple[object, object]] = set()
    for nth, row in enumerate(rows, 1):
        key, year, aim = row["indicator"], row["year"], row["value"]
        if key != aims.CONNECTED and not _is_indicator(key):
            raise ValueError(f"第 {nth} 行没有指标“{key}”")
        if isinstance(year, bool) or not isinstance(year, int):
            raise ValueError(f"第 {nth} 行的 year 应是年份")
        if not _FIRST_YEAR <= year <= _LAST_YEAR:
            raise ValueError(f"第 {nth} 行的 year 应在 {_FIRST_YEAR} 到 {_LAST_YEAR} 之间")
        if isinstance(aim, bool) or not isinstance(aim, int | float) or not 0 <= aim <= _HIGHEST:
            raise ValueError(f"第 {nth} 行的 value 应是数字；比率写百分数，如 95")
        if row.get("direction", aims.AT_LEAST) not in aims.DIRECTIONS:
            raise ValueError(f"第 {nth} 行的 direction 应是 {'、'.join(aims.DIRECTIONS)} 之一")
        if (key, year) in seen:
            raise ValueError(f"{year} 年的“{key}”写了两次")
        seen.add((key, year))
    return list(rows)


def _rows(
    value: object, needed: frozenset[str], more: frozenset[str], most: int
) -> list[Mapping[str, object]]:
    if not isinstance(value, list | tuple) or not value or len(value) > most:
        raise ValueError(f"应是表的列表，1 到 {most} 行")
    for nth, row in enumerate(value, 1):
        if not isinstance(row, Mapping) or not needed <= set(row) <= needed | more:
            words = "、".join(sorted(needed))
            raise ValueError(f"第 {nth} 行应写 {words}，可以另写 {'、'.join(sorted(more))}")
    return list(value)


def _check_words(row: Mapping[str, object], key: str, words: type[StrEnum]) -> None:
    allowed: Collection[str] = [word.value for word in words]
    if key in row and row[key] not in allowed:
        told = "、".join(word or "空" for word in allowed)
        raise ValueError(f"“{row['code']}”的 {key} 应是 {told} 之一")


def _is_indicator(key: object) -> bool:
    if not isinstance(key, str):
        return False
    return key in definitions.indicators() or bool(OWN.fullmatch(key))
