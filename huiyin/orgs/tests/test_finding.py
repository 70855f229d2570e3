"""Finding units, places and colleagues by name, initials and sound."""

from __future__ import annotations

import pytest

from huiyin.orgs import finding_queries as queries
from huiyin.orgs.models import Region
from tests.world import World

pytestmark = pytest.mark.rule("R-304")


def test_units_are_found_by_name_and_by_sound(world: World) -> None:
    assert queries.units_meant("市水務局") == [world.water]
    assert queries.units_meant("housing") == [world.housing]
    assert queries.units_meant("住建居") == [world.housing]
    assert queries.units_meant("住建居", heard=False) == []
    assert queries.units_meant("  ") == []


def test_places_are_found_by_name_initials_and_sound(world: World) -> None:
    lake = Region.objects.create(code="370001001", name="新湖街道", level="street")
    for typed in ("新湖", "xhjd", "新胡街到"):
        assert queries.regions_meant(typed) == [lake]
    for typed in ("新", "xhjz", "旧湖街道"):
        assert queries.regions_meant(typed) == []


def test_colleagues_are_found_as_far_as_they_may_be_seen(world: World) -> None:
    leader = world.people["water_leader"]
    leader.name = "李国强"
    leader.save()
    for typed in ("李国强", "lgq", "国强 水务"):
        assert queries.people_meant(world.actor("agent"), typed) == [leader]
    assert queries.people_meant(world.actor("water_handler"), "lgq") == [leader]
    assert queries.people_meant(world.actor("housing_handler"), "lgq") == []
    assert world.people["agent"] in queries.people_meant(world.actor("housing_handler"), "热线")
