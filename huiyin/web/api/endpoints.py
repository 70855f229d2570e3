"""How an endpoint is declared: what it answers comes from its own return type.

So the OpenAPI document cannot say anything else than what mypy has checked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from django.http.response import HttpResponseBase
from ninja import Router
from ninja.constants import NOT_SET

from huiyin.web.api.answers import Answered

F = TypeVar("F", bound=Callable[..., Any])

# What any endpoint may answer beside its success; others are named where they apply.
ALWAYS = (400, 500)
SIGNED_IN = (401, 403, 429)
BODY = (413, 415, 422)

IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "description": (
        "调用方为每次提交生成的唯一键（建议 UUID，最多 80 字符）。同一键重发，"
        "得到第一次的结果，不会重复办理，响应带 Idempotency-Replayed: true。"
    ),
    "schema": {"type": "string", "minLength": 1, "maxLength": 80},
    "example": "7d0b4f0e-54a5-4f3e-9a53-0d8a2c1f6c11",
}
IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "description": '读取时的 event_count，如 "5"。此后工单若有新进展则不办理，返回 412。',
    "schema": {"type": "string", "maxLength": 20},
    "example": '"5"',
    "required": False,
}
REPLAYED: dict[str, Any] = {
    "Idempotency-Replayed": {
        "description": "值为 true 时，这是先前同一键的结果",
        "schema": {"type": "string", "enum": ["true"]},
    }
}


def endpoint(
    router: Router,
    method: str,
    path: str,
    *,
    summary: str,
    about: str = "",
    problems: tuple[int, ...] = (),
    statuses: tuple[int, ...] = (200,),
    public: bool = False,
    extra: dict[str, Any] | None = None,
) -> Callable[[F], F]:
    """Declare the decorated view as an endpoint; its name is the URL's name and the operation id.

    Args:
        router: where it belongs.
        method: GET or POST.
        path: below /api/v1.
        summary: one line in Chinese; ``about``: what else must be known.
        about: see above.
        problems: statuses of problem documents beside those that every endpoint may answer.
        statuses: of success.
        public: nobody needs to be signed in.
        extra: further members of the operation in the OpenAPI document.
    """

    def declare(view: F) -> F:
        body = _body_of(view)
        named: dict[str, Any] = dict(extra or {})
        named["x-problems"] = sorted({*ALWAYS, *(() if public else SIGNED_IN), *problems})
        router.api_operation(
            [method],
            path,
            response=dict.fromkeys(statuses, body),
            operation_id=view.__name__,
            url_name=view.__name__,
            summary=summary,
            description=about or summary,
            openapi_extra=named,
            auth=None if public else NOT_SET,
        )(view)
        return view

    return declare


def _body_of(view: Callable[..., Any]) -> Any:
    told = get_type_hints(view, include_extras=True)["return"]
    if told is HttpResponseBase:
        return None
    return get_args(told)[0] if get_origin(told) is Answered else told
