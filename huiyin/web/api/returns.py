"""Analysis of returns: figures by unit, reason and matter, and the returns behind them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.kernel import masks
from huiyin.kernel.errors import Invalid
from huiyin.orders import policy, return_queries
from huiyin.orders.application_states import Decision
from huiyin.orders.models import Application
from huiyin.orders.return_queries import ReturnFilter, Share
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.order_shapes import Named
from huiyin.web.api.words import asked, said, shape
from huiyin.worktime.calendar import SHANGHAI

router = Router(tags=["统计"])
LONGEST_SPAN = 2 * 366


class ReturnQuery(BaseModel):
    """Which returns are asked for."""

    model_config = asked("退单的筛选条件")

    since: Annotated[Day, said("申请日期自（含）")]
    until: Annotated[Day, said("申请日期至（含），最多两年")]
    unit: Annotated[Code, said("申请退单的单位编码")] = ""
    reason: Annotated[Code, said("退单原因编码")] = ""
    category: Annotated[Code, said("分类编码")] = ""
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class ReturnSpan(BaseModel):
    """Of which days figures are asked for."""

    model_config = asked("退单分析的起止日期")

    since: Annotated[Day, said("申请日期自（含）")]
    until: Annotated[Day, said("申请日期至（含），最多两年")]


@with_config(shape("一次退单申请"))
class ReturnTold(TypedDict):
    """One return."""

    order: Annotated[str, said("工单编号")]
    unit: Annotated[Named, said("申请的单位")]
    category: Annotated[Named | None, said("分类")]
    reason: Annotated[Named | None, said("原因")]
    basis: Annotated[str, said("依据，号码已打码")]
    suggested: Annotated[Named | None, said("建议承办的单位")]
    asked_at: Annotated[datetime, said("申请时间")]
    outcome: Annotated[Decision, said("waiting 待审批，granted 同意，refused 不同意，lapsed 失效")]
    decision: Annotated[str, said("审批意见，号码已打码")]


@with_config(shape("一页退单"))
class ReturnPage(TypedDict):
    """One page of returns."""

    returns: Annotated[list[ReturnTold], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一个单位、原因或分类的退单"))
class ReturnShare(TypedDict):
    """How many returns under one heading, and what was decided."""

    code: Annotated[str, said("编码")]
    name: Annotated[str, said("名称")]
    asked: Annotated[int, said("申请次数")]
    granted: Annotated[int, said("同意")]
    refused: Annotated[int, said("不同意")]
    given: Annotated[int, said("同期派给这个单位的工单；原因和分类为 0")]


@with_config(shape("退单分析"))
class ReturnFigures(TypedDict):
    """The figures of some days."""

    since: Annotated[date, said("申请日期自")]
    until: Annotated[date, said("申请日期至")]
    units: Annotated[list[ReturnShare], said("按单位，多的在前")]
    reasons: Annotated[list[ReturnShare], said("按原因，多的在前")]
    categories: Annotated[list[ReturnShare], said("退单最多的分类")]


@endpoint(
    router, "GET", "/returns", summary="退单", problems=(422,),
    about="单位只见本单位和下级的。需要权限 reports.read。",
)  # fmt: skip
def list_returns(request: ApiRequest, wanted: Query[ReturnQuery]) -> ReturnPage:
    """Tell one page of the returns of some days."""
    require(request.auth.actor, Perm.REPORTS)
    reading.only_known(request, ReturnQuery)
    narrowed = _filter(
        request, wanted.since, wanted.until, unit=wanted.unit, reason=wanted.reason,
        category=wanted.category,
    )  # fmt: skip
    page = return_queries.returns(narrowed, cursor=wanted.cursor, size=wanted.size)
    return {"returns": [_told(row) for row in page.rows], "next": page.next}


@endpoint(
    router, "GET", "/returns/figures", summary="退单分析", problems=(422,),
    about="按单位、原因、分类统计。单位只见本单位和下级的。需要权限 reports.read。",
)  # fmt: skip
def read_return_figures(request: ApiRequest, wanted: Query[ReturnSpan]) -> ReturnFigures:
    """Tell the figures of some days."""
    require(request.auth.actor, Perm.REPORTS)
    reading.only_known(request, ReturnSpan)
    whole = _filter(request, wanted.since, wanted.until)
    return {
        "since": wanted.since,
        "until": wanted.until,
        "units": [_share(row) for row in return_queries.by_unit(whole)],
        "reasons": [_share(row) for row in return_queries.by_reason(whole)],
        "categories": [_share(row) for row in return_queries.by_category(whole)],
    }


def _filter(request: ApiRequest, since: date, until: date, **narrowed: str) -> ReturnFilter:
    if not 0 <= (until - since).days <= LONGEST_SPAN:
        raise Invalid("起止日期不对", fields={"until": "不早于开始日期，最多两年"})
    return ReturnFilter(
        since=datetime.combine(since, time.min, SHANGHAI),
        until=datetime.combine(until, time.min, SHANGHAI) + timedelta(1),
        within=policy.figures_below(request.auth.actor),
        **narrowed,
    )


def _share(row: Share) -> ReturnShare:
    return {
        "code": row.code,
        "name": row.name,
        "asked": row.asked,
        "granted": row.granted,
        "refused": row.refused,
        "given": row.given,
    }


def _told(row: Application) -> ReturnTold:
    return {
        "order": row.order.number,
        "unit": {"code": row.unit.code, "name": row.unit.name},
        "category": telling.named(row.order.category),
        "reason": telling.named(row.reason),
        "basis": masks.in_text(row.basis),
        "suggested": telling.named(row.suggested),
        "asked_at": telling.here(row.asked_at),
        "outcome": Decision(row.outcome),
        "decision": masks.in_text(row.decision),
    }
