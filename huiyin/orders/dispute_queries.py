"""Questions about disputes over who handles an order."""

from __future__ import annotations

from django.db.models import Prefetch

from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Dispute, DisputeUnit, WorkOrder

_RAISING = frozenset({"confer", "contest"})


def disputes_of(order: WorkOrder) -> list[Dispute]:
    """Return the disputes of an order with their units, the latest first.

    Two queries for an order whose history has a dispute, none for any other.
    """
    if not any(event.verb in _RAISING for event in order.events.all()):
        return []
    units = DisputeUnit.objects.select_related("unit").order_by("pk")
    rows = Dispute.objects.filter(order=order).prefetch_related(Prefetch("units", units))
    return list(
        rows.select_related(
            "unit", "suggested", "raised_by", "ruled_by", "proposed_by", "proposed_lead"
        ).order_by("-pk")
    )


def candidates(order: WorkOrder) -> list[DisputeUnit]:
    """Return the candidate units of the dispute that waits for a ruling. One query."""
    rows = DisputeUnit.objects.filter(
        dispute__order=order, dispute__ruled_at__isnull=True, candidate=True
    )
    return list(rows.select_related("unit").order_by("pk"))


def returns_granted(order: WorkOrder) -> int:
    """Return how often the order has come back from a unit by a return that was agreed with.

    One query.
    """
    return Application.objects.filter(
        order=order, kind=ApplicationKind.RETURN, outcome=Decision.GRANTED
    ).count()
