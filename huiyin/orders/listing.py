"""Lists of orders: what they are narrowed to, one page of them, how many there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    Count,
    Exists,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from huiyin.kernel import crypto, text
from huiyin.kernel.paging import Page, page
from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind
from huiyin.orders import numbers, policy
from huiyin.orders.models import Assignment, Clock, Reply, WorkOrder
from huiyin.orders.states import OPEN, State
from huiyin.orgs import queries as orgs
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Region, Unit
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

CAPPED = 1000
BY_WAIT = ("waits_until", "id")
BY_NEWEST = ("-id",)
_SAME = {
    "kind": "kind",
    "channel": "channel",
    "case_class": "case_class__code",
    "line": "line__code",
}
_OPEN = sorted(s.value for s in OPEN)


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; every field comes from the URL and may be empty.

    ``held`` asks for what the unit and those below it have in hand now; it is nothing to the
    centre. ``mine_only``, ``led_by_mine``, ``passed_to_mine`` and those after ask for the
    unit's own open part; ``called_to_mine`` is what it was whistled to and has not reported for.
    ``contested_mine`` is what it is a candidate for; ``own_team`` what the actor's team took down.
    ``keys`` are the only orders that come into question, as those which a search has found.
    """

    states: tuple[State, ...] = ()
    number: str = ""
    phone: str = ""
    unit: Unit | None = None
    category: Category | None = None
    region: Region | None = None
    kind: str = ""
    channel: str = ""
    case_class: str = ""
    line: str = ""
    keys: tuple[int, ...] | None = None
    since: date | None = None
    until: date | None = None
    late_at: datetime | None = None
    due_after: datetime | None = None
    due_by: datetime | None = None
    held: bool = False
    mine_only: bool = False
    led_by_mine: bool = False
    passed_to_mine: bool = False
    called_to_mine: bool = False
    raised_to_mine: bool = False
    contested_mine: bool = False
    own_team: bool = False
    void_asked: bool = False
    supervised: bool = False
    tag: str = ""
    with_news: bool = False
    with_merged: bool = False
    pending: str = ""
    late_below_at: datetime | None = None


def filtered(actor: Actor, wanted: OrderFilter) -> QuerySet[WorkOrder]:
    """Return the orders that ``actor`` may see and that fit, unsorted, ready for a list row."""
    seen = policy.readable_by if wanted.contested_mine else policy.visible_to
    rows = WorkOrder.objects.filter(_in_hand(actor, wanted) or seen(actor))
    for condition in _conditions(actor, wanted):
        rows = rows.filter(condition)
    return rows.select_related("category", "lead_unit", "requester")


def _in_hand(actor: Actor, wanted: OrderFilter) -> Q:
    """Return the orders with an open part of the actor's unit or one below it, if these are asked.

    The keys are taken first, as an array: a unit holds few of the many open orders, and the
    planner would rather walk through those of the whole city.
    """
    asked = wanted.held or wanted.mine_only or wanted.led_by_mine or wanted.passed_to_mine
    asked = asked or wanted.called_to_mine or wanted.raised_to_mine
    if not asked or actor.unit is None or policy.sees_all(actor):
        return Q()
    if Perm.HANDLE not in actor.perms:
        return Q(pk__in=[])
    held = Assignment.objects.filter(
        unit_id__in=orgs.subtree_ids(actor.unit.realm), ended_at__isnull=True
    )
    return Q(pk__in_array=ArraySubquery(held.order_by().values("order_id")))


def _conditions(actor: Actor, wanted: OrderFilter) -> Iterator[Q]:
    if wanted.phone and Perm.SEE_ALL not in actor.perms:
        # Finding a report by its author's number would tell who wrote it.
        yield ~Q(kind=Kind.REPORT) & Q(confidential=False)
    yield from _exact(wanted)
    if wanted.keys is not None:
        yield Q(pk__in=wanted.keys)
    if wanted.void_asked:
        yield Q(state__in=_OPEN, void_asked_by__isnull=False)
    if wanted.supervised:
        told = Reply.objects.filter(order=OuterRef("pk"), audit_outcome="supervise")
        yield Q(Exists(told.filter(round=F("order__round"))), state__in=_OPEN)
    yield from _marks(wanted)
    if wanted.pending:
        yield Q(state__in=_OPEN, pending=wanted.pending)
    yield from _dates(wanted)
    if wanted.own_team:
        team = actor.staff.team if actor.staff else ""
        yield Q(created_by__team=team, created_by__unit=actor.unit) if team else Q(pk__in=[])
    if actor.unit is not None:
        yield from _parts(actor.unit, wanted)


def _exact(wanted: OrderFilter) -> Iterator[Q]:
    if wanted.states:
        yield Q(state__in=[s.value for s in wanted.states])
    if wanted.number:
        yield Q(number=numbers.read(wanted.number) or "-")
    if wanted.phone:
        yield Q(requester__phone_key=crypto.lookup(text.phone_digits(wanted.phone), "phone"))
    if wanted.unit:
        yield Q(lead_unit_id__in=orgs.subtree_ids(wanted.unit.path))
    yield from _matter(wanted)
    for name, field in _SAME.items():
        if value := getattr(wanted, name):
            yield Q(**{field: value})


def _matter(wanted: OrderFilter) -> Iterator[Q]:
    if wanted.category:
        yield Q(category__code__startswith=wanted.category.code)
    if wanted.region:
        yield Q(region_id__in=orgs.region_ids(wanted.region))


def _marks(wanted: OrderFilter) -> Iterator[Q]:
    if wanted.tag:
        yield Q(tags__contains=[wanted.tag]) & ~Q(tags=[])
    if wanted.with_news:
        yield Q(state__in=_OPEN, news_at__isnull=False)
    if wanted.with_merged:
        yield Q(merged_count__gt=0)


def _dates(wanted: OrderFilter) -> Iterator[Q]:
    if wanted.since:
        yield Q(created_at__gte=datetime.combine(wanted.since, time.min, SHANGHAI))
    if wanted.until:
        end = datetime.combine(wanted.until, time.min, SHANGHAI) + timedelta(days=1)
        yield Q(created_at__lt=end)
    if wanted.late_at:
        yield Q(state__in=_OPEN, waits_until__lte=wanted.late_at)
    if wanted.due_after:
        yield Q(waits_until__gt=wanted.due_after)
    if wanted.due_by:
        yield Q(state__in=_OPEN, waits_until__lte=wanted.due_by)


def _parts(mine: Unit, wanted: OrderFilter) -> Iterator[Q]:
    """Narrow to the unit's own open parts: any, the lead, or assisting and passed-down ones."""
    own = Assignment.objects.filter(order=OuterRef("pk"), unit=mine, ended_at__isnull=True)
    if wanted.mine_only:
        yield Q(Exists(own))
    if wanted.led_by_mine:
        yield Q(Exists(own.filter(role="lead", parent__isnull=True)))
    if wanted.late_below_at:
        below = Assignment.objects.filter(
            order=OuterRef("pk"), parent__unit=mine, ended_at__isnull=True
        )
        yield Q(Exists(below.filter(due_at__lte=wanted.late_below_at)))
    if wanted.passed_to_mine:
        yield Q(Exists(own.filter(Q(role="assist") | Q(parent__isnull=False))))
    if wanted.called_to_mine:
        yield Q(Exists(own.filter(role="whistle", signed_at__isnull=True)))
    if wanted.contested_mine:
        yield policy.contested_by(mine)
    if wanted.raised_to_mine:
        yield Q(Exists(own.filter(role="raised")))


def listed(
    actor: Actor, wanted: OrderFilter, *, cursor: str = "", size: int = 50, newest: bool = False
) -> Page[WorkOrder]:
    """Return one page: by the end of the wait, or newest first. One query (two for units)."""
    by = BY_NEWEST if newest else BY_WAIT
    found = page(filtered(actor, wanted), by=by, cursor=cursor, size=size)
    for order in found.rows:
        name_lead(order)
    return found


def fill_rows(actor: Actor, rows: Sequence[WorkOrder]) -> Sequence[WorkOrder]:
    """Fetch what list rows say of waiting: running clocks and the actor's own part. Two queries."""
    running = Clock.objects.filter(stopped_at__isnull=True)
    own = Assignment.objects.filter(unit=actor.unit, ended_at__isnull=True)
    prefetch_related_objects(list(rows), Prefetch("clocks", running), Prefetch("assignments", own))
    return rows


def counted(actor: Actor, wanted: OrderFilter) -> int:
    """Return how many orders fit, at most ``CAPPED`` (shown as "1000+"). One query."""
    rows = filtered(actor, wanted).select_related(None).order_by()
    return rows.values("pk")[:CAPPED].count()


def open_by_state(actor: Actor) -> dict[State, int]:
    """Return how many open orders ``actor`` may see, by state. One query."""
    rows = WorkOrder.objects.filter(policy.visible_to(actor), state__in=[s.value for s in OPEN])
    return {
        State(row["state"]): row["n"]
        for row in rows.order_by().values("state").annotate(n=Count("pk"))
    }


def name_lead(order: WorkOrder) -> None:
    """Name the lead unit of a closed order as it was called when it closed. No query."""
    if order.lead_unit is not None and order.closed_at is not None and succession.renamed():
        order.lead_unit = succession.as_then(order.lead_unit, order.closed_at)
