"""To whom an order may be given: what the dispatch catalogue says for its matter and its place."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from huiyin.dispatch import rules
from huiyin.dispatch.rules import How, Place
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CatalogueItem
from huiyin.knowledge.states import LeadLevel
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import spoken
from huiyin.orgs import queries as orgs
from huiyin.orgs import succession
from huiyin.orgs.models import Region, Unit
from huiyin.worktime.calendar import SHANGHAI

LEVELS = ("city", "county", "street")
"""The levels of places, the widest first."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A unit that may lead, the catalogue item that names it, why, and who should assist."""

    unit: Unit
    item: CatalogueItem
    why: str
    assist: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True)
class _Around:
    """The units near the place of an order, the highest first."""

    place: Place
    regions: Mapping[str, Region]
    units: Sequence[Unit]
    by_code: Mapping[str, Unit]
    heirs: Mapping[str, Unit]

    def unit(self, code: str) -> Unit | None:
        """Return the unit that has the duties of ``code`` today; None when it has ended."""
        heir = self.heirs.get(code)
        return self.by_code.get(heir.code if heir else code)


def suggestions(order: WorkOrder, now: datetime) -> list[Suggestion]:
    """Return the units that the catalogue in force names for an order, the nearest matter first.

    A row that holds only in some places comes before those of the whole city. Each unit is named
    once. Empty without a category, or when the catalogue says nothing. Three queries, one more when
    the order's category is not at hand.

    Source: R-510 (requirement 211; handbook domain.md 1.2 (五), 2.1 art. 11).
    """
    if order.category is None:
        return []
    regions = orgs.places_of(order.region_id)
    places = [regions[level].code for level in LEVELS if level in regions]
    day = now.astimezone(SHANGHAI).date()
    items = knowledge.responsible_for(order.category, day, places)
    if not items:
        return []
    around = _around(order, items, regions)
    found: dict[int, Suggestion] = {}
    for each in _resolved(items, around):
        found.setdefault(each.unit.pk, each)
    return list(found.values())


def _around(
    order: WorkOrder, items: Sequence[CatalogueItem], regions: Mapping[str, Region]
) -> _Around:
    named = {item.lead.code for item in items if item.lead}
    named |= {code for item in items for code in item.assist_codes}
    heirs = _heirs(order, named, regions.values())
    named |= {heir.code for heir in heirs.values()}
    units = list(orgs.units_around(named, [region.pk for region in regions.values()]))
    county, street = regions.get("county"), regions.get("street")
    return _Around(
        place=Place(county.pk if county else None, street.pk if street else None),
        regions=regions,
        units=units,
        by_code={unit.code: unit for unit in units},
        heirs=heirs,
    )


def _heirs(order: WorkOrder, codes: Collection[str], places: Collection[Region]) -> dict[str, Unit]:
    """Return who has taken over from those of the units that ended, for this matter and place.

    No query while remembered.

    Source: R-202 (requirement 211; handbook domain.md 1.2 (五): by duty, territory and level).
    """
    category = order.category.code if order.category else ""
    place = max((region.code for region in places), key=len, default="")
    return {
        unit.code: succession.heir(unit, category, place)
        for unit in succession.ended()
        if unit.code in codes
    }


def _resolved(items: Sequence[CatalogueItem], around: _Around) -> Iterator[Suggestion]:
    """Yield one suggestion for each item whose lead is still active, and cite the ruling.

    Source: R-391 (requirement 152; handbook domain.md 2.8).
    """
    for item in items:
        lead = around.unit(item.lead.code) if item.lead else None
        if lead is None:
            continue
        level = LeadLevel(item.lead_level or LeadLevel.CITY)
        local, how = rules.choose(level, lead, around.units, around.place)
        unit = local or lead
        assist = dict.fromkeys(_assisting(item, level, around))
        assist.pop(unit, None)
        why = _why(how, level, lead, around)
        if item.ruling:
            why = f"裁定写入派单目录（{item.code}，工单 {spoken(item.ruling)}），由{lead}办理"
        if item.regions:
            held = [
                region.name for region in around.regions.values() if region.code in item.regions
            ]
            why += f"（目录限定{'、'.join(held)}）"
        if item.lead and item.lead.pk != lead.pk:
            why += f"（{item.lead}的职责现由{lead}承担）"
        yield Suggestion(unit, item, why, tuple(assist))


def _assisting(item: CatalogueItem, level: LeadLevel, around: _Around) -> Iterator[Unit]:
    """Yield the assisting units, those of the county where the lead is local too."""
    for code in item.assist_codes:
        unit = around.unit(code)
        if unit is None:
            continue
        is_local = level is not LeadLevel.CITY
        local = rules.counterpart(unit, around.units, around.place) if is_local else None
        yield local or unit


def _why(how: How, level: LeadLevel, lead: Unit, around: _Around) -> str:
    """Say in one line why the unit was chosen."""
    county, street = around.regions.get("county"), around.regions.get("street")
    if how is How.ITSELF:
        return f"派单目录规定由{lead}办理"
    if how is How.GUIDED:
        return f"派单目录规定由县级部门办理，{county}对口{lead}的部门"
    if how is How.TOWNSHIP:
        return f"派单目录规定由属地乡镇街道办理，{lead}指导"
    if how is How.LEAD:
        unclear = "街道乡镇" if level is LeadLevel.TOWNSHIP and street is None else "县市区"
        missing = f"没有写明发生在哪个{unclear}" if county is None else f"{county}没有承办单位"
        return f"{missing}，先由{lead}办理"
    if level is LeadLevel.COUNTY:
        return f"{county}没有对口{lead}的部门，由{county}统筹"
    missing = f"{street}没有承办单位" if street else "没有写明发生在哪个街道乡镇"
    return f"{missing}，先由{county}安排，{lead}指导"
