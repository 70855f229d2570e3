"""Two people do something at the very same moment, on real PostgreSQL.

``race`` holds the lock of an order until every competitor waits for it, then lets go: they meet at
the lock each time, not only when the machine happens to be slow.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection, connections, transaction

from huiyin.kernel.errors import Refused
from huiyin.orders.models import WorkOrder

_PATIENCE = 30.0
_WAITING = """
    select count(*) from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'
"""


class Runner(threading.Thread):
    """One competitor: does its thing in a connection of its own and keeps what came of it."""

    def __init__(self, doing: Callable[[], Any], start: threading.Barrier) -> None:
        super().__init__(daemon=True)
        self._doing = doing
        self._start = start
        self.result: Any = None
        self.error: BaseException | None = None

    def run(self) -> None:
        """Wait for the others, then do it."""
        try:
            self._start.wait(_PATIENCE)
            self.result = self._doing()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            self.error = error
        finally:
            connections.close_all()


def at_once(*doings: Callable[[], Any]) -> list[Runner]:
    """Do everything at the same moment and return what came of each."""
    barrier = threading.Barrier(len(doings))
    runners = [Runner(doing, barrier) for doing in doings]
    for runner in runners:
        runner.start()
    for runner in runners:
        runner.join(_PATIENCE)
        assert not runner.is_alive(), "a competitor still waits"
    return runners


def race(order_id: int, *doings: Callable[[], Any]) -> list[Runner]:
    """Let everybody come to the lock of an order at the same moment; return what came of each."""
    barrier = threading.Barrier(len(doings))
    runners = [Runner(doing, barrier) for doing in doings]
    with transaction.atomic():
        WorkOrder.objects.select_for_update().get(pk=order_id)
        for runner in runners:
            runner.start()
        _until_all_wait(len(doings))
    for runner in runners:
        runner.join(_PATIENCE)
        assert not runner.is_alive(), "a competitor still waits"
    return runners


def outcome(runners: Sequence[Runner]) -> tuple[list[Any], list[Refused]]:
    """Return what was done and what was refused; anything else is an error of the program."""
    for runner in runners:
        if runner.error is not None and not isinstance(runner.error, Refused):
            raise runner.error
    done = [r.result for r in runners if r.error is None]
    return done, [r.error for r in runners if isinstance(r.error, Refused)]


def _until_all_wait(number: int) -> None:
    give_up = time.monotonic() + _PATIENCE
    waiting = 0
    while waiting < number and time.monotonic() < give_up:
        with connection.cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(_WAITING)
            waiting = cursor.fetchone()[0]
        time.sleep(0.005)
    assert waiting >= number, "the competitors never met at the lock"
