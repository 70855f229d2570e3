"""Changes of the organisation: a unit is renamed, merged or split at a date.

A change is planned, may be cancelled until its day, and is carried out once. The register, the tree
and the accounts follow here; the orders follow in ``orders.actions.succeeding``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from huiyin.kernel import bulk, text
from huiyin.kernel.errors import Invalid, NotFound, WrongState
from huiyin.orgs import policy, rules, succession
from huiyin.orgs.actions.register import follow_parents
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import (
    AccountChange,
    ApiToken,
    City,
    FormerName,
    SplitRow,
    Staff,
    Unit,
    UnitChange,
)
from huiyin.orgs.states import ChangeKind, ChangeState, Perm, Role, StaffMove, UnitKind
from huiyin.worktime.calendar import SHANGHAI

MOST_ROWS, MOST_NUMBERS = 50, 5000
LONGEST = {"name": 80, "short_name": 40, "basis": 200}


@dataclass(frozen=True, slots=True)
class Terms:
    """From which day a change holds, on what basis, and what becomes of the accounts."""

    effective: date
    basis: str
    staff: StaffMove = StaffMove.MOVE


@dataclass(frozen=True, slots=True)
class SplitTerm:
    """A part of a split: who takes over the matters and places whose codes begin so.

    With ``numbers`` it is about these open orders alone.
    """

    successor: Unit
    category: str = ""
    region: str = ""
    numbers: tuple[str, ...] = ()


def plan_rename(
    unit: Unit, *, name: str, short_name: str = "", terms: Terms, by: Actor, now: datetime
) -> UnitChange:
    """Plan that a unit has another name from a day on; what is older keeps the name of then.

    Raises:
        NotAllowed: the actor does not look after units.
        Invalid: a field is missing, or another unit has that name.
        WrongState: the unit has ended or has a plan already.

    Source: R-197 (requirements 126, 132: register of units).
    """
    name, short = text.clean(name), text.clean(short_name) or text.clean(name)
    if not name or (name == unit.name and short == unit.short_name):
        raise Invalid("请填写新的名称", fields={"name": "请填写与现名不同的名称"})
    if Unit.objects.filter(name=name, active=True).exclude(pk=unit.pk).exists():
        raise Invalid("已有单位叫这个名称", fields={"name": "名称重复"})
    plan = UnitChange(kind=ChangeKind.RENAME.value, unit=unit, name=name, short_name=short)
    return _plan(plan, (), terms, by, now)


def plan_merge(
    units: Sequence[Unit], *, into: Unit, terms: Terms, by: Actor, now: datetime
) -> list[UnitChange]:
    """Plan that units end on a day and another takes over everything they have.

    Raises:
        NotAllowed: the actor does not look after units.
        Invalid: no unit is named, or one would take over itself or from above itself.
        WrongState: one of the units has ended or has a plan already.

    Source: R-197 (requirements 126, 132: register of units).
    """
    if not units:
        raise Invalid("请选择并入的单位", fields={"unit": "必填"})
    with transaction.atomic():
        return [
            _plan(
                UnitChange(kind=ChangeKind.MERGE.value, unit=unit, successor=into),
                (),
                terms,
                by,
                now,
            )
            for unit in units
        ]


def plan_split(
    unit: Unit,
    parts: Sequence[SplitTerm],
    *,
    rest: Unit,
    terms: Terms,
    by: Actor,
    now: datetime,
) -> UnitChange:
    """Plan that a unit ends on a day and several take over, by matter and by place.

    Args:
        unit: the unit that ends.
        parts: who takes over what; a list of orders wins, then the narrower matter, then the
            narrower place. Lists are checked against the orders by ``orders.actions.plan_split``.
        rest: who takes over everything else, and the accounts, sub-units and past of the unit.
        terms: day, basis, accounts.
        by: who plans it.
        now: when.

    Raises:
        NotAllowed: the actor does not look after units.
        Invalid: no part is named, two say the same, or a code is not of its form.
        WrongState: one of the units has ended, or the unit has a plan already.

    Source: R-197, R-199, R-393 (requirements 126, 132: register of units).
    """
    if not 1 <= len(parts) <= MOST_ROWS:
        raise Invalid("请写明哪些分类、区划由谁承接", fields={"parts": f"须有 1 至 {MOST_ROWS} 行"})
    _check_lists(parts)
    keys = [(part.category, part.region) for part in parts if not part.numbers]
    if len(set(keys)) < len(keys):
        raise Invalid("同一分类和区划写了两次", fields={"parts": "有重复的行"})
    if ("", "") in keys or not all(code.isdigit() for key in keys for code in key if code):
        raise Invalid("每一行须写分类编码或区划编码", fields={"parts": "编码由数字组成"})
    plan = UnitChange(kind=ChangeKind.SPLIT.value, unit=unit, successor=rest)
    return _plan(plan, parts, terms, by, now)


def _check_lists(parts: Sequence[SplitTerm]) -> None:
    """Refuse lists that name an order twice or too many, or that name a matter as well."""
    numbers = [number for part in parts for number in part.numbers]
    if len(set(numbers)) < len(numbers):
        raise Invalid("同一工单写了两次", fields={"listed": "有重复的工单"})
    if len(numbers) > MOST_NUMBERS:
        raise Invalid("工单太多", fields={"listed": f"最多 {MOST_NUMBERS} 件"})
    if any(part.numbers and (part.category or part.region) for part in parts):
        raise Invalid("按工单承接的，不再写分类和区划", fields={"listed": "只写工单编号和单位"})


def _plan(
    plan: UnitChange, parts: Sequence[SplitTerm], terms: Terms, by: Actor, now: datetime
) -> UnitChange:
    """Check what all kinds share and store the plan with its rows."""
    policy.require(by, Perm.STAFF)
    heirs = [part.successor for part in parts] + ([plan.successor] if plan.successor else [])
    rules.check_change(
        effective=terms.effective,
        today=now.astimezone(SHANGHAI).date(),
        kinds=[UnitKind(each.kind) for each in (plan.unit, *heirs)],
        basis=terms.basis,
    )
    _check_lengths(plan, terms)
    _check_heirs(plan.unit, heirs)
    plan.effective, plan.basis = terms.effective, text.clean(terms.basis)
    plan.staff = terms.staff.value if heirs else ""
    plan.planned_at, plan.planned_by = now, by.label[:60]
    try:
        with transaction.atomic():
            plan.save(force_insert=True)
            rows = [SplitRow(change=plan, successor=p.successor, category=p.category,
                             region=p.region, numbers=list(p.numbers)) for p in parts]  # fmt: skip
            SplitRow.objects.bulk_create(rows)
    except IntegrityError as error:
        raise WrongState(f"{plan.unit}已有待执行的调整", remedy="请先取消原来的安排") from error
    return plan


def _check_lengths(plan: UnitChange, terms: Terms) -> None:
    given = {"name": plan.name, "short_name": plan.short_name, "basis": terms.basis}
    wrong = {name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(given[name]) > most}
    if wrong:
        raise Invalid("填写过长", fields=wrong)


def _check_heirs(unit: Unit, heirs: Sequence[Unit]) -> None:
    if not unit.active or not all(each.active for each in heirs):
        raise WrongState("单位已停用，不能再调整", remedy="请选择现在的单位")
    if wrong := [each for each in heirs if each.is_within(unit)]:
        raise Invalid(
            f"{unit}不能由自己或下属单位{wrong[0]}承接",
            fields={"successor": "请选择本单位以外的单位"},
        )


@transaction.atomic
def cancel_change(key: int, *, by: Actor, now: datetime) -> UnitChange:
    """Cancel a change that has not been carried out.

    Raises:
        NotAllowed: the actor does not look after units.
        NotFound: there is no such change.
        WrongState: it has been carried out or cancelled.
    """
    policy.require(by, Perm.STAFF)
    plan = _locked(key)
    if plan.state != ChangeState.PLANNED.value:
        raise WrongState(f"这项调整{ChangeState(plan.state).label}，不能取消")
    return _end(plan, ChangeState.CANCELLED, by, now)


@transaction.atomic
def carry_out_change(key: int, *, by: Actor, now: datetime) -> UnitChange | None:
    """Carry out a planned change whose day has come, once; None when it is no longer planned.

    A renamed unit keeps its old name for what is older. A unit that ends becomes a closed unit
    below the one that takes over, so that every figure and every file of its past follows; its
    sub-units, the units it guides and its accounts go with it. Waits for a load of the profile.

    Raises:
        NotFound: there is no such change.
        WrongState: its day has not come.
        NotAllowed: an account's roles do not fit the kind of the unit that takes over.

    Source: R-201 (requirements 126, 132: register of units).
    """
    City.objects.select_for_update().first()
    plan = _locked(key)
    if plan.state != ChangeState.PLANNED.value:
        return None
    if plan.effective > now.astimezone(SHANGHAI).date():
        raise WrongState(f"这项调整 {plan.effective:%Y-%m-%d} 才生效")
    if plan.kind == ChangeKind.RENAME.value:
        rename(plan.unit, plan.name, plan.short_name, plan.effective, plan)
    else:
        _end_unit(plan, by, now)
    return _end(plan, ChangeState.DONE, by, now)


def rename(unit: Unit, name: str, short: str, since: date, plan: UnitChange | None) -> None:
    """Give a unit another name and keep the one it had; two names on one day keep the first.

    It is found by the initials of its new short name from now on.
    """
    FormerName.objects.get_or_create(
        unit=unit,
        until=since,
        defaults={"name": unit.name, "short_name": unit.short_name, "change": plan},
    )
    unit.name, unit.short_name = name, short
    unit.pinyin = text.initials(short or name)[:80]
    unit.save(update_fields=["name", "short_name", "pinyin"])


def _end_unit(plan: UnitChange, by: Actor, now: datetime) -> None:
    """Close a unit, hang it below its successor, and let what hangs on it follow."""
    units = {unit.pk: unit for unit in Unit.objects.select_for_update().order_by("pk")}
    unit = units[plan.unit_id]
    wanted = units[plan.successor_id or 0]
    successor = units[succession.heir_among(succession.heritages_now(), wanted).pk]
    for each in units.values():
        if each.parent_id == unit.pk:
            each.parent_id = successor.pk
        if each.superior_id == unit.pk:
            each.superior_id = successor.pk if each.pk != successor.pk else None
    unit.parent_id, unit.active = successor.pk, False
    follow_parents({each.code: each for each in units.values()})
    bulk.store(Unit, list(units.values()), ["parent", "superior", "active", "path", "depth"])
    plan.successor = successor
    _move_staff(plan, unit, successor, by, now)


def _move_staff(plan: UnitChange, unit: Unit, successor: Unit, by: Actor, now: datetime) -> None:
    people = list(Staff.objects.select_for_update().filter(unit=unit, is_active=True))
    if plan.staff == StaffMove.MOVE.value:
        for each in people:
            rules.check_roles([Role(role) for role in each.roles], UnitKind(successor.kind))
        Staff.objects.filter(pk__in=[each.pk for each in people]).update(unit=successor)
        what = f"机构调整（{plan.basis}），由{unit}转入{successor}"
    else:
        Staff.objects.filter(pk__in=[each.pk for each in people]).update(is_active=False)
        live = Q(staff__in=people, revoked_at__isnull=True)
        ApiToken.objects.filter(live).update(revoked_at=now)
        what = f"机构调整（{plan.basis}），停用"
    bulk.add(
        AccountChange,
        [AccountChange(staff=each, at=now, by=by.label[:60], what=what[:200]) for each in people],
    )


def _locked(key: int) -> UnitChange:
    rows = UnitChange.objects.select_for_update(of=("self",))
    plan = rows.select_related("unit", "successor").filter(pk=key).first()
    if plan is None:
        raise NotFound("没有这项机构调整", remedy="请从列表重新进入")
    return plan


def _end(plan: UnitChange, state: ChangeState, by: Actor, now: datetime) -> UnitChange:
    plan.state, plan.ended_at, plan.ended_by = state.value, now, by.label[:60]
    plan.save(update_fields=["state", "ended_at", "ended_by", "successor"])
    return plan
