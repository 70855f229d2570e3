"""From the outbox to PostgreSQL's notifications: which order moved, and whose units may know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import orjson

from huiyin.kernel import notify
from huiyin.kernel.outbox import Payload
from huiyin.orders import queries as orders

CHANNEL = "huiyin_live"


@dataclass(frozen=True, slots=True)
class Nudge:
    """One order that moved: its number, state and count of events since.

    ``paths`` are those of the units that have or had a part in it; None when they were too many to
    be told, and then only those who see everything hear of it.
    """

    number: str
    state: str
    events: int
    paths: tuple[str, ...] | None


def tell(_topic: str, payload: Payload, _now: datetime) -> None:
    """Notify the live processes of one step. Runs in the worker, never in the hot path."""
    standing = orders.standing(payload["order"])
    if standing is not None:
        notify.tell(CHANNEL, pack(Nudge(*standing)))


def tell_all(news: Sequence[tuple[str, Payload]], _now: datetime) -> None:
    """Notify the live processes of many steps: one nudge for each order that moved. Two queries."""
    moved = list(dict.fromkeys(payload["order"] for _, payload in news))
    found = orders.standings(moved)
    notify.tell_all(CHANNEL, [pack(Nudge(*found[key])) for key in moved if key in found])


def pack(nudge: Nudge) -> str:
    """Return the nudge as text that fits into a notification."""
    packed = orjson.dumps([nudge.number, nudge.state, nudge.events, nudge.paths])
    if len(packed) > notify.LONGEST:
        packed = orjson.dumps([nudge.number, nudge.state, nudge.events, None])
    return packed.decode()


def unpack(text: str) -> Nudge:
    """Return the nudge that ``pack`` made."""
    number, state, events, paths = orjson.loads(text)
    return Nudge(number, state, events, None if paths is None else tuple(paths))
