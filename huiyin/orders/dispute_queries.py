"""Questions about disputes over who handles an order."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Prefetch

from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.kinds import AssignmentRole
from huiyin.orders.models import Application, Dispute, DisputeUnit, WorkOrder
from huiyin.orgs.models import Unit

_RAISING = frozenset({"confer", "contest", "reopen_ruling"})


def disputes_of(order: WorkOrder) -> list[Dispute]:
    """Return the disputes of an order with their units, the latest first.

    Two queries for an order whose history has a dispute, none for any other.
    """
    if not any(event.verb in _RAISING for event in order.events.all()):
        return []
    units = DisputeUnit.objects.select_related("unit").order_by("pk")
    rows = Dispute.objects.filter(order=order).prefetch_related(Prefetch("units", units))
    found = rows.select_related(
        "unit", "suggested", "raised_by", "ruled_by", "proposed_by", "proposed_lead"
    ).order_by("-pk")
    reopened = {event.at for event in order.events.all() if event.verb == "reopen_ruling"}
    for dispute in found:
        dispute.anew = dispute.raised_at in reopened
    return list(found)


def candidates(order: WorkOrder) -> list[DisputeUnit]:
    """Return the candidate units of the dispute that waits for a ruling. One query."""
    rows = DisputeUnit.objects.filter(
        dispute__order=order, dispute__ruled_at__isnull=True, candidate=True
    )
    return list(rows.select_related("unit").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Ruled:
    """What the last ruling of an order decided: who leads, who assists, in which words."""

    dispute: Dispute
    lead: Unit
    assist: tuple[Unit, ...]

    @property
    def code(self) -> str:
        """Return the number of the ruling, under which the dispatch catalogue has it."""
        return f"CD{self.dispute.pk:06d}"


def last_ruled(order: WorkOrder) -> Ruled | None:
    """Return the last ruling of an order; None without any. Two queries."""
    rows = Dispute.objects.filter(order=order, ruled_at__isnull=False).order_by("-pk")
    dispute = rows.first()
    if dispute is None:
        return None
    parts = list(dispute.units.exclude(role="").select_related("unit").order_by("pk"))
    lead = next((row.unit for row in parts if row.role == AssignmentRole.LEAD), None)
    if lead is None:
        return None
    assist = tuple(row.unit for row in parts if row.role == AssignmentRole.ASSIST)
    return Ruled(dispute, lead, assist)


def returns_granted(order: WorkOrder) -> int:
    """Return how often the order has come back from a unit by a return that was agreed with.

    One query.
    """
    return Application.objects.filter(
        order=order, kind=ApplicationKind.RETURN, outcome=Decision.GRANTED
    ).count()
