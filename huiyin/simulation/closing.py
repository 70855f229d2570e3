"""Auditors read the replies, citizens rate, clerks call back, and orders end."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.knowledge.models import Reason
from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import actions as orders
from huiyin.orders import reply_queries
from huiyin.orders.states import AuditOutcome, Satisfaction, Solved, State
from huiyin.orgs.states import Role
from huiyin.simulation import applying, telephone, words
from huiyin.simulation.case import Case, waits_until
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import CALLBACK, Action, Town

_USUAL_AUDIT = timedelta(hours=24)
_USUAL_CALL = timedelta(hours=48)
_MOST_CALLS = 3
_DAY = timedelta(days=1)


def plan_audit(town: Town, case: Case, now: datetime) -> None:
    """Say when the reply, or the application to end without one, is audited."""
    if case.order.pending:
        applying.plan_termination(town, case, now)
        return
    due = waits_until(case, now + _USUAL_AUDIT)
    moment = town.pace.in_time(now, due, case.random, early=3.0, at_any_hour=case.hurries)
    town.later(moment, _audit, case)


def plan_callback(town: Town, case: Case, now: datetime) -> None:
    """Say how the citizen is asked: not at all, on the web, or by telephone."""
    random = case.random
    wants_none = case.order.round == 1 and town.draw(case, town.behaviour.no_callback, "asked")
    if not case.phone or case.kind is Kind.PRAISE or wants_none:
        town.later(now + minutes(random, 5, 60), _close_without, case)
        return
    case.calls, case.answers_at = 0, _which_call_reaches(town, case)
    for pause in (timedelta(minutes=1), _DAY):
        town.later(now + pause, _survey, case)
    due = waits_until(case, now + _USUAL_CALL)
    first = town.pace.in_time(now, due, random, early=2.0, at_any_hour=False)
    if town.draw(case, town.behaviour.rated, "rated"):
        town.later(town.pace.daytime(now + minutes(random, 5, 900), random), _rate, case)
    town.later(town.pace.daytime(first, random), _call, case)


def _audit(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.REPLY_REVIEW):
        return
    who = town.desk(Role.AUDITOR, case)
    facts: dict[str, Any] = {"by": who, "now": now}
    if not case.rejected and town.draw(case, town.behaviour.rejected, "rejected"):
        case.rejected, facts["note"] = True, words.staff(case.random, "rejected")
        facts["scores"] = _points(case, now, good=False)
        verb, action = _sent_back(town, case, now)
        done = town.take(case, verb, action, **facts)
    else:
        facts["scores"] = _points(case, now, good=True)
        done = town.take(case, "pass_audit", orders.pass_audit, **facts)
    if done:
        town.go_on(case, now)


def _sent_back(town: Town, case: Case, now: datetime) -> tuple[str, Action]:
    """Return how a reply is sent back: for another round, or within it where the city does so."""
    every = reply_queries.audit_outcomes(now)
    within = (
        (AuditOutcome.HANDLE_AGAIN, "handle_again", orders.handle_again),
        (AuditOutcome.SUPERVISE, "supervise_reply", orders.supervise_reply),
    )
    possible = [(verb, action) for outcome, verb, action in within if outcome.value in every]
    if possible and town.draw(case, town.behaviour.handled_again):
        return case.random.choice(possible)
    return "reject_reply", orders.reject_reply


def _points(case: Case, now: datetime, *, good: bool) -> dict[str, int] | None:
    """Return the auditor's points, where the city has a scorecard: near the full ones, or few."""
    card = reply_queries.scorecard(now)
    if not card:
        return None
    low, high = (0.85, 1.0) if good else (0.2, 0.6)
    return {item.code: round(item.points * case.random.uniform(low, high)) for item in card}


def _survey(_: Town, case: Case, now: datetime) -> None:
    """Count a survey as sent; a city asks for two of them before an unsatisfied closing."""
    if case.is_at(State.TO_CALLBACK):
        callbacks.record_survey_sent(case.key, now=now)


def _close_without(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.TO_CALLBACK):
        return
    reason = _reason_not_to_call(town, case)
    who = town.desk(Role.CALLBACK, case)
    take_ = callbacks.close_without_callback
    if town.take(case, CALLBACK, take_, by=who, reason=reason, now=now):
        town.go_on(case, now)


def _reason_not_to_call(town: Town, case: Case) -> Reason:
    """Return the city's reason that fits, by the words that its name is likely to hold."""
    reasons = town.cast.reasons[ReasonGroup.NO_CALLBACK]
    hint = "表扬" if case.kind is Kind.PRAISE else "要求" if case.phone else "匿名"
    return next((reason for reason in reasons if hint in reason.name), reasons[0])


def _rate(town: Town, case: Case, now: datetime) -> None:
    if case.is_at(State.TO_CALLBACK) and case.calls == 0:
        answers = _opinion(town, case)
        case.calls = 1  # a clerk who sees a bad rating calls at once
        if town.take(case, CALLBACK, callbacks.record_rating, answers, now=now):
            _after_answer(town, case, now, by_phone=False)


def _call(town: Town, case: Case, now: datetime) -> None:
    """Call once; call again on another day when nobody answers."""
    if not case.is_at(State.TO_CALLBACK) or case.calls >= _MOST_CALLS:
        return
    case.calls += 1
    who, facts = town.desk(Role.CALLBACK, case), {"number": case.phone, "now": now}
    reached = case.calls == case.answers_at
    telephone.called(town, case, who, now, reached=reached)
    if reached:
        answers = _told(case, _opinion(town, case))
        if town.take(case, CALLBACK, callbacks.record_call, answers, by=who, **facts):
            _after_answer(town, case, now, by_phone=True)
        return
    reasons = town.cast.reasons[ReasonGroup.UNREACHED]
    reason = case.random.choice(reasons) if reasons else None
    if not town.take(case, "note", callbacks.record_unreached, by=who, reason=reason, **facts):
        return
    if case.calls < _MOST_CALLS:
        next_day = now + _DAY + minutes(case.random, -180, 180)
        town.later(town.pace.daytime(next_day, case.random), _call, case)
    else:
        town.later(now + minutes(case.random, 2, 20), _close_unreached, case)


def _which_call_reaches(town: Town, case: Case) -> int:
    """Return which call the citizen is going to answer; 0 for none of them."""
    die, missed = town.die(case, "reached"), 1.0
    for nth in range(1, _MOST_CALLS + 1):
        missed *= 1 - town.behaviour.reached
        if die < 1 - missed:
            return nth
    return 0


def _after_answer(town: Town, case: Case, now: datetime, *, by_phone: bool) -> None:
    """Go on; an order that still waits has used up its rounds and is closed as unsatisfied."""
    if not case.is_at(State.TO_CALLBACK):
        town.go_on(case, now)
    elif by_phone:
        town.later(now + _DAY + minutes(case.random, 30, 90), _close_unsatisfied, case)
    else:
        case.calls = _MOST_CALLS  # whoever calls now is the one who talks it over
        town.later(town.pace.daytime(now + minutes(case.random, 60, 240), case.random), _talk, case)


def _told(case: Case, answers: Answers) -> Answers:
    """Let the clerk tell the answer in the same call, where the hotline itself answers."""
    return replace(answers, told=reply_queries.must_tell(case.order))


def _talk(town: Town, case: Case, now: datetime) -> None:
    """Call the citizen who is not satisfied in the last round; this call reaches them."""
    if case.is_at(State.TO_CALLBACK):
        answers = Answers(Solved.NO, Satisfaction.UNSATISFIED, comment="电话说明后仍不认可")
        facts = {"by": town.desk(Role.CALLBACK, case), "number": case.phone, "now": now}
        answers = _told(case, answers)
        if town.take(case, CALLBACK, callbacks.record_call, answers, **facts):
            _after_answer(town, case, now, by_phone=True)


def _close_unsatisfied(town: Town, case: Case, now: datetime) -> None:
    if case.is_at(State.TO_CALLBACK):
        note, who = words.staff(case.random, "unsatisfied"), town.desk(Role.CALLBACK, case)
        take_ = callbacks.close_unsatisfied
        if town.take(case, "close_unsatisfied", take_, by=who, note=note, now=now):
            town.go_on(case, now)


def _close_unreached(town: Town, case: Case, now: datetime) -> None:
    if case.is_at(State.TO_CALLBACK):
        who = town.desk(Role.CALLBACK, case)
        if town.take(case, CALLBACK, callbacks.close_unreached, by=who, now=now):
            town.go_on(case, now)


def _opinion(town: Town, case: Case) -> Answers:
    """Return what the citizen thinks of the result that the unit reported."""
    habits, random = town.behaviour, case.random
    share = habits.content[case.outcome] * (1.0 if case.order.round == 1 else habits.stubborn)
    if town.die(case, "content") < share:
        solved = Solved.PARTLY if random.random() < habits.partly else Solved.YES
        grade = random.choices(
            (Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED, Satisfaction.FAIRLY_SATISFIED),
            (0.45, 0.45, 0.10),
        )[0]
        return Answers(solved, grade, comment=words.staff(random, "comments"))
    grade = random.choices((Satisfaction.UNSATISFIED, Satisfaction.VERY_UNSATISFIED), (0.7, 0.3))[0]
    reasons = [random.choice(town.cast.reasons[ReasonGroup.UNSATISFIED]).code]
    solved = Solved.NO if random.random() < 0.8 else Solved.PARTLY
    return Answers(solved, grade, reasons, words.staff(random, "complaints"))
