"""National tables of holidays and worked weekends, year by year."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from functools import cache

import chinese_calendar
from borax.calendars.lunardate import LunarDate, TermUtils

from huiyin.worktime.calendar import SATURDAY, CalendarGap, YearTable

# The revision of November 2024 holds from 2025 on; lunar dates are known up to 2100.
FIRST_PROVISIONAL, LAST_PROVISIONAL = 2025, 2100

_NAMES = {
    "new_years_day": "元旦",
    "spring_festival": "春节",
    "tomb_sweeping_day": "清明节",
    "labour_day": "劳动节",
    "dragon_boat_festival": "端午节",
    "national_day": "国庆节",
    "mid_autumn_festival": "中秋节",
    "anti_fascist_70th_day": "抗战胜利纪念日",
}


@cache
def official(year: int) -> YearTable | None:
    """Return the table the State Council published for ``year``, or None if not known here.

    Source: R-01 (handbook domain.md 1.4; yearly notice of the State Council).
    """
    names = {
        day: _NAMES[chinese_calendar.Holiday(holiday).name]
        for day, holiday in chinese_calendar.holidays.items()
        if day.year == year
    }
    if not names:
        return None
    return YearTable(
        year=year,
        closed=frozenset(day for day in names if day.weekday() < SATURDAY),
        opened=frozenset(day for day in chinese_calendar.workdays if day.year == year),
        source=f"国务院办公厅 {year} 年节假日安排 (chinesecalendar {chinese_calendar.__version__})",
        names=names,
    )


@cache
def provisional(year: int) -> YearTable:
    """Return weekends and the 13 statutory days of ``year``, for use until the notice comes.

    A statutory day that falls on a weekend or on another one is made up on the next free
    weekday (article 6). No weekend is worked: exchanges are not known before the notice.

    Raises:
        CalendarGap: ``year`` is before the 2024 revision or beyond the lunar table.

    Source: R-02 (handbook domain.md 1.4; 全国年节及纪念日放假办法, 2024, articles 2 and 6).
    """
    if not FIRST_PROVISIONAL <= year <= LAST_PROVISIONAL:
        raise CalendarGap(f"no provisional calendar for {year}")
    names: dict[date, str] = {}
    displaced: list[tuple[date, str]] = []
    for day, name in statutory_days(year):
        if day in names or day.weekday() >= SATURDAY:
            displaced.append((day, name))
        names.setdefault(day, name)
    for day, name in displaced:
        names[_next_free(day, names)] = name
    return YearTable(
        year=year,
        closed=frozenset(day for day in names if day.weekday() < SATURDAY),
        opened=frozenset(),
        source="《全国年节及纪念日放假办法》(2024 年修订)推算",
        provisional=True,
        names=names,
    )


def statutory_days(year: int) -> list[tuple[date, str]]:
    """Return the 13 days off of the law with their names, by date; two may share a date.

    Source: R-02 (handbook domain.md 1.4; 全国年节及纪念日放假办法, 2024, article 2).
    """
    new_year = _lunar(year, 1, 1)
    return sorted(
        [
            (date(year, 1, 1), "元旦"),
            *((new_year + timedelta(days=n), "春节") for n in range(-1, 3)),
            (TermUtils.nth_term_day(year, term_name="清明"), "清明节"),
            *((date(year, 5, n), "劳动节") for n in (1, 2)),
            (_lunar(year, 5, 5), "端午节"),
            (_lunar(year, 8, 15), "中秋节"),
            *((date(year, 10, n), "国庆节") for n in (1, 2, 3)),
        ]
    )


def best_known(years: Iterable[int]) -> dict[int, YearTable]:
    """Return the official table of each year, or the provisional one where there is none yet.

    Raises:
        CalendarGap: a year has neither.
    """
    return {year: official(year) or provisional(year) for year in years}


def _lunar(year: int, month: int, day: int) -> date:
    solar: date = LunarDate(year, month, day).to_solar_date()
    return solar


def _next_free(day: date, taken: Iterable[date]) -> date:
    while day in taken or day.weekday() >= SATURDAY:
        day += timedelta(days=1)
    return day
