"""One run: stages are played beat by beat, and what was recorded is read."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from huiyin.channels.messaging import queries as messaging
from huiyin.kernel.errors import Refused
from huiyin.simulation import outcome
from huiyin.simulation.journal import Journal
from huiyin.simulation.outcome import Left, Outcome
from huiyin.simulation.plan import Plan
from huiyin.simulation.stage import Stage, Standing, gathered

Told = Callable[[datetime, list[Standing]], None]


class Stages(Protocol):
    """The stages of a run, in this process or in several."""

    def play(self, until: datetime) -> list[Standing]:
        """Let every stage play its cases up to ``until``."""

    def work(self, since: datetime, now: datetime) -> None:
        """Let the platform do its own work, while no case goes on."""

    def settle(self, since: datetime, now: datetime) -> None:
        """Let calls be written down and news spread, while no case goes on."""

    def left(self) -> Left:
        """Return what all of them have left behind."""


class Here:
    """Stages in this process, one after the other."""

    def __init__(self, plan: Plan, journal: Journal, *, count: int = 1) -> None:
        self._stages = [Stage(plan, journal, number=n, of=count) for n in range(count)]

    def play(self, until: datetime) -> list[Standing]:
        """Let every stage play its cases up to ``until``."""
        return [stage.play(until) for stage in self._stages]

    def work(self, since: datetime, now: datetime) -> None:
        """Let the platform do its own work."""
        for stage in self._stages:
            stage.work(since, now)

    def settle(self, since: datetime, now: datetime) -> None:
        """Let calls be written down and news spread."""
        for stage in self._stages:
            stage.settle(since, now)

    def left(self) -> Left:
        """Return what all of them have left behind."""
        return gathered([stage.left() for stage in self._stages])


def conduct(stages: Stages, plan: Plan, told: Told | None = None) -> datetime:
    """Play all stages beat by beat until nothing is left, or the plan ends; return when that was.

    Args:
        stages: the stages.
        plan: what is played.
        told: is told after each beat how far every stage is.

    Source: R-186 (requirements 53, 93, 140).
    """
    since = plan.start
    while True:
        now = min(since + plan.beat, plan.end)
        standings = stages.play(now)
        over = all(standing.is_over for standing in standings)
        lasts = [standing.last for standing in standings if standing.last is not None]
        now = max(lasts, default=now) if over and plan.until is None else now
        stages.work(since, now)
        stages.settle(since, now)
        if told is not None:
            told(now, standings)
        if over or now >= plan.end:
            return now
        since = now


def simulate(plan: Plan, *, stages: int = 1) -> Outcome:
    """Let the loaded city live as planned and return what the platform recorded of it.

    Raises:
        Invalid: the plan has no size, or is beyond all bounds.
        Refused: no city is loaded, the real messages cannot be read, or a gateway would carry
            messages to real people.
    """
    plan.check()
    refuse_gateways()
    began = time.perf_counter()
    with Journal(plan.journal) as journal:
        played = Here(plan, journal, count=stages)
        end = conduct(played, plan)
    return outcome.read(
        plan.behaviour,
        played.left(),
        seed=plan.seed,
        start=plan.start,
        end=end,
        seconds=time.perf_counter() - began,
    )


def refuse_gateways() -> None:
    """Raise Refused while a gateway would carry the simulation's messages to real people."""
    if live := messaging.live_media():
        names = "、".join(sorted(medium.label for medium in live))
        raise Refused(
            f"{names}网关会把模拟的消息发给真人",
            remedy="请先去掉 HUIYIN_SMS_URL 和 HUIYIN_SMTP_URL",
        )
