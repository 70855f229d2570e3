"""Which local unit handles a matter, and which orders are the same event. Pure: nothing is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import asin, cos, degrees, radians, sin, sqrt
from typing import Protocol, TypeVar

from huiyin.knowledge.states import LeadLevel
from huiyin.orgs.states import UnitKind


class UnitLike(Protocol):
    """What of a unit decides whether it is chosen."""

    @property
    def pk(self) -> int: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def region_id(self) -> int | None: ...  # noqa: D102
    @property
    def superior_id(self) -> int | None: ...  # noqa: D102


U = TypeVar("U", bound=UnitLike)


@dataclass(frozen=True, slots=True)
class Place:
    """Where it happened: the keys of the county and of the street or town, None if not known."""

    county: int | None = None
    street: int | None = None


class How(StrEnum):
    """Why a unit was chosen."""

    ITSELF = "itself"
    GUIDED = "guided"
    TOWNSHIP = "township"
    COUNTY = "county"
    LEAD = "lead"


def choose(
    level: LeadLevel, lead: UnitLike, near: Iterable[U], place: Place
) -> tuple[U | None, How]:
    """Return the unit that handles a matter of ``lead`` at ``place``, and why; None means the lead.

    At city level the lead itself; at county level the unit of the county that the lead guides; at
    township level the township. Where there is no such unit, the hotline office of the county or
    the county itself stands in, and where the county is not known, the lead. Communities are never
    chosen. Among several the first wins.

    Args:
        level: the level that the catalogue names.
        lead: the unit that the catalogue names.
        near: units that may be chosen, the highest first.
        place: where it happened.

    Source: R-69 (requirement 211; handbook domain.md 1.2 (五), 2.1: by duty, territory and level).
    """
    if level is LeadLevel.CITY:
        return None, How.ITSELF
    near = [unit for unit in near if unit.kind != UnitKind.COMMUNITY]
    if level is LeadLevel.COUNTY and (unit := counterpart(lead, near, place)):
        return unit, How.GUIDED
    if level is LeadLevel.TOWNSHIP and (unit := _first(near, UnitKind.TOWNSHIP, place.street)):
        return unit, How.TOWNSHIP
    for kind in (UnitKind.SUB_CENTRE, UnitKind.COUNTY):
        if unit := _first(near, kind, place.county):
            return unit, How.COUNTY
    return None, How.LEAD


def counterpart(lead: UnitLike, near: Iterable[U], place: Place) -> U | None:
    """Return the unit of the county that ``lead`` guides; None when there is none.

    Source: R-69 (requirement 211; handbook domain.md 1.2 (五), 2.1: by duty, territory and level).
    """
    if place.county is None:
        return None
    guided = (u for u in near if u.superior_id == lead.pk and u.region_id == place.county)
    return next(guided, None)


def _first(near: Iterable[U], kind: UnitKind, region: int | None) -> U | None:
    if region is None:
        return None
    return next((u for u in near if u.kind == kind and u.region_id == region), None)


class Sameness(StrEnum):
    """Why two orders may be about the same event."""

    CALLER = "caller"
    PLACE = "place"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Spot:
    """What of an order tells its caller and its place."""

    phone_key: bytes
    place_key: str
    longitude: float | None = None
    latitude: float | None = None


_EARTH = 6_371_000.0
SHORTEST_PLACE = 4


def sameness(one: Spot, other: Spot, *, metres: int) -> dict[Sameness, int]:
    """Return why two orders may be the same event, with the metres between them; empty if not.

    The same number, the same words for the place, or points at most ``metres`` apart. That they are
    of the same third-level class, and open or closed a short time ago, is looked up beforehand.

    Source: R-125 (handbook domain.md 4.3 duplicate rule).
    """
    found: dict[Sameness, int] = {}
    if one.phone_key and one.phone_key == other.phone_key:
        found[Sameness.CALLER] = 0
    if len(one.place_key) >= SHORTEST_PLACE and one.place_key == other.place_key:
        found[Sameness.PLACE] = 0
    apart = distance(one, other)
    if apart is not None and apart <= metres:
        found[Sameness.NEAR] = round(apart)
    return found


def distance(one: Spot, other: Spot) -> float | None:
    """Return the metres between two points on the map; None when one of them is not known.

    Source: R-125 (handbook domain.md 4.3: the same place is within 50 m).
    """
    if one.longitude is None or one.latitude is None:
        return None
    if other.longitude is None or other.latitude is None:
        return None
    north, other_north = radians(one.latitude), radians(other.latitude)
    over, along = other_north - north, radians(other.longitude - one.longitude)
    a = sin(over / 2) ** 2 + cos(north) * cos(other_north) * sin(along / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(a)))


def box_around(spot: Spot, metres: int) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of the square around a point; None without a point.

    Source: R-125 (handbook domain.md 4.3: the same place is within 50 m).
    """
    if spot.longitude is None or spot.latitude is None:
        return None
    high = degrees(metres / _EARTH)
    wide = high / max(0.01, cos(radians(spot.latitude)))
    return spot.longitude - wide, spot.latitude - high, spot.longitude + wide, spot.latitude + high
