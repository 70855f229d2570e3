"""Questions about orders. Lists are sorted fully and cost a fixed number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import (
    Count,
    Prefetch,
    Q,
    QuerySet,
)

from huiyin.kernel import crypto, text
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Line
from huiyin.orders import application_queries as applications
from huiyin.orders import history, numbers, policy
from huiyin.orders.listing import BY_NEWEST as BY_NEWEST
from huiyin.orders.listing import CAPPED as CAPPED
from huiyin.orders.listing import OrderFilter as OrderFilter
from huiyin.orders.listing import counted as counted
from huiyin.orders.listing import fill_rows as fill_rows
from huiyin.orders.listing import filtered as filtered
from huiyin.orders.listing import listed as listed
from huiyin.orders.listing import name_lead
from huiyin.orders.listing import open_by_state as open_by_state
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
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit, UnitChange
from huiyin.orgs.states import Perm
from huiyin.orgs.succession import Heritage
from huiyin.worktime import deadline as worktime
from huiyin.worktime.calendar import SHANGHAI

_OPEN = sorted(s.value for s in OPEN)
Standing = tuple[str, str, int, tuple[str, ...]]


def get_visible(actor: Actor, number: str) -> WorkOrder | None:
    """Return one order with all that its page shows, if ``actor`` may see it. Seven queries."""
    rows = WorkOrder.objects.filter(policy.readable_by(actor), number=numbers.read(number) or "-")
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
    name_lead(order)
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


def visible_key(actor: Actor, number: str) -> int | None:
    """Return the key of an order that ``actor`` may see, for taking a step. One query."""
    rows = WorkOrder.objects.filter(policy.readable_by(actor), number=numbers.read(number) or "-")
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
    timed: bool = True

    @property
    def line(self) -> str:
        """Return the line at the top of the order's page."""
        if not self.who:
            return self.to_do
        limit = f"，{self.left}" if self.left else "，未设时限" if self.timed else ""
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
        return Waiting(who, face.to_do, None, "", "ok", "", timed=face.clock is not None)
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
        name_lead(order)
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
    visible = WorkOrder.objects.filter(policy.readable_by(actor))
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


def broken_among(keys: Collection[int]) -> dict[str, history.Break]:
    """Return the first break of those of these orders whose history does not fit. Two queries.

    Source: R-41 (architecture 3).
    """
    rows = WorkOrder.objects.filter(pk__in=list(keys)).order_by("pk")
    return {found.number: found for found in _breaks_of(rows)}


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
                part.order.number,
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
