"""Whose turn it is to go to the weekly meeting of the grid: read, laid out, exchanged."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated

from annotated_types import Ge, Le, Len
from ninja import Router
from pydantic import BaseModel, with_config
from typing_extensions import TypedDict

from huiyin.followup.coordination import actions, policy, queries
from huiyin.followup.coordination.models import MeetingTurn
from huiyin.followup.coordination.rules import MOST_WEEKS
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Staff
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.step_inputs import Note
from huiyin.web.api.taking import REPEATABLE, make_once
from huiyin.web.api.words import asked, said, shape
from huiyin.worktime.calendar import SHANGHAI

router = Router(tags=["协调和批示"])
PAST = timedelta(weeks=4)


class TurnsIn(BaseModel):
    """Who takes turns, from when and how long."""

    model_config = asked(
        "排网格周例会的轮值", {"first": "2026-03-02", "weeks": 12, "people": ["dispatcher1"]}
    )

    first: Annotated[Day, said("第一次例会的日期；以后每七天一次，遇节假日顺延")]
    weeks: Annotated[int, Ge(1), Le(MOST_WEEKS), said("排几周")]
    people: Annotated[list[Code], Len(1, 60), said("轮值的账号，按先后")]


class ExchangeIn(BaseModel):
    """Who goes instead, and why."""

    model_config = asked("换一次轮值", {"account": "dispatcher2", "note": "出差"})

    account: Annotated[Code, said("改由谁去")]
    note: Annotated[Note, said("换班原因")]


@with_config(shape("一次网格周例会的轮值"))
class TurnTold(TypedDict):
    """Whose turn it is on one day."""

    day: Annotated[date, said("日期")]
    account: Annotated[str, said("账号")]
    name: Annotated[str, said("姓名")]
    note: Annotated[str, said("换班原因；没有换的为空")]


@with_config(shape("网格周例会的轮值"))
class TurnList(TypedDict):
    """The calendar of turns."""

    turns: Annotated[list[TurnTold], said("四周以前起，由近到远，最多 60 次")]


@endpoint(
    router, "GET", "/meetings/turns", summary="例会轮值",
    about="需要 order.supervise 或 order.dispatch。",
)  # fmt: skip
def list_turns(request: ApiRequest) -> TurnList:
    """Tell whose turn it is. One query."""
    policy.require_coordinator(request.auth.actor)
    return _listed()


@endpoint(
    router, "POST", "/meetings/turns", summary="排例会轮值", problems=BODY, **REPEATABLE,
    about="那天以后原来排的由新的代替。需要 order.supervise。",
)  # fmt: skip
def lay_out_turns(request: ApiRequest, body: TurnsIn) -> Answered[TurnList]:
    """Lay out the turns from a day on."""
    by, now = request.auth.actor, clock.now()
    policy.require_office(by, "排例会轮值")
    people = [_person(account, "people") for account in body.people]

    def lay() -> TurnList:
        actions.lay_out(body.first, body.weeks, people, by=by, now=now)
        return _listed()

    return make_once(request, lay, status=200)


@endpoint(
    router, "POST", "/meetings/turns/{day}", summary="换一次例会轮值",
    problems=(*BODY, 404, 409), about="需要 order.supervise。", **REPEATABLE,
)  # fmt: skip
def exchange_turn(request: ApiRequest, day: Day, body: ExchangeIn) -> Answered[TurnList]:
    """Let another person go on one day."""
    by, now = request.auth.actor, clock.now()
    policy.require_office(by, "换例会轮值")
    person = _person(body.account, "account")

    def exchange() -> TurnList:
        actions.exchange(day, person, body.note, by=by, now=now)
        return _listed()

    return make_once(request, exchange, status=200)


def _person(account: str, field: str) -> Staff:
    found = orgs.staff_named(account)
    if found is None or not found.is_active:
        words = f"没有在用的账号“{account[:30]}”"
        raise Invalid(words, fields={field: words})
    return found


def _listed() -> TurnList:
    today = clock.now().astimezone(SHANGHAI).date()
    return {"turns": [_told(row) for row in queries.turns(today - PAST)]}


def _told(row: MeetingTurn) -> TurnTold:
    return {
        "day": row.day,
        "account": row.staff.username,
        "name": row.staff.name,
        "note": row.note,
    }
