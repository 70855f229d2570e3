"""Signing in: who gets in, what a wrong try says, where one comes out."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.orgs.models import Staff
from tests.world import PASSWORD

URL = "/desk/sign-in"


def try_in(client: Client, name: str, password: str = PASSWORD, **more: str):
    return client.post(URL, {"username": name, "password": password, **more})


def test_the_right_password_opens_the_desk_with_a_new_session(client, world) -> None:
    client.get(URL)
    session = client.session
    session["before"] = "1"
    session.save()
    old = session.session_key
    client.cookies["huiyin_session"] = old
    assert try_in(client, "agent").headers["Location"] == "/desk/"
    assert client.session.session_key != old
    assert client.get("/desk/").status_code == 200


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/desk/orders?state=to_sign", "/desk/orders?state=to_sign"),
        ("http://testserver/desk/new", "http://testserver/desk/new"),
        ("https://elsewhere.example/desk/", "/desk/"),
        ("//elsewhere.example/", "/desk/"),
        ("javascript:alert(1)", "/desk/"),
        ("", "/desk/"),
    ],
)
def test_one_comes_back_to_a_page_of_this_site_only(client, world, target, lands) -> None:
    assert try_in(client, "agent", next=target).headers["Location"] == lands


def test_a_wrong_password_and_an_unknown_account_say_the_same(client, world) -> None:
    wrong = try_in(client, "agent", "not-it")
    unknown = try_in(client, "nobody", "not-it")
    assert (wrong.status_code, unknown.status_code) == (403, 403)
    for answer in (wrong, unknown):
        assert "账号或密码不正确" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_empty_fields_are_named(client, world) -> None:
    answer = try_in(client, "", "")
    assert answer.status_code == 422
    assert "请填写账号" in answer.content.decode()
    assert "请填写密码" in answer.content.decode()


def test_five_failures_lock_the_account_and_say_for_how_long(client, world) -> None:
    for _ in range(5):
        try_in(client, "agent", "not-it")
    answer = try_in(client, "agent")
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "1800"
    assert "锁定" in answer.content.decode()


def test_many_tries_from_one_address_are_slowed_down(client, world) -> None:
    for _ in range(20):
        try_in(client, "nobody", "not-it")
    answer = try_in(client, "nobody", "not-it")
    assert answer.status_code == 429
    assert "过于频繁" in answer.content.decode()


def test_signing_out_ends_the_session_and_only_by_post(client, world) -> None:
    client.force_login(world.people["agent"])
    assert client.get("/desk/sign-out").status_code == 405
    assert client.post("/desk/sign-out").headers["Location"] == URL
    assert client.get("/desk/").headers["Location"] == "/desk/sign-in?next=%2Fdesk%2F"


def test_a_closed_account_is_out_at_once(client, world) -> None:
    client.force_login(world.people["agent"])
    Staff.objects.filter(username="agent").update(is_active=False)
    assert client.get("/desk/").status_code == 302


def test_demonstration_accounts_are_offered_in_a_demonstration_only(
    client, world, settings
) -> None:
    Staff.objects.filter(username="agent").update(is_demo=True)
    settings.DEMO, settings.DEMO_PASSWORD = True, "Shown-1234"
    shown = client.get(URL).content.decode()
    assert 'value="agent"' in shown
    assert "Shown-1234" in shown
    settings.DEMO = False
    hidden = client.get(URL).content.decode()
    assert 'value="agent"' not in hidden
    assert "Shown-1234" not in hidden


def test_without_a_password_in_the_settings_the_button_only_fills_in(
    client, world, settings
) -> None:
    Staff.objects.filter(username="agent").update(is_demo=True)
    settings.DEMO, settings.DEMO_PASSWORD = True, ""
    assert 'data-fill="agent"' in client.get(URL).content.decode()
