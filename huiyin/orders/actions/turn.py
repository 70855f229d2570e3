"""One turn of an order: lock, check, change, record, tell - in one transaction.

``begin`` returns the only object that may be changed; ``finish`` is the only place that moves a
state and writes history. Both run inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Model, QuerySet

from huiyin.kernel.errors import Changed, NotFound
from huiyin.kernel.prepared import Prepared
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ClockKind
from huiyin.orders import history, moving, policy
from huiyin.orders.models import NEVER, Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orders.states import FACES, FINAL, State, Step
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.worktime import deadline as worktime
from huiyin.worktime import limits

Row = TypeVar("Row", bound=Model)

# What every step reads.
_LOCKED = Prepared(
    lambda key: (
        WorkOrder.objects.select_for_update(of=("self",))
        .select_related("category", "lead_unit")
        .filter(pk=key)
    )
)
_PART = Prepared(
    lambda order, unit: Assignment.objects.select_related("unit").filter(
        order_id=order, unit_id=unit, ended_at__isnull=True
    ),
    values=2,
)
_LEAD = Prepared(
    lambda order: Assignment.objects.select_related("unit").filter(
        order_id=order, role="lead", parent__isnull=True, ended_at__isnull=True
    )
)


@dataclass(slots=True)
class Turn:
    """A step that has been begun: the locked order, who acts, and their unit's open part in it."""

    step: Step
    order: WorkOrder
    by: Actor
    now: datetime
    mine: Assignment | None = None
    was: moving.Snapshot = field(default_factory=dict)


def begin(step: Step, order_id: int, by: Actor, now: datetime) -> Turn:
    """Lock the order, then check its state and the actor's right to take ``step``.

    Raises:
        NotFound: there is no such order.
        WrongState: the step cannot be taken from where the order stands.
        NotAllowed: the actor may not take it.
    """
    order = locked(order_id)
    if order is None:
        raise NotFound("没有这件工单")
    policy.check_state(step, order)
    mine = part_of(order, by)
    policy.require(by, step, mine)
    return Turn(step, order, by, now, mine, moving.snapshot(order))


def locked(order_id: int) -> WorkOrder | None:
    """Lock an order in the caller's transaction and return it as every step reads it. One query."""
    return _LOCKED.one(order_id)


def lock_unchanged(order_id: int, seen: int | None = None) -> WorkOrder:
    """Lock an order before a step, in the caller's transaction, and return it.

    Args:
        order_id: the order.
        seen: how many events it had when the actor read it; None when that does not matter.

    Raises:
        NotFound: there is no such order.
        Changed: somebody has taken a step meanwhile.
    """
    locked = WorkOrder.objects.select_for_update(of=("self",)).select_related("category", "region")
    order = only(locked.filter(pk=order_id))
    if order is None:
        raise NotFound("没有这件工单")
    if seen is not None and seen != order.event_count:
        raise Changed(
            f"工单 {order.number} 已有新进展，现为“{order.standing.label}”",
            remedy="请重新读取后再办理",
            state=order.state,
            event_count=order.event_count,
        )
    return order


def only(rows: QuerySet[Row]) -> Row | None:
    """Return the one row that a unique condition leaves, if any; unlike ``first`` it sorts not."""
    return next(iter(rows), None)


def part_of(order: WorkOrder, by: Actor) -> Assignment | None:
    """Return the open assignment of the actor's own unit on the order. One query for unit staff."""
    if by.unit is None or Perm.HANDLE not in by.perms:
        return None
    return _PART.one(order.pk, by.unit.pk)


def lead_of(order: WorkOrder) -> Assignment:
    """Return the accountable lead assignment. One query."""
    lead = _LEAD.one(order.pk)
    if lead is None:
        raise Assignment.DoesNotExist
    return lead


def matter_of(order: WorkOrder) -> Matter:
    """Return what of the order decides its limits."""
    return Matter(
        kind=order.kind,
        category=order.category.code if order.category else "",
        urgency=order.urgency,
        channel=order.channel,
        round=order.round,
        case_class=_class_code(order),
    )


def _class_code(order: WorkOrder) -> str:
    found = knowledge.class_by_id(order.case_class_id) if order.case_class_id else None
    return found.code if found else ""


def clock_for(order: WorkOrder, kind: ClockKind, now: datetime) -> Clock | None:
    """Return an unsaved clock of ``kind`` started ``now``; None when the city sets no limit.

    The rule in force now makes the end, once: a rule that comes later never moves it.

    Source: R-196 (handbook domain.md 2.9, rules with effective dates).
    """
    rule = knowledge.limit_for(kind, matter_of(order), now)
    if rule is None:
        return None
    limit = replace(limits.parse(rule.limit), postpone=rule.postpone)
    end = worktime.deadline(now, limit, orgs.calendar())
    return Clock(
        order=order,
        kind=kind.value,
        rule=rule,
        started_at=now,
        due_at=end.due_at,
        words=end.words,
        provisional=end.provisional,
    )


def finish(
    turn: Turn,
    *,
    target: State | None = None,
    note: str = "",
    public_note: str = "",
    data: dict[str, Any] | None = None,
    assignment: Assignment | None = None,
    clocks: Iterable[Clock] = (),
    starts: bool = True,
) -> WorkOrder:
    """Move the order, stop and start its clocks, write the event and the news.

    Args:
        turn: what ``begin`` returned, with the order's other fields already changed.
        target: where it goes, when the step has several targets.
        note: what staff read in the timeline.
        public_note: what the citizen reads.
        data: figures and codes of the step, no personal data.
        assignment: to which the started clocks belong.
        clocks: clocks made by the caller instead of by rule.
        starts: False when the step's own clocks are not to be started.
    """
    order, step, before = turn.order, turn.step, turn.order.state
    if step.targets:
        chosen = target or step.targets[0]
        if chosen not in step.targets:
            raise ValueError(f"{step.verb} does not lead to {chosen}")
        order.state = chosen
    started = [*clocks, *(_start(turn, assignment) if starts else ())]
    stops = _stop_first(turn, started)
    _set_waits(order, started, stops)
    if order.standing in FINAL:
        order.news_at = None
    if order.standing in FINAL and before not in FINAL:
        Assignment.objects.filter(order=order, ended_at__isnull=True).update(ended_at=turn.now)
    event = _next_event(turn, before, note=note, public_note=public_note, data=data or {})
    moving.store(order, turn.was, event, stops=stops, starts=started, now=turn.now)
    return order


def _stop_first(turn: Turn, started: Iterable[Clock]) -> tuple[ClockKind, ...]:
    """Return the kinds to stop; when one of them starts anew, they are stopped already."""
    stops = turn.step.stops
    if not any(clock.kind in stops for clock in started):
        return stops
    moving.stop(turn.order, stops, turn.now)
    return ()


def _start(turn: Turn, assignment: Assignment | None) -> list[Clock]:
    made = [clock_for(turn.order, kind, turn.now) for kind in turn.step.starts]
    clocks = [clock for clock in made if clock is not None]
    for clock in clocks:
        clock.assignment = assignment
    return clocks


def _set_waits(order: WorkOrder, started: list[Clock], stops: tuple[ClockKind, ...]) -> None:
    """Store until when the present wait lasts: the clock of the state, NEVER without one."""
    wanted = FACES[order.standing].clock
    if wanted is None:
        order.waits_until = NEVER
        return
    if wanted is ClockKind.FINISH:
        order.waits_until = order.due_at or NEVER
        return
    for clock in started:
        if clock.kind == wanted and (
            clock.assignment_id is None
            or clock.assignment is None
            or clock.assignment.parent_id is None
        ):
            order.waits_until = clock.due_at
            return
    if wanted in stops:
        order.waits_until = NEVER
        return
    running = Clock.objects.filter(order=order, kind=wanted.value, stopped_at__isnull=True)
    first = running.order_by(F("assignment__parent").asc(nulls_first=True), "due_at").first()
    order.waits_until = first.due_at if first else NEVER


def event_of(
    turn: Turn,
    before: str,
    *,
    note: str,
    public_note: str,
    data: dict[str, Any],
    seq: int,
    head: bytes,
) -> OrderEvent:
    """Return the unsaved event of a turn, chained to ``head``."""
    staff = turn.by.staff
    event = OrderEvent(
        seq=seq,
        verb=turn.step.verb,
        state_before=before,
        state_after=str(turn.order.state),
        at=turn.now,
        actor=turn.by.kind.value,
        actor_label=turn.by.label,
        staff_id=staff.pk if staff else None,
        unit_id=staff.unit_id if staff else None,
        note=note,
        public_note=public_note,
        data=data,
    )
    event.digest = history.digest_of(event, turn.order.number, head)
    return event


def _next_event(
    turn: Turn, before: str, *, note: str, public_note: str, data: dict[str, Any]
) -> OrderEvent:
    order = turn.order
    event = event_of(
        turn,
        before,
        note=note,
        public_note=public_note,
        data=data,
        seq=order.event_count + 1,
        head=bytes(order.head),
    )
    event.order = order
    order.event_count, order.head = event.seq, event.digest
    return event
