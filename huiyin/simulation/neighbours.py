"""Requests that hang together: the same event told by several callers, and callers who come back.

A case knows only those that came before it in its lane. Which lane a case belongs to depends on its
number alone, and a lane is played by one process from beginning to end, so that any number of
processes gives the same year; more than eight have nothing to do. Eight cases that follow each
other share a lane.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.filings import actions as filings
from huiyin.followup.filings import queries as filing_queries
from huiyin.followup.filings.actions import Application
from huiyin.followup.filings.models import Filing
from huiyin.knowledge.states import Kind
from huiyin.orders import actions as orders
from huiyin.orders.kinds import LinkKind
from huiyin.orders.states import FINAL, OPEN, Outcome, Satisfaction, Solved, State
from huiyin.orgs.states import Role
from huiyin.simulation import words
from huiyin.simulation.applying import REPORT
from huiyin.simulation.case import Case
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import Town
from huiyin.worktime.calendar import SHANGHAI

LANES, TOGETHER = 8, 8
_RATED_AFTER = timedelta(days=25)
_UNSOLVED = frozenset({Outcome.EXPLAINED, Outcome.PLANNED, Outcome.NOT_SOLVED})
_NOT_YET = frozenset({State.DRAFT, State.REVIEW})


def lane_of(index: int) -> int:
    """Return the lane of a case by its number.

    Source: R-173 (own default).
    """
    return index // TOGETHER % LANES


def remember(town: Town, case: Case) -> None:
    """Keep a case for those of its lane that come later, unless it is only its author's."""
    if case.route == "submit" and case.kind is not Kind.REPORT and not case.confidential:
        town.latest[lane_of(case.index)] = case


def take_after(town: Town, case: Case) -> None:
    """Let a new case be about what an earlier one of its lane is about, or come from its caller.

    Source: R-173 (own default; handbook domain.md 4.3 并单, 2.8 备案).
    """
    habits, lane, draw = town.behaviour, lane_of(case.index), case.random.random()
    if case.kind is Kind.REPORT or case.confidential or case.route != "submit":
        return
    if draw < habits.merged:
        case.same_as = town.latest.get(lane)
    elif draw < habits.merged + habits.again:
        case.comes_after, case.filing = town.filed.get(lane, (town.latest.get(lane), 0))
    before = case.same_as or case.comes_after
    if before is None:
        return
    case.category, case.street, case.place = before.category, before.street, before.place
    case.said = before.said
    if case.comes_after is not None:
        case.name, case.phone = before.name, before.phone


def plan(town: Town, case: Case, now: datetime) -> bool:
    """Plan what the dispatcher does instead of dispatching; tell whether there is anything."""
    main = case.same_as
    if main is not None and main.state in OPEN - _NOT_YET and not main.abandoned:
        town.later(now + minutes(case.random, 3, 25), _merge, case)
        return True
    if case.filing and case.phone:
        town.later(now + minutes(case.random, 3, 25), _answer_from_file, case)
        return True
    if case.comes_after is not None and case.comes_after.key != case.key:
        town.later(now + minutes(case.random, 1, 3), _link, case)
    return False


def _merge(town: Town, case: Case, now: datetime) -> None:
    main = case.same_as
    if not case.is_at(State.TO_DISPATCH) or main is None:
        return
    case.same_as = None
    if main.state not in OPEN - _NOT_YET:
        town.go_on(case, now)
        return
    by, said = town.desk(Role.DISPATCHER, case), words.staff(case.random, "merging")
    if town.take(case, "merge", orders.merge, by=by, main=main.key, note=said, now=now):
        town.later(now + _RATED_AFTER, partial(_rate, main), case)


def _rate(main: Case, town: Town, case: Case, now: datetime) -> None:
    """Let the caller of a merged request say what they think of the common result."""
    if main.state not in FINAL - {State.VOID} or not case.phone:
        return
    answers = Answers(Solved.YES, Satisfaction.SATISFIED, comment="")
    town.take(case, "rate_merged", callbacks.record_rating, answers, now=now)


def _link(town: Town, case: Case, now: datetime) -> None:
    before = case.comes_after
    if case.is_at(State.TO_DISPATCH) and before is not None:
        case.comes_after = None
        facts = {"other": before.key, "kind": LinkKind.SEQUEL, "now": now}
        town.take(case, "link", orders.link, by=town.desk(Role.DISPATCHER, case), **facts)


def _answer_from_file(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.TO_DISPATCH):
        return
    key, case.filing = case.filing, 0
    today = now.astimezone(SHANGHAI).date()
    if key not in {filing.pk for filing in filing_queries.matching(case.order, today)}:
        town.go_on(case, now)  # it has expired meanwhile
        return
    by = town.desk(Role.DISPATCHER, case)
    take = filings.answer_from_file
    town.take(case, "answer_from_file", take, filing=key, by=by, now=now)


def plan_filing(town: Town, case: Case, now: datetime) -> None:
    """Plan that the unit puts on file what it cannot solve, so that it is not dispatched again.

    Source: R-173 (own default; handbook domain.md 2.8 备案).
    """
    fits = case.phone and case.outcome in _UNSOLVED and case.order.round == 1
    if fits and town.draw(case, town.behaviour.filed):
        moment = town.pace.office(now + minutes(case.random, 60, 1200), case.random)
        town.agenda.at(moment, partial(_apply, town, case))


def _apply(town: Town, case: Case, now: datetime) -> None:
    if case.abandoned or case.lead is None:
        return
    random = case.random
    form = Application(
        title=case.order.title[:80],
        category=case.category,
        cause=words.staff(random, "suspensions"),
        process=words.staff(random, "process", place=case.place),
        basis=words.staff(random, "basis"),
        public_answer=words.outcome(random, Outcome.EXPLAINED),
        order=case.order.number,
        caller=True,
    )
    by = town.cast.handler(case.lead, now)
    found: Filing | None = town.attempt(case, "file", filings.apply, form, [REPORT], by=by, now=now)
    if found is not None:
        moment = town.pace.office(now + minutes(random, 60, 900), random)
        town.agenda.at(moment, partial(_review, town, case, found.pk))


def _review(town: Town, case: Case, key: int, now: datetime) -> None:
    agreed = town.draw(case, town.behaviour.agreed)
    note = "" if agreed else words.staff(case.random, "not_agreed")
    by = town.desk(Role.MANAGER, case)
    review = filings.review
    done = town.attempt(case, "review_file", review, key, by=by, agreed=agreed, note=note, now=now)
    if done and agreed:
        town.filed[lane_of(case.index)] = (case, key)
