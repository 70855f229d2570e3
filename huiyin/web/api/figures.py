"""Figures of counties, whistles and tags: the numbers of their pages and tables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Annotated

from ninja import Query, Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.insight.facts import county_queries
from huiyin.insight.facts import queries as facts
from huiyin.insight.facts.county_queries import Period, UnitFigures
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import calling_queries, tag_queries
from huiyin.orders.policy import figures_below
from huiyin.orgs import policy
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.inputs import Code
from huiyin.web.api.registers import PeriodQuery
from huiyin.web.api.words import asked, said, shape
from huiyin.worktime.calendar import SHANGHAI

router = Router(tags=["统计"])
MOST_DAYS = 2 * 366
_RATE = "百分数，一位小数；没有的为空"


class CountyQuery(PeriodQuery):
    """The days and the county of a report."""

    model_config = asked("县区和统计的起止日期，最多两年")

    county: Annotated[Code, said("县区单位的编码；不填为能看的第一个")] = ""


@with_config(shape("一个单位的数字"))
class UnitFiguresTold(TypedDict):
    """The figures of one unit, or of all together."""

    code: Annotated[str, said("单位编码；合计为空")]
    name: Annotated[str, said("单位名称；合计为空")]
    active: Annotated[bool, said("是否在用")]
    dispatched: Annotated[int, said("派单，按首次派给本单位的日期")]
    due: Annotated[int, said("到期，按办理到期日期")]
    on_time: Annotated[int, said("按时，按办理到期日期")]
    overdue: Annotated[int, said("超期，按办理到期日期")]
    closed: Annotated[int, said("办结，按办结日期")]
    redone: Annotated[int, said("重办，按办结日期")]
    reached: Annotated[int, said("有效回访，按办结日期")]
    satisfied: Annotated[int, said("满意，含基本满意，按办结日期")]
    on_time_rate: Annotated[float | None, said(f"按时率，{_RATE}")]
    satisfied_rate: Annotated[float | None, said(f"满意率，{_RATE}")]


@with_config(shape("一个县区的数字"))
class CountyFigures(TypedDict):
    """The figures of a county and its units."""

    county: Annotated[str, said("县区单位的编码；没有能看的为空")]
    since: Annotated[date, said("自何日起（含）")]
    until: Annotated[date, said("至何日止（含）")]
    as_of: Annotated[date | None, said("事实截至哪一天；还没有结转过的为空")]
    intake: Annotated[int | None, said("发生在本县区的有效诉求；只给能看整个县区的人")]
    units: Annotated[list[UnitFiguresTold], said("按层级排列")]
    total: Annotated[UnitFiguresTold | None, said("合计；没有单位的为空")]


@with_config(shape("一个被吹哨的部门"))
class WhistledTold(TypedDict):
    """How one department answered whistles."""

    code: Annotated[str, said("部门编码")]
    name: Annotated[str, said("部门名称")]
    called: Annotated[int, said("被吹哨")]
    in_time: Annotated[int, said("按时报到")]
    in_time_rate: Annotated[float | None, said(f"按时率，{_RATE}")]
    answered: Annotated[int, said("已反馈")]
    judged: Annotated[int, said("已评价")]
    satisfied: Annotated[int, said("评价为满意或基本满意")]
    satisfied_rate: Annotated[float | None, said(f"满意率，{_RATE}")]


@with_config(shape("一个吹哨的街道"))
class WhistlerTold(TypedDict):
    """How often one street whistled."""

    code: Annotated[str, said("街道编码")]
    name: Annotated[str, said("街道名称")]
    whistles: Annotated[int, said("吹哨")]
    called: Annotated[int, said("叫到部门")]


@with_config(shape("吹哨报到的数字"))
class WhistleFigures(TypedDict):
    """Who whistled and who came."""

    since: Annotated[date, said("吹哨日期自（含）")]
    until: Annotated[date, said("吹哨日期至（含）")]
    departments: Annotated[list[WhistledTold], said("被吹哨的部门，多的在前")]
    streets: Annotated[list[WhistlerTold], said("吹哨的街道，多的在前")]


@with_config(shape("一个标签的件数"))
class TagFigureTold(TypedDict):
    """How often one tag was given."""

    code: Annotated[str, said("标签编码")]
    name: Annotated[str, said("标签名称")]
    group: Annotated[str, said("组")]
    count: Annotated[int, said("件数")]
    share: Annotated[float | None, said(f"占本组，{_RATE}")]
    before: Annotated[int, said("之前同样天数的件数")]
    share_before: Annotated[float | None, said(f"之前占本组，{_RATE}")]


@with_config(shape("标签的件数"))
class TagFigures(TypedDict):
    """How often each tag was given."""

    since: Annotated[date, said("登记日期自（含）")]
    until: Annotated[date, said("登记日期至（含）")]
    tags: Annotated[list[TagFigureTold], said("按组和编码排列")]


@endpoint(
    router,
    "GET",
    "/figures/counties",
    summary="县区报表",
    about="一个县区各单位的数字，与页面和表格同一处算出。需要权限 reports.read，只给能看的单位。",
    problems=(404, 422),
)
def read_county_figures(request: ApiRequest, wanted: Query[CountyQuery]) -> CountyFigures:
    """Tell the figures of a county. Up to five queries.

    Source: R-513 (requirement 131).
    """
    actor = _checked(request, wanted, CountyQuery)
    counties = county_queries.counties(actor)
    county = next((each for each in counties if each.code == wanted.county), None)
    if wanted.county and county is None:
        raise NotFound("没有这个县区，或者不在您能看的范围")
    county, last = county or next(iter(counties), None), facts.last_closed()
    told: CountyFigures = {
        "county": county.code if county else "",
        "since": wanted.since,
        "until": wanted.until,
        "as_of": last.day if last else None,
        "intake": None,
        "units": [],
        "total": None,
    }
    if county is None or last is None:
        return told
    period = Period(wanted.since, wanted.until, last.day)
    rows = county_queries.by_unit(actor, county, period)
    told["intake"] = _intake(actor, county, period)
    told["units"] = [_unit(row) for row in rows]
    told["total"] = _unit(county_queries.together(rows)) if rows else None
    return told


@endpoint(
    router,
    "GET",
    "/figures/whistles",
    summary="吹哨报到的数字",
    about="街道吹哨、部门报到的次数和按时率，按吹哨日期。需要权限 reports.read。",
    problems=(422,),
)
def read_whistle_figures(request: ApiRequest, wanted: Query[PeriodQuery]) -> WhistleFigures:
    """Tell who whistled and who came. Four queries.

    Source: R-513 (requirement 204).
    """
    actor = _checked(request, wanted, PeriodQuery)
    begins = datetime.combine(wanted.since, time.min, SHANGHAI)
    ends = datetime.combine(wanted.until + timedelta(1), time.min, SHANGHAI)
    within = figures_below(actor)
    return {
        "since": wanted.since,
        "until": wanted.until,
        "departments": [
            {
                "code": row.unit.code,
                "name": row.unit.name,
                "called": row.called,
                "in_time": row.in_time,
                "in_time_rate": _percent(row.rate),
                "answered": row.answered,
                "judged": row.judged,
                "satisfied": row.content,
                "satisfied_rate": _percent(row.satisfied),
            }
            for row in calling_queries.called_by_unit(begins, ends, within)
        ],
        "streets": [
            {
                "code": row.unit.code,
                "name": row.unit.name,
                "whistles": row.whistles,
                "called": row.called,
            }
            for row in calling_queries.callers(begins, ends, within)
        ],
    }


@endpoint(
    router,
    "GET",
    "/figures/tags",
    summary="标签的件数",
    about="各标签的件数，与之前同样天数比较，按登记日期，只数能看的工单。需要权限 reports.read。",
    problems=(422,),
)
def read_tag_figures(request: ApiRequest, wanted: Query[PeriodQuery]) -> TagFigures:
    """Tell how often each tag was given. Two queries.

    Source: R-513 (requirements 206, 215).
    """
    actor = _checked(request, wanted, PeriodQuery)
    groups = tag_queries.figures_by_tag(actor, wanted.since, wanted.until)
    return {
        "since": wanted.since,
        "until": wanted.until,
        "tags": [
            {
                "code": row.tag.code,
                "name": row.tag.name,
                "group": group,
                "count": row.count,
                "share": _percent(row.share),
                "before": row.before,
                "share_before": _percent(row.share_before),
            }
            for group, rows in groups
            for row in rows
        ],
    }


def _checked(request: ApiRequest, wanted: PeriodQuery, model: type[PeriodQuery]) -> Actor:
    """Return who asks. Raises NotAllowed, Invalid."""
    reading.only_known(request, model)
    actor: Actor = request.auth.actor
    policy.require(actor, Perm.REPORTS)
    if wanted.until < wanted.since:
        raise Invalid("结束日期早于开始日期", fields={"until": "不能早于开始日期"})
    if (wanted.until - wanted.since).days > MOST_DAYS:
        raise Invalid("最多查两年", fields={"since": "最多两年"})
    return actor


def _intake(actor: Actor, county: Unit, period: Period) -> int | None:
    if county.region is None or not county_queries.sees_whole(actor, county):
        return None
    return county_queries.intake(orgs.region_ids(county.region), period)


def _unit(row: UnitFigures) -> UnitFiguresTold:
    figures, unit = row.figures, row.unit
    return {
        "code": unit.code if unit else "",
        "name": unit.name if unit else "",
        "active": unit.active if unit else True,
        "dispatched": figures["dispatched"],
        "due": figures["due"],
        "on_time": figures["on_time"],
        "overdue": figures["overdue"],
        "closed": figures["closed"],
        "redone": figures["redone"],
        "reached": figures["reached"],
        "satisfied": figures["satisfied"],
        "on_time_rate": _percent(row.on_time_rate),
        "satisfied_rate": _percent(row.satisfied_rate),
    }


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(rate * 100, 1)
