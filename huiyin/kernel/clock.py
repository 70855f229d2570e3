"""The only place that reads the time. Everything else is given ``now``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

_driven: ContextVar[datetime | None] = ContextVar("driven_clock", default=None)


def now() -> datetime:
    """Return the present instant, aware, in UTC; the driven one inside ``driven``."""
    return _driven.get() or datetime.now(UTC)  # noqa: TID251 - the one place that may


@contextmanager
def driven(instant: datetime) -> Iterator[None]:
    """Let ``now`` answer ``instant`` inside the block (simulation and tests only)."""
    if instant.tzinfo is None:
        raise ValueError("a driven clock needs an aware instant")
    token = _driven.set(instant.astimezone(UTC))
    try:
        yield
    finally:
        _driven.reset(token)
