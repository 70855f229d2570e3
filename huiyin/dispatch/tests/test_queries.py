"""What the catalogue suggests for an order, read from the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from huiyin.dispatch import queries
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs import succession
from huiyin.orgs.models import Region, Unit
from tests.world import Story, World, at, unit

pytestmark = pytest.mark.rule("R-69")


@dataclass
class Land:
    """The small city with places, and a housing bureau in its one county."""

    world: World
    street: Region
    county: Region
    zone: Region
    bureau: Unit
    water_bureau: Unit

    def item(self, code: str = "P1", **values: object) -> CatalogueItem:
        defaults = {
            "category": self.world.heating, "matter": "供热不热", "lead": self.world.housing,
            "lead_level": "county", "valid_from": date(2026, 1, 1),
        }  # fmt: skip
        return CatalogueItem.objects.create(code=code, **(defaults | values))

    def order(self, region: Region | None, **values: object) -> WorkOrder:
        return Story(self.world).created(region=region, **values).order


@pytest.fixture
def land(world: World) -> Land:
    city = Region.objects.get(level="city")
    county = Region.objects.create(code="370001", name="东县", level="county", parent=city)
    zone = Region.objects.create(code="370002", name="新区", level="county", parent=city)
    street = Region.objects.create(code="370001001", name="东关镇", level="street", parent=county)
    unit("zone", "新区管委会", "county")
    bureau = unit("c-housing", "东县住建局", "county_bureau", world.county)
    water = unit("c-water", "东县水务局", "county_bureau", world.county)
    for code, region, superior in (
        ("county", county, None), ("zone", zone, None), ("township", street, None),
        ("c-housing", county, world.housing), ("c-water", county, world.water),
    ):  # fmt: skip
        Unit.objects.filter(code=code).update(region=region, superior=superior)
    return Land(world, street, county, zone, bureau, water)


def test_the_local_unit_is_named_with_the_reason(land: Land) -> None:
    item = land.item(assist_codes=["water", "vendor-gone"])
    order = land.order(land.street)
    (found,) = queries.suggestions(order, at(2))
    assert (found.unit, found.item) == (land.bureau, item)
    assert found.why == "派单目录规定由县级部门办理，东县对口市住建局的部门"
    assert found.assist == (land.water_bureau,)


@pytest.mark.parametrize(
    ("level", "where", "unit_code", "why"),
    [
        ("city", "street", "housing", "派单目录规定由市住建局办理"),
        ("", "street", "housing", "派单目录规定由市住建局办理"),
        ("county", "zone", "zone", "新区没有对口市住建局的部门，由新区统筹"),
        ("county", None, "housing", "没有写明发生在哪个县市区，先由市住建局办理"),
        ("township", "street", "township", "派单目录规定由属地乡镇街道办理，市住建局指导"),
        ("township", "county", "county", "没有写明发生在哪个街道乡镇，先由东县安排，市住建局指导"),
    ],
)
def test_each_level_and_place(land: Land, level, where, unit_code, why) -> None:
    land.item(lead_level=level)
    order = land.order(getattr(land, where) if where else None)
    (found,) = queries.suggestions(order, at(2))
    assert (found.unit.code, found.why) == (unit_code, why)


def test_a_place_without_units_falls_back_to_the_lead(land: Land) -> None:
    land.item()
    Unit.objects.filter(code="zone").update(active=False)
    (found,) = queries.suggestions(land.order(land.zone), at(2))
    assert (found.unit, found.why) == (land.world.housing, "新区没有承办单位，先由市住建局办理")
    Unit.objects.filter(code="township").update(active=False)
    land.item(code="P2", lead_level="township", lead=land.world.water)
    last = queries.suggestions(land.order(land.street), at(2))[-1]
    assert last.why == "东关镇没有承办单位，先由东县安排，市水务局指导"


def test_the_nearest_matter_comes_first_and_each_unit_once(land: Land) -> None:
    above = Category.objects.get(code="04")
    land.item("P1", category=above)
    land.item("P2", category=above, lead=land.world.water)
    land.item("P3", lead_level="township")
    land.item("P4")
    found = queries.suggestions(land.order(land.street), at(2))
    assert [(each.item.code, each.unit.code) for each in found] == [
        ("P3", "township"), ("P4", "c-housing"), ("P2", "c-water"),
    ]  # fmt: skip


@pytest.mark.rule("R-510")
def test_a_row_for_a_place_leads_there_and_nowhere_else(land: Land) -> None:
    land.item("P1", lead_level="city")
    land.item("P2", lead_level="city", lead=land.world.water, regions=[land.street.code])
    offered = queries.suggestions(land.order(land.street), at(2))
    assert [each.unit.code for each in offered] == ["water", "housing"]
    assert offered[0].why == "派单目录规定由市水务局办理（目录限定东关镇）"
    for elsewhere in (land.zone, land.county, None):
        (only,) = queries.suggestions(land.order(elsewhere), at(2))
        assert only.unit == land.world.housing


def test_items_that_do_not_hold_and_leads_that_are_gone_say_nothing(land: Land) -> None:
    land.item("P1", valid_from=date(2026, 3, 3))
    land.item("P2", valid_to=date(2026, 3, 2))
    land.item("P3", lead=None)
    gone = unit("gone", "撤并的局", "bureau")
    Unit.objects.filter(pk=gone.pk).update(active=False)
    land.item("P4", lead=gone)
    order = land.order(land.street)
    assert queries.suggestions(order, at(2)) == []
    assert [each.item.code for each in queries.suggestions(order, at(3))] == ["P1"]


def test_the_day_is_the_local_one(land: Land) -> None:
    land.item(valid_from=date(2026, 3, 3))
    order = land.order(land.street)
    assert queries.suggestions(order, at(2, 23, 59)) == []
    assert len(queries.suggestions(order, at(3, 0, 0))) == 1


def test_nothing_is_suggested_without_a_category(land: Land, django_assert_num_queries) -> None:
    order = land.order(land.street, category=None)
    with django_assert_num_queries(0):
        assert queries.suggestions(order, at(2)) == []


def test_the_lead_does_not_assist_itself(land: Land) -> None:
    land.item(assist_codes=["housing", "housing", "water"])
    (found,) = queries.suggestions(land.order(land.street), at(2))
    assert found.assist == (land.water_bureau,)


def test_it_takes_three_queries(land: Land, django_assert_num_queries) -> None:
    for number in range(5):
        land.item(f"P{number}", assist_codes=["water", "housing"])
    order = WorkOrder.objects.select_related("category").get(pk=land.order(land.street).pk)
    succession.heritages()  # remembered
    with django_assert_num_queries(3):
        found = queries.suggestions(order, at(2))
        assert [str(each.unit) for each in found] == ["东县住建局"]
