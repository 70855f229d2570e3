"""Who handles an order is not clear: units confer or contest, and the centre rules."""

from __future__ import annotations

from datetime import datetime, timedelta

from huiyin.orders import actions as orders
from huiyin.orders.states import State
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Role
from huiyin.simulation import words
from huiyin.simulation.case import Case, waits_until
from huiyin.simulation.pace import minutes
from huiyin.simulation.town import Town

_USUAL = timedelta(hours=24)


def confer(town: Town, case: Case, now: datetime) -> None:
    """Let two units confer before the order is dispatched."""
    if not case.is_at(State.TO_DISPATCH):
        return
    lead, _ = town.cast.responsible(case.order, now, case.random)
    case.rivals = [lead, town.cast.any_unit(case.random, but=[lead])]
    done = town.take(
        case,
        "confer",
        orders.confer,
        by=town.desk(Role.DISPATCHER, case),
        units=case.rivals,
        basis=words.staff(case.random, "conferring"),
        now=now,
    )
    if done:
        town.go_on(case, now)


def contest(town: Town, case: Case, now: datetime) -> None:
    """Let the unit whose return was refused contest the dispatch."""
    if not case.is_at(State.TO_SIGN) or case.lead is None:
        return
    other = town.cast.any_unit(case.random, but=[case.lead])
    case.rivals = [case.lead, other]
    done = town.take(
        case,
        "contest",
        orders.contest,
        by=town.cast.handler(case.lead, now),
        basis=words.staff(case.random, "returns", unit=other.name),
        suggested=other,
        now=now,
    )
    if done:
        town.go_on(case, now)


def plan(town: Town, case: Case, now: datetime) -> None:
    """Say when a unit is heard, and when the centre rules."""
    due = waits_until(case, now + _USUAL)
    ruled = town.pace.in_time(now, due, case.random, early=2.0, at_any_hour=case.hurries)
    town.later(now + (ruled - now) * 0.6, _hear, case)
    town.later(ruled, _rule, case)


def _hear(town: Town, case: Case, now: datetime) -> None:
    if case.is_at(State.DISPUTE) and case.rivals:
        said, by = words.staff(case.random, "opinions"), town.desk(Role.DISPATCHER, case)
        give = orders.give_opinion
        town.take(
            case, "give_opinion", give, by=by, unit=case.rivals[-1], opinion=said, now=now
        )  # fmt: skip


def _rule(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.DISPUTE) or not case.rivals:
        return
    named: Unit = case.rivals[0 if case.random.random() < 0.6 else -1]
    done = town.take(
        case,
        "rule",
        orders.rule,
        by=town.desk(Role.MANAGER, case),
        lead=named,
        basis=words.staff(case.random, "rulings"),
        now=now,
    )
    if not done:
        return
    if named != case.lead:
        case.lead, case.assisting, case.supervising = named, [], None
    # Who was named by a ruling cannot return the order any more.
    case.misplaced, case.asked_return, case.rivals = False, True, []
    town.go_on(case, now)


def contested(town: Town, case: Case, now: datetime) -> bool:
    """Plan that a refused return is contested; tell whether it is."""
    if not town.draw(case, town.behaviour.contested):
        return False
    moment = town.pace.office(now + minutes(case.random, 20, 240), case.random)
    town.later(moment, contest, case)
    return True
