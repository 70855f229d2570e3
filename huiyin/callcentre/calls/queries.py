"""Questions about calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.orders.models import WorkOrder


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts of calls: K01 offered, answered by a person, requests taken down, given up, out."""

    offered: int
    answered: int
    requests: int
    abandoned: int
    outgoing: int
    talked: timedelta

    @property
    def connected(self) -> float | None:
        """Return the connect rate K02: answered of those offered; None without calls."""
        return self.answered / self.offered if self.offered else None


def traffic(since: datetime, until: datetime) -> Traffic:
    """Return the counts of calls that arrived from ``since`` until before ``until``. One query.

    Source: R-181 (requirement 54; handbook domain.md 3.3 K01, K02).
    """
    came = Q(direction=Direction.IN.value)
    facts = Call.objects.filter(arrived_at__gte=since, arrived_at__lt=until).aggregate(
        offered=Count("pk", filter=came),
        answered=Count("pk", filter=came & Q(answered_at__isnull=False)),
        requests=Count("pk", filter=Q(outcome=CallOutcome.REQUEST.value)),
        abandoned=Count("pk", filter=Q(outcome=CallOutcome.ABANDONED.value)),
        outgoing=Count("pk", filter=~came),
        talked=Sum(F("ended_at") - F("answered_at"), filter=Q(answered_at__isnull=False)),
    )
    return Traffic(**facts | {"talked": facts["talked"] or timedelta()})


def calls_of(order: WorkOrder) -> QuerySet[Call]:
    """Return the calls about an order, newest first. One query."""
    return Call.objects.filter(order=order).select_related("agent").order_by("-arrived_at", "-pk")
