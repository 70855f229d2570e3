"""Work that a worker does all the time, each kind in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.db import Error, connection

from huiyin.kernel import log

Body = Callable[[], int]
LONGEST_PAUSE = 10.0
_log = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Loop:
    """A body that does some of what waits and returns how much; ``idle`` seconds between looks."""

    name: str
    body: Body
    idle: float


REGISTRY: dict[str, Loop] = {}


def register(name: str, body: Body, *, idle: float) -> None:
    """Add a loop; called once per process from ``config``."""
    REGISTRY[name] = Loop(name, body, idle)


def run(loop: Loop, stop: threading.Event) -> None:
    """Work until ``stop`` is set: back to back while there is work, else looking now and then.

    A database that is away is waited for. Any other error ends the loop, and with it the worker.
    """
    pause = loop.idle
    while not stop.wait(pause):
        try:
            pause = 0.0 if loop.body() else loop.idle
        except Error as error:
            pause = min(LONGEST_PAUSE, max(1.0, pause * 2))
            _log.error("%s waits %.0f s for the database: %s", loop.name, pause, error)
        if pause:
            connection.close()
