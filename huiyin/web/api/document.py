"""The OpenAPI document: what django-ninja derives, made true to the letter and told in Chinese."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from pydantic import TypeAdapter

from huiyin.kernel.errors import (
    BadRequest,
    Changed,
    Invalid,
    NotAllowed,
    NotFound,
    Refused,
    TooLarge,
    TooMany,
    WrongState,
    WrongType,
)
from huiyin.knowledge.article_states import Visibility
from huiyin.knowledge.states import Kind, ReasonGroup, Urgency
from huiyin.orders.reply_states import Told
from huiyin.orders.states import Channel, Outcome, Satisfaction, Solved, State
from huiyin.web.api.assessments import BehindQuery
from huiyin.web.api.bulletins import BulletinQuery
from huiyin.web.api.calls import CallQuery, DayQuery, DaysQuery, YearQuery
from huiyin.web.api.coordination import FlagQuery, InstructionQuery, PageQuery
from huiyin.web.api.escalations import EscalationQuery
from huiyin.web.api.figures import CountyQuery
from huiyin.web.api.followup import FilingQuery, LedgerQuery, ThanksQuery
from huiyin.web.api.inputs import OrderQuery
from huiyin.web.api.knowledge import AnswerQuery
from huiyin.web.api.listening import CallTestQuery
from huiyin.web.api.mandates import MandateQuery
from huiyin.web.api.order_telling import ROOT
from huiyin.web.api.outside import OutsideQuery
from huiyin.web.api.problems import MEDIA_TYPE, NOT_SIGNED_IN, Problem, Unavailable
from huiyin.web.api.reference import UnitQuery
from huiyin.web.api.registers import PeriodQuery
from huiyin.web.api.returns import ReturnQuery, ReturnSpan
from huiyin.web.api.search import SearchQuery
from huiyin.web.api.supervision import LetterQuery, MediaQuery, ReferralQuery, RiskQuery
from huiyin.web.api.tasks import TaskQuery
from huiyin.web.api.unit_changes import ChangeQuery
from huiyin.web.errors import Fault

Document = dict[str, Any]
TITLES: dict[type[Enum], str] = {
    State: "状态",
    Kind: "诉求类型",
    Urgency: "紧急程度",
    Channel: "来源渠道",
    Outcome: "办理结果",
    Solved: "是否解决",
    Satisfaction: "满意度",
    Told: "热线怎样告知答复",
    Visibility: "谁能看",
}
REASON_GROUPS = {
    ReasonGroup.REFER: "告知渠道",
    ReasonGroup.RETURN: "退单",
    ReasonGroup.EXTENSION: "延期",
    ReasonGroup.TERMINATION: "终止办理",
    ReasonGroup.NO_CALLBACK: "不回访",
    ReasonGroup.VOID: "作废",
    ReasonGroup.UNSATISFIED: "不满意",
    ReasonGroup.UNREACHED: "无法联系",
    ReasonGroup.EMERGENCY: "紧急情况",
}
EXAMPLES: dict[int, tuple[Refused, Document]] = {
    400: (BadRequest("JSON 有误：第 3 行第 12 列无法解析", remedy="请用 UTF-8 编码"), {}),
    401: (NOT_SIGNED_IN, {}),
    403: (NotAllowed("您的岗位不能派单", remedy="派单由派单员办理"), {}),
    404: (NotFound("没有找到这件工单", remedy="请核对编号，或确认由本单位承办"), {}),
    409: (
        WrongState("工单 26030200000011 现为“办理中”，不能签收", remedy="请刷新页面查看最新进展"),
        {"state": "in_progress"},
    ),
    412: (
        Changed("工单 26030200000011 已有新进展，现为“办理中”", remedy="请重新读取后再办理"),
        {"state": "in_progress", "event_count": 5},
    ),
    413: (TooLarge("提交的内容过大", remedy="请缩短文字或减少附件后再提交"), {}),
    415: (WrongType("请求内容须为 JSON", remedy="请将 Content-Type 设为 application/json"), {}),
    422: (Invalid("填写有误：content 必填"), {"fields": {"content": "必填"}}),
    429: (TooMany("请求过于频繁", remedy="请 2 秒后再试"), {"retry_after": 2}),
    500: (Fault("系统出错了，您填写的内容没有提交", remedy="请稍后重试，或拨打热线"), {}),
    503: (Unavailable("数据库暂时不可用", remedy="请稍后再试"), {"retry_after": 10}),
}
_LISTS: tuple[type[Enum], ...] = (*TITLES, ReasonGroup)
_ENUMS = {tuple(v.value for v in kind): kind.__name__ for kind in _LISTS}
STATUSES = {
    400: "请求无法解析",
    401: "没有令牌、令牌无效或登录已过期",
    403: "没有权限",
    404: "不存在，或调用者看不到",
    409: "当前状态不能这样办理，或与先前的提交冲突",
    412: "读取之后工单已有新进展",
    413: "内容过大",
    415: "内容类型不支持",
    422: "字段有误，fields 逐一说明",
    429: "请求过于频繁，Retry-After 秒后再试",
    500: "平台出错，未保存任何内容",
    503: "暂时不可用",
    200: "成功",
    201: "已新建",
}


def made(api: NinjaAPI) -> Document:
    """Return the document of ``api``."""
    document: Document = dict(api.get_openapi_schema(path_prefix=f"{ROOT}/"))
    schemas = document["components"]["schemas"]
    schemas["Problem"] = TypeAdapter(Problem).json_schema()
    document["components"]["responses"] = {
        f"Problem{status}": _problem(status) for status in STATUSES if status >= 400
    }
    for name, schema in schemas.items():
        _describe(name, schema)
    for operations in document["paths"].values():
        for operation in operations.values():
            _complete(operation)
    _refer(document["paths"])
    for filters in (
        OrderQuery, UnitQuery, PeriodQuery, ChangeQuery, FilingQuery, LedgerQuery, ThanksQuery,
        CallQuery, DaysQuery, YearQuery, SearchQuery, AnswerQuery, MandateQuery, EscalationQuery,
        TaskQuery, PageQuery, CountyQuery, FlagQuery, InstructionQuery, LetterQuery,
        ReferralQuery, MediaQuery, RiskQuery, ReturnQuery, ReturnSpan, BulletinQuery,
        BehindQuery, CallTestQuery, DayQuery, OutsideQuery,
    ):  # fmt: skip
        schemas.pop(filters.__name__, None)
    document["servers"] = [{"url": "/", "description": "本平台"}]
    return document


def _problem(status: int) -> Document:
    schema = {"$ref": "#/components/schemas/Problem"}
    told: Document = {
        "description": STATUSES[status],
        "content": {MEDIA_TYPE: {"schema": schema, "example": _example(status)}},
    }
    if status in (429, 503):
        told["headers"] = {
            "Retry-After": {"schema": {"type": "integer"}, "description": "多少秒后可以再试"}
        }
    return told


def _example(status: int) -> Document:
    refused, more = EXAMPLES[status]
    body: Document = {
        "type": f"/problems/{refused.code}",
        "title": refused.title,
        "status": status,
        "detail": refused.message,
        "instance": f"{ROOT}/orders/26030200000011/steps/sign",
    }
    return body | ({"remedy": refused.remedy} if refused.remedy else {}) | more


def _describe(name: str, schema: Document) -> None:
    """Say what a schema is in Chinese; words of the source code stay in the source code."""
    titles = {kind.__name__: kind for kind in TITLES}
    if name in titles:
        kind = titles[name]
        words = "；".join(f"{v.value} {getattr(v, 'label', '')}" for v in kind)
        schema["title"], schema["description"] = TITLES[kind], words
    elif name == ReasonGroup.__name__:
        words = "；".join(f"{group.value} {label}" for group, label in REASON_GROUPS.items())
        schema["title"], schema["description"] = "原因组", words
    for part in schema.get("properties", {}).values():
        part.pop("title", None)


def _refer(part: Any) -> None:
    """Let every list of words point to its one description."""
    if isinstance(part, list):
        for inner in part:
            _refer(inner)
    elif isinstance(part, dict):
        name = _ENUMS.get(tuple(part.get("enum", ())))
        if name and "$ref" not in part:
            part.clear()
            part["$ref"] = f"#/components/schemas/{name}"
        for inner in part.values():
            _refer(inner)


def _complete(operation: Document) -> None:
    """Add the problem documents, and put right what the generator leaves loose."""
    operation["description"] = operation.get("description") or operation["summary"]
    for parameter in operation.get("parameters", []):
        parameter.get("schema", {}).pop("title", None)
        if parameter["name"] in _PARAMETERS:
            parameter["description"] = _PARAMETERS[parameter["name"]]
        parameter.pop("examples", None)
    for status, response in operation["responses"].items():
        response["description"] = STATUSES[int(status)]
    for status in operation.pop("x-problems"):
        operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
    responses = operation["responses"]
    operation["responses"] = {str(status): responses[status] for status in sorted(responses)}


_PARAMETERS = {
    "number": "工单编号，14 位数字",
    "key": "标识，列表里的 id",
    "code": "编码",
    "verb": "办理的一步，见说明",
    "group": "哪一组原因",
    "indicator": "指标的键，或者 volume、return_late、alike、split",
    "call": "抽到的通话的标识",
    "day": "哪一天，2026-03-02",
}


@lru_cache(maxsize=1)
def _bytes() -> bytes:
    from huiyin.web.api.app import api  # the document is of the finished API

    return orjson.dumps(made(api), option=orjson.OPT_NON_STR_KEYS)


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Send the OpenAPI document."""
    response = HttpResponse(_bytes(), content_type="application/json")
    response["Cache-Control"] = "public, max-age=300"
    return response


@never_cache
@require_safe
def docs_page(request: HttpRequest) -> HttpResponse:
    """Show the document as a page to try it out; everything on it comes from this server."""
    return render(request, "api/docs.html")
