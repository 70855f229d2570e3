"""Questions about calls."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet, Sum

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.orders.models import WorkOrder

PROMPT = timedelta(seconds=15)
"""Within which a call is answered in time (handbook domain.md 2.2, 3.2)."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """Counts of calls: K01 offered, answered by a person, requests taken down, given up, out.

    ``prompt`` are those of the answered that waited no longer than the limit.
    """

    offered: int
    answered: int
    prompt: int
    requests: int
    abandoned: int
    outgoing: int
    talked: timedelta

    @property
    def connected(self) -> float | None:
        """Return the connect rate K02: answered of those offered; None without calls."""
        return self.answered / self.offered if self.offered else None


def traffic(since: datetime, until: datetime, *, within: timedelta = PROMPT) -> Traffic:
    """Return the counts of calls that arrived from ``since`` until before ``until``. One query.

    A call to a closed line has not reached the queue, and is not counted as offered.

    Source: R-181 (requirement 54; handbook domain.md 3.3 K01, K02).
    """
    prompt = Q(answered_at__isnull=False, answered_at__lte=F("arrived_at") + within)
    came, out = Q(direction=Direction.IN.value), Q(direction=Direction.OUT.value)
    came &= ~Q(outcome=CallOutcome.CLOSED.value)
    facts = Call.objects.filter(arrived_at__gte=since, arrived_at__lt=until).aggregate(
        offered=Count("pk", filter=came),
        answered=Count("pk", filter=came & Q(answered_at__isnull=False)),
        prompt=Count("pk", filter=came & prompt),
        requests=Count("pk", filter=Q(outcome=CallOutcome.REQUEST.value)),
        abandoned=Count("pk", filter=Q(outcome=CallOutcome.ABANDONED.value)),
        outgoing=Count("pk", filter=out),
        talked=Sum(F("ended_at") - F("answered_at"), filter=Q(answered_at__isnull=False)),
    )
    return Traffic(**facts | {"talked": facts["talked"] or timedelta()})


def calls_of(order: WorkOrder) -> QuerySet[Call]:
    """Return the calls about an order, newest first. One query."""
    return Call.objects.filter(order=order).select_related("agent").order_by("-arrived_at", "-pk")
