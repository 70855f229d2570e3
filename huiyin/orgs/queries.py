"""Questions about the city, its units, people and calendars."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from django.db.models import Q, QuerySet

from huiyin.kernel import crypto
from huiyin.kernel.cached import remembered
from huiyin.orgs.models import ApiToken, CalendarYear, City, Region, Staff, Unit
from huiyin.worktime import tables
from huiyin.worktime.calendar import WorkCalendar, WorkHours, YearTable


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
    """Return active units that can be given work, by name. One query."""
    rows = Unit.objects.filter(active=True).exclude(kind__in=("centre", "vendor"))
    for word in search.split():
        rows = rows.filter(Q(name__icontains=word) | Q(pinyin__icontains=word.lower()))
    return rows.order_by("depth", "name", "pk")


def sub_units(unit: Unit) -> QuerySet[Unit]:
    """Return the active units anywhere below ``unit``, nearest first. One query."""
    return subtree(unit).filter(active=True).exclude(pk=unit.pk).order_by("depth", "name", "pk")


def units_missing_from(codes: Collection[str]) -> QuerySet[Unit]:
    """Return the active units whose code is not among ``codes``, by code. One query."""
    return Unit.objects.filter(active=True).exclude(code__in=codes).order_by("code")


def staff_by_token(token: str, now: datetime) -> ApiToken | None:
    """Return the live token with account and unit; None for unknown, ended, revoked. One query."""
    row = (
        ApiToken.objects.select_related("staff__unit")
        .filter(digest=crypto.keyed_digest(token.encode(), "api-token"), revoked_at__isnull=True)
        .first()
    )
    if row is None or not row.staff.is_active or (row.expires_at and row.expires_at <= now):
        return None
    return row


def regions(level: str) -> QuerySet[Region]:
    """Return the active regions of one level, by code. One query."""
    return Region.objects.filter(level=level, active=True).order_by("code")


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
    local = Q(superior__in=named) | Q(kind__in=("county", "township"))
    return Unit.objects.filter(
        Q(code__in=codes) | (Q(region__in=regions) & local), active=True
    ).order_by("depth", "code")


@remembered()
def calendar() -> WorkCalendar:
    """Return the working calendar of the city.

    Published tables are those of the ``chinesecalendar`` package, then rows loaded since; a year
    with neither gets the provisional table. Covers 2020 to ten years after the last table.
    Two queries, remembered for seconds.
    """
    loaded = {row.year: row for row in CalendarYear.objects.filter(own=False)}
    own = list(CalendarYear.objects.filter(own=True))
    return WorkCalendar(
        tables={year: _table(year, loaded.get(year)) for year in range(2020, 2037)},
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
    """Return the demonstration accounts. One query."""
    return Staff.objects.filter(is_demo=True).select_related("unit").order_by("pk")
