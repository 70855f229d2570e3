"""Surveys by message: followup wishes, messaging writes, once each."""

from __future__ import annotations

import pytest

from huiyin.channels.messaging.actions import hear
from huiyin.channels.messaging.models import Message
from huiyin.followup.callbacks import actions
from huiyin.kernel.models import OutboxRow
from tests.world import Story, at


@pytest.mark.rule("R-84")
def test_the_second_survey_goes_a_day_after_the_first(story: Story) -> None:
    def hear_wishes() -> int:
        for row in OutboxRow.objects.filter(topic="message.wanted"):
            hear(row.topic, row.payload, at(5, 12))
            row.delete()
        return Message.objects.filter(template="replied_rating_link").count()

    order = story.to_callback().order
    assert actions.ask_again(until=at(5, 12)) == 0
    actions.record_survey_sent(order.pk, now=at(4, 12))
    assert actions.ask_again(until=at(5, 12)) == 0
    assert actions.ask_again(until=at(5, 12, 1)) == 1
    assert actions.ask_again(until=at(5, 12, 2)) == 1
    assert hear_wishes() == 1
    actions.record_survey_sent(order.pk, now=at(5, 13))
    assert actions.ask_again(until=at(9)) == 0
