"""Beside the flow: voiding by two people, notes, revealing personal data, clocks kept true."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from huiyin.kernel import access, crypto
from huiyin.kernel.errors import NotAllowed, Refused
from huiyin.kernel.prepared import Prepared
from huiyin.knowledge.states import ClockKind
from huiyin.orders import moving, policy, rules
from huiyin.orders.actions import timing
from huiyin.orders.actions.applying import lapse
from huiyin.orders.actions.grouping import lock_group, release
from huiyin.orders.actions.turn import Turn, begin, finish, locked, part_of
from huiyin.orders.models import Assignment, Clock, WorkOrder
from huiyin.orders.states import (
    ASK_VOID,
    CONFIRM_VOID,
    FACES,
    NOTE,
    OPEN,
    OVERDUE,
    RECOMPUTE,
    REFUSE_VOID,
    CloseType,
)
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.worktime import deadline as worktime
from huiyin.worktime import limits

_BATCH = 500
# Read after the order is locked, so that it is as the last step has left it.
_CLOCK = Prepared(
    lambda key: Clock.objects.select_related("assignment__unit").filter(
        pk=key, stopped_at__isnull=True, overdue_recorded=False
    )
)


@transaction.atomic
def ask_void(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Ask to void an order: the citizen withdrew it, or it was made by mistake.

    Raises:
        Refused: somebody has already asked.

    Source: R-53 (handbook domain.md 4.3 作废: two persons).
    """
    turn = begin(ASK_VOID, order_id, by, now)
    rules.check_note(note, "note", "作废原因")
    if turn.order.void_asked_by_id is not None:
        raise Refused("已申请作废，等待确认")
    turn.order.void_asked_by = by.staff
    return finish(turn, note=note.strip())


@transaction.atomic
def confirm_void(order_id: int, *, by: Actor, note: str = "", now: datetime) -> WorkOrder:
    """Confirm a void that somebody else asked for; orders merged into this one are split off.

    Source: R-53 (handbook domain.md 4.3 作废: two persons).
    """
    lock_group(order_id)
    turn = begin(CONFIRM_VOID, order_id, by, now)
    asked = turn.order.void_asked_by_id
    if asked is None:
        raise Refused("尚无人申请作废", remedy="须先由派单员申请")
    rules.check_different_person(asked, by.staff.pk if by.staff else None, "申请和确认作废")
    lapse(turn, every=True)
    turn.order.close_type, turn.order.closed_at = CloseType.WITHDRAWN.value, now
    order = finish(turn, note=note.strip())
    if order.merged_count:
        release(order, by=by, now=now)
    return order


@transaction.atomic
def refuse_void(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Refuse a void that somebody asked for: the order goes on, and may be asked for anew.

    Raises:
        Refused: nobody has asked.
        Invalid: no reason is given.

    Source: R-552 (handbook domain.md 4.3 作废: two persons).
    """
    turn = begin(REFUSE_VOID, order_id, by, now)
    if turn.order.void_asked_by_id is None:
        raise Refused("尚无人申请作废")
    rules.check_note(note, "note", "驳回理由")
    turn.order.void_asked_by = None
    return finish(turn, note=note.strip())


@transaction.atomic
def add_note(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Add a remark to the history; the state stays. Raises Invalid when it is empty."""
    turn = begin(NOTE, order_id, by, now)
    rules.check_note(note, "note", "要补充的内容")
    return finish(turn, note=note.strip()[:2000])


def reveal(
    order: WorkOrder, *, by: Actor, purpose: str, now: datetime, address: str | None = None
) -> dict[str, str]:
    """Return the requester's data in the clear, and log who read it and why.

    Raises:
        NotAllowed: the actor may not read it for this order.
        Invalid: no purpose is given.

    Source: R-62 (handbook domain.md 4.4, 7.2; architecture 3).
    """
    refusal = policy.may_reveal(by, order, part_of(order, by))
    if refusal:
        raise NotAllowed(refusal)
    asked = order.requester
    clear = {
        "name": crypto.unseal(asked.name_sealed, "requester.name"),
        "phone": crypto.unseal(asked.phone_sealed, "requester.phone"),
        "email": crypto.unseal(asked.email_sealed, "requester.email"),
        "address": crypto.unseal(asked.address_sealed, "requester.address"),
    }
    access.record(
        reader=by.reference,
        subject=f"order:{order.number}",
        fields=[name for name, value in clear.items() if value],
        purpose=purpose,
        now=now,
        address=address,
    )
    return clear


def record_overdue(*, until: datetime) -> int:
    """Write an ``overdue`` event for each clock that ran out by ``until``; return how many.

    Safe late, twice or in parallel: a clock is marked in the transaction of its event.

    Source: R-67, R-110 (requirement 23; handbook domain.md 4.3 timers; style 3.1.5).
    """
    # A suspension that has come to its review date is not late: it ends by itself (``resume_due``).
    late = (
        Clock.objects.filter(due_at__lte=until, stopped_at__isnull=True, overdue_recorded=False)
        .exclude(kind=ClockKind.SUSPENSION)
        .order_by("due_at", "pk")
    )
    found = late.values_list("pk", "order_id")[:_BATCH]
    return sum(_record_one(pk, order_id, until) for pk, order_id in found)


@transaction.atomic
def _record_one(clock_id: int, order_id: int, now: datetime) -> bool:
    order = locked(order_id)
    clock = _CLOCK.one(clock_id)
    if order is None or order.standing not in OPEN or clock is None or clock.due_at > now:
        return False
    Clock.objects.filter(pk=clock_id).update(overdue_recorded=True)
    who = f"{clock.assignment.unit}" if clock.assignment else FACES[order.standing].waits_for
    finish(
        Turn(OVERDUE, order, SYSTEM, now, was=moving.snapshot(order)),
        note=f"{who}未按时{ClockKind(clock.kind).label}",
        data={"clock": clock.kind, "due_at": clock.due_at.isoformat()},
    )
    return True


def recompute_provisional(*, now: datetime) -> int:
    """Recompute running provisional deadlines of published years; return how many moved.

    One query when there are none. Each order gets a recorded step; the rule row and the start stay,
    only the calendar changed.

    Source: R-14 (architecture 5: a recorded step).
    """
    tables = orgs.calendar().tables
    published = [year for year, table in tables.items() if not table.provisional]
    orders = (
        Clock.objects.filter(provisional=True, stopped_at__isnull=True, due_at__year__in=published)
        .order_by("order_id")
        .values_list("order_id", flat=True)
        .distinct()
    )
    return sum(_recompute_order(order_id, now) for order_id in list(orders))


@transaction.atomic
def _recompute_order(order_id: int, now: datetime) -> int:
    order = _lock_open(order_id)
    if order is None:
        return 0
    moved = []
    running = Clock.objects.filter(order=order, provisional=True, stopped_at__isnull=True)
    for clock in running.select_related("rule"):
        before = clock.due_at
        if _recompute(clock) and clock.due_at != before:
            moved.append(f"{ClockKind(clock.kind).label} {timing.moment(clock.due_at)}")
            _move(order, clock)
    if moved:
        note = "放假安排已公布，时限改为：" + "；".join(moved)
        finish(Turn(RECOMPUTE, order, SYSTEM, now), note=note)
    return len(moved)


def _recompute(clock: Clock) -> bool:
    if clock.rule is None:
        return False
    limit = replace(limits.parse(clock.rule.limit), postpone=clock.rule.postpone)
    end = worktime.deadline(clock.started_at, limit, orgs.calendar())
    clock.due_at, clock.words, clock.provisional = end.due_at, end.words, end.provisional
    clock.save(update_fields=["due_at", "words", "provisional"])
    return True


def _move(order: WorkOrder, clock: Clock) -> None:
    if clock.kind != ClockKind.FINISH:
        return
    if clock.assignment is None:
        return
    Assignment.objects.filter(pk=clock.assignment.pk).update(due_at=clock.due_at)
    if clock.assignment.parent_id is None:
        order.due_at = clock.due_at


def _lock_open(order_id: int) -> WorkOrder | None:
    rows = WorkOrder.objects.select_for_update(of=("self",)).select_related("category", "lead_unit")
    return rows.filter(pk=order_id, state__in=OPEN).first()
