"""No trick by which a rate could be improved goes unseen: one test for each."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from huiyin.assessment import actions, behind_queries
from huiyin.assessment.actions import Asking
from huiyin.assessment.models import Round
from huiyin.assessment.tests.test_rounds import DAY, MARCH, called, scheme, water
from huiyin.followup.callbacks import actions as callbacks
from huiyin.insight.facts import actions as facts
from huiyin.kernel.errors import NotFound
from huiyin.orders import actions as orders
from tests.world import Story, at

__all__ = ["scheme"]
pytestmark = pytest.mark.usefixtures("scheme")


def assessed(story: Story) -> Round:
    facts.close_days(MARCH.last_day, now=DAY)
    manager = story.world.actor("manager")
    made = actions.open_round(MARCH, by=manager, now=DAY)
    return actions.preview(made.pk, by=manager, now=DAY)


def test_not_signing(story: Story) -> None:
    """The clock starts at the dispatch: what is never signed counts all the same."""
    story.created().submitted().dispatched()
    figures = water(assessed(story))["figures"]
    assert figures["response"] == [0, 100, 1]
    assert figures["signed"] == [0, 100, 1]
    assert figures["on_time"] == [0, 100, 1]


def test_returning_late(story: Story) -> None:
    """Given back after the limit for signing, the response is owed although it was granted."""
    story.created().submitted().dispatched()
    orders.ask_return(
        story.order.pk, by=story.world.actor("water_handler"), now=at(4, 8),
        reason=_reason(),
        basis="不属本单位", suggested=story.world.housing,
    )  # fmt: skip
    orders.grant_return(story.order.pk, by=story.world.actor("dispatcher"), now=at(4, 9))
    mine = water(assessed(story))
    assert mine["figures"]["signed"] == [0, 100, 1]
    assert mine["signals"] == {"return_late": 1}
    assert mine["figures"]["returned"] == [100, 100, 1]


def _reason():
    from huiyin.knowledge.models import Reason

    return Reason.objects.get(group="return")


def test_returning_in_time_owes_nothing(story: Story) -> None:
    story.created().submitted().dispatched().return_asked()
    orders.grant_return(story.order.pk, by=story.world.actor("dispatcher"), now=at(2, 12))
    mine = water(assessed(story))
    assert mine["figures"]["signed"] == [0, 0, 1]
    assert mine["signals"] == {}


@pytest.mark.rule("R-274")
def test_splitting_and_template_replies(story: Story) -> None:
    """Three orders of one caller about one matter, answered with the very same words."""
    for each in (story, Story(story.world), Story(story.world)):
        called(each)
    mine = water(assessed(story))
    assert mine["signals"] == {"alike": 3, "split": 3}
    assert mine["valid"] == 3


def handled(story: Story, phone: str, answer: str) -> None:
    story.created(phone=phone).submitted().dispatched().signed().contacted()
    story.replied(public_answer=answer).audited().closed()


@pytest.mark.rule("R-274")
@pytest.mark.parametrize(
    ("phones", "answers", "signals"),
    [
        pytest.param(
            ("13800000001", "13800000001"), ("已修好一号楼", "已修好二号楼"), {"split": 2},
            id="one caller's matter cut in two, each answered in words of its own",
        ),
        pytest.param(
            ("13800000001", "13800000002", "13800000003"), ("已 处理", "已处理", "已处理\n"),
            {"alike": 3}, id="three callers, one template, spaces apart",
        ),
        pytest.param(
            ("13800000001", "13800000002"), ("已处理", "已处理"), {},
            id="two short answers may be the same",
        ),
    ],
)  # fmt: skip
def test_splitting_and_templates_are_told_apart(story: Story, phones, answers, signals) -> None:
    for phone, answer in zip(phones, answers, strict=True):
        handled(Story(story.world), phone, answer)
    assert water(assessed(story))["signals"] == signals


def test_returning_late_and_being_refused_owes_too(story: Story) -> None:
    """Asking late buys nothing, whatever becomes of it, and the clock for finishing runs on."""
    story.created().submitted().dispatched()
    orders.ask_return(
        story.order.pk, by=story.world.actor("water_handler"), now=at(4, 8),
        reason=_reason(), basis="不属本单位", suggested=story.world.housing,
    )  # fmt: skip
    dispatcher = story.world.actor("dispatcher")
    orders.refuse_return(story.order.pk, by=dispatcher, note="确属供热", now=at(4, 9))
    mine = water(assessed(story))
    assert mine["figures"]["signed"] == mine["figures"]["on_time"] == [0, 100, 1]
    assert mine["signals"] == {"return_late": 1}


def test_closing_by_the_unit(story: Story) -> None:
    """What the unit's own call-back says is no result, and the order counts as not called."""
    story.created().submitted().dispatched().signed()
    orders.local_call(
        story.order.pk, by=story.world.actor("water_handler"), content=True, note="满意",
        now=at(3, 9),
    )  # fmt: skip
    story.contacted().replied().audited().closed()
    mine = water(assessed(story))
    assert mine["figures"]["solved"] == mine["figures"]["satisfied"] == [0, 0, 1]
    assert mine["figures"]["called"] == [0, 100, 1]


def test_calling_back_selectively(story: Story) -> None:
    """Calling the content ones alone lowers the share that was called, and marks the unit."""
    called(story)
    Story(story.world).to_callback().closed()  # closed without a call
    mine = water(assessed(story))
    assert mine["figures"]["satisfied"] == [100, 100, 1]
    assert mine["figures"]["called"] == [100, 200, 1]
    assert mine["flags"] == ["uncovered"]


def test_results_of_both_rounds_stay_apart(story: Story) -> None:
    """A second round that pleases does not undo that the first did not."""
    from huiyin.followup.callbacks.actions import Answers
    from huiyin.orders.states import Satisfaction, Solved

    story.to_callback()
    bad = Answers(Solved.NO, Satisfaction.UNSATISFIED)
    world = story.world
    callbacks.record_call(story.order.pk, bad, by=world.actor("callback"), now=at(5, 9))
    orders.contact(
        story.order.pk, by=world.actor("water_handler"), at=at(5, 11), number="053412345",
        now=at(5, 12),
    )  # fmt: skip
    story.replied(now=at(6, 9))
    orders.pass_audit(story.order.pk, by=world.actor("auditor"), now=at(6, 10))
    good = Answers(Solved.YES, Satisfaction.SATISFIED)
    callbacks.record_call(story.order.pk, good, by=world.actor("callback"), now=at(6, 11))
    figures = water(assessed(story))["figures"]
    assert figures["satisfied"] == [100, 100, 1]
    assert figures["first_satisfied"] == [0, 100, 1]
    assert figures["redone"] == [100, 100, 1]
    assert figures["once"] == [0, 100, 1]


def test_a_unit_merged_in_mid_month(story: Story) -> None:
    """The heir answers for what the other had done before."""
    from huiyin.orgs.models import UnitChange

    called(story)
    UnitChange.objects.create(
        kind="merge", unit=story.world.water, successor=story.world.housing,
        effective=date(2026, 3, 6), state="done", basis="t", planned_at=at(1), planned_by="t",
    )  # fmt: skip
    made = assessed(story)
    (row,) = made.result["units"]
    assert (row["unit"], row["figures"]["solved"]) == ("housing", [100, 100, 1])
    found = behind_queries.of_round(
        story.world.actor("supervisor"), made, story.world.housing, "solved", side="denominator"
    )
    assert found is not None
    assert [order.number for order in found.page.rows] == [story.order.number]
    # The heir, which answers for it, asks to leave it out.
    asking = Asking("诉求人撤回", "录音 3 号", story.order.number, "X12")
    manager = story.world.actor("manager")
    request = actions.ask(
        made.pk, asking, by=story.world.actor("supervisor"), unit=story.world.housing, now=DAY
    )
    actions.decide(request.pk, by=manager, agreed=True, note="", now=DAY)
    (row,) = actions.preview(made.pk, by=manager, now=DAY).result["units"]
    assert (row["figures"]["solved"], row["before"]["solved"]) == ([0, 0, 1], [100, 100, 1])
    other = Story(story.world).created().submitted().dispatched(lead=story.world.township)
    with pytest.raises(NotFound, match="没有承办过"):
        actions.ask(
            made.pk, replace(asking, number=other.order.number), by=manager,
            unit=story.world.housing, now=DAY,
        )  # fmt: skip
