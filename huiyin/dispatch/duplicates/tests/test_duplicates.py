"""Which orders are likely the same event, and why."""

from __future__ import annotations

import pytest

from huiyin.dispatch import rules
from huiyin.dispatch.duplicates.queries import likely_duplicates
from huiyin.dispatch.rules import Sameness, Spot
from huiyin.knowledge.models import Category, Parameter
from huiyin.orders import actions
from tests.world import START, Story, at

HERE = Spot(b"k", "幸福小区3号楼", 116.3000, 37.4500)


@pytest.mark.rule("R-125")
@pytest.mark.parametrize(
    ("other", "found"),
    [
        (Spot(b"k", ""), {Sameness.CALLER}),
        (Spot(b"", "幸福小区3号楼"), {Sameness.PLACE}),
        (Spot(b"", "", 116.3004, 37.4500), {Sameness.NEAR}),
        (Spot(b"", "", 116.3007, 37.4500), set()),
        (Spot(b"x", "幸福小区4号楼", 116.4, 37.45), set()),
        (Spot(b"k", "幸福小区3号楼", 116.3, 37.45), set(Sameness)),
        (Spot(b"", "", None, None), set()),
    ],
)
def test_the_same_number_the_same_place_or_near(other: Spot, found: set[Sameness]) -> None:
    assert set(rules.sameness(HERE, other, metres=50)) == found


@pytest.mark.rule("R-125")
def test_no_number_and_no_place_are_never_the_same() -> None:
    nobody = Spot(b"", "", None, None)
    assert rules.sameness(nobody, nobody, metres=50) == {}
    assert rules.distance(HERE, Spot(b"", "", 116.3, 37.4504)) == pytest.approx(44.5, abs=0.5)
    assert rules.box_around(nobody, 50) is None
    west, south, east, north = rules.box_around(HERE, 50)
    assert rules.distance(HERE, Spot(b"", "", 116.3, north)) == pytest.approx(50, abs=0.1)
    assert west < HERE.longitude < east


@pytest.mark.rule("R-125")
def test_open_or_lately_closed_orders_of_the_class(story: Story) -> None:
    world = story.world
    order = story.created(place="", longitude=116.3, latitude=37.45).order
    same = Story(world).created(place="东风路 1 号").order
    near = (
        Story(world)
        .created(place="", phone="13900003333", longitude=116.3003, latitude=37.45)
        .order
    )
    other_class = Category.objects.create(code="0405", name="供水", full_name="公共服务/供水")
    Story(world).created(category=other_class)
    Story(world).created(place="", phone="13900004444", longitude=117.0, latitude=37.45)
    order = type(order).objects.select_related("category", "requester").get(pk=order.pk)
    found = {each.order.pk: each.why for each in likely_duplicates(order, at(2, 10))}
    assert set(found) == {same.pk, near.pk}
    assert found[same.pk] == ("同一号码", "内容一字不差")
    assert found[near.pk][0].startswith("相距 2")


@pytest.mark.rule("R-125")
@pytest.mark.parametrize(("days", "there"), [(30, True), (1, False)])
def test_closed_ones_count_as_long_as_the_city_says(story: Story, days: int, there: bool) -> None:
    Parameter.objects.create(
        key="duplicate.days", value=days, valid_from=START, source="t", text="t"
    )
    done = story.created().order
    actions.answer(done.pk, by=story.world.actor("agent"), text_="供热期到三月十五日", now=at(2))
    order = Story(story.world).created().order
    assert [each.order.pk for each in likely_duplicates(order, at(6))] == (
        [done.pk] if there else []
    )


@pytest.mark.rule("R-125")
def test_a_merged_order_stands_for_its_main_order(story: Story, django_assert_max_num_queries):
    world = story.world
    main = story.created(phone="13900005555", place="别处很远").submitted().order
    merged = Story(world).created().submitted().order
    actions.merge(merged.pk, by=world.actor("dispatcher"), main=main.pk, now=at(2, 11))
    order = Story(world).created().order
    likely_duplicates(order, at(2, 12))
    with django_assert_max_num_queries(6):
        found = likely_duplicates(order, at(2, 12))
    assert [each.order.pk for each in found] == [main.pk]
    assert f"{merged.number} 已并入此单" in found[0].why
    order.category = None
    found = likely_duplicates(order, at(2, 12))
    assert [each.order.pk for each in found] == [main.pk], "without a class the words must agree"
    order.content = "换成完全不同的一件事情，说的是路灯不亮。"
    assert likely_duplicates(order, at(2, 12)) == []
