"""Questions about reminders and urgings: what is to be done, and what has been."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Prefetch, Q, QuerySet

from huiyin.followup.supervision import policy
from huiyin.followup.supervision.models import Letter, LetterLine, LetterRead, Urging
from huiyin.followup.supervision.states import BY_PERSON, UrgeReason
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import visible_to
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

# The highest mark that each running limit has passed, where the unit was not reminded of it yet.
_TO_REMIND = """
    select c.assignment_id, c.order_id, a.unit_id, m.mark, c.id
    from orders_clock c
    join orders_assignment a on a.id = c.assignment_id
    cross join lateral (
        select max(p) as mark from unnest(%s::int[]) as p
        where c.started_at + (c.due_at - c.started_at) * (p / 100.0) <= %s
    ) m
    where c.kind = 'finish' and c.stopped_at is null and m.mark is not null
    and not exists (
        select from supervision_urging u
        where u.assignment_id = c.assignment_id and u.kind = 'automatic' and u.mark >= m.mark
        and (u.clock_id = c.id or u.clock_id is null)
    )
    order by c.due_at, c.id limit %s
"""
# The condition is that of ``tasks``; asked between any two beats of a simulated year.
_ASKED_FOR = """
    select distinct u.order_id from supervision_urging u
    join orders_assignment a on a.id = u.assignment_id
    where u.at is null and u.wanted_at > %s and u.wanted_at <= %s
    and a.ended_at is null and a.replied_at is null
    and (u.reason <> 'unread' or a.signed_at is null)
    order by u.order_id
"""
# Lead parts whose unit nobody was asked to call for this reason yet: not signed for days, or late.
_LEADS = """
    select a.id, a.order_id, a.unit_id from orders_assignment a
    where a.ended_at is null and a.role = 'lead' and a.parent_id is null and {late}
    and not exists (
        select from supervision_urging u
        where u.assignment_id = a.id and u.kind = 'telephone' and u.reason = '{reason}'
    )
    order by a.dispatched_at, a.id limit %s
"""
_UNREAD = _LEADS.format(
    reason=UrgeReason.UNREAD.value,
    late="a.signed_at is null and a.dispatched_at <= %s and exists"
    " (select from orders_workorder o where o.id = a.order_id and o.state = 'to_sign')",
)
_RAN_OUT = _LEADS.format(
    reason=UrgeReason.OVERDUE.value,
    late="a.due_at <= %s and exists (select from orders_clock c where c.assignment_id = a.id"
    " and c.kind = 'finish' and c.stopped_at is null and c.due_at <= %s)",
)


# Lead parts that are late, unread for days or due soon, each with the gravest reason.
_FOR_LETTERS = """
    select f.id, f.order_id, f.unit_id, f.reason, f.due_at from (
        select a.id, a.order_id, a.unit_id, a.due_at, case
            when a.due_at <= %s then 'overdue'
            when %s > 0 and a.signed_at is null and a.dispatched_at <= %s then 'unread'
            when a.due_at <= %s then 'before_due' end as reason
        from orders_assignment a
        join orders_workorder o on o.id = a.order_id
        join orgs_unit u on u.id = a.unit_id
        where a.ended_at is null and a.role = 'lead' and a.parent_id is null
        and a.replied_at is null and o.state in ('to_sign', 'in_progress') and u.path like %s
    ) f where f.reason = any(%s)
    order by f.unit_id, f.due_at nulls last, f.id
"""
SOON_HOURS = 24
PLAIN_RISKS = ("petition-risk", "threat")
_OPEN = sorted(state.value for state in OPEN)


@dataclass(frozen=True, slots=True)
class Named:
    """A part of an order that a letter to its unit would name."""

    assignment: int
    order: int
    unit: int
    reason: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slow:
    """A part of an order whose unit is to be reminded or called."""

    assignment: int
    order: int
    unit: int
    mark: int = 0
    clock: int | None = None
    reason: UrgeReason = UrgeReason.UNREAD


def to_remind(until: datetime, percents: Sequence[int], *, limit: int) -> list[Slow]:
    """Return the parts whose running finish limit has passed a mark by ``until``. One query.

    An extended limit is a new one: its unit is reminded again, by the share of the new time.

    Source: R-182, R-553 (handbook domain.md 2.8, 4.3).
    """
    with connection.cursor() as cursor:
        cursor.execute(_TO_REMIND, [list(percents), until, limit])
        return [Slow(*row) for row in cursor.fetchall()]


def to_call(until: datetime, *, unread_days: int, overdue: bool, limit: int) -> list[Slow]:
    """Return the lead parts whose unit is to be called. At most two queries.

    Args:
        until: the moment.
        unread_days: a unit that has not signed so many days after the dispatch; 0 for none.
        overdue: whether a unit whose finish limit has run out is called as well.
        limit: how many at most of each.

    Source: R-183 (requirement 59: not opened within 5-7 days).
    """
    found: list[Slow] = []
    if unread_days:
        since = until - timedelta(days=unread_days)
        found += _slow(_UNREAD, [since, limit], UrgeReason.UNREAD)
    if overdue:
        found += _slow(_RAN_OUT, [until, until, limit], UrgeReason.OVERDUE)
    return found


def _slow(statement: str, values: list[Any], reason: UrgeReason) -> list[Slow]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        rows = cursor.fetchall()
    return [Slow(part, order, unit, reason=reason) for part, order, unit in rows]


def tasks() -> QuerySet[Urging]:
    """Return the calls that are still to be made, oldest first.

    Not those whose unit has meanwhile signed, replied or given the order back.
    """
    still = Q(assignment__ended_at__isnull=True, assignment__replied_at__isnull=True)
    unread = ~Q(reason=UrgeReason.UNREAD.value) | Q(assignment__signed_at__isnull=True)
    rows = Urging.objects.filter(still, unread, at__isnull=True)
    return rows.order_by("wanted_at", "pk")


def tasks_listed(*, cursor: str = "", size: int = 50) -> Page[Urging]:
    """Return one page of the calls to be made. One query."""
    rows = tasks().select_related("order", "unit", "assignment")
    return page(rows, by=("wanted_at", "id"), cursor=cursor, size=size)


def asked_for(since: datetime, until: datetime) -> list[int]:
    """Return the orders of calls asked for after ``since`` and up to ``until``. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED_FOR, [since, until])
        return [row[0] for row in cursor.fetchall()]


def how_many_tasks(most: int = 1000) -> int:
    """Return how many calls are to be made, at most ``most``. One query."""
    return tasks()[:most].count()


def urgings_of(order: WorkOrder) -> list[Urging]:
    """Return what was done about an order and what is still to be done, newest first. One query."""
    rows = Urging.objects.filter(order=order).select_related("unit", "by")
    return list(rows.order_by("-wanted_at", "-pk"))


def urged() -> QuerySet[Urging]:
    """Return the urgings by telephone or notice that were done: the numerator of K17.

    Source: R-185 (requirement 74; handbook domain.md 3.3 K17).
    """
    return Urging.objects.filter(kind__in=[k.value for k in BY_PERSON], at__isnull=False)


def slow_parts(
    until: datetime, *, reasons: Sequence[str], below: Unit | None = None
) -> list[Named]:
    """Return the lead parts that letters would name, by unit and due time. One query.

    Args:
        until: the moment; a part due then is late.
        reasons: which of overdue, unread and before_due; the gravest one of a part counts.
        below: a unit, with all below it; every unit when left out.

    Source: R-419 (handbook domain.md 5: 工作提醒函).
    """
    days = int(knowledge.parameter("urge.unread_days", until, default=0))
    soon = int(knowledge.parameter("letter.soon_hours", until, default=SOON_HOURS))
    values: list[Any] = [
        until, days, until - timedelta(days=days), until + timedelta(hours=soon),
        f"{below.path if below else '/'}%", list(reasons),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_FOR_LETTERS, values)
        return [Named(*row) for row in cursor.fetchall()]


def letters(actor: Actor, *, cursor: str = "", size: int = 50) -> Page[Letter]:
    """Return one page of the letters that ``actor`` may see, newest first. One query.

    Each row knows how many orders it names and how many people have read it.
    """
    rows = Letter.objects.filter(policy.letters_visible_to(actor)).select_related("unit", "by")
    rows = rows.annotate(named=Count("lines", distinct=True), readers=Count("reads", distinct=True))
    return page(rows, by=("-id",), cursor=cursor, size=size)


def letter(actor: Actor, key: int) -> Letter | None:
    """Return one letter with lines and readers, if ``actor`` may see it. Three queries."""
    rows = Letter.objects.filter(policy.letters_visible_to(actor))
    rows = rows.select_related("unit", "by", "answered_by")
    lines = LetterLine.objects.select_related("order").order_by("pk")
    reads = LetterRead.objects.select_related("staff").order_by("at", "pk")
    return (
        rows.prefetch_related(Prefetch("lines", lines), Prefetch("reads", reads))
        .filter(pk=key)
        .first()
    )


def unread_letters(actor: Actor) -> int:
    """Return how many letters to the actor's own unit nobody there has opened yet. One query."""
    if not policy.reads_letters(actor):
        return 0
    return Letter.objects.filter(unit=actor.unit, reads__isnull=True).count()


def risk_tags(now: datetime) -> tuple[str, ...]:
    """Return the tags that the city takes for a risk. No query while remembered."""
    return tuple(knowledge.parameter("risk.tags", now, default=PLAIN_RISKS))


def risks(
    actor: Actor, tags: Sequence[str], *, cursor: str = "", size: int = 50
) -> Page[WorkOrder]:
    """Return one page of the open orders with one of these tags, by what they wait for. One query.

    Source: R-428 (handbook domain.md 2.8).
    """
    rows = WorkOrder.objects.filter(
        visible_to(actor), ~Q(tags=[]), tags__overlap=list(tags), state__in=_OPEN
    ).select_related("category", "lead_unit", "requester")
    return page(rows, by=("waits_until", "id"), cursor=cursor, size=size)
