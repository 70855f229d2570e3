"""The call-back plan as data: script, hours, reasons, evidence, coverage."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks import queries, rules
from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.callbacks.rules import Script
from huiyin.kernel.errors import Invalid, Refused
from huiyin.orders.states import Satisfaction, Solved
from tests.world import Story, at

SCRIPTS = [
    Script("", "", "都可以"),
    Script("help", "", "求助"),
    Script("", "04", "公共服务"),
    Script("help", "0404", "求助供热"),
]


@pytest.mark.rule("R-153")
@pytest.mark.parametrize(
    ("kind", "category", "words"),
    [
        ("inquiry", "01", "都可以"),
        ("help", "01", "求助"),
        ("inquiry", "0404", "公共服务"),
        ("help", "0401", "公共服务"),
        ("help", "0404", "求助供热"),
    ],
)
def test_the_script_that_fits_best_is_read(kind: str, category: str, words: str) -> None:
    found = rules.choose_script(SCRIPTS, kind, category)
    assert found is not None
    assert found.text == words
    assert rules.choose_script(SCRIPTS[1:2], "inquiry", category) is None


@pytest.mark.rule("R-154")
@pytest.mark.parametrize(
    ("moment", "span", "works", "workdays_only", "may"),
    [
        (time(21, 59), "22:00-07:00", True, False, True),
        (time(22), "22:00-07:00", True, False, False),
        (time(6, 59), "22:00-07:00", True, False, False),
        (time(7), "22:00-07:00", True, False, True),
        (time(12, 30), "12:00-14:00", True, False, False),
        (time(14), "12:00-14:00", True, False, True),
        (time(3), "", True, False, True),
        (time(10), "", False, False, True),
        (time(10), "", False, True, False),
        (time(10), "", True, True, True),
    ],
)
def test_when_citizens_are_called(moment, span, works, workdays_only, may) -> None:
    words = rules.not_now(moment, span, works=works, workdays_only=workdays_only)
    assert (words == "") is may


@pytest.mark.rule("R-154")
def test_calls_at_forbidden_hours_do_not_count_as_unreached(story: Story) -> None:
    story.city("callback.quiet_hours", "22:00-07:00").to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    for moment in (at(4, 23), at(5, 6), at(5, 10)):
        callbacks.record_unreached(key, by=clerk, reason=None, now=moment)
    with pytest.raises(Refused, match="已联系 1 次、1 天"):
        callbacks.close_unreached(key, by=clerk, now=at(5, 11))
    for moment in (at(6, 10), at(6, 15)):
        callbacks.record_unreached(key, by=clerk, reason=None, now=moment)
    assert callbacks.close_unreached(key, by=clerk, now=at(6, 16)).close_type == "unreached"


@pytest.mark.rule("R-555")
def test_a_city_calls_after_its_messages(story: Story) -> None:
    story.city("callback.call_after_sms_hours", 4).to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    number, late = story.order.number, story.order.waits_until

    def offered(now: datetime) -> bool:
        return queries.next_to_call(clerk, now) == number

    assert offered(at(4, 12)), "nobody waits for a message that was not sent"
    callbacks.record_survey_sent(key, now=at(4, 12))
    assert not offered(at(4, 13))
    assert not offered(at(5, 11)), "the second message is still to come"
    assert offered(late), "the time for calling is over"
    callbacks.record_survey_sent(key, now=at(5, 12))
    assert [offered(at(5, 15, 59)), offered(at(5, 16))] == [False, True]


@pytest.mark.rule("R-555")
def test_whoever_rated_in_the_last_round_is_called_at_once(story: Story) -> None:
    story.city("callback.call_after_sms_hours", 4).city("redo.max_rounds", 1).to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    callbacks.record_survey_sent(key, now=at(4, 12))
    assert queries.next_to_call(clerk, at(4, 13)) == ""
    callbacks.record_rating(key, Answers(Solved.NO, Satisfaction.UNSATISFIED), now=at(4, 13))
    assert queries.next_to_call(clerk, at(4, 13)) == story.order.number


@pytest.mark.rule("R-155")
def test_an_unsatisfied_answer_has_its_reason_where_the_city_asks(story: Story) -> None:
    story.city("callback.reasons_required", True).to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    bad = Answers(Solved.NO, Satisfaction.UNSATISFIED)
    with pytest.raises(Invalid, match="不满意的原因"):
        callbacks.record_call(key, bad, by=clerk, now=at(5))
    assert not CallbackAttempt.objects.exists()
    reasoned = Answers(Solved.NO, Satisfaction.UNSATISFIED, ["U01"])
    assert callbacks.record_call(key, reasoned, by=clerk, now=at(5)).round == 2


def test_an_attempt_keeps_the_number_that_was_called(story: Story) -> None:
    story.to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    callbacks.record_unreached(key, by=clerk, reason=None, now=at(5))
    callbacks.record_unreached(key, by=clerk, reason=None, number="13900001111", now=at(5, 10))
    callbacks.record_rating(key, Answers(Solved.YES, Satisfaction.SATISFIED), now=at(5, 11))
    numbers = CallbackAttempt.objects.order_by("at").values_list("number_masked", flat=True)
    assert list(numbers) == ["138****5678", "139****1111", ""]


@pytest.mark.rule("R-82")
def test_the_evidence_for_an_unsatisfied_closing_is_told(story: Story) -> None:
    story.to_callback()
    for day in (5, 6):
        callbacks.record_survey_sent(story.order.pk, now=at(day))
    found = [(p.done, p.needed, p.enough) for p in queries.proofs(story.order, at(7))]
    assert found == [(2, 2, True), (0, 1, False)]


@pytest.mark.rule("R-156")
def test_coverage_counts_ended_orders_with_any_attempt(story: Story) -> None:
    story.to_callback()
    callbacks.record_call(
        story.order.pk, Answers(Solved.YES, Satisfaction.SATISFIED),
        by=story.world.actor("callback"), now=at(5),
    )  # fmt: skip
    second = Story(story.world).city("callback.scope", "none")
    second.to_callback()
    found = queries.coverage(date(2026, 3, 4), date(2026, 3, 5))
    assert (found.ended, found.asked, found.reached, found.share) == (2, 1, 1, 50.0)
    assert queries.coverage(date(2026, 3, 6), date(2026, 3, 7)).share is None
