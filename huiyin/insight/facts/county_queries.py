"""Figures of one county and its units over a span of days, each leading to its orders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet, Sum

from huiyin.insight.facts import queries
from huiyin.insight.facts.models import FactLine
from huiyin.insight.facts.states import Window
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import figures_below, visible_to
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import UnitKind


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a unit: by which day orders are counted, and which measures are summed."""

    key: str
    label: str
    window: Window
    terms: tuple[tuple[str, int], ...]


_GRADES = (("grade_5", 1), ("grade_4", 1), ("grade_3", 1))
FIGURES: tuple[Figure, ...] = (
    Figure("dispatched", "派单", Window.DISPATCHED, (("dispatched", 1),)),
    Figure("due", "到期", Window.DUE, (("due", 1),)),
    Figure("on_time", "按时", Window.DUE, (("on_time", 1),)),
    Figure("overdue", "超期", Window.DUE, (("due", 1), ("on_time", -1))),
    Figure("closed", "办结", Window.CLOSED, (("closed", 1),)),
    Figure("redone", "重办", Window.CLOSED, (("redone", 1),)),
    Figure("reached", "有效回访", Window.CLOSED, (("reached", 1),)),
    Figure("satisfied", "满意", Window.CLOSED, _GRADES),
)
INTAKE = Figure("intake", "受理", Window.ACCEPTED, (("valid", 1),))
BY_KEY = {figure.key: figure for figure in (*FIGURES, INTAKE)}


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day of a report, and the last closed day, until which is known."""

    first: date
    last: date
    as_of: date


@dataclass(frozen=True, slots=True)
class UnitFigures:
    """The figures of one unit, or of several together."""

    unit: Unit | None
    figures: Mapping[str, int]

    @property
    def on_time_rate(self) -> float | None:
        """Return the share of what fell due that was replied to in time; None without any."""
        due = self.figures["due"]
        return self.figures["on_time"] / due if due else None

    @property
    def satisfied_rate(self) -> float | None:
        """Return the share of the reached who were content; None without any."""
        reached = self.figures["reached"]
        return self.figures["satisfied"] / reached if reached else None


def counties(actor: Actor) -> list[Unit]:
    """Return the counties of which ``actor`` may see figures, wholly or in part. One query.

    Source: R-394 (requirement 131; handbook domain.md 4.4).
    """
    below = figures_below(actor)
    rows = Unit.objects.filter(kind=UnitKind.COUNTY.value, active=True).order_by("code")
    return [
        each for each in rows.select_related("region")
        if each.path.startswith(below) or below.startswith(each.path)
    ]  # fmt: skip


def sees_whole(actor: Actor, county: Unit) -> bool:
    """Tell whether ``actor`` sees all units of a county. No query."""
    return county.path.startswith(figures_below(actor))


def units_of(actor: Actor, county: Unit) -> QuerySet[Unit]:
    """Return the units of a county that ``actor`` may see, those that ended too, by path."""
    rows = Unit.objects.filter(path__startswith=county.path)
    return rows.filter(path__startswith=figures_below(actor)).order_by("path")


def unit_of(actor: Actor, code: str) -> Unit | None:
    """Return the unit of this code if ``actor`` may see its figures in a county. Two queries."""
    below = figures_below(actor)
    rows = Unit.objects.select_related("region").filter(path__startswith=below)
    unit = rows.filter(code=code).first()
    within = unit is not None and any(
        unit.path.startswith(county.path) for county in counties(actor)
    )
    return unit if within else None


def by_unit(actor: Actor, county: Unit, period: Period) -> list[UnitFigures]:
    """Return the figures of each unit of a county, the active ones and those with any. Two queries.

    Source: R-394 (requirement 131; handbook domain.md 3.3: three rates per unit).
    """
    units = list(units_of(actor, county))
    lines = FactLine.objects.filter(unit__in=[unit.pk for unit in units], day__lte=period.as_of)
    within = Q()
    for window in {figure.window for figure in FIGURES}:
        within |= _inside(window, period)
    sums = {
        f"sum_{figure.key}": Sum(
            queries.sum_of(figure.terms), filter=_inside(figure.window, period)
        )
        for figure in FIGURES
    }
    counted = lines.filter(within).order_by().values("unit").annotate(**sums)
    rows: Iterable[Mapping[str, Any]] = counted
    found = {row["unit"]: {f.key: row[f"sum_{f.key}"] or 0 for f in FIGURES} for row in rows}
    none = {figure.key: 0 for figure in FIGURES}
    return [
        UnitFigures(unit, found.get(unit.pk, none))
        for unit in units
        if unit.active or any(found.get(unit.pk, {}).values())
    ]


def together(rows: Sequence[UnitFigures]) -> UnitFigures:
    """Return the sums over units. No query."""
    return UnitFigures(None, {f.key: sum(row.figures[f.key] for row in rows) for f in FIGURES})


def intake(regions: Sequence[int], period: Period) -> int:
    """Return how many valid requests from these places were made in a period. One query.

    Source: R-394 (requirement 131).
    """
    lines = _lines(INTAKE, period).filter(region__in=regions, shared=0)
    return lines.aggregate(n=Sum(queries.sum_of(INTAKE.terms)))["n"] or 0


def orders_of(
    actor: Actor,
    figure: Figure,
    period: Period,
    *,
    units: Sequence[int] = (),
    regions: Sequence[int] = (),
    cursor: str = "",
) -> Page[WorkOrder]:
    """Return one page of the orders behind a figure of units, or behind the intake of places.

    Only orders that this person may see anyway. One query.

    Source: R-394 (requirements 12, 131).
    """
    lines = _lines(figure, period)
    lines = (
        lines.filter(region__in=regions, shared=0)
        if figure is INTAKE
        else lines.filter(unit__in=units)
    )
    keys = queries.summed_behind(lines, figure.terms).values("order_id")
    rows = WorkOrder.objects.filter(visible_to(actor), pk__in=keys)
    return page(rows.select_related("category", "lead_unit"), by=("-id",), cursor=cursor, size=50)


def _lines(figure: Figure, period: Period) -> QuerySet[FactLine]:
    return FactLine.objects.filter(_inside(figure.window, period), day__lte=period.as_of)


def _inside(window: Window, period: Period) -> Q:
    return Q(**{f"{window.value}__gte": period.first, f"{window.value}__lte": period.last})
