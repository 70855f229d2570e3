"""Orders of one event tag by place: for the map of a surge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State

MOST_POINTS = 2000


@dataclass(frozen=True, slots=True)
class Point:
    """One order with its place on the map."""

    number: str
    title: str
    longitude: float
    latitude: float


def _tagged(tag: str, since: datetime) -> QuerySet[WorkOrder]:
    rows = WorkOrder.objects.filter(tags__contains=[tag], created_at__gte=since)
    return rows.exclude(state=State.VOID.value)


def tagged_points(tag: str, since: datetime) -> list[Point]:
    """Return the orders with this tag that have a place on the map, the newest first. One query.

    Source: R-466 (issue of calls 6; requirement 80).
    """
    rows = _tagged(tag, since).filter(longitude__isnull=False, latitude__isnull=False)
    found = rows.order_by("-created_at").values_list("number", "title", "longitude", "latitude")
    return [Point(n, title, x or 0.0, y or 0.0) for n, title, x, y in found[:MOST_POINTS]]


def tagged_by_region(tag: str, since: datetime) -> list[tuple[str, int]]:
    """Return how many orders with this tag each street has, the most first; "" for none. One query.

    Source: R-466 (issue of calls 6; requirement 80).
    """
    found = (
        _tagged(tag, since)
        .values_list("region__name")
        .annotate(count=Count("pk"))
        .order_by("-count")
    )
    return [(name or "", count) for name, count in found]
