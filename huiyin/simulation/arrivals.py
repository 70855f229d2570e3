"""At which moments requests come in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from huiyin.simulation.behaviour import Behaviour
from huiyin.worktime.calendar import SHANGHAI, WorkCalendar

_DAY = timedelta(days=1)


def moments(
    first: date,
    days: int,
    total: int,
    *,
    behaviour: Behaviour,
    calendar: WorkCalendar,
    random: Random,
) -> list[datetime]:
    """Return ``total`` moments in order, in the shape of real days.

    A Monday or the first working day after a holiday is busier, a day off calmer, and months have
    their season; inside a day the hours have their shape. The sum is exact, so that a run has the
    size it was asked for.

    Source: handbook domain.md 5.3 (peaks 9-11 and 14-16; Monday and after holidays higher).
    """
    all_days = [first + n * _DAY for n in range(days)]
    weights = [_weight(day, behaviour, calendar) for day in all_days]
    found: list[datetime] = []
    for day, number in zip(all_days, shares(weights, total), strict=True):
        midnight = datetime.combine(day, time.min, SHANGHAI)
        hours = random.choices(range(24), behaviour.hours, k=number)
        found += [midnight + timedelta(seconds=3600 * (h + random.random())) for h in hours]
    return sorted(found)


def shares(weights: Sequence[float], total: int) -> list[int]:
    """Divide ``total`` in proportion to ``weights``; the largest remainders are rounded up."""
    exact = [weight * total / sum(weights) for weight in weights]
    whole = [int(part) for part in exact]
    by_rest = sorted(range(len(exact)), key=lambda n: (whole[n] - exact[n], n))
    for n in by_rest[: total - sum(whole)]:
        whole[n] += 1
    return whole


def _weight(day: date, behaviour: Behaviour, calendar: WorkCalendar) -> float:
    season = behaviour.months[day.month - 1] * len(behaviour.months) / sum(behaviour.months)
    if not calendar.is_working(day):
        return season * behaviour.weekend
    return season * (1.0 if calendar.is_working(day - _DAY) else behaviour.monday)
