"""Questions about what stands around an order: links, groups, calls, facts, the same event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from huiyin.knowledge.models import Category
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import CallThrough, CaseFact, OrderEvent, OrderLink, WorkOrder
from huiyin.orders.states import OPEN, CloseType, State

LOOKED_AT = 300
_OPEN = sorted(s.value for s in OPEN)


def links_of(order: WorkOrder) -> list[OrderLink]:
    """Return the links of an order in both directions, the oldest first. One query."""
    rows = OrderLink.objects.filter(Q(order=order) | Q(other=order), ended_at__isnull=True)
    return list(
        rows.select_related(
            "order__requester",
            "order__category",
            "order__lead_unit",
            "other__requester",
            "other__category",
            "other__lead_unit",
            "by",
        ).order_by("pk")
    )


def main_of(order: WorkOrder) -> OrderLink | None:
    """Return the link to the main order into which this one is merged; None if it is not.

    One query for an order that was closed as merged, none for any other.
    """
    if order.close_type != CloseType.MERGED:
        return None
    rows = OrderLink.objects.filter(order=order, kind=LinkKind.MERGED.value, ended_at__isnull=True)
    return rows.select_related("other__lead_unit", "other__category").first()


def mains_of(orders: Sequence[WorkOrder]) -> dict[int, WorkOrder]:
    """Return the main orders of those that are merged, by the key of the merged. One query."""
    keys = [order.pk for order in orders if order.close_type == CloseType.MERGED]
    if not keys:
        return {}
    rows = OrderLink.objects.filter(
        order__in=keys, kind=LinkKind.MERGED.value, ended_at__isnull=True
    )
    return {
        link.order_id: link.other
        for link in rows.select_related("other__lead_unit", "other__category", "other__requester")
    }


# What of a main order concerns every caller of its group; what its own caller said does not.
SHARED = (
    "dispatch", "reassign", "rule", "sign", "decide_extension", "suspend", "resume", "reply",
    "pass_audit", "send_again", "progress",
)  # fmt: skip


def shared_events(main: WorkOrder) -> QuerySet[OrderEvent]:
    """Return the steps of a main order that concern the callers of its group. One query."""
    return OrderEvent.objects.filter(order=main, verb__in=SHARED).order_by("seq")


def group_ratings(main: WorkOrder) -> dict[str, int]:
    """Return how the callers of merged orders rated the result, by grade. One query."""
    rows = WorkOrder.objects.filter(
        links__other=main, links__kind=LinkKind.MERGED.value, links__ended_at__isnull=True
    ).exclude(satisfaction="")
    found = rows.order_by().values_list("satisfaction").annotate(n=Count("pk"))
    return dict(found)


def call_throughs_of(order: WorkOrder) -> list[CallThrough]:
    """Return who was called at once about an order, the oldest first. One query."""
    rows = CallThrough.objects.filter(order=order).select_related("unit", "by")
    return list(rows.defer("number_sealed").order_by("at", "pk"))


def facts_of(order: WorkOrder) -> list[CaseFact]:
    """Return aid, enforcement and other facts of an order, the newest first. One query."""
    return list(CaseFact.objects.filter(order=order).select_related("by").order_by("-on", "-pk"))


def aid_to(order: WorkOrder, *, limit: int = 10) -> list[CaseFact]:
    """Return the aid that the same caller was given in other cases, newest first. One query."""
    key = bytes(order.requester.phone_key)
    if not key:
        return []
    rows = CaseFact.objects.filter(kind="aid", order__requester__phone_key=key)
    return list(rows.exclude(order=order).select_related("order").order_by("-on", "-pk")[:limit])


@dataclass(frozen=True, slots=True)
class Near:
    """What may be the same event: of one class, not voided, open or closed since ``closed_after``.

    Without a class, of any; then nothing is looked for on the map.

    ``box`` is west, south, east, north in degrees, None when the place is not on the map.
    """

    category: Category | None
    phone_key: bytes
    place_key: str
    box: tuple[float, float, float, float] | None
    closed_after: datetime


def same_event(near: Near, *, but: int | None = None, limit: int = 20) -> list[WorkOrder]:
    """Return orders of the same class by the same caller, at the same place or near it.

    Newest first. Three queries, each by its own index; those near on the map are looked for among
    the latest of the class.
    """
    rows = (
        WorkOrder.objects.filter(**_of_class(near))
        .filter(Q(state__in=_OPEN) | Q(closed_at__gt=near.closed_after))
        .exclude(state=State.VOID)
        .exclude(pk=but or 0)
        .select_related("category", "lead_unit", "requester")
    )
    found: list[WorkOrder] = []
    if near.phone_key:
        found += rows.filter(requester__phone_key=near.phone_key).order_by("-pk")[:limit]
    if len(near.place_key) >= 4:
        found += rows.filter(place_key=near.place_key).order_by("-pk")[:limit]
    if near.box and near.category is not None:
        west, south, east, north = near.box
        latest = WorkOrder.objects.filter(category=near.category).order_by("-pk").values("pk")
        there = rows.filter(
            pk__in=latest[:LOOKED_AT],
            longitude__range=(west, east),
            latitude__range=(south, north),
        )
        found += there.order_by("-pk")[:limit]
    by_key = {order.pk: order for order in found}
    return sorted(by_key.values(), key=lambda order: -order.pk)[:limit]


def _of_class(near: Near) -> dict[str, Category]:
    return {"category": near.category} if near.category is not None else {}
