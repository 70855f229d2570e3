"""Accounts, tokens, contacts and calendars."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, TooMany
from huiyin.orgs import actions, queries, rules
from huiyin.orgs.actors import SYSTEM
from huiyin.orgs.models import ContactChange
from huiyin.orgs.states import PERMS, ROLE_LABELS, Perm, Role, UnitKind, roles_for
from tests.world import PASSWORD, World, at


@pytest.mark.rule("R-10")
@pytest.mark.parametrize(
    ("kind", "role", "fits"),
    [
        (UnitKind.VENDOR, Role.AGENT, True),
        (UnitKind.VENDOR, Role.SUPERVISOR, False),
        (UnitKind.VENDOR, Role.DISPATCHER, False),
        (UnitKind.VENDOR, Role.CALLBACK, False),
        (UnitKind.CENTRE, Role.SUPERVISOR, True),
        (UnitKind.CENTRE, Role.HANDLER, False),
        (UnitKind.BUREAU, Role.HANDLER, True),
        (UnitKind.BUREAU, Role.AUDITOR, False),
        (UnitKind.TOWNSHIP, Role.UNIT_LEADER, True),
    ],
)
def test_roles_fit_the_kind_of_unit(kind, role, fits) -> None:
    if fits:
        rules.check_roles([role], kind)
        return
    with pytest.raises(NotAllowed):
        rules.check_roles([role], kind)


def test_every_role_has_a_label_permissions_and_a_home() -> None:
    assert set(ROLE_LABELS) == set(PERMS) == set(Role)
    assert len(Role) == 10
    homes = frozenset().union(*(roles_for(kind) for kind in UnitKind))
    assert homes == set(Role)
    vendor = frozenset().union(*(PERMS[role] for role in roles_for(UnitKind.VENDOR)))
    assert not vendor & {Perm.SUPERVISE, Perm.DISPATCH, Perm.AUDIT, Perm.CALL_BACK, Perm.REPORTS}


@pytest.mark.rule("R-11")
@pytest.mark.parametrize(
    ("password", "strong"),
    [
        ("short1A!", False),
        ("alllowercase1", False),
        ("Goodpass2026", True),
        ("li.si-2026-XX", False),
    ],
)
def test_password_strength(password, strong) -> None:
    if strong:
        rules.check_password(password, "li.si")
        return
    with pytest.raises(Invalid):
        rules.check_password(password, "li.si")


@pytest.mark.rule("R-12")
def test_five_failures_lock_for_half_an_hour(world: World) -> None:
    assert actions.sign_in("agent", PASSWORD, now=at(2)).name == "agent"
    for name in ("agent", "nobody"):
        with pytest.raises(NotAllowed, match="账号或密码不正确"):
            actions.sign_in(name, "wrong", now=at(2))
    for _ in range(4):
        with pytest.raises(NotAllowed):
            actions.sign_in("agent", "wrong", now=at(2))
    with pytest.raises(TooMany):
        actions.sign_in("agent", PASSWORD, now=at(2, 9, 29))
    assert actions.sign_in("agent", PASSWORD, now=at(2, 9, 31)).failed_logins in (0, 1)


def test_a_success_forgets_earlier_failures(world: World) -> None:
    for round_ in range(3):
        for _ in range(4):
            with pytest.raises(NotAllowed):
                actions.sign_in("agent", "wrong", now=at(2, 9, round_))
        actions.sign_in("agent", PASSWORD, now=at(2, 9, round_))


def test_tokens_are_known_by_digest_and_end(world: World) -> None:
    staff = world.people["agent"]
    with pytest.raises(NotAllowed):
        actions.issue_token(staff=staff, name="x", scopes=[Perm.DISPATCH], now=at(2))
    token = actions.issue_token(staff=staff, name="x", scopes=[Perm.INTAKE], now=at(2), days=1)
    row = queries.staff_by_token(token, at(2))
    assert row.staff == staff
    assert token.encode() not in bytes(row.digest)
    assert queries.staff_by_token(token, at(2) + timedelta(days=1)) is None
    assert queries.staff_by_token(token + "x", at(2)) is None


@pytest.mark.rule("R-13")
def test_a_change_of_contact_is_kept(world: World) -> None:
    name = {"by": SYSTEM, "title": "热线联络员", "now": at(2)}
    actions.name_contact(world.water, name="甲", phone="13900001111", **name)
    actions.name_contact(world.water, name="甲", phone="13900001111", **name)
    actions.name_contact(world.water, name="乙", phone="13900002222", **name)
    changes = list(ContactChange.objects.order_by("pk").values_list("before", "after"))
    assert changes == [
        ("", "热线联络员 甲 139****1111"),
        ("热线联络员 甲 139****1111", "热线联络员 乙 139****2222"),
    ]
    with pytest.raises(Invalid):
        actions.name_contact(world.water, by=SYSTEM, title=" ", now=at(2))
    with pytest.raises(NotAllowed):
        actions.name_contact(world.water, by=world.actor("housing_handler"), title="我", now=at(2))


@pytest.mark.rule("R-14")
@pytest.mark.parametrize(
    ("closed", "opened", "why"),
    [
        pytest.param([date(2028, 1, 3)], [], "2028-01-03 不属于 2027 年", id="another year"),
        pytest.param([], [date(2027, 1, 4)], "2027-01-04 不是周末", id="a Monday is worked anyway"),
        pytest.param([date(2027, 1, 2)], [], "2027-01-02 本来就是周末", id="a Saturday is free"),
        pytest.param(
            [date(2027, 1, 3)], [date(2027, 1, 3)], "2027-01-03 既放假又上班", id="in both lists"
        ),
    ],
)
def test_a_wrong_calendar_is_refused(world: World, closed, opened, why) -> None:
    with pytest.raises(Invalid, match=why):
        actions.load_calendar_year(
            2027, closed=closed, opened=opened, names={}, source="t", by=SYSTEM, now=at(2)
        )
    with pytest.raises(NotAllowed):
        actions.load_calendar_year(
            2027, closed=[], opened=[], names={}, source="t", by=world.actor("agent"), now=at(2)
        )


def test_the_subtree_follows_the_path(world: World) -> None:
    assert set(queries.subtree_ids(world.county.path)) == {world.county.pk, world.township.pk}
    assert [u.code for u in queries.sub_units(world.water)] == ["water-team"]
    assert world.vendor not in queries.units_to_assign()
