"""When a limit ends, how much of it is left, and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from huiyin.worktime import words
from huiyin.worktime.calendar import SATURDAY, WorkCalendar
from huiyin.worktime.limits import Limit, LimitUnit, amount_in_words

Tone = Literal["ok", "soon", "late"]

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_MINUTE = timedelta(minutes=1)
_BY_DAY = frozenset({LimitUnit.CALENDAR_DAYS, LimitUnit.WORKING_DAYS})
AMBER_PERCENT = 80
"""From which share of its time on a limit is shown as amber, unless the city says otherwise."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a limit.

    ``due_at`` is in UTC and exclusive: work done at that instant is already late.
    ``provisional`` says that a day was looked at whose year has no published table yet.
    ``words`` explains the result in Chinese.
    """

    due_at: datetime
    provisional: bool
    words: str


@dataclass(slots=True)
class _Walk:
    """The days looked at on the way to one deadline."""

    calendar: WorkCalendar
    skipped: list[date] = field(default_factory=list)
    counted_weekends: list[date] = field(default_factory=list)
    provisional_years: set[int] = field(default_factory=set)

    def works(self, day: date) -> bool:
        """Tell whether ``day`` is worked, and remember it if it is passed over."""
        worked = self.calendar.is_working(day)
        if not worked:
            self.skipped.append(day)
        if self.calendar.is_provisional(day):
            self.provisional_years.add(day.year)
        return worked

    def count(self, day: date) -> None:
        """Remember a worked weekend day that is part of the limit, once."""
        if day.weekday() >= SATURDAY and day not in self.counted_weekends[-1:]:
            self.counted_weekends.append(day)


def deadline(start: datetime, limit: Limit, calendar: WorkCalendar) -> Deadline:
    """Return when ``limit``, running from ``start``, ends in the region of ``calendar``.

    * minutes, hours: exactly so much later, day and night.
    * calendar days, working days: the day of ``start`` is never counted; the limit ends
      at the midnight that ends its last day. Calendar days are not prolonged when the last
      one is a holiday: the hotline works every day.
    * working hours: only time inside the office hours of working days is counted.

    Days begin and end at midnight in ``calendar.zone``, whatever zone ``start`` carries.
    A limit with ``postpone`` starts at the next working moment.

    Args:
        start: when the clock starts; aware.
        limit: what is allowed.
        calendar: the region's calendar; must cover every day looked at.

    Raises:
        CalendarGap: the calendar does not reach far enough.
        ValueError: ``start`` is naive.

    Source: R-03 working days, R-04 calendar days, R-05 hours, R-06 postponing, R-07 working
    hours, R-08 the end is exclusive (handbook domain.md 1.4, 2.2, 2.7; Civil Code art. 201).
    """
    local = _local(start, calendar)
    walk = _Walk(calendar)
    begin = _next_working_moment(local, walk) if limit.postpone else local
    due = _COUNTS[limit.unit](begin, limit.amount, walk)
    return Deadline(
        due_at=due.astimezone(UTC),
        provisional=bool(walk.provisional_years),
        words=_explain((local, begin, due), limit, walk),
    )


def remaining(now: datetime, due_at: datetime) -> str:
    """Return what is left, or by how much it is late, in the largest fitting unit.

    Rounded down, so that nobody is promised more time than there is: ``剩 2 天``,
    ``剩 3 小时``, ``剩 25 分钟``, ``超期 2 天``. A day is 24 hours.

    Source: R-08 (own default: the end is exclusive).
    """
    late = now >= due_at
    span = now - due_at if late else due_at - now
    for unit, label in ((_DAY, "天"), (_HOUR, "小时"), (_MINUTE, "分钟")):
        if span >= unit:
            return f"{'超期' if late else '剩'} {span // unit} {label}"
    return "刚刚超期" if late else "剩不到 1 分钟"


def tone(
    now: datetime, due_at: datetime, started_at: datetime, *, amber: int = AMBER_PERCENT
) -> Tone:
    """Return ``late`` from ``due_at`` on, ``soon`` once ``amber`` % of the time is used, else ok.

    Source: R-09 (own default; handbook domain.md 4.3, timers).
    """
    if now >= due_at:
        return "late"
    used, whole = now - started_at, due_at - started_at
    return "soon" if used * 100 >= whole * amber else "ok"


def working_days_between(start: datetime, end: datetime, calendar: WorkCalendar) -> int:
    """Return how many working days were used: the day of ``start`` is not counted, of ``end`` is.

    Something finished on the day it began took 0 working days, on the last day of a limit
    of n working days n. Days not worked add nothing, so lateness is told by ``due_at``.

    Raises:
        CalendarGap: the calendar does not cover every day in between.
        ValueError: a moment is naive, or ``end`` is before ``start``.

    Source: R-03 (handbook domain.md 2.7; Civil Code art. 201).
    """
    first, last = _local(start, calendar).date(), _local(end, calendar).date()
    if end < start:
        raise ValueError("end is before start")
    return sum(calendar.is_working(first + n * _DAY) for n in range(1, (last - first).days + 1))


def next_working_moment(moment: datetime, calendar: WorkCalendar) -> datetime:
    """Return ``moment`` if it is inside working hours, else when they next begin; in UTC.

    Raises:
        CalendarGap: the calendar does not reach far enough.
        ValueError: ``moment`` is naive.

    Source: R-06 (handbook domain.md 2.7, Henan: non-working time postpones).
    """
    return _next_working_moment(_local(moment, calendar), _Walk(calendar)).astimezone(UTC)


def _local(moment: datetime, calendar: WorkCalendar) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("a moment must be aware")
    return moment.astimezone(calendar.zone)


def _next_working_moment(local: datetime, walk: _Walk) -> datetime:
    day, zone = local.date(), local.tzinfo
    while True:
        if walk.works(day):
            for opens, closes in walk.calendar.hours.spans:
                if local < datetime.combine(day, closes, zone):
                    return max(local, datetime.combine(day, opens, zone))
        day += _DAY


def _elapsed(step: timedelta) -> Callable[[datetime, int, _Walk], datetime]:
    def count(begin: datetime, amount: int, walk: _Walk) -> datetime:
        return (begin.astimezone(UTC) + amount * step).astimezone(walk.calendar.zone)

    return count


def _calendar_days(begin: datetime, amount: int, walk: _Walk) -> datetime:
    return _midnight_ending(begin.date() + amount * _DAY, walk)


def _working_days(begin: datetime, amount: int, walk: _Walk) -> datetime:
    day = begin.date()
    while amount:
        day += _DAY
        if walk.works(day):
            walk.count(day)
            amount -= 1
    return _midnight_ending(day, walk)


def _working_hours(begin: datetime, amount: int, walk: _Walk) -> datetime:
    day, left = begin.date(), amount * _HOUR
    while True:
        if walk.works(day):
            for span in walk.calendar.hours.spans:
                opens, closes = (datetime.combine(day, at, begin.tzinfo) for at in span)
                opens = max(opens, begin)
                if opens >= closes:
                    continue
                walk.count(day)
                if closes - opens >= left:
                    return opens + left
                left -= closes - opens
        day += _DAY


def _midnight_ending(day: date, walk: _Walk) -> datetime:
    return datetime.combine(day + _DAY, time.min, walk.calendar.zone)


_COUNTS: dict[LimitUnit, Callable[[datetime, int, _Walk], datetime]] = {
    LimitUnit.MINUTES: _elapsed(_MINUTE),
    LimitUnit.HOURS: _elapsed(_HOUR),
    LimitUnit.CALENDAR_DAYS: _calendar_days,
    LimitUnit.WORKING_DAYS: _working_days,
    LimitUnit.WORKING_HOURS: _working_hours,
}


def _explain(moments: tuple[datetime, datetime, datetime], limit: Limit, walk: _Walk) -> str:
    start, begin, due = moments
    base = start.year
    text = f"自 {words.moment_in_words(start, base)} 起"
    if begin != start:
        text += f"，顺延至 {words.moment_in_words(begin, base)} 起算"
    text += f" {amount_in_words(limit)}"
    passed = []
    if walk.skipped:
        passed.append(f"跳过 {words.skipped_in_words(walk.skipped, walk.calendar, base)}")
    if walk.counted_weekends:
        passed.append(words.counted_in_words(walk.counted_weekends, walk.calendar, base))
    text += f"：{'，'.join(passed)}；" if passed else "，"
    if limit.unit in _BY_DAY:
        text += f"至 {words.day_in_words(due - _DAY, base)} 24:00 止"
    else:
        text += f"至 {words.moment_in_words(due, base)} 止"
    if walk.provisional_years:
        text += words.provisional_in_words(walk.provisional_years)
    return text
