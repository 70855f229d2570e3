"""The map of a surge: orders of one event tag as points on the shapes of the city, and by street.

Drawn here as plain SVG: no tiles and no foreign addresses. Without shapes or places the list by
street says the same.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.callcentre.telephony import surge_queries
from huiyin.callcentre.telephony.states import SurgeAct
from huiyin.kernel import clock
from huiyin.knowledge import queries as knowledge
from huiyin.orders import place_queries
from huiyin.orders.place_queries import Point
from huiyin.orgs import area_queries
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page

WIDTH, HEIGHT = 800, 560
_MARGIN = 10
_DAYS = 7
Ring = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What the page draws: outlines as SVG paths, points with where they lead."""

    outlines: Sequence[str]
    dots: Sequence[dict[str, Any]]


@require_GET
@staff_page(Perm.SUPERVISE)
def shown(request: StaffRequest) -> HttpResponse:
    """Show the orders of a tag of the last week; at first of the tag of the surge. Five queries."""
    step = surge_queries.running().get(SurgeAct.EVENT_TAG)
    tags = knowledge.tags()
    tag = request.GET.get("tag", "")[:20] or (step.tag if step else "")
    since = clock.now() - timedelta(days=_DAYS)
    points = place_queries.tagged_points(tag, since) if tag else []
    regions = place_queries.tagged_by_region(tag, since) if tag else []
    facts = {
        "tags": tags,
        "tag": tag,
        "name": knowledge.tag_name(tag) if tag else "",
        "regions": regions,
        "whole": sum(count for _, count in regions),
        "placed": len(points),
        "drawing": draw(area_queries.outlines("street"), points) if points else None,
        "width": WIDTH,
        "height": HEIGHT,
        "days": _DAYS,
    }
    return render(request, "workbench/tagmap.html", facts)


def draw(outlines: Sequence[Ring], points: Sequence[Point]) -> Drawing | None:
    """Return outlines and points fitted to the drawing, north above; None for no points.

    Source: R-466 (issue of calls 6; requirement 80).
    """
    if not points:
        return None
    places = [(point.longitude, point.latitude) for point in points]
    every = [place for ring in outlines for place in ring] or places
    west, east = min(x for x, _ in every), max(x for x, _ in every)
    south, north = min(y for _, y in every), max(y for _, y in every)
    narrow = math.cos(math.radians((south + north) / 2))  # a degree of longitude is shorter
    wide, high = max((east - west) * narrow, 1e-6), max(north - south, 1e-6)
    scale = min((WIDTH - 2 * _MARGIN) / wide, (HEIGHT - 2 * _MARGIN) / high)

    def at(x: float, y: float) -> tuple[float, float]:
        across = _MARGIN + (x - west) * narrow * scale
        return round(across, 1), round(HEIGHT - _MARGIN - (y - south) * scale, 1)

    paths = ["M" + "L".join("{},{}".format(*at(x, y)) for x, y in ring) + "Z" for ring in outlines]
    dots = []
    for point, place in zip(points, places, strict=True):
        across, down = at(*place)
        if 0 <= across <= WIDTH and 0 <= down <= HEIGHT:
            dots.append({"x": across, "y": down, "number": point.number, "title": point.title})
    return Drawing(paths, dots)
