"""Rulings about duties: which hold, for which orders, and one at a time."""

from __future__ import annotations

import pytest

from huiyin.dispatch.boundaries import actions, queries
from huiyin.dispatch.boundaries.actions import Boundary
from huiyin.dispatch.boundaries.models import BoundaryRuling
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import Category
from huiyin.orgs.models import Region
from tests.races import at_once, outcome
from tests.world import Story, World, at


def ruled(world: World, **changes: object) -> BoundaryRuling:
    values: dict[str, object] = {
        "category": world.heating, "region": None, "lead": world.housing, "matter": "楼内管道",
        "basis": "楼内管道由市住建局负责", "document": "XT000001",
        "assist": [world.water, world.housing],
    } | changes  # fmt: skip
    by = world.actor("supervisor")
    return actions.rule(Boundary(**values), by=by, now=at(3))  # type: ignore[arg-type]


@pytest.mark.rule("R-446")
def test_the_nearest_class_and_place_come_first(story: Story, django_assert_max_num_queries):
    world = story.world
    city = Region.objects.get(code="370000")
    county = Region.objects.create(code="370001", name="东县", level="county", parent=city)
    other = Region.objects.create(code="370002", name="西县", level="county", parent=city)
    top = Category.objects.get(code="04")
    wide = ruled(world, category=top)
    ruled(world, region=other)
    near, here = ruled(world), ruled(world, region=county, lead=world.water)
    order = story.created(region=county).order
    queries.about(order)
    with django_assert_max_num_queries(3):
        assert queries.about(order) == [here, near, wide]
    assert [a.unit for a in here.assists.all()] == [world.housing], "the lead does not assist"
    order.category = None
    assert queries.about(order) == []


@pytest.mark.rule("R-446")
def test_a_later_ruling_takes_the_place_of_the_earlier(world: World) -> None:
    first, second = ruled(world), ruled(world, lead=world.water)
    assert list(queries.in_force()) == [second]
    assert list(queries.listed().rows) == [second]
    assert list(queries.listed(past=True).rows) == [second, first]


@pytest.mark.rule("R-446")
@pytest.mark.parametrize("missing", [{"category": None}, {"lead": None}, {"basis": "归它"}])
def test_what_is_not_ruled(world: World, missing) -> None:
    with pytest.raises(Invalid):
        ruled(world, **missing)
    assert not BoundaryRuling.objects.exists()


@pytest.mark.rule("R-446")
def test_of_two_rulings_at_once_one_is_in_force(standing_world: World) -> None:
    world = standing_world
    done, refused = outcome(at_once(lambda: ruled(world), lambda: ruled(world, lead=world.water)))
    assert (len(done), refused) == (2, [])
    assert queries.in_force().count() == 1
