"""Who took over from units that ended, and what units were called on a day. Read, never written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Prefetch, Q, QuerySet

from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.orgs import rules
from huiyin.orgs.models import FormerName, SplitRow, Unit, UnitChange
from huiyin.orgs.states import ChangeKind, ChangeState
from huiyin.worktime.calendar import SHANGHAI

ENDING = (ChangeKind.MERGE.value, ChangeKind.SPLIT.value)


@dataclass(frozen=True, slots=True)
class Heritage:
    """What became of a unit that ended: who takes over the rest, and the rows of a split."""

    unit: Unit
    rest: Unit
    rows: tuple[SplitRow, ...]
    effective: date


@remembered()
def heritages() -> Mapping[int, Heritage]:
    """Return what became of each unit that was merged or split, by key. Two queries."""
    return heritages_now()


def heritages_now() -> Mapping[int, Heritage]:
    """Return the same as ``heritages``, as stored this moment. Two queries, one when none."""
    changes = UnitChange.objects.filter(state=ChangeState.DONE.value, kind__in=ENDING)
    rows = changes.select_related("unit", "successor").prefetch_related("rows__successor")
    return {
        change.unit_id: Heritage(
            change.unit, change.successor, tuple(change.rows.all()), change.effective
        )
        for change in rows.order_by("pk")
        if change.successor is not None
    }


def heir(unit: Unit, category: str = "", region: str = "") -> Unit:
    """Return the unit that has the duties of ``unit`` today for a matter at a place.

    The unit itself while it lives. No query while remembered.
    """
    return heir_among(heritages(), unit, category, region)


def heir_among(
    known: Mapping[int, Heritage],
    unit: Unit,
    category: str = "",
    region: str = "",
    number: str = "",
) -> Unit:
    """Return the same as ``heir`` from what is known; a chain of changes is followed to its end.

    ``number`` is that of the open order that is asked about, for a split by lists.

    Source: R-199 (requirement 126; handbook domain.md 1.2 (五): by duty and territory).
    """
    seen = {unit.pk}
    while (left := known.get(unit.pk)) is not None:
        row = rules.heir(left.rows, category, region, number)
        unit = row.successor if row else left.rest
        if unit.pk in seen:
            break
        seen.add(unit.pk)
    return unit


def unit_today(code: str, category: str = "", region: str = "") -> Unit | None:
    """Return the active unit that has the duties of the one with this code; None without one.

    One query.
    """
    left = next((unit for unit in ended() if unit.code == code), None)
    wanted = heir(left, category, region).code if left else code
    return Unit.objects.filter(code=wanted, active=True).first()


def ended() -> list[Unit]:
    """Return the units that were merged or split. No query while remembered."""
    return [left.unit for left in heritages().values()]


@remembered()
def _former() -> Mapping[int, tuple[FormerName, ...]]:
    found: dict[int, list[FormerName]] = {}
    for row in FormerName.objects.order_by("unit_id", "until"):
        found.setdefault(row.unit_id, []).append(row)
    return {key: tuple(rows) for key, rows in found.items()}


def as_then(unit: Unit, at: datetime | None) -> Unit:
    """Return the unit under the name that it had at a moment; itself when that is its name today.

    What is returned under an old name is a copy, only to be shown. No query while remembered.

    Source: R-200 (requirements 126, 132: register of units).
    """
    former = _former().get(unit.pk)
    if former is None or at is None:
        return unit
    day = at.astimezone(SHANGHAI).date()
    row = next((each for each in former if day < each.until), None)
    if row is None:
        return unit
    then = copy(unit)
    then.name, then.short_name = row.name, row.short_name
    return then


def name_at(unit: Unit, at: datetime | None) -> str:
    """Return the name of a unit at a moment, in full. No query while remembered."""
    return as_then(unit, at).name


def renamed() -> bool:
    """Tell whether any unit ever had another name. No query while remembered."""
    return bool(_former())


def former_names(unit: Unit) -> QuerySet[FormerName]:
    """Return the names that a unit had, latest first. One query."""
    return FormerName.objects.filter(unit=unit).order_by("-until")


def changes_listed(show: str, *, cursor: str = "", size: int = 50) -> Page[UnitChange]:
    """Return one page of changes, latest planned first; ``show`` is a state or "". Two queries."""
    rows = UnitChange.objects.select_related("unit", "successor").prefetch_related(
        Prefetch("rows", SplitRow.objects.select_related("successor").order_by("pk"))
    )
    if show:
        rows = rows.filter(state=show)
    return page(rows, by=("-id",), cursor=cursor, size=size)


def changes_of(unit: Unit) -> QuerySet[UnitChange]:
    """Return the changes of a unit that were not cancelled, latest first. One query."""
    rows = UnitChange.objects.filter(unit=unit).exclude(state=ChangeState.CANCELLED.value)
    return rows.select_related("successor").order_by("-effective", "-pk")


def change(key: int) -> UnitChange | None:
    """Return one change with its units and rows. Two queries."""
    rows = UnitChange.objects.select_related("unit", "successor")
    return rows.prefetch_related("rows__successor").filter(pk=key).first()


def changes_due(day: date) -> list[int]:
    """Return the keys of the planned changes that take effect by ``day``, in order. One query."""
    rows = UnitChange.objects.filter(state=ChangeState.PLANNED.value, effective__lte=day)
    return list(rows.order_by("effective", "pk").values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class Touched:
    """How many accounts, sub-units and guided units a change would move."""

    staff: int
    units: int
    guided: int


def touched(unit: Unit) -> Touched:
    """Return what hangs on a unit. Two queries."""
    counted = Unit.objects.filter(pk=unit.pk).aggregate(
        staff=Count("staff", filter=Q(staff__is_active=True), distinct=True),
        units=Count("children", filter=Q(children__active=True), distinct=True),
    )
    guided = Unit.objects.filter(active=True, superior=unit).count()
    return Touched(staff=counted["staff"], units=counted["units"], guided=guided)


def split_units(change_: UnitChange) -> Iterable[Unit]:
    """Return every unit that takes something over, the one for the rest last. No query."""
    found = {row.successor_id: row.successor for row in change_.rows.all()}
    if change_.successor is not None:
        found[change_.successor.pk] = change_.successor
    return found.values()
