"""Units ask for more time, for a suspension or for an end; the centre decides, and it goes on."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from huiyin.knowledge.states import ReasonGroup
from huiyin.orders import actions as orders
from huiyin.orders.actions.files import Upload
from huiyin.orders.states import State
from huiyin.orgs.states import Role
from huiyin.simulation import queries, words
from huiyin.simulation.case import Case, waits_until
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import Doing, Town

_USUAL = timedelta(hours=24)
_MORE_TIME = timedelta(days=3)
_LYING_STILL = timedelta(days=30)
_AFTER_REVIEW = timedelta(hours=7)  # the platform's own work comes round before that
# The report is the same small file each time, so that only one is ever kept.
REPORT = Upload("盖章报告.pdf", b"%PDF-1.4 a sealed report of the simulation\n%%EOF\n")


def asked(town: Town, case: Case) -> Doing | None:
    """Return what the unit asks for in the first round instead of replying, if anything.

    Source: R-173 (own default; handbook domain.md 2.8).
    """
    habits, left = town.behaviour, town.die(case, "special")
    for share, doing in (
        (habits.extended, _ask_extension),
        (habits.suspended, _ask_suspension),
        (habits.terminated, _ask_termination),
    ):
        if left < share:
            return doing
        left -= share
    return None


def plan_extension(town: Town, case: Case, now: datetime) -> None:
    """Say when the centre decides on an extension."""
    due = waits_until(case, now + _USUAL)
    moment = town.pace.in_time(now, due, case.random, early=3.0, at_any_hour=case.hurries)
    town.later(moment, _decide_extension, case)


def plan_termination(town: Town, case: Case, now: datetime) -> None:
    """Say when the auditor decides whether an order is to end."""
    due = waits_until(case, now + _USUAL)
    moment = town.pace.in_time(now, due, case.random, early=3.0, at_any_hour=case.hurries)
    town.later(moment, _decide_termination, case)


def _ask_extension(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.IN_PROGRESS) or case.lead is None:
        return
    due = case.order.due_at
    latest = orders.latest_extension(case.order, now)
    until = due + _MORE_TIME if due else now
    until = min(until, latest) if latest else until
    if due is None or now >= due or until <= due:
        town.go_on(case, now)
        return
    done = town.take(
        case,
        "ask_extension",
        orders.ask_extension,
        by=town.cast.handler(case.lead, now),
        reason=case.random.choice(town.cast.reasons[ReasonGroup.EXTENSION]),
        basis=words.staff(case.random, "extensions"),
        until=until,
        explanation=words.staff(case.random, "patience"),
        now=now,
    )
    if done:
        town.go_on(case, now)


def _decide_extension(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.EXT_REVIEW):
        return
    by = town.desk(Role.MANAGER, case)
    if town.draw(case, town.behaviour.agreed):
        done = town.take(case, "decide_extension", orders.decide_extension, by=by, now=now)
    else:
        said = words.staff(case.random, "not_agreed")
        refuse = orders.refuse_extension
        done = town.take(case, "refuse_extension", refuse, by=by, note=said, now=now)
    if done:
        town.go_on(case, now)


def _ask_suspension(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.IN_PROGRESS) or case.lead is None:
        return
    latest = orders.latest_review(case.order, now)
    until = now + _LYING_STILL * case.random.uniform(0.3, 1.0)
    until = min(until, latest) if latest else until
    done = town.take(
        case,
        "ask_suspension",
        orders.ask_suspension,
        by=town.cast.handler(case.lead, now),
        basis=words.staff(case.random, "suspensions"),
        explanation=words.staff(case.random, "patience"),
        until=until,
        files=[REPORT],
        now=now,
    )
    if done:
        moment = town.pace.office(now + minutes(case.random, 60, 600), case.random)
        town.later(min(moment, until - timedelta(hours=1)), partial(_suspend, until), case)


def _suspend(until: datetime, town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.IN_PROGRESS):
        return
    by = town.desk(Role.MANAGER, case)
    if not town.draw(case, town.behaviour.agreed):
        said = words.staff(case.random, "not_agreed")
        refuse = orders.refuse_suspension
        if town.take(case, "refuse_suspension", refuse, by=by, note=said, now=now):
            town.go_on(case, now)
    elif town.take(case, "suspend", orders.suspend, by=by, now=now):
        if case.random.random() < 0.5:
            early = now + (until - now) * case.random.uniform(0.3, 0.8)
            town.later(early, _resume, case)
        else:
            town.later(until + _AFTER_REVIEW, _wake, case)


def _resume(town: Town, case: Case, now: datetime) -> None:
    """End a suspension before its review date: what was waited for has come."""
    by = town.desk(Role.MANAGER, case)
    if case.is_at(State.SUSPENDED) and town.take(case, "resume", orders.resume, by=by, now=now):
        town.go_on(case, now)


def _wake(town: Town, case: Case, now: datetime) -> None:
    """Go on with what the platform itself has resumed at the review date."""
    case.order = queries.as_it_stands(case.order)
    if case.is_at(State.IN_PROGRESS):
        town.go_on(case, now)


def _ask_termination(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.IN_PROGRESS) or case.lead is None:
        return
    done = town.take(
        case,
        "ask_termination",
        orders.ask_termination,
        by=town.cast.handler(case.lead, now),
        reason=case.random.choice(town.cast.reasons[ReasonGroup.TERMINATION]),
        basis=words.staff(case.random, "terminations"),
        explanation=words.staff(case.random, "terminated"),
        now=now,
    )
    if done:
        town.go_on(case, now)


def _decide_termination(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.REPLY_REVIEW):
        return
    by = town.desk(Role.AUDITOR, case)
    if town.draw(case, town.behaviour.agreed):
        town.take(case, "grant_termination", orders.grant_termination, by=by, now=now)
        return
    said, refuse = words.staff(case.random, "not_agreed"), orders.refuse_termination
    if town.take(case, "refuse_termination", refuse, by=by, note=said, now=now):
        town.go_on(case, now)
