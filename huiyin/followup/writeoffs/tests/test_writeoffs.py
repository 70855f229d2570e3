"""From unsatisfied to written off: the request, the call, the ledger, the quarter."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.writeoffs import actions, queries, rules
from huiyin.followup.writeoffs.models import WriteOffRequest
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.knowledge.models import Parameter
from huiyin.orders import actions as orders
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs import actions as orgs
from tests.world import START, Story, at

GLAD = actions.Called(True, Answers(Solved.YES, Satisfaction.SATISFIED, (), "这回好了"))
SAD = actions.Called(True, Answers(Solved.NO, Satisfaction.UNSATISFIED, (), "还是不热"))
NOBODY = actions.Called(False, Answers())


@pytest.mark.rule("R-128")
def test_a_satisfied_caller_writes_the_order_off(story: Story) -> None:
    order = story.to_callback().unsatisfied().improved().order
    clerk = story.world.actor("callback")
    actions.record_call(order.pk, NOBODY, by=clerk, now=at(6))
    assert queries.waiting_request(order).calls == 1
    order = actions.record_call(order.pk, GLAD, by=clerk, now=at(7))
    assert (order.state, order.close_type) == ("closed", "written_off")
    assert [r.granted for r in queries.requests_of(order)] == [True]
    assert CallbackAttempt.objects.filter(order=order, method="phone").count() == 2
    assert story.verbs()[-4:] == [
        "close_unsatisfied", "ask_write_off", "stay_unsatisfied", "write_off",
    ]  # fmt: skip


@pytest.mark.rule("R-128")
def test_an_unsatisfied_caller_keeps_it_on_the_list(story: Story) -> None:
    order = story.to_callback().unsatisfied().improved().order
    clerk, handler = story.world.actor("callback"), story.world.actor("water_handler")
    with pytest.raises(WrongState, match="等待热线回访"):
        actions.ask(order.pk, by=handler, improvement="又改进了", now=at(6))
    order = actions.record_call(order.pk, SAD, by=clerk, now=at(7))
    assert order.state == "unsat"
    with pytest.raises(WrongState, match="尚未申请"):
        actions.record_call(order.pk, GLAD, by=clerk, now=at(8))
    actions.ask(order.pk, by=handler, improvement="整栋更换管道", now=at(9))
    lines, _ = queries.ledger(clerk, at(9))
    assert [(line.refused, line.calls, bool(line.waiting)) for line in lines] == [(1, 1, True)]


@pytest.mark.rule("R-128")
def test_who_may_ask_and_call(story: Story) -> None:
    order = story.to_callback().unsatisfied().order
    with pytest.raises(NotAllowed):
        actions.ask(
            order.pk, by=story.world.actor("housing_handler"), improvement="已改进", now=at(6)
        )
    story.improved()
    with pytest.raises(NotAllowed):
        actions.record_call(order.pk, GLAD, by=story.world.actor("agent"), now=at(6))
    nothing = actions.Called(True, Answers())
    with pytest.raises(Invalid):
        actions.record_call(order.pk, nothing, by=story.world.actor("callback"), now=at(6))
    assert not CallbackAttempt.objects.filter(order=order, at=at(6)).exists()
    assert WriteOffRequest.objects.get().granted is None


@pytest.mark.rule("R-554")
def test_who_took_the_unit_over_goes_on_improving(story: Story) -> None:
    world = story.world
    order = story.to_callback().unsatisfied().order
    terms = orgs.Terms(date(2026, 3, 6), "市委编办〔2026〕3 号")
    [plan] = orgs.plan_merge(
        [world.water], into=world.housing, terms=terms, by=world.actor("administrator"), now=at(5)
    )
    orders.carry_out(plan.pk, now=at(6))
    with pytest.raises(NotAllowed) as refused:
        actions.ask(order.pk, by=world.actor("county_handler"), improvement="已改进", now=at(7))
    assert refused.value.remedy == "请由市住建局申请"
    handler = world.actor("housing_handler")
    done = actions.ask(order.pk, by=handler, improvement="整栋更换管道", now=at(7))
    assert done.events.latest("seq").note == "市住建局：整栋更换管道"
    clerk = world.actor("callback")
    assert actions.record_call(order.pk, GLAD, by=clerk, now=at(8)).close_type == "written_off"


@pytest.mark.rule("R-129")
@pytest.mark.parametrize(
    ("day", "first", "after"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 4, 1)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 7, 1)),
        (date(2026, 9, 9), date(2026, 7, 1), date(2026, 10, 1)),
        (date(2026, 12, 31), date(2026, 10, 1), date(2027, 1, 1)),
    ],
)
def test_the_quarter_of_a_day(day: date, first: date, after: date) -> None:
    assert rules.quarter(day) == (first, after)


@pytest.mark.rule("R-129")
@pytest.mark.parametrize(
    ("days", "now", "late"), [(30, at(30), False), (10, at(14, 11), False), (10, at(15), True)]
)
def test_the_city_says_until_when_to_improve(
    story: Story, days: int, now: datetime, late: bool
) -> None:
    Parameter.objects.create(
        key="write_off.days", value=days, valid_from=START, source="t", text="t"
    )
    story.to_callback().unsatisfied()
    lines, _ = queries.ledger(story.world.actor("water_handler"), now)
    assert [line.late for line in lines] == [late]
    assert queries.ledger(story.world.actor("housing_handler"), now)[0] == []


@pytest.mark.rule("R-129")
def test_the_quarter_counts_by_unit(story: Story, django_assert_max_num_queries) -> None:
    world = story.world
    story.to_callback().unsatisfied().improved()
    actions.record_call(story.order.pk, GLAD, by=world.actor("callback"), now=at(7))
    for _ in range(2):
        Story(world).to_callback().unsatisfied()
    with django_assert_max_num_queries(1):
        rows = queries.quarter_figures(date(2026, 3, 31))
    assert [(r.unit, r.closed, r.written_off, r.open) for r in rows] == [("市水务局", 3, 1, 2)]
    assert queries.quarter_figures(date(2026, 4, 1)) == []
    assert queries.quarter_for(world.actor("water_handler"), at(31)) == []
    with django_assert_max_num_queries(4):
        lines, _ = queries.ledger(world.actor("callback"), at(8))
    assert len(lines) == 2
    asked, _ = queries.ledger(world.actor("callback"), at(8), asked=True, unit=world.water)
    assert asked == []
