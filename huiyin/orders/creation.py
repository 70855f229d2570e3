"""The one statement that stores a new order: order, requester, first clock, first event, news.

This is the hottest path of the platform: one round trip and one transaction by itself, instead of
five inserts between begin and commit. With a claim it settles an idempotency key as well. What is
always the same in a new order stands in the statement, what follows from the order is taken from
it; a test reads every stored column back, so that a new one cannot be forgotten here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from django.db import connection
from django.db.models import Model
from psycopg.types.json import Jsonb

from huiyin.kernel import outbox
from huiyin.kernel.idempotency import Answer, Claim
from huiyin.orders.models import Clock, OrderEvent, Requester, WorkOrder
from huiyin.orders.states import CREATE

TOPIC = f"order.{CREATE.verb}"
_FIXED_ORDER = {
    "lead_unit_id": "null",
    "round": "1",
    "due_at": "null",
    "answer": "''",
    "reason_id": "null",
    "close_type": "''",
    "closed_at": "null",
    "solved": "''",
    "satisfaction": "''",
    "news_at": "null",
    "merged_count": "0",
    "pending": "''",
    "void_asked_by_id": "null",
    "event_count": "1",
}
_FIXED_CLOCK = {
    "order_id": "made.id",
    "assignment_id": "null",
    "started_at": "made.created_at",
    "due_at": "made.waits_until",
    "stopped_at": "null",
    "overdue_recorded": "false",
    "replaced": "false",
}
_FIXED_EVENT = {
    "order_id": "made.id",
    "seq": "1",
    "verb": f"'{CREATE.verb}'",
    "state_before": "''",
    "state_after": "made.state",
    "at": "made.created_at",
    "staff_id": "made.created_by_id",
    "note": "''",
    "public_note": "''",
}
_FIXED_REQUESTER = {"order_id": "made.id"}


def _columns(model: type[Model], *without: str) -> tuple[str, ...]:
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname not in without)


def _given(model: type[Model], fixed: Mapping[str, str]) -> tuple[str, ...]:
    return _columns(model, "id", *fixed)


def _insert(model: type[Model], fixed: Mapping[str, str], source: str = "") -> str:
    columns = _columns(model, "id")
    names = ", ".join(columns)
    values = ", ".join(fixed.get(column, "%s") for column in columns)
    return f"insert into {model._meta.db_table} ({names}) select {values}{source}"  # noqa: S608


def _statement(*, claimed: bool) -> str:
    """Return the statement; with a claim nothing is stored when the key is taken."""
    claim = (
        "claimed as (insert into kernel_idempotencykey"
        " (caller, key, fingerprint, answer, created_at)"
        " values (%s, %s, %s, %s::jsonb, %s) on conflict (caller, key) do nothing returning 1), "
    )
    order = _insert(WorkOrder, _FIXED_ORDER, " from claimed" if claimed else "")
    return (
        f"with {claim if claimed else ''}"  # noqa: S608 - only names of our own columns
        f"made as ({order} returning id, number, state, created_at, created_by_id, waits_until), "
        f"asked as ({_insert(Requester, _FIXED_REQUESTER, ' from made')}), "
        f"timed as ({_insert(Clock, _FIXED_CLOCK, ' from made')}), "
        f"noted as ({_insert(OrderEvent, _FIXED_EVENT, ' from made')}), "
        "told as (insert into kernel_outboxrow"
        " (consumer, topic, payload, created_at, available_at, attempts, last_error)"
        f" select who, '{TOPIC}',"
        " jsonb_build_object('order', made.id, 'number', made.number, 'seq', 1),"
        " made.created_at, made.created_at, 0, '' from made, unnest(%s::text[]) as who) "
        "select id from made"
    )


STATEMENT, CLAIMING = _statement(claimed=False), _statement(claimed=True)
NEXT = "select nextval('orders_number')"
_ORDER = _given(WorkOrder, _FIXED_ORDER)
_REQUESTER = _given(Requester, _FIXED_REQUESTER)
_CLOCK = _given(Clock, _FIXED_CLOCK)
_EVENT = _given(OrderEvent, _FIXED_EVENT)


def next_sequence() -> int:
    """Return the next sequence value for an order number; gaps are allowed, waiting is not."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT)
        value: int = cursor.fetchone()[0]
    return value


def answer_of(order: WorkOrder) -> Answer:
    """Return what the sender of a new order is told, and told again for a repeat."""
    return {
        "number": order.number,
        "created_at": order.created_at.isoformat(),
        "waits_until": order.waits_until.isoformat(),
    }


def store(
    order: WorkOrder,
    requester: Requester,
    clock: Clock,
    event: OrderEvent,
    claim: Claim | None = None,
) -> bool:
    """Store all five in one statement and set the order's key; False when the claim is taken.

    Runs in the caller's transaction, or as one of its own.
    """
    values: list[Any] = [] if claim is None else _settling(claim, order)
    for row, columns in (
        (order, _ORDER),
        (requester, _REQUESTER),
        (clock, _CLOCK),
        (event, _EVENT),
    ):
        values += [getattr(row, column) for column in columns]
    values[-len(_EVENT) + _EVENT.index("data")] = Jsonb(event.data)
    values.append(list(outbox.consumers_of(TOPIC)))
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT if claim is None else CLAIMING, values)
        made = cursor.fetchone()
    if made is None:
        return False
    order.pk = made[0]
    order._state.adding, order._state.db = False, "default"
    requester.order_id = clock.order_id = event.order_id = order.pk
    return True


def _settling(claim: Claim, order: WorkOrder) -> list[Any]:
    answer = orjson.dumps(answer_of(order)).decode()
    return [claim.caller, claim.key, claim.fingerprint, answer, order.created_at]
