"""A joint case is opened with lead and partners, gets milestones and a log, and is closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from huiyin.followup.coordination import policy, queries, rules
from huiyin.followup.coordination.models import JointCase, JointEntry, JointOrder, JointPartner
from huiyin.followup.coordination.states import JointState
from huiyin.followup.tasks import actions as tasks
from huiyin.followup.tasks import queries as task_queries
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.models import Task
from huiyin.followup.tasks.states import Origin, TaskPart
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from huiyin.orders import actions as orders
from huiyin.orders import queries as orders_queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

MOST_ORDERS = 50


@dataclass(frozen=True, slots=True)
class Opening:
    """What is handled jointly: why, under which lead, with whom, and which orders."""

    title: str
    goal: str
    lead: Unit | None
    partners: Sequence[Unit] = ()
    duty: str = ""
    orders: Sequence[str] = ()


@transaction.atomic
def open_joint(form: Opening, *, by: Actor, now: datetime) -> JointCase:
    """Open a joint case.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: no lead, no partner or no goal.
        NotFound, Conflict: an order is not there, or belongs to another joint case.

    Source: R-449 (requirement 108).
    """
    policy.require_office(by, "组织联合办理")
    said = {"title": text.clean(form.title), "goal": text.clean(form.goal, lines=True)}
    rules.check_words(said, {"title": "事项", "goal": "要解决什么"})
    partners = [unit for unit in dict.fromkeys(form.partners) if unit != form.lead]
    wrong = {} if form.lead else {"lead": "请选择牵头单位"}
    if not partners:
        wrong["partners"] = "请填写配合单位，至少一个"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    case = JointCase.objects.create(
        **said, lead=present(form.lead), opened_at=now, opened_by=present(by.staff)
    )
    case.sheet = tasks.open_sheet(
        Origin.JOINT, document=case.number, title=case.title, basis=case.goal
    )
    case.save(update_fields=["sheet"])
    duty = text.clean(form.duty)[:200]
    JointPartner.objects.bulk_create(
        JointPartner(case=case, unit=unit, duty=duty) for unit in partners
    )
    _add(case, form.orders, by, now)
    return case


@transaction.atomic
def add_orders(key: int, numbers: Sequence[str], *, by: Actor, now: datetime) -> JointCase:
    """Add orders to an open joint case.

    Source: R-449 (requirement 108: one action about many requests).
    """
    case = _locked(key, by, "加入工单")
    _add(case, numbers, by, now)
    return case


@transaction.atomic
def add_milestone(key: int, duty: Duty, *, by: Actor, now: datetime) -> Task:
    """Set a milestone: what a unit of the group has reached until a day.

    Raises:
        Invalid: the unit is not of the working group, or something is missing.

    Source: R-449 (requirement 108).
    """
    case = _locked(key, by, "增加节点")
    members = {case.lead_id, *case.partners.values_list("unit", flat=True)}
    if duty.unit is not None and duty.unit.pk not in members:
        words = "这个单位不在工作组内"
        raise Invalid(words, fields={"unit": words})
    part = TaskPart.LEAD if duty.unit and duty.unit.pk == case.lead_id else TaskPart.ASSIST
    sheet = present(case.sheet)
    return tasks.give(sheet.pk, [replace(duty, part=part)], by=by, now=now)[0]


@transaction.atomic
def log_joint(key: int, *, by: Actor, said: str, now: datetime) -> JointEntry:
    """Write a line into the log of the working group.

    Raises:
        NotAllowed: the actor's unit is not of the group.

    Source: R-449 (requirement 108).
    """
    case = _found(key)
    if not queries.is_member(by, case):
        raise NotAllowed("本单位不在工作组内")
    rules.check_joint(case.standing, "补充记录")
    words = {"said": text.clean(said, lines=True)}
    rules.check_words(words, {"said": "工作情况"})
    return JointEntry.objects.create(
        case=case, at=now, by=present(by.staff), unit=by.unit, said=words["said"]
    )


@transaction.atomic
def close_joint(key: int, *, by: Actor, summary: str, now: datetime) -> JointCase:
    """Close a joint case with a summary; each order still open tells it in its history.

    Raises:
        Conflict: milestones are open.
        Invalid: nothing is summed up.

    Source: R-449 (requirement 108).
    """
    case = _locked(key, by, "办结")
    rules.check_close(task_queries.unfinished(present(case.sheet)))
    said = {"summary": text.clean(summary, lines=True)}
    rules.check_words(said, {"summary": "办理结果"})
    case.state, case.summary = JointState.CLOSED.value, said["summary"]
    case.closed_at, case.closed_by = now, by.staff
    case.save()
    for row in case.orders.select_related("order"):
        if row.order.standing in OPEN:
            note = f"联合办理 {case.number} 办结：{case.summary}"
            orders.add_note(row.order_id, by=by, note=note, now=now)
    return case


def _add(case: JointCase, numbers: Sequence[str], by: Actor, now: datetime) -> None:
    if case.orders.count() + len(numbers) > MOST_ORDERS:
        words = f"一项联合办理最多 {MOST_ORDERS} 件工单"
        raise Invalid(words, fields={"orders": words})
    for number in dict.fromkeys(numbers):
        key = orders_queries.visible_key(by, number)
        order = WorkOrder.objects.select_for_update().filter(pk=key).first() if key else None
        if order is None:
            raise NotFound(f"没有找到工单 {number}", remedy="请核对编号")
        if JointOrder.objects.filter(order=order).exists():
            raise Conflict(f"工单 {order.number} 已在联合办理中")
        JointOrder.objects.create(case=case, order=order, added_at=now)
        if order.standing in OPEN:
            note = f"列入联合办理 {case.number}“{case.title}”，{case.lead}牵头"
            orders.add_note(order.pk, by=by, note=note, now=now)


def _locked(key: int, by: Actor, what: str) -> JointCase:
    policy.require_office(by, what)
    case = _found(key)
    rules.check_joint(case.standing, what)
    return case


def _found(key: int) -> JointCase:
    rows = JointCase.objects.select_for_update(of=("self",)).select_related("lead", "sheet")
    case = rows.filter(pk=key).first()
    if case is None:
        raise NotFound("没有这项联合办理")
    return case
