"""Answering from a filing, and taking an order off the list of the unsatisfied."""

from __future__ import annotations

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from huiyin.orders import actions
from huiyin.orders.actions import closing
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import Satisfaction, Solved
from tests.world import Story, at


def unsatisfied(story: Story) -> WorkOrder:
    order = story.to_callback().order
    return actions.close_unsatisfied(
        order.pk, by=story.world.actor("callback"), solved=Solved.NO,
        grade=Satisfaction.UNSATISFIED, note="已尽责", now=at(5, 9),
    )  # fmt: skip


@pytest.mark.rule("R-126")
def test_an_order_is_answered_from_a_filing(story: Story) -> None:
    order = story.created().submitted().order
    by = story.world.actor("dispatcher")
    with pytest.raises(Invalid):
        closing.answer_from_file(order.pk, by=by, filing="B1", answer=" ", now=at(2, 10))
    order = closing.answer_from_file(
        order.pk, by=by, filing="B1", answer="老旧管网改造列入明年计划。", now=at(2, 10)
    )
    assert (order.state, order.close_type, order.closed_at) == ("closed", "filed", at(2, 10))
    assert order.answer == "老旧管网改造列入明年计划。"
    assert "依据备案 B1 答复" in order.events.order_by("seq").last().note
    with pytest.raises(WrongState):
        closing.answer_from_file(order.pk, by=by, filing="B1", answer="再答一次", now=at(2, 11))


@pytest.mark.rule("R-128")
def test_only_the_unit_that_led_asks_for_a_write_off(story: Story) -> None:
    order = unsatisfied(story)
    with pytest.raises(NotAllowed, match="原主办单位"):
        closing.ask_write_off(
            order.pk, by=story.world.actor("housing_handler"), note="已整改", now=at(6)
        )
    handler = story.world.actor("water_handler")
    with pytest.raises(Invalid):
        closing.ask_write_off(order.pk, by=handler, note="", now=at(6))
    order = closing.ask_write_off(order.pk, by=handler, note="换了新管道", now=at(6))
    assert (order.state, order.events.order_by("seq").last().note) == (
        "unsat", "市水务局：换了新管道",
    )  # fmt: skip


@pytest.mark.rule("R-128")
def test_a_satisfied_citizen_writes_it_off(story: Story) -> None:
    order = unsatisfied(story)
    clerk = story.world.actor("callback")
    with pytest.raises(Refused, match="不满意"):
        closing.write_off(
            order.pk, by=clerk, solved=Solved.NO, grade=Satisfaction.UNSATISFIED, now=at(7)
        )
    stays = closing.stay_unsatisfied(order.pk, by=clerk, note="仍不满意", now=at(7))
    assert stays.state == "unsat"
    order = closing.write_off(
        order.pk, by=clerk, solved=Solved.YES, grade=Satisfaction.SATISFIED, now=at(8)
    )
    assert (order.state, order.close_type, order.satisfaction) == (
        "closed", "written_off", "satisfied",
    )  # fmt: skip
    with pytest.raises(WrongState):
        closing.stay_unsatisfied(order.pk, by=clerk, note="晚了", now=at(9))
