"""The queue of what happens next: a heap of moments, run one by one under a driven clock."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

from huiyin.kernel import clock

Task = Callable[[datetime], object]


class Agenda:
    """What is going to happen, in order of time; at one moment in the order it was put down."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Task]] = []
        self._order = count()
        self.moment: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing more is going to happen."""
        return not self._heap

    def at(self, moment: datetime, task: Task) -> None:
        """Put down that ``task`` happens at ``moment``, or now if that has passed."""
        if self.moment is not None and moment < self.moment:
            moment = self.moment
        heapq.heappush(self._heap, (moment, next(self._order), task))

    def run(self, until: datetime) -> datetime | None:
        """Let everything before ``until`` happen; return when the last thing did, ever."""
        while self._heap and self._heap[0][0] < until:
            moment, _, task = heapq.heappop(self._heap)
            self.moment = moment
            with clock.driven(moment):
                task(moment)
        return self.moment
