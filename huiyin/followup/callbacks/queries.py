"""Questions about call-backs."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Count, F, Max, QuerySet

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.callbacks.states import Method
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State


def attempts_of(order: WorkOrder) -> QuerySet[CallbackAttempt]:
    """Return the attempts of an order, newest first. One query."""
    return CallbackAttempt.objects.filter(order=order).select_related("by").order_by("-at", "-pk")


def has_rated(order: WorkOrder) -> bool:
    """Tell whether the citizen has already rated the present round. One query."""
    return CallbackAttempt.objects.filter(order=order, round=order.round, method="web").exists()


def waiting_for_survey(
    before: datetime, *, fewer_than: int, limit: int
) -> list[tuple[int, int, int]]:
    """Return key, round and surveys sent of orders that wait for an answer to an old survey.

    Orders with a survey of the present round, fewer than ``fewer_than`` and the last one sent
    before ``before``. One query.
    """
    sent = CallbackAttempt.objects.filter(
        order__state=State.TO_CALLBACK, method=Method.SMS, round=F("order__round")
    )
    rows = sent.values("order_id", "round").annotate(n=Count("pk"), last=Max("at"))
    due = rows.filter(n__lt=fewer_than, last__lt=before).order_by("last", "order_id")[:limit]
    return [(row["order_id"], row["round"], row["n"]) for row in due]


def rating_of(order: WorkOrder, round_: int) -> CallbackAttempt | None:
    """Return the citizen's own rating of one round. One query."""
    return CallbackAttempt.objects.filter(order=order, round=round_, method="web").first()
