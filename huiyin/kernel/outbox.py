"""News goes up by table: consumers of events, the rows written for them, and the worker's loop.

An action announces an event inside its own transaction; ``config`` says who listens. Consumers
run at least once per row, in the transaction that deletes it, so their database work happens once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from huiyin.kernel import clock, log
from huiyin.kernel.models import OutboxRow

Payload = Mapping[str, Any]
Handler = Callable[[str, Payload, datetime], None]

LAST_ATTEMPT = 12
_log = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Consumer:
    """Who wants to hear of which topics; a topic ending in ``*`` matches by its beginning."""

    name: str
    topics: tuple[str, ...]
    handle: Handler

    def wants(self, topic: str) -> bool:
        """Tell whether this consumer listens to ``topic``."""
        return any(
            topic == t or (t.endswith("*") and topic.startswith(t[:-1])) for t in self.topics
        )


_consumers: dict[str, Consumer] = {}
_listening: dict[str, tuple[str, ...]] = {}


def register(name: str, topics: tuple[str, ...], handle: Handler) -> None:
    """Add a consumer; called once per process from ``config``."""
    _consumers[name] = Consumer(name, topics, handle)
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
    """Do up to ``limit`` waiting rows, each in its own transaction; return how many were done."""
    done = 0
    while done < limit and _do_next():
        done += 1
    return done


def _do_next() -> bool:
    now = clock.now()
    row_id = None
    try:
        with transaction.atomic():
            row = (
                OutboxRow.objects.select_for_update(skip_locked=True)
                .filter(consumer__in=_consumers, available_at__lte=now, attempts__lt=LAST_ATTEMPT)
                .order_by("available_at", "id")
                .first()
            )
            if row is None:
                return False
            row_id = row.pk
            _consumers[row.consumer].handle(row.topic, row.payload, now)
            row.delete()
    except Exception as error:  # noqa: BLE001 - one bad row must not stop the others; it is kept
        if row_id is None:
            raise
        _postpone(row_id, error, now)
    return True


def _postpone(row_id: int, error: Exception, now: datetime) -> None:
    """Keep a failed row for a later attempt: 10 s, 20 s, 40 s ... up to about six hours."""
    row = OutboxRow.objects.filter(pk=row_id).first()
    if row is None:
        return
    row.attempts += 1
    row.available_at = now + timedelta(seconds=10 * 2 ** min(row.attempts - 1, 11))
    row.last_error = f"{type(error).__name__}: {error}"[:2000]
    row.save(update_fields=["attempts", "available_at", "last_error"])
    _log.error("outbox %s for %s failed: %s", row.topic, row.consumer, row.last_error)
