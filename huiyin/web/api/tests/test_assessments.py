"""Results of assessment for a city's performance system."""

from __future__ import annotations

from decimal import Decimal

import pytest

from huiyin.assessment import actions
from huiyin.assessment.actions import Opening
from huiyin.web.api.tests.asking import Api
from tests.world import Story, at


@pytest.mark.rule("R-601")
def test_a_correction_is_told_with_the_result_and_to_nobody_else_before(story: Story) -> None:
    story.created().submitted().dispatched().signed().contacted().assessed().frozen()
    key, world = story.round.pk, story.world
    actions.correct(
        key, by=world.actor("manager"), unit=world.water, points=Decimal("-0.5"), reason="漏计一件",
        now=at(4, 12),
    )  # fmt: skip
    api = Api(world, at(4, 13))
    for who, corrections in (("supervisor", 1), ("water_handler", 1), ("housing_handler", 0)):
        told = api.get(f"/assessments/{key}", who).body
        assert len(told["corrections"]) == corrections, who
    (entry,) = api.get(f"/assessments/{key}", "water_handler").body["corrections"]
    assert (entry["unit"], entry["points"], entry["reason"]) == ("water", "-0.5000", "漏计一件")
    assert [row["faults"] for row in api.get(f"/assessments/{key}", "supervisor").body["units"]]
    actions.publish(key, by=world.actor("manager"), now=at(4, 14))
    assert len(api.get(f"/assessments/{key}", "housing_handler").body["corrections"]) == 1


@pytest.mark.rule("R-600")
def test_what_was_lost_by_deduction_is_told_and_leads_to_the_orders(story: Story) -> None:
    story.created().submitted().dispatched().signed().contacted().assessed()
    by, days = story.world.actor("manager"), (story.round.first_day, story.round.last_day)
    made = actions.open_round(Opening(*days, "three-rates", "deduction"), by=by, now=at(4, 12))
    actions.preview(made.pk, by=by, now=at(4, 12))
    api = Api(story.world, at(4, 13))
    (row,) = api.get(f"/assessments/{made.pk}", "water_handler").body["units"]
    assert set(row["faults"]) == {"unsatisfied", "overdue", "returned_wrongly", "redone"}
    assert row["faults"]["unsatisfied"] == {"orders": 0, "each": "0.5"}
    path = f"/assessments/{made.pk}/units/water/lost_unsatisfied"
    assert api.get(path, "water_handler").body["orders"] == 0
    assert api.get(path, "housing_handler").status == 404
