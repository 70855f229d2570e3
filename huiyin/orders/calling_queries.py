"""Questions about whistles, and about who stands above a unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Prefetch, Q

from huiyin.kernel.paging import Page, page
from huiyin.orders.kinds import WhistleGrade
from huiyin.orders.models import Whistle, WhistleUnit, WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Unit
from huiyin.orgs.states import UnitKind

_NEVER = frozenset({UnitKind.CENTRE.value, UnitKind.VENDOR.value})


def above(unit: Unit) -> list[Unit]:
    """Return who stands above a unit, the nearest first: its parents, and who guides it. One query.

    Source: R-113 (handbook domain.md 2.8: unit, district or authority, city office).
    """
    return [each for each in orgs.units_above(unit) if each.active and each.kind not in _NEVER]


def whistles_of(order: WorkOrder) -> list[Whistle]:
    """Return the whistles of an order with the departments, the latest first.

    Two queries for an order whose history has a whistle, none for any other.
    """
    if not any(event.verb == "whistle" for event in order.events.all()):
        return []
    units = WhistleUnit.objects.select_related("unit", "judged_by").order_by("pk")
    rows = Whistle.objects.filter(order=order).select_related("unit", "by")
    return list(rows.prefetch_related(Prefetch("units", units)).order_by("-pk"))


def to_judge(order: WorkOrder, unit: Unit) -> list[WhistleUnit]:
    """Return the departments that ``unit`` called and has not judged yet, by age. One query."""
    rows = WhistleUnit.objects.filter(whistle__order=order, whistle__unit=unit, judged_at=None)
    return list(rows.select_related("unit").order_by("pk"))


@dataclass(frozen=True, slots=True)
class Called:
    """How one department answered whistles: how many, in time, late or not at all, how judged."""

    unit: Unit
    called: int
    in_time: int
    answered: int
    judged: int
    content: int

    @property
    def rate(self) -> float | None:
        """Return the share that it came to in time 按时报到率; None without any."""
        return self.in_time / self.called if self.called else None

    @property
    def satisfied(self) -> float | None:
        """Return the share of judgements that were not bad 报到满意率; None without any."""
        return self.content / self.judged if self.judged else None


def called_by_unit(since: datetime, until: datetime, within: str = "") -> list[Called]:
    """Return how every department answered the whistles of ``[since, until)``, most called first.

    Without a limit a report is in time whenever it comes; ``within`` narrows to the departments
    below a path. Two queries.

    Source: R-111 (handbook domain.md 2.1 art. 33: both are assessed).
    """
    rows = WhistleUnit.objects.filter(
        whistle__at__gte=since, whistle__at__lt=until, unit__path__startswith=within
    )
    counted = rows.order_by().values("unit").annotate(
        n=Count("pk"),
        in_time=Count(
            "pk", filter=Q(reported_at__lt=F("due_at")) | Q(reported_at__isnull=False, due_at=None)
        ),
        answered=Count("pk", filter=Q(answered_at__isnull=False)),
        judged=Count("pk", filter=~Q(grade="")),
        content=Count("pk", filter=Q(grade__in=[WhistleGrade.GOOD, WhistleGrade.FAIR])),
    )  # fmt: skip
    found = {row["unit"]: row for row in counted}
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=found)}
    told = [
        Called(units[key], row["n"], row["in_time"], row["answered"], row["judged"], row["content"])
        for key, row in found.items()
    ]
    return sorted(told, key=lambda each: (-each.called, each.unit.code))


@dataclass(frozen=True, slots=True)
class Caller:
    """How often one street whistled, and how many departments it called."""

    unit: Unit
    whistles: int
    called: int


def callers(since: datetime, until: datetime, within: str = "") -> list[Caller]:
    """Return how often each street whistled in ``[since, until)``, most first. Two queries.

    ``within`` narrows to the streets below a path.

    Source: R-395 (requirement 204; handbook domain.md 2.1 art. 33: both are assessed).
    """
    rows = Whistle.objects.filter(at__gte=since, at__lt=until, unit__path__startswith=within)
    counted = (
        rows.order_by().values("unit").annotate(n=Count("pk", distinct=True), called=Count("units"))
    )
    found = {row["unit"]: row for row in counted}
    units = Unit.objects.filter(pk__in=found)
    told = [Caller(unit, found[unit.pk]["n"], found[unit.pk]["called"]) for unit in units]
    return sorted(told, key=lambda each: (-each.whistles, each.unit.code))


@dataclass(frozen=True, slots=True)
class CallFilter:
    """Which calls: of which days, seen from where, for one department or of one street."""

    since: datetime
    until: datetime
    within: str = ""
    department: str = ""
    street: str = ""


def calls(wanted: CallFilter, *, cursor: str = "", size: int = 50) -> Page[WhistleUnit]:
    """Return one page of who called whom and what came of it, the latest first. One query.

    Source: R-395 (requirement 204; handbook domain.md 2.1 art. 33: both are assessed).
    """
    rows = WhistleUnit.objects.filter(
        Q(unit__path__startswith=wanted.within) | Q(whistle__unit__path__startswith=wanted.within),
        whistle__at__gte=wanted.since,
        whistle__at__lt=wanted.until,
    )
    if wanted.department:
        rows = rows.filter(unit__code=wanted.department)
    if wanted.street:
        rows = rows.filter(whistle__unit__code=wanted.street)
    rows = rows.select_related("unit", "whistle__unit", "whistle__order")
    return page(rows, by=("-id",), cursor=cursor, size=size)


def was_in_time(row: WhistleUnit) -> bool:
    """Tell whether a department came in time; without a limit, whether it came. No query.

    Source: R-395 (requirement 204).
    """
    if row.reported_at is None:
        return False
    return row.due_at is None or row.reported_at < row.due_at
