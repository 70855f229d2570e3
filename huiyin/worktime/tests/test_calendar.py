"""Which days are worked, and what a wrong or missing table does."""

from datetime import date, time

import pytest

from huiyin.worktime.calendar import CalendarGap, WorkCalendar, WorkHours, YearTable
from huiyin.worktime.tests.support import CITY, NATIONAL


@pytest.mark.rule("R-01")
@pytest.mark.parametrize(
    ("day", "worked"),
    [
        pytest.param(date(2026, 2, 13), True, id="friday before spring festival"),
        pytest.param(date(2026, 2, 14), True, id="saturday worked in exchange"),
        pytest.param(date(2026, 2, 15), False, id="sunday, first day of the holiday"),
        pytest.param(date(2026, 2, 16), False, id="monday, new year's eve"),
        pytest.param(date(2026, 2, 23), False, id="monday, last day of the holiday"),
        pytest.param(date(2026, 2, 24), True, id="tuesday after the holiday"),
        pytest.param(date(2026, 3, 1), False, id="plain sunday"),
        pytest.param(date(2025, 9, 28), True, id="sunday worked in exchange"),
        pytest.param(date(2025, 10, 6), False, id="monday, mid-autumn inside national day"),
    ],
)
def test_national_days(day, worked):
    assert NATIONAL.is_working(day) is worked


@pytest.mark.rule("R-01")
def test_the_citys_own_days_win_over_the_national_table():
    friday, saturday = date(2026, 6, 12), date(2026, 6, 13)
    assert (NATIONAL.is_working(friday), NATIONAL.is_working(saturday)) == (True, False)
    assert (CITY.is_working(friday), CITY.is_working(saturday)) == (False, True)


def test_a_city_may_close_a_worked_weekend_and_open_a_holiday():
    city = WorkCalendar(
        NATIONAL.tables,
        closed=frozenset({date(2026, 10, 10)}),
        opened=frozenset({date(2026, 10, 7)}),
    )
    assert not city.is_working(date(2026, 10, 10))
    assert city.is_working(date(2026, 10, 7))


@pytest.mark.rule("R-02")
def test_only_days_of_a_year_without_a_published_table_are_provisional():
    assert not NATIONAL.is_provisional(date(2026, 12, 31))
    assert NATIONAL.is_provisional(date(2027, 1, 1))


def test_a_day_set_by_the_city_is_certain_in_a_provisional_year():
    own = date(2027, 3, 1)
    for kind in ("closed", "opened"):
        city = WorkCalendar(NATIONAL.tables, **{kind: frozenset({own})})
        assert not city.is_provisional(own)


@pytest.mark.rule("R-01")
def test_a_year_without_any_table_is_a_gap():
    for ask in (NATIONAL.is_working, NATIONAL.is_provisional, NATIONAL.name_of):
        with pytest.raises(CalendarGap, match="2029"):
            ask(date(2029, 1, 2))


def test_a_citys_own_day_does_not_fill_a_gap():
    city = WorkCalendar(NATIONAL.tables, opened=frozenset({date(2029, 1, 6)}))
    with pytest.raises(CalendarGap):
        city.is_working(date(2029, 1, 6))


@pytest.mark.parametrize(
    ("calendar", "day", "name"),
    [
        (NATIONAL, date(2025, 10, 4), "国庆节"),
        (NATIONAL, date(2025, 10, 6), "中秋节"),
        (NATIONAL, date(2026, 3, 1), "周末"),
        (CITY, date(2026, 6, 12), "本地休息日"),
    ],
)
def test_why_a_day_is_not_worked(calendar, day, name):
    assert calendar.name_of(day) == name


def test_a_holiday_without_a_name_is_still_called_a_holiday():
    monday = date(2026, 3, 2)
    table = YearTable(2026, frozenset({monday}), frozenset(), "by hand")
    assert WorkCalendar({2026: table}).name_of(monday) == "节假日"


def test_a_table_holds_only_days_of_its_year():
    with pytest.raises(ValueError, match="2025-01-01 is not in 2026"):
        YearTable(2026, frozenset({date(2025, 1, 1)}), frozenset(), "by hand")


@pytest.mark.parametrize(
    "build",
    [
        lambda days: YearTable(2026, days, days, "by hand"),
        lambda days: WorkCalendar(NATIONAL.tables, closed=days, opened=days),
    ],
)
def test_a_day_is_not_both_closed_and_opened(build):
    with pytest.raises(ValueError, match="both closed and opened"):
        build(frozenset({date(2026, 3, 2)}))


def test_a_table_is_filed_under_its_own_year():
    with pytest.raises(ValueError, match="2026 is filed under 2027"):
        WorkCalendar({2027: NATIONAL.tables[2026]})


@pytest.mark.parametrize(
    ("morning", "afternoon"),
    [
        pytest.param((time(12), time(8)), (time(13), time(17)), id="ends before it begins"),
        pytest.param((time(8), time(8)), (time(13), time(17)), id="empty"),
        pytest.param((time(8), time(14)), (time(13), time(17)), id="overlap"),
    ],
)
def test_office_hours_stand_in_order(morning, afternoon):
    with pytest.raises(ValueError, match="two spans"):
        WorkHours(morning, afternoon)


def test_calendars_can_be_kept_in_sets():
    assert len({NATIONAL, CITY, WorkCalendar(NATIONAL.tables)}) == 2
