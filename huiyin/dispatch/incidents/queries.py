"""Questions about group incidents."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Prefetch

from huiyin.dispatch.incidents import rules
from huiyin.dispatch.incidents.models import Incident, IncidentOrder
from huiyin.dispatch.incidents.states import IncidentState
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN

_OPEN = sorted(s.value for s in OPEN)
_MOST = 20_000


def is_on(now: datetime) -> bool:
    """Tell whether the city wants such suggestions."""
    return bool(knowledge.parameter("suggest.incidents", now, default=True))


def least(now: datetime) -> int:
    """Return how many like requests make an incident."""
    return int(knowledge.parameter("incident.least", now, default=rules.LEAST))


def latest(now: datetime) -> list[WorkOrder]:
    """Return the open requests of the last hours that no incident holds. One query.

    Reports and confidential requests stay out: nobody else may learn that they exist.
    """
    hours = int(knowledge.parameter("incident.hours", now, default=rules.HOURS))
    rows = WorkOrder.objects.filter(
        state__in=_OPEN, created_at__gt=now - timedelta(hours=hours), created_at__lte=now,
        incident_member__isnull=True, confidential=False,
    ).exclude(kind="report")  # fmt: skip
    return list(rows.order_by("-pk")[:_MOST])


def open_incident_of(orders: list[WorkOrder]) -> Incident | None:
    """Return the open incident at the same place as these orders, if any. One query."""
    first = orders[0]
    rows = Incident.objects.filter(state=IncidentState.OPEN.value, category=first.category)
    return rows.filter(place=first.place, region=first.region).order_by("-pk").first()


def listed(*, cursor: str = "", size: int = 20) -> Page[Incident]:
    """Return one page of open incidents with their requests, the latest first. Two queries."""
    members = IncidentOrder.objects.select_related(
        "order__requester", "order__lead_unit", "order__category"
    ).order_by("order_id")
    rows = Incident.objects.filter(state=IncidentState.OPEN.value)
    rows = rows.select_related("category", "region").prefetch_related(Prefetch("members", members))
    return page(rows, by=("-id",), cursor=cursor, size=size)


def counted() -> int:
    """Return how many incidents wait for a decision. One query."""
    return Incident.objects.filter(state=IncidentState.OPEN.value).count()
