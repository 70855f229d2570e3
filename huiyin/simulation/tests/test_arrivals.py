"""Requests arrive in the shape of real days, and exactly as many as were asked for."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from random import Random

import pytest

from huiyin.simulation.arrivals import moments, shares
from huiyin.simulation.behaviour import DEFAULT
from huiyin.worktime import tables
from huiyin.worktime.calendar import SHANGHAI, WorkCalendar, YearTable


def official(year: int) -> YearTable:
    found = tables.official(year)
    assert found is not None
    return found


CALENDAR = WorkCalendar(tables={2026: official(2026)})


def arrive(first: date, days: int, per_day: int, seed: int = 1) -> list[datetime]:
    return moments(
        first, days, days * per_day, behaviour=DEFAULT, calendar=CALENDAR, random=Random(seed)
    )


@pytest.mark.parametrize(
    ("weights", "total", "expected"),
    [
        ([1, 1, 1], 9, [3, 3, 3]),
        ([1, 1, 1], 10, [4, 3, 3]),
        ([3, 1], 3, [2, 1]),
        ([5, 0], 4, [4, 0]),
        ([1.15, 1, 0.8], 100, [39, 34, 27]),
    ],
)
def test_shares_add_up(weights, total, expected) -> None:
    assert shares(weights, total) == expected


def test_moments_are_exact_in_number_order_and_days() -> None:
    found = arrive(date(2026, 3, 2), 7, 40)
    assert len(found) == 280
    assert found == sorted(found)
    assert {m.astimezone(SHANGHAI).date() for m in found} == {date(2026, 3, d) for d in range(2, 9)}


def test_monday_is_busier_and_the_weekend_calmer() -> None:
    by_day = Counter(m.astimezone(SHANGHAI).date() for m in arrive(date(2026, 3, 2), 7, 1000))
    monday, tuesday, sunday = (by_day[date(2026, 3, d)] for d in (2, 3, 8))
    assert monday > tuesday > sunday


def test_the_first_day_after_a_holiday_is_busy_and_the_holiday_calm() -> None:
    by_day = Counter(m.astimezone(SHANGHAI).date() for m in arrive(date(2026, 4, 30), 9, 1000))
    holiday, after, ordinary = (
        by_day[d] for d in (date(2026, 5, 4), date(2026, 5, 6), date(2026, 5, 7))
    )
    assert after > ordinary > holiday


def test_the_peak_hour_has_nine_to_eleven_percent_of_the_day() -> None:
    by_hour = Counter(m.astimezone(SHANGHAI).hour for m in arrive(date(2026, 3, 2), 5, 8000))
    hour, most = by_hour.most_common(1)[0]
    assert hour in (9, 10)
    assert 0.09 <= most / 40_000 <= 0.11
    assert by_hour[14] > by_hour[12]
    assert by_hour[3] < by_hour[21]


def test_the_same_seed_gives_the_same_moments() -> None:
    assert arrive(date(2026, 3, 2), 2, 30) == arrive(date(2026, 3, 2), 2, 30)
    assert arrive(date(2026, 3, 2), 2, 30) != arrive(date(2026, 3, 2), 2, 30, seed=2)
