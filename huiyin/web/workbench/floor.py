"""The floor: who waits, who talks, how the day goes; the wall board; missed numbers; calls."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import planning_queries, queries, surge_queries
from huiyin.callcentre.telephony import report_queries as reports
from huiyin.callcentre.telephony.actions import recordings, surge
from huiyin.callcentre.telephony.states import (
    SURGE_LEVELS,
    AgentState,
    CallState,
    Surge,
    SurgeAct,
)
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, address_of, staff_page
from huiyin.web.workbench.forms_beside import tag_choices
from huiyin.web.workbench.tables import Days, days_asked, sheet
from huiyin.worktime.calendar import SHANGHAI

LEADERS = (Perm.SUPERVISE, Perm.QUALITY, Perm.REPORTS)
_DAY = timedelta(days=1)


@require_GET
@staff_page(*LEADERS)
def floor(request: StaffRequest) -> HttpResponse:
    """Show the floor: figures, queue, agents. Sixteen queries at most.

    The actions of a surge ask for themselves anew and get 204 while nothing about them has changed:
    a person may be choosing a tag there.
    """
    if request.headers.get("HX-Target") == "surge":
        now = clock.now()
        prepared = _surge(request, queries.surge_now(now), now)
        if request.GET.get("seen") == prepared["stamp"]:
            return HttpResponse(status=204)
        return render(request, "workbench/_surge.html", prepared)
    return _shown(request, "workbench/floor.html")


@require_GET
@staff_page(*LEADERS)
def wall(request: StaffRequest) -> HttpResponse:
    """Show the same on a board for the wall: large, without menus."""
    return _shown(request, "workbench/wall.html")


def _shown(request: StaffRequest, page: str) -> HttpResponse:
    now, wall = clock.now(), page.endswith("wall.html")
    facts = _facts(now) | {"wall": wall}
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_floor.html", facts)
    if not wall:
        facts |= _surge(request, facts["surge"], now)
    return render(request, page, facts)


def _surge(request: StaffRequest, level: Surge, now: datetime) -> dict[str, Any]:
    """Return what is prepared for a surge and what runs. Four queries."""
    plan, running = surge_queries.plan(now), surge_queries.running()
    least = {act: next((at for at in SURGE_LEVELS if act in plan[at]), None) for act in SurgeAct}
    called = SurgeAct.STANDBY in running
    steps = surge_queries.latest_steps()
    standby = surge_queries.standby() if called else []
    seated = queries.session_of(request.staff.pk) is not None
    return {
        "stamp": _stamp(level.value, seated, *running.values(), *steps[:1], *standby),
        "acts": [
            {
                "act": act, "least": least[act], "step": running.get(act),
                "tag": knowledge.tag_name(running[act].tag) if act in running else "",
                "advised": act in plan[level] and act not in running,
            }
            for act in SurgeAct
        ],
        "steps": steps,
        "standby": standby,
        "called": called,
        "seated": seated,
        "tags": tag_choices(),
        "may_start": Perm.SUPERVISE in request.actor.perms,
    }  # fmt: skip


def _stamp(*parts: Any) -> str:
    """Return what tells one state of the actions from another."""
    return "-".join(str(getattr(part, "pk", part)) for part in parts)


@require_POST
@staff_page(Perm.SUPERVISE)
def surge_start(request: StaffRequest) -> HttpResponse:
    """Start a prepared action of a surge."""
    now = clock.now()
    surge.start(
        request.POST.get("act", "")[:10],
        queries.surge_now(now),
        by=request.actor,
        now=now,
        tag=request.POST.get("tag", "")[:20],
        note=request.POST.get("note", ""),
    )
    return redirect("workbench:floor")


@require_POST
@staff_page(Perm.SUPERVISE)
def surge_stop(request: StaffRequest, key: int) -> HttpResponse:
    """Stop an action of a surge."""
    surge.stop(key, by=request.actor, now=clock.now())
    return redirect("workbench:floor")


def _facts(now: datetime) -> dict[str, Any]:
    midnight = queries.midnight(now)
    calls = list(queries.live_calls())
    waiting = [c for c in calls if c.state in (CallState.WAITING.value, CallState.RINGING.value)]
    longest = min((c.waits_since for c in waiting if c.waits_since), default=None)
    people = list(queries.sessions())
    noted = planning_queries.marks_of(row.call for row in people)
    for row in people:
        row.marks = noted.get(row.call, [])
    halves = queries.half_hours(midnight)
    expected = queries.expected(midnight)
    here = int((now - midnight).total_seconds() // 1800)
    target = int(knowledge.parameter("telephony.connect_target", now, default=95))
    running = queries.figures(now - _DAY, now)
    return {
        "now": now,
        "below": running.connected is not None and running.connected * 100 < target,
        "waiting": waiting,
        "longest": (
            longest := min((c.waits_since for c in waiting if c.waits_since), default=None)
        ),
        "longest_for": _span(now - longest) if longest else "",
        "under_way": sum(
            c.direction == Direction.IN.value and c.arrived_at >= midnight for c in calls
        ),
        "talking": sum(c.state in (CallState.TALKING.value, CallState.HELD.value) for c in calls),
        "people": people,
        "states": _by_state([row.state for row in people]),
        "today": queries.figures(midnight, now),
        "running": running,
        "target": target,
        "within": int(knowledge.parameter("telephony.answer_within_seconds", now, default=15)),
        "halves": _bars(halves, expected, here),
        "surge": queries.surge_now(now, expected),
        "lost": recordings.given_up(now),
        "missed": len(queries.missed_now(now)),
    }


def _span(waited: timedelta) -> str:
    """Return how long somebody has waited, as people say it."""
    minutes, seconds = divmod(max(0, int(waited.total_seconds())), 60)
    return f"{minutes} 分 {seconds} 秒" if minutes else f"{seconds} 秒"


def _by_state(states: list[str]) -> list[tuple[str, int]]:
    return [(s.label, states.count(s.value)) for s in AgentState if s.value in states]


def _bars(came: Any, expected: Any, here: int) -> list[dict[str, Any]]:
    """Return the half hours of today with calls that came and were expected."""
    return [
        {"at": f"{n // 2:02}:{n % 2 * 30:02}", "came": came[n], "expected": round(expected[n])}
        for n in range(max(0, here - 11), here + 1)
    ]


@require_GET
@staff_page(Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE)
def missed(request: StaffRequest) -> HttpResponse:
    """Show the missed numbers that may be called now, the first first. Three queries at most."""
    now = clock.now()
    since = now - timedelta(days=30)
    return render(
        request,
        "workbench/missed.html",
        {
            "rows": queries.missed_now(now),
            "figures": queries.missed_figures(since, now),
            "session": queries.session_of(request.staff.pk),
            "minutes": int(knowledge.parameter("missed.within_minutes", now, default=30)),
        },
    )


@require_GET
@staff_page(Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE, Perm.QUALITY)
def calls(request: StaffRequest) -> HttpResponse:
    """Show the latest calls: those of the person, for leaders and quality everybody's."""
    everybody = bool({Perm.SUPERVISE, Perm.QUALITY} & request.actor.perms)
    rows = queries.latest_calls(None if everybody else request.staff.pk)
    return render(
        request,
        "workbench/calls.html",
        {"rows": rows, "everybody": everybody, "figures": bool(set(LEADERS) & request.actor.perms)},
    )


@require_POST
@staff_page(Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE, Perm.QUALITY)
def recording(request: StaffRequest, key: int) -> HttpResponse:
    """Play a recording; who hears it and why is written down first."""
    sound = recordings.play(
        key,
        request.POST.get("purpose", ""),
        by=request.actor,
        now=clock.now(),
        address=address_of(request),
    )
    response = HttpResponse(sound, content_type="audio/wav")
    response["Content-Disposition"] = f'inline; filename="recording-{key}.wav"'
    response["Content-Security-Policy"] = "default-src 'none'; media-src 'self'; sandbox"
    return response


@require_POST
@staff_page(Perm.SUPERVISE, Perm.QUALITY)
def recording_hold(request: StaffRequest, key: int) -> HttpResponse:
    """Keep a recording as evidence, or no longer."""
    recordings.hold_one(
        key,
        on=request.POST.get("on") == "1",
        by=request.actor,
        now=clock.now(),
        address=address_of(request),
    )
    return redirect("workbench:calls")


CALL_HEADS = (
    "时间",
    "方向",
    "本方号码",
    "对方号码",
    "等待秒数",
    "通话秒数",
    "受理员",
    "结果",
    "工单",
)
DAY_HEADS = (
    "日期", "呼入", "应答", "放弃", "接通率%", "规定秒数内占呼入%", "规定秒数内占应答%", "放弃率%",
    "平均应答秒数", "漏接号码", "已回拨接通", "按时回拨接通", "平均通话秒数",
)  # fmt: skip
MOST_EXPORTED, LONGEST_SPAN = 5000, timedelta(days=92)


@require_GET
@staff_page(*LEADERS, Perm.INTAKE, Perm.CALL_BACK)
def calls_table(request: StaffRequest) -> HttpResponse:
    """Send the calls of some days as a table: masked, those that this person may see."""
    days = _days(request)
    wanted, cursor = reports.Wanted(days.since, days.until), ""
    rows: list[tuple[object, ...]] = []
    while len(rows) < MOST_EXPORTED:
        page = reports.calls(request.actor, wanted, cursor=cursor, size=200)
        rows += [_cells(row) for row in page.rows]
        if not (cursor := page.next):
            break
    return sheet(CALL_HEADS, rows, f"calls-{days.since:%Y%m%d}-{days.until:%Y%m%d}")


@require_GET
@staff_page(*LEADERS)
def figures_table(request: StaffRequest) -> HttpResponse:
    """Send the figures of each of some days as a table: those of the page and the API."""
    days = _days(request)
    found = reports.days(days.since, days.until)
    rows = [
        (
            "合计" if row is found.whole else row.day, row.figures.offered, row.figures.answered,
            row.figures.abandoned, reports.per_cent(row.figures.connected),
            reports.per_cent(row.figures.within_offered),
            reports.per_cent(row.figures.within_answered),
            reports.per_cent(row.figures.abandonment), reports.seconds(row.figures.mean_wait),
            row.missed.missed, row.missed.called_back, row.missed.in_time,
            reports.seconds(row.talk),
        )
        for row in (*found.days, found.whole)
    ]  # fmt: skip
    return sheet(DAY_HEADS, rows, f"call-figures-{days.since:%Y%m%d}-{days.until:%Y%m%d}")


def _days(request: StaffRequest) -> Days:
    days = days_asked(request.GET, clock.now(), usual=6)
    if days.wrong or days.until - days.since >= LONGEST_SPAN:
        raise Invalid(days.wrong or "一次最多三个月")
    return days


def _cells(row: Call) -> tuple[object, ...]:
    waited = ((row.answered_at or row.ended_at) - row.arrived_at).total_seconds()
    talked = (row.ended_at - row.answered_at).total_seconds() if row.answered_at else None
    return (
        f"{row.arrived_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}", row.get_direction_display(),
        row.line, row.number_masked, round(waited), None if talked is None else round(talked),
        row.agent.name if row.agent else "", row.get_outcome_display(),
        row.order.number if row.order else "",
    )  # fmt: skip
