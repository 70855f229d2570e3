"""Every count in a bulletin is the sum of the orders that its cell leads to."""

from __future__ import annotations

import pytest

from huiyin.assessment.bulletins import behind_queries, leads
from huiyin.assessment.bulletins.behind_queries import SIDES, Cell, InRound
from huiyin.assessment.bulletins.models import Bulletin
from huiyin.assessment.bulletins.rules import Period
from huiyin.assessment.bulletins.states import PartKind, Rhythm
from huiyin.assessment.bulletins.tests.test_figures import MARCH, city, drawn
from huiyin.assessment.rules import Figure, percent
from tests.world import Story

__all__ = ["city"]
EVERY = (
    PartKind.FIGURES, PartKind.CALLS, PartKind.RANKING, PartKind.LISTS, PartKind.BEHIND,
    PartKind.GROUPS, PartKind.HOT, PartKind.TOTALS,
)  # fmt: skip


def bulletin(parts: list[dict[str, object]], period: Period = MARCH) -> Bulletin:
    return Bulletin(
        pk=1, parts=parts, first_day=period.first, last_day=period.last, as_of=MARCH.last,
        rhythm=Rhythm.EVENT.value,
    )  # fmt: skip


@pytest.mark.rule("R-583")
@pytest.mark.parametrize("county", [False, True])
def test_each_count_is_the_sum_of_its_orders(city: Story, county: bool) -> None:  # noqa: FBT001
    parts = drawn(*EVERY, county=city.world.county if county else None)
    issue, by = bulletin(parts), city.world.actor("manager")
    led = set()
    for nth, part in enumerate(parts):
        for row, cells in enumerate(part["rows"]):
            for column, said in enumerate(cells):
                found = {
                    side: behind_queries.cell(by, issue, (nth, row, column), side=side)
                    for side in SIDES
                }
                one = found["numerator"]
                if one is None:
                    continue
                assert isinstance(one, Cell)
                led.add((part["head"], part["columns"][column]))
                assert len(one.found.page.rows) == one.found.orders
                other = found["denominator"]
                if isinstance(other, Cell) and one.two_sides:
                    made = Figure(one.found.figure, other.found.figure)
                    assert said in ("—", f"{percent(made.value)}%"), (part["head"], cells)
                elif "%" not in said and said != "—":
                    assert int(said.split(" ")[0]) * 100 == one.found.figure, (part["head"], cells)
    assert ("各单位名次", "派单") in led
    assert ("主要指标", "上期") in led
    assert ("开通以来累计", "数量") in led
    assert ("热点诉求", "件数") in led
    assert ("话务情况", "本期") not in led


@pytest.mark.rule("R-583")
def test_a_cell_of_a_fixed_round_leads_there_and_others_nowhere(city: Story) -> None:
    parts = drawn(PartKind.RANKING)
    parts[0]["lead"]["round"] = 7
    issue, by = bulletin(parts), city.world.actor("manager")
    whose = parts[0]["leads"][0]["code"]
    for column, key in ((3, "volume"), (4, "on_time")):
        found = behind_queries.cell(by, issue, (0, 0, column), side="numerator")
        assert found == InRound(7, whose, key)
    for place in ((0, 0, 0), (0, 0, 99), (0, 99, 3), (9, 0, 0)):
        assert behind_queries.cell(by, issue, place, side="numerator") is None
    # What was drawn before its cells led anywhere.
    for name in ("leads", "cells", "lead"):
        del parts[0][name]
    assert leads.lead_of(parts[0], 0, 3) is None
