"""To whom an order may go: catalogue, then rulings, then what was learned, then the place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from huiyin.dispatch import queries as dispatch
from huiyin.dispatch.boundaries import queries as boundaries
from huiyin.dispatch.learning import places, queries, rules
from huiyin.dispatch.learning.hints import Draft, is_on, place_named
from huiyin.dispatch.learning.states import Field, Purpose, Source
from huiyin.kernel.text import normalise
from huiyin.knowledge.models import Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs import area_queries, succession
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region, Unit
from huiyin.worktime.calendar import SHANGHAI

MOST = 4
MEASURED = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Route:
    """A unit that may lead, how surely, by what, why in words, and who should assist."""

    unit: Unit
    source: Source
    probability: float
    why: str
    assist: tuple[Unit, ...] = ()
    sure: bool = True

    @property
    def percent(self) -> int:
        """Return the probability in whole per cent, never a hundred."""
        return min(99, round(100 * self.probability))


@dataclass(frozen=True, slots=True)
class Routes:
    """The units that are suggested, and what the platform is not sure enough of to suggest."""

    found: tuple[Route, ...]
    unsure: Route | None = None


def routes(order: WorkOrder, now: datetime) -> Routes:
    """Return who may lead an order, the surest ground first; each unit is named once.

    A ground that says the same as one before it is told beside it. What the model suggests below
    the city's threshold is not among the suggestions. At most eleven queries.

    Source: R-377 (requirement 211; handbook domain.md 1.2 (五), 2.1: catalogue, ruling, territory).
    """
    if not is_on(Field.UNIT, now):
        return Routes(())
    found: dict[int, Route] = {}
    unsure = None
    for each in _all(order, now):
        if not each.sure:
            unsure = each
        elif each.unit.pk in found:
            first = found[each.unit.pk]
            if first.source is not each.source:
                found[each.unit.pk] = replace(first, why=f"{first.why}；{each.why}")
        else:
            found[each.unit.pk] = each
    if unsure is not None and unsure.unit.pk in found:
        unsure = None
    return Routes(tuple(found.values())[:MOST], unsure)


def routes_of_draft(
    draft: Draft, category: Category | None, region: Region | None, now: datetime
) -> Routes:
    """Return who may lead a request that is still being taken down. At most eleven queries.

    Source: R-561 (requirement 211; handbook domain.md 1.2 (五): the agent judges whose it is).
    """
    order = WorkOrder(
        title=draft.title, content=draft.content, place=draft.place, category=category,
        region=region, longitude=draft.longitude, latitude=draft.latitude,
    )  # fmt: skip
    return routes(order, now)


def _all(order: WorkOrder, now: datetime) -> Iterator[Route]:
    measured = queries.wrong_shares(now - MEASURED, now) if order.category_id else {}
    for each in dispatch.suggestions(order, now):
        route = (order.category_id or 0, each.unit.pk)
        wrong = measured.get(route, rules.share_wrong(0, 0))
        yield Route(each.unit, Source.CATALOGUE, 1 - wrong, each.why, each.assist)
    yield from _boundaries(order)
    yield from _rulings(order)
    yield from _learned(order, now)
    yield from _territory(order)


def _boundaries(order: WorkOrder) -> Iterator[Route]:
    """Yield the units that a decision about duties put in charge of such matters."""
    for row in boundaries.about(order):
        assist = tuple(each.unit for each in row.assists.all())
        where = f"{row.region.name}的" if row.region else ""
        on = row.ruled_at.astimezone(SHANGHAI).date()
        why = f"{on:%Y-%m-%d} 协调会 {row.document} 明确{where}{row.matter}由{row.lead}牵头"
        yield Route(row.lead, Source.RULING, rules.BOUNDARY_SURE, why, assist)


def _rulings(order: WorkOrder) -> Iterator[Route]:
    """Yield the units that disputes about the same matter were ruled to, the latest first."""
    rows = queries.rulings_like(order)
    for unit, number, at, times in rows:
        sure = rules.share_right(times, len(rows) - 1)
        why = f"{at:%Y-%m-%d} 裁定同类异议由{unit}办理（{number}）"
        yield Route(unit, Source.RULING, sure, why)


def _learned(order: WorkOrder, now: datetime) -> Iterator[Route]:
    model = queries.model_for(Purpose.UNIT)
    if model is None:
        return
    guess = model.guess(order.title, f"{order.content}\n{order.place}")
    unit = orgs.unit_with_code(guess.label)
    if unit is None:
        return
    least = rules.threshold(queries.costs(now), guess.label)
    said = "、".join(guess.because) or "用语"
    why = f"以往类似工单由{unit}办理（{said}）"
    is_sure = guess.probability >= least
    yield Route(unit, Source.LEARNED, guess.probability, why, sure=is_sure)


def _territory(order: WorkOrder) -> Iterator[Route]:
    """Yield who looks after the point, else the township or county of the order's place."""
    regions = orgs.places_of(order.region_id)
    stated = regions.get("street") or regions.get("county")
    here = _looked_after(order, stated)
    if here is not None:
        yield here
        return
    if stated is None:
        regions = orgs.places_of(_region_at(order) or _region_named(order))
    for level, kinds in (("street", ("township",)), ("county", ("sub_centre", "county"))):
        region = regions.get(level)
        if region is None:
            continue
        units = [u for u in orgs.units_around((), [region.pk]) if u.kind in kinds]
        if units:
            yield Route(units[0], Source.TERRITORY, rules.TERRITORY_SURE, f"属地：{region.name}")
            return


def _looked_after(order: WorkOrder, within: Region | None) -> Route | None:
    """Return the unit that looks after the narrowest area that holds the order's point.

    What a person wrote about the place goes first: areas elsewhere do not count. Who took over from
    a unit that ended looks after its areas.

    Source: R-530 (requirement 211; handbook domain.md 1.2 (五), 2.1: by territory).
    """
    if order.longitude is None or order.latitude is None:
        return None
    category = order.category.code if order.category else ""
    for area in area_queries.areas_at(order.longitude, order.latitude):
        if not area.unit_code or not _is_within(area.region_code, within):
            continue
        unit = succession.unit_today(area.unit_code, category, area.region_code)
        if unit is not None:
            why = f"属地：{area.name}（地图位置）"
            return Route(unit, Source.TERRITORY, rules.TERRITORY_SURE, why)
    return None


def _is_within(street: str, place: Region | None) -> bool:
    """Tell whether a street may lie in a place; what is not known may."""
    return place is None or not street or street.startswith(place.code)


def _region_named(order: WorkOrder) -> int | None:
    """Return the key of the street or county that an order names in words; None without one."""
    found = place_named(normalise(f"{order.title} {order.content} {order.place}"))
    if found is None or found.probability < places.SHORT:
        return None
    region = orgs.region(found.code)
    return region.pk if region else None


def _region_at(order: WorkOrder) -> int | None:
    """Return the key of the street on whose map the order's point lies; None when there is none."""
    if order.longitude is None or order.latitude is None:
        return None
    areas = area_queries.areas_at(order.longitude, order.latitude)
    found = (orgs.region(area.region_code) for area in areas if area.region_code)
    return next((region.pk for region in found if region is not None), None)
