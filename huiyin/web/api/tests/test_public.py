"""What citizens' own apps may do: write, follow with number and code, rate; no more is told."""

from __future__ import annotations

from uuid import uuid4

import pytest

from huiyin.channels.intake.models import Submission
from huiyin.knowledge.states import Kind
from huiyin.orders.models import WorkOrder
from huiyin.orders.numbers import query_code
from huiyin.web import tries
from huiyin.web.api.tests.asking import Api
from tests.world import Story, at

MESSAGE = {
    "content": "幸福路 8 号门前井盖破损，晚上看不清，怕有人摔倒。",
    "place": "幸福路 8 号门前",
    "phone": "13812345678",
    "agreed": True,
}
RATING = {"solved": "yes", "satisfaction": "satisfied", "comment": "谢谢"}


def write(api: Api, key: str | None = None, **changes):
    return api.post("/public/messages", MESSAGE | changes, None, key=key or uuid4().hex)


def follow(api: Api, number: str, code: str, **more):
    rest = "/rating" if more else ""
    return api.post(f"/public/case{rest}", {"number": number, "code": code} | more, None)


def test_a_message_becomes_a_case_to_follow(api: Api) -> None:
    told = write(api)
    assert told.status == 201
    assert "Location" not in told.headers
    order = WorkOrder.objects.get()
    assert (order.channel, order.created_by, order.kind) == ("app", None, "help")
    assert Submission.objects.get().source == "public"
    case = follow(api, told.body["number"], told.body["query_code"]).body
    assert (case["state"], case["state_label"], case["ended"]) == (
        "draft", "已登记，等待受理", False,
    )  # fmt: skip
    assert [step["label"] for step in case["steps"]] == ["登记诉求"]


def test_a_repeated_message_is_one_case(api: Api) -> None:
    key = uuid4().hex
    first, again = write(api, key), write(api, key)
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    assert WorkOrder.objects.count() == 1
    assert write(api, key, content="另一件事：路灯不亮了").status == 409


@pytest.mark.parametrize("key", ["", "short", "x" * 15])
def test_a_key_must_not_be_met_by_chance(api: Api, key) -> None:
    told = api.post("/public/messages", MESSAGE, None, **{"Idempotency-Key": key})
    assert told.status == 400
    assert not WorkOrder.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"agreed": False}, "agreed"),
        ({"content": "短"}, "content"),
        ({"channel": "phone"}, "channel"),
        ({"urgency": "emergency"}, "urgency"),
        ({"phone": "1"}, "phone"),
        ({"longitude": 116.3}, "longitude"),
    ],
)
def test_a_wrong_message_is_named(api: Api, changes, field) -> None:
    told = write(api, **changes)
    assert told.status == 422
    assert field in told.body["fields"]
    assert not WorkOrder.objects.exists()


def test_a_report_is_confidential_by_itself(api: Api) -> None:
    write(api, kind=Kind.REPORT)
    assert WorkOrder.objects.get().confidential


def test_messages_are_limited_per_number_and_address(api: Api, monkeypatch) -> None:
    monkeypatch.setattr(tries, "SUBMISSIONS_PER_PHONE", 2)
    monkeypatch.setattr(tries, "SUBMISSIONS_PER_ADDRESS", 4)
    assert [write(api).status for _ in range(3)] == [201, 201, 429]
    assert write(api, phone="13900000000").status == 201
    told = write(api, phone="")
    assert (told.status, told.code) == (429, "too-many")
    assert int(told.headers["Retry-After"]) > 0
    api.now = at(2, 10)
    assert write(api).status == 201


def test_a_wrong_pair_gives_nothing_away(api: Api) -> None:
    order = Story(api.world).created().order
    code = query_code(order.number)
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    told = [
        follow(api, order.number, wrong),
        follow(api, "26030299999994", "123456"),
        follow(api, "26030200000000", code),
        follow(api, "不是编号", code),
        follow(api, order.number, "１２３"),
        follow(api, order.number, ""),
    ]
    assert {t.status for t in told} == {404}
    assert len({(t.body["detail"], t.body.get("remedy")) for t in told}) == 1
    spaced = f"{order.number[:6]} {order.number[6:]}"
    assert follow(api, spaced, f" {code[:3]} {code[3:]}").status == 200


def test_tries_are_limited_whether_or_not_the_number_exists(api: Api, monkeypatch) -> None:
    monkeypatch.setattr(tries, "CODES_PER_NUMBER", 3)
    order = Story(api.world).created().order
    for number in (order.number, "26030299999994"):
        assert [follow(api, number, "000000").status for _ in range(4)] == [404, 404, 404, 429]
    assert follow(api, order.number, query_code(order.number)).status == 429
    api.now = at(2, 9, 15)
    assert follow(api, order.number, query_code(order.number)).status == 200


def test_a_case_tells_progress_and_answer_but_nothing_personal(api: Api) -> None:
    order = Story(api.world).to_callback().order
    api.now = at(5)
    told = follow(api, order.number, query_code(order.number))
    assert (told.body["may_rate"], told.body["unit"]) == (True, "市水务局")
    assert told.body["answer"] == "您好，换热站故障已修复，室温已达标。"
    assert [step["label"] for step in told.body["steps"]] == [
        "登记诉求", "受理", "派单", "签收", "联系诉求人", "回复办理结果", "审核通过",
    ]  # fmt: skip
    for secret in ("王", "138", "李局长", "water_handler", "auditor"):
        assert secret not in told.content.decode()


def test_an_answer_is_not_told_before_it_is_audited(api: Api) -> None:
    order = Story(api.world).created().submitted().dispatched().signed().contacted().replied().order
    api.now = at(4, 10)
    told = follow(api, order.number, query_code(order.number))
    assert (told.body["answer"], told.body["may_rate"]) == ("", False)
    assert "换热站" not in told.content.decode()


def test_a_rating_closes_the_case_once(api: Api) -> None:
    order = Story(api.world).to_callback().order
    code = query_code(order.number)
    api.now = at(5)
    assert follow(api, order.number, "000000", **RATING).status == 404
    assert follow(api, order.number, code, solved="yes").status == 422
    told = follow(api, order.number, code, **RATING)
    assert (told.status, told.body["state"], told.body["ended"]) == (200, "closed", True)
    again = follow(api, order.number, code, **RATING)
    assert (again.status, again.code) == (409, "wrong-state")


def test_a_citizen_who_is_not_content_gets_another_round(api: Api) -> None:
    order = Story(api.world).to_callback().order
    api.now = at(5)
    bad = {"solved": "no", "satisfaction": "unsatisfied", "reasons": ["U01"]}
    told = follow(api, order.number, query_code(order.number), **bad)
    assert (told.body["round"], told.body["may_rate"], told.body["ended"]) == (2, False, False)
    unknown = follow(api, order.number, query_code(order.number), **(bad | {"reasons": ["X"]}))
    assert unknown.status == 422
