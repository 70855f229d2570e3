"""How an SMS gateway wants to be spoken to: read from TOML, checked, filled in per message."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from huiyin.channels.messaging.drivers.address import is_loopback
from huiyin.channels.messaging.drivers.base import Misconfigured, Parcel

METHODS = ("POST", "PUT", "GET")
FORMS = ("json", "form", "query")
KEYS = frozenset(
    {
        "url", "method", "send_as", "timeout", "cafile", "idempotent", "headers", "fields",
        "ok_status", "ok_path", "ok_values", "retry_values", "id_path",
    }
)  # fmt: skip
NAMES = ("to", "body", "signed", "signature", "key", "template", "secret")
_HEADER = re.compile(r"[A-Za-z0-9-]+")
_PLACE = re.compile(r"\{([a-z_]+)\}")
LONGEST_TIMEOUT = 60.0


def _own_fields() -> dict[str, Any]:
    return {"to": "{to}", "text": "{signed}", "key": "{key}"}


@dataclass(frozen=True, slots=True)
class Gateway:
    """One gateway. Headers and fields may hold ``{to} {body} {signed} {key} {secret} ...``.

    Attributes:
        url: https, or http to this very machine.
        method, send_as: POST, PUT or GET; ``json``, ``form`` or ``query``.
        idempotent: the operator knows that the gateway drops a second message with one ``{key}``.
        ok_status: which statuses are a success.
        ok_path, ok_values: what must also stand in the JSON answer, "data.0.code" in ("0", "OK").
        retry_values: which of the other values mean "later".
        id_path: where the answer names the message.
    """

    url: str
    method: str = "POST"
    send_as: str = "json"
    timeout: float = 10.0
    cafile: str = ""
    idempotent: bool = False
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    fields: Mapping[str, Any] = field(default_factory=_own_fields, repr=False)
    ok_status: tuple[int, ...] = (200, 201, 202, 204)
    ok_path: str = ""
    ok_values: tuple[str, ...] = ("0",)
    retry_values: tuple[str, ...] = ()
    id_path: str = ""


def read_file(path: Path, url: str = "") -> Gateway:
    """Read a gateway from TOML; ``url`` from the environment goes before the file's own.

    Raises:
        Misconfigured: the file cannot be read or a setting is wrong.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"短信网关文件 {path} 无法读取") from error
    return read(raw | ({"url": url} if url else {}))


def read(raw: Mapping[str, Any]) -> Gateway:
    """Check the settings of a gateway and return them.

    Raises:
        Misconfigured: names what is wrong.
    """
    wrong = _problems(raw)
    if wrong:
        raise Misconfigured("短信网关设置有误：" + "；".join(wrong))
    values = dict(raw)
    values["headers"] = {"Idempotency-Key": "{key}"} | dict(raw.get("headers", {}))
    for name in ("ok_status", "ok_values", "retry_values"):
        if name in raw:
            kind = int if name == "ok_status" else str
            values[name] = tuple(kind(value) for value in raw[name])
    return Gateway(**values)


def _problems(raw: Mapping[str, Any]) -> list[str]:
    checks = {
        f"不认识的设置：{'、'.join(sorted(set(raw) - KEYS))}": not set(raw) <= KEYS,
        "url 须是 https 地址，不带用户名和密码": not _is_safe(str(raw.get("url", ""))),
        f"method 只能是 {'、'.join(METHODS)}": raw.get("method", "POST") not in METHODS,
        f"send_as 只能是 {'、'.join(FORMS)}": raw.get("send_as", "json") not in FORMS,
        f"timeout 应在 1 到 {LONGEST_TIMEOUT:.0f} 秒之间": not _is_time(raw.get("timeout", 10)),
        "headers 须是表，各是一行 ASCII 文字，占位只能用 {key}、{secret}": not _is_headers(
            raw.get("headers", {})
        ),
        "fields 须是表": not isinstance(raw.get("fields", {}), dict),
        "idempotent 须是 true 或 false": not isinstance(raw.get("idempotent", False), bool),
        "ok_status 须是状态码的列表": not _is_statuses(raw.get("ok_status", [200])),
        "ok_values 和 retry_values 须是列表": not all(
            isinstance(raw.get(name, []), list) for name in ("ok_values", "retry_values")
        ),
    }
    wrong = [reason for reason, holds in checks.items() if holds]
    unknown = _names_in(raw.get("fields", {})) - set(NAMES)
    if unknown:
        wrong.append(f"不认识的占位：{'、'.join(sorted(unknown))}")
    return wrong


def _is_safe(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    if not parts.hostname or parts.username or parts.password:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname))


def _is_time(value: object) -> bool:
    return isinstance(value, int | float) and 1 <= value <= LONGEST_TIMEOUT


def _is_headers(value: object) -> bool:
    return (
        isinstance(value, dict)
        and all(isinstance(line, str) and _is_ascii_line(line) for line in value.values())
        and all(_HEADER.fullmatch(name) for name in value)
        and _names_in(value) <= {"key", "secret"}
    )


def _is_ascii_line(line: str) -> bool:
    return line.isascii() and line.isprintable()


def _is_statuses(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(status, int) and 200 <= status <= 299 for status in value
    )


def _names_in(value: Any) -> set[str]:
    if isinstance(value, str):
        return set(_PLACE.findall(value))
    if isinstance(value, dict):
        return _names_in(list(value.values()))
    if isinstance(value, list):
        return set().union(*(_names_in(each) for each in value))
    return set()


def facts_of(parcel: Parcel, secret: str) -> dict[str, str]:
    """Return what the placeholders of headers and fields stand for."""
    return {
        "to": parcel.to,
        "body": parcel.body,
        "signed": parcel.signed,
        "signature": parcel.signature,
        "key": parcel.key,
        "template": parcel.template,
        "secret": secret,
    }


def filled(value: Any, facts: Mapping[str, str]) -> Any:
    """Return a value of the settings with every placeholder in it replaced, at any depth.

    Values are put into the structure, not into its text, so no message can break out of its field.
    """
    if isinstance(value, str):
        return _PLACE.sub(lambda found: facts[found[1]], value)
    if isinstance(value, Mapping):
        return {name: filled(each, facts) for name, each in value.items()}
    if isinstance(value, list):
        return [filled(each, facts) for each in value]
    return value


def value_at(answer: Any, path: str) -> str | None:
    """Return what stands at ``data.0.code`` in a JSON answer, as text; None when nothing does."""
    for step in path.split("."):
        if isinstance(answer, dict) and step in answer:
            answer = answer[step]
        elif isinstance(answer, list) and step.isdecimal() and int(step) < len(answer):
            answer = answer[int(step)]
        else:
            return None
    return None if isinstance(answer, dict | list) or answer is None else str(answer)
