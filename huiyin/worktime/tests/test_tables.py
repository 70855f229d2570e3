"""The national tables: published years and years worked out from the law."""

from datetime import date

import pytest

from huiyin.worktime.calendar import CalendarGap
from huiyin.worktime.tables import best_known, official, provisional, statutory_days


def days(text):
    return {date.fromisoformat(day) for day in text.split()}


@pytest.mark.rule("R-01")
def test_the_published_table_of_2026():
    table = official(2026)
    assert table is not None
    assert table.closed == days(
        "2026-01-01 2026-01-02"
        " 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-02-23"
        " 2026-04-06 2026-05-01 2026-05-04 2026-05-05 2026-06-19 2026-09-25"
        " 2026-10-01 2026-10-02 2026-10-05 2026-10-06 2026-10-07"
    )
    assert table.opened == days("2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10")
    assert not table.provisional
    assert "2026" in table.source


def test_every_holiday_of_every_published_year_has_a_chinese_name():
    for year in range(2004, 2027):
        table = official(year)
        assert table is not None
        assert table.closed <= table.names.keys()
        assert set(table.names.values()) <= {
            "元旦",
            "春节",
            "清明节",
            "劳动节",
            "端午节",
            "国庆节",
            "中秋节",
            "抗战胜利纪念日",
        }


def test_a_year_not_published_has_no_official_table():
    assert official(2099) is None


@pytest.mark.rule("R-02")
def test_the_statutory_days_of_2027():
    assert statutory_days(2027) == [
        (date(2027, 1, 1), "元旦"),
        (date(2027, 2, 5), "春节"),
        (date(2027, 2, 6), "春节"),
        (date(2027, 2, 7), "春节"),
        (date(2027, 2, 8), "春节"),
        (date(2027, 4, 5), "清明节"),
        (date(2027, 5, 1), "劳动节"),
        (date(2027, 5, 2), "劳动节"),
        (date(2027, 6, 9), "端午节"),
        (date(2027, 9, 15), "中秋节"),
        (date(2027, 10, 1), "国庆节"),
        (date(2027, 10, 2), "国庆节"),
        (date(2027, 10, 3), "国庆节"),
    ]


@pytest.mark.rule("R-02")
def test_statutory_days_on_a_weekend_are_made_up_on_the_next_weekdays():
    table = provisional(2027)
    assert table.closed == days(
        "2027-01-01 2027-02-05 2027-02-08 2027-02-09 2027-02-10 2027-04-05"
        " 2027-05-03 2027-05-04 2027-06-09 2027-09-15 2027-10-01 2027-10-04 2027-10-05"
    )
    assert table.names[date(2027, 5, 4)] == "劳动节"
    assert (table.opened, table.provisional) == (frozenset(), True)


@pytest.mark.rule("R-02")
def test_two_festivals_on_one_day_give_two_days_off():
    # 2031: Mid-Autumn is 1 October, a Wednesday; Monday the 6th makes it up.
    assert {day for day in provisional(2031).closed if day.month == 10} == days(
        "2031-10-01 2031-10-02 2031-10-03 2031-10-06"
    )


@pytest.mark.rule("R-02")
@pytest.mark.parametrize("year", range(2025, 2101))
def test_every_provisional_year_has_thirteen_weekdays_off(year):
    assert len(statutory_days(year)) == 13
    assert len(provisional(year).closed) == 13


@pytest.mark.rule("R-02")
@pytest.mark.parametrize("year", [2025, 2026])
def test_what_the_law_gives_was_in_the_published_table(year):
    table = official(year)
    assert table is not None
    assert {day for day, _ in statutory_days(year)} <= table.names.keys()
    assert {name for _, name in statutory_days(year)} == set(table.names.values())


@pytest.mark.parametrize("year", [2024, 2101])
def test_no_provisional_table_outside_the_law_and_the_lunar_calendar(year):
    with pytest.raises(CalendarGap, match=str(year)):
        provisional(year)


def test_the_best_known_table_is_the_published_one_if_there_is_one():
    tables = best_known([2026, 2099])
    assert [tables[year].provisional for year in (2026, 2099)] == [False, True]


def test_no_table_is_made_up_for_a_year_that_has_neither():
    with pytest.raises(CalendarGap):
        best_known([2003])
