"""A profile that is older than a change of the organisation does not undo it."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.cities import actions
from huiyin.cities.tests.support import Copy, Town, changes
from huiyin.kernel import cached
from huiyin.orders import actions as orders
from huiyin.orders.models import WorkOrder
from huiyin.orgs import actions as orgs
from huiyin.orgs import succession
from huiyin.orgs.actions import Terms
from huiyin.orgs.actors import acting
from huiyin.orgs.models import FormerName, Staff, Unit
from huiyin.orgs.states import Role
from tests.world import PASSWORD, at

pytestmark = pytest.mark.rule("R-201")
TERMS = Terms(date(2026, 3, 3), "德编办发〔2026〕3 号")


@pytest.fixture
def boss(loaded: Copy):  # noqa: ARG001
    staff = orgs.create_staff(
        username="boss", name="管理员", unit=Unit.objects.get(code="100"),
        roles=[Role.ADMINISTRATOR], password=PASSWORD, now=at(1),
    )  # fmt: skip
    return acting(staff)


def test_a_merged_unit_stays_merged(town: Town, boss) -> None:
    order = town.story("101").order
    old, new = Unit.objects.get(code="101"), Unit.objects.get(code="110")
    [plan] = orgs.plan_merge([old], into=new, terms=TERMS, by=boss, now=at(2))
    assert orders.carry_out(plan.pk, now=at(3)) == 1
    told = town.load(at(4))
    assert not told.changed, told.lines
    old.refresh_from_db()
    assert (old.active, old.parent_id) == (False, new.pk)
    assert WorkOrder.objects.get(pk=order.pk).lead_unit == new


def test_a_renamed_unit_keeps_its_new_name(town: Town, boss) -> None:
    unit = Unit.objects.get(code="101")
    before = unit.name
    plan = orgs.plan_rename(unit, name="德州市新名称局", short_name="新名称局", terms=TERMS,
                            by=boss, now=at(2))  # fmt: skip
    orders.carry_out(plan.pk, now=at(3))
    assert not town.load(at(4)).changed
    assert Unit.objects.get(code="101").name == "德州市新名称局"
    town.copy.change("units.csv", before, "德州市新名称局")
    assert not [line for line in town.load(at(5)).lines if before in line]


def test_a_name_that_the_profile_changes_is_kept_for_the_past(town: Town) -> None:
    unit = Unit.objects.get(code="101")
    before = unit.name
    town.copy.change("units.csv", before, "德州市新名称局")
    told = changes(town.load(at(5)), "单位")
    assert told.changed == ("德州市新名称局",)
    cached.forget_all()
    unit.refresh_from_db()
    assert succession.name_at(unit, at(4)) == before
    assert succession.name_at(unit, at(5)) == "德州市新名称局"
    assert FormerName.objects.get().change is None
    town.copy.change("units.csv", "德州市新名称局", before)
    assert changes(town.load(at(6)), "单位").changed == (before,)


def test_demonstration_accounts_of_a_merged_unit_are_with_its_heir(boss) -> None:
    accounts = actions.create_demo_accounts("dezhou", password=PASSWORD, now=at(1))
    name = next(each.username for each in accounts if "handler" in each.username)
    old = Staff.objects.get(username=name).unit
    new = Unit.objects.exclude(pk=old.pk).filter(kind=old.kind, active=True).order_by("code")[0]
    [plan] = orgs.plan_merge([old], into=new, terms=TERMS, by=boss, now=at(2))
    orders.carry_out(plan.pk, now=at(3))
    actions.create_demo_accounts("dezhou", password=PASSWORD, now=at(4))
    assert Staff.objects.get(username=name).unit == new
