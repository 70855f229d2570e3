"""Call-backs over the API: reached or not, content or not, and closing without one."""

from __future__ import annotations

import pytest

from huiyin.followup.callbacks import actions
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.orders.models import WorkOrder
from huiyin.web.api.tests.asking import Api
from tests.world import Story, at

GOOD = {"reached": True, "solved": "yes", "satisfaction": "satisfied", "comment": "谢谢"}
BAD = {"reached": True, "solved": "no", "satisfaction": "unsatisfied", "reasons": ["U01"]}


@pytest.fixture
def waiting(world) -> Api:
    """Return the API on the fifth of March, with one order that waits for its call-back."""
    Story(world).to_callback()
    return Api(world, at(5, 9))


def call(api: Api, body=None, rest: str = "", who: str = "callback", **more):
    number = WorkOrder.objects.get().number
    return api.post(f"/orders/{number}/callbacks{rest}", body, who, **more)


def test_a_content_citizen_closes_the_case(waiting: Api) -> None:
    told = call(waiting, GOOD | {"number": "053412345678"})
    assert (told.status, told.body["state"], told.body["close_type"]) == (
        200,
        "closed",
        "satisfied",
    )
    number = WorkOrder.objects.get().number
    listed = waiting.get(f"/orders/{number}/callbacks", "callback").body["attempts"]
    assert [(a["reached"], a["solved"], a["by"]) for a in listed] == [(True, "yes", "callback")]
    assert listed[0]["number"] == "053****5678"


def test_a_citizen_who_is_not_content_gets_another_round(waiting: Api) -> None:
    told = call(waiting, BAD)
    assert (told.body["state"], told.body["round"]) == ("in_progress", 2)
    assert CallbackAttempt.objects.get(method="phone").reasons == ["U01"]


@pytest.mark.rule("R-551")
def test_a_unit_that_did_its_duty_gets_no_further_round(waiting: Api) -> None:
    told = call(waiting, BAD | {"dutiful": True})
    assert (told.body["state"], told.body["round"]) == ("to_callback", 1)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"reached": True}, "solved"),
        ({"reached": True, "solved": "yes"}, "satisfaction"),
        ({"reached": True, "solved": "maybe", "satisfaction": "satisfied"}, "solved"),
        (BAD | {"reasons": ["X99"]}, "reason"),
        ({"reached": False, "reason": "X99"}, "reason"),
        ({}, "reached"),
    ],
)
def test_a_wrong_call_is_named(waiting: Api, body, field) -> None:
    told = call(waiting, body)
    assert told.status == 422
    assert field in told.body["fields"]
    assert WorkOrder.objects.get().state == "to_callback"


def test_a_repeated_attempt_is_counted_once(waiting: Api) -> None:
    for _ in range(2):
        told = call(waiting, {"reached": False, "reason": "X01"}, key="k-1")
        assert (told.status, told.body["state"]) == (200, "to_callback")
    assert CallbackAttempt.objects.filter(method="phone").count() == 1


def test_giving_up_needs_attempts_on_several_days(waiting: Api) -> None:
    told = call(waiting, rest="/close_unreached")
    assert (told.status, told.code) == (409, "refused")
    assert "至少联系" in told.body["remedy"]
    for moment in (at(5, 9), at(5, 15), at(6, 9)):
        waiting.now = moment
        call(waiting, {"reached": False, "reason": "X01"})
    told = call(waiting, rest="/close_unreached")
    assert (told.body["state"], told.body["close_type"]) == ("closed", "unreached")


def test_closing_as_unsatisfied_needs_surveys_and_a_call(waiting: Api) -> None:
    WorkOrder.objects.update(round=3)
    order = WorkOrder.objects.get()
    note = {"note": "换热站改造已列入计划，已向诉求人说明"}
    assert call(waiting, note, "/close_unsatisfied").status == 409
    call(waiting, BAD)
    for hour in (10, 11):
        actions.record_survey_sent(order.pk, now=at(5, hour))
    told = call(waiting, note, "/close_unsatisfied")
    assert (told.body["state"], told.body["close_type"]) == ("unsat", "unsatisfied")


def test_closing_without_a_call_needs_a_reason(waiting: Api) -> None:
    rest = "/close_without_callback"
    assert call(waiting, {}, rest).status == 422
    assert call(waiting, {"reason": "R01"}, rest).status == 422
    assert call(waiting, {"reason": "N01"}, rest).body["state"] == "closed"


@pytest.mark.parametrize(
    ("rest", "body"),
    [
        ("", GOOD),
        ("/close_unreached", {}),
        ("/close_unsatisfied", {"note": "已说明"}),
        ("/close_without_callback", {"reason": "N01"}),
    ],
)
def test_who_may_and_when(waiting: Api, rest, body) -> None:
    assert call(waiting, body, rest, "agent").status == 403
    assert call(waiting, body, rest, "housing_handler").status == 404
    assert call(waiting, body, rest, None).status == 401
    number = Story(waiting.world).created().order.number
    told = waiting.post(f"/orders/{number}/callbacks{rest}", body, "callback")
    assert (told.status, told.body["state"]) == (409, "draft")
