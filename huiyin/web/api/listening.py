"""Call tests 电话测听: drawing a sample, what was found, judging one call."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from annotated_types import Ge, Le, Len
from ninja import Query, Router
from pydantic import BaseModel, StringConstraints, with_config
from typing_extensions import TypedDict

from huiyin.callcentre.listening import actions, queries
from huiyin.callcentre.listening.models import CallTest, DrawnCall
from huiyin.callcentre.listening.rules import LONGEST_NOTE, MOST_CALLS
from huiyin.callcentre.listening.states import Fault, Verdict
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Staff
from huiyin.web.api import order_telling as telling
from huiyin.web.api import reading
from huiyin.web.api.answers import Answered
from huiyin.web.api.door import ApiRequest
from huiyin.web.api.endpoints import BODY, endpoint
from huiyin.web.api.inputs import Code, Day
from huiyin.web.api.taking import MAKING, REPEATABLE, make_once
from huiyin.web.api.words import asked, said, shape

router = Router(tags=["测听"])


class CallTestQuery(BaseModel):
    """Where the list of tests goes on."""

    model_config = asked("电话测听的翻页")

    cursor: Annotated[str, StringConstraints(max_length=400), said("上一页给出的 next")] = ""
    size: Annotated[int, Ge(1), Le(200), said("每页条数")] = 50


class DrawIn(BaseModel):
    """From which calls, and how many."""

    model_config = asked("抽一次测听", {"since": "2026-03-02", "until": "2026-03-08", "calls": 20})

    since: Annotated[Day, said("通话日期自（含）")]
    until: Annotated[Day, said("通话日期至（含）")]
    calls: Annotated[int, Ge(1), Le(MOST_CALLS), said("抽几段，随机抽取")] = 10
    agent: Annotated[Code, said("坐席账号；空为全部坐席")] = ""


class HeardIn(BaseModel):
    """What was heard."""

    model_config = asked("记一段通话的测听结论", {"verdict": "fair", "faults": ["silence"]})

    verdict: Annotated[Verdict, said("good 合格，fair 需改进，bad 不合格")]
    faults: Annotated[list[Fault], Len(max_length=len(Fault)), said("发现的问题")] = []
    note: Annotated[str, StringConstraints(max_length=LONGEST_NOTE), said("情况")] = ""


@with_config(shape("一次电话测听"))
class CallTestRow(TypedDict):
    """One test of the list."""

    id: Annotated[int, said("标识")]
    number: Annotated[str, said("编号")]
    since: Annotated[date, said("通话日期自（含）")]
    until: Annotated[date, said("通话日期至（含）")]
    agent: Annotated[str, said("坐席账号；空为全部坐席")]
    drawn: Annotated[int, said("抽到几段")]
    heard: Annotated[int, said("已听几段")]
    drawn_at: Annotated[datetime, said("抽取时间")]
    drawn_by: Annotated[str, said("抽取人")]


@with_config(shape("抽到的一段通话"))
class DrawnTold(TypedDict):
    """One drawn call. No number of the caller, no sound."""

    id: Annotated[int, said("标识，记结论时用")]
    call: Annotated[int, said("通话标识")]
    agent: Annotated[str, said("坐席账号；可空")]
    order: Annotated[str, said("工单编号；没有形成工单的为空")]
    at: Annotated[datetime, said("来电时间")]
    verdict: Annotated[Verdict | None, said("结论；空为还没有听")]
    faults: Annotated[list[Fault], said("发现的问题")]
    note: Annotated[str, said("情况")]
    judged_by: Annotated[str, said("测听人；还没有听的为空")]


@with_config(shape("一次电话测听的全部"))
class CallTestTold(TypedDict):
    """One test with its calls."""

    test: Annotated[CallTestRow, said("测听")]
    calls: Annotated[list[DrawnTold], said("抽到的通话")]


@with_config(shape("一页电话测听"))
class CallTestPage(TypedDict):
    """One page of tests."""

    tests: Annotated[list[CallTestRow], said("由近到远")]
    next: Annotated[str, said("下一页的 cursor，空为已到末页")]


@endpoint(
    router, "GET", "/calls/tests", summary="电话测听", problems=(422,),
    about="需要 quality.check 或 order.supervise。",
)  # fmt: skip
def list_call_tests(request: ApiRequest, wanted: Query[CallTestQuery]) -> CallTestPage:
    """Tell one page of the tests. One query."""
    reading.only_known(request, CallTestQuery)
    page = queries.listed(request.auth.actor, cursor=wanted.cursor, size=wanted.size)
    rows = [_row(row, drawn=row.drawn, heard=row.heard) for row in page.rows]  # type: ignore[attr-defined]
    return {"tests": rows, "next": page.next}


@endpoint(
    router, "GET", "/calls/tests/{int:key}", summary="一次电话测听", problems=(404,),
    about="录音在页面上听，每次听都留下记录。",
)  # fmt: skip
def read_call_test(request: ApiRequest, key: int) -> CallTestTold:
    """Tell one test with its calls. Two queries."""
    return _whole(request, key)


@endpoint(
    router, "POST", "/calls/tests", summary="抽一次测听", problems=(*BODY, 409),
    about="在这段时间有录音的来电里随机抽取，不能指定。", **MAKING,
)  # fmt: skip
def draw_call_test(request: ApiRequest, body: DrawIn) -> Answered[CallTestTold]:
    """Draw a sample at random."""
    by, now = request.auth.actor, clock.now()
    agent = _agent(body.agent)

    def make() -> CallTestTold:
        made = actions.draw(body.since, body.until, body.calls, agent=agent, by=by, now=now)
        return _whole(request, made.pk)

    return make_once(request, make)


@endpoint(
    router, "POST", "/calls/tests/{int:key}/calls/{int:call}", summary="记测听结论",
    about="每段一次，自己接的通话由别人听。", problems=(*BODY, 404, 409), **REPEATABLE,
)  # fmt: skip
def judge_call(
    request: ApiRequest, key: int, call: int, body: HeardIn
) -> Answered[CallTestTold]:  # fmt: skip
    """Write down what was heard in one drawn call."""
    by, now = request.auth.actor, clock.now()
    _whole(request, key)

    def judge() -> CallTestTold:
        actions.judge(
            key, min(call, 2**62), verdict=body.verdict, faults=body.faults, note=body.note,
            by=by, now=now,
        )  # fmt: skip
        return _whole(request, key)

    return make_once(request, judge, status=200)


def _agent(account: str) -> Staff | None:
    found = orgs.staff_named(account.strip()) if account.strip() else None
    if account.strip() and found is None:
        raise Invalid("没有这个账号", fields={"agent": "没有这个账号"})
    return found


def _whole(request: ApiRequest, key: int) -> CallTestTold:
    found = queries.get(request.auth.actor, min(key, 2**62))
    if found is None:
        raise NotFound("没有这次测听")
    calls = list(found.calls.all())
    return {
        "test": _row(found, drawn=len(calls), heard=sum(bool(each.verdict) for each in calls)),
        "calls": [_drawn(each) for each in calls],
    }


def _row(row: CallTest, *, drawn: int, heard: int) -> CallTestRow:
    return {
        "id": row.pk,
        "number": row.number,
        "since": row.since,
        "until": row.until,
        "agent": row.agent.username if row.agent else "",
        "drawn": drawn,
        "heard": heard,
        "drawn_at": telling.here(row.drawn_at),
        "drawn_by": row.drawn_by.name,
    }


def _drawn(row: DrawnCall) -> DrawnTold:
    return {
        "id": row.pk,
        "call": row.call_id,
        "agent": row.call.agent.username if row.call.agent else "",
        "order": row.call.order.number if row.call.order else "",
        "at": telling.here(row.call.arrived_at),
        "verdict": row.standing,
        "faults": [Fault(each) for each in row.faults],
        "note": row.note,
        "judged_by": row.judged_by.name if row.judged_by else "",
    }
