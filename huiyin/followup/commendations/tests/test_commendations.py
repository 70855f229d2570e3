"""The register of thanks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from huiyin.followup.commendations import actions, queries
from huiyin.followup.commendations.models import Commendation
from huiyin.followup.commendations.queries import CommendationFilter
from huiyin.followup.commendations.states import Form
from huiyin.kernel.errors import Invalid, NotAllowed, WrongType
from huiyin.orders.actions.files import Upload
from tests.permissions.thanks import thank
from tests.world import Story, at


def entry(story: Story) -> actions.Entry:
    return actions.Entry(
        Form.LETTER, date(2026, 3, 2), "连夜抢修，恢复供热", story.world.water, "王小明", "张师傅"
    )


@pytest.mark.rule("R-135")
def test_thanks_are_kept_with_the_giver_sealed(story: Story) -> None:
    order = story.created().order
    by = story.world.actor("agent")
    row = actions.add(replace(entry(story), order=order.number), by=by, now=at(3))
    assert (row.giver_masked, row.order_id, row.form) == ("王**", order.pk, "letter")
    assert "王小明".encode() not in bytes(Commendation.objects.get().giver_sealed)
    assert [each.pk for each in queries.of_order(order)] == [row.pk]


@pytest.mark.rule("R-135")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": ""}, "words"),
        ({"unit": None}, "unit"),
        ({"on": date(2026, 3, 9)}, "on"),
        ({"on": None}, "on"),
        ({"giver": "长" * 41}, "giver"),
        ({"order": "26030299999994"}, "order"),
    ],
)
def test_an_entry_is_whole(story: Story, changes: dict, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.add(replace(entry(story), **changes), by=story.world.actor("agent"), now=at(3))
    assert set(refusal.value.facts["fields"]) == {field}
    assert not Commendation.objects.exists()


@pytest.mark.rule("R-135")
def test_only_the_centre_writes_and_only_pictures_are_kept(story: Story) -> None:
    with pytest.raises(NotAllowed):
        actions.add(entry(story), by=story.world.actor("water_handler"), now=at(3))
    photo = Upload("a.pdf", b"%PDF-1.4 x")
    with pytest.raises(WrongType):
        actions.add(entry(story), photo=photo, by=story.world.actor("agent"), now=at(3))


@pytest.mark.rule("R-135")
def test_units_are_counted(story: Story, django_assert_max_num_queries) -> None:
    world = story.world
    for _ in range(3):
        thank(story)
    actions.add(replace(entry(story), unit=world.housing), by=world.actor("agent"), now=at(3))
    everything = CommendationFilter()
    assert queries.by_unit(world.actor("agent"), everything) == [("市水务局", 3), ("市住建局", 1)]
    assert queries.by_unit(world.actor("housing_handler"), everything) == [("市住建局", 1)]
    with django_assert_max_num_queries(1):
        page = queries.listed(world.actor("agent"), CommendationFilter(form="banner"))
        assert [row.unit.name for row in page.rows] == ["市水务局"] * 3
    late = CommendationFilter(since=date(2026, 3, 3), until=date(2026, 3, 4), unit=world.water)
    assert not queries.listed(world.actor("agent"), late).rows
    assert queries.photo_for(world.actor("housing_handler"), page.rows[0].pk) is None
    assert queries.photo_for(world.actor("water_handler"), page.rows[0].pk) is not None
