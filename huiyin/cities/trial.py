"""What a changed rule would have made of past clocks. Pure: nothing is read, nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Protocol

from huiyin.knowledge import rules
from huiyin.knowledge.rules import LimitLike, Matter
from huiyin.worktime import deadline as worktime
from huiyin.worktime import limits
from huiyin.worktime.calendar import SHANGHAI, WorkCalendar

MOST_EXAMPLES = 200


class Limit(LimitLike, Protocol):
    """A limit with its length; the stored rows and those of a file are both of this form."""

    @property
    def limit(self) -> str: ...  # noqa: D102
    @property
    def postpone(self) -> bool: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class PastClock:
    """One clock of one order as it ran, and what of the order decides its limit.

    ``length`` is the written limit by which it was made and whether it was postponed; None when a
    person set its end.
    """

    order: str
    kind: str
    matter: Matter
    unit: str
    category: str
    started_at: datetime
    due_at: datetime
    stopped_at: datetime | None
    words: str
    length: tuple[str, bool] | None


@dataclass(frozen=True, slots=True)
class Change:
    """A clock that would have ended at another time; ``new_due`` None means without a limit."""

    clock: PastClock
    new_due: datetime | None
    new_words: str
    was_late: bool
    would_be_late: bool

    @property
    def is_later(self) -> bool:
        """Tell whether there would have been more time."""
        return self.new_due is None or self.new_due > self.clock.due_at


Judged = tuple[PastClock, bool, Change | None]
"""A clock, whether it was late, and what the changed rules would have done to it if anything."""


@dataclass(slots=True)
class Tally:
    """Counts of clocks or of orders: all, touched, and what the change would have done to them."""

    seen: int = 0
    touched: int = 0
    later: int = 0
    earlier: int = 0
    late_to_on_time: int = 0
    on_time_to_late: int = 0
    late_before: int = 0
    late_after: int = 0

    def add(self, judged: Sequence[Judged]) -> None:
        """Count one thing that these clocks make up: itself, or an order with all its clocks."""
        changes = [change for _, _, change in judged if change is not None]
        before = any(was_late for _, was_late, _ in judged)
        after = any(change.would_be_late if change else late for _, late, change in judged)
        self.seen += 1
        self.touched += bool(changes)
        self.later += any(change.is_later for change in changes)
        self.earlier += any(not change.is_later for change in changes)
        self.late_before += before
        self.late_after += after
        self.late_to_on_time += before and not after
        self.on_time_to_late += after and not before


@dataclass(slots=True)
class Trial:
    """What came of a replay: counts by order, clock, unit and matter, and the first examples."""

    orders: Tally = field(default_factory=Tally)
    clocks: dict[str, Tally] = field(default_factory=dict)
    units: dict[str, Tally] = field(default_factory=dict)
    categories: dict[str, Tally] = field(default_factory=dict)
    examples: list[Change] = field(default_factory=list)


class Replay:
    """Asks of each clock which limit holds by the rows in force and by the changed ones.

    Args:
        held: the rows in force.
        wanted: the changed rows.
        calendar: the city's calendar.
        as_of: the day from which the changed rows are meant to hold; older clocks are judged by the
            rows of that day, younger ones by those of their own.
        now: what still runs is late if its end is not after this.

    Source: R-195 (handbook domain.md 2.9: rules with effective dates; 4.3 timers).
    """

    def __init__(
        self,
        held: Iterable[Limit],
        wanted: Iterable[Limit],
        *,
        calendar: WorkCalendar,
        as_of: date | None,
        now: datetime,
    ) -> None:
        self._held, self._wanted = _by_clock(held), _by_clock(wanted)
        self._calendar, self._as_of, self._now = calendar, as_of, now
        self._chosen: dict[tuple[str, Matter, date], tuple[Limit | None, Limit | None]] = {}

    def change(self, clock: PastClock) -> Change | None:
        """Return what the changed rules would have done to a clock; None when nothing."""
        if clock.length is None:
            return None
        day = clock.started_at.astimezone(SHANGHAI).date()
        if self._as_of is not None:
            day = max(day, self._as_of)
        before, after = self._limits(clock.kind, clock.matter, day)
        if _length(before) == _length(after):
            return None
        due, words = self._end(clock, after)
        if due == clock.due_at:
            return None
        return Change(
            clock, due, words, self.is_late(clock, clock.due_at), self.is_late(clock, due)
        )

    def is_late(self, clock: PastClock, due: datetime | None) -> bool:
        """Tell whether a clock was not stopped before ``due``; the end itself is late."""
        return due is not None and (clock.stopped_at or self._now) >= due

    def _limits(self, kind: str, matter: Matter, day: date) -> tuple[Limit | None, Limit | None]:
        key = (kind, matter, day)
        if key not in self._chosen:
            self._chosen[key] = (
                rules.choose_limit(self._held.get(kind, ()), kind, matter, day),
                rules.choose_limit(self._wanted.get(kind, ()), kind, matter, day),
            )
        return self._chosen[key]

    def _end(self, clock: PastClock, limit: Limit | None) -> tuple[datetime | None, str]:
        """Return the end by ``limit``; what a recorded step added or took stays added or taken."""
        if limit is None or clock.length is None:
            return None, "不再规定时限"
        end = self._deadline(clock.started_at, (limit.limit, limit.postpone))
        moved = clock.due_at - self._deadline(clock.started_at, clock.length).due_at
        words = end.words + ("，另计已批准的延期等变动" if moved else "")
        return end.due_at + moved, words

    def _deadline(self, start: datetime, length: tuple[str, bool]) -> worktime.Deadline:
        written, postpone = length
        return worktime.deadline(
            start, replace(limits.parse(written), postpone=postpone), self._calendar
        )


def replay(
    orders: Iterable[Sequence[PastClock]], by: Replay, *, examples: int = MOST_EXAMPLES
) -> Trial:
    """Return what the changed rules would have made of these orders, each given by its clocks.

    An order counts once under each unit and matter that a clock of it belongs to.

    Source: R-195 (handbook domain.md 2.9: rules with effective dates; 4.3 timers).
    """
    trial = Trial()
    for clocks in orders:
        judged = [(each, by.is_late(each, each.due_at), by.change(each)) for each in clocks]
        trial.orders.add(judged)
        for name, own in _grouped(judged, lambda clock: clock.unit).items():
            trial.units.setdefault(name, Tally()).add(own)
        for name, own in _grouped(judged, lambda clock: clock.category).items():
            trial.categories.setdefault(name, Tally()).add(own)
        for each in judged:
            trial.clocks.setdefault(each[0].kind, Tally()).add([each])
        changes = [change for _, _, change in judged if change is not None]
        trial.examples += changes[: max(0, examples - len(trial.examples))]
    return trial


def _grouped(judged: Sequence[Judged], key: Callable[[PastClock], str]) -> dict[str, list[Judged]]:
    groups: dict[str, list[Judged]] = {}
    for each in judged:
        groups.setdefault(key(each[0]), []).append(each)
    return groups


def _by_clock(rows: Iterable[Limit]) -> dict[str, list[Limit]]:
    found: dict[str, list[Limit]] = {}
    for row in rows:
        found.setdefault(row.clock, []).append(row)
    return found


def _length(limit: Limit | None) -> tuple[limits.Limit, bool] | None:
    """Return what of a limit moves an end: ``48h`` and ``2d`` differ, their names do not matter."""
    return None if limit is None else (limits.parse(limit.limit), limit.postpone)
