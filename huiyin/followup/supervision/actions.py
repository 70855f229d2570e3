"""Reminding, asking for calls, and writing down that somebody has urged."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

from huiyin.followup.supervision import policy, queries, rules
from huiyin.followup.supervision.models import Urging
from huiyin.followup.supervision.states import BY_PERSON, UrgeKind, UrgeReason
from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, NotFound, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orders import actions as orders
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

BATCH = 500
LONGEST = 500
_NEXT = """
    insert into supervision_series (series, year, last) values (%s, %s, 1)
    on conflict (series, year) do update set last = supervision_series.last + 1 returning last
"""


@transaction.atomic
def remind_due(*, until: datetime, limit: int = BATCH) -> int:
    """Write a reminder for each part that has passed a mark of ``urge.at_percent``; how many.

    Safe late, twice or in parallel: one reminder per part and mark; a late run reminds once, of
    the highest mark that has passed.

    Source: R-182 (handbook domain.md 2.8, 4.3: at 50, 80 and 100 per cent).
    """
    percents = knowledge.parameter("urge.at_percent", until, default=[])
    found = queries.to_remind(until, percents, limit=limit)
    Urging.objects.bulk_create(
        (
            Urging(
                order_id=slow.order,
                assignment_id=slow.assignment,
                unit_id=slow.unit,
                kind=UrgeKind.AUTOMATIC.value,
                reason=rules.reason_of_mark(slow.mark).value,
                mark=slow.mark,
                wanted_at=until,
                at=until,
            )
            for slow in found
        ),
        ignore_conflicts=True,
    )
    return len(found)


@transaction.atomic
def ask_for_calls(*, until: datetime, limit: int = BATCH) -> int:
    """Put down a telephone task for each unit that has not signed for days or is overdue.

    Safe late, twice or in parallel: one task per part and reason.

    Source: R-183 (requirement 59; handbook domain.md 2.8).
    """
    found = queries.to_call(
        until,
        unread_days=int(knowledge.parameter("urge.unread_days", until, default=0)),
        overdue=bool(knowledge.parameter("urge.call_when_overdue", until, default=False)),
        limit=limit,
    )
    Urging.objects.bulk_create(
        (
            Urging(
                order_id=slow.order,
                assignment_id=slow.assignment,
                unit_id=slow.unit,
                kind=UrgeKind.TELEPHONE.value,
                reason=slow.reason.value,
                wanted_at=until,
            )
            for slow in found
        ),
        ignore_conflicts=True,
    )
    return len(found)


@transaction.atomic
def urge(order_id: int, *, by: Actor, kind: UrgeKind, said: str, now: datetime) -> WorkOrder:
    """Write down that somebody has urged the lead unit; the order's history tells it too.

    A task that was waiting for this is done with it.

    Args:
        order_id: the order.
        by: who called or wrote.
        kind: by telephone or by notice.
        said: what was said and answered, or the text of the notice.
        now: when.

    Raises:
        NotAllowed: the actor does not supervise.
        WrongState: no unit is working on the order.
        Invalid: nothing is said, or the kind is the system's.

    Source: R-184, R-185 (requirements 59, 74; handbook domain.md 2.8).
    """
    policy.require(by)
    words = text.clean(said)
    if kind not in BY_PERSON:
        raise Invalid("请选择电话催办或催办通知", fields={"kind": "不能选择"})
    if not 2 <= len(words) <= LONGEST:
        raise Invalid("请写明催办情况", fields={"said": f"请写 2–{LONGEST} 个字"})
    order = WorkOrder.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise NotFound("没有这件工单")
    part = _part(order)
    reason = rules.reason_now(signed=part.signed_at is not None, due_at=part.due_at, now=now)
    _store(order, part, kind, reason, words, by, now)
    note = f"{kind.label}{part.unit}（{reason.label}）：{words}"
    return orders.add_note(order.pk, by=by, note=note, now=now)


def _part(order: WorkOrder) -> Assignment:
    """Return the lead unit's part; the order must lie with it."""
    part = (
        Assignment.objects.select_related("unit")
        .filter(order=order, ended_at__isnull=True, role="lead", parent__isnull=True)
        .first()
    )
    if part is None or order.standing not in policy.WITH_THE_UNIT:
        raise WrongState(
            f"工单 {order.number} 现为“{order.standing.label}”，没有单位可催",
            state=order.state,
        )
    return part


def _store(
    order: WorkOrder,
    part: Assignment,
    kind: UrgeKind,
    reason: UrgeReason,
    words: str,
    by: Actor,
    now: datetime,
) -> None:
    waiting = Urging.objects.filter(
        assignment=part, kind=UrgeKind.TELEPHONE.value, at__isnull=True
    ).order_by("wanted_at", "pk")
    row = waiting.first() or Urging(
        order=order, assignment=part, unit_id=part.unit_id, reason=reason.value, wanted_at=now
    )
    row.kind, row.said, row.at, row.by = kind.value, words, now, by.staff
    row.save()
    waiting.exclude(pk=row.pk).update(at=now, by=by.staff, said="同一次催办")


def next_number(series: str, now: datetime) -> str:
    """Take the next number of a series in the local year: ``督〔2026〕12号``; without gaps.

    Runs in the caller's transaction: the row stays locked until it ends, so a number that was not
    used comes back.

    Source: R-411 (handbook domain.md 3.2: supervision number).
    """
    year = now.astimezone(SHANGHAI).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series, year])
        (last,) = cursor.fetchone()
    return rules.number(series, year, last)
