"""The published tables of working days, and the days that a city sets itself."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import transaction

from huiyin.kernel import bulk, cached, outbox
from huiyin.kernel.compare import Changes, compare
from huiyin.kernel.errors import Invalid
from huiyin.orgs import policy, rules
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import CalendarYear
from huiyin.orgs.states import Perm


@transaction.atomic
def load_calendar_year(
    year: int,
    *,
    closed: Sequence[date],
    opened: Sequence[date],
    names: dict[str, str],
    source: str,
    by: Actor,
    now: datetime,
) -> CalendarYear:
    """Store the published table of a year; running provisional deadlines are recomputed by a job.

    Raises:
        Invalid: a day lies outside the year, a closed day is a weekend day already, an opened day
            is not, or a day is both.

    Source: R-14 (architecture 5; handbook domain.md 1.4).
    """
    if by.staff:
        policy.require(by, Perm.RULES)
    if wrong := rules.wrong_days(year, closed, opened):
        raise Invalid("日历表有误：" + "；".join(wrong))
    row, _ = CalendarYear.objects.update_or_create(
        year=year,
        own=False,
        defaults={
            "closed": sorted(closed),
            "opened": sorted(opened),
            "names": names,
            "source": source,
            "loaded_at": now,
            "loaded_by": by.label,
        },
    )
    outbox.announce("calendar.loaded", {"year": year}, now=now)
    cached.forget_all()
    return row


@transaction.atomic(savepoint=False)
def sync_own_days(
    closed: Collection[date], opened: Collection[date], *, source: str, now: datetime
) -> Changes:
    """Let the city's own holidays and worked days be exactly these. One to three statements."""
    held = {row.year: row for row in CalendarYear.objects.filter(own=True).order_by("year")}
    wanted: dict[int, dict[str, object]] = {
        year: {
            "closed": sorted(day for day in closed if day.year == year),
            "opened": sorted(day for day in opened if day.year == year),
        }
        for year in sorted({day.year for day in (*closed, *opened)})
    }
    found = compare(held, wanted, off={"closed": [], "opened": []})
    new = [CalendarYear(year=year, own=True, **wanted[year]) for year in found.missing]
    for row in (*new, *found.touched):
        row.source, row.loaded_at, row.loaded_by = source, now, source
    bulk.add(CalendarYear, new)
    fields = ["closed", "opened", "source", "loaded_at", "loaded_by"]
    bulk.store(CalendarYear, found.touched, fields)
    return found.told("本市放假和上班日", new, lambda row: f"{row.year} 年")
