"""Past orders with their clocks, read in slices, for questions of the kind "what if"."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q

from huiyin.orders.models import Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orders.states import SEND_AGAIN
from huiyin.worktime.calendar import SHANGHAI


def orders_between(first: date, last: date, *, slice_: int = 1000) -> Iterator[WorkOrder]:
    """Yield the orders created or given to a unit on the local days ``first`` to ``last``, by age.

    Each carries its category, clocks with rule and unit, and the steps that began a further round.
    Four queries for every ``slice_`` orders, so that any number fits into memory.
    """
    begin = datetime.combine(first, time.min, SHANGHAI)
    end = datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1)
    given = Assignment.objects.filter(
        order=OuterRef("pk"), dispatched_at__gte=begin, dispatched_at__lt=end
    )
    rows = WorkOrder.objects.filter(
        Q(created_at__gte=begin, created_at__lt=end) | Exists(given)
    ).select_related("category")
    clocks = Clock.objects.select_related("rule", "assignment__unit").order_by("pk")
    again = OrderEvent.objects.filter(verb=SEND_AGAIN.verb).order_by("seq")
    reached = 0
    while True:
        found = list(
            rows.filter(pk__gt=reached)
            .prefetch_related(Prefetch("clocks", clocks), Prefetch("events", again))
            .order_by("pk")[:slice_]
        )
        if not found:
            return
        yield from found
        reached = found[-1].pk


def round_of(order: WorkOrder, started_at: datetime) -> int:
    """Return the round in which a clock of the order began. No query on orders read here."""
    return 1 + sum(event.at <= started_at for event in order.events.all())
