"""The caller of a merged order rates the result of its main order."""

from __future__ import annotations

import pytest

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks import queries as attempts
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel.errors import Conflict, WrongState
from huiyin.orders import around
from huiyin.orders.actions import grouping
from huiyin.orders.states import Satisfaction, Solved
from tests.world import Story, at


@pytest.mark.rule("R-123")
def test_the_caller_of_a_merged_order_may_rate_the_result(story: Story) -> None:
    order = story.created().submitted().with_main().merged().order
    main, story.order = story.main, story.main
    answers = Answers(Solved.PARTLY, Satisfaction.SATISFIED, (), "还行")
    assert not attempts.may_rate(order)
    with pytest.raises(WrongState):
        callbacks.record_rating(order.pk, answers, now=at(3, 9))
    assert not attempts.has_rated(order)
    story.dispatched().signed().contacted().replied().audited().closed()
    grouping.hear("order.close", {"order": main.pk}, at(5, 9))
    order.refresh_from_db()
    assert attempts.may_rate(order)
    rated = callbacks.record_rating(order.pk, answers, now=at(5, 10))
    assert (rated.state, rated.satisfaction, rated.solved) == ("closed", "satisfied", "partly")
    assert not attempts.may_rate(rated)
    with pytest.raises(Conflict):
        callbacks.record_rating(order.pk, answers, now=at(5, 11))
    assert around.group_ratings(main) == {"satisfied": 1}
