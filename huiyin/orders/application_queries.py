"""Questions about what units applied for, and how often they returned what was theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q

from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Assignment, WorkOrder


def shown() -> Prefetch[str]:
    """Return how the page of an order fetches its applications, the latest first."""
    rows = Application.objects.select_related("unit", "reason", "suggested", "report", "decided_by")
    return Prefetch("applications", rows.order_by("-pk"))


def waiting_application(order: WorkOrder) -> Application | None:
    """Return the application that waits to be decided, from the prefetched ones. No query."""
    return next((a for a in order.applications.all() if a.outcome == Decision.WAITING), None)


@dataclass(frozen=True, slots=True)
class Returns:
    """How often one unit was given orders to lead, asked to return them, and was refused."""

    dispatched: int
    asked: int
    granted: int
    refused: int

    @property
    def rate(self) -> float | None:
        """Return the share of orders that the unit asked to return 退单率; None without orders."""
        return self.asked / self.dispatched if self.dispatched else None

    @property
    def improper_rate(self) -> float | None:
        """Return the share of decided returns that were refused 不当退单率; None without any."""
        decided = self.granted + self.refused
        return self.refused / decided if decided else None


def returns_by_unit(since: datetime, until: datetime) -> Mapping[int, Returns]:
    """Return the returns of every unit that led orders dispatched in ``[since, until)``, by key.

    An order that is dispatched to the unit again counts again; rounds after the first do not, as a
    redo is nobody's to return. Two queries.

    Source: R-114 (handbook domain.md 2.8: count returns per unit; requirements 57, 156).
    """
    led = Assignment.objects.filter(
        role="lead", parent__isnull=True, round=1, dispatched_at__gte=since, dispatched_at__lt=until
    )
    given = dict(led.order_by().values_list("unit").annotate(n=Count("pk")))
    asked = Application.objects.filter(
        kind=ApplicationKind.RETURN,
        assignment__dispatched_at__gte=since,
        assignment__dispatched_at__lt=until,
    )
    rows = (
        asked.order_by()
        .values("unit")
        .annotate(
            n=Count("pk"),
            granted=Count("pk", filter=Q(outcome=Decision.GRANTED)),
            refused=Count("pk", filter=Q(outcome=Decision.REFUSED)),
        )
    )
    told = {row["unit"]: row for row in rows}
    nothing = {"n": 0, "granted": 0, "refused": 0}
    return {
        unit: Returns(n, row["n"], row["granted"], row["refused"])
        for unit, n in given.items()
        for row in (told.get(unit, nothing),)
    }
