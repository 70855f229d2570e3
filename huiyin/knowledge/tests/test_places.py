"""Rows of the catalogue that hold in some places only: the narrowest place first, by date."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.knowledge import queries, rules
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.orgs.models import Region
from tests.world import World

CITY, COUNTY, STREET, OTHER = "370000", "370001", "370001001", "370002"
THERE = (CITY, COUNTY, STREET)
ROWS = (
    # code, category, places, from, to
    ("CITY", "0404", [], "2026-01-01", None),
    ("ABOVE", "04", [], "2026-01-01", None),
    ("COUNTY", "0404", [COUNTY], "2026-02-01", "2026-04-01"),
    ("STREET", "04", [STREET, OTHER], "2026-03-01", "2026-05-01"),
    ("OTHER", "0404", [OTHER], "2026-01-01", None),
)


@pytest.mark.rule("R-510")
@pytest.mark.parametrize(
    ("regions", "places", "narrow"),
    [
        ([], (), 0),
        ([], THERE, 0),
        ([COUNTY], THERE, 2),
        ([STREET], THERE, 3),
        ([COUNTY, STREET], THERE, 3),
        ([STREET], (CITY, COUNTY), None),
        ([OTHER], THERE, None),
        ([COUNTY], (), None),
        ([STREET], (CITY, STREET), 2),
    ],
)
def test_how_narrow_a_place_is(regions, places, narrow) -> None:
    assert rules.narrowness(regions, places) == narrow


@pytest.mark.rule("R-510")
@pytest.mark.parametrize(
    ("day", "places", "codes"),
    [
        ("2026-01-31", THERE, ["CITY", "ABOVE"]),
        ("2026-02-01", THERE, ["COUNTY", "CITY", "ABOVE"]),
        ("2026-03-01", THERE, ["STREET", "COUNTY", "CITY", "ABOVE"]),
        ("2026-03-31", THERE, ["STREET", "COUNTY", "CITY", "ABOVE"]),
        ("2026-04-01", THERE, ["STREET", "CITY", "ABOVE"]),
        ("2026-05-01", THERE, ["CITY", "ABOVE"]),
        ("2026-03-15", (CITY, COUNTY), ["COUNTY", "CITY", "ABOVE"]),
        ("2026-03-15", (CITY, OTHER), ["OTHER", "STREET", "CITY", "ABOVE"]),
        ("2026-03-15", (), ["CITY", "ABOVE"]),
    ],
)
def test_who_is_responsible_where_and_when(world: World, day, places, codes) -> None:
    categories = {each.code: each for each in Category.objects.all()}
    CatalogueItem.objects.bulk_create(
        CatalogueItem(
            code=code, category=categories[category], matter="供热", lead=world.water,
            regions=regions, valid_from=date.fromisoformat(since),
            valid_to=date.fromisoformat(until) if until else None,
        )
        for code, category, regions, since, until in ROWS
    )  # fmt: skip
    found = queries.responsible_for(world.heating, date.fromisoformat(day), places)
    assert [item.code for item in found] == codes


@pytest.mark.rule("R-510")
def test_a_row_is_found_by_the_name_of_its_place(world: World) -> None:
    Region.objects.create(code=COUNTY, name="东县", level="county")
    for code, regions in (("P1", [COUNTY]), ("P2", [])):
        CatalogueItem.objects.create(
            code=code, category=world.heating, matter="供热", lead=world.water,
            regions=regions, valid_from=date(2026, 1, 1),
        )  # fmt: skip
    day = date(2026, 3, 1)
    assert [row.code for row in queries.catalogue("东县", day).rows] == ["P1"]
    assert [row.code for row in queries.catalogue("供热", day).rows] == ["P1", "P2"]
