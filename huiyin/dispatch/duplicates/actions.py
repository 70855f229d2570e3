"""Keeping the sketches of what was said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from huiyin.dispatch.duplicates import queries
from huiyin.dispatch.duplicates.models import Sketch, SketchHash
from huiyin.dispatch.duplicates.queries import Limits
from huiyin.dispatch.duplicates.rules import Words
from huiyin.kernel import likeness
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State

_AT_ONCE = 500
# Two workers may sketch the same order, which has no row yet to wait for: they take turns.
_TURN = "select pg_advisory_xact_lock(hashtext('sketches'))"
_DROP = """
    delete from duplicates_sketchhash using (
        select order_id, unnest(hashes) as value from duplicates_sketch where order_id = any(%s)
    ) as gone
    where duplicates_sketchhash.value = gone.value
      and duplicates_sketchhash.order_key = gone.order_id
"""


def hear(topic: str, payload: Mapping[str, Any], now: datetime) -> None:  # noqa: ARG001
    """Sketch an order that was taken down or rewritten (outbox consumer); safe to hear twice."""
    sketch_orders([payload["order"]])


def hear_all(news: Sequence[tuple[str, Mapping[str, Any]]], now: datetime) -> None:  # noqa: ARG001
    """Do for many orders what ``hear`` does for one."""
    sketch_orders(sorted({payload["order"] for _, payload in news}))


@transaction.atomic
def sketch_orders(keys: Sequence[int]) -> int:
    """Make the sketches of these orders afresh; return how many. Four statements.

    Source: R-190 (handbook domain.md 4.3: text similarity).
    """
    _take_turn()
    orders = WorkOrder.objects.filter(pk__in=keys).exclude(state=State.VOID)
    return _store(list(orders.only("pk", "title", "content").order_by("pk")))


def _store(orders: Sequence[WorkOrder]) -> int:
    _forget([order.pk for order in orders])
    rows, hashes = [], []
    for order in orders:
        words = Words.of(order.title, order.content)
        values = likeness.sketch(words.text)
        rows.append(Sketch(order_id=order.pk, fingerprint=words.fingerprint, hashes=values))
        hashes += [SketchHash(value=value, order_key=order.pk) for value in values]
    Sketch.objects.bulk_create(rows)
    SketchHash.objects.bulk_create(hashes, ignore_conflicts=True, batch_size=10_000)
    return len(rows)


def _forget(keys: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [list(keys)])
    return Sketch.objects.filter(order_id__in=keys).delete()[0]


def catch_up(now: datetime) -> int:  # noqa: ARG001 - as every periodic work is called
    """Sketch open orders that have none: those from before, and whatever was missed."""
    done = 0
    while stored := _store_missing():
        done += stored
    return done


@transaction.atomic
def _store_missing() -> int:
    _take_turn()
    return _store(queries.without_sketch(limit=_AT_ONCE))


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_TURN)


def forget_closed(now: datetime) -> int:
    """Drop the sketches of orders that were closed too long ago to be the same event.

    Source: R-125 (handbook domain.md 4.3: open or closed less than 30 days ago).
    """
    before = now - timedelta(days=Limits.at(now).days)
    done = 0
    while rows := queries.long_closed(before, limit=_AT_ONCE):
        with transaction.atomic():
            done += _forget([row.order_id for row in rows])
    return done
