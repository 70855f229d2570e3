"""The queue of what happens next: a heap of moments, run one by one under a driven clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from huiyin.kernel import clock

Task = Callable[[datetime], object]


class Agenda:
    """What is going to happen, in order of time; at one moment in the order it was put down.

    Habits (the jobs of the platform) do not keep a run going: it ends when nothing else is left.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Task]] = []
        self._order = count()
        self._others = 0
        self.moment: datetime | None = None

    def at(self, moment: datetime, task: Task) -> None:
        """Put down that ``task`` happens at ``moment``, or now if that has passed."""
        if self.moment is not None and moment < self.moment:
            moment = self.moment
        self._others += 1
        self._push(moment, task)

    def every(self, first: datetime, pause: timedelta, task: Task) -> None:
        """Put down that ``task`` happens at ``first`` and again after each ``pause``."""
        self._push(first, _Habit(pause, task))

    def run(self, until: datetime) -> datetime:
        """Let everything before ``until`` happen; return when the last thing did, or ``until``."""
        last = until
        while self._others and self._heap[0][0] < until:
            moment, _, task = heapq.heappop(self._heap)
            self.moment = last = moment
            with clock.driven(moment):
                if isinstance(task, _Habit):
                    task.task(moment)
                    self._push(moment + task.pause, task)
                else:
                    self._others -= 1
                    task(moment)
        return until if self._others else last

    def _push(self, moment: datetime, task: Task | _Habit) -> None:
        heapq.heappush(self._heap, (moment, next(self._order), task))


class _Habit:
    """A task that comes again; it is called by the agenda only."""

    def __init__(self, pause: timedelta, task: Task) -> None:
        self.pause = pause
        self.task = task

    def __call__(self, now: datetime) -> object:
        """Do the task once."""
        return self.task(now)
