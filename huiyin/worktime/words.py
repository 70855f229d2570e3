"""Days, spans and reasons said in Chinese, for the explanation of a deadline."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from huiyin.worktime.calendar import WorkCalendar

_DAY = timedelta(days=1)
_WEEKEND = "周末"
# More plain weekends than this are counted instead of dated: a list would hide the holidays.
_DATED_WEEKENDS = 2


def day_in_words(day: date, base: int) -> str:
    """Return ``10 月 1 日``, with the year in front if it is not ``base``."""
    year = "" if day.year == base else f"{day.year} 年 "
    return f"{year}{day.month} 月 {day.day} 日"


def moment_in_words(moment: datetime, base: int) -> str:
    """Return ``10 月 1 日 10:00``; midnight is said as 00:00 of the day it begins."""
    return f"{day_in_words(moment, base)} {moment.hour:02}:{moment.minute:02}"


def days_in_words(first: date, last: date, base: int) -> str:
    """Return ``10 月 1–8 日``, or both days in full when the months differ."""
    if first == last:
        return day_in_words(first, base)
    if (first.year, first.month) != (last.year, last.month):
        return f"{day_in_words(first, base)}–{day_in_words(last, base)}"
    return f"{day_in_words(first, base)[:-2]}–{last.day} 日"


def skipped_in_words(days: Sequence[date], calendar: WorkCalendar, base: int) -> str:
    """Return what was passed over, neighbouring days together, each run with its names.

    A weekend is only named where no holiday touches it; many plain weekends are counted.

    Args:
        days: the days not worked, in order, without repeats.
        calendar: where their names come from.
        base: the year that need not be said.
    """
    named = [(first, last, _names(first, last, calendar)) for first, last in _runs(days)]
    weekends = sum(names == _WEEKEND for *_, names in named)
    parts = [
        f"{days_in_words(first, last, base)}（{names}）"
        for first, last, names in named
        if names != _WEEKEND or weekends <= _DATED_WEEKENDS
    ]
    if weekends > _DATED_WEEKENDS:
        parts.append(f"其间 {weekends} 个周末")
    return "、".join(parts)


def counted_in_words(days: Sequence[date], calendar: WorkCalendar, base: int) -> str:
    """Return which weekend days are worked and therefore counted: ``10 月 11 日（调休）计入``."""
    listed = [
        f"{day_in_words(day, base)}（{'本地上班日' if day in calendar.opened else '调休'}）"
        for day in days
    ]
    return f"{'、'.join(listed)}计入"


def provisional_in_words(years: Iterable[int]) -> str:
    """Return the remark that the holidays of ``years`` are not published yet."""
    listed = "、".join(str(year) for year in sorted(years))
    return f"（{listed} 年放假安排未公布，暂按法定节假日推算）"


def _runs(days: Sequence[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and day - runs[-1][1] == _DAY:
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


def _names(first: date, last: date, calendar: WorkCalendar) -> str:
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    names = dict.fromkeys(calendar.name_of(day) for day in days)
    if len(names) > 1:
        names.pop(_WEEKEND, None)
    return "、".join(names)
