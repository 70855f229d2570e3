"""News goes up by table: consumers of events, the rows written for them, and the worker's loop.

An action announces an event inside its own transaction; ``config`` says who listens. Consumers
run at least once per row, in the transaction that deletes it, so their database work happens once;
what they do outside the database may happen again after a crash.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from huiyin.kernel import clock, log
from huiyin.kernel.models import OutboxRow

Payload = Mapping[str, Any]
Handler = Callable[[str, Payload, datetime], None]
News = tuple[str, Payload]
WholeHandler = Callable[[Sequence[News], datetime], None]

LAST_ATTEMPT = 12
BATCH = 100
LONGEST_BATCH = 0.25  # seconds

_WAITING = """
    select name from unnest(%s::text[]) as name where exists (
        select from kernel_outboxrow
        where consumer = name and available_at <= %s and attempts < %s)
"""
# Asked four times a second and more: as text, which Django need not compose anew each time.
_NEXT = """
    select * from kernel_outboxrow
    where consumer = %s and available_at <= %s and attempts < %s
    order by available_at, id limit %s for update skip locked
"""
_DONE = "delete from kernel_outboxrow where id = any(%s)"
_log = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who wants to hear of which topics; a topic ending in ``*`` matches by its beginning.

    ``handle_all`` does many rows at once, with the same effect as ``handle`` on each in turn.
    """

    name: str
    topics: tuple[str, ...]
    handle: Handler
    handle_all: WholeHandler | None = None

    def wants(self, topic: str) -> bool:
        """Tell whether this consumer listens to ``topic``."""
        return any(
            topic == t or (t.endswith("*") and topic.startswith(t[:-1])) for t in self.topics
        )


_consumers: dict[str, Consumer] = {}
_listening: dict[str, tuple[str, ...]] = {}


def register(
    name: str, topics: tuple[str, ...], handle: Handler, handle_all: WholeHandler | None = None
) -> None:
    """Add a consumer; called once per process from ``config``."""
    _consumers[name] = Consumer(name, topics, handle, handle_all)
    _listening.clear()


def unregister(name: str) -> None:
    """Take a consumer off the list of this process, as when what it costs is measured."""
    _consumers.pop(name, None)
    _listening.clear()


def consumers_of(topic: str) -> tuple[str, ...]:
    """Return the names of the consumers of ``topic``, in a fixed order."""
    if topic not in _listening:
        _listening[topic] = tuple(sorted(c.name for c in _consumers.values() if c.wants(topic)))
    return _listening[topic]


def announce(topic: str, payload: dict[str, Any], *, now: datetime) -> None:
    """Write one row per consumer of ``topic``; must run inside the event's transaction."""
    names = consumers_of(topic)
    if names:
        OutboxRow.objects.bulk_create(
            OutboxRow(consumer=name, topic=topic, payload=payload, created_at=now, available_at=now)
            for name in names
        )


def drain(*, limit: int = 200) -> int:
    """Do up to ``limit`` waiting rows; return how many were done.

    Rows are taken in small batches, one consumer's at a time and each consumer in turn, and a
    batch is one transaction: work and deletion are stored together. Each row has a savepoint, so a
    bad one is put back alone; a consumer that takes rows together is given them one by one when
    together they fail. A batch ends after a quarter of a second, which bounds what a crash repeats
    and how long locks are held. Safe in any number of processes.
    """
    taken = done = 0
    while taken < limit:
        before = taken
        for name in _waiting(clock.now()):
            batch = _do_batch(_consumers[name], min(BATCH, limit - taken))
            taken, done = taken + batch.taken, done + batch.done
        if taken == before:
            break
    return done


def retry_given_up(now: datetime) -> int:
    """Let every row that was given up be tried again from ``now``; return how many."""
    rows = OutboxRow.objects.filter(attempts__gte=LAST_ATTEMPT)
    return rows.update(attempts=0, available_at=now)


def forget_before(instant: datetime) -> int:
    """Delete rows made before ``instant`` that were given up; return how many."""
    rows = OutboxRow.objects.filter(created_at__lt=instant, attempts__gte=LAST_ATTEMPT)
    return rows.delete()[0]


def _waiting(now: datetime) -> list[str]:
    """Return the consumers that have something to do now. One query, one index look-up each."""
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [list(_consumers), now, LAST_ATTEMPT])
        return [row[0] for row in cursor.fetchall()]


@dataclass(slots=True)
class _Batch:
    taken: int = 0
    done: int = 0


def _do_batch(consumer: Consumer, size: int) -> _Batch:
    """Do the next rows of one consumer in one transaction.

    If the transaction itself fails, the rows are done again one by one, so that the one that
    breaks it is found.
    """
    rows: list[OutboxRow] = []
    batch = _Batch()
    try:
        with transaction.atomic():
            rows = _next_rows(consumer, size)
            _do_rows(consumer, rows, batch)
    except Exception as error:  # noqa: BLE001 - found below, row by row
        if not rows:
            raise
        _log.warning("outbox batch for %s failed whole: %s", consumer.name, error)
        return _Batch(len(rows), sum(_do_alone(consumer, row.pk) for row in rows))
    return batch


def _next_rows(consumer: Consumer, size: int) -> list[OutboxRow]:
    return list(OutboxRow.objects.raw(_NEXT, [consumer.name, clock.now(), LAST_ATTEMPT, size]))


def _forget(rows: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [list(rows)])


def _do_rows(consumer: Consumer, rows: list[OutboxRow], batch: _Batch) -> None:
    if _do_together(consumer, rows):
        _forget([row.pk for row in rows])
        batch.taken = batch.done = len(rows)
        return
    until = time.monotonic() + LONGEST_BATCH
    done = []
    for row in rows:
        now = clock.now()
        try:
            with transaction.atomic():
                consumer.handle(row.topic, row.payload, now)
            done.append(row.pk)
        except Exception as error:  # noqa: BLE001 - one bad row must not stop the others; it is kept
            _postpone(row, error, now)
        batch.taken += 1
        if time.monotonic() > until:
            break
    _forget(done)
    batch.done = len(done)


def _do_together(consumer: Consumer, rows: list[OutboxRow]) -> bool:
    """Do all rows at once; tell whether that was possible and has left nothing undone."""
    if consumer.handle_all is None or len(rows) < 2:
        return False
    try:
        with transaction.atomic():
            consumer.handle_all([(row.topic, row.payload) for row in rows], clock.now())
    except Exception as error:  # noqa: BLE001 - found below, row by row
        _log.warning("outbox rows for %s failed together: %s", consumer.name, error)
        return False
    return True


def _do_alone(consumer: Consumer, row_id: int) -> bool:
    """Do one row in its own transaction; tell whether it was done."""
    now = clock.now()
    try:
        with transaction.atomic():
            row = OutboxRow.objects.select_for_update(skip_locked=True).filter(pk=row_id).first()
            if row is None:
                return False
            consumer.handle(row.topic, row.payload, now)
            row.delete()
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the others; it is kept
        row = OutboxRow.objects.filter(pk=row_id).first()
        if row is not None:
            _postpone(row, error, now)
        return False
    return True


def _postpone(row: OutboxRow, error: Exception, now: datetime) -> None:
    """Keep a failed row for a later attempt: 10 s, 20 s, 40 s ... up to about six hours."""
    row.attempts += 1
    row.available_at = now + timedelta(seconds=10 * 2 ** min(row.attempts - 1, 11))
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    row.save(update_fields=["attempts", "available_at", "last_error"])
    _log.error("outbox %s for %s failed: %s", row.topic, row.consumer, row.last_error)
