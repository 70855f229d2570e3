"""Orders follow when a unit ends: its open parts go on with the unit that takes over.

Every order gets one recorded step. Clocks, due times, signatures and counts stay as they are; what
the unit did before stays its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid
from huiyin.orders import policy
from huiyin.orders.actions.turn import Turn, finish
from huiyin.orders.dispute_models import DisputeUnit
from huiyin.orders.models import Assignment, Clock, WorkOrder
from huiyin.orders.numbers import spoken
from huiyin.orders.states import MOVE_UNIT, OPEN
from huiyin.orgs import actions as orgs
from huiyin.orgs import succession
from huiyin.orgs.actions import SplitTerm, Terms
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Unit, UnitChange
from huiyin.worktime.calendar import SHANGHAI

MOST_TOLD = 5
_OWN = frozenset({"id", "order_id", "parent_id", "unit_id", "ended_at", "continues_id"})
_KEPT = tuple(f.attname for f in Assignment._meta.concrete_fields if f.attname not in _OWN)
"""Everything else that a part holds goes over: times, signature, contact, counts, how it came."""


@dataclass(frozen=True, slots=True)
class _Move:
    """One part that changed hands, for the history."""

    old: Unit
    new: Unit
    leads: bool


def plan_split(
    unit: Unit, parts: Sequence[SplitTerm], *, rest: Unit, terms: Terms, by: Actor, now: datetime
) -> UnitChange:
    """Plan a split as ``orgs.actions.plan_split`` does, with lists of open orders checked.

    Raises:
        Invalid: a listed order has no open part of the unit; and as there.

    Source: R-393 (requirement 126: register of units).
    """
    listed = {number for part in parts for number in part.numbers}
    held = Assignment.objects.filter(
        unit=unit, ended_at__isnull=True, order__number__in=listed
    ).values_list("order__number", flat=True)
    if wrong := sorted(listed - set(held)) if listed else []:
        told = "、".join(spoken(number) for number in wrong[:MOST_TOLD])
        more = f" 等 {len(wrong)} 件" if len(wrong) > MOST_TOLD else ""
        raise Invalid(
            f"不是{unit}在办的工单：{told}{more}", fields={"listed": f"不是在办的：{told}{more}"}
        )
    return orgs.plan_split(unit, parts, rest=rest, terms=terms, by=by, now=now)


def carry_out(key: int, *, by: Actor = SYSTEM, now: datetime) -> int:
    """Carry out a change of the organisation and let the open orders follow; return how many did.

    The register changes in one transaction, each order in its own: should this end half-way, the
    rest follows with the next run of the periodic job.

    Raises:
        NotFound, WrongState, NotAllowed: see ``orgs.actions.carry_out_change``.

    Source: R-201 (requirements 126, 132: register of units).
    """
    orgs.carry_out_change(key, by=by, now=now)
    cached.forget_all()
    return move_left(now=now)


def carry_out_due(*, until: datetime) -> int:
    """Carry out every change whose day has come, and move what is left; return how many orders.

    Safe late, twice or in parallel. Two queries when there is nothing to do.

    Source: R-201 (requirements 126, 132: register of units).
    """
    moved = 0
    for key in succession.changes_due(until.astimezone(SHANGHAI).date()):
        moved += carry_out(key, now=until)
    return moved + move_left(now=until)


def move_left(*, now: datetime) -> int:
    """Move every open part of a unit that has ended to who took over; return how many orders.

    Also its place in a conference that waits for a ruling, and an order that was given to the unit
    in the very moment it ended.

    Source: R-198 (requirements 126, 132: register of units; clocks run on); R-210 (handbook
    domain.md 2.8: both units are heard).
    """
    known = succession.heritages_now()
    if not known:
        return 0
    left = Assignment.objects.filter(unit__in=known, ended_at__isnull=True)
    asked = _asked().filter(unit__in=known)
    keys = {*left.values_list("order", flat=True), *asked.values_list("dispute__order", flat=True)}
    return sum(_move_order(key, now) for key in sorted(keys))


def _asked() -> QuerySet[DisputeUnit]:
    """Return the places of units in conferences that wait for a ruling."""
    return DisputeUnit.objects.filter(candidate=True, dispute__ruled_at__isnull=True)


@transaction.atomic
def _move_order(order_id: int, now: datetime) -> bool:
    rows = WorkOrder.objects.select_for_update(of=("self",))
    order = (
        rows.select_related("category", "region", "lead_unit")
        .filter(pk=order_id, state__in=OPEN)
        .first()
    )
    if order is None:
        return False
    known = succession.heritages_now()
    parts = Assignment.objects.filter(order=order, unit__in=known, ended_at__isnull=True)
    category = order.category.code if order.category else ""
    region = order.region.code if order.region else ""
    moves = []
    for part in parts.select_related("unit").order_by("pk"):
        new = succession.heir_among(known, part.unit, category, region, order.number)
        moves.append(_Move(part.unit, new, _take_over(order, part, new, now)))
    heard = []
    for row in _asked().filter(dispute__order=order, unit__in=known).select_related("unit"):
        new = succession.heir_among(known, row.unit, category, region, order.number)
        heard.append(_Move(row.unit, new, leads=False))
        _hear(row, new)
    if not moves and not heard:
        return False
    lead = next((move.new for move in moves if move.leads), None)
    told = [f"{m.old}的任务由{m.new}承接" for m in moves]
    told += [f"{m.old}的会商由{m.new}参加" for m in heard]
    moves = moves or heard
    finish(
        Turn(MOVE_UNIT, order, SYSTEM, now),
        note="机构调整：" + "；".join(told) + "，时限不变",
        public_note=f"机构调整，现由{lead.name}继续办理，时限不变" if lead else "",
        data={"from": [m.old.code for m in moves], "to": [m.new.code for m in moves]},
    )
    return True


def _take_over(order: WorkOrder, part: Assignment, new: Unit, now: datetime) -> bool:
    """End a part and let it go on with ``new``; tell whether the order's lead changed hands.

    A unit that has a part already keeps one: the lead when either is the lead, else its own.
    """
    held = Assignment.objects.filter(order=order, unit=new, ended_at__isnull=True).first()
    leads = policy.is_lead(part)
    if held is not None and leads:
        _end(held, now)
    _end(part, now, keep_clocks=True)
    if held is not None and not leads:
        _stop_clocks(part, now)
        _inherit(part, held)
        return False
    values = {name: getattr(part, name) for name in _KEPT}
    part.refresh_from_db(fields=["parent"])  # the part above may just have gone over itself
    following = Assignment.objects.create(
        order=order, unit=new, parent_id=part.parent_id, continues=part, **values
    )
    Clock.objects.filter(assignment=part, stopped_at__isnull=True).update(assignment=following)
    _inherit(part, following)
    if held is not None:
        _inherit(held, following)
    if leads:
        order.lead_unit = new
    return leads


def _hear(row: DisputeUnit, new: Unit) -> None:
    """Let ``new`` be heard in a conference instead; what the old unit said stays its own."""
    DisputeUnit.objects.update_or_create(
        dispute_id=row.dispute_id, unit=new, defaults={"candidate": True}
    )
    if row.given_at is None:
        row.delete()
    else:
        row.candidate = False
        row.save(update_fields=["candidate"])


def _end(part: Assignment, now: datetime, *, keep_clocks: bool = False) -> None:
    part.ended_at = now
    part.save(update_fields=["ended_at"])
    if not keep_clocks:
        _stop_clocks(part, now)


def _stop_clocks(part: Assignment, now: datetime) -> None:
    Clock.objects.filter(assignment=part, stopped_at__isnull=True).update(stopped_at=now)


def _inherit(part: Assignment, heir: Assignment) -> None:
    """Let what was passed down from a part hang below its heir."""
    below = Assignment.objects.filter(parent=part, ended_at__isnull=True).exclude(pk=heir.pk)
    below.update(parent=heir)
    if heir.parent_id == part.pk:
        heir.parent_id = part.parent_id
        heir.save(update_fields=["parent"])
