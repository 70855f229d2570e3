"""Tasks: what they need, who reports and confirms, when units are reminded."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.tasks import actions, queries, rules
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.models import Task, TaskSheet
from huiyin.followup.tasks.queries import TaskFilter
from huiyin.followup.tasks.states import Origin
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.orgs.models import Unit
from tests.races import at_once, outcome
from tests.world import Story, World, at

DUE = date(2026, 3, 6)


def sheet(story: Story | None = None, *, confidential: bool = False) -> TaskSheet:
    return actions.open_sheet(
        Origin.MEETING, document="XT000001", title="暖气不热",
        order=story.order if story else None, confidential=confidential,
    )  # fmt: skip


def given(world: World, unit: Unit | None = None, due: date = DUE, **more: bool) -> Task:
    duty = Duty(unit or world.water, "查明换热站压力并修复", due)
    made = actions.give(sheet(**more).pk, [duty], by=world.actor("supervisor"), now=at(2))
    return made[0]


@pytest.mark.rule("R-440")
@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        pytest.param({}, set(), id="whole"),
        pytest.param({"what": "修"}, {"what"}, id="says nothing"),
        pytest.param({"what": "修" * 501}, {"what"}, id="endless"),
        pytest.param({"unit": False}, {"unit"}, id="nobody"),
        pytest.param({"due_on": None}, {"due_on"}, id="no day"),
        pytest.param({"due_on": date(2026, 3, 2)}, set(), id="today will do"),
        pytest.param({"due_on": date(2026, 3, 1)}, {"due_on"}, id="yesterday"),
        pytest.param({"due_on": date(2036, 3, 1)}, {"due_on"}, id="in ten years"),
    ],
)
def test_what_a_task_needs(changes, fields) -> None:
    said = {"what": "修复换热站", "unit": True, "due_on": DUE} | changes
    try:
        rules.check_duty(**said, today=date(2026, 3, 2))
        wrong = set()
    except Invalid as refusal:
        wrong = set(refusal.facts["fields"])
    assert wrong == fields


@pytest.mark.rule("R-442")
@pytest.mark.parametrize(
    ("today", "day"),
    [
        pytest.param(2, None, id="four days before"),
        pytest.param(3, 3, id="three days before"),
        pytest.param(5, 3, id="a late run reminds of what passed"),
        pytest.param(6, 6, id="the last day"),
        pytest.param(7, 7, id="late"),
        pytest.param(9, 7, id="not every day"),
        pytest.param(10, 10, id="every three days"),
    ],
)
def test_on_which_days_a_unit_is_reminded(today, day) -> None:
    found = rules.reminder_day(DUE, date(2026, 3, today), before=(0, 3), every=3)
    assert found == (date(2026, 3, day) if day else None)
    assert rules.reminder_day(DUE, date(2026, 3, 20), before=(0,), every=0) == DUE


@pytest.mark.rule("R-440")
@pytest.mark.rule("R-441")
def test_a_unit_reports_and_the_office_confirms(world: World) -> None:
    task, office, unit = given(world), world.actor("supervisor"), world.actor("water_handler")
    actions.report(task.pk, by=unit, said="已更换水泵，压力正常", now=at(3))
    actions.send_back(task.pk, by=office, note="请附测温记录", now=at(3, 10))
    actions.postpone(task.pk, by=office, due_on=date(2026, 3, 9), note="设备未到", now=at(3, 11))
    actions.report(task.pk, by=unit, said="室温 20 度，记录见附件", now=at(4))
    actions.confirm(task.pk, by=office, now=at(5))
    task.refresh_from_db()
    assert (task.state, task.due_on, task.ended_at) == ("done", date(2026, 3, 9), at(5))
    seen = queries.get_visible(unit, task.pk)
    assert seen is not None
    assert [(e.verb, e.note) for e in queries.history(seen)][2:4] == [
        ("send_back", "请附测温记录"), ("postpone", "由 2026-03-06 改为 2026-03-09：设备未到"),
    ]  # fmt: skip
    with pytest.raises(WrongState):
        actions.report(task.pk, by=unit, said="再报一次结果", now=at(6))


@pytest.mark.rule("R-440")
@pytest.mark.rule("R-441")
def test_what_is_refused_changes_nothing(world: World) -> None:
    task, office = given(world), world.actor("supervisor")
    duty = Duty(world.water, "修复换热站", DUE)
    for name in ("dispatcher", "water_handler", "vendor_agent"):
        with pytest.raises(NotAllowed):
            actions.give(task.sheet_id, [duty], by=world.actor(name), now=at(2))
    with pytest.raises(Invalid):
        actions.give(task.sheet_id, [duty, Duty(None, "修复", DUE)], by=office, now=at(2))
    with pytest.raises(NotAllowed):
        actions.report(task.pk, by=world.actor("housing_handler"), said="都办好了", now=at(3))
    with pytest.raises(Invalid):
        actions.report(task.pk, by=world.actor("water_handler"), said=" ", now=at(3))
    with pytest.raises(WrongState):
        actions.confirm(task.pk, by=office, now=at(3))
    with pytest.raises(Invalid):
        actions.cancel(task.pk, by=office, note="", now=at(3))
    with pytest.raises(NotFound):
        actions.confirm(0, by=office, now=at(3))
    assert [(t.state, t.events.count()) for t in Task.objects.all()] == [("open", 1)]


@pytest.mark.rule("R-442")
def test_a_unit_is_reminded_once_for_each_day_of_the_rhythm(world: World) -> None:
    task = given(world)
    done = [actions.remind_due(until=at(day, 8)) for day in (2, 3, 3, 4, 6, 7, 8, 10)]
    assert done == [0, 1, 0, 0, 1, 1, 0, 1]
    assert task.events.filter(verb="remind").last().note == "已超期 4 天"
    actions.report(task.pk, by=world.actor("water_handler"), said="已经修好", now=at(11))
    assert actions.remind_due(until=at(20)) == 0


@pytest.mark.rule("R-448")
def test_who_reads_which_tasks(world: World) -> None:
    plain, secret = given(world), given(world, confidential=True)
    below = given(world, world.water_team)

    def seen(name: str) -> set[int]:
        page = queries.listed(world.actor(name), TaskFilter(), now=at(3))
        return {task.pk for task in page.rows}

    assert seen("supervisor") == {plain.pk, secret.pk, below.pk}
    assert seen("dispatcher") == seen("water_handler") == {plain.pk, below.pk}
    assert seen("water_leader") == {plain.pk, secret.pk, below.pk}
    assert seen("team_handler") == {below.pk}
    assert seen("housing_handler") == seen("agent") == set()
    with pytest.raises(NotAllowed):
        actions.report(secret.pk, by=world.actor("water_handler"), said="已经办好", now=at(3))
    actions.report(secret.pk, by=world.actor("water_leader"), said="已经办好", now=at(3))


@pytest.mark.rule("R-441")
def test_who_took_over_reports_for_a_unit_that_has_ended(world: World) -> None:
    task = given(world, world.water_team)
    above = world.actor("water_handler")
    with pytest.raises(NotAllowed):
        actions.report(task.pk, by=above, said="已经办好", now=at(3))
    Unit.objects.filter(pk=world.water_team.pk).update(active=False)
    assert actions.report(task.pk, by=above, said="已经办好", now=at(3)).state == "reported"


def test_lists_and_figures_cost_the_same_however_many(
    world: World, django_assert_max_num_queries
) -> None:
    for day in (3, 4, 9):
        given(world, due=date(2026, 3, day))
    actor = world.actor("water_handler")
    with django_assert_max_num_queries(3):
        first = queries.listed(actor, TaskFilter(), now=at(5), size=2)
        assert [f"{t.due_on} {t.unit} {t.sheet.title} {t.given_by.name}" for t in first.rows]
        told = queries.standing(actor, at(5))
    assert (told.open, told.late, told.reported) == (3, 2, 0)
    rest = queries.listed(actor, TaskFilter(), now=at(5), size=2, cursor=first.next)
    assert len(rest.rows) == 1
    late = queries.listed(actor, TaskFilter(late=True), now=at(5))
    assert [t.due_on.day for t in late.rows] == [3, 4]


@pytest.mark.rule("R-441")
def test_two_of_the_office_decide_one_report_once(standing_world: World) -> None:
    world = standing_world
    task = given(world)
    actions.report(task.pk, by=world.actor("water_handler"), said="已经修好", now=at(3))
    done, refused = outcome(at_once(
        lambda: actions.confirm(task.pk, by=world.actor("supervisor"), now=at(4)),
        lambda: actions.send_back(task.pk, by=world.actor("manager"), note="再查", now=at(4)),
    ))  # fmt: skip
    assert (len(done), [type(each) for each in refused]) == (1, [WrongState])
    assert task.events.count() == 3
