"""Invariants under random histories: whatever people do, and by whichever city's rules, this holds.

Hypothesis chooses who does what to which order and how much time passes in between, and shortens
what fails. Sensible steps carry orders through their lives; wild ones (any verb, any person) are
mostly refused, and a refused step changes nothing at all.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from random import Random

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from huiyin.cities import profile as profiles
from huiyin.cities import rows
from huiyin.cities.profile import Profile
from huiyin.kernel import cached
from huiyin.kernel.errors import Refused
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.models import CaseClass, LimitRule, Parameter
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import BY_VERB, OPEN, Side, State
from huiyin.orgs.actors import SYSTEM, ActorKind
from huiyin.worktime.calendar import SHANGHAI
from tests.histories import PEOPLE, VERBS, Doings, Rows, check
from tests.world import START, World, at

MOST_ORDERS = 3
MINUTE = timedelta(minutes=1)
# An ordinary week, and one whose deadlines reach into a year without an official table.
STARTS = (at(2, 9), datetime(2026, 12, 28, 9, tzinfo=SHANGHAI))
PAUSES = (0, 1, 30, 90, 300, 900, 1440, 4320, 60_000)
seeds = st.integers(0, 2**20)
# The rules of the small city, and those of every city that is shipped.
RULES = ("", *profiles.available())


@lru_cache
def profile_of(name: str) -> Profile:
    return profiles.read(profiles.path_of(name))


def live_by(name: str) -> None:
    """Put the rules of a shipped city into the place of the small city's own."""
    found = profile_of(name)
    for table in (LimitRule, Parameter, CaseClass):
        table.objects.all().delete()
    knowledge.sync_classes(rows.classes(found), today=START, in_use=False)
    knowledge.sync_limits(rows.limits(found), today=START, in_use=False)
    knowledge.sync_parameters(rows.parameters(found), today=START, in_use=False)


class Histories(RuleBasedStateMachine):
    """A few orders and everybody who may lay hands on them."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.inside = transaction.atomic()
        self.inside.__enter__()
        self.doings = Doings(self.world)
        self.made: list[int] = []
        self.rows = Rows.read()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.inside.__exit__(None, None, None)

    @initialize(start=st.sampled_from(STARTS), rules=st.sampled_from(RULES), reviewed=st.booleans())
    def begin(self, start: datetime, rules: str, reviewed: bool) -> None:
        self.now = start
        if rules:
            live_by(rules)
            reviewed = False
        if reviewed:
            Parameter.objects.create(
                key="review.before_dispatch", value=True, valid_from=START, source="test", text=""
            )
        cached.forget_all()

    @precondition(lambda self: len(self.made) < MOST_ORDERS)
    @rule(seed=seeds, name=st.sampled_from(("agent", "vendor_agent", "citizen", "auditor")))
    def create(self, seed: int, name: str) -> None:
        by = self.doings.actor(name)

        def make() -> None:
            key = self.doings.create(Random(seed), by, self.now).pk
            if key not in self.made:  # the same message sent twice is one order
                self.made.append(key)

        self.attempt(make)

    @precondition(lambda self: self.made)
    @rule(
        which=st.integers(0, MOST_ORDERS - 1),
        steps=st.lists(st.tuples(seeds, st.sampled_from(PAUSES)), min_size=1, max_size=12),
    )
    def sensible_steps(self, which: int, steps: list[tuple[int, int]]) -> None:
        """Lead an order on: people who may well take a step take one after the other."""
        key = self.made[which % len(self.made)]
        for choice, pause in steps:
            self.now += pause * MINUTE
            self.sensible_step(key, Random(choice))

    def sensible_step(self, key: int, random: Random) -> None:
        fitting = [v for v in VERBS if self.state_of(key) in BY_VERB[v].sources]
        leading_on = [v for v in fitting if BY_VERB[v].sources != OPEN]
        if "submit" in leading_on and random.random() < 0.8:
            leading_on = ["submit"]  # most drafts would end on the spot otherwise
        verbs = leading_on if leading_on and random.random() < 0.9 else fitting
        if verbs:
            verb = random.choice(verbs)
            self.step(verb, key, random.choice(self.likely(verb, key)), random)

    @precondition(lambda self: self.made)
    @rule(
        which=st.integers(0, MOST_ORDERS - 1),
        verb=st.sampled_from(VERBS),
        name=st.sampled_from(PEOPLE),
        choice=seeds,
    )
    def wild_step(self, which: int, verb: str, name: str, choice: int) -> None:
        """Let anybody try anything."""
        self.step(verb, self.made[which % len(self.made)], name, Random(choice))

    @precondition(lambda self: self.made)
    @rule(pause=st.sampled_from(PAUSES))
    def jobs_run(self, pause: int) -> None:
        """Let time pass and the platform do its own work."""
        self.now += pause * MINUTE

        def work() -> None:
            for verb in ("overdue", "archive"):
                self.doings.do(verb, 0, Random(0), SYSTEM, self.now)

        self.attempt(work)

    def step(self, verb: str, key: int, name: str, random: Random) -> None:
        by = self.doings.actor(name)
        self.attempt(lambda: self.doings.do(verb, key, random, by, self.now))

    def attempt(self, doing) -> None:
        """Do something; a refusal must leave every row as it was, success every row sound."""
        try:
            doing()
        except Refused:
            assert Rows.read() == self.rows, "a refused step has changed something"
            return
        self.rows = Rows.read()
        check(self.rows, self.made, self.now)

    def state_of(self, key: int) -> State:
        return State(next(r["state"] for r in self.rows.of[WorkOrder] if r["id"] == key))

    def likely(self, verb: str, key: int) -> list[str]:
        """Return who may take this step by permission, for unit staff by having a part as well."""
        step = BY_VERB[verb]
        if step.perm is None:
            return ["system"]
        parts = self.rows.belonging(Assignment, key)
        units = {p["unit_id"] for p in parts if p["ended_at"] is None}
        found = []
        for name in PEOPLE:
            actor = self.doings.actor(name)
            if actor.kind is not ActorKind.STAFF or step.perm not in actor.perms:
                continue
            if step.side is Side.CENTRE or (actor.unit and actor.unit.pk in units):
                found.append(name)
        return found or ["manager"]


def run(world: World, how: settings) -> None:
    machine = type("Histories", (Histories,), {"world": world})
    run_state_machine_as_test(machine, settings=how)


COMMON = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
)


def test_what_must_hold_holds_under_random_histories(world: World) -> None:
    run(world, settings(COMMON, max_examples=25, stateful_step_count=30, derandomize=True))


@pytest.mark.slow
def test_what_must_hold_holds_under_long_random_histories(world: World) -> None:
    run(world, settings(COMMON, max_examples=120, stateful_step_count=50))
