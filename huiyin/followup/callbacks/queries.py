"""Questions about call-backs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Exists, F, Max, OuterRef, QuerySet

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.callbacks.states import Method
from huiyin.kernel import access
from huiyin.orders import queries as orders
from huiyin.orders.models import Reply, WorkOrder
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor

REST = timedelta(hours=2)
"""How long a number that was not reached is left alone."""
CALL = timedelta(minutes=15)
"""How long a clerk who has read a number is taken to be calling it."""
_LOOKED_AT = 20


def attempts_of(order: WorkOrder) -> QuerySet[CallbackAttempt]:
    """Return the attempts of an order, newest first. One query."""
    return CallbackAttempt.objects.filter(order=order).select_related("by").order_by("-at", "-pk")


def is_audited(order: WorkOrder) -> bool:
    """Tell whether the latest reply has passed the audit, or waits for it after the call-back.

    One query.
    """
    passed = Reply.objects.filter(order=order).order_by("-pk").values_list("passed", flat=True)
    return bool(passed.first())


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


def to_call(actor: Actor, now: datetime) -> QuerySet[WorkOrder]:
    """Return the orders to call now, the oldest due first; not those tried a moment ago."""
    tried = CallbackAttempt.objects.filter(
        order=OuterRef("pk"), method=Method.PHONE.value, reached=False, at__gt=now - REST
    )
    waiting = orders.filtered(actor, orders.OrderFilter(states=(State.TO_CALLBACK,)))
    return waiting.exclude(Exists(tried)).order_by("waits_until", "pk")


def next_to_call(actor: Actor, now: datetime, *, but: str = "") -> str:
    """Return the number of the next order to call; empty when there is none. Two queries.

    Orders whose number a colleague has just read are left to that colleague, so that no citizen is
    called twice at once.

    Args:
        actor: the clerk.
        now: when.
        but: an order that is not to come again at once.
    """
    numbers = [n for n in to_call(actor, now).values_list("number", flat=True)[:_LOOKED_AT]]
    reading = access.reading({f"order:{n}" for n in numbers}, since=now - CALL)
    free = [n for n in numbers if reading.get(f"order:{n}", actor.reference) == actor.reference]
    return next((n for n in free if n != but), "")
