"""Who gets in: tokens alive, ended and revoked, sessions with their CSRF token, how often."""

from __future__ import annotations

import pytest
from django.test import Client

from huiyin.kernel import cached
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import ApiToken
from huiyin.orgs.states import Perm
from huiyin.web.api import rate
from huiyin.web.api.tests.asking import PROBLEM, ROOT, Api
from tests.world import at


def with_token(api: Api, token: str, scheme: str = "Bearer"):
    return api.ask("GET", "/me", headers={"Authorization": f"{scheme} {token}"})


def test_a_token_acts_as_its_account_within_its_scopes(api: Api) -> None:
    told = with_token(api, api.token("agent", frozenset({Perm.INTAKE}))).body
    assert (told["username"], told["unit"]["code"]) == ("agent", "centre")
    assert told["perms"] == told["token"]["scopes"] == ["order.intake"]
    assert told["roles"] == [{"code": "agent", "name": "受理员"}]
    whole = with_token(api, api.token("agent")).body
    assert set(whole["perms"]) == {"order.intake", "order.see_all", "order.reveal"}


def test_a_token_never_does_more_than_its_account(api: Api) -> None:
    token = api.token("dispatcher")
    staff = api.world.people["dispatcher"]
    staff.roles = ["quality"]
    staff.save()
    assert set(with_token(api, token).body["perms"]) == {"order.see_all"}


@pytest.mark.parametrize(
    "header",
    [
        "Bearer", "Bearer ", "Bearer hy_unknown", "Bearer unknown", "Basic YTpi", "hy_x", "",
        "Bearer hy_" + "x" * 500, "Bearer hy_' or 1=1", "Bearer hy_\u00e9",
    ],
)  # fmt: skip
def test_what_is_no_token_is_not_let_in(api: Api, header) -> None:
    told = api.ask("GET", "/me", headers={"Authorization": header})
    assert (told.status, told.code) == (401, "not-signed-in")
    assert told.headers["WWW-Authenticate"] == 'Bearer realm="huiyin"'


def test_without_a_token_nobody_is_let_in(api: Api) -> None:
    told = api.get("/orders", None)
    assert (told.status, told.code) == (401, "not-signed-in")
    assert "Bearer" in told.body["remedy"]


def test_a_token_ends_at_its_second(api: Api) -> None:
    token = api.token("agent")
    api.now = at(2, 8, 59, month=3).replace(year=2027)
    assert with_token(api, token).status == 200
    api.now = api.now.replace(hour=9, minute=0)
    assert with_token(api, token).status == 401


def test_a_revoked_token_is_refused_when_what_was_remembered_is_forgotten(api: Api) -> None:
    token = api.token("agent")
    assert with_token(api, token).status == 200
    ApiToken.objects.update(revoked_at=at(2))
    assert orgs.TOKEN_SECONDS <= 5
    cached.forget_all()
    assert with_token(api, token).status == 401


def test_a_closed_account_closes_its_tokens(api: Api) -> None:
    token = api.token("agent")
    staff = api.world.people["agent"]
    staff.is_active = False
    staff.save()
    assert with_token(api, token).status == 401


def test_a_remembered_token_costs_no_query(api: Api, django_assert_num_queries) -> None:
    token = api.token("agent")
    with django_assert_num_queries(1):
        with_token(api, token)
    with django_assert_num_queries(0):
        with_token(api, token)


def signed_in(api: Api, who: str = "agent") -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(api.world.people[who])
    return client


def test_the_session_of_our_pages_is_let_in(api: Api) -> None:
    told = signed_in(api).get(f"{ROOT}/me").json()
    assert (told["username"], told["token"]) == ("agent", None)


def test_the_session_changes_nothing_without_the_csrf_token(api: Api) -> None:
    client = signed_in(api)
    number = api.create().body["number"]
    path = f"{ROOT}/orders/{number}/steps/submit"
    told = client.post(path, b"{}", content_type="application/json")
    assert (told.status_code, told.headers["Content-Type"]) == (403, PROBLEM)
    assert "CSRF" in told.json()["detail"]
    token = client.get("/desk/sign-in").cookies.get("csrftoken")
    secret = token.value if token else client.cookies["csrftoken"].value
    told = client.post(
        path, b"{}", content_type="application/json", headers={"X-CSRFToken": secret}
    )
    assert told.status_code == 200


def test_an_expired_session_is_not_let_in(api: Api) -> None:
    client = signed_in(api)
    client.logout()
    client.cookies["huiyin_session"] = "forged"
    told = client.get(f"{ROOT}/me")
    assert (told.status_code, told.headers["Content-Type"]) == (401, PROBLEM)


def test_a_caller_that_runs_wild_is_stopped(api: Api, settings) -> None:
    settings.API_REQUESTS_PER_MINUTE = 60
    told = [api.get("/me") for _ in range(11)]
    assert [t.status for t in told[:10]] == [200] * 10
    assert (told[10].status, told[10].code) == (429, "too-many")
    assert 1 <= int(told[10].headers["Retry-After"]) <= 2
    assert api.get("/me", "dispatcher").status == 200, "others are not stopped"
    settings.API_REQUESTS_PER_MINUTE = 0
    assert api.get("/me").status == 200


def test_a_bucket_fills_evenly(settings, monkeypatch) -> None:
    settings.API_REQUESTS_PER_MINUTE = 60
    tick = [1000.0]
    monkeypatch.setattr(rate.time, "monotonic", lambda: tick[0])
    for _ in range(10):
        rate.count("token:1")
    with pytest.raises(rate.TooMany):
        rate.count("token:1")
    tick[0] += 1
    rate.count("token:1")
    with pytest.raises(rate.TooMany):
        rate.count("token:1")
    tick[0] += 3600
    for _ in range(10):
        rate.count("token:1")
    with pytest.raises(rate.TooMany):
        rate.count("token:1")


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("POST", "/nowhere", 404),
        ("GET", "/orders/", 404),
        ("DELETE", "/orders", 405),
        ("PUT", "/orders/26030200000011", 405),
        ("GET", "/orders/26030200000011/steps/submit", 405),
        ("GET", "/orders/26030200000011/steps/archive", 404),
        ("POST", "/health", 405),
        ("GET", "/public/case", 405),
        ("GET", "/attachments/abc", 404),
        ("GET", "/attachments/99999999999999999999999", 404),
    ],
)
def test_unknown_addresses_and_methods_are_problems(api: Api, method, path, status) -> None:
    told = api.ask(method, path, b"{}", "agent")
    assert told.status == status
    if status == 405:
        assert "POST" in told.body["detail"] or "GET" in told.body["detail"]
        assert told.headers["Allow"]


def test_what_may_be_read_may_be_asked_for_by_head(db) -> None:
    told = Client().head(f"{ROOT}/health")
    assert (told.status_code, told.content) == (200, b"")


def test_a_body_of_unknown_length_is_a_bad_request(api: Api) -> None:
    told = Client().generic(
        "POST", f"{ROOT}/public/case", b"", "application/json",
        headers={"Transfer-Encoding": "chunked"},
    )  # fmt: skip
    assert (told.status_code, told.json()["detail"][:4]) == (400, "请求须带")


def test_outside_the_version_too_an_unknown_address_is_a_problem(db) -> None:
    for method in ("get", "post"):
        told = getattr(Client(enforce_csrf_checks=True), method)("/api/v2/orders")
        assert (told.status_code, told.headers["Content-Type"]) == (404, PROBLEM)


def test_a_fault_of_ours_says_nothing_of_its_inside(api: Api, monkeypatch) -> None:
    from huiyin.orders import queries

    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret inside")

    token = api.token("agent")
    monkeypatch.setattr(queries, "open_by_state", broken)
    client = Client(raise_request_exception=False)
    told = client.get(f"{ROOT}/counts", headers={"Authorization": f"Bearer {token}"})
    assert (told.status_code, told.headers["Content-Type"]) == (500, PROBLEM)
    assert b"secret" not in told.content
    assert told.json()["type"] == "/problems/fault"
