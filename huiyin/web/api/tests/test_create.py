"""Taking down a request: once per key, in two statements, refused whole with the reason."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import orjson
import pytest
from django.db import connection, connections

from huiyin.channels.intake.models import Submission
from huiyin.kernel import crypto
from huiyin.kernel.models import IdempotencyKey, OutboxRow
from huiyin.orders import creation, queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import query_code
from huiyin.orgs.states import Perm
from huiyin.web.api.tests.asking import BODY, Api
from tests import world as small_city
from tests.world import at


def test_a_request_becomes_a_numbered_draft(api: Api) -> None:
    told = api.create()
    assert told.status == 201
    order = WorkOrder.objects.select_related("requester", "created_by").get()
    number = order.number
    assert told.headers["Location"] == told.body["links"]["self"] == f"/api/v1/orders/{number}"
    assert told.body["number"] == number
    assert told.body["query_code"] == query_code(number)
    assert told.body["state"] == "draft"
    assert told.body["created_at"] == "2026-03-02T09:00:00+08:00"
    assert told.body["waits_until"] == "2026-03-02T11:00:00+08:00"
    assert (order.created_by.username, order.channel) == ("agent", "phone")
    assert order.requester.name_masked == "王**"
    assert crypto.unseal(order.requester.phone_sealed, "requester.phone") == "13812345678"
    assert list(queries.breaks()) == [1]


def test_every_stored_column_is_what_the_rows_said(api: Api, monkeypatch) -> None:
    rows = {}
    plain = creation.store

    def watched(order, requester, clock, event, claim=None):
        rows.update(order=order, requester=requester, clock=clock, event=event)
        return plain(order, requester, clock, event, claim)

    monkeypatch.setattr(creation, "store", watched)
    api.create(occurred_at="2026-03-01T20:00:00+08:00", longitude=116.3, latitude=37.4)
    order = WorkOrder.objects.get()
    stored = {
        "order": order,
        "requester": order.requester,
        "clock": order.clocks.get(),
        "event": order.events.get(),
    }
    for name, row in rows.items():
        for field in row._meta.concrete_fields:
            if field.attname == "id" and name != "order":
                continue
            kept, said = (getattr(r, field.attname) for r in (stored[name], row))
            if isinstance(kept, memoryview):
                kept = bytes(kept)
            assert kept == said, f"{name}.{field.attname}"


def test_one_create_is_two_statements(api: Api, django_assert_num_queries) -> None:
    api.create()
    with django_assert_num_queries(2) as done:
        api.create()
    statements = [query["sql"] for query in done.captured_queries]
    assert "nextval" in statements[0]
    assert "insert into kernel_idempotencykey" in statements[1]
    assert "insert into orders_workorder" in statements[1]


def test_one_create_with_a_raw_form_is_at_most_eight_statements(
    api: Api, django_assert_max_num_queries
) -> None:
    api.create()
    with django_assert_max_num_queries(8):
        api.create(channel="grid", external_number="WG-1")


def test_a_repeat_gets_the_first_answer(api: Api) -> None:
    first = api.create(key="k-1")
    api.now = at(3, 9)
    again = api.create(key="k-1")
    assert (first.status, again.status) == (201, 200)
    assert again.content == first.content
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Location" not in again.headers
    assert "Idempotency-Replayed" not in first.headers
    assert WorkOrder.objects.count() == IdempotencyKey.objects.count() == 1
    assert api.create(key="k-2").status == 201


def test_a_repeat_with_a_raw_form_gets_the_first_answer(api: Api) -> None:
    sent = {"channel": "grid", "external_number": "WG-7", "key": "k-1"}
    first, again = api.create(**sent), api.create(**sent)
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    assert WorkOrder.objects.count() == Submission.objects.count() == 1


def test_a_key_for_something_else_is_a_conflict(api: Api) -> None:
    api.create(key="k-1")
    told = api.create(key="k-1", title="另一件事")
    assert (told.status, told.code) == (409, "conflict")
    assert "Idempotency-Key" in told.body["remedy"]
    assert WorkOrder.objects.count() == 1


def test_keys_of_different_callers_do_not_meet(api: Api) -> None:
    assert api.create(key="k-1").status == 201
    assert api.create("vendor_agent", key="k-1").status == 201


def test_another_systems_number_is_taken_once(api: Api) -> None:
    first = api.create(channel="grid", external_number="WG-1")
    told = api.create(channel="grid", external_number="WG-1")
    assert (told.status, told.code) == (409, "conflict")
    assert first.body["number"] in told.body["detail"]
    assert WorkOrder.objects.count() == 1


def test_the_raw_form_of_another_system_is_kept_sealed(api: Api) -> None:
    api.create(channel="grid", external_number="WG-1")
    kept = Submission.objects.get()
    assert (kept.external_number, kept.channel) == ("WG-1", "grid")
    assert kept.source.startswith("token:")
    raw = orjson.loads(crypto.unseal(kept.body_sealed, "submission.body"))
    assert (raw["phone"], raw["category"]) == ("13812345678", "0404")
    api.create()
    assert Submission.objects.count() == 1, "what an agent writes down has no raw form"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": "短"}, "content"),
        ({"content": "长" * 5001}, "content"),
        ({"content": None}, "content"),
        ({"content": 5}, "content"),
        ({"title": "长" * 81}, "title"),
        ({"kind": "unknown"}, "kind"),
        ({"channel": "fax"}, "channel"),
        ({"urgency": "now"}, "urgency"),
        ({"category": "9999"}, "category"),
        ({"region": "999999"}, "region"),
        ({"place": "长" * 201}, "place"),
        ({"longitude": 181, "latitude": 37}, "longitude"),
        ({"longitude": 116.3}, "longitude"),
        ({"latitude": "north"}, "latitude"),
        ({"occurred_at": "2026-03-02T09:00:00"}, "occurred_at"),
        ({"occurred_at": "9999-01-01T00:00:00Z"}, "occurred_at"),
        ({"occurred_at": "yesterday"}, "occurred_at"),
        ({"requester": {"phone": "12"}}, "phone"),
        ({"requester": {"phone": "1" * 21}}, "requester.phone"),
        ({"requester": {"email": "nobody"}}, "requester.email"),
        ({"requester": {"age": 5}}, "requester.age"),
        ({"requester": "王小明"}, "requester"),
        ({"confidential": "maybe"}, "confidential"),
        ({"external_number": "x" * 81}, "external_number"),
        ({"no_such_field": 1}, "no_such_field"),
    ],
)
def test_a_wrong_field_is_named_in_chinese_and_nothing_is_stored(api, changes, field) -> None:
    told = api.create(**changes)
    assert (told.status, told.code) == (422, "invalid")
    assert field in told.body["fields"]
    assert not any(c.isascii() and c.isalpha() for c in told.body["fields"][field][:2])
    assert not WorkOrder.objects.exists()
    assert not IdempotencyKey.objects.exists()


def test_a_missing_field_and_an_empty_body_are_named(api: Api) -> None:
    headers = {"Idempotency-Key": "k"}
    assert api.ask("POST", "/orders", b"{}", "agent", headers).body["fields"] == {"content": "必填"}
    assert api.ask("POST", "/orders", b"[]", "agent", headers).status == 422
    assert api.ask("POST", "/orders", b"null", "agent", headers).status == 422
    assert api.ask("POST", "/orders", b"", "agent", headers).status == 422


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"not json",
        "{'content': '单引号'}".encode(),
        '{"content": "坏"}'.encode("gbk"),
        b'{"content": "\\ud800"}',
        b'{"content": "a\\u0000b"}',
        b"[" * 5000,
        b'{"content": NaN}',
    ],
)
def test_what_is_no_json_is_a_bad_request(api: Api, content) -> None:
    told = api.ask("POST", "/orders", content, "agent", {"Idempotency-Key": "k"})
    assert (told.status, told.code) == (400, "bad-request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/json"])
def test_another_content_type_is_refused(api: Api, kind) -> None:
    told = api.ask(
        "POST", "/orders", orjson.dumps(BODY), "agent", {"Idempotency-Key": "k"}, content_type=kind
    )
    assert (told.status, told.code) == (415, "wrong-type")


def test_ten_megabytes_are_too_large(api: Api) -> None:
    told = api.create(content="长" * (10 * 2**20 // 3))
    assert (told.status, told.code) == (413, "too-large")
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("key", "status"), [("", 400), (" ", 400), ("x" * 81, 422), ("钥匙", 400), ("a\tb", 400)]
)
def test_a_key_is_needed_and_must_be_of_its_form(api: Api, key, status) -> None:
    told = api.post("/orders", BODY, **{"Idempotency-Key": key})
    assert told.status == status
    assert not WorkOrder.objects.exists()


def test_who_may_take_down(api: Api) -> None:
    refused = api.create("quality")
    assert (refused.status, refused.code) == (403, "not-allowed")
    assert "受理员" in refused.body["remedy"]
    assert api.post("/orders", BODY, None, key="k").status == 401


def test_a_token_may_do_less_than_its_account(api: Api) -> None:
    headers = {"Idempotency-Key": "k"}
    for scopes, status in ((frozenset({Perm.SEE_ALL}), 403), (frozenset({Perm.INTAKE}), 201)):
        headers["Authorization"] = f"Bearer {api.token('agent', scopes)}"
        assert api.ask("POST", "/orders", orjson.dumps(BODY), None, headers).status == status


def test_news_of_the_order_is_announced_in_the_same_statement(api: Api) -> None:
    api.create()
    rows = OutboxRow.objects.filter(topic="order.create")
    order = WorkOrder.objects.get()
    assert rows
    for row in rows:
        assert row.payload == {"order": order.pk, "number": order.number, "seq": 1}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("changes", [{}, {"channel": "grid", "external_number": "WG-1"}])
def test_one_key_at_the_same_moment_makes_one_order(changes) -> None:
    api = Api(small_city.build())
    api.token("agent")

    def send(_: int) -> tuple[int, str]:
        try:
            told = api.create(key="the-same", **changes)
            return told.status, told.body["number"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(send, range(6)))
    assert sorted(status for status, _ in told) == [200] * 5 + [201]
    assert len({number for _, number in told}) == 1
    assert WorkOrder.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_different_keys_at_the_same_moment_make_different_numbers() -> None:
    api = Api(small_city.build())
    api.token("agent")

    def send(_: int) -> str:
        try:
            return api.create(key=uuid4().hex).body["number"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        numbers = list(pool.map(send, range(24)))
    assert len(set(numbers)) == 24
    assert connection.in_atomic_block is False
    assert list(queries.breaks()) == [24]
