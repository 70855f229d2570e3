"""What is suggested at intake and dispatch, by what, and what is kept of it."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.dispatch.learning import actions, queries
from huiyin.dispatch.learning.hints import Draft, hints_for
from huiyin.dispatch.learning.models import Suggested
from huiyin.dispatch.learning.routes import routes
from huiyin.dispatch.learning.rules import Costs, share_right, share_wrong
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.states import Field, Purpose, Source
from huiyin.dispatch.learning.tests.messages import samples
from huiyin.kernel import cached
from huiyin.knowledge.models import CatalogueItem, Parameter
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Area, Region, Unit, UnitChange
from tests.world import START, Story, World, at

HEAT = Draft("", "新湖街道的暖气片冰凉，暖气不热，请帮忙", "")


@pytest.fixture
def land(world: World) -> World:
    city = Region.objects.get(level="city")
    county = Region.objects.create(code="370001", name="东县", level="county", parent=city)
    street = Region.objects.create(code="370001001", name="新湖街道", level="street", parent=county)
    Unit.objects.filter(pk=world.township.pk).update(region=street)
    return world


def learn(purpose: Purpose, names: dict[str, str]) -> None:
    found = [Sample(s.title, s.detail, names[s.label], s.at) for s in samples(160)]
    actions.learn(found, purpose, source="t", by="t", costs=Costs(), now=at(1))
    cached.forget_all()


def told(draft: Draft) -> dict[Field, tuple[str, Source]]:
    return {hint.field: (hint.value, hint.source) for hint in hints_for(draft, at(2))}


@pytest.mark.rule("R-375")
def test_a_city_that_has_learned_nothing_suggests_by_its_names(land: World) -> None:
    found = told(Draft("", "新湖街道供热不好，请帮忙"))
    assert found == {
        Field.CATEGORY: ("0404", Source.NAMES),
        Field.KIND: ("help", Source.WORDS),
        Field.REGION: ("370001001", Source.PLACE),
    }
    assert not any(hint.sure for hint in hints_for(Draft("", "供热不好"), at(2)))


@pytest.mark.rule("R-375")
def test_what_was_learned_comes_first_where_it_is_sure(land: World) -> None:
    names = {"供热": "0404", "道路": "x1", "噪声": "x2", "教育": "x3"}
    learn(Purpose.CATEGORY, names)
    assert told(HEAT)[Field.CATEGORY] == ("0404", Source.LEARNED)
    # a category that is no longer in use is never suggested
    assert Field.CATEGORY not in told(Draft("路灯不亮", "路灯不亮，井盖丢失"))


def test_every_field_can_be_switched_off(land: World, django_assert_num_queries) -> None:
    hints_for(HEAT, at(2))
    with django_assert_num_queries(0):
        assert hints_for(HEAT, at(2))
    for field in Field:
        Parameter.objects.create(
            key=f"suggest.{field.value}", value=False, valid_from=START, source="t", text="t"
        )
    cached.forget_all()
    assert hints_for(HEAT, at(2)) == []
    order = Story(land).created().submitted().order
    assert routes(order, at(2)).found == ()


@pytest.mark.rule("R-480")
@pytest.mark.parametrize(
    ("content", "region", "sure"),
    [
        ("幸福里社区的路灯坏了", "370001001", True),
        ("幸福里社区居委会态度不好", "370001001", True),
        ("新湖第三网格井盖丢失", "370001001", True),
        ("和平村门前积水", "370001001", False),
        ("西县和平村门前积水", "370002001", True),
        ("和平街积水", "", False),
        ("东关新村的路灯坏了", "", False),
    ],
)
def test_a_community_or_grid_tells_its_street(
    land: World, content: str, region: str, sure: bool
) -> None:
    city = Region.objects.get(level="city")
    west = Region.objects.create(code="370002", name="西县", level="county", parent=city)
    Region.objects.create(code="370002001", name="城关镇", level="street", parent=west)
    for level, code, name, street in (
        ("community", "C1", "幸福里社区居委会", "370001001"),
        ("community", "C2", "和平村村委会", "370001001"),
        ("community", "C3", "和平村", "370002001"),
        ("community", "C4", "东关新村", ""),
        ("community", "C5", "新村", "370002001"),
        ("grid", "G3", "新湖第三网格", "370001001"),
    ):
        Area.objects.create(
            level=level, code=code, name=name, region_code=street, shapes=[], loaded_at=at(1)
        )
    cached.forget_all()
    hints = {hint.field: hint for hint in hints_for(Draft("", content), at(2))}
    found = hints.get(Field.REGION)
    assert (found.value if found else "") == region
    assert bool(found and found.sure) is sure
    order = Story(land).created(content=content, place="").submitted().order
    units = [each.unit for each in routes(order, at(2)).found if each.source is Source.TERRITORY]
    assert units == ([land.township] if sure and region == "370001001" else [])


@pytest.mark.rule("R-530")
@pytest.mark.parametrize(
    ("place", "point", "unit", "why"),
    [
        ("", (0.5, 0.5), "water", "属地：一号园区（地图位置）"),
        ("370001", (0.5, 0.5), "water", "属地：一号园区（地图位置）"),
        ("370001001", (0.5, 0.5), "water", "属地：一号园区（地图位置）"),
        ("370002", (0.5, 0.5), None, ""),
        ("", (2.5, 0.5), "housing", "属地：二号园区（地图位置）"),
        ("", (4.5, 0.5), "township", "属地：新湖街道"),
        ("", None, None, ""),
    ],
)
def test_a_point_suggests_who_looks_after_it(land: World, place, point, unit, why) -> None:
    import shapely

    city = Region.objects.get(level="city")
    Region.objects.create(code="370002", name="西县", level="county", parent=city)
    ended = Unit.objects.create(code="old", name="旧单位", kind="bureau", active=False)
    UnitChange.objects.create(
        kind="merge", unit=ended, successor=land.housing, effective=date(2026, 1, 1), basis="t",
        state="done", planned_at=at(1), planned_by="t",
    )  # fmt: skip
    parks = (("一号园区", land.water.code), ("二号园区", "old"), ("三号园区", "gone"))
    for at_, (name, code) in enumerate(parks):
        shape = shapely.to_wkb(shapely.box(2 * at_, 0, 2 * at_ + 1, 1))
        Area.objects.create(
            level="grid", code=str(at_), name=name, region_code="370001001", unit_code=code,
            shapes=[shape], loaded_at=at(1),
        )  # fmt: skip
    cached.forget_all()
    region = Region.objects.filter(code=place).first()
    longitude, latitude = point or (None, None)
    order = Story(land).created(content="门口的路灯坏了", place="", region=region).submitted().order
    WorkOrder.objects.filter(pk=order.pk).update(longitude=longitude, latitude=latitude)
    order.refresh_from_db()
    found = [each for each in routes(order, at(2)).found if each.source is Source.TERRITORY]
    assert [(each.unit, each.why) for each in found] == (
        [(getattr(land, unit), why)] if unit else []
    )


@pytest.mark.rule("R-377")
def test_units_in_the_order_of_their_grounds(land: World, django_assert_max_num_queries) -> None:
    CatalogueItem.objects.create(
        code="P1", category=land.heating, matter="供热", lead=land.housing, lead_level="city",
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    learn(Purpose.UNIT, {"供热": "water", "道路": "housing", "噪声": "county", "教育": "township"})
    region = Region.objects.get(code="370001001")
    content = "暖气片冰凉，热力公司没有供暖，供热管道漏水"
    order = Story(land).created(region=region, content=content).submitted().order
    with django_assert_max_num_queries(13):
        found = routes(order, at(2))
    assert [(each.unit, each.source) for each in found.found] == [
        (land.housing, Source.CATALOGUE),
        (land.water, Source.LEARNED),
        (land.township, Source.TERRITORY),
    ]
    assert found.found[0].probability == pytest.approx(0.95)
    WorkOrder.objects.filter(pk=order.pk).update(title="", place="", content="zzz")
    order.refresh_from_db()
    unsure = routes(order, at(2))
    assert Source.LEARNED not in [each.source for each in unsure.found]


@pytest.mark.rule("R-377")
def test_a_ruling_of_the_same_matter_comes_next(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched().return_refused().contested()
    from huiyin.orders import actions as orders

    orders.rule(
        story.order.pk, lead=world.housing, basis="三定方案", by=world.actor("manager"), now=at(3)
    )
    cached.forget_all()
    other = Story(world).created().submitted().order
    (found,) = routes(other, at(4)).found
    assert (found.unit, found.source) == (world.housing, Source.RULING)
    assert story.order.number in found.why


@pytest.mark.rule("R-378")
def test_wrong_dispatches_are_counted_from_accepted_returns(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched().return_asked()
    from huiyin.orders import actions as orders

    orders.grant_return(story.order.pk, by=world.actor("dispatcher"), now=at(3))
    Story(world).created().submitted().dispatched()
    (route,) = queries.wrong_routes(at(1), at(5))
    assert (route.category, route.unit) == (world.heating, world.water)
    assert (route.dispatched, route.returned, route.rate) == (2, 1, 0.5)
    assert route.numbers == (story.order.number,)
    assert queries.wrong_routes(at(5), at(6)) == []


@pytest.mark.rule("R-378")
@pytest.mark.parametrize(("given", "back", "share"), [(0, 0, 0.05), (20, 19, 0.5), (180, 9, 0.05)])
def test_few_cases_are_drawn_to_the_usual(given, back, share) -> None:
    assert share_wrong(given, back) == pytest.approx(share)


@pytest.mark.rule("R-377")
def test_a_ruling_holds_the_surer_the_oftener() -> None:
    assert share_right(1, 0) < share_right(3, 0) < 1
    assert share_right(1, 1) < share_right(1, 0)


@pytest.mark.rule("R-379")
def test_what_was_shown_and_chosen_is_kept(story: Story, django_assert_num_queries) -> None:
    order = story.created().order
    offers = [
        actions.Offer(Field.TAGS, "elderly", "涉老", 0.7, Source.WORDS),
        actions.Offer(Field.CATEGORY, "0404", "供热", 0.9, Source.LEARNED),
        actions.Offer(Field.REGION, "1", "新湖", 0.9, Source.PLACE),
    ]
    chosen = {Field.TAGS: "minor,elderly", Field.CATEGORY: "0405"}
    with django_assert_num_queries(1):
        assert actions.record(order.pk, offers, chosen, now=at(2)) == 3
    assert dict(Suggested.objects.values_list("field", "taken")) == {
        "tags": True,
        "category": False,
        "place": False,
    }
    with django_assert_num_queries(0):
        actions.record(order.pk, [], {}, now=at(2))
