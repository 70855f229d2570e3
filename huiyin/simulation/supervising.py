"""Supervisors call the units that sleep, and the units wake up."""

from __future__ import annotations

from datetime import datetime

from huiyin.followup.supervision import actions, queries
from huiyin.followup.supervision.states import UrgeKind
from huiyin.orders.states import State
from huiyin.orgs.states import Role
from huiyin.simulation import handling, telephone, words
from huiyin.simulation.case import Case
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import Town

_WITH_UNIT = (State.TO_SIGN, State.IN_PROGRESS)


def look(town: Town, since: datetime, now: datetime) -> None:
    """Plan the calls that the platform has asked for from ``since`` to ``now``. One query."""
    for key in queries.asked_for(since, now):
        case = town.cases.get(key)
        if case is not None and town.draw(case, town.behaviour.urged, "urged"):
            moment = town.pace.office(now + minutes(case.random, 20, 180), case.random)
            town.later(moment, _call, case)


def _call(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(*_WITH_UNIT):
        return
    who, said = town.desk(Role.SUPERVISOR, case), words.staff(case.random, "urgings")
    done = town.take(
        case, "note", actions.urge, by=who, kind=UrgeKind.TELEPHONE, said=said, now=now
    )
    if not done:
        return
    telephone.called(town, case, who, now, reached=True)
    if case.is_at(State.TO_SIGN):
        moment = town.pace.office(now + minutes(case.random, 10, 240), case.random)
        town.later(moment, handling.sign, case)
