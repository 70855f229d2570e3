"""Live events, heard by a real client from a real process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.db import connection

from huiyin.kernel import clock, outbox
from huiyin.orgs import actions as orgs
from huiyin.orgs.states import Perm
from huiyin.web.live.hub import PER_ACCOUNT
from huiyin.web.live.tests import listening
from huiyin.web.live.tests.listening import Live, cookie_of
from tests import world as small_city
from tests.world import Story, World

OURS = "http://127.0.0.1:8012"


@pytest.fixture
def city(transactional_db) -> World:
    return small_city.build()


@pytest.fixture(scope="module")
def live(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Return one process for all tests; what it is told of one is forgotten in the next."""
    with listening.process(tmp_path_factory.mktemp("live")) as running:
        yield running


def tell() -> None:
    """Do what the worker does."""
    while outbox.drain():
        pass


def test_each_hears_what_concerns_them(city: World, live: Live) -> None:
    water_order = Story(city).created().submitted().dispatched().order
    tell()
    with ExitStack() as open_pages:
        ears = {
            name: open_pages.enter_context(
                live.listen(cookie=cookie_of(city.people[name])[1], origin=OURS)
            )
            for name in ("agent", "water_handler", "team_handler", "housing_handler")
        }
        assert ears["agent"].wait_for("orders") == [{"states": {"to_sign": 1}}]
        assert ears["water_handler"].wait_for("orders") == [{"states": {"to_sign": 1}}]
        assert ears["housing_handler"].wait_for("orders") == [{"states": {}}]
        assert ears["team_handler"].wait_for("orders") == [{"states": {}}]

        story = Story(city)
        story.order = water_order
        story.signed()
        housing_order = Story(city).created().submitted().dispatched(lead=city.housing).order
        tell()

        signed = {"number": water_order.number, "state": "in_progress", "events": 4}
        sent = {"number": housing_order.number, "state": "to_sign", "events": 3}
        # Three steps of one order are one hint, as they were told in one transaction.
        assert sorted(map(str, ears["agent"].wait_for("order", 2))) == sorted(
            map(str, (signed, sent))
        )
        assert ears["water_handler"].wait_for("order") == [signed]
        assert ears["housing_handler"].wait_for("order") == [sent]
        assert ears["water_handler"].wait_for("orders", 2)[-1] == {"states": {"in_progress": 1}}
        assert ears["team_handler"].of("order") == []


def test_strangers_are_refused(city: World, live: Live) -> None:
    nobody = live.get(origin=OURS)
    assert nobody.status_code == 401
    assert nobody.json()["detail"] == "请先登录"
    assert nobody.headers["content-type"] == "application/problem+json"
    assert nobody.headers["access-control-allow-origin"] == OURS
    assert nobody.headers["access-control-allow-credentials"] == "true"

    cookie = cookie_of(city.people["agent"])[1]
    foreign = live.get(origin="https://evil.example", cookie=cookie)
    assert foreign.status_code == 403
    assert "access-control-allow-origin" not in foreign.headers
    assert live.get(cookie="huiyin_session=nonsense").status_code == 401
    assert live.get(cookie=cookie_of(city.people["administrator"])[1]).status_code == 403
    assert live.get("/elsewhere").status_code == 404
    assert live.get(authorization="Bearer hy_wrong").status_code == 401


def test_a_program_listens_with_a_token_of_the_right_scope(city: World, live: Live) -> None:
    def token(name: str, *scopes: Perm) -> str:
        made = orgs.issue_token(
            staff=city.people[name], name="wall", scopes=scopes, now=clock.now()
        )
        return f"Bearer {made}"

    assert live.get(authorization=token("agent", Perm.INTAKE)).status_code == 403
    with live.listen(authorization=token("agent", Perm.SEE_ALL)) as ear:
        assert ear.wait_for("orders") == [{"states": {}}]


def test_one_account_has_a_limit_of_pages(city: World, live: Live) -> None:
    cookie = cookie_of(city.people["agent"])[1]
    with ExitStack() as open_pages:
        for _ in range(PER_ACCOUNT):
            open_pages.enter_context(live.listen(cookie=cookie))
        refused = live.get(cookie=cookie)
        assert refused.status_code == 429
        assert refused.headers["retry-after"] == "60"
        assert live.get("/health").status_code == 200
    listening.time.sleep(0.2)
    with live.listen(cookie=cookie) as ear:
        ear.wait_for("orders")


def test_signing_out_ends_the_stream_within_a_heartbeat(city: World, live: Live) -> None:
    browser, cookie = cookie_of(city.people["agent"])
    with live.listen(cookie=cookie) as ear:
        ear.wait_for("orders")
        assert not ear.ended.wait(2.5), "a signed-in page is kept"
        browser.logout()
        assert ear.ended.wait(listening.PATIENCE)


def test_a_page_that_comes_back_hears_what_it_missed(city: World, live: Live) -> None:
    cookie = cookie_of(city.people["agent"])[1]
    with live.listen(cookie=cookie) as ear:
        Story(city).created()
        tell()
        ear.wait_for("order")
        last = ear.last_id()
    missed = Story(city).created().order
    tell()
    with live.listen(cookie=cookie, last_event_id=last) as ear:
        assert ear.wait_for("order") == [{"number": missed.number, "state": "draft", "events": 1}]
    with live.listen(cookie=cookie, last_event_id="another-7") as ear:
        ear.wait_for("reset")


def test_a_lost_database_connection_makes_pages_begin_anew(city: World, live: Live) -> None:
    cookie = cookie_of(city.people["agent"])[1]
    with live.listen(cookie=cookie) as ear:
        ear.wait_for("orders")
        with connection.cursor() as cursor:
            cursor.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and query = 'listen huiyin_live'"
            )
            assert cursor.fetchall() == [(True,)]
        ear.wait_for("reset")
        Story(city).created()
        tell()
        ear.wait_for("order")
