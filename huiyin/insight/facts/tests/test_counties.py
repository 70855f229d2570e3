"""Figures of one county: who sees them, what they sum, which orders stand behind them."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.insight.facts import actions, county_queries
from huiyin.insight.facts.county_queries import BY_KEY, INTAKE, Period
from huiyin.orgs.models import Region, Unit
from tests.world import Story, at

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31), date(2026, 3, 11))


@pytest.fixture
def told(story: Story) -> Story:
    """Return a story of one order that the township held too long and one of a city bureau."""
    place = Region.objects.create(code="370001", name="东县", level="county")
    Unit.objects.filter(code="county").update(region=place)
    Story(story.world).created().submitted().dispatched()
    story.created(region=place).submitted().dispatched(lead=story.world.township)
    actions.close_days(date(2026, 3, 11), now=at(12, 1))
    return story


@pytest.mark.rule("R-394")
def test_a_county_is_the_sum_of_its_units_and_each_figure_leads_to_its_orders(told: Story) -> None:
    manager, world = told.world.actor("manager"), told.world
    [county] = county_queries.counties(manager)
    assert county == world.county
    rows = county_queries.by_unit(manager, county, MARCH)
    assert [row.unit for row in rows] == [world.county, world.township]
    figures = rows[1].figures
    assert (figures["dispatched"], figures["due"], figures["on_time"], figures["overdue"]) == (
        1, 1, 0, 1,
    )  # fmt: skip
    assert (rows[1].on_time_rate, rows[1].satisfied_rate) == (0.0, None)
    assert county_queries.together(rows).figures == figures
    units = [unit.pk for unit in county_queries.units_of(manager, county)]
    for key, value in figures.items():
        page = county_queries.orders_of(manager, BY_KEY[key], MARCH, units=units)
        assert [order.pk for order in page.rows] == [told.order.pk] * value, key
    assert county.region is not None
    assert county_queries.intake([county.region.pk], MARCH) == 1
    page = county_queries.orders_of(manager, INTAKE, MARCH, regions=[county.region.pk])
    assert list(page.rows) == [told.order]
    before = Period(date(2026, 2, 1), date(2026, 2, 28), MARCH.as_of)
    assert county_queries.intake([county.region.pk], before) == 0
    assert not any(any(r.figures.values()) for r in county_queries.by_unit(manager, county, before))


@pytest.mark.rule("R-394")
def test_staff_of_a_unit_see_what_is_below_them(told: Story) -> None:
    world = told.world
    street, county, bureau = (
        world.actor(who) for who in ("township_handler", "county_handler", "water_leader")
    )
    assert county_queries.counties(bureau) == []
    assert county_queries.counties(street) == [world.county]
    assert not county_queries.sees_whole(street, world.county)
    assert county_queries.sees_whole(county, world.county)
    assert [r.unit for r in county_queries.by_unit(street, world.county, MARCH)] == [world.township]
    assert county_queries.unit_of(street, "county") is None
    assert county_queries.unit_of(county, "township") == world.township
    assert county_queries.unit_of(world.actor("manager"), "water") is None
