"""The telephone calls of a simulated city, written down beside the orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from huiyin.callcentre.calls import actions
from huiyin.callcentre.calls.actions import CallFacts
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Role
from huiyin.simulation.case import Case
from huiyin.simulation.town import Town, case_random

_PATIENCE = 45.0  # seconds until a caller gives up, on average


def _seconds(value: float) -> timedelta:
    return timedelta(seconds=round(value, 1))


def _wait(random: Random) -> timedelta:
    """Return how long a caller waits: mostly under 15 s (handbook domain.md 3.2)."""
    return _seconds(random.lognormvariate(1.9, 0.5))


def _talk(random: Random) -> timedelta:
    """Return how long people talk: 150-175 s on average (handbook domain.md 8.2)."""
    return _seconds(random.lognormvariate(4.9, 0.6))


def taken_down(town: Town, case: Case, agent: Actor, now: datetime) -> None:
    """Note the call in which an agent took the case down; the agent types from its beginning."""
    arrived = now - _wait(case.random)
    town.calls.append(
        CallFacts(
            direction=Direction.IN,
            outcome=CallOutcome.REQUEST,
            arrived_at=arrived,
            answered_at=now,
            ended_at=now + _talk(case.random),
            number=case.phone,
            agent=agent.staff.pk if agent.staff else None,
            order=case.key,
        )
    )


def called(town: Town, case: Case, who: Actor, now: datetime, *, reached: bool) -> None:
    """Note a call that one of ours made about a case, to the citizen or to a unit."""
    ring = _wait(case.random)
    town.calls.append(
        CallFacts(
            direction=Direction.OUT,
            outcome=CallOutcome.REACHED if reached else CallOutcome.UNREACHED,
            arrived_at=now - ring - timedelta(minutes=2),
            answered_at=now - timedelta(minutes=2) if reached else None,
            ended_at=now,
            number=case.phone,
            agent=who.staff.pk if who.staff else None,
            order=case.key,
        )
    )


def other_call(town: Town, index: int, now: datetime) -> None:
    """Note the incoming call number ``index`` of those that make no order."""
    random, habits = case_random(town.seed, -1 - index), town.behaviour.calls
    outcome = random.choices(list(habits), list(habits.values()))[0]
    given_up = outcome is CallOutcome.ABANDONED
    waited = _seconds(random.expovariate(1 / _PATIENCE)) if given_up else _wait(random)
    agent = town.cast.desk(Role.AGENT, random)
    town.calls.append(
        CallFacts(
            direction=Direction.IN,
            outcome=outcome,
            arrived_at=now,
            answered_at=None if given_up else now + waited,
            ended_at=now + waited + (timedelta() if given_up else _talk(random)),
            number=f"154{random.randrange(10**8):08d}",
            agent=None if given_up or agent.staff is None else agent.staff.pk,
        )
    )


def write_down(town: Town) -> None:
    """Record the calls that were noted since the last time."""
    if town.calls:
        actions.record(town.calls)
        town.calls.clear()
