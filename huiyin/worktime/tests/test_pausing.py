"""What is left of a limit when it is paused, and when it ends once it goes on: dated cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from huiyin.worktime import tables
from huiyin.worktime.calendar import SHANGHAI, WorkCalendar, YearTable
from huiyin.worktime.limits import LimitUnit
from huiyin.worktime.pausing import continued, left


def at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def table(year: int) -> YearTable:
    found = tables.official(year)
    assert found is not None
    return found


CALENDAR = WorkCalendar(tables={2026: table(2026)})
HOURS = LimitUnit.HOURS
DAYS = LimitUnit.CALENDAR_DAYS
WDAYS = LimitUnit.WORKING_DAYS
WHOURS = LimitUnit.WORKING_HOURS


@pytest.mark.rule("R-107")
@pytest.mark.parametrize(
    ("unit", "paused", "due", "hours", "resumed", "ends"),
    [
        # Exactly so much, day and night.
        (HOURS, at(3, 4, 9), at(3, 4, 15), 6, at(3, 20, 23), at(3, 21, 5)),
        # Half of Wednesday and four days: the rest is rounded up to a midnight.
        (DAYS, at(3, 4, 12), at(3, 9), 108, at(3, 20, 9), at(3, 25)),
        # Wednesday noon to Monday evening without the weekend, on from a Monday morning.
        (WDAYS, at(3, 4, 12), at(3, 10), 84, at(3, 16, 9), at(3, 20)),
        # On the last day: what is left of it is given whole on a working day.
        (WDAYS, at(3, 9, 18), at(3, 10), 6, at(3, 16, 9), at(3, 17)),
        # On from a Saturday: days not worked do not count.
        (WDAYS, at(3, 9, 18), at(3, 10), 6, at(3, 21, 9), at(3, 24)),
        # Over the holiday of 1 to 5 May; 9 May is worked in exchange.
        (WDAYS, at(4, 29), at(5, 1), 48, at(5, 8, 0), at(5, 10)),
        # Office hours, over noon and a night.
        (WHOURS, at(3, 4, 11), at(3, 4, 14, 30), 2, at(3, 16, 17), at(3, 17, 10)),
        (WHOURS, at(3, 4, 20), at(3, 5, 9, 30), 1, at(3, 21, 9), at(3, 23, 9, 30)),
    ],
)
def test_the_rest_goes_on_where_it_stopped(unit, paused, due, hours, resumed, ends) -> None:
    rest = left(paused, due, unit, CALENDAR)
    assert rest == timedelta(hours=hours)
    told = continued(resumed, rest, unit, CALENDAR)
    assert told == ends
    assert told.tzinfo is UTC


@pytest.mark.rule("R-107")
@pytest.mark.parametrize("unit", list(LimitUnit))
def test_nothing_is_left_of_what_has_run_out(unit) -> None:
    assert left(at(3, 4, 9), at(3, 4, 9), unit, CALENDAR) == timedelta()
    assert left(at(3, 5, 9), at(3, 4, 9), unit, CALENDAR) == timedelta()
    assert continued(at(3, 16, 9), timedelta(), unit, CALENDAR) == at(3, 16, 9)


@pytest.mark.rule("R-107")
@pytest.mark.parametrize("unit", list(LimitUnit))
def test_a_pause_of_no_length_takes_nothing_away(unit) -> None:
    due = at(3, 10) if unit in (DAYS, WDAYS) else at(3, 9, 15)
    now = at(3, 4, 10, 17)
    assert continued(now, left(now, due, unit, CALENDAR), unit, CALENDAR) == due
