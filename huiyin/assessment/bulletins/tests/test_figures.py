"""The tables of bulletins, drawn from closed facts of a few orders."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from huiyin.assessment import actions as assessment
from huiyin.assessment.bulletins import figures
from huiyin.assessment.bulletins.rules import Kind, Period
from huiyin.assessment.bulletins.states import PartKind, Rhythm, Scope
from huiyin.assessment.models import Round
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.insight.facts import actions as facts
from huiyin.kernel import cached
from huiyin.knowledge.models import Parameter, ScoringScheme
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs.models import Region
from tests.world import START, Story, at

MARCH = Period(date(2026, 3, 1), date(2026, 3, 10))
FOUR = ("on_time", "returned", "answered", "satisfied")


@pytest.fixture
def city(story: Story) -> Story:
    """Return a city in which water has answered one order and a town holds another, to 10 March."""
    world = story.world
    east = Region.objects.create(
        code="370001", name="东县", level="county", parent=Region.objects.get(level="city")
    )
    town = Region.objects.create(code="370001001", name="东关镇", level="street", parent=east)
    world.county.region = east
    world.county.save()
    ScoringScheme.objects.create(
        code="monthly", name="月通报四项指标", least_valid=1, valid_from=START, source="t",
        weights={"on_time": 30, "returned": 10, "answered": 20, "satisfied": 40}, text="四项。",
    )  # fmt: skip
    for key, value in (
        ("report.groups", [{"code": "A", "name": "公用事业", "categories": ["04"]},
                           {"code": "B", "name": "农村事务", "categories": ["14"]}]),
        ("assessment.targets", [{"indicator": "satisfied", "year": 2026, "value": 90},
                                {"indicator": "connected", "year": 2026, "value": 95}]),
    ):  # fmt: skip
        Parameter.objects.create(key=key, value=value, valid_from=START, source="t", text="t")
    cached.forget_all()
    Story(world).created(region=town).submitted().dispatched(lead=world.township)
    story.to_callback()
    callbacks.record_call(
        story.order.pk, Answers(Solved.YES, Satisfaction.SATISFIED), by=world.actor("callback"),
        now=at(5, 9),
    )  # fmt: skip
    facts.close_days(MARCH.last, now=at(11, 10))
    return story


def drawn(*parts: PartKind, county: Any = None, period: Period = MARCH) -> list[dict[str, Any]]:
    kind = Kind(
        "own", "通报", Rhythm.EVENT, parts, scope=Scope.COUNTY if county else Scope.CITY,
        indicators=FOUR,
    )  # fmt: skip
    return figures.drawn(kind, period, as_of=MARCH.last, county=county)


@pytest.mark.rule("R-492")
@pytest.mark.rule("R-494")
def test_figures_with_the_period_before_and_the_target(city: Story) -> None:
    (table,) = drawn(PartKind.FIGURES)
    rows = {row[0]: row[1:] for row in table["rows"]}
    assert rows["有效诉求"][:3] == ["2 件", "0 件", "上期没有"]
    assert rows["派单"][0] == "2 件"
    assert rows["办结"][0] == "1 件"
    assert rows["满意率"] == ["100.00%", "—", "—", "—", "≥ 90.00%", "达到"]
    assert rows["答复率"][0] == "50.00%"
    assert rows["退单率"][0] == "0.00%"
    (calls,) = drawn(PartKind.CALLS)
    assert calls["rows"][0][:3] == ["呼入（含重复来电）", "0 次", "0 次"]
    assert calls["rows"][-1] == ["接通率", "—", "—", "—", "≥ 95.00%", ""]


@pytest.mark.rule("R-493")
def test_units_are_ranked_with_their_figures_and_changes(city: Story) -> None:
    ranking, lists, behind = drawn(PartKind.RANKING, PartKind.LISTS, PartKind.BEHIND)
    assert ranking["columns"][4:8] == ["按期办结率", "退单率", "答复率", "满意率"]
    rows = {row[2]: row for row in ranking["rows"]}
    assert rows["市水务局"][:2] == ["市直部门", "1"]
    assert rows["市水务局"][4:] == [
        "100.00%", "0.00%", "100.00%", "100.00%", "100.00", "—", "—",
    ]  # fmt: skip
    assert rows["东关镇"][1] == "—"
    assert "没有剔除" in ranking["note"]
    assert ["先进类", "市水务局"] in lists["rows"]
    assert behind["rows"] == [["东关镇", "1", "1", "100.00%", "0", "0", "—"]]
    # In the days after, nothing was dispatched: rank and score move.
    (later,) = drawn(PartKind.RANKING, period=Period(date(2026, 3, 6), date(2026, 3, 10)))
    assert later["rows"]


@pytest.mark.rule("R-493")
def test_the_ranking_of_the_same_days_is_that_of_the_fixed_round(story: Story) -> None:
    story.created().submitted().dispatched().signed().contacted().assessed()
    round_ = story.round
    days = Period(round_.first_day, round_.last_day)
    kind = Kind("own", "通报", Rhythm.EVENT, (PartKind.RANKING,), indicators=("signed",))
    (open_,) = figures.drawn(kind, days, as_of=days.last, county=None)
    assert "没有剔除" in open_["note"]
    story.frozen()
    (fixed,) = figures.drawn(kind, days, as_of=days.last, county=None)
    assert "名次取自考核“三月第一旬”冻结的结果" in fixed["note"]
    assert [row[2] for row in fixed["rows"]] == ["市水务局"]


@pytest.mark.rule("R-604")
def test_a_bulletin_says_of_rise_and_fall_what_the_fixed_round_says(story: Story) -> None:
    """The round before it was fixed with exclusions: its ranks count, not those of bare facts."""
    story.created().submitted().dispatched().signed().contacted().assessed()
    made, manager = Round.objects.get(pk=story.round.pk), story.world.actor("manager")
    weights = made.rules["scheme"] | {"weights": {"signed": 100}, "least_valid": 0}
    made.rules = made.rules | {"scheme": weights}
    made.save()
    earlier = Round.objects.get(pk=made.pk)
    earlier.pk, earlier.state = None, "published"
    earlier.last_day = made.first_day - timedelta(days=1)
    earlier.first_day = earlier.last_day
    earlier.result = {"units": [{"unit": "water", "score": "98.5000", "rank": 3}]}
    earlier.save(force_insert=True)
    assessment.preview(made.pk, by=manager, now=at(4, 4))
    frozen = assessment.freeze(made.pk, by=manager, now=at(4, 4))
    (row,) = frozen.result["units"]
    assert (row["rank"], row["score"], row["moved"]) == (1, "100.0000", 2)
    kind = Kind("own", "通报", Rhythm.EVENT, (PartKind.RANKING,), indicators=("signed",))
    days = Period(made.first_day, made.last_day)
    (table,) = figures.drawn(kind, days, as_of=days.last, county=None)
    assert table["rows"][0][-2:] == ["升 2", "升 1.50"]
    assert "升降与上一考核期冻结的结果比" in table["note"]


@pytest.mark.rule("R-494")
def test_groups_hot_matters_and_totals(city: Story) -> None:
    groups, matters, places, totals = drawn(PartKind.GROUPS, PartKind.HOT, PartKind.TOTALS)
    assert groups["rows"] == [
        ["公用事业", "2", "100.00%", "0", "上期没有"], ["农村事务", "0", "0.00%", "0", "持平"],
    ]  # fmt: skip
    assert matters["rows"] == [["供热", "2", "100.00%", "0", "上期没有"]]
    assert [row[:2] for row in places["rows"]] == [["东县", "1"], ["地点不明", "1"]]
    assert {row[0]: row[1] for row in totals["rows"]} == {
        "呼入（含重复来电）": "0 次", "有效诉求": "2 件", "其中重复反映": "0 件",
        "其中已办结": "1 件", "无效（作废）": "0 件",
    }  # fmt: skip


@pytest.mark.rule("R-499")
def test_a_county_is_told_of_its_own_units_and_places_alone(city: Story) -> None:
    county = city.world.county
    every = (
        PartKind.FIGURES, PartKind.CALLS, PartKind.RANKING, PartKind.BEHIND, PartKind.GROUPS,
        PartKind.HOT, PartKind.DISCUSS,
    )  # fmt: skip
    tables = drawn(*every, county=county)
    assert "市水务局" not in str(tables)
    found = {table["head"]: table["rows"] for table in tables}
    assert set(found) == {
        "主要指标", "各单位名次", "超期和不满意", "诉求内容归类", "热点诉求", "热点地区",
    }  # fmt: skip
    assert found["主要指标"][0][:2] == ["派单", "1 件"]
    assert found["热点地区"] == [["东关镇", "1", "100.00%", "0", "上期没有"]]
    assert [row[2] for row in found["各单位名次"]] == ["东关镇"]


@pytest.mark.rule("R-493")
def test_the_pack_of_a_review_lists_what_waits_for_a_meeting(city: Story) -> None:
    from huiyin.followup.coordination import actions as coordination
    from huiyin.followup.coordination.actions import Raising
    from huiyin.followup.coordination.states import FlagKind
    from huiyin.orders.actions.files import Upload

    other = Story(city.world).created().submitted().dispatched().order
    coordination.flag(
        Raising(FlagKind.CASE, "分界不清", order=other.number),
        [Upload("a.pdf", b"%PDF-1.4 x")], by=city.world.actor("supervisor"), now=at(11, 9),
    )  # fmt: skip
    (table,) = drawn(PartKind.DISCUSS)
    assert [row[:2] for row in table["rows"]] == [["暖气不热", other.number]]
