"""Every figure of a round is the sum of the orders that it leads to."""

from __future__ import annotations

import pytest

from huiyin.assessment import actions, behind_queries, definitions
from huiyin.assessment.actions import Asking, Opening
from huiyin.assessment.behind_queries import COUNTS, DENOMINATOR, NUMERATOR
from huiyin.assessment.models import Round
from huiyin.assessment.tests.test_rounds import DAY, MARCH, called, scheme, water
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.insight.facts import actions as facts
from huiyin.knowledge.models import ScoringScheme
from huiyin.orders import actions as orders
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs.actors import Actor
from tests.world import Story, at

__all__ = ["scheme"]


def answered(story: Story, solved: Solved, grade: Satisfaction) -> None:
    by = story.world.actor("callback")
    callbacks.record_call(story.order.pk, Answers(solved, grade), by=by, now=at(5, 9))


@pytest.fixture
def month(story: Story, scheme: ScoringScheme) -> Round:
    """Return the round of a month in which everything happened that makes figures differ."""
    ScoringScheme.objects.update(partly_solved=50, fairly_satisfied=60)
    world = story.world
    answered(story.to_callback(), Solved.PARTLY, Satisfaction.FAIRLY_SATISFIED)
    called(Story(world))
    called(Story(world))
    answered(Story(world).to_callback(), Solved.NO, Satisfaction.UNSATISFIED)
    Story(world).created().submitted().dispatched()  # never signed
    Story(world).created().submitted().with_main().merged()
    back = Story(world).created().submitted().dispatched().return_asked()
    orders.grant_return(back.order.pk, by=world.actor("dispatcher"), now=at(2, 12))
    back.dispatched(now=at(2, 13), lead=world.housing)
    moved = Story(world).created().submitted().dispatched()
    orders.reassign(
        moved.order.pk, by=world.actor("dispatcher"), lead=world.housing, note="实属住建",
        now=at(3, 9),
    )  # fmt: skip
    facts.close_days(MARCH.last_day, now=DAY)
    made = actions.open_round(MARCH, by=world.actor("supervisor"), now=DAY)
    return actions.preview(made.pk, by=world.actor("supervisor"), now=DAY)


def told(actor: Actor, made: Round, key: str, side: str, **more: object) -> int:
    unit = more.pop("unit", None)
    found = behind_queries.of_round(actor, made, unit, key, side=side, **more)  # type: ignore[arg-type]
    if found is None:
        return 0
    assert found.hidden == 0
    assert len(found.page.rows) == found.orders
    return found.figure


@pytest.mark.rule("R-582")
def test_each_figure_is_the_sum_of_its_orders(story: Story, month: Round) -> None:
    world = story.world
    centre = world.actor("supervisor")
    request = actions.ask(
        month.pk, Asking("执法案件", "案号 3", story.order.number, "X10"),
        by=world.actor("water_handler"), now=DAY,
    )  # fmt: skip
    actions.decide(request.pk, by=centre, agreed=True, note="", now=DAY)
    made = actions.preview(month.pk, by=centre, now=DAY)
    mine = water(made)
    assert mine["figures"]["solved"] == [250, 300, 1]
    assert mine["figures"]["satisfied"] == [200, 200, 1]
    assert mine["before"]["satisfied"] == [260, 300, 1]
    assert mine["figures"]["sent_right"] == [600, 700, 1]
    for key in definitions.indicators():
        for nth, side in enumerate((NUMERATOR, DENOMINATOR)):
            if key == "per_population" and side == "denominator":
                continue
            for name, before in (("figures", False), ("before", True)):
                found = told(centre, made, key, side, unit=world.water, before=before)
                assert found == mine[name][key][nth], (key, side, name)
            assert told(centre, made, key, side) == made.result["city"][key][nth], (key, side)
    for key, times in ({"volume": mine["volume"]} | mine["signals"]).items():
        assert told(centre, made, key, "numerator", unit=world.water) == times * 100, key
    assert set(mine["signals"]) == {"alike", "split"}


@pytest.mark.rule("R-582")
def test_who_may_not_see_an_order_reads_how_many_there_are(story: Story, month: Round) -> None:
    """The order that was given back in time is housing's now; water still sees that it had it."""
    world = story.world
    found = behind_queries.of_round(
        world.actor("housing_handler"), month, world.water, "returned", side="denominator"
    )
    assert found is not None
    assert (found.orders, [row.lead_unit for row in found.page.rows]) == (
        found.hidden + len(found.page.rows),
        [world.housing] * len(found.page.rows),
    )
    for key, side, whose in (
        ("volume", "numerator", None),
        ("volume", "denominator", world.water),
        ("per_population", "denominator", None),
        ("nonsense", "numerator", world.water),
    ):
        assert (
            behind_queries.of_round(world.actor("supervisor"), month, whose, key, side=side) is None
        )
    assert set(COUNTS) == {
        "volume", "return_late", "alike", "split", "lost_unsatisfied", "lost_overdue",
        "lost_returned_wrongly", "lost_redone",
    }  # fmt: skip


@pytest.mark.rule("R-600")
def test_every_point_that_is_lost_leads_to_its_orders(story: Story, scheme: ScoringScheme) -> None:
    world = story.world
    centre, callback = world.actor("supervisor"), world.actor("callback")
    no = Answers(Solved.NO, Satisfaction.UNSATISFIED, dutiful=True)
    callbacks.record_call(story.to_callback().order.pk, no, by=callback, now=at(4, 11))
    story.unsatisfied()
    called(Story(world))
    Story(world).created().submitted().dispatched()  # never signed
    facts.close_days(MARCH.last_day, now=DAY)
    opening = Opening(MARCH.first_day, MARCH.last_day, "three-rates", "deduction")
    made = actions.open_round(opening, by=centre, now=DAY)
    shown = actions.preview(made.pk, by=centre, now=DAY)
    assert water(shown)["faults"] == {
        "overdue": [1, "0.2"], "redone": [0, "0.1"], "returned_wrongly": [0, "0.2"],
        "unsatisfied": [1, "0.5"],
    }  # fmt: skip
    assert water(shown)["score"] == "99.3000"
    bad = behind_queries.of_round(centre, shown, world.water, "lost_unsatisfied", side="numerator")
    assert bad is not None
    assert [order.number for order in bad.page.rows] == [story.order.number]
    asking = Asking("执法案件", "案号 3", story.order.number, "X10")
    request = actions.ask(made.pk, asking, by=world.actor("water_handler"), now=DAY)
    actions.decide(request.pk, by=centre, agreed=True, note="", now=DAY)
    again = actions.preview(made.pk, by=centre, now=DAY)
    assert water(again)["score"] == "99.8000"
    for key, (times, _) in water(again)["faults"].items():
        found = told(centre, again, f"lost_{key}", "numerator", unit=world.water)
        assert found == times * 100, key
    before = {"unit": world.water, "before": True}
    assert told(centre, again, "lost_unsatisfied", "numerator", **before) == 100
