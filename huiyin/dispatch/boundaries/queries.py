"""Questions about boundary rulings."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from huiyin.dispatch.boundaries.models import BoundaryAssist, BoundaryRuling
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orgs import queries as orgs


def in_force() -> QuerySet[BoundaryRuling]:
    """Return the rulings in force, the latest first."""
    assists = BoundaryAssist.objects.select_related("unit").order_by("pk")
    rows = BoundaryRuling.objects.filter(ended_at__isnull=True, lead__active=True)
    rows = rows.select_related("category", "region", "lead")
    return rows.prefetch_related(Prefetch("assists", assists)).order_by("-ruled_at", "-pk")


def listed(*, past: bool = False, cursor: str = "", size: int = 50) -> Page[BoundaryRuling]:
    """Return one page of the rulings, the latest first; with ``past`` the replaced ones too.

    Two queries.
    """
    assists = BoundaryAssist.objects.select_related("unit").order_by("pk")
    rows = BoundaryRuling.objects.select_related("category", "region", "lead", "ruled_by")
    if not past:
        rows = rows.filter(ended_at__isnull=True)
    rows = rows.prefetch_related(Prefetch("assists", assists))
    return page(rows, by=("-id",), cursor=cursor, size=size)


def about(order: WorkOrder) -> list[BoundaryRuling]:
    """Return the rulings in force about the class of an order and its place.

    One about a class of a higher level covers those below it; the nearest class and place first.
    Empty without a class. Two queries at most.

    Source: R-446 (requirement 138; handbook domain.md 2.8: rulings feed the suggestions).
    """
    if order.category is None:
        return []
    code = order.category.code
    classes = [code[:length] for length in range(2, len(code) + 1, 2)]
    places = {place.pk for place in orgs.places_of(order.region_id).values()}
    found = [
        row
        for row in in_force().filter(category__code__in=classes)
        if row.region_id is None or row.region_id in places
    ]
    return sorted(found, key=lambda row: (-len(row.category.code), row.region_id is None))
