"""Targets of a year for indicators, as dated data of a city: met, or missed by how much."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from fractions import Fraction
from typing import Any

from huiyin.assessment.rules import decimal
from huiyin.worktime.calendar import SHANGHAI

TARGETS = "assessment.targets"
CONNECTED = "connected"
"""The key of the connect rate K02, which is counted from calls and not from facts."""
AT_LEAST, AT_MOST = "at_least", "at_most"
DIRECTIONS = (AT_LEAST, AT_MOST)
_HUNDRED = 100


@dataclass(frozen=True, slots=True)
class Target:
    """What an indicator is to reach in a year; a rate in per cent, anything else as it is."""

    indicator: str
    year: int
    value: Fraction
    direction: str = AT_LEAST

    def reached(self, value: Fraction, *, times: int = 1) -> bool:
        """Tell whether a figure meets the target."""
        told = _told(value, times)
        return told <= self.value if self.direction == AT_MOST else told >= self.value

    def words(self, *, times: int = 1) -> str:
        """Return the target in words: ``≥ 95.00%``."""
        sign = "≤" if self.direction == AT_MOST else "≥"
        return f"{sign} {decimal(self.value)}{'%' if times == 1 else ''}"

    def outcome(self, value: Fraction | None, *, times: int = 1) -> str:
        """Return whether a figure meets the target, and by how much it misses it.

        Source: R-490 (requirement 125).
        """
        if value is None:
            return ""
        if self.reached(value, times=times):
            return "达到"
        missing = decimal(abs(self.value - _told(value, times)))
        return f"差 {missing}{' 个百分点' if times == 1 else ''}"


def _told(value: Fraction, times: int) -> Fraction:
    return value * _HUNDRED if times == 1 else value


def read(rows: Iterable[Mapping[str, Any]], year: int) -> dict[str, Target]:
    """Return the targets of one year by the key of their indicator.

    Source: R-490 (requirement 125: targets per year).
    """
    return {
        str(row["indicator"]): Target(
            str(row["indicator"]), year, Fraction(str(row["value"])),
            str(row.get("direction", AT_LEAST)),
        )
        for row in rows
        if int(row["year"]) == year
    }  # fmt: skip


def on(day: date) -> dict[str, Target]:
    """Return the targets for the year of a day, as the city had them then.

    No query while remembered.

    Source: R-490 (requirement 125).
    """
    # Profiles are read with the words of this module before there is a database.
    from huiyin.knowledge import queries as knowledge

    moment = datetime.combine(day, time.max, SHANGHAI)
    return read(knowledge.parameter(TARGETS, moment, default=[]), day.year)
