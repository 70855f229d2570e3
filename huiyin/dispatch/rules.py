"""Which local unit handles a matter of the catalogue. Pure: units are given, nothing is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
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
    township level the township. Where there is no such unit, the county stands in, and where the
    county is not known, the lead. Communities are never chosen. Among several the first wins.

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
    if unit := _first(near, UnitKind.COUNTY, place.county):
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
