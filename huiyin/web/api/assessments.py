"""Results of assessment for a city's performance system: rounds, and the ranking of one."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Router
from pydantic import with_config
from typing_extensions import TypedDict

from huiyin.assessment import policy, queries
from huiyin.assessment.models import Round
from huiyin.kernel.errors import NotAllowed, NotFound
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import endpoint
from huiyin.web.api.words import said, shape

router = Router(tags=["考核"])
MOST = 100


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


@with_config(shape("一个考核期的结果"))
class RoundResult(TypedDict):
    """A round with the results of its units."""

    round: Annotated[RoundTold, said("考核期")]
    units: Annotated[list[ResultTold], said("按同类单位和名次排列；发布前单位只见本单位")]


def _reader(request: ApiRequest) -> Actor:
    actor: Actor = request.auth.actor
    if not actor.perms & {Perm.ASSESS, Perm.HANDLE, Perm.REPORTS}:
        raise NotAllowed("您的角色不能查看考核结果")
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
    """Tell a round and the results that this account may see. Two queries."""
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
            }
            for row in queries.results(found)
            if policy.sees_result(actor, found, row)
        ],
    }
