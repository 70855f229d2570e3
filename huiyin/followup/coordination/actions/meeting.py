"""A meeting is planned, called and held; decisions become tasks; its minutes are issued."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.dispatch.boundaries import actions as boundaries
from huiyin.dispatch.boundaries.models import BoundaryRuling
from huiyin.followup.coordination import policy, rules
from huiyin.followup.coordination.models import AgendaItem, Flag, Invitation, Meeting
from huiyin.followup.coordination.states import (
    ANSWER,
    CALL,
    CANCEL,
    CONCLUDE,
    DECIDE,
    HOLD,
    PREPARE,
    Coming,
    FlagKind,
    FlagState,
    MeetingKind,
    MeetingStep,
    Outcome,
)
from huiyin.followup.tasks import actions as tasks
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.states import Origin, TaskPart
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.orders import actions as orders
from huiyin.orders import rules as order_rules
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

LONGEST_BASIS = 500


@dataclass(frozen=True, slots=True)
class Planning:
    """When and where people meet, under whom, about which flags, with which units."""

    title: str
    place: str
    chair: str
    held_at: datetime | None
    flags: Sequence[int] = ()
    units: Sequence[Unit] = ()
    wanted: str = ""
    kind: MeetingKind = MeetingKind.COORDINATION


@dataclass(frozen=True, slots=True)
class Deciding:
    """What a meeting decided about one point, and who does what until when."""

    outcome: Outcome
    decision: str
    duties: Sequence[Duty] = ()


@transaction.atomic
def plan(form: Planning, *, by: Actor, now: datetime) -> Meeting:
    """Plan a meeting of a kind; flags that wait go on its agenda.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: names the fields.
        WrongState: a flag is on another agenda or has ended.

    Source: R-444, R-502 (requirements 45, 138, 174).
    """
    policy.require_office(by, "召集协调会")
    said = {name: text.clean(getattr(form, name)) for name in ("title", "place", "chair")}
    rules.check_words(said, {"title": "会议名称"})
    if not said["place"] or not said["chair"]:
        wrong = {name: "请填写" for name in ("place", "chair") if not said[name]}
        raise Invalid("请填写地点和主持人", fields=wrong)
    rules.check_time(form.held_at, now)
    meeting = Meeting.objects.create(
        **said,
        kind=form.kind.value,
        held_at=present(form.held_at),
        planned_at=now,
        planned_by=present(by.staff),
    )
    _add(meeting, form)
    return meeting


@transaction.atomic
def prepare(key: int, form: Planning, *, by: Actor, now: datetime) -> Meeting:
    """Add flags and units to a meeting still ahead; units added after the call are told at once.

    Source: R-444 (requirement 138).
    """
    meeting = _locked(key, PREPARE, by)
    _add(meeting, form)
    if meeting.called_at is not None:
        meeting.invitations.filter(sent_at__isnull=True).update(sent_at=now)
    return meeting


@transaction.atomic
def drop_item(key: int, item: int, *, by: Actor) -> Meeting:
    """Take a point off the agenda; its flag waits again.

    Source: R-444 (requirement 138).
    """
    meeting = _locked(key, PREPARE, by)
    found = meeting.items.filter(pk=item).first()
    if found is None:
        raise NotFound("没有这个议题")
    Flag.objects.filter(pk=found.flag_id).update(state=FlagState.WAITING.value)
    found.delete()
    return meeting


@transaction.atomic
def call(key: int, *, by: Actor, now: datetime) -> Meeting:
    """Send the invitations: from now on the units see the meeting and are asked to answer.

    Raises:
        Conflict: nothing is on the agenda, or nobody is invited.
        Invalid: its time has passed meanwhile.

    Source: R-444 (requirement 138).
    """
    meeting = _locked(key, CALL, by)
    rules.check_call(points=meeting.items.count(), units=meeting.invitations.count())
    rules.check_time(meeting.held_at, now)
    meeting.invitations.update(sent_at=now)
    meeting.called_at = now
    return _moved(meeting, CALL)


@transaction.atomic
def answer(
    key: int, *, by: Actor, coming: Coming, attendee: str = "", note: str = "", now: datetime
) -> Invitation:
    """Answer an invitation for one's unit; may be changed until the meeting is held.

    Raises:
        NotAllowed: the unit is not invited.
        Invalid: nobody is named who comes, or no reason why nobody comes.

    Source: R-444 (requirement 138).
    """
    meeting = _found(key)
    rows = Invitation.objects.select_for_update(of=("self",)).select_related("unit")
    asked = rows.filter(meeting=meeting, unit=by.unit).first() if by.unit else None
    if asked is None or asked.sent_at is None or not policy.may_answer(by, asked):
        raise NotAllowed("没有邀请本单位参加这次会议")
    rules.check_meeting(meeting.standing, ANSWER)
    who, why = text.clean(attendee)[:60], text.clean(note)[:200]
    wrong = {}
    if coming is Coming.NONE:
        wrong["coming"] = "请选择是否参加"
    if coming is Coming.YES and len(who) < 2:
        wrong["attendee"] = "请写明参会人姓名和职务"
    if coming is Coming.NO and len(why) < 2:
        wrong["note"] = "请写明不能参加的原因"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    asked.coming, asked.attendee, asked.note = coming.value, who, why
    asked.answered_at, asked.answered_by = now, by.staff
    asked.save()
    return asked


@transaction.atomic
def hold(key: int, *, by: Actor, now: datetime) -> Meeting:
    """Write down that the meeting took place; its decisions can be recorded from now on.

    Raises:
        Conflict: it has not begun.

    Source: R-444 (requirement 138).
    """
    meeting = _locked(key, HOLD, by)
    rules.check_held(meeting.held_at, now)
    return _moved(meeting, HOLD)


@transaction.atomic
def decide(key: int, item: int, form: Deciding, *, by: Actor, now: datetime) -> AgendaItem:
    """Record what was decided about one point, once; what is to be done becomes tasks.

    A decided question of duties becomes a ruling that later suggestions cite; the unit of the
    first task leads. The history of an order that is still open tells the decision.

    Raises:
        Conflict: the point has an outcome already.
        Invalid: names what is missing.

    Source: R-445, R-446 (requirement 138; handbook domain.md 2.8).
    """
    meeting = _locked(key, DECIDE, by)
    rows = meeting.items.select_related("flag__order", "flag__category", "flag__region")
    point = rows.filter(pk=item).first()
    if point is None:
        raise NotFound("没有这个议题")
    if point.outcome:
        raise Conflict("这个议题已有结果", remedy="请刷新页面查看")
    decision = text.clean(form.decision, lines=True)
    rules.check_decision(form.outcome, decision=decision, duties=len(form.duties))
    point.outcome, point.decision = form.outcome.value, decision
    point.decided_at, point.decided_by = now, by.staff
    if form.outcome is Outcome.DECIDED:
        _put_to_work(meeting, point, form, by, now)
    point.save()
    return point


def _put_to_work(
    meeting: Meeting, point: AgendaItem, form: Deciding, by: Actor, now: datetime
) -> None:
    flag = point.flag
    point.sheet = tasks.open_sheet(
        Origin.MEETING, document=meeting.number, title=flag.title, basis=point.decision,
        order=flag.order,
    )  # fmt: skip
    tasks.give(point.sheet.pk, form.duties, by=by, now=now)
    if flag.kind == FlagKind.BOUNDARY:
        point.ruling = _ruled(meeting, point, form, by, now)
    if flag.order is not None and flag.order.standing in OPEN:
        note = f"{meeting.get_kind_display()} {meeting.number} 决定：{point.decision}"
        orders.add_note(flag.order.pk, by=by, note=note, now=now)


def _ruled(
    meeting: Meeting, point: AgendaItem, form: Deciding, by: Actor, now: datetime
) -> BoundaryRuling:
    flag = point.flag
    lead = next((d.unit for d in form.duties if d.part is TaskPart.LEAD), form.duties[0].unit)
    ruled = boundaries.Boundary(
        category=flag.category,
        region=flag.region,
        lead=lead,
        matter=flag.title,
        basis=point.decision[:LONGEST_BASIS],
        document=meeting.number,
        assist=[d.unit for d in form.duties if d.unit and d.unit != lead],
    )
    return boundaries.rule(ruled, by=by, now=now)


@transaction.atomic
def conclude(key: int, *, by: Actor, minutes: str, now: datetime) -> Meeting:
    """Issue the minutes: decided points are settled, postponed ones wait for the next meeting.

    Raises:
        Conflict: a point has no outcome.
        Invalid: the minutes say nothing.

    Source: R-445 (requirement 138).
    """
    meeting = _locked(key, CONCLUDE, by)
    rules.check_conclude(meeting.items.filter(outcome="").count())
    said = {"minutes": text.clean(minutes, lines=True)}
    rules.check_words(said, {"minutes": "会议情况"})
    meeting.minutes, meeting.ended_at, meeting.ended_by = said["minutes"], now, by.staff
    settled = meeting.items.filter(outcome=Outcome.DECIDED.value).values("flag")
    again = meeting.items.filter(outcome=Outcome.POSTPONED.value).values("flag")
    Flag.objects.filter(pk__in=settled).update(state=FlagState.SETTLED.value, ended_at=now)
    Flag.objects.filter(pk__in=again).update(state=FlagState.WAITING.value)
    return _moved(meeting, CONCLUDE)


@transaction.atomic
def cancel(key: int, *, by: Actor, reason: str, now: datetime) -> Meeting:
    """Cancel a meeting still ahead; its flags wait again. Raises Invalid without a reason.

    Source: R-444 (requirement 138).
    """
    meeting = _locked(key, CANCEL, by)
    order_rules.check_note(reason, "note", "取消原因")
    meeting.end_reason, meeting.ended_at, meeting.ended_by = text.clean(reason)[:500], now, by.staff
    Flag.objects.filter(pk__in=meeting.items.values("flag")).update(state=FlagState.WAITING.value)
    return _moved(meeting, CANCEL)


def _add(meeting: Meeting, form: Planning) -> None:
    """Put waiting flags on the agenda and units on the list of those who are asked."""
    flags = Flag.objects.select_for_update().filter(pk__in=form.flags).order_by("pk")
    for flag in flags:
        rules.check_flag_state(flag.standing, FlagState.WAITING, "列入议程")
        flag.state = FlagState.LISTED.value
        flag.save(update_fields=["state"])
        AgendaItem.objects.create(meeting=meeting, flag=flag)
    there = set(meeting.invitations.values_list("unit", flat=True))
    Invitation.objects.bulk_create(
        Invitation(meeting=meeting, unit=unit, wanted=text.clean(form.wanted)[:60])
        for unit in dict.fromkeys(form.units)
        if unit.pk not in there
    )


def _moved(meeting: Meeting, step: MeetingStep) -> Meeting:
    meeting.state = present(step.target).value
    meeting.save()
    return meeting


def _locked(key: int, step: MeetingStep, by: Actor) -> Meeting:
    policy.require_office(by, step.label)
    meeting = _found(key)
    rules.check_meeting(meeting.standing, step)
    return meeting


def _found(key: int) -> Meeting:
    meeting = Meeting.objects.select_for_update().filter(pk=key).first()
    if meeting is None:
        raise NotFound("没有这次会议")
    return meeting
