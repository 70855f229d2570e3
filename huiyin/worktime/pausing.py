"""How much of a limit is left when it is paused, and when it ends once it goes on."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from huiyin.worktime.calendar import WorkCalendar
from huiyin.worktime.limits import LimitUnit

_DAY = timedelta(days=1)
_BY_DAY = frozenset({LimitUnit.CALENDAR_DAYS, LimitUnit.WORKING_DAYS})
_WORKING = frozenset({LimitUnit.WORKING_DAYS, LimitUnit.WORKING_HOURS})
Span = tuple[datetime, datetime]


def left(now: datetime, due_at: datetime, unit: LimitUnit, calendar: WorkCalendar) -> timedelta:
    """Return how much counted time lies between ``now`` and ``due_at``; nothing once it is late.

    A limit in working days counts the whole of working days, one in working hours the office hours
    of those days, every other one all time.

    Raises:
        CalendarGap: the calendar does not cover every day in between.

    Source: R-107 (handbook domain.md 4.3: the remaining time goes on after a suspension).
    """
    if now >= due_at:
        return timedelta()
    if unit not in _WORKING:
        return due_at - now
    begin, end = now.astimezone(calendar.zone), due_at.astimezone(calendar.zone)
    total, day = timedelta(), begin.date()
    while day <= end.date():
        for opens, closes in _spans(datetime.combine(day, time.min, calendar.zone), unit, calendar):
            total += max(min(closes, end) - max(opens, begin), timedelta())
        day += _DAY
    return total


def continued(
    now: datetime,
    rest: timedelta,
    unit: LimitUnit,
    calendar: WorkCalendar,
    *,
    whole_days: bool = True,
) -> datetime:
    """Return when a limit ends that goes on at ``now`` with ``rest`` of counted time; in UTC.

    A limit in days ends with a day, so what is left of its last day is rounded up to midnight, in
    favour of the unit; not with ``whole_days`` off, for an end that somebody set at an hour. With
    nothing left the limit ends at once.

    Raises:
        CalendarGap: the calendar does not reach far enough.

    Source: R-107 (handbook domain.md 4.3: the remaining time goes on after a suspension).
    """
    if rest <= timedelta():
        return now.astimezone(UTC)
    local = now.astimezone(calendar.zone)
    due = _walk(local, rest, unit, calendar) if unit in _WORKING else local + rest
    if whole_days and unit in _BY_DAY and due.timetz().replace(tzinfo=None) != time.min:
        due = datetime.combine(due.date() + _DAY, time.min, calendar.zone)
    return due.astimezone(UTC)


def _walk(begin: datetime, rest: timedelta, unit: LimitUnit, calendar: WorkCalendar) -> datetime:
    day = begin.date()
    while True:
        for opens, closes in _spans(datetime.combine(day, time.min, calendar.zone), unit, calendar):
            opens = max(opens, begin)  # noqa: PLW2901 - what counts begins no earlier
            if opens >= closes:
                continue
            if closes - opens >= rest:
                return opens + rest
            rest -= closes - opens
        day += _DAY


def _spans(midnight: datetime, unit: LimitUnit, calendar: WorkCalendar) -> list[Span]:
    """Return the counted spans of one day."""
    day = midnight.date()
    if not calendar.is_working(day):
        return []
    if unit is LimitUnit.WORKING_DAYS:
        return [(midnight, midnight + _DAY)]
    return [
        (datetime.combine(day, opens, calendar.zone), datetime.combine(day, closes, calendar.zone))
        for opens, closes in calendar.hours.spans
    ]
