"""Questions about the versions of models, and the models themselves."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from threading import Lock
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q

from huiyin.dispatch.learning import rules
from huiyin.dispatch.learning.classifier import Classifier
from huiyin.dispatch.learning.models import ModelVersion, Suggested
from huiyin.dispatch.learning.rules import MANUAL_MINUTES, WRONG_MINUTES, Accepted, Costs
from huiyin.dispatch.learning.samples import Sample
from huiyin.dispatch.learning.states import Field, ModelState, Purpose, Source
from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Assignment, Dispute, DisputeUnit, WorkOrder
from huiyin.orders.states import AssignmentRole, CloseType, State
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI

MOST_CONFIRMED = 60_000
MOST_RULINGS, MOST_RETURNS, MOST_NUMBERS = 20, 5000, 5
_ENDED = (State.CLOSED.value, State.UNSAT.value, State.ARCHIVED.value)
_NOT_HANDLED = tuple(
    each.value
    for each in (
        CloseType.MERGED,
        CloseType.FILED,
        CloseType.TERMINATED,
        CloseType.WITHDRAWN,
        CloseType.TRANSFERRED,
        CloseType.REFUSED,
    )
)
_MOST_HELD = 4
FROM_ORDERS = "已办结的工单"
_held: OrderedDict[int, Classifier] = OrderedDict()
_lock = Lock()


def costs(at: datetime) -> Costs:
    """Return what a wrong dispatch and one by hand cost the city. No query while remembered."""
    table: dict[str, Any] = knowledge.parameter("suggest.costs", at, default={}) or {}
    return Costs(
        manual=float(table.get("manual", MANUAL_MINUTES)),
        wrong=float(table.get("wrong", WRONG_MINUTES)),
        wrong_of={str(k): float(v) for k, v in dict(table.get("of", {})).items()},
    )


def versions(*, cursor: str = "", size: int = 20) -> Page[ModelVersion]:
    """Return one page of versions without their data, newest first. One query."""
    rows = ModelVersion.objects.defer("stored", "seen")
    return page(rows, by=("-id",), cursor=cursor, size=size)


def version(key: int) -> ModelVersion | None:
    """Return one version without its data. One query."""
    return ModelVersion.objects.defer("stored", "seen").filter(pk=key).first()


def in_use(purpose: Purpose) -> ModelVersion | None:
    """Return the version in use, without its data. One query."""
    rows = ModelVersion.objects.defer("stored", "seen")
    return rows.filter(purpose=purpose.value, state=ModelState.ACTIVE.value).first()


def all_in_use() -> list[ModelVersion]:
    """Return the versions in use, without their data. One query."""
    rows = ModelVersion.objects.defer("stored", "seen")
    return list(rows.filter(state=ModelState.ACTIVE.value).order_by("purpose"))


def acceptance_of(version: ModelVersion) -> tuple[Accepted, ...]:
    """Return what was measured for each threshold; empty for a version from before that was."""
    return tuple(Accepted(**each) for each in version.figures.get("acceptance", ()))


@remembered(20)
def _active_key(purpose: str) -> int | None:
    rows = ModelVersion.objects.filter(purpose=purpose, state=ModelState.ACTIVE.value)
    return rows.values_list("pk", flat=True).first()


def model_for(purpose: Purpose) -> Classifier | None:
    """Return the model in use; None when there is none.

    One query in twenty seconds, one more in each process for a version that it has not met yet.
    """
    key = _active_key(purpose.value)
    return None if key is None else model_of(key)


def model_of(key: int) -> Classifier | None:
    """Return the model of a version, the last few of each process kept. One query at first."""
    with _lock:
        if key in _held:
            _held.move_to_end(key)
            return _held[key]
    stored = ModelVersion.objects.filter(pk=key).values_list("stored", flat=True).first()
    if stored is None:
        return None
    made = Classifier.from_bytes(bytes(stored))
    with _lock:
        _held[key] = made
        while len(_held) > _MOST_HELD:
            _held.popitem(last=False)
    return made


def confirmed(purpose: Purpose) -> list[Sample]:
    """Return what closed orders confirm for a purpose: their words and what held in the end.

    An order counts when it was closed after it was dispatched, so that category, kind and lead
    unit have passed a dispatcher, a unit that did not return it, and an auditor. The latest 60,000,
    oldest first. One query.
    """
    field = {
        Purpose.CATEGORY: "category__code",
        Purpose.UNIT: "lead_unit__code",
        Purpose.KIND: "kind",
        Purpose.LABEL: "category__full_name",
    }[purpose]
    rows = WorkOrder.objects.filter(
        state__in=_ENDED, lead_unit__isnull=False, category__isnull=False
    ).exclude(close_type__in=_NOT_HANDLED)
    names = ("title", "content", "place", field, "created_at")
    latest = list(rows.order_by("-pk").values_list(*names)[:MOST_CONFIRMED])
    where = purpose is Purpose.UNIT
    return [
        Sample(title, f"{said}\n{place}" if where else said, label, at)
        for title, said, place, label, at in reversed(latest)
    ]


def matters_by_category() -> list[tuple[str, str]]:
    """Return the matters of the catalogue that have not ended, by category code. One query."""
    rows = CatalogueItem.objects.filter(valid_to__isnull=True).order_by("code")
    return list(rows.values_list("category__code", "matter"))


def rulings_like(order: WorkOrder) -> list[tuple[Unit, str, datetime, int]]:
    """Return the leads that past disputes about the same class and county were ruled to.

    With the number of the latest such order, when it was ruled and how often; the latest first. A
    ruling that was disputed anew is none to follow. Empty without a class. One query.

    Source: R-377, R-595 (requirement 211; handbook domain.md 2.8).
    """
    if order.category_id is None:
        return []
    anew = Dispute.objects.filter(order=OuterRef("dispute__order"), pk__gt=OuterRef("dispute"))
    rows = DisputeUnit.objects.filter(
        ~Exists(anew),
        role=AssignmentRole.LEAD.value,
        dispute__ruled_at__isnull=False,
        dispute__order__category=order.category_id,
        unit__active=True,
    ).exclude(dispute__order=order.pk)
    if order.region_id is not None:
        same = Q(dispute__order__region=order.region_id) | Q(dispute__order__region__isnull=True)
        rows = rows.filter(same)
    found: dict[int, tuple[Unit, str, datetime, int]] = {}
    latest = rows.select_related("unit", "dispute__order").order_by("-dispute__ruled_at", "-pk")
    for row in latest[:MOST_RULINGS]:
        at = row.dispute.ruled_at or row.dispute.raised_at
        unit, number, first, times = found.get(
            row.unit_id, (row.unit, row.dispute.order.number, at, 0)
        )
        found[row.unit_id] = (unit, number, first, times + 1)
    return list(found.values())


@dataclass(frozen=True, slots=True)
class RouteFigures:
    """How often orders of a class were given to a unit, and how often that was accepted as wrong.

    ``numbers`` are the latest of the returned orders.
    """

    category: Category
    unit: Unit
    dispatched: int
    returned: int
    numbers: tuple[str, ...]

    @property
    def rate(self) -> float:
        """Return the share of dispatches that were accepted as wrong 错派率."""
        return self.returned / self.dispatched if self.dispatched else 0.0


def wrong_routes(since: datetime, until: datetime) -> list[RouteFigures]:
    """Return the routes with accepted returns of orders dispatched in ``[since, until)``.

    A route is a class and the unit that led; most returns first. Two queries.

    Source: R-378 (requirement 211; a wrong-dispatch rate per route from accepted returns).
    """
    rows = Application.objects.filter(
        kind=ApplicationKind.RETURN.value,
        outcome=Decision.GRANTED.value,
        order__category__isnull=False,
        assignment__dispatched_at__gte=since,
        assignment__dispatched_at__lt=until,
    ).select_related("order__category", "unit")
    back: dict[tuple[int, int], list[Application]] = {}
    categories: dict[int, Category] = {}
    for row in rows.order_by("-pk")[:MOST_RETURNS]:
        if row.order.category is not None:
            categories[row.order.category.pk] = row.order.category
            back.setdefault((row.order.category.pk, row.unit_id), []).append(row)
    if not back:
        return []
    led = Assignment.objects.filter(
        role=AssignmentRole.LEAD.value,
        parent__isnull=True,
        round=1,
        unit__in={unit for _, unit in back},
        order__category__in={category for category, _ in back},
        dispatched_at__gte=since,
        dispatched_at__lt=until,
    )
    given = {
        (category, unit): times
        for category, unit, times in led.order_by()
        .values_list("order__category", "unit")
        .annotate(n=Count("pk"))
    }
    found = [
        RouteFigures(
            category=categories[key[0]],
            unit=each[0].unit,
            dispatched=max(given.get(key, 0), len(each)),
            returned=len(each),
            numbers=tuple(row.order.number for row in each[:MOST_NUMBERS]),
        )
        for key, each in back.items()
    ]
    return sorted(found, key=lambda r: (-r.returned, -r.rate, r.category.code, r.unit.code))


@remembered(300)
def _wrong_shares(day: date, days: int) -> dict[tuple[int, int], float]:
    until = datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)
    return {
        (each.category.pk, each.unit.pk): rules.share_wrong(each.dispatched, each.returned)
        for each in wrong_routes(until - timedelta(days=days), until)
    }


def wrong_shares(since: datetime, until: datetime) -> dict[tuple[int, int], float]:
    """Return the share of wrong dispatches of each route that had any, by class and unit.

    Two queries in five minutes.
    """
    return _wrong_shares(until.astimezone(SHANGHAI).date(), (until - since).days)


@dataclass(frozen=True, slots=True)
class TakenShare:
    """How often suggestions of a field by a ground were shown, and taken."""

    field: Field
    source: Source
    shown: int
    taken: int

    @property
    def percent(self) -> int:
        """Return the share that was taken, in whole per cent."""
        return round(100 * self.taken / self.shown) if self.shown else 0


def taken_shares(since: datetime) -> list[TakenShare]:
    """Return how much of what was suggested since then was taken, by field and ground. One query.

    Source: R-379 (requirement 211; what was shown and what was chosen).
    """
    rows = (
        Suggested.objects.filter(at__gte=since)
        .values_list("field", "source")
        .annotate(shown=Count("pk"), taken=Count("pk", filter=Q(taken=True)))
        .order_by("field", "source")
    )
    return [TakenShare(Field(f), Source(s), shown, taken) for f, s, shown, taken in rows]


def closed_since_learning(purpose: Purpose) -> int:
    """Return how many confirmed orders there are beyond those last learned from. Two queries."""
    rows = WorkOrder.objects.filter(
        state__in=_ENDED, lead_unit__isnull=False, category__isnull=False
    ).exclude(close_type__in=_NOT_HANDLED)
    last = ModelVersion.objects.filter(purpose=purpose.value, source=FROM_ORDERS)
    made = last.order_by("-number").values_list("made_at", flat=True).first()
    return (rows.filter(closed_at__gt=made) if made else rows).count()
