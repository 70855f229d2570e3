"""The ladder: when an order goes a level up, to whom, once; what came of it."""

from __future__ import annotations

import pytest

from huiyin.followup.ladder import actions, jobs, queries, rules
from huiyin.followup.ladder.models import Escalation
from huiyin.followup.ladder.states import Condition
from huiyin.followup.mandates.models import Mandate
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.orgs.queries import calendar
from tests.races import at_once
from tests.world import Story, at, build

pytestmark = pytest.mark.django_db
ROW = {
    "code": "unread", "level": 1, "name": "未签收", "when": "unread_days", "than": 1,
    "to": ["unit_head"], "action": "notify", "kind": "", "within": "1wd",
}  # fmt: skip


def held(story: Story) -> Story:
    return story.created().submitted().dispatched()


@pytest.mark.rule("R-420")
def test_the_rows_of_the_city_are_a_ladder() -> None:
    high, low = ROW | {"code": "b", "level": 3}, ROW | {"code": "a", "level": 2}
    assert [(r.code, r.level) for r in rules.rungs_of([high, low])] == [("a", 2), ("b", 3)]
    assert rules.rungs_of([ROW])[0].words == "派单后满 1 天未签收"


@pytest.mark.rule("R-421")
@pytest.mark.parametrize(
    ("until", "days", "before"),
    [
        pytest.param(at(10, 12), 1, at(10, 0), id="tuesday: what was due during monday"),
        pytest.param(at(11, 0), 1, at(11, 0), id="wednesday begins: by the end of monday, too"),
        pytest.param(at(9, 9), 1, at(9, 0), id="monday: what was due on sunday"),
        pytest.param(at(8, 9), 1, at(6, 0), id="sunday: what was due during thursday"),
        pytest.param(at(10, 12), 3, at(6, 0), id="three days: over the weekend"),
    ],
)
def test_since_when_something_is_days_late(world, until, days, before) -> None:
    assert rules.late_before(until, days, calendar()) == before


@pytest.mark.rule("R-421")
def test_what_each_condition_sees(story: Story) -> None:
    tagged = story.created().tagged().submitted().dispatched().order.pk
    for _ in range(2):
        held(story)
    last = story.order
    last.assignments.update(due_at=at(5))
    last.merged_count, last.round = 4, 3
    last.save(update_fields=["merged_count", "round"])

    def seen(when: str, than: object) -> int:
        (rung,) = rules.rungs_of([ROW | {"when": when, "than": than}])
        return len(queries.reached(rung, at(6, 9), 99))

    assert (seen("unread_days", 3), seen("unread_days", 4)) == (3, 0)
    assert (seen("overdue_days", 1), seen("overdue_days", 2)) == (1, 0)
    assert (seen("overdue_hours", 24), seen("overdue_hours", 25)) == (1, 0)
    assert (seen("rounds", 3), seen("rounds", 4)) == (1, 0)
    assert (seen("collective", 5), seen("collective", 6)) == (1, 0)
    assert (seen("repeated", 3), seen("repeated", 4)) == (3, 0)
    assert (seen("tag", "elderly"), seen("tag", "threat")) == (1, 0)
    (rung,) = rules.rungs_of([ROW | {"when": Condition.TAG, "than": "elderly"}])
    assert queries.reached(rung, at(6), 9)[0][0] == tagged
    assert queries.why(rung) == "有风险标签“涉老”"


@pytest.mark.rule("R-420")
@pytest.mark.rule("R-421")
def test_an_order_reaches_each_level_once(story: Story) -> None:
    held(story)
    second = {"code": "late", "level": 2, "name": "超期督办", "than": 2,
              "to": ["superior", "team"], "action": "mandate", "kind": "internal"}  # fmt: skip
    story.world.water.superior = story.world.housing
    story.world.water.save()
    story.risen({}, second, now=at(3, 11))
    assert [(e.level, e.name) for e in Escalation.objects.all()] == [(1, "未签收")]
    assert jobs.climb(at(5, 9)) == 1
    assert jobs.climb(at(6, 9)) == 0
    row = Escalation.objects.get(level=2)
    assert (row.superior, row.to) == (story.world.housing, ["superior", "team"])
    assert row.due_at == at(7, 0)
    mandate = Mandate.objects.get()
    assert (row.mandate, mandate.state, mandate.origin) == (mandate, "draft", "ladder")
    assert mandate.why == "派单后满 2 天未签收"
    note = story.order.events.order_by("seq").last().note
    assert note == "升级第 2 级（超期督办）：派单后满 2 天未签收；告知主管部门、督办组"


@pytest.mark.rule("R-422")
def test_who_sees_it_and_says_what_was_done(story: Story) -> None:
    held(story).risen({"to": ["superior"]})
    row = Escalation.objects.get()
    world = story.world
    assert queries.counted(world.actor("supervisor")) == 1
    assert queries.get_visible(world.actor("water_handler"), row.pk) is None
    Escalation.objects.update(to=["unit_head"], superior=world.housing)
    for who in ("water_handler", "housing_handler", "agent"):
        assert queries.get_visible(world.actor(who), row.pk) is not None, who
    assert queries.get_visible(world.actor("county_handler"), row.pk) is None
    for who, words, error in (
        ("agent", "已安排", NotAllowed), ("county_handler", "已安排", NotAllowed),
        ("water_leader", "", Invalid), ("water_leader", "很" * 501, Invalid),
    ):  # fmt: skip
        with pytest.raises(error):
            actions.answer(row.pk, by=world.actor(who), said=words, now=at(4, 10))
    actions.answer(row.pk, by=world.actor("water_leader"), said="已安排签收", now=at(4, 10))
    assert queries.counted(world.actor("supervisor")) == 0
    assert [e.said for e in queries.of_order(world.actor("agent"), story.order)] == ["已安排签收"]
    with pytest.raises(WrongState):
        actions.answer(row.pk, by=world.actor("manager"), said="好的", now=at(4, 11))
    with pytest.raises(NotFound):
        actions.answer(0, by=world.actor("manager"), said="好的", now=at(4))


@pytest.mark.rule("R-422")
def test_it_is_open_while_the_unit_has_the_order(story: Story) -> None:
    held(story).risen()
    story.signed().contacted().replied()
    assert queries.counted(story.world.actor("supervisor")) == 0
    assert len(queries.listed(story.world.actor("supervisor"), show="all").rows) == 1


@pytest.mark.rule("R-421")
def test_two_workers_write_one_row_and_one_draft(transactional_db) -> None:
    story = held(Story(build()))
    row = ROW | {"action": "mandate", "kind": "internal"}
    story.city("escalation.steps", [row])
    runs = at_once(*[lambda: actions.climb(until=at(5, 9))] * 2)
    assert [run.error for run in runs] == [None, None]
    assert sorted(run.result for run in runs) == [0, 1]
    assert (Escalation.objects.count(), Mandate.objects.count()) == (1, 1)


def test_the_list_is_one_query(story: Story, django_assert_num_queries) -> None:
    for _ in range(3):
        held(story)
    story.risen()
    with django_assert_num_queries(1):
        rows = queries.listed(story.world.actor("supervisor")).rows
        assert [f"{row.unit} {row.order.number} {row.mandate}" for row in rows]
