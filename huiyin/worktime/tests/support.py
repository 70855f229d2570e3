"""Dates and calendars shared by the tests of working time."""

from datetime import UTC, date, datetime

from huiyin.worktime.calendar import SHANGHAI, WorkCalendar
from huiyin.worktime.tables import best_known

NATIONAL = WorkCalendar(best_known(range(2024, 2029)))
CITY = WorkCalendar(
    best_known(range(2024, 2029)),
    closed=frozenset({date(2026, 6, 12)}),
    opened=frozenset({date(2026, 6, 13)}),
)


def at(text: str) -> datetime:
    """Return a moment of Shanghai time written as ``2026-02-13 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def utc(text: str) -> datetime:
    """Return a moment of UTC written as ``2026-02-13 02:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
