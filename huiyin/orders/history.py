"""The chain over an order's events: what is digested, and how it is verified.

The digest is keyed with a key outside the database, so whoever alters a row, even with the right
to drop the trigger, cannot make the chain fit again.

Source: R-41 (architecture 3; handbook domain.md 7.2, point 7).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson

from huiyin.kernel import crypto


class EventLike(Protocol):
    """What an event must carry to be digested."""

    seq: int
    verb: str
    state_before: str
    state_after: str
    at: datetime
    actor: str
    actor_label: str
    staff_id: int | None
    unit_id: int | None
    note: str
    public_note: str
    data: Any


def digest_of(event: EventLike, number: str, before: bytes, *, algorithm: int = 0) -> bytes:
    """Return the digest of one event of the order ``number``, chained to the one ``before`` it.

    Source: R-41 (architecture 3).
    """
    message = orjson.dumps(
        [
            number,
            event.seq,
            event.verb,
            event.state_before,
            event.state_after,
            event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            event.actor,
            event.actor_label,
            event.staff_id,
            event.unit_id,
            event.note,
            event.public_note,
            event.data,
            before.hex(),
        ],
        option=orjson.OPT_SORT_KEYS,
    )
    chosen = crypto.DigestId(algorithm) if algorithm else None
    return crypto.keyed_digest(message, "history", digest=chosen)


@dataclass(frozen=True, slots=True)
class Break:
    """The first place at which a history does not fit."""

    number: str
    seq: int
    reason: str


def first_break(
    number: str, events: Iterable[EventLike], digests: Iterable[bytes], *, count: int, head: bytes
) -> Break | None:
    """Return the first break in one order's chain; None when it is whole.

    Args:
        number: the order's number.
        events: its events by ``seq``.
        digests: their stored digests, in the same order.
        count: how many events the order says it has.
        head: the digest of the last, as the order says.

    Source: R-41 (architecture 3).
    """
    before, expected = b"", 1
    for event, stored in zip(events, digests, strict=True):
        if event.seq != expected:
            return Break(number, expected, "缺少一条历史记录")
        try:
            right = digest_of(event, number, before, algorithm=stored[0] if stored else 0)
        except ValueError:
            right = b""
        if right != stored:
            return Break(number, event.seq, "历史记录被改动")
        before, expected = stored, expected + 1
    if expected - 1 != count or before != head:
        return Break(number, expected, "末尾的历史记录与工单不符")
    return None
