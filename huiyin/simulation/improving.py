"""A unit improves what a citizen was not satisfied with, and asks for the write-off."""

from __future__ import annotations

from datetime import datetime

from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.writeoffs import actions as writeoffs
from huiyin.followup.writeoffs.actions import Called
from huiyin.orders.states import Satisfaction, Solved, State
from huiyin.orgs.states import Role
from huiyin.simulation import telephone, words
from huiyin.simulation.case import Case
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import Town

_DAY = 24 * 60


def plan(town: Town, case: Case, now: datetime) -> None:
    """Say when the unit reports an improvement, if it does.

    Source: R-173 (own default; handbook domain.md 2.8 销号).
    """
    if case.phone and case.lead is not None and town.draw(case, town.behaviour.improved):
        moment = now + minutes(case.random, 2 * _DAY, 20 * _DAY)
        town.later(town.pace.office(moment, case.random), _ask, case)


def _ask(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.UNSAT) or case.lead is None:
        return
    said, by = words.staff(case.random, "improvements"), town.cast.handler(case.lead, now)
    if town.take(case, "ask_write_off", writeoffs.ask, by=by, improvement=said, now=now):
        moment = now + minutes(case.random, 60, 2 * _DAY)
        town.later(town.pace.daytime(moment, case.random), _call, case)


def _call(town: Town, case: Case, now: datetime) -> None:
    """Call after the improvement; who is not reached is called again the next day."""
    if not case.is_at(State.UNSAT):
        return
    reached, content = case.random.random() < 0.8, case.random.random() < 0.7
    if content:
        answers = Answers(Solved.YES, Satisfaction.SATISFIED, comment="")
    else:
        answers = Answers(Solved.NO, Satisfaction.UNSATISFIED, comment="问题仍未解决")
    by = town.desk(Role.CALLBACK, case)
    telephone.called(town, case, by, now, reached=reached)
    verb = "write_off" if reached and content else "stay_unsatisfied"
    called = Called(reached, answers, case.phone)
    if town.take(case, verb, writeoffs.record_call, called, by=by, now=now) and not reached:
        moment = now + minutes(case.random, 20 * 60, 28 * 60)
        town.later(town.pace.daytime(moment, case.random), _call, case)
