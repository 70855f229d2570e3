"""Every error of the API as a problem document (RFC 9457), in plain Chinese."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, NotRequired

from django.http import HttpRequest, HttpResponse
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.kernel.errors import BadRequest, Invalid, NotSignedIn, Refused
from huiyin.web import errors
from huiyin.web.api.words import said, shape

MEDIA_TYPE = "application/problem+json"
NOT_SIGNED_IN = NotSignedIn(
    "没有令牌或登录已过期", remedy="请在 Authorization 中带上 Bearer 令牌，或先登录"
)


@with_config(shape("出错说明（RFC 9457）。另有与错误有关的成员，如 state、retry_after"))
class Problem(TypedDict):
    """A problem document."""

    type: Annotated[str, said("错误种类的地址，如 /problems/wrong-state，程序可据此判断")]
    title: Annotated[str, said("错误种类的名称")]
    status: Annotated[int, said("HTTP 状态码")]
    detail: Annotated[str, said("为什么不行")]
    instance: Annotated[str, said("出错的地址")]
    remedy: NotRequired[Annotated[str, said("怎样才行")]]
    fields: NotRequired[Annotated[dict[str, str], said("有误的字段和各自的说明")]]
    state: NotRequired[Annotated[str, said("工单现在的状态")]]
    event_count: NotRequired[Annotated[int, said("工单现有的历史记录条数")]]
    retry_after: NotRequired[Annotated[int, said("多少秒后可以再试")]]


class WrongMethod(Refused):
    """The address exists, but not for this method."""

    code, status, title = "method-not-allowed", 405, "请求方法不适用"


class Unavailable(Refused):
    """A part that we need does not answer."""

    code, status, title = "unavailable", 503, "暂时不可用"


def answer(request: HttpRequest, error: Any) -> HttpResponse:
    """Answer any exception; what is a fault of ours goes on to Django, which logs it.

    Raises:
        Exception: ``error`` itself, when no rule stands behind it.
    """
    refused = as_refused(error)
    if refused is None:
        raise error
    response = errors.answer(request, refused)
    if refused.status == NotSignedIn.status:
        response["WWW-Authenticate"] = 'Bearer realm="huiyin"'
    return response


def as_refused(error: Exception) -> Refused | None:
    """Return the refusal that an exception means; None when it is a fault of ours."""
    if isinstance(error, AuthenticationError):
        return NOT_SIGNED_IN
    if isinstance(error, ValidationError):
        return invalid(error.errors)
    if isinstance(error, HttpError):
        cause = error.__cause__
        return cause if isinstance(cause, Refused) else BadRequest("请求无法解析")
    return errors.as_refused(error)


def invalid(found: list[dict[str, Any]]) -> Invalid:
    """Return the refusal of fields that are not of their form, each named once."""
    fields: dict[str, str] = {}
    for one in found:
        fields.setdefault(_name(one["loc"]), _sentence(one))
    shown = "；".join(f"{name} {said_}" for name, said_ in list(fields.items())[:5])
    return Invalid(f"填写有误：{shown}", fields=fields)


def _name(loc: tuple[str | int, ...]) -> str:
    """Return the field's name as it was sent, ``requester.phone``; ``body`` for the whole."""
    source = loc[0]
    rest: Sequence[str | int] = loc[1:]
    if source == "body":
        rest = rest[1:]
    elif source == "query":
        rest = tuple(part for part in rest if isinstance(part, str))[-1:]
    return ".".join(str(part) for part in rest) or str(source)


_SENTENCES: Mapping[str, str] = {
    "missing": "必填",
    "extra_forbidden": "没有这个字段",
    "string_type": "须为文字",
    "string_too_long": "最多 {max_length} 个字",
    "string_too_short": "至少 {min_length} 个字",
    "string_pattern_mismatch": "格式不正确",
    "too_long": "最多 {max_length} 项",
    "too_short": "至少 {min_length} 项",
    "bool_type": "须为 true 或 false",
    "bool_parsing": "须为 true 或 false",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "int_from_float": "须为整数",
    "float_type": "须为数字",
    "float_parsing": "须为数字",
    "finite_number": "须为有限的数字",
    "greater_than_equal": "不能小于 {ge}",
    "less_than_equal": "不能大于 {le}",
    "enum": "只能是 {expected}",
    "literal_error": "只能是 {expected}",
    "list_type": "须为数组",
    "dict_type": "须为对象",
    "model_type": "须为对象",
    "model_attributes_type": "须为对象",
    "timezone_aware": "须带时区，如 2026-03-02T09:00:00+08:00",
}
_MOMENT = "须为日期时间，如 2026-03-02T09:00:00+08:00"


def _sentence(error: Mapping[str, Any]) -> str:
    kind = str(error["type"])
    if kind.startswith("datetime"):
        return _MOMENT
    if kind.startswith("date_"):
        return "须为日期，如 2026-03-02"
    pattern = _SENTENCES.get(kind)
    if pattern is None:
        return "格式不正确"
    facts = {name: _plain(value) for name, value in (error.get("ctx") or {}).items()}
    return pattern.format_map(facts)


def _plain(value: Any) -> str:
    return str(value).replace("'", "").replace(" or ", "、").replace(", ", "、")
