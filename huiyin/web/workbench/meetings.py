"""Coordination meetings: list, planning, one meeting, its decisions and its minutes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.coordination import actions, policy, queries
from huiyin.followup.coordination.actions import Deciding, Planning
from huiyin.followup.coordination.models import AgendaItem, Meeting
from huiyin.followup.coordination.states import (
    CALL,
    CANCEL,
    CONCLUDE,
    DECIDE,
    HOLD,
    PREPARE,
    Coming,
    MeetingKind,
    MeetingState,
    Outcome,
)
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid, NotFound, Refused, WrongState
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench import papers
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_coordination import (
    AnswerForm,
    DecideForm,
    Duties,
    MeetingForm,
    MinutesForm,
    PrepareForm,
    ReasonForm,
)
from huiyin.web.workbench.minutes import minutes_of
from huiyin.web.workbench.once import made_before, made_once
from huiyin.web.workbench.steps import put_on

READERS = (Perm.SUPERVISE, Perm.DISPATCH, Perm.HANDLE)


@require_GET
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of meetings, the latest first. Two queries beside the session."""
    state, kind = request.GET.get("state", ""), request.GET.get("kind", "")
    state = state if state in set(MeetingState) else ""
    kind = kind if kind in set(MeetingKind) else ""
    found = {
        "page": queries.meetings_listed(
            request.actor, state=state, kind=kind, cursor=request.GET.get("cursor", "")
        ),
        "state": state,
        "states": list(MeetingState),
        "kind": kind,
        "kinds": list(MeetingKind),
        "may_plan": policy.is_office(request.actor),
        "may_see_turns": policy.coordinates(request.actor),
    }
    return render(request, "workbench/meetings.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def new(request: StaffRequest) -> HttpResponse:
    """Plan a meeting about flags that wait."""
    flags = queries.waiting_flags()
    if request.method == "GET":
        wanted = {int(k) for k in request.GET.getlist("flag") if k.isdecimal() and len(k) < 12}
        chosen = [flag for flag in flags if flag.pk in wanted] if wanted else flags
        units = queries.suggested_units(chosen)
        start = {"flags": [f.pk for f in chosen], "units": ",".join(u.name for u in units)}
        form = MeetingForm(initial=start)
        form.offer(flags)
        return _new(request, form)
    form = MeetingForm(request.POST)
    form.offer(flags)
    if not form.is_valid():
        if (before := made_before(request)) is not None:
            return redirect("workbench:meeting", key=before)
        return _new(request, form, status=422)
    now, planning = clock.now(), Planning(**form.cleaned_data)
    try:
        key = made_once(
            request, lambda: actions.plan(planning, by=request.actor, now=now).pk, now=now
        )
    except (Invalid, WrongState) as refusal:
        put_on(form, refusal)
        return _new(request, form, status=refusal.status)
    return redirect("workbench:meeting", key=key)


def _new(request: StaffRequest, form: MeetingForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    return render(request, "workbench/meeting_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one meeting; call, answer, hold, conclude or cancel it."""
    meeting = _seen(request, key)
    made = _forms(request, meeting)
    status = 200
    if request.method == "POST":
        form = made.get(request.POST.get("do", ""))
        status = 422
        if form is None or form.is_valid():
            try:
                _take(request, key, form)
                return redirect("workbench:meeting", key=key)
            except (Invalid, Conflict) as refusal:
                if form is None:
                    raise
                put_on(form, refusal)
                status = refusal.status
    for each in made.values():
        dress(each)
    return render(request, "workbench/meeting.html", _facts(request, meeting, made), status=status)


def _forms(request: StaffRequest, meeting: Meeting) -> dict[str, forms.Form]:
    """Return the forms of the page; the one that was sent holds what was typed."""
    kinds: dict[str, type[forms.Form]] = {
        "prepare": PrepareForm, "answer": AnswerForm, "conclude": MinutesForm,
        "cancel": ReasonForm,
    }  # fmt: skip
    sent = request.POST.get("do", "") if request.method == "POST" else ""
    made = {
        name: kind(request.POST if name == sent else None, auto_id=f"{name}_%s")
        for name, kind in kinds.items()
    }
    prepare = made["prepare"]
    if isinstance(prepare, PrepareForm) and meeting.standing in PREPARE.sources:
        prepare.offer(queries.waiting_flags() if policy.is_office(request.actor) else [])
    return made


def _take(request: StaffRequest, key: int, form: forms.Form | None) -> None:
    do, now, by = request.POST.get("do", ""), clock.now(), request.actor
    clean = form.cleaned_data if form is not None else {}
    item = request.POST.get("item", "")
    doings: dict[str, Callable[[], Any]] = {
        "call": lambda: actions.call(key, by=by, now=now),
        "hold": lambda: actions.hold(key, by=by, now=now),
        "drop": lambda: actions.drop_item(
            key, int(item) if item.isdecimal() and len(item) < 12 else 0, by=by
        ),
        "prepare": lambda: actions.prepare(
            key, Planning("", "", "", None, **clean), by=by, now=now
        ),
        "answer": lambda: actions.answer(
            key, by=by, **(clean | {"coming": Coming(clean["coming"])}), now=now
        ),
        "conclude": lambda: actions.conclude(key, by=by, minutes=clean["minutes"], now=now),
        "cancel": lambda: actions.cancel(key, by=by, reason=clean["note"], now=now),
    }
    if do not in doings:
        raise NotFound("没有这个步骤")
    doings[do]()


def _facts(request: StaffRequest, meeting: Meeting, made: dict[str, forms.Form]) -> dict[str, Any]:
    office, state = policy.is_office(request.actor), meeting.standing
    invitations = list(meeting.invitations.all())
    mine = next((i for i in invitations if policy.may_answer(request.actor, i)), None)
    return {
        "meeting": meeting,
        "items": list(meeting.items.all()),
        "undecided": sum(not item.outcome for item in meeting.items.all()),
        "invitations": invitations,
        "mine": mine if state is MeetingState.CALLED else None,
        "forms": made,
        "coordinates": policy.coordinates(request.actor),
        "may_rule": Perm.DECIDE in request.actor.perms,
        "may_prepare": office and state in PREPARE.sources,
        "may_call": office and state in CALL.sources,
        "may_hold": office and state in HOLD.sources and clock.now() >= meeting.held_at,
        "may_decide": office and state in DECIDE.sources,
        "may_conclude": office and state in CONCLUDE.sources,
        "may_cancel": office and state in CANCEL.sources,
    }


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def decide(request: StaffRequest, key: int, item: int) -> HttpResponse:
    """Record what was decided about one point, with the tasks that come from it."""
    meeting = _seen(request, key)
    point = next((each for each in meeting.items.all() if each.pk == item), None)
    if point is None:
        raise NotFound("没有这个议题")
    if request.method == "GET":
        if meeting.standing not in DECIDE.sources or point.outcome:
            raise WrongState("这个议题现在不能记录决定", remedy="请回到会议页查看")
        first = next((each.unit for each in point.flag.units.all()), None)
        return _decide(request, meeting, point, DecideForm(), Duties(first=first))
    form, duties = DecideForm(request.POST), Duties(request.POST)
    # What is put off gives nobody anything to do, whatever stood in the rows before.
    puts_off = request.POST.get("outcome") == Outcome.POSTPONED.value
    whole = duties.is_valid()
    if not form.is_valid() or not (whole or puts_off):
        return _decide(request, meeting, point, form, duties, status=422)
    clean = form.cleaned_data
    given = [] if puts_off else duties.read()
    said = Deciding(Outcome(clean["outcome"]), clean["decision"], given)
    try:
        actions.decide(key, item, said, by=request.actor, now=clock.now())
    except (Invalid, Conflict) as refusal:
        put_on(form, refusal)
        return _decide(request, meeting, point, form, duties, status=refusal.status)
    return redirect("workbench:meeting", key=key)


def _decide(  # noqa: PLR0913 - the page and its two forms
    request: StaffRequest,
    meeting: Meeting,
    point: AgendaItem,
    form: DecideForm,
    duties: Duties,
    *,
    status: int = 200,
) -> HttpResponse:
    dress(form)
    duties.dress()
    found = {"meeting": meeting, "point": point, "form": form, "duties": duties}
    return render(request, "workbench/meeting_decide.html", found, status=status)


@require_GET
@staff_page(*READERS)
def minutes(request: StaffRequest, key: int) -> HttpResponse:
    """Show the minutes as a page to print."""
    meeting = _concluded(request, key)
    return papers.shown(request, minutes_of(meeting, request.actor, clock.now()))


@require_GET
@staff_page(*READERS)
def minutes_pdf(request: StaffRequest, key: int) -> HttpResponse:
    """Send the minutes as PDF."""
    meeting = _concluded(request, key)
    return papers.sent(minutes_of(meeting, request.actor, clock.now()), meeting.number)


def _concluded(request: StaffRequest, key: int) -> Meeting:
    meeting = _seen(request, key)
    if meeting.standing is not MeetingState.CONCLUDED:
        raise Refused("纪要还没有印发")
    return meeting


def _seen(request: StaffRequest, key: int) -> Meeting:
    meeting = queries.meeting(request.actor, key)
    if meeting is None:
        raise NotFound("没有找到这次会议")
    return meeting
