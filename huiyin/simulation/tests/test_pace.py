"""People act inside their limit or after it, as meant, and units only in office hours."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiyin.simulation.pace import Pace
from huiyin.simulation.tests.test_arrivals import CALENDAR
from huiyin.worktime.calendar import SHANGHAI
from tests.world import at

PACE = Pace(CALENDAR)
STARTS = st.datetimes(datetime(2026, 1, 5), datetime(2026, 6, 30)).map(  # noqa: DTZ001
    lambda naive: naive.replace(tzinfo=SHANGHAI)
)


def is_office(moment: datetime) -> bool:
    local = moment.astimezone(SHANGHAI)
    hours = CALENDAR.hours
    return CALENDAR.is_working(local.date()) and any(
        opens <= local.time() <= closes for opens, closes in hours.spans
    )


@settings(deadline=None)
@given(STARTS, st.integers(1, 400), st.integers(), st.booleans())
def test_in_time_is_in_time(start, hours, seed, at_any_hour) -> None:
    due = start + timedelta(hours=hours)
    moment = PACE.in_time(start, due, Random(seed), early=3.0, at_any_hour=at_any_hour)
    assert start <= moment < due


@settings(deadline=None)
@given(STARTS, st.integers())
def test_with_days_to_go_a_unit_acts_in_office_hours(start, seed) -> None:
    due = start + timedelta(days=14)
    moment = PACE.in_time(start, due, Random(seed), early=3.0, at_any_hour=False)
    assert is_office(moment)


@settings(deadline=None)
@given(STARTS, st.integers(), st.booleans())
def test_late_is_late(due, seed, at_any_hour) -> None:
    assert PACE.late(due, Random(seed), days=1.0, at_any_hour=at_any_hour) > due


@pytest.mark.parametrize(
    ("moment", "first"),
    [
        pytest.param(at(3, 10), at(3, 10), id="in office hours: at once"),
        pytest.param(at(3, 20), at(4, 8, 30), id="in the evening: the next morning"),
        pytest.param(at(6, 18), at(9, 8, 30), id="on friday evening: on monday"),
        pytest.param(at(3, 12, 30), at(3, 13, 30), id="at noon: after the break"),
    ],
)
def test_the_office(moment, first) -> None:
    found = PACE.office(moment, Random(1))
    assert first <= found <= first + timedelta(minutes=75)
    assert is_office(found)


@settings(deadline=None)
@given(STARTS, st.integers())
def test_citizens_are_not_called_at_night(moment, seed) -> None:
    found = PACE.daytime(moment, Random(seed))
    assert found >= moment
    assert time(8) <= found.astimezone(SHANGHAI).time() < time(21)
