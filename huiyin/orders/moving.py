"""The one statement that stores a step: the order's changes, its clocks, the event, the news.

Every step passes here, so it is one round trip instead of five. Only columns that the step has
changed are written; clocks that the step stops and starts, the event and one row of news for each
listener go with them. A test reads everything back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from psycopg.types.json import Jsonb

from huiyin.kernel import outbox
from huiyin.knowledge.states import ClockKind
from huiyin.orders.models import Clock, OrderEvent, WorkOrder

Snapshot = dict[str, Any]
_NEW = object()


def _columns(model: type[WorkOrder | Clock | OrderEvent]) -> tuple[str, ...]:
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname != "id")


_ORDER, _CLOCK, _EVENT = _columns(WorkOrder), _columns(Clock), _columns(OrderEvent)
_STOP = (
    "stopped as (update orders_clock set stopped_at = %s where order_id = %s"
    " and kind = any(%s::text[]) and stopped_at is null)"
)
_START = (
    f"started as (insert into orders_clock ({', '.join(_CLOCK)}) select {', '.join(_CLOCK)}"  # noqa: S608
    " from jsonb_populate_recordset(null::orders_clock, %s::jsonb))"
)
_NOTE = (
    f"noted as (insert into orders_orderevent ({', '.join(_EVENT)})"  # noqa: S608
    f" values ({', '.join(['%s'] * len(_EVENT))}))"
)
_TELL = (
    "insert into kernel_outboxrow"
    " (consumer, topic, payload, created_at, available_at, attempts, last_error)"
    " select who, %s, %s, %s, %s, 0, '' from unnest(%s::text[]) as who"
)


def snapshot(order: WorkOrder) -> Snapshot:
    """Return the stored columns of an order as they were read."""
    return {column: _kept(getattr(order, column)) for column in _ORDER}


def _kept(value: Any) -> Any:
    """Return a value that does not change when the order's list is changed in place."""
    return list(value) if isinstance(value, list) else value


def store(
    order: WorkOrder,
    was: Snapshot,
    event: OrderEvent,
    *,
    stops: Sequence[ClockKind],
    starts: Sequence[Clock],
    now: datetime,
) -> None:
    """Store a step in one statement; runs in the transaction that holds the order's lock.

    Args:
        order: as it shall be.
        was: its columns as they were read under the lock; empty to write them all.
        event: the new event; its order and digest are set.
        stops: kinds of the running clocks that end ``now``.
        starts: unsaved clocks; none of a kind that is stopped here (see ``stop``).
        now: when.
    """
    changed = {c: value for c in _ORDER if _differs(value := getattr(order, c), was.get(c, _NEW))}
    sets = ", ".join(f"{column} = %s" for column in changed)
    topic = f"order.{event.verb}"
    values: list[Any] = [
        *(_plain(value) for value in changed.values()), order.pk,
        now, order.pk, [kind.value for kind in stops], _rows(starts),
        *(_plain(getattr(event, column)) for column in _EVENT),
        topic, Jsonb(_told(order, event)),
        now, now, list(outbox.consumers_of(topic)),
    ]  # fmt: skip
    move = f"moved as (update orders_workorder set {sets} where id = %s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"with {move}, {_STOP}, {_START}, {_NOTE} {_TELL}", values)


def _told(order: WorkOrder, event: OrderEvent) -> dict[str, Any]:
    """Return what is told of a step: which order, which event, and where it led."""
    return {"order": order.pk, "number": order.number, "seq": event.seq, "state": order.state}


def stop(order: WorkOrder, kinds: Sequence[ClockKind], now: datetime) -> None:
    """Stop running clocks by a statement of its own, for a step that starts the same kinds anew."""
    names = [kind.value for kind in kinds]
    running = Clock.objects.filter(order=order, kind__in=names, stopped_at__isnull=True)
    running.update(stopped_at=now)


def _differs(value: Any, was: Any) -> bool:
    # A mapping may have been changed in place, in what was read as well.
    return isinstance(value, dict) or value != was


def _plain(value: Any) -> Any:
    return Jsonb(value) if isinstance(value, dict) else value  # a list is an array


def _rows(clocks: Sequence[Clock]) -> str:
    return orjson.dumps([{c: getattr(clock, c) for c in _CLOCK} for clock in clocks]).decode()
