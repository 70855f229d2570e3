"""Which unit near the place handles a matter: a table of places and levels."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from huiyin.dispatch.rules import How, Place, choose, counterpart
from huiyin.knowledge.states import LeadLevel

pytestmark = pytest.mark.rule("R-69")

EAST, WEST, EAST_STREET, WEST_STREET = 1, 2, 11, 22


@dataclass(frozen=True)
class U:
    pk: int
    kind: str
    region_id: int | None = None
    superior_id: int | None = None


LEAD = U(100, "bureau")
COUNTY = U(1, "county", EAST)
BUREAU = U(2, "county_bureau", EAST, 100)
TEAM = U(3, "sub_unit", EAST, 100)
OTHER = U(4, "county_bureau", EAST, 101)
TOWN = U(5, "township", EAST_STREET)
VILLAGE = U(6, "community", EAST, 100)
ZONE = U(7, "county", WEST)
NEAR = (COUNTY, VILLAGE, OTHER, BUREAU, TEAM, TOWN, ZONE)

AT_STREET = Place(EAST, EAST_STREET)
IN_COUNTY = Place(EAST)
IN_ZONE = Place(WEST, WEST_STREET)
NOWHERE = Place()


@pytest.mark.rule("R-170")
def test_the_hotline_office_stands_in_for_its_county() -> None:
    office = U(8, "sub_centre", WEST)
    chosen = choose(LeadLevel.COUNTY, LEAD, (*NEAR, office), IN_ZONE)
    assert chosen == (office, How.COUNTY)
    assert choose(LeadLevel.COUNTY, LEAD, (*NEAR, office), AT_STREET) == (BUREAU, How.GUIDED)


@pytest.mark.parametrize(
    ("level", "place", "unit", "how"),
    [
        pytest.param("city", AT_STREET, None, How.ITSELF, id="city: wherever it is"),
        pytest.param("city", NOWHERE, None, How.ITSELF, id="city: place not known"),
        pytest.param("county", AT_STREET, BUREAU, How.GUIDED, id="county: the bureau there"),
        pytest.param("county", IN_COUNTY, BUREAU, How.GUIDED, id="county: street not known"),
        pytest.param("county", IN_ZONE, ZONE, How.COUNTY, id="county: no bureau there"),
        pytest.param("county", NOWHERE, None, How.LEAD, id="county: place not known"),
        pytest.param("county", Place(99), None, How.LEAD, id="county: no unit there at all"),
        pytest.param("township", AT_STREET, TOWN, How.TOWNSHIP, id="township: the town there"),
        pytest.param("township", IN_COUNTY, COUNTY, How.COUNTY, id="township: only the county"),
        pytest.param("township", IN_ZONE, ZONE, How.COUNTY, id="township: no town there"),
        pytest.param("township", NOWHERE, None, How.LEAD, id="township: place not known"),
    ],
)
def test_the_unit_that_handles(level, place, unit, how) -> None:
    assert choose(LeadLevel(level), LEAD, NEAR, place) == (unit, how)


def test_a_community_is_never_chosen_even_when_it_is_guided() -> None:
    assert choose(LeadLevel.COUNTY, LEAD, [VILLAGE, COUNTY], IN_COUNTY) == (COUNTY, How.COUNTY)


def test_among_several_the_first_wins() -> None:
    assert counterpart(LEAD, (TEAM, BUREAU), IN_COUNTY) == TEAM
    assert counterpart(LEAD, (BUREAU, TEAM), IN_COUNTY) == BUREAU


def test_a_counterpart_needs_a_county() -> None:
    assert counterpart(LEAD, [U(8, "county_bureau", None, 100)], NOWHERE) is None
