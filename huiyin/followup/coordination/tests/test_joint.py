"""Joint cases: lead and partners, milestones, log, closing."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.coordination import actions, queries
from huiyin.followup.coordination.actions import Opening
from huiyin.followup.coordination.models import JointCase
from huiyin.followup.tasks import actions as tasks
from huiyin.followup.tasks.actions import Duty
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from tests.races import at_once, outcome
from tests.world import Story, at, build

STEP = date(2026, 3, 12)


def opened(story: Story, *numbers: str, by: str = "supervisor", **changes: object) -> JointCase:
    world = story.world
    values: dict[str, object] = {
        "title": "幸福小区供热改造", "goal": "年底前完成楼内管网改造", "lead": world.housing,
        "partners": [world.water, world.township], "orders": numbers,
    } | changes  # fmt: skip
    return actions.open_joint(Opening(**values), by=world.actor(by), now=at(3))  # type: ignore[arg-type]


@pytest.mark.rule("R-449")
def test_a_joint_case_from_opening_to_its_summary(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    first = story.created().submitted().dispatched().order
    second = Story(world).created().submitted().order
    case = opened(story, first.number, second.number)
    duty = Duty(world.water, "完成管网排查", STEP)
    step = actions.add_milestone(case.pk, duty, by=office, now=at(3, 10))
    by = world.actor("water_handler")
    actions.log_joint(case.pk, by=by, said="与社区看了三栋楼", now=at(4))
    with pytest.raises(Conflict):
        actions.close_joint(case.pk, by=office, summary="管网已经改造", now=at(9))
    tasks.report(step.pk, by=by, said="排查完毕，共 12 处", now=at(9))
    tasks.confirm(step.pk, by=office, now=at(10))
    actions.close_joint(case.pk, by=office, summary="管网已经改造", now=at(11))
    shown = queries.joint(world.actor("township_handler"), case.pk)
    assert shown is not None
    assert [(o.order.number) for o in shown.orders.all()] == [first.number, second.number]
    assert [e.said for e in shown.entries.all()] == ["与社区看了三栋楼"]
    assert queries.joint(world.actor("team_handler"), case.pk) is None
    first.refresh_from_db()
    told = list(first.events.order_by("seq").values_list("note", flat=True))[-2:]
    assert told == [
        f"列入联合办理 {case.number}“幸福小区供热改造”，市住建局牵头",
        f"联合办理 {case.number} 办结：管网已经改造",
    ]
    with pytest.raises(WrongState):
        actions.log_joint(case.pk, by=by, said="还要再看看", now=at(12))


@pytest.mark.rule("R-449")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"by": "dispatcher"}, NotAllowed, id="not the office"),
        pytest.param({"lead": None}, Invalid, id="no lead"),
        pytest.param({"partners": []}, Invalid, id="alone"),
        pytest.param({"goal": ""}, Invalid, id="no goal"),
        pytest.param({"orders": ["26030200000000"]}, NotFound, id="no such order"),
    ],
)
def test_what_is_not_opened(story: Story, changes, error) -> None:
    with pytest.raises(error):
        opened(story, **changes)
    assert not JointCase.objects.exists()


@pytest.mark.rule("R-449")
def test_only_the_group_works_in_it(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    order = story.created().submitted().order
    case = opened(story, order.number)
    with pytest.raises(Conflict):
        actions.add_orders(opened(story).pk, [order.number], by=office, now=at(4))
    by, duty = world.actor("team_handler"), Duty(world.county, "完成管网排查", STEP)
    with pytest.raises(NotAllowed):
        actions.log_joint(case.pk, by=by, said="我来说两句话", now=at(4))
    with pytest.raises(Invalid):
        actions.add_milestone(case.pk, duty, by=office, now=at(4))


def test_lists_cost_the_same(story: Story, django_assert_max_num_queries) -> None:
    for _ in range(3):
        opened(story, Story(story.world).created().order.number)
    actor = story.world.actor("water_handler")
    with django_assert_max_num_queries(2):
        rows = queries.joint_listed(actor, words="供热", size=2).rows
        assert [(f"{c.lead}", c.held) for c in rows] == [("市住建局", 1)] * 2
    with django_assert_max_num_queries(6):
        assert queries.joint(actor, rows[0].pk) is not None


@pytest.mark.rule("R-449")
def test_an_order_goes_into_one_case_and_a_case_is_closed_once(transactional_db) -> None:
    story = Story(build()).created().submitted()
    office = story.world.actor("supervisor")
    number = story.order.number
    done, refused = outcome(at_once(lambda: opened(story, number), lambda: opened(story, number)))
    assert (len(done), [type(each) for each in refused]) == (1, [Conflict])
    case = done[0]

    def close() -> JointCase:
        return actions.close_joint(case.pk, by=office, summary="都已经办好", now=at(9))

    done, refused = outcome(at_once(close, close))
    assert (len(done), [type(each) for each in refused]) == (1, [WrongState])
