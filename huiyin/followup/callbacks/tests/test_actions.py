"""Call-backs as stories: content closes, not content is redone, giving up needs proof."""

from __future__ import annotations

from dataclasses import replace

import pytest

from huiyin.followup.callbacks import actions, queries
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, Refused, WrongState
from huiyin.knowledge.models import Parameter, Reason
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import Satisfaction, Solved
from tests.world import Story, at

GOOD = Answers(Solved.YES, Satisfaction.VERY_SATISFIED, comment="谢谢")
BAD = Answers(Solved.NO, Satisfaction.UNSATISFIED, comment="还是不热")


@pytest.mark.rule("R-80")
def test_a_content_citizen_closes_the_case(story: Story) -> None:
    order = story.to_callback().order
    order = actions.record_call(order.pk, GOOD, by=story.world.actor("callback"), now=at(5))
    assert (order.state, order.close_type, order.solved) == ("closed", "satisfied", "yes")
    assert [a.method for a in queries.attempts_of(order)] == ["phone"]


@pytest.mark.rule("R-80")
@pytest.mark.parametrize(
    "answers", [Answers(Solved.YES, None), Answers(None, Satisfaction.SATISFIED), Answers()]
)
def test_both_questions_must_be_answered(story: Story, answers: Answers) -> None:
    order = story.to_callback().order
    with pytest.raises(Invalid):
        actions.record_call(order.pk, answers, by=story.world.actor("callback"), now=at(5))
    assert not queries.attempts_of(order)


def test_unsatisfied_is_sent_out_again_at_once(story: Story) -> None:
    order = story.to_callback().order
    order = actions.record_call(order.pk, BAD, by=story.world.actor("callback"), now=at(5))
    assert (order.state, order.round) == ("in_progress", 2)
    assert story.verbs()[-2:] == ["redo", "send_again"]


def test_a_city_may_want_its_dispatcher_to_send_it_again(story: Story) -> None:
    Parameter.objects.create(
        key="redo.automatic", value=False, valid_from=at(1), source="t", text="t"
    )
    order = story.to_callback().order
    order = actions.record_call(order.pk, BAD, by=story.world.actor("callback"), now=at(5))
    assert (order.state, order.round) == ("rework", 1)


@pytest.mark.rule("R-83")
def test_the_citizen_rates_once_per_round(story: Story) -> None:
    order = story.to_callback().order
    order = actions.record_rating(order.pk, BAD, now=at(5))
    assert (order.state, order.round) == ("in_progress", 2)
    with pytest.raises(WrongState):
        actions.record_rating(order.pk, GOOD, now=at(5, 10))


def test_when_rounds_are_used_up_the_clerk_decides(story: Story) -> None:
    order = story.to_callback().order
    WorkOrder.objects.filter(pk=order.pk).update(round=3)
    order = actions.record_rating(order.pk, BAD, now=at(5))
    assert order.state == "to_callback"
    with pytest.raises(Conflict):
        actions.record_rating(order.pk, GOOD, now=at(5, 10))


@pytest.mark.rule("R-82")
def test_closing_as_unsatisfied_needs_surveys_and_a_call(story: Story) -> None:
    order = story.to_callback().order
    WorkOrder.objects.filter(pk=order.pk).update(round=3)
    clerk = story.world.actor("callback")
    close = {"by": clerk, "note": "换热站改造已列入计划，已向诉求人说明", "now": at(6)}
    with pytest.raises(Refused, match="电话回访"):
        actions.close_unsatisfied(order.pk, **close)
    actions.record_call(order.pk, BAD, by=clerk, now=at(5))
    actions.record_survey_sent(order.pk, now=at(5, 10))
    with pytest.raises(Refused, match="短信回访只有 1 次"):
        actions.close_unsatisfied(order.pk, **close)
    actions.record_survey_sent(order.pk, now=at(5, 11))
    order = actions.close_unsatisfied(order.pk, **close)
    assert (order.state, order.close_type, order.satisfaction) == (
        "unsat",
        "unsatisfied",
        "unsatisfied",
    )


@pytest.mark.rule("R-551")
def test_what_the_unit_has_done_its_duty_for_is_not_redone(story: Story) -> None:
    order, clerk = story.to_callback().order, story.world.actor("callback")
    actions.record_survey_sent(order.pk, now=at(5))
    close = {"by": clerk, "note": "管网改造已列入计划，已说明"}
    told = replace(BAD, dutiful=True)
    order = actions.record_call(order.pk, told, by=clerk, now=at(5, 10))
    assert (order.state, order.round) == ("to_callback", 1)
    assert "承办单位已尽责" in order.events.latest("seq").note
    assert queries.next_to_call(clerk, at(5, 11)) == ""
    assert queries.next_to_call(clerk, at(5, 12, 1)) == order.number
    with pytest.raises(Refused, match="短信回访只有 1 次"):
        actions.close_unsatisfied(order.pk, now=at(5, 11), **close)
    actions.record_survey_sent(order.pk, now=at(6))
    order = actions.close_unsatisfied(order.pk, now=at(6, 10), **close)
    assert (order.state, order.round, order.satisfaction) == ("unsat", 1, "unsatisfied")


@pytest.mark.rule("R-551")
def test_duty_does_not_matter_to_who_is_content_or_rates_alone(story: Story) -> None:
    order, clerk = story.to_callback().order, story.world.actor("callback")
    glad = replace(GOOD, dutiful=True)
    assert actions.record_call(order.pk, glad, by=clerk, now=at(5)).state == "closed"
    other = Story(story.world).to_callback().order
    rated = actions.record_rating(other.pk, replace(BAD, dutiful=True), now=at(5))
    assert (rated.state, rated.round) == ("in_progress", 2)


@pytest.mark.rule("R-81")
@pytest.mark.parametrize(
    ("moments", "allowed"),
    [
        pytest.param([at(5, 9), at(5, 15)], False, id="two on one day"),
        pytest.param([at(5, 9), at(5, 15), at(5, 20)], False, id="three on one day"),
        pytest.param([at(5, 9), at(6, 9)], False, id="two on two days"),
        pytest.param([at(5, 9), at(5, 15), at(6, 9)], True, id="three on two days"),
    ],
)
@pytest.mark.rule("R-65")
def test_giving_up_needs_attempts_on_several_days(story: Story, moments, allowed) -> None:
    order = story.to_callback().order
    clerk = story.world.actor("callback")
    for moment in moments:
        actions.record_unreached(
            order.pk, by=clerk, reason=Reason.objects.get(group="unreached"), now=moment
        )
    if allowed:
        assert actions.close_unreached(order.pk, by=clerk, now=at(6, 10)).close_type == "unreached"
        return
    with pytest.raises(Refused, match="还不能按无法联系结案"):
        actions.close_unreached(order.pk, by=clerk, now=at(6, 10))


@pytest.mark.rule("R-81")
def test_surveys_by_message_do_not_count_as_calls(story: Story) -> None:
    order, clerk = story.to_callback().order, story.world.actor("callback")
    for moment in (at(4, 12), at(5, 12)):
        actions.record_survey_sent(order.pk, now=moment)
    actions.record_unreached(order.pk, by=clerk, reason=None, now=at(6, 9))
    assert order.events.get(verb="note").note == "第 1 次回访未联系上"
    with pytest.raises(Refused, match="已联系 1 次、1 天") as refused:
        actions.close_unreached(order.pk, by=clerk, now=at(6, 10))
    assert refused.value.remedy == "至少联系 3 次，分在 2 个不同的日子"


def test_only_call_back_clerks_record_calls(story: Story) -> None:
    order = story.to_callback().order
    for who in ("agent", "dispatcher", "water_handler"):
        with pytest.raises(NotAllowed):
            actions.record_call(order.pk, GOOD, by=story.world.actor(who), now=at(5))
