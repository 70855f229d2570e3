"""Questions about areas: which of them hold a point, and how they are called."""

from __future__ import annotations

from typing import Any

from huiyin.kernel.cached import remembered
from huiyin.orgs.models import Area

_NARROWEST = {"grid": 0, "community": 1, "street": 2}


@remembered(60)
def _map() -> tuple[Any, tuple[Area, ...]] | None:
    """Return a search tree over all shapes and the area of each; None without areas. One query."""
    rows = list(Area.objects.order_by("level", "code"))
    if not rows:
        return None
    import shapely

    owners = tuple(row for row in rows for _ in row.shapes)
    shapes = [shapely.from_wkb(bytes(each)) for row in rows for each in row.shapes]
    return shapely.STRtree(shapes), owners


@remembered(60)
def areas_with_street() -> tuple[Area, ...]:
    """Return the communities and grids that lie in a known street, without their shapes.

    One query in a minute.
    """
    rows = Area.objects.exclude(region_code="").exclude(level="street").defer("shapes")
    return tuple(rows.order_by("level", "code"))


def areas_at(longitude: float, latitude: float) -> list[Area]:
    """Return the areas that hold a point, the narrowest first; its edge belongs to both sides.

    One query in a minute.

    Source: R-380 (requirement 211; handbook domain.md 1.2 (五): by territory).
    """
    found = _map()
    if found is None:
        return []
    import shapely

    tree, owners = found
    hits = tree.query(shapely.Point(longitude, latitude), predicate="intersects").tolist()
    areas = {owners[at].pk: owners[at] for at in hits}
    return sorted(areas.values(), key=lambda area: (_NARROWEST[area.level], area.code))


def outlines(level: str) -> list[list[tuple[float, float]]]:
    """Return the outer rings of all areas of a level, simplified for a drawing. One query."""
    import shapely

    found: list[list[tuple[float, float]]] = []
    for shapes in Area.objects.filter(level=level).values_list("shapes", flat=True):
        for raw in shapes:
            shape = shapely.from_wkb(bytes(raw)).simplify(0.0005)
            for part in getattr(shape, "geoms", [shape]):
                found.append([(float(x), float(y)) for x, y in part.exterior.coords])
    return found
