"""The register of the city: the city itself, its places, its units and whom they name.

The functions called ``sync_`` let a table hold what a city profile says: rows are added, changed or
ended, never deleted, and a second call with the same rows changes nothing. Each costs a fixed
number of statements, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from huiyin.kernel import bulk
from huiyin.kernel.compare import Changes, Comparison, compare
from huiyin.kernel.errors import Conflict
from huiyin.orgs import rules, succession
from huiyin.orgs.models import (
    City,
    ContactChange,
    FormerName,
    Region,
    Staff,
    Unit,
    UnitContact,
)
from huiyin.orgs.states import Role, UnitKind


@dataclass(frozen=True, slots=True)
class CityRow:
    """The city, its number and promise; ``details`` holds hours, map, privacy and page texts."""

    code: str
    profile: str
    name: str
    hotline: str
    slogan: str
    promise: str
    details: Mapping[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class RegionRow:
    """A place; ``parent`` is the code of the place above, empty at the top."""

    code: str
    parent: str
    name: str
    level: str
    kind: str
    served_from: date | None = None


@dataclass(frozen=True, slots=True)
class UnitRow:
    """A unit; ``parent``, ``superior`` and ``region`` are codes, empty for none."""

    code: str
    parent: str
    name: str
    short_name: str
    pinyin: str
    kind: str
    region: str
    superior: str
    joined_on: date | None = None


@dataclass(frozen=True, slots=True)
class ContactRow:
    """The title of the person whom a unit names when it has not named one itself."""

    unit: str
    title: str


@transaction.atomic(savepoint=False)
def set_city(row: CityRow, *, now: datetime) -> Changes:
    """Make or change the one city of this database and lock it until the transaction ends.

    Two loads at once wait for each other here. One to four statements.

    Raises:
        Conflict: the database already serves another city.

    Source: R-15 (architecture 2, 4; docs/decisions/0004-one-city-per-database.md).
    """
    held = City.objects.select_for_update().first()
    was_there = held is not None
    if held is None:
        made = City(**asdict(row), loaded_at=now)
        City.objects.bulk_create([made], ignore_conflicts=True)
        held = City.objects.select_for_update().get()
    if held.code != row.code:
        raise Conflict(
            f"这个数据库已经用于{held.name}，不能再加载{row.name}",
            remedy=f"一个数据库只服务一个城市，请为{row.name}另建一个数据库",
        )
    if not was_there and held.loaded_at == now:
        return Changes("城市", added=(row.name,))
    found = compare({row.code: held}, {row.code: asdict(row)}, off={})
    if found.changed:
        held.save(update_fields=found.fields)
    return found.told("城市", (), lambda city: city.name)


@transaction.atomic(savepoint=False)
def mark_loaded(*, now: datetime) -> None:
    """Note when the profile last changed anything. One statement."""
    City.objects.update(loaded_at=now)


@transaction.atomic(savepoint=False)
def sync_regions(rows: Sequence[RegionRow]) -> Changes:
    """Let the register of places be these rows. Up to three statements."""
    held = {region.code: region for region in Region.objects.order_by("pk")}
    new = [Region(code=row.code) for row in rows if row.code not in held]
    held |= {region.code: region for region in bulk.add(Region, new)}
    wanted: dict[str, dict[str, object]] = {
        row.code: {
            "parent_id": held[row.parent].pk if row.parent else None,
            "name": row.name,
            "level": row.level,
            "kind": row.kind,
            "served_from": row.served_from,
            "active": True,
        }
        for row in rows
    }
    found = compare(held, wanted, off={"active": False})
    bulk.store(Region, found.touched, found.fields)
    return found.told("区划", new, lambda region: region.name)


@transaction.atomic(savepoint=False)
def sync_units(rows: Sequence[UnitRow], *, today: date) -> Changes:
    """Let the register of units be these rows, and every path and depth follow from the parents.

    A unit that is not among them is made inactive and keeps its history; whether it still has open
    work is for the caller to ask first. A name that changes is kept for what is older than
    ``today``. What a change of the organisation has done is not undone by rows that are older than
    it. Up to seven statements, plus one when kinds change.

    Raises:
        NotAllowed: a unit changes its kind and has staff whose roles do not fit the new one.

    Source: R-16, R-201 (requirements 126, 132: register of units on three levels).
    """
    held = {unit.code: unit for unit in Unit.objects.order_by("pk")}
    _check_new_kinds(held, rows)
    called = {unit.pk: (unit.name, unit.short_name) for unit in held.values()}
    new = [Unit(code=row.code, kind=row.kind) for row in rows if row.code not in held]
    held |= {unit.code: unit for unit in bulk.add(Unit, new)}
    found = compare(held, _wanted_units(held, rows), off={"active": False})
    moved = follow_parents(held)
    touched = {unit.pk: unit for unit in (*found.touched, *moved.touched)}
    bulk.store(Unit, list(touched.values()), {*found.fields, *moved.fields})
    _keep_names(called, found.changed, today)
    return found.told("单位", new, lambda unit: unit.name)


def _wanted_units(
    held: Mapping[str, Unit], rows: Sequence[UnitRow]
) -> dict[str, dict[str, object]]:
    keys: dict[str, int | None] = {"": None}
    keys |= {unit.code: unit.pk for unit in held.values()}
    regions: dict[str, int | None] = {"": None}
    regions |= dict(Region.objects.values_list("code", "pk"))
    known = succession.heritages_now()
    heirs = {u.pk: succession.heir_among(known, u) for u in held.values() if u.pk in known}
    keys = {code: heirs[key].pk if key in heirs else key for code, key in keys.items()}
    renamed = _old_names()
    wanted: dict[str, dict[str, object]] = {}
    for row in rows:
        unit = held[row.code]
        is_old = (unit.pk, row.name) in renamed
        ended = unit.pk in heirs
        wanted[row.code] = {
            "parent_id": heirs[unit.pk].pk if ended else keys[row.parent],
            "name": unit.name if is_old else row.name,
            "short_name": unit.short_name if is_old else row.short_name,
            "pinyin": unit.pinyin if is_old else row.pinyin,
            "kind": row.kind,
            "region_id": regions[row.region],
            "superior_id": keys[row.superior] if keys[row.superior] != unit.pk else None,
            "joined_on": row.joined_on,
            "active": not ended,
        }
    return wanted


def _old_names() -> set[tuple[int, str]]:
    """Return the names that changes of the organisation have ended, with their units."""
    rows = FormerName.objects.filter(change__isnull=False)
    return set(rows.values_list("unit_id", "name"))


def _keep_names(
    called: Mapping[int, tuple[str, str]], changed: Sequence[Unit], today: date
) -> None:
    """Keep the name that a unit had until today when the profile gives it another."""
    old = [
        FormerName(unit=unit, name=name, short_name=short, until=today)
        for unit in changed
        if unit.pk in called
        for name, short in [called[unit.pk]]
        if (name, short) != (unit.name, unit.short_name)
    ]
    if old:
        FormerName.objects.bulk_create(old, ignore_conflicts=True)


def follow_parents(held: Mapping[str, Unit]) -> Comparison[int, Unit]:
    """Give every unit, inactive ones too, the path and depth that its parents make."""
    units = {unit.pk: unit for unit in held.values()}
    paths = rules.paths({key: unit.parent_id for key, unit in units.items()})
    wanted = {key: {"path": path, "depth": depth} for key, (path, depth) in paths.items()}
    return compare(units, wanted, off={})


def _check_new_kinds(held: Mapping[str, Unit], rows: Sequence[UnitRow]) -> None:
    kinds = {row.code: row.kind for row in rows}
    moved = {
        unit.pk: UnitKind(kinds[code])
        for code, unit in held.items()
        if code in kinds and unit.kind != kinds[code]
    }
    if moved:
        for staff in Staff.objects.filter(unit__in=moved, is_active=True).order_by("pk"):
            rules.check_roles([Role(role) for role in staff.roles], moved[staff.unit_id])


@transaction.atomic(savepoint=False)
def sync_contacts(rows: Sequence[ContactRow], *, by: str, now: datetime) -> Changes:
    """Give every unit a contact with this title, unless it has named a person itself.

    Every change is kept. Up to five statements.

    Source: R-13 (requirement 133: every member unit names one person).
    """
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[row.unit for row in rows])}
    held = {contact.unit_id: contact for contact in UnitContact.objects.all()}
    new, changed, log = [], [], []
    for row in rows:
        unit = units[row.unit]
        contact = held.get(unit.pk)
        if contact and (contact.title == row.title or contact.name or contact.phone_masked):
            continue
        log.append(
            ContactChange(
                unit=unit, at=now, by=by, before=contact.title if contact else "", after=row.title
            )
        )
        if contact is None:
            new.append(UnitContact(unit=unit, title=row.title, changed_at=now))
        else:
            contact.title, contact.changed_at = row.title, now
            changed.append(contact)
    bulk.add(UnitContact, new)
    bulk.store(UnitContact, changed, ["title", "changed_at"])
    bulk.add(ContactChange, log)
    names = {unit.pk: unit.name for unit in units.values()}
    return Changes(
        "联络员",
        added=tuple(names[contact.unit_id] for contact in new),
        changed=tuple(names[contact.unit_id] for contact in changed),
        unchanged=len(rows) - len(new) - len(changed),
    )
