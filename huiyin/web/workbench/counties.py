"""Reports per county: the figures of its units over some days, and the orders behind each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.insight.facts import county_queries
from huiyin.insight.facts import queries as facts
from huiyin.insight.facts.county_queries import BY_KEY, FIGURES, INTAKE, Period, UnitFigures
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.huiyin import percent
from huiyin.web.workbench.tables import Days, days_asked, sheet


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page is about: days, the counties on offer, the one chosen, its figures."""

    days: Days
    counties: list[Unit]
    county: Unit | None
    period: Period | None
    rows: list[UnitFigures]


@require_GET
@staff_page(Perm.REPORTS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show the figures of one county and its units. Five queries beside the session."""
    asked = _asked(request)
    regions = _regions(request, asked.county)
    found: dict[str, Any] = {
        "asked": asked,
        "days": asked.days,
        "figures": FIGURES,
        "rows": [(row, _cells(row)) for row in asked.rows],
        "total": _cells(county_queries.together(asked.rows)) if len(asked.rows) > 1 else None,
        "whole": bool(regions),
        "intake": county_queries.intake(regions, asked.period)
        if regions and asked.period
        else None,
    }
    status = 422 if asked.days.wrong else 200
    return render(request, "workbench/counties.html", found, status=status)


@require_GET
@staff_page(Perm.REPORTS)
def table(request: StaffRequest) -> HttpResponse:
    """Send the figures of the page as a table."""
    asked = _asked(request)
    heads = ["单位", *(figure.label for figure in FIGURES), "按时率", "满意率"]
    rows = [
        [row.unit, *row.figures.values(), percent(row.on_time_rate), percent(row.satisfied_rate)]
        for row in asked.rows
    ]
    name = asked.county.code if asked.county else "none"
    return sheet(heads, rows, f"county-{name}-{asked.days.name}")


@require_GET
@staff_page(Perm.REPORTS)
def orders(request: StaffRequest, code: str, figure: str) -> HttpResponse:
    """Show one page of the orders behind a figure of a unit, or of all units of a county."""
    days, last = days_asked(request.GET, clock.now()), facts.last_closed()
    whose = county_queries.unit_of(request.actor, code)
    if whose is None or figure not in BY_KEY:
        raise NotFound("没有这样的清单")
    chosen, below = BY_KEY[figure], "below" in request.GET
    regions = _regions(request, whose) if chosen is INTAKE else ()
    page = None
    if last is not None:
        units = [whose.pk]
        if below:
            units = [unit.pk for unit in county_queries.units_of(request.actor, whose)]
        page = county_queries.orders_of(
            request.actor, chosen, Period(days.since, days.until, last.day), units=units,
            regions=regions, cursor=request.GET.get("cursor", ""),
        )  # fmt: skip
    found = {
        "unit": whose, "figure": chosen, "days": days, "page": page, "below": below,
        "county": request.GET.get("county", "")[:40],
    }  # fmt: skip
    return render(request, "workbench/county_orders.html", found)


def _asked(request: StaffRequest) -> Asked:
    days = days_asked(request.GET, clock.now())
    counties = county_queries.counties(request.actor)
    code = request.GET.get("county", "")
    county = next((each for each in counties if each.code == code), None)
    if code and county is None:
        raise NotFound("没有这个县区，或者不在您能看的范围")
    county = county or next(iter(counties), None)
    last = facts.last_closed()
    if county is None or last is None:
        return Asked(days, counties, county, None, [])
    period = Period(days.since, days.until, last.day)
    return Asked(
        days, counties, county, period, county_queries.by_unit(request.actor, county, period)
    )


def _regions(request: StaffRequest, county: Unit | None) -> tuple[int, ...]:
    """Return the places of a county, for who sees all of it. No query while remembered."""
    if county is None or county.region is None:
        return ()
    whole = county_queries.sees_whole(request.actor, county)
    return orgs.region_ids(county.region) if whole else ()


def _cells(row: UnitFigures) -> list[tuple[str, str]]:
    """Return the cells of a row: the figure that a cell leads to, and what it says."""
    cells = [(figure.key, str(row.figures[figure.key])) for figure in FIGURES]
    cells.insert(4, ("", percent(row.on_time_rate)))
    cells.append(("", percent(row.satisfied_rate)))
    return cells
