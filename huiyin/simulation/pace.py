"""How long people take: moments drawn at random, moved into office hours. No database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from huiyin.worktime.calendar import SHANGHAI, WorkCalendar
from huiyin.worktime.deadline import next_working_moment

_SETTLING = 75  # minutes after the doors open until the pile of the night is done
_AWAKE = (8, 21)  # citizens are called between these hours (5.3: never from 22 to 7)


@dataclass(frozen=True, slots=True)
class Pace:
    """The calendar by which people of a city work."""

    calendar: WorkCalendar

    def office(self, moment: datetime, random: Random) -> datetime:
        """Return ``moment``, or when somebody comes to it after the doors have opened again."""
        opened = next_working_moment(moment, self.calendar)
        if opened == moment:
            return moment
        return opened + timedelta(minutes=random.uniform(0, _SETTLING))

    def in_time(
        self, now: datetime, due: datetime, random: Random, *, early: float, at_any_hour: bool
    ) -> datetime:
        """Return a moment before ``due``, in office hours if possible; a high ``early`` is soon."""
        share = random.betavariate(1.3, early)
        for part in (share, share / 2, share / 4, 0.0):
            moment = now + (due - now) * part
            moment = moment if at_any_hour else self.office(moment, random)
            if moment < due:
                return moment
        return now + (due - now) * share

    def late(self, due: datetime, random: Random, *, days: float, at_any_hour: bool) -> datetime:
        """Return a moment after ``due``, ``days`` on average."""
        moment = due + timedelta(minutes=5) + timedelta(days=random.expovariate(1 / days))
        return moment if at_any_hour else self.office(moment, random)

    def daytime(self, moment: datetime, random: Random) -> datetime:
        """Return ``moment``, or the next morning when a citizen would be asleep."""
        local = moment.astimezone(SHANGHAI)
        if _AWAKE[0] <= local.hour < _AWAKE[1]:
            return moment
        next_day = local + timedelta(days=1) if local.hour >= _AWAKE[1] else local
        morning = next_day.replace(hour=_AWAKE[0], minute=0, second=0, microsecond=0)
        return morning + timedelta(minutes=random.uniform(0, 180))


def minutes(random: Random, low: float, high: float) -> timedelta:
    """Return between ``low`` and ``high`` minutes."""
    return timedelta(minutes=random.uniform(low, high))
