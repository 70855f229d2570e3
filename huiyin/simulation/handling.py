"""Units sign, return what is not theirs, contact the citizen, pass work down, and reply."""

from __future__ import annotations

from datetime import datetime, timedelta

from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import actions as orders
from huiyin.orders.rules import ReplyForm
from huiyin.orders.states import Outcome, State
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.simulation import applying, neighbours, words
from huiyin.simulation.case import Case, waits_until
from huiyin.simulation.pace import minutes
from huiyin.simulation.steady import part_of
from huiyin.simulation.town import Doing, Town

_USUAL_SIGNING = timedelta(hours=24)
_USUAL_HANDLING = timedelta(days=5)
_RETURN_IN = timedelta(hours=20)
_PLANNED_IN = timedelta(days=90)
_RETURN_IN_A_HURRY = timedelta(minutes=10)  # shorter than any city's window for urgent orders
_UNSOLVED = frozenset({Outcome.EXPLAINED, Outcome.PLANNED, Outcome.NOT_SOLVED})


def plan_signing(town: Town, case: Case, now: datetime) -> None:
    """Say when the lead unit signs, or asks to return the order, or that it does nothing at all."""
    habits, random = town.behaviour, case.random
    share = habits.wrong_returned if case.misplaced else habits.right_returned
    if not case.asked_return and town.draw(case, share):
        until = now + (_RETURN_IN_A_HURRY if case.hurries else _RETURN_IN)
        moment = town.pace.in_time(now, until, random, early=2.5, at_any_hour=case.hurries)
        town.later(moment, _ask_return, case)
        return
    if town.draw(case, habits.never_signed):
        return
    due = waits_until(case, now + _USUAL_SIGNING)
    if town.draw(case, habits.unread, "unread"):
        slept = timedelta(days=habits.unread_days * random.uniform(0.9, 1.6))
        moment = town.pace.office(now + slept, random)
    elif town.draw(case, habits.signed_late, "signed_late"):
        moment = town.pace.late(due, random, days=0.7, at_any_hour=case.hurries)
    else:
        moment = town.pace.in_time(now, due, random, early=3.0, at_any_hour=case.hurries)
    town.later(moment, sign, case)


def plan_work(town: Town, case: Case, now: datetime) -> None:
    """Put down everything that the units do in this round, up to the reply."""
    habits, random = town.behaviour, case.random
    case.began = now
    due = waits_until(case, now + _USUAL_HANDLING)
    last: Doing = _reply
    if due <= now or town.draw(case, habits.replied_late, "replied_late"):
        until = town.pace.late(
            max(due, now), random, days=habits.days_late, at_any_hour=case.hurries
        )
    else:
        until = town.pace.in_time(now, due, random, early=1.6, at_any_hour=case.hurries)
        if case.order.round == 1 and not case.shared_out:
            last = applying.asked(town, case) or _reply
    doings: list[tuple[float, Doing]] = [
        *_contacting(town, case),
        *_others(town, case),
        (1, last),
    ]
    case.shared_out = True
    moment = now
    for share, doing in sorted(doings, key=lambda pair: pair[0]):
        wanted = now + (until - now) * share
        wanted = wanted if case.hurries or share == 1 else town.pace.office(wanted, random)
        moment = max(moment, min(wanted, until))
        town.later(moment, doing, case)


def _contacting(town: Town, case: Case) -> list[tuple[float, Doing]]:
    """Return when the citizen is contacted: soon, late, or not before the reply."""
    again = case.shared_out and case.order.round == 1  # after an extension or the like
    if not case.phone or again or town.draw(case, town.behaviour.not_contacted):
        return []
    late = town.draw(case, town.behaviour.contacted_late)
    return [(case.random.uniform(0.55, 0.8) if late else case.random.uniform(0.01, 0.06), _contact)]


def _others(town: Town, case: Case) -> list[tuple[float, Doing]]:
    """Return what other units do in the first round: a sub-unit of the lead, the assisting ones."""
    random, doings = case.random, []
    if case.shared_out:
        return []
    taken = [*case.assisting, case.supervising]
    below = [u for u in town.cast.below(case.lead) if u not in taken] if case.lead else []
    if below and town.draw(case, town.behaviour.passed_down):
        doings += _passing_down(random.choice(below), random.uniform(0.08, 0.2))
    for unit in case.assisting:
        doings += _part_of(unit, random.uniform(0.1, 0.4), random.uniform(0.5, 0.9))
    return doings


def _passing_down(unit: Unit, start: float) -> list[tuple[float, Doing]]:
    def pass_down(town: Town, case: Case, now: datetime) -> None:
        if not case.is_at(State.IN_PROGRESS) or case.lead is None:
            return
        who = town.cast.handler(case.lead, now)
        said = words.staff(case.random, "down")
        town.take(
            case, "pass_down", orders.pass_down, by=who, unit=unit, due_at=None,
            instructions=said, now=now,
        )  # fmt: skip

    return [(start, pass_down), *_part_of(unit, start + 0.1, 0.85)]


def _part_of(unit: Unit, signs: float, reports: float) -> list[tuple[float, Doing]]:
    def sub_sign(town: Town, case: Case, now: datetime) -> None:
        if case.is_at(State.IN_PROGRESS):
            who = town.cast.handler(unit, now)
            town.take(case, "sub_sign", orders.sub_sign, by=who, now=now)

    def sub_reply(town: Town, case: Case, now: datetime) -> None:
        if case.is_at(State.IN_PROGRESS):
            process = words.staff(case.random, "process", place=case.place)
            result = words.outcome(case.random, Outcome.SOLVED)
            who = town.cast.handler(unit, now)
            town.take(
                case, "sub_reply", orders.sub_reply, by=who, process=process, result=result, now=now
            )

    return [(signs, sub_sign), (reports, sub_reply)]


def _ask_return(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.TO_SIGN) or case.lead is None:
        return
    reasons = town.cast.reasons[ReasonGroup.RETURN]
    right, _ = town.cast.responsible(case.order, now, case.random)
    if right == case.lead:
        right = town.cast.any_unit(case.random, but=[case.lead])
    case.asked_return = True
    done = town.take(
        case,
        "ask_return",
        orders.ask_return,
        by=town.cast.handler(case.lead, now),
        reason=case.random.choice(reasons),
        basis=words.staff(case.random, "returns", unit=right.name),
        suggested=right,
        now=now,
    )
    if done:
        town.go_on(case, now)


def sign(town: Town, case: Case, now: datetime) -> None:
    """Sign for the order, if nobody has yet."""
    if not case.is_at(State.TO_SIGN) or case.lead is None:
        return
    if town.take(case, "sign", orders.sign, by=town.cast.handler(case.lead, now), now=now):
        town.go_on(case, now)


def _contact(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.IN_PROGRESS) or case.lead is None:
        return
    called_at = max(case.order.created_at, now - minutes(case.random, 1, 8))
    note = words.staff(case.random, "contacts")
    who = town.cast.handler(case.lead, now)
    town.take(
        case, "contact", orders.contact, by=who, at=called_at, number=case.phone, note=note, now=now
    )


def _reply(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.IN_PROGRESS) or case.lead is None:
        return
    habits = town.behaviour
    case.outcome = part_of(town.die(case, "outcome"), habits.outcomes)
    if case.kind is Kind.PRAISE:
        case.outcome = Outcome.SOLVED
    form = _form(case, now, case.lead, case.outcome)
    who: Actor = town.cast.handler(case.lead, now)
    if town.take(case, "reply", orders.reply, form, by=who, now=now):
        town.go_on(case, now)
        neighbours.plan_filing(town, case, now)


def _form(case: Case, now: datetime, unit: Unit, result: Outcome) -> ReplyForm:
    random = case.random
    said = words.outcome(random, result)
    return ReplyForm(
        outcome=result,
        process=words.staff(random, "process", place=case.place),
        result=said,
        public_answer=f"您好，您反映的{case.category.name}事项由{unit.name}办理。{said}感谢您的反映。",
        contacted_at=max(now - minutes(random, 2, 5), case.began or now),
        contact_number=case.phone or "12345",
        sign_off=words.staff(random, "signatures"),
        basis=words.staff(random, "basis") if result in _UNSOLVED else "",
        planned_on=(now + _PLANNED_IN).date() if result is Outcome.PLANNED else None,
    )
