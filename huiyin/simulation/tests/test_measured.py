"""The rates of a small story told by hand, counted on paper: every figure here was worked out."""

from __future__ import annotations

import pytest

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.knowledge.models import Reason
from huiyin.orders import actions
from huiyin.orders.states import Satisfaction, Solved
from huiyin.simulation import measured
from tests.world import Story, World, at

CONTENT = Answers(Solved.YES, Satisfaction.SATISFIED)
PARTLY = Answers(Solved.PARTLY, Satisfaction.FAIRLY_SATISFIED)
NOT_CONTENT = Answers(Solved.NO, Satisfaction.UNSATISFIED)


def answered(world: World) -> int:
    """Answered by the agent: direct."""
    order = Story(world).created().order
    actions.answer(order.pk, by=world.actor("agent"), text_="三月十五日停暖。", now=at(2, 9, 5))
    return order.pk


def voided(world: World) -> int:
    """Withdrawn: no valid request."""
    order = Story(world).created().order
    actions.ask_void(order.pk, by=world.actor("dispatcher"), note="撤回", now=at(2, 10))
    actions.confirm_void(order.pk, by=world.actor("manager"), now=at(2, 11))
    return order.pk


def content(world: World) -> int:
    """Dispatched, signed, contacted and replied in time, content in round 1."""
    order = Story(world).to_callback().order
    callbacks.record_call(order.pk, PARTLY, by=world.actor("callback"), now=at(5))
    return order.pk


def redone(world: World) -> int:
    """Not content in round 1, content in round 2, which was replied late (due on the 10th)."""
    story = Story(world).to_callback()
    key, clerk = story.order.pk, world.actor("callback")
    callbacks.record_call(key, NOT_CONTENT, by=clerk, now=at(5))
    actions.contact(
        key, by=world.actor("water_handler"), at=at(6, 9), number="053412345", now=at(6, 9, 5)
    )
    story.replied(now=at(11), contacted_at=at(6, 9))
    actions.pass_audit(key, by=world.actor("auditor"), now=at(11, 11))
    callbacks.record_call(key, CONTENT, by=clerk, now=at(12))
    return key


def returned(world: World) -> int:
    """Returned before it was signed, dispatched anew, never signed: the limit ended on the 5th."""
    story = Story(world).created().submitted().dispatched()
    actions.ask_return(
        story.order.pk, by=world.actor("water_handler"), reason=Reason.objects.get(group="return"),
        basis="属住建局", suggested=world.housing, now=at(2, 11),
    )  # fmt: skip
    actions.grant_return(story.order.pk, by=world.actor("dispatcher"), now=at(2, 12))
    story.dispatched(lead=world.housing, now=at(3, 9))
    return story.order.pk


def unreached(world: World) -> int:
    """Handled in time; three calls on two days reached nobody."""
    order = Story(world).to_callback().order
    clerk = world.actor("callback")
    for moment in (at(5, 9), at(5, 15), at(6, 9)):
        callbacks.record_unreached(order.pk, by=clerk, reason=None, now=moment)
    callbacks.close_unreached(order.pk, by=clerk, now=at(6, 10))
    return order.pk


def uncalled(world: World) -> int:
    """Handled in time; the citizen wanted no call."""
    order = Story(world).to_callback().order
    reason = Reason.objects.get(group="no_callback")
    callbacks.close_without_callback(order.pk, by=world.actor("callback"), reason=reason, now=at(5))
    return order.pk


EXPECTED = {
    # 7 requests, one of them void; one answered on the spot
    "direct_answer_rate": (1, 6),
    # signed: content, redone, unreached, uncalled; run out: returned's second (its first stopped)
    "on_time_sign_rate": (4, 5),
    # as above, and round 2 of redone in time (until the 6th); returned's second ran out
    "on_time_contact_rate": (5, 6),
    # dispatches: content, redone, returned twice, unreached, uncalled
    "return_rate": (1, 6),
    # replied: content, redone 1, unreached, uncalled in time; redone 2 late; returned not yet due
    "on_time_finish_rate": (4, 5),
    # closed after handling: content, redone, unreached, uncalled
    "redo_rate": (1, 4),
    "callback_rate": (3, 4),
    "reached_rate": (2, 3),
    # last answers: content says partly, redone says yes; both are satisfied
    "solved_rate": (1, 2),
    "satisfied_rate": (2, 2),
    # first answers: content yes, redone no
    "first_satisfied_rate": (1, 2),
}


@pytest.fixture
def told(world: World) -> list[int]:
    stories = (answered, voided, content, redone, returned, unreached, uncalled)
    return [tell(world) for tell in stories]


def test_every_rate_is_what_was_counted_by_hand(told: list[int]) -> None:
    found = measured.rates(told, at(10))
    assert {name: (r.numerator, r.denominator) for name, r in found.items()} == EXPECTED


def test_a_limit_counts_only_when_it_is_kept_or_has_run_out(told: list[int]) -> None:
    before, after = measured.rates(told, at(4, 12)), measured.rates(told, at(11))
    assert before["on_time_sign_rate"].denominator == 4
    assert (after["on_time_finish_rate"].numerator, after["on_time_finish_rate"].denominator) == (
        4,
        6,
    )


def test_other_orders_do_not_count(told: list[int]) -> None:
    found = measured.rates(told[:1], at(10))
    assert found["direct_answer_rate"].rate == 1.0
    assert found["on_time_sign_rate"].rate is None
