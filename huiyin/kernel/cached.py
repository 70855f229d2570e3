"""Remember slow-moving reference data (rules, units, calendars) for a few seconds in this process.

Every such row is dated, so a few seconds of delay move no deadline; what must be seen at once
is read from the database instead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

_all: list[Remembered[..., object]] = []


class Remembered(Generic[P, R]):
    """A function whose answers are kept ``seconds`` long, per arguments."""

    def __init__(self, body: Callable[P, R], seconds: float) -> None:
        self._body = body
        self._seconds = seconds
        self._kept: dict[object, tuple[float, R]] = {}
        self._lock = threading.Lock()
        self.__doc__ = body.__doc__
        self.__name__ = getattr(body, "__name__", "remembered")
        self.__module__ = body.__module__

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Return the kept answer, or ask again when it is too old."""
        key = (args, tuple(sorted(kwargs.items())))
        kept = self._kept.get(key)
        tick = time.monotonic()
        if kept and tick - kept[0] < self._seconds:
            return kept[1]
        value = self._body(*args, **kwargs)
        with self._lock:
            if len(self._kept) > 10_000:
                self._kept.clear()
            self._kept[key] = (tick, value)
        return value

    def clear(self) -> None:
        """Forget every answer."""
        with self._lock:
            self._kept.clear()


def remembered(seconds: float = 10) -> Callable[[Callable[P, R]], Remembered[P, R]]:
    """Keep the answers of a function for ``seconds``; arguments must be hashable."""

    def wrap(body: Callable[P, R]) -> Remembered[P, R]:
        kept = Remembered(body, seconds)
        _all.append(kept)  # type: ignore[arg-type]
        return kept

    return wrap


def forget_all() -> None:
    """Forget every remembered answer of this process (after loading a city; between tests)."""
    for kept in _all:
        kept.clear()
