"""Hotline offices of counties, units outside the government, and places not yet served."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.orders import actions, policy, queries, rules
from huiyin.orders.models import WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor, acting
from huiyin.orgs.models import Region, Unit
from huiyin.orgs.states import Role
from tests.world import Story, World, at, person, unit


@pytest.fixture
def office(world: World) -> Unit:
    """Return the hotline office of the county."""
    return unit("east-hotline", "东县热线办", "sub_centre", world.county)


@pytest.fixture
def clerk(office: Unit) -> Actor:
    """Return somebody who works there."""
    return acting(person("clerk", office, Role.HANDLER))


def seen(actor: Actor) -> list[WorkOrder]:
    return list(queries.filtered(actor, queries.OrderFilter()))


@pytest.mark.rule("R-170")
def test_the_office_of_a_county_looks_after_the_whole_county(
    world: World, office: Unit, clerk: Actor
) -> None:
    assert office.realm == world.county.path
    assert world.water_team.realm == world.water_team.path
    assert list(orgs.sub_units(office)) == [world.township]
    west = unit("west", "西县", "county")
    ours = Story(world).created().submitted().dispatched(lead=world.township).order
    Story(world).created().submitted().dispatched(lead=west)
    assert seen(clerk) == [ours]
    assert queries.counted(clerk, queries.OrderFilter(held=True)) == 1
    assert clerk.unit
    assert clerk.unit.pk == office.pk


@pytest.mark.rule("R-170")
def test_the_office_passes_its_work_down_to_any_unit_of_the_county(
    world: World, office: Unit, clerk: Actor
) -> None:
    order = Story(world).created().submitted().dispatched(lead=office).order
    actions.sign(order.pk, by=clerk, now=at(2, 11))
    for wrong in (world.county, world.water):
        with pytest.raises(NotAllowed):
            actions.pass_down(order.pk, by=clerk, unit=wrong, due_at=None, now=at(2, 12))
    actions.pass_down(order.pk, by=clerk, unit=world.township, due_at=None, now=at(2, 12))
    part = order.assignments.get(unit=world.township)
    assert part.parent == order.assignments.get(unit=office)


@pytest.mark.rule("R-60")
@pytest.mark.parametrize("kind", ["court", "finance", "external"])
def test_a_unit_outside_the_government_no_longer_sees_what_was_taken_from_it(
    world: World, kind: str
) -> None:
    outside = unit("outside", "驻地单位", kind)
    by = acting(person("outsider", outside, Role.HANDLER))
    order = Story(world).created().submitted().dispatched(lead=outside).order
    assert seen(by) == [order]
    order.assignments.update(ended_at=at(2, 12))
    assert seen(by) == []
    assert not WorkOrder.objects.filter(policy.visible_to(by)).exists()
    order.assignments.update(replied_at=at(2, 11))
    assert seen(by) == [order]


def test_a_unit_of_the_government_still_sees_it(world: World) -> None:
    story = Story(world).created().submitted().dispatched()
    story.order.assignments.update(ended_at=at(2, 12))
    assert seen(world.actor("water_handler")) == [story.order]


@pytest.mark.rule("R-172")
@pytest.mark.parametrize(
    ("since", "served"),
    [(None, True), (date(2026, 3, 1), True), (date(2026, 3, 2), True), (date(2026, 3, 3), False)],
)
def test_from_when_a_place_is_served(since: date | None, served: bool) -> None:
    assert rules.is_served(since, date(2026, 3, 2)) is served


@pytest.mark.rule("R-172")
@pytest.mark.django_db
def test_a_request_from_a_place_not_yet_served_is_refused_with_the_date(world: World) -> None:
    city = Region.objects.get()
    town = Region.objects.create(
        code="370000001", name="西镇", level="street", parent=city, served_from=date(2026, 3, 3)
    )
    cached.forget_all()
    with pytest.raises(Invalid) as refused:
        Story(world).created(at(2, 23, 59), region=town)
    told = refused.value.facts["fields"]["region"]
    assert told == "西镇从 2026-03-03 起由本热线服务，请拨打当地的热线"
    assert not WorkOrder.objects.exists()
    assert Story(world).created(at(3, 0, 0), region=town).order.region == town
