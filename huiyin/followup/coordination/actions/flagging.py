"""A case, or a question of duties, is flagged for coordination with evidence; or taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.followup.coordination import policy, rules
from huiyin.followup.coordination.models import Flag, FlagFile, FlagUnit
from huiyin.followup.coordination.states import LIVE, FlagKind, FlagState
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, NotFound, WrongState
from huiyin.knowledge.models import Category
from huiyin.orders import actions as orders
from huiyin.orders import queries as orders_queries
from huiyin.orders import rules as order_rules
from huiyin.orders.actions.files import Accepted, Upload, accept, keep
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Region, Unit


@dataclass(frozen=True, slots=True)
class Raising:
    """What is brought up: an order or a class of matters, why, and between whom."""

    kind: FlagKind
    reason: str
    title: str = ""
    order: str = ""
    category: Category | None = None
    region: Region | None = None
    units: Sequence[Unit] = ()


@transaction.atomic
def flag(form: Raising, files: Sequence[Upload] = (), *, by: Actor, now: datetime) -> Flag:
    """Flag a case for coordination; the history of its order tells it.

    Raises:
        NotAllowed: the actor neither dispatches nor supervises.
        NotFound: there is no such order.
        WrongState: the order has ended.
        Conflict: the order is flagged already.
        Invalid: the reason, the class or the units are missing.

    Source: R-443 (requirement 138; handbook domain.md 2.8).
    """
    policy.require_coordinator(by)
    accepted = accept(list(files))
    order = _order(form.order, by)
    said = {
        "title": text.clean(form.title) or (order.title if order else ""),
        "reason": text.clean(form.reason, lines=True),
    }
    rules.check_words(said, {"title": "事项", "reason": "需要协调什么、为什么"})
    category = form.category or (order.category if order else None)
    rules.check_flag(
        form.kind, order=order is not None, category=category is not None, units=len(form.units)
    )
    made = Flag.objects.create(
        **said,
        kind=form.kind.value,
        order=order,
        category=category,
        region=form.region or (order.region if order else None),
        flagged_at=now,
        flagged_by=present(by.staff),
    )
    FlagUnit.objects.bulk_create(
        FlagUnit(flag=made, unit=unit) for unit in dict.fromkeys(form.units)
    )
    FlagFile.objects.bulk_create(_file(made, each) for each in accepted)
    if order is not None:
        note = f"提请协调（{form.kind.label}）：{said['reason']}"
        orders.add_note(order.pk, by=by, note=note, now=now)
    return made


@transaction.atomic
def withdraw(key: int, *, by: Actor, reason: str, now: datetime) -> Flag:
    """Take a flag back that is on no agenda. Raises Invalid without a reason.

    Source: R-443 (requirement 138).
    """
    policy.require_coordinator(by)
    found = Flag.objects.select_for_update().filter(pk=key).first()
    if found is None:
        raise NotFound("没有这件协调事项")
    rules.check_flag_state(found.standing, FlagState.WAITING, "撤回")
    order_rules.check_note(reason, "note", "撤回原因")
    found.state, found.ended_at = FlagState.WITHDRAWN.value, now
    found.end_reason = text.clean(reason)[:500]
    found.save()
    return found


def _order(number: str, by: Actor) -> WorkOrder | None:
    """Return the order, locked, when one is named; it must be open and not flagged."""
    if not number:
        return None
    key = orders_queries.visible_key(by, number)
    rows = WorkOrder.objects.select_for_update(of=("self",)).select_related("category", "region")
    order = rows.filter(pk=key).first() if key else None
    if order is None:
        raise NotFound("没有找到这件工单", remedy="请核对编号")
    if order.standing not in OPEN:
        raise WrongState(
            f"工单 {order.number} 现为“{order.standing.label}”，不再需要协调", state=order.state
        )
    if Flag.objects.filter(order=order, state__in=[s.value for s in LIVE]).exists():
        raise Conflict("这件工单已提请协调", remedy="请在协调事项中查看")
    return order


def _file(made: Flag, file: Accepted) -> FlagFile:
    return FlagFile(
        flag=made, name=file.name, media_type=file.media_type, size=len(file.content),
        digest=keep(file),
    )  # fmt: skip
