"""Questions about the city, its units, people and calendars."""

from __future__ import annotations

from collections.abc import Iterable
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
    """Return active units that can be given work, by name. One query.

    Each word may stand in the name, the short name, the code, the initials in pinyin, or the name
    of the unit above, so that "东县 城管" finds the county's own office.
    """
    rows = Unit.objects.filter(active=True).exclude(kind__in=("centre", "vendor"))
    for word in search.split()[:5]:
        rows = rows.filter(
            Q(name__icontains=word)
            | Q(short_name__icontains=word)
            | Q(pinyin__icontains=word.lower())
            | Q(code=word)
            | Q(parent__short_name__icontains=word)
        )
    return rows.select_related("parent").order_by("depth", "name", "pk")


def units_typed(words: Iterable[str]) -> dict[str, list[Unit]]:
    """Return for each word the units that can be given work and are called exactly so. One query.

    A code names at most one unit; a name or short name may name several.
    """
    wanted = list(words)
    exact = Q(code__in=wanted) | Q(name__in=wanted) | Q(short_name__in=wanted)
    found = list(units_to_assign().filter(exact))
    return {
        word: [u for u in found if u.code == word]
        or [u for u in found if word in (u.name, u.short_name)]
        for word in wanted
    }


def sub_units(unit: Unit) -> QuerySet[Unit]:
    """Return the active units anywhere below ``unit``, nearest first. One query."""
    return subtree(unit).filter(active=True).exclude(pk=unit.pk).order_by("depth", "name", "pk")


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
    """Return the regions of one level, by code. One query."""
    return Region.objects.filter(level=level).order_by("code")


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
