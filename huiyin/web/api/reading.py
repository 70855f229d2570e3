"""What is read from a request beside its fields: JSON, idempotency key, what was seen before."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import orjson
from django.http import HttpRequest
from ninja.parser import Parser
from pydantic import BaseModel

from huiyin.kernel.errors import BadRequest, Invalid, NotFound, WrongType
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CaseClass, Category, Line, Reason
from huiyin.knowledge.states import ReasonGroup
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region, Unit

_ETAG = re.compile(r'(?:W/)?"?(\d{1,9})"?')
# A string that PostgreSQL cannot hold; no other way leads to it in JSON.
_NUL = b"\\u0000"


class Json(Parser):
    """Read JSON bodies strictly: the right media type, UTF-8, no lone surrogates."""

    def parse_body(self, request: HttpRequest) -> Any:
        """Return what the body says. Raises WrongType, BadRequest."""
        kind = (request.content_type or "").lower()
        if kind != "application/json" and not kind.endswith("+json"):
            raise WrongType("请求内容须为 JSON", remedy="请将 Content-Type 设为 application/json")
        body = request.body
        if _NUL in body:
            raise BadRequest("文字中含有不能保存的字符（U+0000）")
        try:
            return orjson.loads(body)
        except orjson.JSONDecodeError as error:
            raise BadRequest(
                f"JSON 有误：第 {error.lineno} 行第 {error.colno} 列无法解析",
                remedy="请用 UTF-8 编码",
            ) from error


def key_of(request: HttpRequest) -> str:
    """Return the idempotency key; empty when none was sent. Raises BadRequest for odd letters."""
    key = str(request.META.get("HTTP_IDEMPOTENCY_KEY", "")).strip()
    if not (key.isascii() and key.isprintable()):
        raise BadRequest("Idempotency-Key 只能用可见的 ASCII 字符")
    return key


def key_required(request: HttpRequest, shortest: int = 1) -> str:
    """Return the idempotency key. Raises BadRequest when it is missing or too easily met again."""
    key = key_of(request)
    if not key:
        raise BadRequest("缺少 Idempotency-Key", remedy="请为每次提交生成一个新的键，如 UUID")
    if len(key) < shortest:
        raise BadRequest(f"Idempotency-Key 至少 {shortest} 个字符", remedy="建议使用 UUID")
    return key


def seen_of(request: HttpRequest) -> int | None:
    """Return how many events the sender has seen (``If-Match``); None when that does not matter."""
    raw = str(request.META.get("HTTP_IF_MATCH", "")).strip()
    if raw in ("", "*"):
        return None
    found = _ETAG.fullmatch(raw)
    if found is None:
        raise BadRequest('If-Match 须为工单的历史记录条数，如 "5"')
    return int(found[1])


def only_known(request: HttpRequest, model: type[BaseModel]) -> None:
    """Refuse filters that do not exist, rather than answer more than was asked for."""
    unknown = sorted(set(request.GET) - set(model.model_fields))
    if unknown:
        fields = dict.fromkeys(unknown, "没有这个筛选条件")
        raise Invalid(f"没有这些筛选条件：{'、'.join(unknown)[:200]}", fields=fields)


def case_class(code: str, now: datetime) -> CaseClass | None:
    """Return the class in force with this code; None for no code. No query while remembered."""
    found = knowledge.case_class(code, now) if code else None
    if code and found is None:
        raise Invalid(f"没有编码为 {code} 的工单类别", fields={"case_class": "没有这个类别"})
    return found


def line(code: str) -> Line | None:
    """Return the merged line with this code; None for no code. No query while remembered."""
    found = knowledge.line(code) if code else None
    if code and found is None:
        raise Invalid(f"没有编码为 {code} 的归并热线", fields={"line": "没有这条热线"})
    return found


def category(code: str) -> Category | None:
    """Return the category with this code; None for no code. No query while remembered."""
    if not code:
        return None
    found = knowledge.category(code)
    if found is None:
        raise Invalid(f"没有编码为 {code} 的分类", fields={"category": "没有这个分类"})
    return found


def region(code: str) -> Region | None:
    """Return the region with this code; None for no code. No query while remembered."""
    if not code:
        return None
    found = orgs.region(code)
    if found is None:
        raise Invalid(f"没有编码为 {code} 的地区", fields={"region": "没有这个地区"})
    return found


def unit(code: str, field: str) -> Unit:
    """Return the active unit with this code. One query. Raises Invalid naming ``field``."""
    found = orgs.unit_with_code(code)
    if found is None:
        raise Invalid(f"没有编码为 {code} 的单位", fields={field: "没有这个单位"})
    return found


def reason(group: ReasonGroup, code: str) -> Reason:
    """Return one active reason of a group. No query while remembered. Raises Invalid."""
    found = knowledge.reason(group, code)
    if found is None:
        raise Invalid(f"没有编码为 {code} 的原因", fields={"reason": "不在列表内"})
    return found


def missing() -> NotFound:
    """Return the refusal of an order that is not there, or not for this caller."""
    return NotFound("没有找到这件工单", remedy="请核对编号，或确认由本单位承办")
