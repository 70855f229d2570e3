"""Reading orders: lists by policy, steady pages, details masked, personal data for a purpose."""

from __future__ import annotations

import pytest

from huiyin.kernel.models import AccessLog
from huiyin.knowledge.states import Kind
from huiyin.orders.actions import texts
from huiyin.orders.models import WorkOrder
from huiyin.orgs import succession
from huiyin.orgs.states import Perm
from huiyin.web.api.tests.asking import Api
from tests.world import Story, at


@pytest.fixture
def told(world) -> Api:
    """Return the API on the fourth of March."""
    return Api(world, at(4, 12))


def numbers(answer) -> list[str]:
    return [row["number"] for row in answer.body["orders"]]


def make(world, **changes) -> Story:
    return Story(world).created(**changes)


def test_everybody_sees_a_list_of_their_own(told: Api) -> None:
    world = told.world
    water = make(world).submitted().dispatched().order
    housing = make(world).submitted().dispatched(lead=world.housing).order
    draft = make(world).order
    everything = {water.number, housing.number, draft.number}
    assert set(numbers(told.get("/orders"))) == everything
    assert set(numbers(told.get("/orders", "water_handler"))) == {water.number}
    assert set(numbers(told.get("/orders", "housing_handler"))) == {housing.number}
    assert numbers(told.get("/orders", "township_handler")) == []
    assert numbers(told.get("/orders", "administrator")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("state=draft", {"draft", "complaint"}),
        ("state=to_sign&state=closed", {"water"}),
        ("kind=complaint", {"complaint"}),
        ("channel=web", {"complaint"}),
        ("category=04", {"draft", "water", "complaint"}),
        ("category=0404&kind=help", {"draft", "water"}),
        ("unit=water", {"water"}),
        ("phone=138 1234 5678", {"draft", "water"}),
        ("phone=13900000000", {"complaint"}),
        ("q=井盖", {"complaint"}),
        ("q=小区 暖气", {"draft", "water"}),
        ("since=2026-03-03", {"complaint"}),
        ("until=2026-03-02", {"draft", "water"}),
        ("since=2026-03-03&until=2026-03-02", set()),
        ("late=true", {"draft", "water", "complaint"}),
        ("late=false&kind=complaint", {"complaint"}),
        ("number=26030299999999", set()),
        ("number=abc", set()),
    ],
)
def test_a_list_is_narrowed(told: Api, query, found) -> None:
    world = told.world
    known = {
        "draft": make(world).order,
        "water": make(world).submitted().dispatched().order,
        "complaint": make(
            world, kind=Kind.COMPLAINT, channel="web", content="门前井盖坏了", title="井盖",
            place="幸福路 8 号", phone="13900000000", now=at(3, 9),
        ).order,
    }  # fmt: skip
    list(texts.rebuild())
    answer = told.get(f"/orders?{query}")
    assert answer.status == 200
    assert {name for name, order in known.items() if order.number in numbers(answer)} == found


def test_mine_is_what_my_unit_holds_now(told: Api) -> None:
    world = told.world
    held = make(world).submitted().dispatched().order
    over = Story(world)
    over.to_callback().closed()
    assert set(numbers(told.get("/orders", "water_handler"))) == {held.number, over.order.number}
    assert numbers(told.get("/orders?mine=true", "water_handler")) == [held.number]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=unknown", "state"),
        ("size=0", "size"),
        ("size=201", "size"),
        ("size=many", "size"),
        ("since=yesterday", "since"),
        ("since=1900-01-01", "since"),
        ("kind=unknown", "kind"),
        ("late=perhaps", "late"),
        ("unit=nowhere", "unit"),
        ("category=99", "category"),
        ("q=" + "x" * 101, "q"),
        ("stat=draft", "stat"),
    ],
)
def test_a_wrong_filter_is_named(told: Api, query, field) -> None:
    answer = told.get(f"/orders?{query}")
    assert answer.status == 422
    assert field in answer.body["fields"]


def test_a_character_that_cannot_be_is_a_bad_request(told: Api) -> None:
    assert told.get("/orders?q=a%00b").status == 400


@pytest.mark.parametrize("newest", [False, True])
def test_pages_follow_one_another(told: Api, newest) -> None:
    for n in range(5):
        make(told.world, now=at(2, 9, n))
    seen, cursor = [], ""
    for _ in range(3):
        answer = told.get(f"/orders?size=2&newest={str(newest).lower()}&cursor={cursor}")
        seen += numbers(answer)
        cursor = answer.body["next"]
    assert cursor == ""
    order = "-pk" if newest else "pk"
    assert seen == list(WorkOrder.objects.order_by(order).values_list("number", flat=True))


@pytest.mark.parametrize(
    "cursor", ["x", "e30", "WzEsMl0", "WyJ3YWl0c191bnRpbCIsImlkIiwiYSIsImIiXQ", "%E2%82%AC"]
)
def test_a_made_up_cursor_is_a_bad_request(told: Api, cursor) -> None:
    make(told.world)
    assert told.get(f"/orders?cursor={cursor}").status == 400


@pytest.mark.parametrize("who", ["agent", "water_handler"])
def test_a_list_costs_the_same_with_one_row_and_with_fifty(
    told: Api, who, django_assert_num_queries
) -> None:
    told.get("/orders", who)
    for count in (1, 49):
        for _ in range(count):
            make(told.world).submitted().dispatched()
        with django_assert_num_queries(1):
            assert told.get("/orders?size=200", who).status == 200


@pytest.mark.parametrize("who", ["agent", "water_handler"])
def test_a_detail_tells_everything_masked(told: Api, who, django_assert_max_num_queries) -> None:
    order = Story(told.world).to_callback().order
    told.get("/me", who)
    succession.renamed()  # remembered
    with django_assert_max_num_queries(8):
        answer = told.get(f"/orders/{order.number}", who)
    body = answer.body
    assert answer.headers["ETag"] == f'"{order.event_count}"'
    assert body["event_count"] == 7
    assert body["requester"] == {"name": "王**", "phone": "138****5678", "is_enterprise": False}
    assert b"13812345678" not in answer.content
    assert "王小明".encode() not in answer.content
    assert body["waiting"]["who"] == "回访员"
    assert [part["unit"]["code"] for part in body["parts"]] == ["water"]
    assert {clock["kind"] for clock in body["clocks"]} >= {"accept", "finish", "callback"}
    assert body["replies"][0]["contact"] == "138****5678"
    assert body["replies"][0]["passed"] is True
    assert body["answer"] == "您好，换热站故障已修复，室温已达标。"
    assert body["category"] == {"code": "0404", "name": "供热"}


def test_a_number_may_be_written_in_groups(told: Api) -> None:
    order = make(told.world).order
    spoken = f"{order.number[:6]}-{order.number[6:13]}-{order.number[13:]}"
    assert told.get(f"/orders/{spoken}").body["number"] == order.number


@pytest.mark.parametrize("rest", ["", "/events", "/steps", "/callbacks"])
@pytest.mark.parametrize("number", ["26030299999999", "0", "abc", "' or 1=1", "%00", "９"])
def test_a_wrong_number_is_not_found(told: Api, number, rest) -> None:
    answer = told.get(f"/orders/{number}{rest}")
    assert (answer.status, answer.code) == (404, "not-found")


def test_a_foreign_order_does_not_exist(told: Api) -> None:
    order = make(told.world).submitted().dispatched().order
    for rest in ("", "/events", "/steps", "/callbacks"):
        foreign = told.get(f"/orders/{order.number}{rest}", "housing_handler")
        nowhere = told.get(f"/orders/26030299999999{rest}", "housing_handler")
        assert foreign.status == nowhere.status == 404
        assert foreign.body["detail"] == nowhere.body["detail"]
    for path in (f"/orders/{order.number}/steps/sign", f"/orders/{order.number}/reveal"):
        assert told.post(path, {"purpose": "联系"}, "housing_handler").status == 404


@pytest.mark.parametrize("changes", [{"kind": Kind.REPORT}, {"confidential": True}])
def test_a_unit_never_sees_who_reported(told: Api, changes) -> None:
    order = make(told.world, **changes).submitted().dispatched().order
    for path in ("/orders", f"/orders/{order.number}"):
        assert "王**" in told.get(path).content.decode()
        answer = told.get(path, "water_handler")
        assert answer.status == 200
        assert "王" not in answer.content.decode()
        assert "138****5678" not in answer.content.decode()
    assert numbers(told.get("/orders?phone=13812345678", "water_handler")) == []
    assert numbers(told.get("/orders?phone=13812345678")) == [order.number]


def test_the_history_is_told_in_order(told: Api) -> None:
    order = Story(told.world).to_callback().order
    body = told.get(f"/orders/{order.number}/events").body
    assert [event["seq"] for event in body["events"]] == list(range(1, 8))
    assert body["events"][2] | {"at": ""} == {
        "seq": 3,
        "verb": "dispatch",
        "label": "派单",
        "at": "",
        "actor": "staff",
        "by": "dispatcher",
        "unit": {"code": "centre", "name": "市热线中心"},
        "state": "to_sign",
        "note": "主办 市水务局",
        "public_note": "由市水务局办理",
    }


def test_steps_are_offered_with_their_reasons(told: Api) -> None:
    order = make(told.world).submitted().dispatched().signed().order
    body = told.get(f"/orders/{order.number}/steps", "water_handler").body
    steps = {step["verb"]: step for step in body["steps"]}
    assert body["event_count"] == 4
    assert steps["contact"]["allowed"]
    assert not steps["reply"]["allowed"]
    assert "先联系诉求人" in steps["reply"]["refusal"]
    assert steps["reply"]["href"] == f"/api/v1/orders/{order.number}/steps/reply"
    assert "dispatch" not in steps


def test_personal_data_needs_a_purpose_and_leaves_a_row(told: Api) -> None:
    order = make(told.world).submitted().dispatched().order
    path = f"/orders/{order.number}/reveal"
    assert told.post(path, {"purpose": " "}, "water_handler").status == 422
    assert told.post(path, {}, "water_handler").status == 422
    assert told.post(path, {"purpose": "核实地点"}, "quality").status == 403
    assert not AccessLog.objects.exists()
    answer = told.post(path, {"purpose": "核实地点"}, "water_handler")
    assert answer.body == {"name": "王小明", "phone": "13812345678", "email": "", "address": ""}
    log = AccessLog.objects.get()
    assert (log.subject, log.purpose, log.fields) == (
        f"order:{order.number}", "核实地点", ["name", "phone"],
    )  # fmt: skip
    assert log.reader == f"staff:{told.world.people['water_handler'].pk}"


def test_the_author_of_a_report_is_not_revealed_to_the_unit(told: Api) -> None:
    order = make(told.world, kind=Kind.REPORT).submitted().dispatched().order
    answer = told.post(f"/orders/{order.number}/reveal", {"purpose": "联系"}, "water_handler")
    assert (answer.status, answer.code) == (403, "not-allowed")
    assert not AccessLog.objects.exists()


def test_scopes_also_limit_what_is_seen(told: Api) -> None:
    order = make(told.world).order
    token = told.token("agent", frozenset({Perm.INTAKE}))
    headers = {"Authorization": f"Bearer {token}"}
    assert told.ask("GET", f"/orders/{order.number}", headers=headers).status == 404
    assert told.ask("GET", "/orders", headers=headers).body["orders"] == []
