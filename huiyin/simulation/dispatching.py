"""Dispatchers give work orders to units, review returns, and send orders out again."""

from __future__ import annotations

from datetime import datetime, timedelta

from huiyin.knowledge.states import ReasonGroup
from huiyin.orders import actions as orders
from huiyin.orders.states import State
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Role, UnitKind
from huiyin.simulation import disputing, neighbours, words
from huiyin.simulation.case import Case, waits_until
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import Town

_USUAL = timedelta(hours=2)


def plan(town: Town, case: Case, now: datetime) -> None:
    """Say when the order is dispatched, or that the citizen withdraws it before."""
    random = case.random
    if case.voided:
        town.later(now + minutes(random, 5, 60), _ask_void, case)
        return
    if neighbours.plan(town, case, now):
        return
    if case.lead is None and town.draw(case, town.behaviour.conferred):
        town.later(now + minutes(random, 5, 25), disputing.confer, case)
        return
    due = waits_until(case, now + _USUAL)
    if town.draw(case, town.behaviour.dispatched_late):
        moment = due + minutes(random, 10, 240)
    else:
        moment = town.pace.in_time(now, due, random, early=6.0, at_any_hour=True)
    town.later(moment, _dispatch, case)


def plan_review(town: Town, case: Case, now: datetime) -> None:
    """Say when a colleague reviews the order, where the city has it reviewed first."""
    town.later(now + minutes(case.random, 5, 40), _approve, case)


def plan_return(town: Town, case: Case, now: datetime) -> None:
    """Say when a return is decided."""
    due = waits_until(case, now + _USUAL)
    moment = town.pace.in_time(now, due, case.random, early=2.5, at_any_hour=case.hurries)
    town.later(moment, _decide_return, case)


def plan_again(town: Town, case: Case, now: datetime) -> None:
    """Say when an order that is to be redone is sent out."""
    due = waits_until(case, now + _USUAL)
    moment = town.pace.in_time(now, due, case.random, early=2.5, at_any_hour=case.hurries)
    town.later(moment, _send_again, case)


def _approve(town: Town, case: Case, now: datetime) -> None:
    reviewer = town.desk(Role.DISPATCHER, case)
    if case.is_at(State.REVIEW) and town.take(
        case, "approve", orders.approve, by=reviewer, now=now
    ):
        town.go_on(case, now)


def _dispatch(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.TO_DISPATCH):
        return
    case.lead, case.assisting = _units(town, case, now)
    case.supervising = _supervising(town, case)
    done = town.take(
        case,
        "dispatch",
        orders.dispatch,
        by=town.desk(Role.DISPATCHER, case),
        lead=case.lead,
        assist=case.assisting,
        supervise=case.supervising,
        instructions=words.staff(case.random, "instructions"),
        now=now,
    )
    if done:
        town.go_on(case, now)


def _units(town: Town, case: Case, now: datetime) -> tuple[Unit, list[Unit]]:
    """Return lead and assisting units: those of the catalogue, or a wrong one by mistake."""
    lead, assisting = town.cast.responsible(case.order, now, case.random)
    mistaken = case.lead is None and town.draw(case, town.behaviour.wrong_unit, "wrong_unit")
    if mistaken:
        lead, assisting = town.cast.any_unit(case.random, but=[lead]), ()
    elif case.lead is not None and lead == case.lead:
        lead = town.cast.any_unit(case.random, but=[lead])
    case.misplaced = mistaken
    if not town.draw(case, town.behaviour.assisted):
        return lead, []
    others = [u for u in assisting if u.pk != lead.pk]
    return lead, others[:2] or [town.cast.any_unit(case.random, but=[lead])]


def _supervising(town: Town, case: Case) -> Unit | None:
    if not town.draw(case, town.behaviour.supervised):
        return None
    taken = {u.pk for u in [case.lead, *case.assisting] if u is not None}
    fitting = [u for u in town.cast.units if u.kind == UnitKind.BUREAU.value and u.pk not in taken]
    return case.random.choice(fitting) if fitting else None


def _decide_return(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.RETURN_REVIEW):
        return
    habits, who = town.behaviour, town.desk(Role.DISPATCHER, case)
    share = habits.granted_wrong if case.misplaced else habits.granted_right
    if town.draw(case, share):
        note = words.staff(case.random, "granted")
        done = town.take(case, "grant_return", orders.grant_return, by=who, note=note, now=now)
        case.misplaced, case.asked_return = False, False
    else:
        note = words.staff(case.random, "refused")
        done = town.take(case, "refuse_return", orders.refuse_return, by=who, note=note, now=now)
    if done and not (case.asked_return and disputing.contested(town, case, now)):
        town.go_on(case, now)


def _send_again(town: Town, case: Case, now: datetime) -> None:
    who = town.desk(Role.DISPATCHER, case)
    if case.is_at(State.REWORK) and town.take(
        case, "send_again", orders.send_again, by=who, now=now
    ):
        town.go_on(case, now)


def _ask_void(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.TO_DISPATCH):
        return
    note = words.staff(case.random, "voids")
    who = town.desk(Role.DISPATCHER, case)
    if town.take(case, "ask_void", orders.ask_void, by=who, note=note, now=now):
        town.later(now + minutes(case.random, 10, 90), _confirm_void, case)


def _confirm_void(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.TO_DISPATCH):
        return
    reasons = town.cast.reasons[ReasonGroup.VOID]
    note = reasons[0].name if reasons else "已核实"
    who = town.desk(Role.MANAGER, case)
    town.take(case, "confirm_void", orders.confirm_void, by=who, note=note, now=now)
