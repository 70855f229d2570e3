"""Which days and hours are worked in one region."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
SATURDAY = 5

Span = tuple[time, time]


class CalendarGap(LookupError):
    """No table covers this year, so nothing can be said about its working days."""


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's published exceptions to Monday-Friday.

    ``closed`` are weekdays that are holidays, ``opened`` weekend days worked in
    exchange (调休). ``names`` gives the Chinese name of each holiday day, weekends
    inside a holiday included; it is only used in explanations.
    """

    year: int
    closed: frozenset[date]
    opened: frozenset[date]
    source: str
    provisional: bool = False
    names: Mapping[date, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Refuse a day of another year, and a day both closed and opened."""
        strays = sorted(day for day in self.closed | self.opened if day.year != self.year)
        if strays:
            raise ValueError(f"{strays[0]} is not in {self.year}")
        if self.closed & self.opened:
            raise ValueError(f"{min(self.closed & self.opened)} is both closed and opened")


@dataclass(frozen=True, slots=True)
class WorkHours:
    """Office hours of a working day: half-open spans, local time, whole region."""

    morning: Span = (time(8, 30), time(12, 0))
    afternoon: Span = (time(13, 30), time(17, 30))

    def __post_init__(self) -> None:
        """Refuse spans that are empty, overlap or stand in the wrong order."""
        (opens, pauses), (resumes, closes) = self.morning, self.afternoon
        if not opens < pauses <= resumes < closes:
            raise ValueError("office hours must be two spans in order")

    @property
    def spans(self) -> tuple[Span, Span]:
        """Both spans in the order of the day."""
        return self.morning, self.afternoon


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """The working days of one region: the national tables and its own exceptions.

    ``closed`` and ``opened`` are the region's own days and win over the tables.
    """

    tables: Mapping[int, YearTable] = field(hash=False)
    hours: WorkHours = field(default_factory=WorkHours)
    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()
    zone: ZoneInfo = SHANGHAI

    def __post_init__(self) -> None:
        """Refuse a table filed under another year, and a day both closed and opened."""
        for year, table in self.tables.items():
            if table.year != year:
                raise ValueError(f"the table of {table.year} is filed under {year}")
        if self.closed & self.opened:
            raise ValueError(f"{min(self.closed & self.opened)} is both closed and opened")

    def is_working(self, day: date) -> bool:
        """Tell whether ``day`` is worked.

        Monday to Friday less the holidays, plus the weekend days worked in exchange;
        the region's own closed and opened days win over the national table.

        Raises:
            CalendarGap: there is no table, not even a provisional one, for the year.

        Source: R-01 (handbook domain.md 1.4; yearly notice of the State Council).
        """
        table = self._table(day)
        if day in self.closed:
            return False
        if day in self.opened or day in table.opened:
            return True
        return day.weekday() < SATURDAY and day not in table.closed

    def is_provisional(self, day: date) -> bool:
        """Tell whether ``day`` may still change when its year's table is published.

        A day that the region itself has closed or opened is certain.

        Raises:
            CalendarGap: there is no table, not even a provisional one, for the year.

        Source: R-02 (handbook domain.md 1.4).
        """
        table = self._table(day)
        return table.provisional and day not in self.closed and day not in self.opened

    def name_of(self, day: date) -> str:
        """Return why ``day`` is not worked, or the weekend's name if nothing else is known."""
        if day in self.closed:
            return "本地休息日"
        name = self._table(day).names.get(day)
        return name or ("周末" if day.weekday() >= SATURDAY else "节假日")

    def _table(self, day: date) -> YearTable:
        table = self.tables.get(day.year)
        if table is None:
            raise CalendarGap(f"no working calendar for {day.year}")
        return table
