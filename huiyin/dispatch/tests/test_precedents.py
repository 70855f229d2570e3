"""What a ruling decided is entered into the dispatch catalogue, and later suggestions cite it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from huiyin.dispatch import queries as dispatch
from huiyin.dispatch.learning import queries as learning
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.actions import CatalogueRow, sync_catalogue
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.knowledge.rules import Span, check_end, check_follows
from huiyin.orders import actions
from huiyin.orders.actions import RuledMatter
from huiyin.orders.dispute_queries import last_ruled
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Region
from tests.world import Story, at

DAY = date(2026, 3, 4)
PROFILE = CatalogueRow(
    "P1", "0404", "供热不热", "water", "", (), "供热条例", date(2026, 1, 1), None
)


def ruled(story: Story) -> Story:
    story.created().submitted().dispatched().return_refused().contested()
    return story.ruled(story.world.housing, assist=[story.world.water])


def entry(story: Story, **changes: object) -> RuledMatter:
    plain = RuledMatter(
        matter="楼内供热设施维修", category=story.world.heating, lead=story.world.housing,
        assist=[story.world.water], basis="派单裁定：三定方案第四条", valid_from=DAY,
    )  # fmt: skip
    return replace(plain, **changes)  # type: ignore[arg-type]


def enter(story: Story, who: str = "manager", day: int = 4, **changes: object) -> None:
    actions.enter_ruling(
        story.order.pk, entry(story, **changes), by=story.world.actor(who), now=at(day)
    )


@pytest.mark.rule("R-390")
@pytest.mark.rule("R-391")
def test_a_ruling_is_entered_and_the_next_order_is_suggested_with_its_number(story: Story) -> None:
    sync_catalogue([PROFILE], today=DAY, in_use=True)
    ruled(story)
    enter(story)
    found = last_ruled(story.order)
    assert found is not None
    item = CatalogueItem.objects.get(code=found.code)
    assert (item.lead, item.assist_codes, item.ruling) == (
        story.world.housing, ["water"], story.order.number,
    )  # fmt: skip
    story.order.refresh_from_db()
    assert story.verbs()[-1] == "enter_ruling"
    assert (story.order.state, story.order.lead_unit) == ("to_sign", story.world.housing)
    sync_catalogue([PROFILE], today=DAY, in_use=True)
    assert CatalogueItem.objects.get(code=found.code).valid_to is None, "the profile ends it not"
    other = Story(story.world).created(now=at(4, 10)).order
    first, second = dispatch.suggestions(other, at(4, 11))
    assert (first.unit, first.assist) == (story.world.housing, (story.world.water,))
    assert found.code in first.why
    assert "裁定" in first.why
    assert second.unit == story.world.water
    [before, *_] = knowledge.responsible_for(story.world.heating, date(2026, 3, 3))
    assert before.code == "P1", "it holds from its day on"


@pytest.mark.rule("R-510")
def test_a_ruling_for_one_place_leads_there_only(story: Story) -> None:
    city = Region.objects.get()
    county = Region.objects.create(code="370001", name="东县", level="county", parent=city)
    sync_catalogue([PROFILE], today=DAY, in_use=True)
    ruled(story)
    with pytest.raises(Invalid, match="地点与本单不符"):
        enter(story, place=county.code)
    WorkOrder.objects.filter(pk=story.order.pk).update(region=county)
    with pytest.raises(Invalid, match="地点与本单不符"):
        enter(story, place=city.code)
    enter(story, place=county.code)
    assert "在东县由市住建局主办" in story.order.events.latest("pk").note
    there = Story(story.world).created(now=at(4, 10), region=county).order
    elsewhere = Story(story.world).created(now=at(4, 10)).order
    assert dispatch.suggestions(there, at(4, 11))[0].unit == story.world.housing
    assert dispatch.suggestions(elsewhere, at(4, 11))[0].unit == story.world.water


@pytest.mark.rule("R-390")
def test_a_later_entry_is_a_new_version_and_an_end_ends_it(story: Story) -> None:
    ruled(story)
    enter(story)
    with pytest.raises(Invalid, match="更晚的生效日期"):
        enter(story, matter="另一种说法")
    with pytest.raises(Invalid, match="已经是这样"):
        enter(story)
    enter(story, day=5, matter="楼内供热供水设施维修", valid_from=date(2026, 3, 9))
    rows = list(CatalogueItem.objects.order_by("valid_from"))
    assert [(r.valid_from, r.valid_to) for r in rows] == [
        (DAY, date(2026, 3, 9)), (date(2026, 3, 9), None),
    ]  # fmt: skip
    enter(
        story, day=10, matter="楼内供热供水设施维修", valid_from=date(2026, 3, 9),
        valid_to=date(2026, 3, 11),
    )  # fmt: skip
    assert knowledge.responsible_for(story.world.heating, date(2026, 3, 11)) == []


@pytest.mark.rule("R-390")
def test_only_what_was_ruled_is_entered_and_only_by_who_decides(story: Story) -> None:
    story.created().submitted().dispatched()
    with pytest.raises(WrongState, match="没有裁定"):
        enter(story)
    story.return_refused().contested().ruled(story.world.housing)
    with pytest.raises(NotAllowed):
        enter(story, who="agent")
    other = Category.objects.create(code="05", name="交通", full_name="交通")
    for changes, said in (
        ({"lead": story.world.county}, "与裁定不一致"),
        ({"category": other}, "分类与本单不符"),
        ({"matter": "x"}, "须写明"),
        ({"basis": "长" * 301}, "过长"),
        ({"valid_from": date(2026, 3, 3)}, "不能早于今天"),
        ({"valid_to": DAY}, "须晚于生效日期"),
    ):
        with pytest.raises(Invalid, match=said):
            enter(story, **changes)
    assert not CatalogueItem.objects.exists()


@pytest.mark.rule("R-390")
def test_which_days_a_new_version_and_an_end_may_have() -> None:
    held, day = Span(DAY), date(2026, 3, 10)
    check_follows(held, Span(day), day)
    check_follows(None, Span(day, date(2026, 3, 11)), day)
    check_end(held, Span(DAY, day), day)
    for wanted in (Span(DAY), Span(date(2029, 1, 1)), Span(date(2026, 3, 9))):
        with pytest.raises(Invalid):
            check_follows(held, wanted, day)
    for wanted in (Span(DAY), Span(DAY, date(2026, 3, 9))):
        with pytest.raises(Invalid):
            check_end(held, wanted, day)
    with pytest.raises(Invalid, match="已经失效"):
        check_end(Span(DAY, day), Span(DAY), day)


@pytest.mark.rule("R-595")
def test_a_ruling_that_was_made_anew_is_no_precedent(story: Story) -> None:
    world = story.world
    ruled(story)
    enter(story)
    wrong = last_ruled(story.order)
    assert wrong is not None
    story.reopened()
    story.ruled(world.water, now=at(5, 9))
    item = CatalogueItem.objects.get(code=wrong.code)
    assert item.valid_to == date(2026, 3, 5)
    note = story.order.events.latest("seq").note
    assert f"原裁定 {wrong.code} 写入派单目录的一条随之失效" in note
    other = Story(world).created(now=at(5, 10)).order
    assert [unit for unit, *_ in learning.rulings_like(other)] == [world.water]
    assert world.housing not in [each.unit for each in dispatch.suggestions(other, at(5, 11))]
