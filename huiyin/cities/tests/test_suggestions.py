"""The catalogue of Dezhou leads to a unit of the place, for every item and every county."""

from __future__ import annotations

from collections import Counter

import pytest

from huiyin.cities.tests.support import Copy
from huiyin.dispatch import queries
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Region, Unit
from tests.world import at

pytestmark = [pytest.mark.rule("R-69"), pytest.mark.usefixtures("loaded")]


def asked(category: str, region: str) -> list[tuple[str, str]]:
    order = WorkOrder(
        category=Category.objects.get(code=category), region=Region.objects.get(code=region)
    )
    return [(each.item.code, each.unit.name) for each in queries.suggestions(order, at(2))]


def test_matters_of_a_street() -> None:
    assert asked("010101", "371402001") == [
        ("PD001", "德城区综合行政执法局"),
        ("PD002", "德城区新湖街道办事处"),
    ]
    assert asked("040402", "371402001") == [("PD032", "德州市城区供热企业")]


def test_a_county_level_matter_stays_in_the_county(loaded: Copy) -> None:
    assert loaded
    item = CatalogueItem.objects.get(code="PD008")
    for county in Region.objects.filter(level="county"):
        order = WorkOrder(category=item.category, region=county)
        (found,) = queries.suggestions(order, at(2))
        assert found.unit.region_id == county.pk
        assert found.unit.kind in ("county_bureau", "county")


def test_every_item_leads_to_a_unit_that_can_be_given_work() -> None:
    kinds: Counter[str] = Counter()
    street = Region.objects.get(code="371402001")
    for item in CatalogueItem.objects.select_related("category"):
        order = WorkOrder(category=item.category, region=street)
        for found in queries.suggestions(order, at(2)):
            assert found.unit.active
            assert found.unit not in found.assist
            kinds[found.unit.kind] += 1
    assert not {"centre", "vendor", "community"} & set(kinds)
    assert Unit.objects.filter(kind="community").exists()
