"""Results of assessment for a city's performance system: rounds, and the ranking of one."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.assessment import behind_queries, policy, queries
from huiyin.assessment.models import Round
from huiyin.kernel.errors import NotAllowed, NotFound
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.api import reading
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["考核"])
MOST = 100
Side = Literal["numerator", "denominator"]


@with_config(shape("一个考核期"))
class RoundTold(TypedDict):
    """One round."""

    round: Annotated[int, said("考核期编号")]
    title: Annotated[str, said("名称")]
    first_day: Annotated[date, said("第一天")]
    last_day: Annotated[date, said("最后一天（含）")]
    state: Annotated[str, said("状态：open、preview、frozen、published")]
    state_label: Annotated[str, said("状态的名称")]
    scheme: Annotated[str, said("计分办法的名称")]
    digest: Annotated[str, said("结果的核验码；没有冻结的为空")]


@with_config(shape("考核期"))
class RoundList(TypedDict):
    """The newest rounds."""

    rounds: Annotated[list[RoundTold], said(f"由近及远，最多 {MOST} 个")]


@with_config(shape("按件扣分的一项"))
class FaultTold(TypedDict):
    """How many orders of one kind of fault a unit has, and what each costs."""

    orders: Annotated[int, said("件数，剔除后")]
    each: Annotated[str, said("每件扣多少分")]


@with_config(shape("冻结后的一条更正"))
class CorrectionTold(TypedDict):
    """A correction entered beside a fixed round."""

    unit: Annotated[str, said("单位编码")]
    points: Annotated[str, said("更正的分数，四位小数，负数为减")]
    reason: Annotated[str, said("理由和依据")]
    at: Annotated[datetime, said("记入的时间")]


@with_config(shape("一个单位的考核结果"))
class ResultTold(TypedDict):
    """The result of one unit."""

    unit: Annotated[str, said("单位编码")]
    name: Annotated[str, said("单位名称")]
    group: Annotated[str, said("同类单位")]
    rank: Annotated[int | None, said("同类名次；不排名的为空")]
    place: Annotated[int | None, said("全体名次；不排名的为空")]
    score: Annotated[str, said("得分，四位小数；没有的为空")]
    points: Annotated[str, said("折算后的分；没有的为空")]
    tier: Annotated[str, said("档次；不分档的为空")]
    lists: Annotated[list[str], said("所在的榜单")]
    figures: Annotated[
        dict[str, list[int]], said("各项指标：分子、分母（均为百分之一件）、乘数，剔除后")
    ]
    before: Annotated[dict[str, list[int]], said("各项指标，剔除前")]
    faults: Annotated[
        dict[str, FaultTold],
        said("按件扣分的各项：不满意、超期、不当退单、重办；别的办法为空"),
    ]


@with_config(shape("一个考核期的结果"))
class RoundResult(TypedDict):
    """A round with the results of its units."""

    round: Annotated[RoundTold, said("考核期")]
    units: Annotated[list[ResultTold], said("按同类单位和名次排列；发布前单位只见本单位")]
    corrections: Annotated[
        list[CorrectionTold], said("冻结后记入的更正；得分和名次不随它改动，由使用方另行加减")
    ]


class BehindQuery(BaseModel):
    """Which side of a figure is asked for."""

    model_config = asked("一项数字背后的工单")

    side: Annotated[Side, said("numerator 分子，denominator 分母")] = "numerator"
    before: Annotated[bool, said("是否按剔除前")] = False
    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""


@with_config(shape("一项数字背后的工单"))
class BehindTold(TypedDict):
    """The orders behind one side of a figure of a unit."""

    name: Annotated[str, said("指标")]
    figure: Annotated[int, said("合计，百分之一件；与结果里的分子或分母相同")]
    orders: Annotated[int, said("出自几件工单")]
    hidden: Annotated[int, said("其中不在您能看的范围、没有列出的件数")]
    numbers: Annotated[list[str], said("本页的工单编号，由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


def _reader(request: ApiRequest) -> Actor:
    actor: Actor = request.auth.actor
    if not actor.perms & {Perm.ASSESS, Perm.HANDLE, Perm.REPORTS}:
        raise NotAllowed("您的岗位不能查看考核结果")
    return actor


def _told(row: Round) -> RoundTold:
    return {
        "round": row.pk,
        "title": row.title,
        "first_day": row.first_day,
        "last_day": row.last_day,
        "state": row.state,
        "state_label": row.standing.label,
        "scheme": row.rules["scheme"]["name"],
        "digest": row.digest,
    }


@endpoint(
    router, "GET", "/assessments", summary="考核期", about="能看到的考核期，由近及远。",
    problems=(403,),
)  # fmt: skip
def list_rounds(request: ApiRequest) -> RoundList:
    """Tell the newest rounds. One query."""
    actor = _reader(request)
    return {"rounds": [_told(row) for row in queries.rounds(actor, size=MOST).rows]}


@endpoint(
    router,
    "GET",
    "/assessments/{key}",
    summary="一个考核期的结果",
    about="各单位的得分、名次和各项指标的分子分母。发布前单位只见本单位和下级。",
    problems=(403, 404),
)
def read_round(request: ApiRequest, key: int) -> RoundResult:
    """Tell a round, the results that this account may see, and their corrections. Three queries.

    Source: R-601 (handbook domain.md 2.4; requirement 175).
    """
    actor = _reader(request)
    found = queries.round_by_key(key)
    if found is None or not policy.sees_round(actor, found):
        raise NotFound("没有这一考核期")
    return {
        "round": _told(found),
        "units": [
            {
                "unit": row.told["unit"],
                "name": row.told["name"],
                "group": row.told["group"],
                "rank": row.told["rank"],
                "place": row.told["place"],
                "score": row.told["score"],
                "points": row.told["points"],
                "tier": row.told["tier"],
                "lists": row.told["lists"],
                "figures": row.told["figures"],
                "before": row.told["before"],
                "faults": {
                    key: {"orders": orders, "each": each}
                    for key, (orders, each) in row.told.get("faults", {}).items()
                },
            }
            for row in queries.results(found)
            if policy.sees_result(actor, found, row)
        ],
        "corrections": [
            {
                "unit": each.unit.code,
                "points": str(each.points),
                "reason": each.reason,
                "at": each.at,
            }
            for each in queries.corrections(found)
            if policy.sees_result(actor, found, each)
        ],
    }


@endpoint(
    router, "GET", "/assessments/{int:key}/units/{code}/{indicator}", summary="一项数字背后的工单",
    about="指标的分子或分母；volume 是派单，return_late、alike、split 是各项提示，"
    "lost_ 开头的是按件扣分的件数。",
    problems=(404, 422),
)  # fmt: skip
def read_behind(
    request: ApiRequest, key: int, code: str, indicator: str, wanted: Query[BehindQuery]
) -> BehindTold:
    """Tell one page of the orders behind a figure of a unit. Six queries."""
    actor = _reader(request)
    reading.only_known(request, BehindQuery)
    round_, unit = queries.round_by_key(min(key, 2**62)), orgs.unit_with_code(code[:40])
    if round_ is None or not policy.sees_round(actor, round_):
        raise NotFound("没有这一考核期")
    if unit is None or not policy.sees_unit(actor, unit):
        raise NotFound("没有这个单位")
    heading = behind_queries.heading(round_, indicator)
    found = behind_queries.of_round(
        actor, round_, unit, indicator, side=wanted.side, before=wanted.before,
        cursor=wanted.cursor,
    )  # fmt: skip
    if heading is None or found is None:
        raise NotFound("没有这样的清单")
    return {
        "name": heading.name,
        "figure": found.figure,
        "orders": found.orders,
        "hidden": found.hidden,
        "numbers": [order.number for order in found.page.rows],
        "next": found.page.next,
    }
