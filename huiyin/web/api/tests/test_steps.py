"""Steps over the API: the whole life, what is refused and why, races, keys and If-Match."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from huiyin.knowledge.models import Parameter
from huiyin.orders import queries
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import STEPS
from huiyin.web.api.tests.asking import Api, operation_for
from tests import world as small_city
from tests.world import Story, at

REPLY = {
    "outcome": "solved",
    "process": "3 月 3 日上门测温并检修换热站。",
    "result": "已恢复供热，室温 20 度。",
    "public_answer": "您好，换热站故障已修复，室温已达标。",
    "contacted_at": "2026-03-02T15:00:00+08:00",
    "contact_number": "13812345678",
    "sign_off": "李局长",
}
CONTACT = {"at": "2026-03-02T15:00:00+08:00", "number": "053412345", "note": "约定明早上门"}


def test_every_step_of_the_table_has_its_endpoint() -> None:
    special = {
        "verify",
        "create",
        "close",
        "redo",
        "close_unreached",
        "close_unsatisfied",
        "stay_unsatisfied",
    }
    for step in STEPS:
        path = f"/api/v1/orders/26030200000011/steps/{step.verb}"
        wanted = step.built and step.perm is not None and step.verb not in special
        assert bool(operation_for("post", path)) == wanted, step.verb


def test_from_a_message_to_a_closed_case(api: Api) -> None:
    number = api.create().body["number"]

    def step(verb, who, body=None, state=None):
        told = api.step(number, verb, who, body)
        assert told.status == 200, told.body
        assert told.body["state"] == state
        assert told.headers["ETag"] == f'"{told.body["event_count"]}"'
        return told.body

    edit = {"title": "供暖不热", "urgency": "urgent"}
    step("edit", "agent", edit, "draft")
    step("submit", "agent", None, "to_dispatch")
    sent = {
        "lead": "water",
        "assist": ["housing"],
        "supervise": "county",
        "instructions": "当日上门",
    }
    body = step("dispatch", "dispatcher", sent, "to_sign")
    assert body["due_at"] == "2026-03-10T00:00:00+08:00"
    step("add_units", "dispatcher", {"assist": ["township"]}, "to_sign")
    api.now = at(2, 14)
    step("sign", "water_handler", None, "in_progress")
    step("sub_sign", "housing_handler", None, "in_progress")
    step("sub_reply", "housing_handler", {"process": "到场", "result": "完成"}, "in_progress")
    down = {"unit": "water-team", "due_at": "2026-03-05T17:00:00+08:00", "instructions": "测温"}
    step("pass_down", "water_handler", down, "in_progress")
    api.now = at(2, 15, 5)
    step("contact", "water_handler", CONTACT, "in_progress")
    step("note", "agent", {"note": "诉求人来电催问"}, "in_progress")
    api.now = at(4, 9)
    step("reply", "water_handler", REPLY, "reply_review")
    step("reject_reply", "auditor", {"note": "缺少室温记录"}, "rework")
    body = step("send_again", "dispatcher", {"note": "请补测室温"}, "in_progress")
    assert body["round"] == 2
    later = REPLY | {"contacted_at": "2026-03-04T08:00:00+08:00"}
    step("reply", "water_handler", later, "reply_review")
    step("pass_audit", "auditor", None, "to_callback")
    told = api.post(
        f"/orders/{number}/callbacks",
        {"reached": True, "solved": "yes", "satisfaction": "very_satisfied"},
        "callback",
    )
    assert (told.status, told.body["state"], told.body["close_type"]) == (
        200, "closed", "satisfied",
    )  # fmt: skip
    order = WorkOrder.objects.get()
    assert (order.title, order.urgency) == ("供暖不热", "urgent")
    assert list(queries.breaks()) == [1]


def test_a_return_that_was_refused_is_not_asked_again(api: Api) -> None:
    Parameter.objects.filter(key="return.max_times").update(value=2)
    number = Story(api.world).created().submitted().dispatched().order.number
    api.now = at(2, 11)
    ask = {"reason": "T01", "basis": "管网属住建局管理", "suggested": "housing"}
    assert api.step(number, "ask_return", "water_handler", ask).body["state"] == "return_review"
    assert api.step(number, "refuse_return", "dispatcher", {}).status == 422
    refused = api.step(number, "refuse_return", "dispatcher", {"note": "属供水职责"})
    assert refused.body["state"] == "to_sign"
    again = api.step(number, "ask_return", "water_handler", ask)
    assert (again.status, again.body["remedy"]) == (403, "仍有异议的，请提出派单异议")


def test_a_return_is_asked_and_granted(api: Api) -> None:
    number = Story(api.world).created().submitted().dispatched().order.number
    api.now = at(2, 11)
    ask = {"reason": "T01", "basis": "管网属住建局管理", "suggested": "housing"}
    api.step(number, "ask_return", "water_handler", ask)
    assert api.step(number, "grant_return", "dispatcher").body["state"] == "to_dispatch"


@pytest.mark.parametrize(
    ("verb", "body", "close_type"),
    [
        ("answer", {"answer": "供热期至 3 月 15 日。"}, "direct"),
        ("refer", {"reason": "R01", "note": "法院立案庭"}, "refused"),
        ("transfer", {"to": "119", "note": "已三方通话"}, "transferred"),
    ],
)
def test_a_draft_may_be_closed_on_the_spot(api: Api, verb, body, close_type) -> None:
    number = api.create().body["number"]
    told = api.step(number, verb, "agent", body)
    assert (told.body["state"], told.body["close_type"]) == ("closed", close_type)


def test_review_by_another_person(api: Api) -> None:
    Parameter.objects.create(
        key="review.before_dispatch", value=True, valid_from=at(1).date(), source="t", text="t"
    )
    number = api.create().body["number"]
    assert api.step(number, "submit", "agent").body["state"] == "review"
    told = api.step(number, "send_back", "manager", {"note": "请补充楼号"})
    assert told.body["state"] == "draft"
    api.step(number, "submit", "agent")
    assert api.step(number, "approve", "manager").body["state"] == "to_dispatch"


def test_voiding_takes_two_people(api: Api) -> None:
    number = api.create().body["number"]
    assert api.step(number, "confirm_void", "manager").status == 409
    asked = api.step(number, "ask_void", "dispatcher", {"note": "诉求人撤诉"})
    assert asked.body["state"] == "draft"
    told = api.step(number, "confirm_void", "manager", {"note": "属实"})
    assert (told.body["state"], told.body["close_type"]) == ("void", "withdrawn")


def test_an_edit_changes_only_what_was_sent(api: Api) -> None:
    number = api.create(longitude=116.3, latitude=37.4, confidential=True).body["number"]
    api.step(number, "edit", "agent", {"place": "幸福小区 5 号楼"})
    order = WorkOrder.objects.get()
    assert (order.place, order.title, order.kind, order.longitude, order.confidential) == (
        "幸福小区 5 号楼", "暖气不热", "help", 116.3, True,
    )  # fmt: skip
    assert order.category.code == "0404"
    assert order.events.get(seq=2).data["before"] == {"place": "幸福小区 3 号楼"}
    api.step(number, "edit", "agent", {})
    assert WorkOrder.objects.get().place == "幸福小区 5 号楼"


def test_a_step_from_the_wrong_state_says_where_it_stands(api: Api) -> None:
    order = Story(api.world).created().submitted().order
    told = api.step(order.number, "submit", "agent")
    assert (told.status, told.code, told.body["state"]) == (409, "wrong-state", "to_dispatch")
    assert "待派单" in told.body["detail"]


def test_a_step_of_another_role_says_whose_it_is(api: Api) -> None:
    order = Story(api.world).created().submitted().order
    told = api.step(order.number, "dispatch", "agent", {"lead": "water"})
    assert (told.status, told.code) == (403, "not-allowed")
    assert "派单员" in told.body["remedy"]


def test_a_step_too_late_says_so(api: Api) -> None:
    order = Story(api.world).created().submitted().dispatched().order
    api.now = at(6)
    ask = {"reason": "T01", "basis": "管网属住建局管理", "suggested": "housing"}
    assert api.step(order.number, "ask_return", "water_handler", ask).code == "too-late"


@pytest.mark.parametrize(
    ("verb", "who", "body", "field"),
    [
        ("dispatch", "dispatcher", {}, "lead"),
        ("dispatch", "dispatcher", {"lead": "nowhere"}, "lead"),
        ("dispatch", "dispatcher", {"lead": "centre"}, "lead"),
        ("dispatch", "dispatcher", {"lead": "water", "assist": ["water"]}, "assist"),
        ("dispatch", "dispatcher", {"lead": "water", "assist": ["x"] * 21}, "assist"),
        ("dispatch", "dispatcher", {"lead": "water", "supervise": "nowhere"}, "supervise"),
        ("dispatch", "dispatcher", {"lead": "water", "instructions": "长" * 501}, "instructions"),
        ("ask_void", "dispatcher", {"note": "短"}, "note"),
        ("ask_void", "dispatcher", {"note": 5}, "note"),
    ],
)
def test_a_wrong_field_of_a_step_is_named(api: Api, verb, who, body, field) -> None:
    order = Story(api.world).created().submitted().order
    told = api.step(order.number, verb, who, body)
    assert told.status == 422
    assert field in told.body["fields"]
    assert WorkOrder.objects.get().event_count == 2
    assert not Assignment.objects.exists()


def test_if_match_lets_nobody_step_on_news(api: Api) -> None:
    order = Story(api.world).created().order
    told = api.step(order.number, "submit", "agent", seen=2)
    assert (told.status, told.code) == (412, "changed")
    assert (told.body["event_count"], told.body["state"]) == (1, "draft")
    assert api.step(order.number, "submit", "agent", seen=1).status == 200
    assert api.step(order.number, "submit", "agent", seen=1).status == 412


@pytest.mark.parametrize("raw", ["five", '"', "-1", '"5", "6"', "99999999999"])
def test_a_wrong_if_match_is_a_bad_request(api: Api, raw) -> None:
    order = Story(api.world).created().order
    path = f"/orders/{order.number}/steps/submit"
    assert api.post(path, **{"If-Match": raw}).status == 400
    assert api.post(path, **{"If-Match": "*"}).status == 200


def test_a_repeated_step_gets_the_first_answer(api: Api) -> None:
    order = Story(api.world).created().order
    first = api.step(order.number, "submit", "agent", key="k-1")
    again = api.step(order.number, "submit", "agent", key="k-1")
    assert (first.status, again.status, again.body) == (200, 200, first.body)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert api.step(order.number, "submit", "agent", key="k-2").status == 409
    other = Story(api.world).created().order
    assert api.step(other.number, "submit", "agent", key="k-1").status == 409
    assert WorkOrder.objects.get(pk=other.pk).event_count == 1


def test_a_repeated_note_is_written_once(api: Api) -> None:
    order = Story(api.world).created().order
    for _ in range(2):
        api.step(order.number, "note", "agent", {"note": "来电催问"}, key="k-1")
    assert WorkOrder.objects.get().event_count == 2


def test_a_refused_step_leaves_no_key(api: Api) -> None:
    order = Story(api.world).created(category=None).order
    assert api.step(order.number, "submit", "agent", key="k-1").status == 422
    api.step(order.number, "edit", "agent", {"category": "0404"})
    assert api.step(order.number, "submit", "agent", key="k-1").status == 200


SENT = "created.submitted.dispatched"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("told", "verb", "people", "body", "state"),
    [
        ("created", "submit", ("agent", "vendor_agent"), {}, "to_dispatch"),
        ("created.submitted", "dispatch", ("dispatcher",) * 2, {"lead": "water"}, "to_sign"),
        (SENT, "sign", ("water_handler", "water_leader"), {}, "in_progress"),
        (f"{SENT}.signed.contacted", "reply", ("water_handler",) * 2, REPLY, "reply_review"),
    ],
)
def test_two_people_taking_one_step_at_once(told, verb, people, body, state) -> None:
    story = Story(small_city.build())
    for step in told.split("."):
        getattr(story, step)()
    api = Api(story.world, at(4, 9))
    for who in people:
        api.token(who)

    def take(who: str) -> tuple[int, str]:
        try:
            answer = api.step(story.order.number, verb, who, body)
            return answer.status, answer.body["state"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(take, people))
    assert answers == [(200, state), (409, state)]
    assert list(queries.breaks()) == [1]
