"""The class, the merged line and the supervising unit of an order, as stories."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import CaseClass, LimitRule, Line, Parameter
from huiyin.orders import actions, queries
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Unit
from tests.world import START, Story, World, at

pytestmark = pytest.mark.django_db


def a_class(code: str, **more: object) -> CaseClass:
    values = {"name": f"{code} 类", "standard": "当日办", "checklist": ["拍照"], "source": "测试"}
    made = CaseClass.objects.create(code=code, valid_from=START, **(values | more))  # type: ignore[arg-type]
    cached.forget_all()
    return made


def a_limit(code: str, limit: str) -> None:
    LimitRule.objects.create(
        code=f"finish-{code}", clock="finish", case_class=code, limit=limit, valid_from=START,
        source="测试", text=code,
    )  # fmt: skip
    cached.forget_all()


def parameter(key: str, value: object) -> None:
    Parameter.objects.create(key=key, value=value, valid_from=START, source="测试", text=key)
    cached.forget_all()


def last(order: WorkOrder) -> dict[str, object]:
    event = order.events.order_by("seq").last()
    assert event
    data: dict[str, object] = event.data
    return data


@pytest.mark.rule("R-165")
def test_a_matter_falls_into_its_class_and_gets_its_limit(story: Story) -> None:
    a_class("C"), a_class("A", categories=["0404"])
    a_limit("A", "2d")
    order = story.created().submitted().order
    assert order.case_class
    assert order.case_class.code == "A"
    assert last(order) == {"class": "A"}
    order = story.dispatched(at(2, 10)).order
    assert order.due_at == at(5, 0)


@pytest.mark.rule("R-165")
def test_a_class_chosen_at_intake_stays(story: Story) -> None:
    a_class("A"), a_class("C", by_hand=True)
    chosen = CaseClass.objects.get(code="C")
    order = story.created(case_class=chosen).submitted().order
    assert order.case_class == chosen


@pytest.mark.rule("R-165")
def test_the_dispatcher_may_change_the_class_and_with_it_the_deadline(story: Story) -> None:
    a_class("A"), a_limit("A", "2d")
    hard = a_class("C", by_hand=True)
    a_limit("C", "15d")
    order = story.created().submitted().dispatched(at(2, 10), case_class=hard).order
    assert order.due_at == at(18, 0)
    assert last(order)["class"] == "C"
    assert story.signed().order.case_class == hard


def test_a_city_without_classes_says_nothing_of_them(story: Story) -> None:
    order = story.created().submitted().order
    assert order.case_class is None
    assert last(order) == {}


@pytest.mark.rule("R-166")
def test_figures_are_told_for_every_line(story: Story, world: World) -> None:
    tourism, care, gone = (
        Line.objects.create(
            code=code, name=code, mode="whole", owner=world.water, since=START, active=active
        )
        for code, active in (("tourism", True), ("care", True), ("gone", False))
    )
    cached.forget_all()
    story.created(at(2, 9), line=tourism).submitted().dispatched()
    by = story.world.actor("agent")
    answered = story.created(at(3, 9), line=tourism).order
    actions.answer(answered.pk, by=by, text_="景区八点开门", now=at(3, 9, 5))
    story.created(at(3, 9))
    story.created(at(31, 23, 59), line=care)
    story.created(at(1, 0, 0, month=4), line=care)
    told = {
        row.line.code: (row.orders, row.answered, row.dispatched, row.closed, row.open)
        for row in queries.figures_by_line(date(2026, 3, 1), date(2026, 3, 31))
    }
    assert told == {"tourism": (2, 1, 1, 1, 1), "care": (1, 0, 0, 0, 1)}
    assert gone.code not in told
    found = queries.listed(by, queries.OrderFilter(line="care")).rows
    assert {order.line_id for order in found} == {care.pk}


@pytest.mark.rule("R-167")
def test_the_unit_above_supervises_where_the_city_wants_one(story: Story, world: World) -> None:
    parameter("dispatch.supervising_unit_required", True)
    story.created().submitted().dispatched(lead=world.water_team)
    part = story.order.assignments.get(role="supervise")
    assert part.unit == world.water
    assert last(story.order)["supervise"] == "water"


@pytest.mark.rule("R-167")
@pytest.mark.parametrize(
    ("guided", "assist", "unit"),
    [
        pytest.param(True, (), "housing", id="who guides the lead"),
        pytest.param(True, ("housing",), "water", id="that one assists already: the one above"),
        pytest.param(False, ("water",), "county", id="the one that the city names"),
    ],
)
def test_who_supervises_when_nobody_is_named(
    story: Story, world: World, guided: bool, assist: tuple[str, ...], unit: str
) -> None:
    parameter("dispatch.supervising_unit_required", True)
    parameter("dispatch.supervising_unit", "county")
    if guided:
        Unit.objects.filter(pk=world.water_team.pk).update(superior=world.housing)
    world.water_team.refresh_from_db()
    helping = [Unit.objects.get(code=code) for code in assist]
    story.created().submitted().dispatched(lead=world.water_team, assist=helping)
    assert story.order.assignments.get(role="supervise").unit.code == unit


@pytest.mark.rule("R-167")
def test_without_anybody_to_supervise_nothing_is_dispatched(story: Story) -> None:
    parameter("dispatch.supervising_unit_required", True)
    story.created().submitted()
    with pytest.raises(Invalid) as refused:
        story.dispatched()
    assert "supervise" in refused.value.facts["fields"]
    story.order.refresh_from_db()
    assert story.order.state == "to_dispatch"


def test_a_named_supervisor_is_kept_and_none_is_added_where_none_is_wanted(
    story: Story, world: World
) -> None:
    story.created().submitted().dispatched(lead=world.water_team)
    assert not story.order.assignments.filter(role="supervise").exists()
