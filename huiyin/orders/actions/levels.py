"""The part of a higher level that studies a matter: taken while it is asked, given back after."""

from __future__ import annotations

from datetime import datetime

from huiyin.knowledge.states import ClockKind
from huiyin.orders import moving
from huiyin.orders.actions.turn import Turn
from huiyin.orders.kinds import AssignmentRole
from huiyin.orders.models import Assignment, Clock
from huiyin.orgs.models import Unit


def hold(turn: Turn, unit: Unit, due_at: datetime | None, instructions: str) -> Assignment:
    """Give the unit that is asked a part in the order, so that it sees it and can answer.

    A part that it has already, such as that of a district to which the order was copied, ends for
    the time being; ``release`` gives it back.
    """
    held = Assignment.objects.filter(order=turn.order, unit=unit, ended_at__isnull=True).first()
    if held is not None:
        _end(held, turn.now)
    part = Assignment.objects.create(
        order=turn.order, unit=unit, role=AssignmentRole.RAISED.value, round=turn.order.round,
        dispatched_at=turn.now, dispatched_by=turn.by.staff, due_at=due_at,
        instructions=instructions, continues=held,
    )  # fmt: skip
    if held is not None:
        Assignment.objects.filter(parent=held, ended_at__isnull=True).update(parent=part)
    return part


def release(turn: Turn) -> None:
    """End the part of whoever was asked, with its clock; a part that it had before goes on."""
    moving.stop(turn.order, (ClockKind.RAISING,), turn.now)
    parts = Assignment.objects.filter(
        order=turn.order, role=AssignmentRole.RAISED.value, ended_at__isnull=True
    )
    for part in parts.select_related("continues"):
        _end(part, turn.now)
        before = part.continues
        if before is None or before.role == AssignmentRole.RAISED.value:
            continue
        again = Assignment.objects.create(
            order=turn.order, unit_id=part.unit_id, role=before.role, round=turn.order.round,
            parent_id=before.parent_id, dispatched_at=before.dispatched_at,
            dispatched_by_id=before.dispatched_by_id, signed_at=before.signed_at,
            signed_by_id=before.signed_by_id, contacted_at=before.contacted_at,
            due_at=before.due_at, instructions=before.instructions,
            shared_score=before.shared_score, continues=part,
        )  # fmt: skip
        Assignment.objects.filter(parent=part, ended_at__isnull=True).update(parent=again)


def _end(part: Assignment, now: datetime) -> None:
    part.ended_at = now
    part.save(update_fields=["ended_at"])
    Clock.objects.filter(assignment=part, stopped_at__isnull=True).update(stopped_at=now)
