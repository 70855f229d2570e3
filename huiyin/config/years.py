"""A city's year: a database beside the present one, several processes, figures at the end.

This process only conducts, and writes into the installation's own database how far the run is, so
that ``/console/simulation`` shows it; an installation without tables goes without.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from os import cpu_count
from typing import TYPE_CHECKING, Any

from huiyin.config import environment, installation, passing
from huiyin.config.commands import base
from huiyin.config.commands.voice import Progress, say, say_json
from huiyin.config.problems import CannotRun
from huiyin.config.stages import in_processes
from huiyin.kernel import clock
from huiyin.worktime.calendar import SHANGHAI

if TYPE_CHECKING:  # needs Django to be set up
    from huiyin.simulation.outcome import Outcome
    from huiyin.simulation.plan import Plan
    from huiyin.simulation.stage import Standing

_TOLD_EVERY = 2.0  # seconds


@dataclass(frozen=True, slots=True)
class Year:
    """The answer of a simulated year. All but ``seconds`` and speed depends on seed and scale."""

    city: str
    seed: int
    scale: float
    processes: int
    outcome: Outcome
    measured: dict[str, float | None]
    figures: list[dict[str, Any]]

    def as_json(self) -> dict[str, Any]:
        """Return the answer as plain data."""
        found = self.outcome.as_json()
        return {
            "city": self.city,
            "seed": self.seed,
            "scale": self.scale,
            "processes": self.processes,
            **{name: found[name] for name in _KEPT},
            "measured": {k: v if v is None else round(v, 4) for k, v in self.measured.items()},
            "published": {f["key"]: f for f in self.figures if f["published"] is not None},
            "rates": found["measured"],
        }


_KEPT = (
    "orders", "steps", "seconds", "steps_per_second", "start", "end", "by_state", "by_close_type",
    "by_channel", "by_kind", "refused", "digest",
)  # fmt: skip


def show(city: str, *, seed: int, scale: float, processes: int, keep: bool, as_json: bool) -> None:
    """Let a city live its year, and say its figures."""
    found = live(city, seed=seed, scale=scale, processes=processes, keep=keep)
    if as_json:
        say_json(found.as_json())
    else:
        tell_figures(found)


def live(city: str, *, seed: int, scale: float, processes: int, keep: bool) -> Year:
    """Let a city live its year in a database of its own, and return what the platform recorded.

    Raises:
        CannotRun: the profile says nothing of a year, or a process broke off.
        ProfileError: there is no such profile, or it has mistakes.
        Invalid: the scale is out of bounds.
    """
    known = base.with_database()
    installation.choose_settings()
    installation.ensure_keys(known)
    installation.set_up_django()
    from huiyin.cities import profile
    from huiyin.simulation import plan as plans
    from huiyin.simulation import run, yearly

    found = profile.read(profile.path_of(city))
    if found.habitat is None:
        raise CannotRun(f"{city} 没有 simulation.toml，不知道它的一年有多大")
    plan = plans.of_year(found.habitat, seed=seed, scale=scale, data=environment.data_folder())
    plan.check()
    count = processes or cpu_count() or 1
    began = time.perf_counter()
    with (
        passing.beside(city, keep=keep, now=plan.start) as (name, variables),
        in_processes(plan, count, variables) as stages,
        _told(city, found.city.name, plan, scale, count) as record,
    ):
        end = run.conduct(stages, plan, record.progress)
        left = stages.left()
        outcome = stages.read(
            left, seed=seed, start=plan.start, end=end, seconds=time.perf_counter() - began
        )
        measured = yearly.values(outcome.counts, outcome.measured)
        figures = yearly.compared(measured, found.habitat.published, scale)
        record.finish(outcome, figures)
        if keep:
            Progress(0)(f"数据保留在数据库 {name}")
    return Year(city, seed, scale, count, outcome, measured, figures)


class _Record:
    """What is told of a run while it goes on: a line for the person, a row for the page."""

    def __init__(self, key: int | None) -> None:
        self._key = key
        self._voice, self._next = Progress(), 0.0

    def progress(self, now: datetime, standings: list[Standing]) -> None:
        """Tell how far the run is, not more often than every few seconds."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _TOLD_EVERY
        day = now.astimezone(SHANGHAI).date()
        orders, steps = sum(s.orders for s in standings), sum(s.steps for s in standings)
        self._voice(f"{day}，{orders} 件工单，{steps} 步")
        if self._key is not None:
            from huiyin.insight.runs import actions

            actions.progress(self._key, day=day, orders=orders, steps=steps, now=clock.now())

    def finish(self, outcome: Outcome, figures: list[dict[str, Any]]) -> None:
        """Tell the figures."""
        if self._key is not None:
            from huiyin.insight.runs import actions

            actions.finish(
                self._key,
                orders=outcome.orders,
                steps=outcome.steps,
                seconds=outcome.seconds,
                figures=figures,
                digest=outcome.digest,
                now=clock.now(),
            )


@contextmanager
def _told(city: str, name: str, plan: Plan, scale: float, count: int) -> Iterator[_Record]:
    """Open a row for the run, where this installation has a table for it; say if it breaks off."""
    from django.db import connection

    from huiyin.insight.runs import actions
    from huiyin.insight.runs.models import SimulationRun

    if SimulationRun._meta.db_table not in connection.introspection.table_names():
        yield _Record(None)
        return
    key = actions.begin(
        actions.RunPlan(
            city=city,
            city_name=name,
            seed=plan.seed,
            scale=scale,
            processes=count,
            first_day=plan.first,
            last_day=plan.first + timedelta(days=plan.days - 1),
        ),
        now=clock.now(),
    )
    try:
        yield _Record(key)
    except BaseException as error:
        actions.fail(key, f"{type(error).__name__}: {error}", now=clock.now())
        raise


def tell_figures(year: Year) -> None:
    """Say the figures to a person, each beside the published one."""
    found = year.outcome
    say(
        f"{found.start:%Y} 年，{found.orders} 件工单，{found.steps} 步，"
        f"用时 {found.seconds / 60:.1f} 分钟，每秒 {found.steps_per_second:.0f} 步"
    )
    for figure in year.figures:
        published = "" if figure["published"] is None else _said(figure["published"], figure)
        say(f"{figure['name']}\t{_said(figure['measured'], figure)}\t{published}")
    if found.refused:
        say("被拒绝的步骤：" + "，".join(f"{s} {n}" for s, n in found.refused.items()))


def _said(value: float | None, figure: dict[str, Any]) -> str:
    if value is None:
        return "无"
    return f"{value:.2%}" if figure["share"] else f"{value:,.0f}"
