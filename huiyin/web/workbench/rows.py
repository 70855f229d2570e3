"""What one row of a list says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ClockKind, Kind
from huiyin.orders import policy, queries
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import FACES, AssignmentRole, Channel, State
from huiyin.orgs.actors import Actor
from huiyin.worktime import deadline

HIDDEN = "（保密）"


@dataclass(frozen=True, slots=True)
class Row:
    """One order in a list, ready to print: plain words, no look-ups left for the template."""

    order: WorkOrder
    state: str
    state_tone: str
    who: str
    to_do: str
    left: str
    tone: str
    until: datetime | None
    kind: str
    category: str
    unit: str
    channel: str
    asker: str
    case_class: str
    line: str


def rows_for(actor: Actor, orders: Sequence[WorkOrder], now: datetime) -> list[Row]:
    """Return the rows of a page of orders. Two queries, whatever their number."""
    return [row_of(actor, order, now) for order in queries.fill_rows(actor, orders)]


def row_of(actor: Actor, order: WorkOrder, now: datetime) -> Row:
    """Return one row; clocks and the actor's part are there already."""
    wait, face = queries.waiting(order, now), FACES[order.standing]
    mine = queries.my_part(actor, order)
    who, to_do, until = wait.who, wait.to_do, wait.until
    left, tone = wait.left, wait.tone
    if own := _own_task(order, mine, now):
        who, to_do, until, left, tone = own
    return Row(
        order=order,
        state=face.label,
        state_tone=face.tone,
        who=who,
        to_do=to_do,
        left=left,
        tone=tone,
        until=until,
        kind=Kind(order.kind).label,
        category=order.category.name if order.category else "",
        unit=str(order.lead_unit) if order.lead_unit else "",
        channel=Channel(order.channel).label,
        asker=asker_of(actor, order),
        case_class=str(knowledge.class_by_id(order.case_class_id) or ""),
        line=str(knowledge.line_by_id(order.line_id) or ""),
    )


def asker_of(actor: Actor, order: WorkOrder) -> str:
    """Return the masked name and number, or that they are kept from this person."""
    if is_hidden(actor, order):
        return HIDDEN
    asked = order.requester
    return f"{asked.name_masked or '未留姓名'} {asked.phone_masked}".strip()


def is_hidden(actor: Actor, order: WorkOrder) -> bool:
    """Tell whether even the masked name is kept from ``actor``.

    Units never learn who reported them.

    Source: R-62 (handbook domain.md 4.4).
    """
    sensitive = order.kind == Kind.REPORT or order.confidential
    return sensitive and not policy.sees_all(actor)


def _own_task(
    order: WorkOrder, mine: Assignment | None, now: datetime
) -> tuple[str, str, datetime | None, str, str] | None:
    """Return what an assisting or sub-unit itself has to do, which is due before the order is."""
    if mine is None or policy.is_lead(mine) or mine.role == "supervise":
        return None
    if order.standing not in (State.TO_SIGN, State.IN_PROGRESS):
        return None
    to_do, due = "报送结果" if mine.signed_at else "签收任务", mine.due_at
    if mine.role == AssignmentRole.RAISED:
        to_do = "研究提级"
    elif mine.role == AssignmentRole.WHISTLE and mine.signed_at is None:
        to_do, due = "报到", _report_by(order, mine)
    if due is None:
        return "本单位", to_do, None, "", "ok"
    left = deadline.remaining(now, due)
    tone = deadline.tone(now, due, mine.dispatched_at, amber=knowledge.amber(now))
    return "本单位", to_do, due, left, tone


def _report_by(order: WorkOrder, mine: Assignment) -> datetime | None:
    """Return until when a called unit has to report, from the clocks that were fetched."""
    running = (c for c in order.clocks.all() if c.assignment_id == mine.pk)
    return next((c.due_at for c in running if c.kind == ClockKind.WHISTLE), None)
