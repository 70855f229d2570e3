"""Looking at every order of the city by its ladder, and writing down what came of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from huiyin.followup.ladder import policy, queries
from huiyin.followup.ladder.models import Escalation
from huiyin.followup.ladder.rules import Rung
from huiyin.followup.ladder.states import Action, Addressee
from huiyin.followup.mandates import actions as mandates
from huiyin.followup.mandates import queries as mandate_queries
from huiyin.followup.mandates.rules import PLAIN_KINDS
from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, NotFound, WrongState
from huiyin.orders import actions as orders
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Unit
from huiyin.worktime import deadline, limits

BATCH = 500
LONGEST = 500


def climb(*, until: datetime, limit: int = BATCH) -> int:
    """Write a row for each order that reaches a level of the ladder by ``until``; how many.

    Safe late, twice or in parallel: one row per order and level, by constraint. Each row is a
    transaction of its own.

    Source: R-420, R-421 (handbook domain.md 2.8: supervision ladder).
    """
    done = 0
    for rung in queries.rungs(until):
        for order, unit in queries.reached(rung, until, limit):
            done += _reach(rung, order, unit, until)
    return done


@transaction.atomic
def _reach(rung: Rung, order_id: int, unit_id: int, now: datetime) -> bool:
    order = WorkOrder.objects.select_for_update(of=("self",)).get(pk=order_id)
    if Escalation.objects.filter(order=order, level=rung.level).exists():
        return False
    unit, why = Unit.objects.select_related("superior", "parent").get(pk=unit_id), queries.why(rung)
    row = Escalation.objects.create(
        order=order,
        unit=unit,
        level=rung.level,
        code=rung.code,
        name=rung.name,
        why=why,
        to=[each.value for each in rung.to],
        superior=_superior(rung, unit),
        supervising=_supervising(rung, order),
        action=rung.action.value,
        at=now,
        due_at=deadline.deadline(now, limits.parse(rung.within), orgs.calendar()).due_at,
    )
    if rung.action is Action.MANDATE:
        kind = mandate_queries.kind(rung.kind, now) or PLAIN_KINDS[0]
        row.mandate = mandates.draft_by_rule(order, kind=kind, unit=unit, why=why, now=now)
        row.save(update_fields=["mandate"])
    if order.standing in OPEN:
        whom = "、".join(each.label for each in rung.to)
        said = f"升级第 {rung.level} 级（{rung.name}）：{why}；告知{whom}"
        orders.add_note(order.pk, by=SYSTEM, note=said, now=now)
    return True


def _superior(rung: Rung, unit: Unit) -> Unit | None:
    return (unit.superior or unit.parent) if Addressee.SUPERIOR in rung.to else None


def _supervising(rung: Rung, order: WorkOrder) -> Unit | None:
    if Addressee.SUPERVISING not in rung.to:
        return None
    rows = Assignment.objects.select_related("unit").filter(
        order=order, role="supervise", ended_at__isnull=True
    )
    part = rows.order_by("pk").first()
    return part.unit if part else None


@transaction.atomic
def answer(key: int, *, by: Actor, said: str, now: datetime) -> Escalation:
    """Write down what was done about an escalation; the first answer ends it.

    Raises:
        NotFound: there is none.
        NotAllowed: it is not addressed to the actor.
        WrongState: it was answered.
        Invalid: nothing is said.

    Source: R-422 (handbook domain.md 2.8).
    """
    row = Escalation.objects.select_for_update(of=("self",)).filter(pk=key).first()
    if row is None:
        raise NotFound("没有这条升级提醒")
    policy.require_answer(by, row)
    words = text.clean(said)
    if row.answered_at is not None:
        raise WrongState("这条升级提醒已经办理", remedy="请刷新页面查看")
    if not 2 <= len(words) <= LONGEST:
        raise Invalid("请写明办理情况", fields={"said": f"请写 2–{LONGEST} 个字"})
    row.answered_at, row.answered_by, row.said = now, by.staff, words
    row.save(update_fields=["answered_at", "answered_by", "said"])
    return row
