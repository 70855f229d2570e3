"""What an administrator may do to accounts, and what nobody may."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, Refused, TooMany, WrongState
from huiyin.orgs import actions, queries, rules
from huiyin.orgs.models import AccountChange, ApiToken, Staff
from huiyin.orgs.states import Perm, Role
from tests.world import PASSWORD, World, at, person

pytestmark = pytest.mark.rule("R-18")


def opened(world: World, **changes: object) -> tuple[Staff, str]:
    values: dict[str, object] = {
        "by": world.actor("administrator"),
        "unit": world.water,
        "username": "new.hand",
        "name": "新来的",
        "roles": [Role.HANDLER],
        "now": at(2),
    }
    return actions.open_account(**(values | changes))  # type: ignore[arg-type]


def notes(staff: Staff) -> list[str]:
    return list(
        AccountChange.objects.filter(staff=staff).order_by("pk").values_list("what", flat=True)
    )


def test_a_new_account_has_a_password_that_works_and_a_trace(world: World) -> None:
    staff, password = opened(world)
    rules.check_password(password, "new.hand")
    assert actions.sign_in("new.hand", password, now=at(2)) == staff
    assert notes(staff) == ["新建账号，岗位：承办人"]
    _, own = opened(world, username="second", password="Own-choice-26")
    assert own == "Own-choice-26"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"roles": [Role.DISPATCHER]}, NotAllowed, id="role of the centre"),
        pytest.param({"roles": []}, Invalid, id="no role"),
        pytest.param({"username": "agent"}, Invalid, id="taken"),
        pytest.param({"username": "空格 not"}, Invalid, id="form of the name"),
        pytest.param({"name": " "}, Invalid, id="no name"),
        pytest.param({"password": "short"}, Invalid, id="weak"),
    ],
)
def test_a_wrong_account_is_refused_and_nothing_stored(world: World, changes, error) -> None:
    before = Staff.objects.count()
    with pytest.raises(error):
        opened(world, **changes)
    assert (Staff.objects.count(), AccountChange.objects.count()) == (before, 0)


def test_a_closed_unit_gets_no_account(world: World) -> None:
    world.water.active = False
    with pytest.raises(WrongState):
        opened(world)


def test_roles_change_at_once_and_fit_the_unit(world: World) -> None:
    agent, by = world.people["agent"], world.actor("administrator")
    actions.set_roles(agent.pk, [Role.DISPATCHER, Role.AGENT], by=by, now=at(2))
    actions.set_roles(agent.pk, [Role.AGENT, Role.DISPATCHER], by=by, now=at(2))
    agent.refresh_from_db()
    assert agent.roles == ["agent", "dispatcher"]
    assert notes(agent) == ["岗位由“受理员”改为“受理员、派单员”"]
    with pytest.raises(NotAllowed):
        actions.set_roles(agent.pk, [Role.HANDLER], by=by, now=at(2))
    with pytest.raises(Invalid):
        actions.set_roles(agent.pk, [], by=by, now=at(2))


def test_nobody_changes_their_own_roles_or_closes_themselves(world: World) -> None:
    me, by = world.people["administrator"], world.actor("administrator")
    with pytest.raises(NotAllowed, match="自己的岗位"):
        actions.set_roles(me.pk, [Role.MANAGER], by=by, now=at(2))
    with pytest.raises(NotAllowed, match="自己的账号"):
        actions.close_account(me.pk, by=by, now=at(2))
    me.refresh_from_db()
    assert (me.roles, me.is_active, notes(me)) == (["administrator"], True, [])


def test_closing_ends_signing_in_and_tokens_and_opening_revives_no_token(world: World) -> None:
    agent, by = world.people["agent"], world.actor("administrator")
    token = grant(world, agent)
    actions.close_account(agent.pk, by=by, now=at(3))
    actions.close_account(agent.pk, by=by, now=at(3))
    with pytest.raises(NotAllowed):
        actions.sign_in("agent", PASSWORD, now=at(3))
    with pytest.raises(WrongState):
        grant(world, agent)
    actions.reopen_account(agent.pk, by=by, now=at(4))
    assert actions.sign_in("agent", PASSWORD, now=at(4)) == agent
    assert queries.staff_by_token(token, at(4)) is None
    assert notes(agent)[1:] == ["停用", "启用"]


def test_a_demonstration_account_stays_closed_and_gets_no_secrets(world: World) -> None:
    by = world.actor("administrator")
    demo = person("demo", world.centre, Role.AGENT)
    Staff.objects.filter(pk=demo.pk).update(is_demo=True)
    with pytest.raises(NotAllowed):
        grant(world, demo)
    with pytest.raises(NotAllowed):
        actions.reset_password(demo.pk, by=by, now=at(2))
    actions.close_account(demo.pk, by=by, now=at(2))
    with pytest.raises(NotAllowed):
        actions.reopen_account(demo.pk, by=by, now=at(2))


def test_unlocking_and_a_new_password(world: World) -> None:
    agent, by = world.people["agent"], world.actor("administrator")
    for _ in range(5):
        with pytest.raises(NotAllowed):
            actions.sign_in("agent", "wrong", now=at(2))
    with pytest.raises(TooMany):
        actions.sign_in("agent", PASSWORD, now=at(2))
    actions.unlock_account(agent.pk, by=by, now=at(2))
    actions.unlock_account(agent.pk, by=by, now=at(2))
    assert actions.sign_in("agent", PASSWORD, now=at(2)) == agent
    with pytest.raises(Invalid):
        actions.reset_password(agent.pk, "weak", by=by, now=at(2))
    fresh = actions.reset_password(agent.pk, by=by, now=at(2))
    assert actions.sign_in("agent", fresh, now=at(2)) == agent
    with pytest.raises(NotAllowed):
        actions.sign_in("agent", PASSWORD, now=at(2))
    assert notes(agent) == ["解除锁定", "重置密码"]


def grant(world: World, staff: Staff, **changes: object) -> str:
    values: dict[str, object] = {
        "by": world.actor("administrator"),
        "name": "城管平台",
        "scopes": [Perm.INTAKE],
        "days": 30,
        "now": at(2),
    }
    return actions.grant_token(staff.pk, **(values | changes))  # type: ignore[arg-type]


def test_a_token_lives_until_its_end_or_its_revocation(world: World) -> None:
    agent, by = world.people["agent"], world.actor("administrator")
    token = grant(world, agent)
    row = queries.staff_by_token(token, at(2))
    assert row is not None
    assert queries.staff_by_token(token, at(2) + timedelta(days=30)) is None
    actions.revoke_token(row.pk, by=by, now=at(3))
    actions.revoke_token(row.pk, by=by, now=at(4))
    assert ApiToken.objects.get(pk=row.pk).revoked_at == at(3)
    assert notes(agent) == ["签发接口令牌“城管平台”，30 天", "作废接口令牌“城管平台”"]
    with pytest.raises(NotFound):
        actions.revoke_token(0, by=by, now=at(3))


@pytest.mark.parametrize(
    "changes",
    [{"name": " "}, {"scopes": []}, {"days": 0}, {"days": 5000}, {"scopes": [Perm.STAFF]}],
)
def test_a_wrong_token_is_refused(world: World, changes) -> None:
    with pytest.raises(Refused):
        grant(world, world.people["agent"], **changes)
    assert ApiToken.objects.count() == 0


@pytest.mark.parametrize("who", ["manager", "agent", "water_leader"])
def test_only_an_administrator_touches_accounts(world: World, who: str) -> None:
    by, agent = world.actor(who), world.people["callback"]
    steps = (
        lambda: opened(world, by=by),
        lambda: actions.set_roles(agent.pk, [Role.AGENT], by=by, now=at(2)),
        lambda: actions.close_account(agent.pk, by=by, now=at(2)),
        lambda: actions.reopen_account(agent.pk, by=by, now=at(2)),
        lambda: actions.unlock_account(agent.pk, by=by, now=at(2)),
        lambda: actions.reset_password(agent.pk, by=by, now=at(2)),
        lambda: grant(world, agent, by=by),
        lambda: actions.revoke_token(1, by=by, now=at(2)),
    )
    for step in steps:
        with pytest.raises(NotAllowed):
            step()
    assert AccountChange.objects.count() == 0


def test_an_unknown_account_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        actions.unlock_account(0, by=world.actor("administrator"), now=at(2))
