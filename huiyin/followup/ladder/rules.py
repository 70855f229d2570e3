"""The rows of the ladder, what they say, and since when something is late enough. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from huiyin.followup.ladder.states import WORDS, Action, Addressee, Condition
from huiyin.worktime import deadline
from huiyin.worktime.calendar import WorkCalendar

_FURTHEST = 400


@dataclass(frozen=True, slots=True)
class Rung:
    """One row of the ladder: when ``when`` reaches ``than``, ``level`` is reached.

    ``within`` is by when it is to be settled; ``kind`` the supervision order that is drafted.
    """

    code: str
    level: int
    name: str
    when: Condition
    than: int | str
    to: tuple[Addressee, ...]
    action: Action
    kind: str
    within: str

    @property
    def words(self) -> str:
        """Return the condition in words."""
        return WORDS[self.when].format(self.than)


def rungs_of(rows: Iterable[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """Return the rows of the profile as a ladder, the lowest level first.

    Source: R-420 (handbook domain.md 2.8: supervision ladder; requirement 151).
    """
    found = [
        Rung(
            code=str(row["code"]),
            level=int(row["level"]),
            name=str(row["name"]),
            when=Condition(row["when"]),
            than=row["than"],
            to=tuple(Addressee(each) for each in row["to"]),
            action=Action(row["action"]),
            kind=str(row["kind"]),
            within=str(row["within"]),
        )
        for row in rows
    ]
    return tuple(sorted(found, key=lambda rung: (rung.level, rung.code)))


def late_before(until: datetime, days: int, calendar: WorkCalendar) -> datetime:
    """Return the instant before which something was due that is ``days`` working days late.

    Days are counted as everywhere: that on which it was due is not counted, that of ``until`` is.

    Source: R-421 (handbook domain.md 2.7, 2.8).
    """
    midnight = datetime.combine(until.astimezone(calendar.zone).date(), time.min, calendar.zone)
    for back in range(_FURTHEST):
        start = midnight - timedelta(days=back)
        if deadline.working_days_between(start, max(until, start), calendar) >= days:
            return start + timedelta(days=1)
    return midnight - timedelta(days=_FURTHEST)
