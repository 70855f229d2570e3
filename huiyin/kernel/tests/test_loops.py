"""The worker's loops: back to back while there is work, patient with a database that is away."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from django.db import OperationalError

from huiyin.kernel import loops


def body_of(answers: Iterator[int | Exception], stop: threading.Event):
    def body() -> int:
        answer = next(answers, None)
        if answer is None:
            stop.set()
            return 0
        if isinstance(answer, Exception):
            raise answer
        return answer

    return body


def pauses_of(answers: list[int | Exception], idle: float = 0.25) -> list[float]:
    """Run a loop over ``answers`` and return how long it meant to wait each time."""
    waited: list[float] = []

    class Told(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            waited.append(timeout or 0.0)
            return self.is_set()

    stop = Told()
    loops.run(loops.Loop("test", body_of(iter(answers), stop), idle), stop)
    return waited


def test_it_looks_now_and_then_and_works_back_to_back(db) -> None:
    assert pauses_of([0, 5, 5, 0]) == [0.25, 0.25, 0.0, 0.0, 0.25, 0.25]


def test_it_waits_longer_and_longer_for_a_database_that_is_away(db) -> None:
    away = [OperationalError("gone")] * 5
    assert pauses_of([*away, 1]) == [0.25, 1.0, 2.0, 4.0, 8.0, 10.0, 0.0, 0.25]


def test_a_fault_ends_the_loop(db) -> None:
    with pytest.raises(ZeroDivisionError):
        pauses_of([ZeroDivisionError("x")])
