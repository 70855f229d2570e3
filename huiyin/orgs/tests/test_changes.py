"""A unit is renamed, merged or split at a date: planning, carrying out, names by date."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.orgs import actions, rules, succession
from huiyin.orgs.actions import SplitTerm, Terms
from huiyin.orgs.actors import SYSTEM
from huiyin.orgs.models import AccountChange, ApiToken, FormerName, Staff, Unit, UnitChange
from huiyin.orgs.rules import heir
from huiyin.orgs.states import Perm, StaffMove, UnitKind
from tests.world import World, at, unit

TERMS = Terms(date(2026, 3, 10), "市委编办〔2026〕3 号")


def merge(world: World, terms: Terms = TERMS, now: datetime | None = None) -> UnitChange:
    by = world.actor("administrator")
    return actions.plan_merge([world.water], into=world.housing, terms=terms, by=by,
                              now=now or at(2))[0]  # fmt: skip


def carry_out(change: UnitChange, now: datetime | None = None) -> UnitChange | None:
    done = actions.carry_out_change(change.pk, by=SYSTEM, now=now or at(10))
    cached.forget_all()
    return done


@pytest.mark.rule("R-197")
@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (replace(TERMS, effective=date(2026, 3, 1)), "effective"),
        (replace(TERMS, effective=date(2029, 3, 1)), "effective"),
        (replace(TERMS, basis="  "), "basis"),
        (replace(TERMS, basis="文" * 201), "basis"),
    ],
)
def test_a_plan_needs_a_day_and_a_basis(world: World, terms: Terms, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        merge(world, terms)
    assert field in caught.value.facts["fields"]
    assert not UnitChange.objects.exists()


@pytest.mark.rule("R-197")
@pytest.mark.parametrize("kind", [UnitKind.CENTRE, UnitKind.VENDOR])
def test_the_centre_is_not_changed_so(kind: UnitKind) -> None:
    with pytest.raises(Invalid, match="热线中心"):
        rules.check_change(
            effective=at(2).date(), today=at(2).date(), kinds=[kind], basis="文件一号"
        )


@pytest.mark.rule("R-197")
def test_a_unit_is_not_taken_over_from_below_itself_or_twice(world: World) -> None:
    by = world.actor("administrator")
    for into in (world.water, world.water_team):
        with pytest.raises(Invalid, match="自己或下属"):
            actions.plan_merge([world.water], into=into, terms=TERMS, by=by, now=at(2))
    merge(world)
    with pytest.raises(WrongState, match="已有待执行的调整"):
        merge(world)
    with pytest.raises(NotAllowed):
        actions.plan_merge(
            [world.housing], into=world.water, terms=TERMS, by=world.actor("manager"), now=at(2)
        )
    with pytest.raises(Invalid, match="请选择"):
        actions.plan_merge([], into=world.water, terms=TERMS, by=by, now=at(2))


@pytest.mark.parametrize(
    ("name", "message"),
    [("市水务局", "新的名称"), ("  ", "新的名称"), ("市住建局", "已有单位"), ("水" * 81, "过长")],
)
def test_a_new_name_is_new(world: World, name: str, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        actions.plan_rename(
            world.water, name=name, terms=TERMS, by=world.actor("administrator"), now=at(2)
        )


@pytest.mark.rule("R-200")
@pytest.mark.parametrize(
    ("moment", "name"),
    [
        (at(2), "市水务局"),
        (at(9, 23, 59), "市水务局"),
        (at(10, 0, 0), "市水利局"),
        (at(19, 23, 59), "市水利局"),
        (at(20, 0, 0), "市水务和水利局"),
        (None, "市水务和水利局"),
    ],
)
def test_a_unit_is_called_as_on_the_day(world: World, moment: datetime | None, name: str) -> None:
    by = world.actor("administrator")
    for called, day in (("市水利局", 10), ("市水务和水利局", 20)):
        terms = replace(TERMS, effective=date(2026, 3, day))
        plan = actions.plan_rename(world.water, name=called, terms=terms, by=by, now=at(2))
        assert carry_out(plan, at(day))
    renamed = Unit.objects.get(pk=world.water.pk)
    assert succession.name_at(renamed, moment) == name
    assert [row.name for row in succession.former_names(renamed)] == ["市水利局", "市水务局"]
    assert renamed.code == "water"
    assert succession.as_then(world.housing, moment) is world.housing


@pytest.mark.rule("R-201")
def test_a_change_is_carried_out_once_and_not_before_its_day(world: World) -> None:
    change = merge(world)
    with pytest.raises(WrongState, match="2026-03-10 才生效"):
        carry_out(change, at(9, 23, 59))
    assert Unit.objects.get(code="water").active
    assert succession.changes_due(date(2026, 3, 9)) == []
    assert succession.changes_due(date(2026, 3, 10)) == [change.pk]
    assert carry_out(change) is not None
    assert carry_out(change) is None
    with pytest.raises(WrongState, match="已执行"):
        actions.cancel_change(change.pk, by=world.actor("administrator"), now=at(11))
    with pytest.raises(NotFound):
        actions.carry_out_change(0, by=SYSTEM, now=at(10))


def test_a_plan_can_be_cancelled_before_its_day(world: World) -> None:
    change = merge(world)
    with pytest.raises(NotAllowed):
        actions.cancel_change(change.pk, by=world.actor("manager"), now=at(3))
    actions.cancel_change(change.pk, by=world.actor("administrator"), now=at(3))
    assert carry_out(change) is None
    assert Unit.objects.get(code="water").active
    merge(world)


@pytest.mark.rule("R-201")
def test_tree_and_past_of_a_merged_unit_hang_below_who_takes_over(world: World) -> None:
    guided = unit("county-water", "东县水务局", "county_bureau", world.county)
    Unit.objects.filter(pk=guided.pk).update(superior=world.water)
    carry_out(merge(world))
    water = Unit.objects.get(code="water")
    team = Unit.objects.get(code="water-team")
    assert (water.active, water.parent_id) == (False, world.housing.pk)
    assert (team.active, team.parent_id) == (True, world.housing.pk)
    for each in (water, team):
        assert each.path == f"{world.housing.path}{each.pk}/"
        assert each.is_within(world.housing)
    assert Unit.objects.get(pk=guided.pk).superior_id == world.housing.pk


@pytest.mark.rule("R-201")
@pytest.mark.parametrize(
    ("move", "unit_code", "active"),
    [(StaffMove.MOVE, "housing", True), (StaffMove.CLOSE, "water", False)],
)
def test_accounts_follow_or_are_closed(world: World, move, unit_code, active) -> None:
    handler = world.people["water_handler"]
    actions.issue_token(staff=handler, name="t", scopes=[Perm.HANDLE], now=at(2))
    carry_out(merge(world, replace(TERMS, staff=move)))
    handler.refresh_from_db()
    assert (handler.unit.code, handler.is_active) == (unit_code, active)
    assert (ApiToken.objects.get().revoked_at is None) == active
    said = AccountChange.objects.get(staff=handler).what
    assert said.startswith("机构调整（市委编办〔2026〕3 号）")
    assert Staff.objects.get(username="team_handler").unit.code == "water-team"


@pytest.mark.rule("R-199")
@pytest.mark.parametrize(
    ("category", "region", "wanted"),
    [
        ("0404", "371402", "04/3714"),
        ("0404", "999999", "04/"),
        ("0501", "371402", "/371402"),
        ("0404", "371499", "04/3714"),
        ("0501", "371499", None),
        ("", "", None),
    ],
)
def test_the_narrower_matter_wins_then_the_narrower_place(category, region, wanted) -> None:
    rows = [SplitTerm(Unit(), *codes) for codes in (("04", ""), ("04", "3714"), ("", "371402"))]
    found = heir(rows, category, region)
    assert (f"{found.category}/{found.region}" if found else None) == wanted


@pytest.mark.rule("R-199")
def test_a_chain_of_changes_is_followed_to_its_end(world: World) -> None:
    by, day = world.actor("administrator"), replace(TERMS, effective=date(2026, 3, 11))
    carry_out(merge(world))
    split = actions.plan_split(
        world.housing, [SplitTerm(world.township, category="04")], rest=world.county, terms=day,
        by=by, now=at(10),
    )  # fmt: skip
    carry_out(split, at(11))
    water = Unit.objects.get(code="water")
    assert succession.heir(water, "0404") == world.township
    assert succession.heir(water, "05") == world.county
    assert water.is_within(world.county)
    assert set(succession.split_units(split)) == {world.township, world.county}


@pytest.mark.rule("R-199")
@pytest.mark.parametrize("codes", [[("", "")], [("04", ""), ("04", "")], [("ab", "")], []])
def test_rows_of_a_split_say_something_and_only_once(world: World, codes) -> None:
    parts = [SplitTerm(world.county, *each) for each in codes]
    with pytest.raises(Invalid):
        actions.plan_split(
            world.water, parts, rest=world.housing, terms=TERMS,
            by=world.actor("administrator"), now=at(2),
        )  # fmt: skip


def test_two_names_on_one_day_keep_the_first(world: World) -> None:
    by, today = world.actor("administrator"), replace(TERMS, effective=date(2026, 3, 2))
    for called in ("市水利局", "市水务水利局"):
        plan = actions.plan_rename(world.water, name=called, terms=today, by=by, now=at(2))
        carry_out(plan, at(2, 10))
        world.water.refresh_from_db()
    assert FormerName.objects.get().name == "市水务局"
    assert succession.name_at(world.water, at(2)) == "市水务水利局"
