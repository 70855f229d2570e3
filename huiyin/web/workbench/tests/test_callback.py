"""The desk of the call-back clerk."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from huiyin.followup.callbacks import queries
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.kernel import clock
from huiyin.orders import actions
from tests.world import Story, at

URL = "/desk/callback"


def text(answer) -> str:
    return answer.content.decode()


def save(client: Client, story: Story, **fields: Any):
    story.order.refresh_from_db()
    data = {"seen": story.order.event_count} | fields
    return client.post(f"{URL}/{story.order.number}", data)


def test_the_next_call_shows_matter_answer_script_and_masked_number(story: Story, desk) -> None:
    clerk = desk("callback")
    assert "现在没有要打的电话" in text(clerk.get(URL))
    story.to_callback()
    answer = clerk.get(URL)
    assert answer.headers["Location"] == f"{URL}/{story.order.number}"
    page = text(clerk.get(answer.headers["Location"]))
    for words in (
        "室内只有 14 度", "换热站故障已修复", "可以这样说", "138****5678", "问题解决了吗？",
        "对办理满意吗？", "诉求人要求不回访", "无人接听",
    ):  # fmt: skip
        assert words in page
    assert "13812345678" not in page


def test_a_satisfied_citizen_closes_the_case_and_the_next_comes(story: Story, desk) -> None:
    other = Story(story.world).to_callback().order
    story.to_callback()
    clerk = desk("callback")
    fields = {"result": "reached", "solved": "yes", "satisfaction": "satisfied", "comment": "好"}
    sent = save(clerk, story, **fields)
    assert sent.headers["Location"] == f"{URL}?last={story.order.number}"
    story.order.refresh_from_db()
    assert (story.order.state, story.order.satisfaction) == ("closed", "satisfied")
    following = clerk.get(sent.headers["Location"]).headers["Location"]
    assert following == f"{URL}/{other.number}?last={story.order.number}"
    assert "已记录" in text(clerk.get(following))


def test_an_unsatisfied_citizen_sends_it_into_the_next_round(story: Story, desk) -> None:
    story.to_callback()
    fields = {
        "result": "reached", "solved": "no", "satisfaction": "unsatisfied", "reasons": ["U01"],
        "comment": "还是不热",
    }  # fmt: skip
    assert save(desk("callback"), story, **fields).status_code == 302
    story.order.refresh_from_db()
    assert (story.order.state, story.order.round) == ("in_progress", 2)
    assert CallbackAttempt.objects.get().reasons == ["U01"]


@pytest.mark.rule("R-551")
def test_a_unit_that_did_its_duty_gets_no_further_round(story: Story, desk) -> None:
    story.to_callback()
    fields = {"result": "reached", "solved": "no", "satisfaction": "unsatisfied", "dutiful": "on"}
    assert save(desk("callback"), story, **fields).status_code == 302
    story.order.refresh_from_db()
    assert (story.order.state, story.order.round) == ("to_callback", 1)
    assert "承办单位已尽责" in story.order.events.latest("seq").note


def test_nobody_answers_and_the_order_rests_for_two_hours(story: Story, desk) -> None:
    story.to_callback()
    clerk = desk("callback")
    assert save(clerk, story, result="unreached", unreached="X01").status_code == 302
    story.order.refresh_from_db()
    assert story.order.state == "to_callback"
    page = text(clerk.get(f"{URL}?last={story.order.number}"))
    assert "还有" in page
    with clock.driven(at(4, 14, 1)):
        assert clerk.get(URL).status_code == 302


@pytest.mark.parametrize(
    ("fields", "status", "words"),
    [
        ({"result": "reached"}, 422, "请选择是否解决"),
        ({"result": "reached", "solved": "yes"}, 422, "请选择满意程度"),
        ({"result": "reached", "solved": "maybe"}, 422, "maybe"),
        ({"result": ""}, 422, "请选择回访结果"),
        ({"result": "unreached"}, 422, "请选择未接通原因"),
        ({"result": "no_callback"}, 422, "请选择不回访的原因"),
        ({"result": "close_unreached"}, 409, "还不能按无法联系结案"),
        ({"result": "close_unsatisfied", "explanation": "已说明"}, 409, "还没有电话回访"),
    ],
)
def test_what_is_missing_is_said_on_the_same_screen(
    story: Story, desk, fields, status, words
) -> None:
    story.to_callback()
    answer = save(desk("callback"), story, comment="记下的话", **fields)
    assert answer.status_code == status
    assert words in text(answer)
    assert "记下的话" in text(answer)
    story.order.refresh_from_db()
    assert story.order.state == "to_callback"
    assert not CallbackAttempt.objects.exists()


def test_closing_without_a_call_needs_a_reason_and_keeps_it(story: Story, desk) -> None:
    story.to_callback()
    assert save(desk("callback"), story, result="no_callback", no_callback="N01").status_code == 302
    story.order.refresh_from_db()
    assert (story.order.state, story.order.reason.code) == ("closed", "N01")


def test_closing_as_unreached_after_enough_tries(story: Story, desk) -> None:
    from huiyin.followup.callbacks import actions as callbacks

    story.to_callback()
    for moment in (at(4, 14), at(5, 9), at(5, 14)):
        callbacks.record_unreached(
            story.order.pk, by=story.world.actor("callback"), reason=None, now=moment
        )
    with clock.driven(at(5, 18)):
        assert save(desk("callback"), story, result="close_unreached").status_code == 302
    story.order.refresh_from_db()
    assert story.order.close_type == "unreached"


def test_closing_as_unsatisfied_after_surveys_and_a_call(story: Story, desk) -> None:
    from huiyin.followup.callbacks import actions as callbacks
    from huiyin.followup.callbacks.actions import Answers
    from huiyin.orders.models import WorkOrder
    from huiyin.orders.states import Satisfaction, Solved

    story.to_callback()
    WorkOrder.objects.update(round=3)
    for hour in (13, 14):
        callbacks.record_survey_sent(story.order.pk, now=at(4, hour))
    no = Answers(Solved.NO, Satisfaction.UNSATISFIED)
    callbacks.record_call(story.order.pk, no, by=story.world.actor("callback"), now=at(4, 15))
    clerk = desk("callback")
    missing = save(clerk, story, result="close_unsatisfied", explanation="")
    assert missing.status_code == 422
    assert 'id="id_explanation_error">请写明结案说明' in text(missing)
    done = save(clerk, story, result="close_unsatisfied", explanation="管网改造列入明年计划")
    assert done.status_code == 302
    story.order.refresh_from_db()
    assert (story.order.state, story.order.close_type) == ("unsat", "unsatisfied")


def test_a_citizen_is_not_called_by_two_clerks_at_once(story: Story, desk) -> None:
    from huiyin.orgs.states import Role
    from tests.world import person

    story.to_callback()
    person("callback2", story.world.centre, Role.CALLBACK)
    story.world.people["callback2"] = person("callback3", story.world.centre, Role.CALLBACK)
    first, second = desk("callback"), desk("callback2")
    first.post(f"/desk/orders/{story.order.number}/reveal", {"purpose": "回访"})
    assert "同事正在回访" in text(second.get(URL))
    assert first.get(URL).status_code == 302
    with clock.driven(at(4, 12, 16)):
        assert second.get(URL).status_code == 302


def test_the_order_has_moved_on_meanwhile(story: Story, desk) -> None:
    story.to_callback()
    clerk = desk("callback")
    story.order.refresh_from_db()
    seen = story.order.event_count
    manager = story.world.actor("manager")
    actions.add_note(story.order.pk, by=manager, note="诉求人来电", now=at(4, 11, 30))
    answer = clerk.post(
        f"{URL}/{story.order.number}",
        {"seen": seen, "result": "reached", "solved": "yes", "satisfaction": "satisfied"},
    )
    assert answer.status_code == 409
    assert "刚刚有了新进展" in text(answer)
    assert 'value="yes" id="id_solved_0" checked' in text(answer)


def test_an_order_that_waits_for_something_else_is_not_called(story: Story, desk) -> None:
    story.created().submitted()
    answer = desk("callback").get(f"{URL}/{story.order.number}")
    assert answer.status_code == 409
    assert "不用回访" in text(answer)


def test_only_clerks_call_back(story: Story, desk) -> None:
    story.to_callback()
    for who in ("agent", "dispatcher", "water_handler", "manager"):
        assert desk(who).get(URL).status_code == 403
        assert save(desk(who), story, result="reached").status_code == 403


def test_the_order_page_leads_to_the_call(story: Story, desk) -> None:
    story.to_callback()
    page = text(desk("callback").get(f"/desk/orders/{story.order.number}"))
    assert f'href="{URL}/{story.order.number}"' in page


def test_choosing_the_next_call_costs_the_same_whatever_waits(
    story: Story, django_assert_num_queries
) -> None:
    clerk = story.world.actor("callback")
    for _ in range(3):
        Story(story.world).to_callback()
        with django_assert_num_queries(2):
            assert queries.next_to_call(clerk, at(4, 12))
