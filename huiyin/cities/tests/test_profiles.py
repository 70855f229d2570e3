"""Every shipped profile: read, loaded twice, and one order led through its whole life in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from huiyin.cities import actions
from huiyin.cities.profile import available, path_of, read
from huiyin.cities.tests.support import everything
from huiyin.dispatch.queries import suggestions
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.knowledge.models import CatalogueItem
from huiyin.orders import actions as orders
from huiyin.orders import reply_queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import Satisfaction, Solved, State
from huiyin.orgs.actions import create_staff
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import Region, Staff, Unit
from huiyin.orgs.states import Role
from tests.world import PASSWORD, REQUEST, at, reply_form

MOST_STATEMENTS = 70
MOST_STEPS = 20


@pytest.mark.django_db
@pytest.mark.parametrize("name", available())
def test_a_second_load_changes_nothing(name: str, django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(MOST_STATEMENTS):
        assert actions.load(name, now=at(1)).changed
    before = everything()
    assert not actions.load(name, now=at(2)).changed
    assert everything() == before


@pytest.mark.parametrize("name", available())
def test_what_people_read_is_chinese_and_says_where_it_comes_from(name: str) -> None:
    found = read(path_of(name))
    for rule in (*found.limits, *found.parameters):
        assert any("一" <= sign <= "龥" for sign in rule.source), rule.source
        assert "handbook" not in rule.source
    for word in [u.name for u in found.units] + [r.source for r in found.limits]:
        assert "(" not in word, word


class Life:
    """Leads one order from step to step, as the profile wants it."""

    def __init__(self, name: str) -> None:
        actions.load(name, now=at(1))
        actions.create_demo_accounts(name, password=PASSWORD, now=at(1))
        self.now = at(2, 9)
        self.handlers: dict[int, Actor] = {}

    def desk(self, role: Role) -> Actor:
        """Return one of the centre's people."""
        rows = Staff.objects.filter(roles__contains=[role.value], unit__kind="centre")
        return acting(rows.earliest("pk"))

    def handler(self, unit: Unit) -> Actor:
        """Return somebody who handles orders in ``unit``."""
        if unit.pk not in self.handlers:
            made = create_staff(
                username=f"u{unit.pk}", name="承办人", unit=unit,
                roles=[Role.HANDLER, Role.UNIT_LEADER], password=PASSWORD, now=self.now,
            )  # fmt: skip
            self.handlers[unit.pk] = acting(made)
        return self.handlers[unit.pk]

    def take_down(self) -> WorkOrder:
        """Take down a request about a matter of the catalogue, in the first street of the city."""
        from dataclasses import replace

        item = CatalogueItem.objects.filter(lead_level="township").earliest("code")
        street = Region.objects.filter(level="street").earliest("code")
        request = replace(REQUEST, category=item.category, region=street)
        return orders.create(request, by=self.desk(Role.AGENT), now=self.now)

    def go_on(self, order: WorkOrder) -> WorkOrder:
        """Take the next step."""
        self.now += timedelta(hours=1)
        return _NEXT[order.standing](self, order, self.now)

    def submit(self, order: WorkOrder, now: datetime) -> WorkOrder:
        return orders.submit(order.pk, by=self.desk(Role.AGENT), now=now)

    def approve(self, order: WorkOrder, now: datetime) -> WorkOrder:
        return orders.approve(order.pk, by=self.desk(Role.MANAGER), now=now)

    def dispatch(self, order: WorkOrder, now: datetime) -> WorkOrder:
        found = suggestions(order, now)
        local = next(each for each in found if each.item.lead_level == "township")
        return orders.dispatch(order.pk, by=self.desk(Role.DISPATCHER), lead=local.unit, now=now)

    def sign(self, order: WorkOrder, now: datetime) -> WorkOrder:
        assert order.lead_unit
        return orders.sign(order.pk, by=self.handler(order.lead_unit), now=now)

    def reply(self, order: WorkOrder, now: datetime) -> WorkOrder:
        assert order.lead_unit
        by = self.handler(order.lead_unit)
        orders.contact(order.pk, by=by, at=now, number="053412345", now=now)
        done = orders.reply(order.pk, reply_form(contacted_at=now), by=by, now=now)
        return done.order

    def audit(self, order: WorkOrder, now: datetime) -> WorkOrder:
        return orders.pass_audit(order.pk, by=self.desk(Role.AUDITOR), now=now)

    def close(self, order: WorkOrder, now: datetime) -> WorkOrder:
        told = reply_queries.must_tell(order)
        answers = Answers(Solved.YES, Satisfaction.SATISFIED, told=told)
        return callbacks.record_call(order.pk, answers, by=self.desk(Role.CALLBACK), now=now)


_NEXT: dict[State, Callable[[Life, WorkOrder, datetime], WorkOrder]] = {
    State.DRAFT: Life.submit,
    State.REVIEW: Life.approve,
    State.TO_DISPATCH: Life.dispatch,
    State.TO_SIGN: Life.sign,
    State.IN_PROGRESS: Life.reply,
    State.REPLY_REVIEW: Life.audit,
    State.TO_CALLBACK: Life.close,
}


@pytest.mark.django_db
@pytest.mark.parametrize("name", available())
def test_an_order_lives_its_whole_life_in_every_city(name: str) -> None:
    life = Life(name)
    order = life.take_down()
    for _ in range(MOST_STEPS):
        if order.standing is State.CLOSED:
            break
        order = life.go_on(order)
    assert order.standing is State.CLOSED
    assert order.close_type == "satisfied"
    assert order.lead_unit
    assert order.lead_unit.kind in ("township", "county")
    assert order.due_at
