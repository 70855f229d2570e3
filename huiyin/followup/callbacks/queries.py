"""Questions about call-backs."""

from __future__ import annotations

from django.db.models import QuerySet

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.orders.models import WorkOrder


def attempts_of(order: WorkOrder) -> QuerySet[CallbackAttempt]:
    """Return the attempts of an order, newest first. One query."""
    return CallbackAttempt.objects.filter(order=order).select_related("by").order_by("-at", "-pk")


def has_rated(order: WorkOrder) -> bool:
    """Tell whether the citizen has already rated the present round. One query."""
    return CallbackAttempt.objects.filter(order=order, round=order.round, method="web").exists()
