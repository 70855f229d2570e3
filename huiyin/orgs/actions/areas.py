"""Areas of the city are loaded from a file, a whole level at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from huiyin.orgs.models import Area, Region
from huiyin.orgs.territory import AreaFile, AreaForm


@transaction.atomic
def load_areas(file: AreaFile, *, now: datetime) -> int:
    """Replace the areas of a level by those of a file; return how many lie in no known street.

    Three statements.

    Source: R-380 (requirement 211; handbook domain.md 1.2 (五): by territory).
    """
    streets = list(Region.objects.filter(level="street", active=True).order_by("code"))
    rows = [
        Area(
            level=file.level,
            code=area.code,
            name=area.name,
            region_code=_street_of(area, streets),
            shapes=list(area.shapes),
            loaded_at=now,
        )
        for area in file.areas
    ]
    Area.objects.filter(level=file.level).delete()
    Area.objects.bulk_create(rows, batch_size=500)
    return sum(not row.region_code for row in rows)


def _street_of(area: AreaForm, streets: Iterable[Region]) -> str:
    """Return the code of the street that an area names, the longest name winning."""
    named = [s for s in streets if area.street.startswith(s.name) or area.name == s.name]
    return max(named, key=lambda street: len(street.name)).code if named else ""
