"""Questions about the city, its units, people and calendars."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, Q, QuerySet

from huiyin.kernel import crypto
from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.orgs.models import (
    AccountChange,
    ApiToken,
    CalendarYear,
    City,
    ContactChange,
    Region,
    Signature,
    Staff,
    Unit,
    UnitContact,
    UnitMode,
)
from huiyin.orgs.states import Role
from huiyin.worktime import tables
from huiyin.worktime.calendar import WorkCalendar, WorkHours, YearTable

FIRST_YEAR, LAST_YEAR = 2012, 2036
"""The years of which the calendar knows; others cannot be loaded."""
TOKEN_SECONDS = 5


@remembered()
def city() -> City | None:
    """Return the city that this database serves; None before one is loaded. One query."""
    return City.objects.first()


def subtree(unit: Unit) -> QuerySet[Unit]:
    """Return ``unit`` and everything below it, by path. Needs no query of its own."""
    return Unit.objects.filter(path__startswith=unit.path).order_by("path")


@remembered()
def subtree_ids(path: str) -> tuple[int, ...]:
    """Return the keys of the units at or below ``path``. One query, remembered for seconds."""
    return tuple(Unit.objects.filter(path__startswith=path).values_list("pk", flat=True))


def units_to_assign(search: str = "") -> QuerySet[Unit]:
    """Return active units that can be given work, by name. One query.

    Each word may stand in the name, the short name, the code, the initials in pinyin, or the name
    of the unit above, so that "东县 城管" finds the county's own office.
    """
    rows = Unit.objects.filter(active=True).exclude(kind__in=("centre", "vendor"))
    for word in search.split()[:5]:
        rows = rows.filter(_named(word) | Q(parent__short_name__icontains=word))
    return rows.select_related("parent").order_by("depth", "name", "pk")


def _named(word: str) -> Q:
    """Return the condition for units in whose name, code or pinyin a word stands."""
    names = Q(name__icontains=word) | Q(short_name__icontains=word)
    return names | Q(pinyin__icontains=word.lower()) | Q(code=word)


def units_typed(words: Iterable[str], *, every: bool = False) -> dict[str, list[Unit]]:
    """Return for each word the active units that are called exactly so. One query.

    A code names at most one unit; a name or short name may name several. Units that cannot be given
    work are among them only with ``every``.
    """
    wanted = list(words)
    exact = Q(code__in=wanted) | Q(name__in=wanted) | Q(short_name__in=wanted)
    rows = Unit.objects.filter(active=True).order_by("depth", "pk") if every else units_to_assign()
    found = list(rows.filter(exact))
    return {
        word: [u for u in found if u.code == word]
        or [u for u in found if word in (u.name, u.short_name)]
        for word in wanted
    }


def units_with_keys(keys: Iterable[int]) -> QuerySet[Unit]:
    """Return these units, by name."""
    return Unit.objects.filter(pk__in=list(keys)).order_by("name")


def unit_with_code(code: str) -> Unit | None:
    """Return the active unit with this code. One query."""
    return Unit.objects.filter(code=code, active=True).first()


def units_found(words: str, below: Unit | None = None, *, closed: bool = False) -> QuerySet[Unit]:
    """Return the units in whose names, codes or pinyin every word stands, by path. One query.

    ``below`` narrows to a unit and its subtree; ``closed`` also finds units no longer active.
    """
    rows = subtree(below) if below else Unit.objects.all()
    if not closed:
        rows = rows.filter(active=True)
    for word in words.split()[:5]:
        rows = rows.filter(_named(word))
    return rows.select_related("parent__parent", "region").order_by("path", "pk")


def units_listed(words: str, *, cursor: str = "", size: int = 50) -> Page[Unit]:
    """Return one page of what ``units_found`` finds, closed units too. One query."""
    return page(units_found(words, closed=True), by=("path", "id"), cursor=cursor, size=size)


def sub_units(unit: Unit) -> QuerySet[Unit]:
    """Return the active units below ``unit`` or in its ``realm``, nearest first. One query."""
    rows = Unit.objects.filter(path__startswith=unit.realm, active=True).exclude(pk=unit.pk)
    return rows.exclude(path=unit.realm).order_by("depth", "name", "pk")


def units_missing_from(codes: Collection[str]) -> QuerySet[Unit]:
    """Return the active units whose code is not among ``codes``, by code. One query."""
    return Unit.objects.filter(active=True).exclude(code__in=codes).order_by("code")


def staff_by_token(token: str, now: datetime) -> ApiToken | None:
    """Return the live token with its account and unit; None for unknown, ended or revoked.

    One query, remembered for ``TOKEN_SECONDS``: a revoked token, a closed account and changed roles
    take effect within that time in every process, the end of a token at its second.
    """
    row = _token(crypto.keyed_digest(token.encode(), "api-token"))
    if row is None or (row.expires_at and row.expires_at <= now):
        return None
    return row


@remembered(TOKEN_SECONDS)
def _token(digest: bytes) -> ApiToken | None:
    live = ApiToken.objects.filter(digest=digest, revoked_at__isnull=True, staff__is_active=True)
    return live.select_related("staff__unit").first()


SIGNATURE_SEAL = "orgs.signature"


def signature_of(staff: Staff) -> Signature | None:
    """Return the picture of a handwritten signature that an account uses. One query."""
    return Signature.objects.filter(staff=staff, ended_at__isnull=True).first()


def signature_picture(signature: Signature) -> bytes:
    """Return the picture in the clear, a PNG. No query."""
    return crypto.unseal_bytes(bytes(signature.picture_sealed), SIGNATURE_SEAL)


def regions(level: str) -> QuerySet[Region]:
    """Return the active regions of one level, by code. One query."""
    return Region.objects.filter(level=level, active=True).order_by("code")


@remembered(60)
def all_regions() -> tuple[Region, ...]:
    """Return every active region and its parent, by code. One query, remembered for a minute."""
    rows = Region.objects.filter(active=True)
    return tuple(rows.select_related("parent").order_by("code"))


def region(code: str) -> Region | None:
    """Return the region with this code. No query while remembered."""
    return next((r for r in all_regions() if r.code == code), None)


def region_names(codes: Collection[str]) -> str:
    """Return the names of regions in one line, by code; one that is gone by its code. No query."""
    known = {each.code: each.name for each in all_regions()}
    return "、".join(known.get(code, code) for code in sorted(codes))


def region_ids(of: Region) -> tuple[int, ...]:
    """Return the keys of a region and all active ones below it. No query while remembered."""
    found = [of.pk]
    for _level in ("county", "street"):
        found += [r.pk for r in all_regions() if r.parent_id in found and r.pk not in found]
    return tuple(found)


def places_of(key: int | None) -> dict[str, Region]:
    """Return a region and those above it, by their level; empty for None. One query."""
    found = Region.objects.select_related("parent__parent").filter(pk=key).first() if key else None
    places: dict[str, Region] = {}
    while found is not None:
        places[found.level] = found
        found = found.parent
    return places


def units_around(codes: Collection[str], regions: Collection[int]) -> QuerySet[Unit]:
    """Return the active units that may stand in for those with ``codes`` in these regions.

    They are the units themselves, the ones that they guide there, and the county and township
    there; the highest first. One query.
    """
    named = Unit.objects.filter(code__in=codes)
    local = Q(superior__in=named) | Q(kind__in=("county", "sub_centre", "township"))
    return Unit.objects.filter(
        Q(code__in=codes) | (Q(region__in=regions) & local), active=True
    ).order_by("depth", "code")


def may_supervise(lead: Unit, named: str) -> list[Unit]:
    """Return who may supervise ``lead``: who guides it, who is above it, the named unit. One query.

    Source: R-167 (requirements 21, 22).
    """
    keys = [key for key in (lead.superior_id, lead.parent_id) if key]
    rows = list(Unit.objects.filter(Q(pk__in=keys) | Q(code=named, active=True)))
    order = {key: place for place, key in enumerate(keys)}
    return sorted(rows, key=lambda unit: order.get(unit.pk, len(order)))


def units_above(unit: Unit) -> list[Unit]:
    """Return every unit above ``unit``, the nearest first, and last who guides it. One query."""
    keys = [int(key) for key in reversed(unit.path.strip("/").split("/")[:-1]) if key]
    keys += [unit.superior_id] if unit.superior_id and unit.superior_id not in keys else []
    place = {key: n for n, key in enumerate(keys)}
    return sorted(Unit.objects.filter(pk__in=keys), key=lambda each: place[each.pk])


def units_under(parent: Unit | None) -> QuerySet[Unit]:
    """Return the units directly below ``parent`` (the top ones for None), by code. One query.

    Each row carries ``below``, the number of units directly below itself.
    """
    rows = Unit.objects.filter(parent=parent).annotate(below=Count("children"))
    return rows.order_by("-active", "code", "pk")


def unit_shown(code: str) -> Unit | None:
    """Return a unit with all that its page shows, closed ones too. One query."""
    rows = Unit.objects.select_related("parent__parent", "region", "superior", "contact")
    return rows.filter(code=code).first()


def modes_of(unit: Unit) -> QuerySet[UnitMode]:
    """Return the modes of a unit, latest first. One query."""
    return UnitMode.objects.filter(unit=unit).order_by("-pk")


@remembered(10)
def signed_units() -> frozenset[int]:
    """Return the keys of the units whose replies their leader signs. One query, remembered."""
    latest = UnitMode.objects.order_by("unit", "-pk").distinct("unit")
    return frozenset(mode.unit_id for mode in latest if mode.signed)


def contact_card(unit: Unit) -> str:
    """Return whom to call at a unit: title and number in the clear, as the unit published it.

    Empty when the unit has named nobody with a number. One query.

    Source: R-163 (requirement 185).
    """
    found = UnitContact.objects.filter(unit=unit).first()
    phone = crypto.unseal(found.phone_sealed, "contact.phone") if found else ""
    return f"{found.title} {phone}" if found and phone else ""


def contact_cards(units: Collection[int]) -> dict[int, str]:
    """Return of each of these units what ``contact_card`` returns of one. One query.

    Source: R-163 (requirement 185).
    """
    rows = UnitContact.objects.filter(unit__in=list(units))
    cards = {
        row.unit_id: (row.title, crypto.unseal(row.phone_sealed, "contact.phone")) for row in rows
    }
    return {key: f"{title} {phone}" for key, (title, phone) in cards.items() if phone}


def contact_changes(unit: Unit) -> QuerySet[ContactChange]:
    """Return the changes of the unit's contact, latest first. One query."""
    return ContactChange.objects.filter(unit=unit).order_by("-pk")


@dataclass(frozen=True, slots=True)
class StaffFilter:
    """What a list of accounts is narrowed to; ``show`` is active, closed, locked, demo or ""."""

    words: str = ""
    role: Role | None = None
    show: str = ""
    unit: Unit | None = None


def staff_listed(
    wanted: StaffFilter, *, now: datetime, cursor: str = "", size: int = 50
) -> Page[Staff]:
    """Return one page of accounts with their units, newest first. One query."""
    rows = Staff.objects.select_related("unit")
    for condition in _staff_conditions(wanted, now):
        rows = rows.filter(condition)
    return page(rows, by=("-id",), cursor=cursor, size=size)


def _staff_conditions(wanted: StaffFilter, now: datetime) -> Iterator[Q]:
    for word in wanted.words.split()[:5]:
        own = Q(name__icontains=word) | Q(username__icontains=word)
        yield own | Q(unit__name__icontains=word) | Q(unit__short_name__icontains=word)
    if wanted.role:
        yield Q(roles__contains=[wanted.role.value])
    if wanted.unit:
        yield Q(unit=wanted.unit)
    shown = {
        "active": Q(is_active=True),
        "closed": Q(is_active=False),
        "locked": Q(locked_until__gt=now),
        "demo": Q(is_demo=True, is_active=True),
    }
    if wanted.show in shown:
        yield shown[wanted.show]


def staff_of(unit: Unit) -> QuerySet[Staff]:
    """Return the accounts of a unit, active ones first. One query."""
    return Staff.objects.filter(unit=unit).order_by("-is_active", "name", "pk")


def account_changes(staff: Staff) -> QuerySet[AccountChange]:
    """Return what was done to an account, latest first. One query."""
    return AccountChange.objects.filter(staff=staff).order_by("-pk")


def tokens_of(staff: Staff) -> QuerySet[ApiToken]:
    """Return the tokens of an account, newest first. One query."""
    return ApiToken.objects.filter(staff=staff).order_by("-pk")


def names_by_code(codes: Iterable[str]) -> dict[str, str]:
    """Return the short names of units by their codes, past units too. One query."""
    rows = Unit.objects.filter(code__in=list(codes))
    return {unit.code: str(unit) for unit in rows.only("code", "name", "short_name")}


def names_of_actors(references: Iterable[str]) -> dict[str, str]:
    """Return the name and unit behind references such as ``staff:17``. One query."""
    keys = {int(r[6:]) for r in references if r.startswith("staff:") and r[6:].isdigit()}
    rows = Staff.objects.select_related("unit").filter(pk__in=keys)
    return {f"staff:{row.pk}": f"{row.name}（{row.unit}）" for row in rows}


def actors_called(words: str) -> list[str]:
    """Return the references of the accounts with such a name, at most 200. One query."""
    rows = Staff.objects.filter(Q(name__icontains=words) | Q(username__iexact=words))
    return [f"staff:{key}" for key in rows.order_by("pk").values_list("pk", flat=True)[:200]]


@dataclass(frozen=True, slots=True)
class YearStanding:
    """The table that a year uses, and the row it was loaded by, if any."""

    table: YearTable
    loaded: CalendarYear | None

    @property
    def is_firm(self) -> bool:
        """Tell whether the year rests on a published table."""
        return not self.table.provisional


def calendar_years(first: int, last: int) -> list[YearStanding]:
    """Return the tables in use for the years ``first`` to ``last``. One query."""
    loaded = {row.year: row for row in CalendarYear.objects.filter(own=False)}
    years = range(max(first, FIRST_YEAR), min(last, LAST_YEAR) + 1)
    return [YearStanding(_table(year, loaded.get(year)), loaded.get(year)) for year in years]


def own_days() -> QuerySet[CalendarYear]:
    """Return the days that the city sets itself, by year. One query."""
    return CalendarYear.objects.filter(own=True).order_by("year")


@remembered()
def calendar() -> WorkCalendar:
    """Return the working calendar of the city.

    Published tables are those of the ``chinesecalendar`` package, then rows loaded since; a year
    with neither gets the provisional table. Covers 2012 to ten years after the last table.
    Two queries, remembered for seconds.
    """
    loaded = {row.year: row for row in CalendarYear.objects.filter(own=False)}
    own = list(CalendarYear.objects.filter(own=True))
    return WorkCalendar(
        tables={year: _table(year, loaded.get(year)) for year in range(FIRST_YEAR, LAST_YEAR + 1)},
        hours=work_hours(city()),
        closed=frozenset(day for row in own for day in row.closed),
        opened=frozenset(day for row in own for day in row.opened),
    )


def work_hours(of: City | None) -> WorkHours:
    """Return the office hours that the city's profile gives; 08:30-12:00, 13:30-17:30 otherwise."""
    hours = (of.details if of else {}).get("hours")
    if not hours:
        return WorkHours()
    return WorkHours(
        morning=(time.fromisoformat(hours["morning"][0]), time.fromisoformat(hours["morning"][1])),
        afternoon=(
            time.fromisoformat(hours["afternoon"][0]),
            time.fromisoformat(hours["afternoon"][1]),
        ),
    )


def _table(year: int, row: CalendarYear | None) -> YearTable:
    if row is None:
        return tables.official(year) or tables.provisional(year)
    return YearTable(
        year=year,
        closed=frozenset(row.closed),
        opened=frozenset(row.opened),
        source=row.source,
        names={date.fromisoformat(day): name for day, name in row.names.items()},
    )


def demo_accounts() -> QuerySet[Staff]:
    """Return the demonstration accounts that can be used. One query."""
    return Staff.objects.filter(is_demo=True, is_active=True).select_related("unit").order_by("pk")


def staff_named(username: str) -> Staff | None:
    """Return the account of that name with its unit. One query."""
    return Staff.objects.select_related("unit").filter(username=username).first()


def staff_by_key(key: int) -> Staff | None:
    """Return the account with that key and its unit. One query."""
    return Staff.objects.select_related("unit").filter(pk=key).first()
