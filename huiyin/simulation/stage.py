"""A part of a run: some of the cases, the people, and what the platform does between two beats.

A year may be played on several stages at once, each in a process of its own. Cases that may hang
together share a lane (``neighbours``), and a lane belongs to one stage; beyond it cases do not
depend on each other. What concerns all of them (limits that run out, reminders, the archive, news)
happens between two beats, when every stage stands still. So the number of stages changes nothing
but the speed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as clock_time
from functools import partial
from random import Random

from huiyin.followup.filings import actions as filings
from huiyin.followup.supervision import actions as supervision
from huiyin.kernel import clock, outbox
from huiyin.orders import actions as orders
from huiyin.orders.states import State
from huiyin.orgs import queries as orgs
from huiyin.simulation import (
    applying,
    arrivals,
    cast,
    closing,
    dispatching,
    disputing,
    handling,
    improving,
    neighbours,
    supervising,
    taking_in,
    telephone,
)
from huiyin.simulation.agenda import Agenda
from huiyin.simulation.journal import Journal
from huiyin.simulation.outcome import Left
from huiyin.simulation.pace import Pace
from huiyin.simulation.plan import Plan
from huiyin.simulation.town import Planner, Town
from huiyin.simulation.words import RealMessages
from huiyin.worktime.calendar import SHANGHAI

PLANNERS: dict[State, Planner] = {
    State.DRAFT: taking_in.plan,
    State.REVIEW: dispatching.plan_review,
    State.TO_DISPATCH: dispatching.plan,
    State.TO_SIGN: handling.plan_signing,
    State.DISPUTE: disputing.plan,
    State.EXT_REVIEW: applying.plan_extension,
    State.UNSAT: improving.plan,
    State.RETURN_REVIEW: dispatching.plan_return,
    State.IN_PROGRESS: handling.plan_work,
    State.REPLY_REVIEW: closing.plan_audit,
    State.TO_CALLBACK: closing.plan_callback,
    State.REWORK: dispatching.plan_again,
}
_ARCHIVE_AT = clock_time(2, 20)


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a stage is: whether anything is left, when the last thing happened, what was done."""

    is_over: bool
    last: datetime | None
    orders: int
    steps: int


class Stage:
    """The cases of one stage, played beat by beat."""

    def __init__(self, plan: Plan, journal: Journal, *, number: int = 0, of: int = 1) -> None:
        self._number, self._of = number, of
        self._start = plan.start
        with clock.driven(plan.start):
            self._town = _town(plan, journal)
            if of > 1:
                self._town.cast.meet_everybody(plan.start)
        self._invite(plan)

    def play(self, until: datetime) -> Standing:
        """Let everything before ``until`` happen to the cases of this stage."""
        town = self._town
        last = town.agenda.run(until)
        return Standing(town.agenda.is_empty, last, len(town.made), town.steps)

    def work(self, since: datetime, now: datetime) -> None:
        """Do this stage's share of what the worker does, for all cases."""
        with clock.driven(now):
            for job in _JOBS[self._number :: self._of]:
                job(since, now)

    def settle(self, since: datetime, now: datetime) -> None:
        """Write calls down, spread news, and see which units are to be called."""
        with clock.driven(now):
            telephone.write_down(self._town)
            while outbox.drain():
                pass
            supervising.look(self._town, since, now)

    def left(self) -> tuple[dict[int, int], dict[str, int]]:
        """Return the keys of the orders by case, and the refusals."""
        return self._town.made, self._town.refusals

    def _invite(self, plan: Plan) -> None:
        """Put every arrival on the agenda; a case is imagined only when its moment comes."""
        for what, total, doing in (
            ("arrivals", plan.total, self._arrive),
            ("calls", plan.other_calls, self._ring),
        ):
            moments = arrivals.moments(
                plan.first,
                plan.days,
                total,
                behaviour=plan.behaviour,
                calendar=self._town.pace.calendar,
                random=Random(f"huiyin {plan.seed} {what}"),  # noqa: S311 - a game, not a secret
            )
            for index, moment in enumerate(moments):
                if neighbours.lane_of(index) % self._of == self._number:
                    self._town.agenda.at(moment, partial(doing, index))

    def _arrive(self, index: int, now: datetime) -> None:
        taking_in.arrive(self._town, taking_in.imagine(self._town, index), now)

    def _ring(self, index: int, now: datetime) -> None:
        telephone.other_call(self._town, index, now)


def gathered(parts: list[tuple[dict[int, int], dict[str, int]]]) -> Left:
    """Return what all stages have left behind, in the order of the cases."""
    made: dict[int, int] = {}
    refused: dict[str, int] = {}
    for keys, refusals in parts:
        made |= keys
        for name, number in refusals.items():
            refused[name] = refused.get(name, 0) + number
    return Left([made[index] for index in sorted(made)], refused)


def _town(plan: Plan, journal: Journal) -> Town:
    return Town(
        seed=plan.seed,
        mark=plan.mark,
        behaviour=plan.behaviour,
        cast=cast.gather(plan.behaviour, plan.start),
        agenda=Agenda(),
        pace=Pace(orgs.calendar()),
        journal=journal,
        messages=RealMessages(plan.data) if plan.data else None,
        planners=PLANNERS,
    )


def _mark_overdue(_: datetime, now: datetime) -> None:
    while orders.record_overdue(until=now):
        pass


def _resume(_: datetime, now: datetime) -> None:
    while orders.resume_due(until=now):
        pass


def _archive(since: datetime, now: datetime) -> None:
    """Archive once a night, at the first beat after the hour of the job."""
    night = datetime.combine(now.astimezone(SHANGHAI).date(), _ARCHIVE_AT, SHANGHAI)
    if since < night <= now or since < night - timedelta(days=1) <= now:
        filings.expire(until=now)
        while orders.archive_closed(until=now):
            pass


def _remind(_: datetime, now: datetime) -> None:
    while supervision.remind_due(until=now):
        pass


def _ask_for_calls(_: datetime, now: datetime) -> None:
    while supervision.ask_for_calls(until=now):
        pass


# Those that take long stand side by side: neighbours in this list go to different stages.
_JOBS: tuple[Callable[[datetime, datetime], None], ...] = (
    _mark_overdue,
    _archive,
    _resume,
    _remind,
    _ask_for_calls,
)
