"""Accounts for demonstrations: made once, opened again, closed for good."""

from __future__ import annotations

import pytest

from huiyin.cities import actions
from huiyin.cities.tests.support import Copy
from huiyin.kernel.errors import Conflict, NotAllowed
from huiyin.orgs import actions as orgs
from huiyin.orgs import queries as register
from huiyin.orgs.models import ApiToken, Staff, Unit
from huiyin.orgs.states import Perm, Role
from tests.world import PASSWORD, at

FIRST = "huiyin-4821"
pytestmark = [pytest.mark.rule("R-17"), pytest.mark.usefixtures("loaded")]


def made(password: str = FIRST) -> list[actions.DemoAccount]:
    return actions.create_demo_accounts("dezhou", password=password, now=at(2))


def test_there_is_one_for_every_role_and_each_can_sign_in(django_assert_max_num_queries) -> None:
    with django_assert_max_num_queries(12):
        accounts = made()
    assert len(accounts) == 13
    assert {a.role_label for a in accounts} == {role.label for role in Role}
    assert accounts[0] == actions.DemoAccount(
        "agent", "huiyin-4821", "受理员", "德州市政府热线办公室"
    )
    for account in accounts:
        staff = orgs.sign_in(account.username, account.password, now=at(3))
        assert staff.is_demo
        assert staff.name.endswith("（演示）")
    assert register.demo_accounts().count() == 13


def test_a_second_call_unlocks_and_signs_nobody_out() -> None:
    made()
    hashes = list(Staff.objects.order_by("pk").values_list("password", flat=True))
    assert len(set(hashes)) == 1
    Staff.objects.filter(username="agent").update(failed_logins=3, locked_until=at(30), name="x")
    assert made() == made()
    assert list(Staff.objects.order_by("pk").values_list("password", flat=True)) == hashes
    agent = Staff.objects.get(username="agent")
    assert (agent.failed_logins, agent.locked_until, agent.name) == (0, None, "受理员（演示）")
    assert Staff.objects.count() == 13


def test_another_password_replaces_the_old() -> None:
    made()
    made("huiyin-1111")
    assert orgs.sign_in("quality", "huiyin-1111", now=at(3)).is_demo
    with pytest.raises(NotAllowed):
        orgs.sign_in("quality", "huiyin-4821", now=at(3))


def test_closed_accounts_cannot_sign_in_and_keep_their_history() -> None:
    made()
    agent = Staff.objects.get(username="agent")
    orgs.issue_token(staff=agent, name="t", scopes=[Perm.INTAKE], now=at(2))
    own = orgs.create_staff(
        username="own", name="员工", unit=agent.unit, roles=[Role.AGENT], password=PASSWORD,
        now=at(2),
    )  # fmt: skip
    assert actions.remove_demo_accounts(now=at(3)) == 13
    with pytest.raises(NotAllowed):
        orgs.sign_in("agent", "huiyin-4821", now=at(3))
    assert ApiToken.objects.get().revoked_at == at(3)
    agent.refresh_from_db()
    assert (agent.is_active, agent.is_demo, agent.has_usable_password()) == (False, False, False)
    assert orgs.sign_in("own", PASSWORD, now=at(3)) == own
    assert actions.remove_demo_accounts(now=at(4)) == 0


def test_accounts_that_were_closed_can_be_opened_again() -> None:
    made()
    actions.remove_demo_accounts(now=at(3))
    assert len(made()) == 13
    assert orgs.sign_in("agent", "huiyin-4821", now=at(4)).is_active


@pytest.mark.parametrize(
    "change", [{}, {"is_active": False}, {"is_active": False, "password": "!x", "name": "王工"}]
)
def test_the_account_of_a_person_never_becomes_one(change) -> None:
    unit = Unit.objects.get(code="100")
    orgs.create_staff(
        username="quality", name="质检员（演示）", unit=unit, roles=[Role.QUALITY],
        password=PASSWORD, now=at(1),
    )  # fmt: skip
    Staff.objects.update(**change)
    with pytest.raises(Conflict, match="账号 quality 已经有人使用"):
        made()
    assert Staff.objects.count() == 1


def test_the_city_must_be_loaded_first(loaded: Copy) -> None:
    assert loaded
    register.city().__class__.objects.all().delete()
    register.city.clear()
    with pytest.raises(Conflict, match="数据库里没有德州市的数据"):
        made()
