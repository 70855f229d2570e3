"""Areas of the city are loaded from a file, a whole level at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.orgs import queries
from huiyin.orgs.models import Area, Region, Unit
from huiyin.orgs.states import UnitKind
from huiyin.orgs.territory import AreaFile, AreaForm


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many areas lie in no known street, how many no unit looks after, and unknown units."""

    streetless: int
    unitless: int
    unknown: tuple[str, ...]


@transaction.atomic
def load_areas(file: AreaFile, *, now: datetime) -> Loaded:
    """Replace the areas of a level by those of a file; return what could not be linked.

    An area lies in the street that it names, and is looked after by the unit that the file names,
    else by the township or sub-district of that street. Five statements.

    Source: R-380 (requirement 211; handbook domain.md 1.2 (五): by territory).
    """
    streets = list(Region.objects.filter(level="street", active=True).order_by("code"))
    called = {area.unit for area in file.areas if area.unit}
    named = queries.units_typed(called) if called else {}
    township = Unit.objects.filter(kind=UnitKind.TOWNSHIP.value, active=True, region__isnull=False)
    local = {unit.region_id: unit for unit in township.order_by("-code")}
    rows = []
    for area in file.areas:
        street = _street_of(area, streets)
        unit = _unit_of(named.get(area.unit, ()), street, local)
        rows.append(
            Area(
                level=file.level,
                code=area.code,
                name=area.name,
                region_code=street.code if street else "",
                unit_code=unit.code if unit else "",
                shapes=list(area.shapes),
                loaded_at=now,
            )
        )
    Area.objects.filter(level=file.level).delete()
    Area.objects.bulk_create(rows, batch_size=500)
    return Loaded(
        streetless=sum(not row.region_code for row in rows),
        unitless=sum(not row.unit_code for row in rows),
        unknown=tuple(sorted(word for word in called if not named.get(word))),
    )


def _street_of(area: AreaForm, streets: Iterable[Region]) -> Region | None:
    """Return the street that an area names, the longest name winning; None when it names none."""
    named = [s for s in streets if area.street.startswith(s.name) or area.name == s.name]
    return max(named, key=lambda street: len(street.name)) if named else None


def _unit_of(
    named: Sequence[Unit], street: Region | None, local: Mapping[int | None, Unit]
) -> Unit | None:
    """Return the unit that looks after an area: the one the file names, else the township.

    Of several units of one name it is the one of the same street or county.

    Source: R-530 (requirement 211; handbook domain.md 1.2 (五), 2.1: by territory).
    """
    if len(named) == 1:
        return named[0]
    places = (street.pk, street.parent_id) if street else ()
    near = [unit for unit in named if unit.region_id in places]
    if len(near) == 1:
        return near[0]
    return local.get(street.pk) if street else None
