"""A citizen and a clerk answer at once: one answer counts, one thing follows from it."""

from __future__ import annotations

from functools import partial

import pytest

from huiyin.followup.callbacks import actions
from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.orders import queries
from huiyin.orders.states import Satisfaction, Solved
from tests import races
from tests.world import Story, World, at

CONTENT = Answers(Solved.YES, Satisfaction.VERY_SATISFIED)
NOT_CONTENT = Answers(Solved.NO, Satisfaction.UNSATISFIED)


@pytest.fixture
def story(standing_world: World) -> Story:
    return Story(standing_world)


@pytest.mark.parametrize(
    ("first", "second", "ends"),
    [
        pytest.param(CONTENT, CONTENT, {"closed"}, id="pressed twice"),
        pytest.param(CONTENT, NOT_CONTENT, {"closed", "in_progress"}, id="two opinions"),
        pytest.param(NOT_CONTENT, NOT_CONTENT, {"in_progress"}, id="not content, twice"),
    ],
)
def test_a_round_is_rated_once_on_the_web(story: Story, first, second, ends) -> None:
    order = story.to_callback().order
    runners = races.race(
        order.pk,
        partial(actions.record_rating, order.pk, first, now=at(5)),
        partial(actions.record_rating, order.pk, second, now=at(5)),
    )
    done, refused = races.outcome(runners)
    order.refresh_from_db()
    assert (len(done), len(refused)) == (1, 1)
    assert refused[0].status == 409
    assert order.state in ends
    assert CallbackAttempt.objects.filter(order=order, method="web").count() == 1
    assert order.round == (1 if order.state == "closed" else 2)
    assert all(isinstance(found, int) for found in queries.breaks())


def test_the_citizen_rates_while_the_clerk_has_them_on_the_line(story: Story) -> None:
    order, clerk = story.to_callback().order, story.world.actor("callback")
    runners = races.race(
        order.pk,
        partial(actions.record_rating, order.pk, CONTENT, now=at(5)),
        partial(actions.record_call, order.pk, CONTENT, by=clerk, now=at(5)),
    )
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (1, 1)
    assert refused[0].code == "wrong-state"
    assert refused[0].facts["state"] == "closed"
    assert CallbackAttempt.objects.filter(order=order).count() == 1
    assert order.events.filter(verb="close").count() == 1


def test_two_clerks_give_up_on_a_citizen_at_once(story: Story) -> None:
    order, clerk = story.to_callback().order, story.world.actor("callback")
    for moment in (at(5, 9), at(5, 15), at(6, 9)):
        actions.record_unreached(order.pk, by=clerk, reason=None, now=moment)
    give_up = partial(actions.close_unreached, order.pk, by=clerk, now=at(6, 10))
    done, refused = races.outcome(races.race(order.pk, give_up, give_up))
    assert (len(done), len(refused)) == (1, 1)
    assert order.events.filter(verb="close_unreached").count() == 1
