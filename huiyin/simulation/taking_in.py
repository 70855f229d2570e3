"""Citizens ask, agents take it down: answered on the spot, referred, handed on, or a work order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import TypeVar

from huiyin.channels.intake import actions as intake
from huiyin.kernel.errors import Refused
from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import actions as orders
from huiyin.orders.states import Channel, State
from huiyin.orgs.actors import CITIZEN
from huiyin.orgs.states import Role
from huiyin.simulation import neighbours, telephone, words
from huiyin.simulation.case import WRITTEN, Case
from huiyin.simulation.pace import minutes
from huiyin.simulation.steady import part_of, steady
from huiyin.simulation.town import Town, case_random

T = TypeVar("T")

# Numbers that no operator has given to anybody, so that nobody is ever called or written to.
_NOBODYS = "154"
_SERVICES = ("110", "119", "120", "122")


def imagine(town: Town, index: int) -> Case:
    """Return a new case: who asks what, where, and what is going to become of it."""
    random, habits, cast = case_random(town.seed, index), town.behaviour, town.cast
    kind = part_of(steady(town.seed, index, "kind"), habits.kinds)
    channel = part_of(steady(town.seed, index, "channel"), habits.channels)
    category = random.choices(cast.categories, cast.weights)[0]
    street = random.choice(cast.streets) if cast.streets else None
    place = words.place_name(random, street.name if street else "")
    nameless = channel in WRITTEN and random.random() < habits.anonymous
    case = Case(
        index=index,
        random=random,
        kind=kind,
        channel=channel,
        urgency=_pick(random, habits.urgencies),
        category=category,
        street=street,
        place=place,
        said=words.request(random, kind, category, place),
        name="" if nameless else words.person_name(random),
        phone="" if nameless else f"{_NOBODYS}{random.randrange(10**8):08d}",
        confidential=kind is Kind.REPORT and random.random() < habits.confidential,
        route=_route(town, index, kind),
        voided=steady(town.seed, index, "voided") < habits.voided,
    )
    _borrow_words(town, case)
    neighbours.take_after(town, case)
    return case


def _route(town: Town, index: int, kind: Kind) -> str:
    habits, die = town.behaviour, steady(town.seed, index, "route")
    told = habits.transferred + habits.referred
    if die < habits.transferred:
        return "transfer"
    if die < told:
        return "refer"
    return "answer" if die < told + (1 - told) * habits.answered.get(kind, 0.0) else "submit"


def _borrow_words(town: Town, case: Case) -> None:
    """Let the citizen say a real message of the nearest class, when there are real messages."""
    if town.messages is None:
        return
    labels = town.messages.labels()
    name = case.category.full_name.split("/")[0] or case.category.name
    case.said = town.messages.pick(case.random, labels[words.nearest(name, labels)])


def arrive(town: Town, case: Case, now: datetime) -> None:
    """Take the request in: an agent types while the caller speaks, or the citizen writes it."""
    try:
        if case.channel in WRITTEN:
            _write(town, case, now)
        else:
            agent = town.desk(Role.AGENT, case)
            case.order = orders.create(case.request(classified=True), by=agent, now=now)
            if case.channel is Channel.PHONE:
                telephone.taken_down(town, case, agent, now)
    except Refused as refusal:
        town.refuse(case, "create", refusal)
        return
    town.made[case.index] = case.key
    town.cases[case.key] = case
    neighbours.remember(town, case)
    town.acknowledge(case, "create")
    town.go_on(case, now)


def _write(town: Town, case: Case, now: datetime) -> None:
    receipt = intake.take_in(
        case.request(classified=False),
        by=CITIZEN,
        source=f"simulation:{town.mark}",
        key=f"{town.seed}-{case.index}",
        now=now,
    )
    case.order = intake.order_of(receipt)


def plan(town: Town, case: Case, now: datetime) -> None:
    """Say when an agent decides: at the end of the call, or when the message is opened.

    8.2: a call takes 150-175 s and 220-360 s with the work after it; 3.2: written requests are
    accepted within two hours.
    """
    if case.channel in WRITTEN:
        wait = timedelta(minutes=min(110.0, case.random.lognormvariate(2.9, 0.8)))
        town.later(now + wait, _classify, case)
    else:
        town.later(now + minutes(case.random, 1.0, 3.5), _decide, case)


def _classify(town: Town, case: Case, now: datetime) -> None:
    if not case.is_at(State.DRAFT):
        return
    request, agent = case.request(classified=True), town.desk(Role.AGENT, case)
    if town.take(case, "edit", orders.update_draft, request, by=agent, now=now):
        town.later(now + minutes(case.random, 1.0, 5.0), _decide, case)


def _decide(town: Town, case: Case, now: datetime) -> None:
    if case.is_at(State.DRAFT) and _ROUTES[case.route](town, case, now):
        town.go_on(case, now)


def _answer(town: Town, case: Case, now: datetime) -> bool:
    unit = town.cast.authority(case.category, now)
    said = words.staff(case.random, "answers", matter=case.category.name, unit=unit)
    agent = town.desk(Role.AGENT, case)
    return town.take(case, "answer", orders.answer, by=agent, text_=said, now=now)


def _refer(town: Town, case: Case, now: datetime) -> bool:
    reasons = town.cast.reasons[ReasonGroup.REFER]
    if not reasons:
        return _submit(town, case, now)
    reason, agent = case.random.choice(reasons), town.desk(Role.AGENT, case)
    note = "已当场说明办理途径，诉求人表示明白。"
    return town.take(case, "refer", orders.refer, by=agent, reason=reason, note=note, now=now)


def _transfer(town: Town, case: Case, now: datetime) -> bool:
    to, agent = case.random.choice(_SERVICES), town.desk(Role.AGENT, case)
    note = words.staff(case.random, "transfers")
    return town.take(case, "transfer", orders.transfer, by=agent, to=to, note=note, now=now)


def _submit(town: Town, case: Case, now: datetime) -> bool:
    return town.take(case, "submit", orders.submit, by=town.desk(Role.AGENT, case), now=now)


_ROUTES = {"answer": _answer, "refer": _refer, "transfer": _transfer, "submit": _submit}


def _pick(random: Random, shares: Mapping[T, float]) -> T:
    return random.choices(list(shares), list(shares.values()))[0]
