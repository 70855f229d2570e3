"""Questions about orders. Lists are sorted fully and cost a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
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
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category, Line
from huiyin.knowledge.states import Kind
from huiyin.orders import application_queries as applications
from huiyin.orders import history, numbers, policy
from huiyin.orders.models import (
    NEVER,
    Assignment,
    Attachment,
    Clock,
    OrderEvent,
    Reply,
    Requester,
    WorkOrder,
)
from huiyin.orders.states import (
    FACES,
    OPEN,
    STEPS,
    CloseType,
    State,
)
from huiyin.orgs import queries as orgs
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit, UnitChange
from huiyin.orgs.states import Perm
from huiyin.orgs.succession import Heritage
from huiyin.worktime import deadline as worktime
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
Standing = tuple[str, str, int, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """What a list of orders is narrowed to; every field comes from the URL and may be empty.

    ``held`` asks for what the unit and those below it have in hand now; it is nothing to the
    centre. ``mine_only``, ``led_by_mine`` and ``passed_to_mine`` ask for the unit's own open part.
    """

    states: tuple[State, ...] = ()
    number: str = ""
    phone: str = ""
    unit: Unit | None = None
    category: Category | None = None
    kind: str = ""
    channel: str = ""
    case_class: str = ""
    line: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None
    late_at: datetime | None = None
    due_after: datetime | None = None
    due_by: datetime | None = None
    held: bool = False
    mine_only: bool = False
    led_by_mine: bool = False
    passed_to_mine: bool = False
    void_asked: bool = False
    supervised: bool = False
    tag: str = ""
    with_news: bool = False
    with_merged: bool = False
    pending: str = ""
    late_below_at: datetime | None = None


def filtered(actor: Actor, wanted: OrderFilter) -> QuerySet[WorkOrder]:
    """Return the orders that ``actor`` may see and that fit, unsorted, ready for a list row."""
    rows = WorkOrder.objects.filter(_in_hand(actor, wanted) or policy.visible_to(actor))
    for condition in _conditions(actor, wanted):
        rows = rows.filter(condition)
    return rows.select_related("category", "lead_unit", "requester")


def _in_hand(actor: Actor, wanted: OrderFilter) -> Q:
    """Return the orders with an open part of the actor's unit or one below it, if these are asked.

    The keys are taken first, as an array: a unit holds few of the many open orders, and the
    planner would rather walk through those of the whole city.
    """
    asked = wanted.held or wanted.mine_only or wanted.led_by_mine or wanted.passed_to_mine
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
    for word in wanted.words.split()[:5]:
        yield Q(title__icontains=word) | Q(content__icontains=word) | Q(place__icontains=word)
    if wanted.void_asked:
        yield Q(state__in=_OPEN, void_asked_by__isnull=False)
    if wanted.supervised:
        told = Reply.objects.filter(order=OuterRef("pk"), audit_outcome="supervise")
        yield Q(Exists(told.filter(round=F("order__round"))), state__in=_OPEN)
    yield from _marks(wanted)
    if wanted.pending:
        yield Q(state__in=_OPEN, pending=wanted.pending)
    yield from _dates(wanted)
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
    if wanted.category:
        yield Q(category__code__startswith=wanted.category.code)
    for name, field in _SAME.items():
        if value := getattr(wanted, name):
            yield Q(**{field: value})


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


def listed(
    actor: Actor, wanted: OrderFilter, *, cursor: str = "", size: int = 50, newest: bool = False
) -> Page[WorkOrder]:
    """Return one page: by the end of the wait, or newest first. One query (two for units)."""
    by = BY_NEWEST if newest else BY_WAIT
    found = page(filtered(actor, wanted), by=by, cursor=cursor, size=size)
    for order in found.rows:
        _name_lead(order)
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


def get_visible(actor: Actor, number: str) -> WorkOrder | None:
    """Return one order with all that its page shows, if ``actor`` may see it. Seven queries."""
    rows = WorkOrder.objects.filter(policy.visible_to(actor), number=numbers.read(number) or "-")
    order = (
        rows.select_related(
            "category",
            "lead_unit",
            "requester",
            "region",
            "reason",
            "created_by",
            "void_asked_by",
            "case_class",
            "line__owner",
        )
        .prefetch_related(
            Prefetch("events", OrderEvent.objects.select_related("unit").order_by("seq")),
            Prefetch(
                "assignments",
                Assignment.objects.select_related("unit", "signed_by", "dispatched_by").order_by(
                    "pk"
                ),
            ),
            Prefetch("clocks", Clock.objects.select_related("rule").order_by("pk")),
            Prefetch(
                "replies",
                Reply.objects.select_related("by", "audited_by", "assignment__unit").order_by(
                    "-pk"
                ),
            ),
            Prefetch("attachments", Attachment.objects.order_by("pk")),
            applications.shown(),
        )
        .first()
    )
    return _named_then(order) if order else None


def _named_then(order: WorkOrder) -> WorkOrder:
    """Show each unit under the name that it had when it did its part. No query.

    Source: R-200 (requirements 126, 132: register of units).
    """
    _name_lead(order)
    if not succession.renamed():
        return order
    for event in order.events.all():
        if event.unit is not None:
            event.unit = succession.as_then(event.unit, event.at)
    for part in order.assignments.all():
        part.unit = succession.as_then(part.unit, part.ended_at)
    for reply in order.replies.all():
        reply.assignment.unit = succession.as_then(reply.assignment.unit, reply.at)
    return order


def _name_lead(order: WorkOrder) -> None:
    """Name the lead unit of a closed order as it was called when it closed. No query."""
    if order.lead_unit is not None and order.closed_at is not None and succession.renamed():
        order.lead_unit = succession.as_then(order.lead_unit, order.closed_at)


def visible_key(actor: Actor, number: str) -> int | None:
    """Return the key of an order that ``actor`` may see, for taking a step. One query."""
    rows = WorkOrder.objects.filter(policy.visible_to(actor), number=numbers.read(number) or "-")
    return rows.values_list("pk", flat=True).first()


def my_part(actor: Actor, order: WorkOrder) -> Assignment | None:
    """Return the open assignment of the actor's unit from the prefetched ones. No query."""
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return None
    return next(
        (a for a in order.assignments.all() if a.unit_id == actor.unit.pk and a.ended_at is None),
        None,
    )


@dataclass(frozen=True, slots=True)
class Waiting:
    """Who waits for whom until when, in one line."""

    who: str
    to_do: str
    until: datetime | None
    left: str
    tone: str
    why: str

    @property
    def line(self) -> str:
        """Return the line at the top of the order's page."""
        if not self.who:
            return self.to_do
        limit = f"，{self.left}" if self.left else "，未设时限"
        return f"等待{self.who}{self.to_do}{limit}"


def waiting(order: WorkOrder, now: datetime) -> Waiting:
    """Return what an order waits for. No query when ``clocks`` are prefetched, one otherwise."""
    face = FACES[order.standing]
    if not face.waits_for:
        return Waiting("", face.label, None, "", face.tone, "")
    who = face.waits_for
    if who == "主办单位" and order.lead_unit:
        who = str(order.lead_unit)
    if order.waits_until >= NEVER:
        return Waiting(who, face.to_do, None, "", "ok", "")
    clock = next(
        (
            c
            for c in order.clocks.all()
            if c.kind == face.clock and c.stopped_at is None and c.due_at == order.waits_until
        ),
        None,
    )
    started = clock.started_at if clock else order.created_at
    return Waiting(
        who,
        face.to_do,
        order.waits_until,
        worktime.remaining(now, order.waits_until),
        worktime.tone(now, order.waits_until, started, amber=knowledge.amber(now)),
        clock.words if clock else "",
    )


def standing(key: int) -> Standing | None:
    """Return number, state, count of events, and the paths of all units with a part. One query."""
    return standings([key]).get(key)


def standings(keys: Sequence[int]) -> dict[int, Standing]:
    """Return of each order what ``standing`` returns of one. One query."""
    rows = WorkOrder.objects.filter(pk__in=keys).values_list(
        "pk", "number", "state", "event_count", "assignments__unit__path"
    )
    found: dict[int, Standing] = {}
    for key, number, state, events, path in rows.distinct().order_by(
        "pk", "assignments__unit__path"
    ):
        paths = found[key][3] if key in found else ()
        found[key] = (number, state, events, (*paths, path) if path else paths)
    return found


def same_phone(phone: str, *, limit: int = 10, but: int | None = None) -> list[WorkOrder]:
    """Return the latest orders of the same telephone number, newest first. One query."""
    key = crypto.lookup(text.phone_digits(phone), "phone")
    if not key:
        return []
    return same_caller(key, limit=limit, but=but)


def same_caller(phone_key: bytes, *, limit: int = 10, but: int | None = None) -> list[WorkOrder]:
    """Return the latest orders with this keyed digest of the number, newest first. One query."""
    if not phone_key:
        return []
    asked = Requester.objects.filter(phone_key=bytes(phone_key)).exclude(order=but or 0)
    rows = asked.select_related("order__category", "order__lead_unit").order_by("-order")[:limit]
    return [row.order for row in rows]


def same_place(place_key: str, *, limit: int = 10, but: int | None = None) -> list[WorkOrder]:
    """Return the latest orders about the same place, newest first. One query."""
    if len(place_key) < 4:
        return []
    rows = WorkOrder.objects.filter(place_key=place_key).exclude(pk=but or 0)
    return list(rows.select_related("category", "lead_unit", "requester").order_by("-pk")[:limit])


def by_number(number: str) -> WorkOrder | None:
    """Return an order by its number, whoever asks: only for callers that check a code or token."""
    found = numbers.read(number)
    if found is None:
        return None
    order = WorkOrder.objects.select_related("lead_unit", "category").filter(number=found).first()
    if order is not None:
        _name_lead(order)
    return order


@dataclass(frozen=True, slots=True)
class LineFigures:
    """What came in through one merged line in a period, and what became of it."""

    line: Line
    orders: int
    answered: int
    dispatched: int
    closed: int
    open: int


def figures_by_line(since: date, until: date) -> list[LineFigures]:
    """Return the figures of every merged line for the days ``since`` to ``until``, both included.

    Orders are counted by the local day on which they were taken down, void ones left out. One
    query beside the remembered lines.

    Source: R-166 (requirements 61, 62, 64, 94).
    """
    begins = datetime.combine(since, time.min, SHANGHAI)
    ends = datetime.combine(until, time.min, SHANGHAI) + timedelta(days=1)
    rows = WorkOrder.objects.filter(
        line__isnull=False, created_at__gte=begins, created_at__lt=ends
    ).exclude(state=State.VOID.value)
    counted = {
        row["line"]: row
        for row in rows.order_by()
        .values("line")
        .annotate(
            n=Count("pk"),
            answered=Count("pk", filter=Q(close_type=CloseType.DIRECT.value)),
            dispatched=Count("pk", filter=Q(lead_unit__isnull=False)),
            open=Count("pk", filter=Q(state__in=_OPEN)),
        )
    }
    none = {"n": 0, "answered": 0, "dispatched": 0, "open": 0}
    told = ((each, counted.get(each.pk, none)) for each in knowledge.every_line())
    return [
        LineFigures(
            line=each,
            orders=row["n"],
            answered=row["answered"],
            dispatched=row["dispatched"],
            closed=row["n"] - row["open"],
            open=row["open"],
        )
        for each, row in told
        if each.active or row["n"]
    ]


def has_orders() -> bool:
    """Tell whether there is any order at all. One query."""
    return WorkOrder.objects.exists()


def units_with_open_orders(units: Collection[Unit]) -> list[tuple[Unit, int]]:
    """Return those of ``units`` with a part in open orders, and in how many orders. One query."""
    rows = Assignment.objects.filter(unit__in=[u.pk for u in units], ended_at__isnull=True)
    counted: dict[int, int] = dict(
        rows.order_by().values_list("unit").annotate(n=Count("order", distinct=True))
    )
    return [(unit, counted[unit.pk]) for unit in units if unit.pk in counted]


def public_events(order: WorkOrder) -> QuerySet[OrderEvent]:
    """Return the steps that the citizen may see, oldest first. One query."""
    verbs = [step.verb for step in STEPS if step.public]
    return OrderEvent.objects.filter(order=order, verb__in=verbs).order_by("seq")


def attachment_for(actor: Actor, key: int) -> Attachment | None:
    """Return an attachment of an order that ``actor`` may see. One query."""
    visible = WorkOrder.objects.filter(policy.visible_to(actor))
    return Attachment.objects.filter(pk=key, order__in=visible).first()


def attachments_of(order_id: int, keys: Sequence[int] | None = None) -> QuerySet[Attachment]:
    """Return the files of an order, or those of them that are named, by age. One query."""
    rows = Attachment.objects.filter(order=order_id)
    return (rows if keys is None else rows.filter(pk__in=keys)).order_by("pk")


def public_attachments(order: WorkOrder) -> QuerySet[Attachment]:
    """Return the files that the citizen may see, in the order they were added. One query."""
    return Attachment.objects.filter(order=order, public=True).order_by("pk")


def public_attachment(order: WorkOrder, key: int) -> Attachment | None:
    """Return one file of the order that the citizen may see. One query."""
    return public_attachments(order).filter(pk=key).first()


def breaks(chunk: int = 2000) -> Iterator[history.Break | int]:
    """Verify every order's chain; yield each break, and last the number of orders verified.

    Reads all events in order of the orders' keys, ``chunk`` orders at a time.
    """
    last, verified = 0, 0
    while True:
        orders = list(WorkOrder.objects.filter(pk__gt=last).order_by("pk")[:chunk])
        if not orders:
            break
        last = orders[-1].pk
        yield from _breaks_of(orders)
        verified += len(orders)
    yield verified


def _breaks_of(orders: Iterable[WorkOrder]) -> Iterator[history.Break]:
    orders = list(orders)
    events: dict[int, list[OrderEvent]] = {}
    for event in OrderEvent.objects.filter(order__in=orders).order_by("order_id", "seq"):
        events.setdefault(event.order_id, []).append(event)
    for order in orders:
        own = events.get(order.pk, [])
        found = history.first_break(
            order.number,
            own,
            [bytes(e.digest) for e in own],
            count=order.event_count,
            head=bytes(order.head),
        )
        if found:
            yield found


@dataclass(frozen=True, slots=True)
class Moving:
    """An open order with a part of a unit that is to end, and who takes the part over."""

    order: WorkOrder
    to: Unit
    leads: bool


@dataclass(frozen=True, slots=True)
class Moves:
    """How many open orders go to one unit, and how many of them it will lead."""

    unit: Unit
    orders: int
    leads: int


def orders_moving(change: UnitChange, limit: int | None = None) -> list[Moving]:
    """Return the open orders that a planned change moves, oldest first, and where to. One query.

    Source: R-199 (requirement 126; handbook domain.md 1.2 (五): by duty and territory).
    """
    if change.successor is None:
        return []
    known = {
        change.unit_id: Heritage(
            change.unit, change.successor, tuple(change.rows.all()), change.effective
        )
    }
    parts = Assignment.objects.filter(unit=change.unit_id, ended_at__isnull=True).order_by("order")
    parts = parts.select_related("unit", "order__category", "order__region", "order__lead_unit")
    return [
        Moving(
            part.order,
            succession.heir_among(
                known,
                part.unit,
                part.order.category.code if part.order.category else "",
                part.order.region.code if part.order.region else "",
            ),
            policy.is_lead(part),
        )
        for part in parts[:limit]
    ]


def moves_of(change: UnitChange) -> list[Moves]:
    """Return how many open orders go where, the most first. One query."""
    found: dict[Unit, list[bool]] = {}
    for each in orders_moving(change):
        found.setdefault(each.to, []).append(each.leads)
    rows = [Moves(unit, len(leads), sum(leads)) for unit, leads in found.items()]
    return sorted(rows, key=lambda row: (-row.orders, row.unit.code))
