"""The ledger of the unsatisfied, and its figures by quarter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db.models import Count, F, Prefetch, Q

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.writeoffs import rules
from huiyin.followup.writeoffs.models import WriteOffRequest
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orders import policy
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import State
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI

DAYS = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One order in the ledger: until when it is to be improved, and what was tried."""

    order: WorkOrder
    by: datetime
    late: bool
    waiting: WriteOffRequest | None
    refused: int
    calls: int


def waiting_request(order: WorkOrder) -> WriteOffRequest | None:
    """Return the request that waits for its call. One query."""
    return WriteOffRequest.objects.filter(order=order, granted__isnull=True).first()


def requests_of(order: WorkOrder) -> list[WriteOffRequest]:
    """Return the requests of an order, the oldest first; no query where there can be none."""
    if order.standing is not State.UNSAT and order.close_type != "written_off":
        return []
    rows = WriteOffRequest.objects.filter(order=order)
    return list(rows.select_related("unit", "asked_by", "decided_by").order_by("pk"))


def ledger(
    actor: Actor,
    now: datetime,
    *,
    unit: Unit | None = None,
    asked: bool = False,
    cursor: str = "",
    size: int = 50,
) -> tuple[list[Line], str]:
    """Return one page of the unsatisfied orders that ``actor`` may see, the oldest first.

    Args:
        actor: whose page it is.
        now: when.
        unit: only those of this unit and the ones below it.
        asked: only those for which a call is waited for.
        cursor: where the page begins.
        size: of the page.

    Four queries, one more with a unit.

    Source: R-129 (requirements 114, 116).
    """
    rows = WorkOrder.objects.filter(policy.visible_to(actor), state=State.UNSAT)
    if unit is not None:
        rows = rows.filter(lead_unit__in=orgs.subtree_ids(unit.path))
    if asked:
        rows = rows.filter(write_offs__granted__isnull=True, write_offs__isnull=False)
    rows = rows.select_related("lead_unit", "category", "requester").prefetch_related(
        "write_offs", Prefetch("callbacks", CallbackAttempt.objects.order_by("pk"))
    )
    found: Page[WorkOrder] = page(rows, by=("id",), cursor=cursor, size=size)
    return [_line(order, now) for order in found.rows], found.next


def _line(order: WorkOrder, now: datetime) -> Line:
    requests = list(order.write_offs.all())
    closed = order.closed_at or now
    by = rules.improve_by(closed, int(knowledge.parameter("write_off.days", closed, default=DAYS)))
    return Line(
        order=order,
        by=by,
        late=now >= by,
        waiting=next((each for each in requests if each.granted is None), None),
        refused=sum(each.granted is False for each in requests),
        calls=len(order.callbacks.all()),
    )


@dataclass(frozen=True, slots=True)
class QuarterRow:
    """One unit in one quarter: closed as unsatisfied, of these written off, and still open."""

    unit: str
    closed: int
    written_off: int

    @property
    def open(self) -> int:
        """Return how many are still unsatisfied."""
        return self.closed - self.written_off


def quarter_for(actor: Actor, now: datetime) -> list[QuarterRow]:
    """Return the figures of the present quarter for the centre; nothing for others. One query."""
    if not policy.sees_all(actor):
        return []
    return quarter_figures(rules.local_day(now, SHANGHAI))


def quarter_figures(day: date) -> list[QuarterRow]:
    """Return the figures of the quarter of ``day`` by unit, the most open first. One query.

    An order counts in the quarter in which it was closed as unsatisfied, whatever came later.

    Source: R-129 (handbook domain.md 2.8: listed in the quarter bulletin).
    """
    first, after = rules.quarter(day)
    since, until = (datetime.combine(each, time.min, SHANGHAI) for each in (first, after))
    rows = (
        WorkOrder.objects.filter(
            events__verb="close_unsatisfied", events__at__gte=since, events__at__lt=until
        )
        .order_by()
        .values(name=F("lead_unit__name"))
        .annotate(
            closed=Count("pk", distinct=True),
            off=Count("pk", filter=Q(close_type="written_off"), distinct=True),
        )
    )
    made = [QuarterRow(row["name"] or "", row["closed"], row["off"]) for row in rows]
    return sorted(made, key=lambda each: (-each.open, -each.closed, each.unit))
