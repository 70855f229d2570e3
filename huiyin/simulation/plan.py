"""What is to be simulated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from huiyin.kernel.errors import Invalid
from huiyin.orders.states import Channel
from huiyin.simulation.behaviour import DEFAULT, Behaviour, Habitat
from huiyin.worktime.calendar import SHANGHAI

# A Monday without a holiday in the weeks around it. It never moves, so that the same seed gives the
# same answer on any day.
USUAL_START = date(2026, 3, 2)
# How long after the last request a run goes on at the most; three rounds end within it.
FOLLOWED_FOR = timedelta(days=90)
MOST_DAYS = 366
MOST_PER_DAY = 100_000
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be simulated.

    Attributes:
        days, per_day: requests arrive on so many days, so many a day on average.
        requests: so many in all, instead of ``per_day``.
        other_calls: incoming calls that make no order.
        seed: the same seed, plan and city give the same answer.
        first: the first day; ``until``: the moment at which the run stops, whatever is still open.
            None goes on until nothing more would happen.
        beat: how often the platform does its own work.
        mark: tells runs in one database apart; it changes nothing else.
        journal: where steps are acknowledged; ``data``: the folder of real messages.
    """

    days: int = 3
    per_day: int = 50
    requests: int | None = None
    other_calls: int = 0
    seed: int = 1
    first: date = USUAL_START
    until: datetime | None = None
    behaviour: Behaviour = DEFAULT
    beat: timedelta = timedelta(hours=1)
    mark: str = "run"
    journal: Path | None = None
    data: Path | None = None

    @property
    def start(self) -> datetime:
        """Return the midnight that begins the first day."""
        return datetime.combine(self.first, time.min, SHANGHAI)

    @property
    def total(self) -> int:
        """Return how many requests arrive."""
        return self.days * self.per_day if self.requests is None else self.requests

    @property
    def end(self) -> datetime:
        """Return the moment after which nothing is played any more."""
        return self.until or self.start + timedelta(days=self.days) + FOLLOWED_FOR

    def check(self) -> None:
        """Raise Invalid when the plan has no size, or is beyond all bounds."""
        wrong = {}
        if not 1 <= self.days <= MOST_DAYS:
            wrong["days"] = f"天数须为 1–{MOST_DAYS}"
        if not 1 <= self.total <= max(self.days, 1) * MOST_PER_DAY:
            wrong["orders_per_day"] = f"每天件数须为 1–{MOST_PER_DAY}"
        if wrong:
            raise Invalid("；".join(wrong.values()), fields=wrong)


def of_year(habitat: Habitat, *, seed: int, scale: float, data: Path | None = None) -> Plan:
    """Return the plan of a city's year, made smaller by ``scale``.

    Raises:
        Invalid: the scale leaves nothing, or is above one.
    """
    if not 0 < scale <= 1 or round(habitat.requests * scale) < 1:
        wrong = "规模须大于 0、不超过 1，并至少有一件诉求"
        raise Invalid(wrong, fields={"scale": wrong})
    habits = habitat.behaviour
    by_phone = habits.channels.get(Channel.PHONE, 0.0) / sum(habits.channels.values())
    last = habitat.first.replace(year=habitat.first.year + 1)
    return Plan(
        days=(last - habitat.first) // _DAY,
        requests=round(habitat.requests * scale),
        other_calls=round((habitat.calls - habitat.requests * by_phone) * scale),
        seed=seed,
        first=habitat.first,
        behaviour=habits,
        beat=timedelta(hours=6),
        mark="year",
        data=data,
    )
