"""Questions about the ladder: its rows, which orders reach a level, what is open."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from huiyin.followup.ladder import policy, rules
from huiyin.followup.ladder.models import Escalation
from huiyin.followup.ladder.rules import Rung
from huiyin.followup.ladder.states import Condition
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orders.models import WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor

# Orders that lie with their lead unit, fulfil a condition and have no row of this level yet.
_REACHED = """
    select a.order_id, a.unit_id from orders_assignment a
    join orders_workorder o on o.id = a.order_id
    where a.ended_at is null and a.role = 'lead' and a.parent_id is null
    and o.state in ('to_sign', 'in_progress') and {condition}
    and not exists (
        select from ladder_escalation e where e.order_id = a.order_id and e.level = %s
    )
    order by a.order_id limit %s
"""
_LATE = (
    "a.due_at < %s and exists (select from orders_clock c where c.assignment_id = a.id"
    " and c.kind = 'finish' and c.stopped_at is null)"
)
_CONDITIONS = {
    Condition.OVERDUE_DAYS: _LATE,
    Condition.OVERDUE_HOURS: _LATE.replace("a.due_at < %s", "a.due_at <= %s"),
    Condition.UNREAD_DAYS: "a.signed_at is null and a.dispatched_at <= %s",
    Condition.ROUNDS: "o.round >= %s",
    Condition.REPEATED: """exists (
        select from orders_requester m where m.order_id = o.id and m.phone_key <> ''
        and (select count(*) from orders_requester r join orders_workorder p on p.id = r.order_id
            where r.phone_key = m.phone_key and p.category_id = o.category_id
            and p.state <> 'void') >= %s)""",
    Condition.COLLECTIVE: "o.merged_count + 1 >= %s",
    Condition.TAG: "o.tags @> array[%s]::varchar[]",
}
_STILL = {"order__state__in": ("to_sign", "in_progress", "ext_review", "return_review", "dispute")}


def rungs(now: datetime) -> tuple[Rung, ...]:
    """Return the ladder of the city, the lowest level first. No query while remembered."""
    return rules.rungs_of(knowledge.parameter("escalation.steps", now, default=()))


def reached(rung: Rung, until: datetime, limit: int) -> list[tuple[int, int]]:
    """Return order and lead unit of those that newly reach a row of the ladder. One query.

    Source: R-421 (handbook domain.md 2.8).
    """
    statement = _REACHED.format(condition=_CONDITIONS[rung.when])
    with connection.cursor() as cursor:
        cursor.execute(statement, [_bound(rung, until), rung.level, limit])
        return [(order, unit) for order, unit in cursor.fetchall()]


def _bound(rung: Rung, until: datetime) -> Any:
    if rung.when is Condition.TAG:
        return rung.than
    figure = int(rung.than)
    if rung.when is Condition.OVERDUE_DAYS:
        return rules.late_before(until, figure, orgs.calendar())
    if rung.when is Condition.OVERDUE_HOURS:
        return until - timedelta(hours=figure)
    return until - timedelta(days=figure) if rung.when is Condition.UNREAD_DAYS else figure


def why(rung: Rung) -> str:
    """Return why a row applies, a tag by its name. No query while remembered."""
    if rung.when is Condition.TAG:
        return rung.words.replace(str(rung.than), knowledge.tag_name(str(rung.than)))
    return rung.words


def _seen(actor: Actor) -> QuerySet[Escalation]:
    rows = Escalation.objects.filter(policy.visible_to(actor))
    return rows.select_related("order", "unit", "superior", "supervising", "mandate", "answered_by")


def open_ones(actor: Actor) -> QuerySet[Escalation]:
    """Return what nobody has answered while the order still lies with its unit."""
    return _seen(actor).filter(answered_at__isnull=True, **_STILL)


def listed(
    actor: Actor, *, show: str = "open", cursor: str = "", size: int = 50
) -> Page[Escalation]:
    """Return one page: the open ones by due time, or all from the newest. One query."""
    if show == "all":
        return page(_seen(actor), by=("-id",), cursor=cursor, size=size)
    return page(open_ones(actor), by=("due_at", "id"), cursor=cursor, size=size)


def counted(actor: Actor, most: int = 1000) -> int:
    """Return how many are open for ``actor``, at most ``most``. One query."""
    return open_ones(actor)[:most].count()


def get_visible(actor: Actor, key: int) -> Escalation | None:
    """Return one, if ``actor`` may see it. One query."""
    return _seen(actor).filter(pk=key).first()


def of_order(actor: Actor, order: WorkOrder) -> list[Escalation]:
    """Return what an order reached, as far as ``actor`` may see it, the highest first."""
    return list(_seen(actor).filter(order=order).order_by("-level"))
