"""Calls and their figures, the same numbers as on the floor's page and in its tables."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Literal

from annotated_types import Ge, Le
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony import planning_queries, totals_queries
from huiyin.callcentre.telephony import report_queries as reports
from huiyin.callcentre.telephony.states import CallMark
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.orgs import policy
from huiyin.orgs.states import Perm
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Day
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["话务"])
Cursor = Annotated[str, StringConstraints(max_length=300), said("上一页的 next")]
Size = Annotated[int, Ge(1), Le(200), said("每页条数")]
MOST_DAYS = 92


@with_config(shape("通话的一段"))
class SpanTold(TypedDict):
    """One stretch of a call."""

    kind: Annotated[str, said("wait 排队、ring 振铃、talk 通话、hold 保持等")]
    seat: Annotated[str, said("席位；外线的不给号码")]
    began_at: Annotated[datetime, said("开始")]
    ended_at: Annotated[datetime, said("结束")]


@with_config(shape("一个电话"))
class CallTold(TypedDict):
    """One call; the number is masked."""

    key: Annotated[int, said("通话编号")]
    direction: Annotated[str, said("in 呼入，out 呼出")]
    line: Annotated[str, said("本方号码")]
    number: Annotated[str, said("对方号码，已脱敏")]
    arrived_at: Annotated[datetime, said("打来或拨出的时刻")]
    answered_at: Annotated[datetime | None, said("应答的时刻；没有应答的为空")]
    ended_at: Annotated[datetime, said("结束的时刻")]
    agent: Annotated[str, said("坐席的账号；没有的为空")]
    outcome: Annotated[str, said("结果，如 request、answered、abandoned、reached")]
    outcome_label: Annotated[str, said("结果的名称")]
    order: Annotated[str, said("有关的工单编号；没有的为空")]
    marks: Annotated[list[str], said("坐席的标记：emotional 情绪激动、abusive 辱骂")]
    spans: Annotated[list[SpanTold], said("各段，按先后")]


@with_config(shape("一页通话"))
class CallPage(TypedDict):
    """One page of calls."""

    calls: Annotated[list[CallTold], said("由近及远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@with_config(shape("一天的话务指标"))
class DayTold(TypedDict):
    """The figures of one day; rates are per cent with two decimals."""

    day: Annotated[date, said("日期")]
    offered: Annotated[int, said("呼入")]
    answered: Annotated[int, said("应答")]
    abandoned: Annotated[int, said("放弃，不含几秒内挂断的")]
    connected: Annotated[float | None, said("接通率：应答除以呼入")]
    within_offered: Annotated[float | None, said("规定秒数内应答，占呼入")]
    within_answered: Annotated[float | None, said("规定秒数内应答，占应答")]
    abandonment: Annotated[float | None, said("放弃率")]
    mean_wait: Annotated[float | None, said("平均应答速度，秒")]
    missed: Annotated[int, said("漏接号码")]
    called_back: Annotated[int, said("其中已回拨接通")]
    called_back_in_time: Annotated[int, said("其中在规定分钟内回拨接通")]
    mean_talk: Annotated[float | None, said("平均通话，秒")]


@with_config(shape("话务指标"))
class CallFigures(TypedDict):
    """The figures of some days."""

    within: Annotated[int, said("规定的应答秒数")]
    days: Annotated[list[DayTold], said("每天一行")]
    whole: Annotated[DayTold, said("合计；日期为最后一天")]


@with_config(shape("一年或一月的通话总量"))
class TotalTold(TypedDict):
    """The calls of a year or a month."""

    span: Annotated[int, said("年份或月份")]
    offered: Annotated[int, said("呼入，含重复来电")]
    answered: Annotated[int, said("应答")]
    connected: Annotated[float | None, said("接通率：应答除以呼入")]
    within_offered: Annotated[float | None, said("规定秒数内应答，占呼入")]
    mean_wait: Annotated[float | None, said("平均应答速度，秒")]
    requests: Annotated[int, said("成为诉求")]
    outgoing: Annotated[int, said("呼出")]
    repeated: Annotated[int | None, said("同月已打来过的号码的来电；按年的为空")]
    so_far: Annotated[int, said("累计呼入")]


@with_config(shape("通话总量"))
class CallTotals(TypedDict):
    """The calls of every year, and of the months of one."""

    years: Annotated[list[TotalTold], said("每年一行")]
    months: Annotated[list[TotalTold], said("所问年份的每月一行")]


@with_config(shape("一名坐席一天的话务"))
class AgentTold(TypedDict):
    """What somebody did at the telephone on one day; times in seconds."""

    name: Annotated[str, said("姓名")]
    unit: Annotated[str, said("单位")]
    answered: Annotated[int, said("接听")]
    signed_in: Annotated[int, said("签入的秒数")]
    talking: Annotated[int, said("通话的秒数")]
    wrapping: Annotated[int, said("整理的秒数")]
    resting: Annotated[int, said("小休的秒数")]
    utilisation: Annotated[float | None, said("利用率：通话加整理，除以签入减小休，百分数")]
    mean_talk: Annotated[float | None, said("平均通话，秒")]
    mean_handling: Annotated[float | None, said("平均处理：通话加整理，秒")]


@with_config(shape("一天的坐席话务"))
class AgentsTold(TypedDict):
    """What everybody did who was signed in on a day."""

    agents: Annotated[list[AgentTold], said("接听多的在前")]


class DayQuery(BaseModel):
    """One day."""

    model_config = asked("统计的日期")

    day: Annotated[Day, said("日期")]


class YearQuery(BaseModel):
    """A year for its months, and from which year on the years are told."""

    model_config = asked("统计的年份")

    year: Annotated[int, Ge(2000), Le(2099), said("要看各月的年份")]
    since: Annotated[int, Ge(2000), Le(2099), said("各年从哪一年起")] = 2000


class CallQuery(BaseModel):
    """What a list of calls is narrowed to."""

    model_config = asked("通话列表的筛选条件")

    since: Annotated[Day | None, said("日期自（含）")] = None
    until: Annotated[Day | None, said("日期至（含）")] = None
    direction: Annotated[Literal["in", "out"] | None, said("方向")] = None
    cursor: Cursor = ""
    size: Size = 50


class DaysQuery(BaseModel):
    """Some days."""

    model_config = asked("统计的起止日期")

    since: Annotated[Day, said("日期自（含）")]
    until: Annotated[Day, said("日期至（含），最多三个月")]


@endpoint(
    router, "GET", "/calls", summary="通话",
    about="督办、质检和看报表的人看全部，其他人看自己的。需要权限 order.supervise、quality.check、"
    "reports.read、order.intake 或 order.call_back。",
    problems=(403, 422),
)  # fmt: skip
def list_calls(request: ApiRequest, wanted: Query[CallQuery]) -> CallPage:
    """Tell one page of the calls that the caller may see. Three queries."""
    reading.only_known(request, CallQuery)
    page = reports.calls(
        request.auth.actor,
        reports.Wanted(
            wanted.since, wanted.until, Direction(wanted.direction) if wanted.direction else None
        ),
        cursor=wanted.cursor,
        size=wanted.size,
    )
    marks = planning_queries.marks_of(row.reference for row in page.rows)
    told = [_told(row, marks.get(row.reference, ())) for row in page.rows]
    return {"calls": told, "next": page.next}


@endpoint(
    router, "GET", "/calls/figures", summary="话务指标",
    about="接通率、15 秒接通率（两种口径）、放弃率、平均应答速度、漏接回拨、平均通话，"
    "与页面和表格同一口径。需要权限 reports.read。",
    problems=(403, 422),
)  # fmt: skip
def read_call_figures(request: ApiRequest, wanted: Query[DaysQuery]) -> CallFigures:
    """Tell the figures of each day and of all. Three queries for each day and three more."""
    reading.only_known(request, DaysQuery)
    policy.require(request.auth.actor, Perm.REPORTS)
    if not 0 <= (wanted.until - wanted.since).days < MOST_DAYS:
        raise Invalid("起止日期不对", fields={"until": "不能早于开始日期，最多三个月"})
    found = reports.days(wanted.since, wanted.until)
    return {
        "within": found.within,
        "days": [_day(row) for row in found.days],
        "whole": _day(found.whole),
    }


@endpoint(
    router, "GET", "/calls/totals", summary="通话总量",
    about="各年的总量和一年各月的总量，含重复来电，与总量页面同一口径。需要权限 reports.read。",
    problems=(403, 422),
)  # fmt: skip
def read_call_totals(request: ApiRequest, wanted: Query[YearQuery]) -> CallTotals:
    """Tell the calls of every year and of the months of one. Two queries."""
    reading.only_known(request, YearQuery)
    policy.require(request.auth.actor, Perm.REPORTS)
    return {
        "years": [
            _total(row) for row in totals_queries.by_year(clock.now()) if row.span >= wanted.since
        ],
        "months": [_total(row) for row in totals_queries.by_month(wanted.year)],
    }


@endpoint(
    router, "GET", "/calls/agents", summary="坐席话务",
    about="一天里每名坐席的接听、通话、整理、小休和利用率，与坐席页面和表格同一口径。"
    "需要权限 reports.read。",
    problems=(403, 422),
)  # fmt: skip
def read_agents(request: ApiRequest, wanted: Query[DayQuery]) -> AgentsTold:
    """Tell what everybody did on a day. Three queries."""
    reading.only_known(request, DayQuery)
    policy.require(request.auth.actor, Perm.REPORTS)
    rows = planning_queries.work_of(planning_queries.midnight(wanted.day), clock.now())
    return {
        "agents": [
            {
                "name": row.name,
                "unit": row.unit,
                "answered": row.answered,
                "signed_in": round(row.signed_in),
                "talking": round(row.talking),
                "wrapping": round(row.wrapping),
                "resting": round(row.resting),
                "utilisation": reports.per_cent(row.utilisation),
                "mean_talk": reports.seconds(row.talk),
                "mean_handling": reports.seconds(row.handling),
            }
            for row in rows
        ]
    }


def _total(row: totals_queries.Total) -> TotalTold:
    return {
        "span": row.span,
        "offered": row.offered,
        "answered": row.answered,
        "connected": reports.per_cent(row.figures.connected),
        "within_offered": reports.per_cent(row.figures.within_offered),
        "mean_wait": reports.seconds(row.figures.mean_wait),
        "requests": row.requests,
        "outgoing": row.outgoing,
        "repeated": row.repeated,
        "so_far": row.so_far,
    }


def _day(row: reports.Day) -> DayTold:
    return {
        "day": row.day,
        "offered": row.figures.offered,
        "answered": row.figures.answered,
        "abandoned": row.figures.abandoned,
        "connected": reports.per_cent(row.figures.connected),
        "within_offered": reports.per_cent(row.figures.within_offered),
        "within_answered": reports.per_cent(row.figures.within_answered),
        "abandonment": reports.per_cent(row.figures.abandonment),
        "mean_wait": reports.seconds(row.figures.mean_wait),
        "missed": row.missed.missed,
        "called_back": row.missed.called_back,
        "called_back_in_time": row.missed.in_time,
        "mean_talk": reports.seconds(row.talk),
    }


def _told(row: Call, marks: Iterable[CallMark]) -> CallTold:
    return {
        "key": row.pk,
        "direction": row.direction,
        "line": row.line,
        "number": row.number_masked,
        "arrived_at": row.arrived_at,
        "answered_at": row.answered_at,
        "ended_at": row.ended_at,
        "agent": row.agent.username if row.agent else "",
        "outcome": row.outcome,
        "outcome_label": CallOutcome(row.outcome).label,
        "order": row.order.number if row.order else "",
        "marks": [mark.value for mark in marks],
        "spans": [
            {
                "kind": span.kind,
                "seat": reports.seat_shown(span.seat),
                "began_at": span.began_at,
                "ended_at": span.ended_at,
            }
            for span in row.spans.all()
        ],
    }
