"""Questions about simulated years."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.insight.runs.models import SimulationRun
from huiyin.insight.runs.states import RunState
from huiyin.kernel.paging import Page, page

SILENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of a run: what the platform recorded beside what the city published.

    ``share`` tells that both are shares between 0 and 1; ``published`` and ``source`` are empty
    where nothing is known.
    """

    key: str
    name: str
    measured: float | None
    published: float | None
    share: bool
    source: str
    about: str

    @property
    def difference(self) -> float | None:
        """Return measured minus published: points for a share, relative otherwise."""
        if self.measured is None or self.published is None:
            return None
        if self.share:
            return self.measured - self.published
        return self.measured / self.published - 1 if self.published else None


def listed(*, cursor: str = "", size: int = 20) -> Page[SimulationRun]:
    """Return one page of runs, newest first. One query."""
    return page(SimulationRun.objects.all(), by=("-id",), cursor=cursor, size=size)


def by_key(key: int) -> SimulationRun | None:
    """Return one run. One query."""
    return SimulationRun.objects.filter(pk=key).first()


def figures_of(run: SimulationRun) -> list[Compared]:
    """Return the figures of a run, in their order. No query."""
    return [Compared(**figure) for figure in run.figures]


def share_done(run: SimulationRun) -> float:
    """Return how much of the year has passed, between 0 and 1. No query."""
    if run.state == RunState.DONE.value:
        return 1.0
    if run.day is None:
        return 0.0
    whole = (run.last_day - run.first_day).days or 1
    return max(0.0, min(1.0, (run.day - run.first_day).days / whole))


def is_silent(run: SimulationRun, now: datetime) -> bool:
    """Tell whether a run that should be under way has said nothing for long. No query."""
    return run.state == RunState.RUNNING.value and now - run.told_at > SILENT
