"""A run is begun, tells how far it is, and ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from huiyin.insight.runs.models import SimulationRun
from huiyin.insight.runs.states import RunState


@dataclass(frozen=True, slots=True)
class RunPlan:
    """What is run: which city's year, how large, from which seed, in how many processes."""

    city: str
    city_name: str
    seed: int
    scale: float
    processes: int
    first_day: date
    last_day: date


def begin(plan: RunPlan, *, now: datetime) -> int:
    """Store that a run has begun; return its key."""
    row = SimulationRun.objects.create(
        city=plan.city,
        city_name=plan.city_name,
        seed=plan.seed,
        scale=plan.scale,
        processes=plan.processes,
        first_day=plan.first_day,
        last_day=plan.last_day,
        began_at=now,
        told_at=now,
    )
    return row.pk


def progress(key: int, *, day: date, orders: int, steps: int, now: datetime) -> None:
    """Store how far a run is. One statement; nothing when it has ended."""
    rows = SimulationRun.objects.filter(pk=key, state=RunState.RUNNING.value)
    began = rows.values_list("began_at", flat=True).first()
    if began is not None:
        seconds = (now - began).total_seconds()
        rows.update(day=day, orders=orders, steps=steps, seconds=seconds, told_at=now)


def finish(
    key: int, *, orders: int, steps: int, seconds: float, figures: Sequence[dict[str, Any]],
    digest: str, now: datetime,
) -> None:  # fmt: skip
    """Store the figures of a run that has ended."""
    SimulationRun.objects.filter(pk=key).update(
        state=RunState.DONE.value,
        orders=orders,
        steps=steps,
        seconds=seconds,
        figures=list(figures),
        digest=digest,
        told_at=now,
    )


def fail(key: int, error: str, *, now: datetime) -> None:
    """Store why a run was broken off; one that has ended stays as it is."""
    rows = SimulationRun.objects.filter(pk=key, state=RunState.RUNNING.value)
    rows.update(state=RunState.FAILED.value, error=error[:300], told_at=now)
