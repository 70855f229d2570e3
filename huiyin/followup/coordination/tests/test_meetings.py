"""Flags, meetings and decisions, told as stories."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.dispatch.boundaries import queries as boundaries
from huiyin.dispatch.learning.routes import routes
from huiyin.followup.coordination import actions, queries, rules
from huiyin.followup.coordination.actions import Deciding, Planning, Raising
from huiyin.followup.coordination.models import AgendaItem, Flag, Meeting
from huiyin.followup.coordination.states import (
    Coming,
    FlagKind,
    MeetingKind,
    MeetingState,
    Outcome,
)
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.models import Task
from huiyin.followup.tasks.states import TaskPart
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from huiyin.orders.actions.files import Upload
from tests.races import at_once, outcome
from tests.world import Story, World, at, build

WHEN = at(5, 14)


def flagged(story: Story, by: str = "dispatcher", **changes: object) -> Flag:
    values: dict[str, object] = {
        "kind": FlagKind.CASE, "reason": "管网分界不清，两家都说不归自己管",
        "order": story.order.number, "units": [story.world.housing],
    } | changes  # fmt: skip
    files = [Upload("移交书.pdf", b"%PDF-1.4 x")]
    return actions.flag(Raising(**values), files, by=story.world.actor(by), now=at(3))  # type: ignore[arg-type]


def planned(world: World, *flags: Flag, **changes: object) -> Meeting:
    values: dict[str, object] = {
        "title": "供热问题协调会", "place": "三楼会议室", "chair": "中心主任", "held_at": WHEN,
        "flags": [flag.pk for flag in flags], "units": [world.water, world.housing],
        "wanted": "分管负责人",
    } | changes  # fmt: skip
    return actions.plan(Planning(**values), by=world.actor("supervisor"), now=at(3, 10))  # type: ignore[arg-type]


def held(world: World, *flags: Flag) -> Meeting:
    meeting, office = planned(world, *flags), world.actor("supervisor")
    actions.call(meeting.pk, by=office, now=at(3, 11))
    return actions.hold(meeting.pk, by=office, now=at(5, 16))


def decision(world: World, **changes: object) -> Deciding:
    duties = [
        Duty(world.housing, "更换楼内管道", date(2026, 3, 12)),
        Duty(world.water, "配合停水并恢复供热", date(2026, 3, 10), TaskPart.ASSIST),
    ]
    values = {"outcome": Outcome.DECIDED, "decision": "楼内管道由市住建局负责", "duties": duties}
    return Deciding(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.rule("R-443")
@pytest.mark.rule("R-444")
@pytest.mark.rule("R-445")
def test_from_a_flag_to_the_minutes(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    flag = flagged(story.created().submitted().dispatched().signed())
    assert [f"{u}" for u in queries.suggested_units([flag])] == ["市水务局", "市住建局"]
    meeting = planned(world, flag)
    actions.call(meeting.pk, by=office, now=at(3, 11))
    by = world.actor("water_handler")
    actions.answer(meeting.pk, by=by, coming=Coming.YES, attendee="分管副局长", now=at(4))
    assert queries.waiting(world.actor("housing_handler")).invitations == 1
    actions.hold(meeting.pk, by=office, now=WHEN)
    point = AgendaItem.objects.get()
    actions.decide(meeting.pk, point.pk, decision(world), by=office, now=at(5, 16))
    actions.conclude(meeting.pk, by=office, minutes="会议听取了两家情况。", now=at(5, 17))
    flag.refresh_from_db()
    assert flag.state == "settled"
    told = list(story.order.events.order_by("seq").values_list("note", flat=True))
    assert told[-2:] == [
        "提请协调（疑难协调）：管网分界不清，两家都说不归自己管",
        f"协调会 {meeting.number} 决定：楼内管道由市住建局负责",
    ]
    tasks = Task.objects.order_by("pk")
    assert [(t.unit, t.part, t.due_on.day) for t in tasks] == [
        (world.housing, "lead", 12), (world.water, "assist", 10),
    ]  # fmt: skip
    shown = queries.meeting(world.actor("housing_handler"), meeting.pk)
    assert shown is not None
    assert (shown.standing, shown.minutes) == (MeetingState.CONCLUDED, "会议听取了两家情况。")
    assert queries.meeting(world.actor("township_handler"), meeting.pk) is None
    evidence = flag.files.get()
    assert queries.file_for(world.actor("housing_handler"), evidence.pk) == evidence
    assert queries.file_for(world.actor("township_handler"), evidence.pk) is None


@pytest.mark.rule("R-446")
def test_a_question_of_duties_becomes_a_ruling_that_suggestions_cite(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    order = story.created().submitted().order
    asked = Raising(
        FlagKind.BOUNDARY, "小区内管道漏水由谁维修，多次退单", "小区内供热管道",
        category=world.heating, units=[world.water, world.housing],
    )  # fmt: skip
    for _ in range(2):
        flag = actions.flag(asked, by=world.actor("dispatcher"), now=at(3))
        meeting = held(world, flag)
        point = meeting.items.get()
        actions.decide(meeting.pk, point.pk, decision(world), by=office, now=at(5, 16))
    point.refresh_from_db()
    row = boundaries.about(order)[0]
    assert (row, row.lead) == (point.ruling, world.housing)
    assert boundaries.in_force().count() == 1, "the later ruling took the place of the earlier"
    found = routes(order, at(6)).found[0]
    assert (found.unit, found.assist) == (world.housing, (world.water,))
    assert found.why == f"2026-03-05 协调会 {meeting.number} 明确小区内供热管道由市住建局牵头"


@pytest.mark.rule("R-445")
def test_a_postponed_point_waits_again_and_a_cancelled_meeting_frees_its_points(story) -> None:
    world, office = story.world, story.world.actor("manager")
    flag = flagged(story.created().submitted().dispatched())
    meeting = held(world, flag)
    again = decision(world, outcome=Outcome.POSTPONED, decision="缺移交资料", duties=[])
    actions.decide(meeting.pk, meeting.items.get().pk, again, by=office, now=at(5, 16))
    actions.conclude(meeting.pk, by=office, minutes="资料不全，下次再议。", now=at(5, 17))
    flag.refresh_from_db()
    assert (flag.state, Task.objects.count()) == ("waiting", 0)
    second = planned(world, flag, held_at=at(9, 14))
    actions.cancel(second.pk, by=office, reason="主持人出差", now=at(6))
    third = planned(world, flag, held_at=at(9, 15))
    actions.drop_item(third.pk, third.items.get().pk, by=office)
    actions.withdraw(flag.pk, by=world.actor("dispatcher"), reason="单位已办", now=at(6))
    flag.refresh_from_db()
    assert (flag.state, flag.end_reason) == ("withdrawn", "单位已办")


@pytest.mark.rule("R-443")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"by": "agent"}, NotAllowed, id="an agent"),
        pytest.param({"by": "water_handler"}, NotAllowed, id="the unit"),
        pytest.param({"reason": " "}, Invalid, id="no reason"),
        pytest.param({"order": "26030200000000"}, NotFound, id="no such order"),
        pytest.param({"order": ""}, Invalid, id="a case without an order"),
        pytest.param(
            {"order": "", "kind": FlagKind.BOUNDARY, "title": "管道"}, Invalid, id="class"
        ),
    ],
)
def test_what_is_not_flagged(story: Story, changes, error) -> None:
    story.created().submitted().dispatched()
    with pytest.raises(error):
        flagged(story, **changes)
    assert not Flag.objects.exists()
    assert story.verbs()[-1] == "dispatch"


@pytest.mark.rule("R-443")
def test_an_order_is_flagged_once_and_while_it_is_open(story: Story) -> None:
    flagged(story.created().submitted().dispatched())
    with pytest.raises(Conflict):
        flagged(story)
    other = Story(story.world).to_callback().closed()
    with pytest.raises(WrongState):
        flagged(other)


@pytest.mark.rule("R-444")
def test_a_meeting_refuses_what_does_not_fit(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    with pytest.raises(NotAllowed):
        actions.plan(Planning("会", "室", "长", WHEN), by=world.actor("dispatcher"), now=at(3))
    with pytest.raises(Invalid):
        planned(world, held_at=at(1))
    with pytest.raises(Invalid):
        planned(world, place="")
    meeting = planned(world)
    with pytest.raises(Conflict):
        actions.call(meeting.pk, by=office, now=at(3, 11))
    flag = flagged(story.created().submitted().dispatched())
    add = Planning("", "", "", None, flags=[flag.pk], units=[world.township, world.water])
    actions.prepare(meeting.pk, add, by=office, now=at(3, 12))
    assert meeting.invitations.count() == 3
    with pytest.raises(WrongState):
        planned(world, flag)
    actions.call(meeting.pk, by=office, now=at(3, 13))
    with pytest.raises(Conflict):
        actions.hold(meeting.pk, by=office, now=at(5, 13))
    answer = {"coming": Coming.NO, "note": "", "now": at(4)}
    with pytest.raises(Invalid):
        actions.answer(meeting.pk, by=world.actor("water_handler"), **answer)
    with pytest.raises(NotAllowed):
        actions.answer(meeting.pk, by=world.actor("county_handler"), **answer)
    actions.hold(meeting.pk, by=office, now=WHEN)
    with pytest.raises(Conflict):
        actions.conclude(meeting.pk, by=office, minutes="听取了情况。", now=at(5, 17))
    point = meeting.items.get()
    with pytest.raises(Invalid):
        actions.decide(meeting.pk, point.pk, decision(world, duties=[]), by=office, now=at(5, 16))
    with pytest.raises(WrongState):
        actions.cancel(meeting.pk, by=office, reason="不开了", now=at(5, 18))
    point.refresh_from_db()
    assert (point.outcome, Task.objects.count()) == ("", 0)


@pytest.mark.rule("R-445")
@pytest.mark.parametrize("outcome_", list(Outcome))
def test_a_decision_says_something(outcome_) -> None:
    with pytest.raises(Invalid):
        rules.check_decision(outcome_, decision="", duties=1)


def test_pages_of_meetings_cost_the_same(story: Story, django_assert_max_num_queries) -> None:
    world = story.world
    for _ in range(3):
        held(world, flagged(Story(world).created().submitted().dispatched()))
    actor = world.actor("water_handler")
    with django_assert_max_num_queries(2):
        rows = queries.meetings_listed(actor).rows
        assert [(m.points, m.asked) for m in rows] == [(1, 2)] * 3
    with django_assert_max_num_queries(8):
        shown = queries.meeting(actor, rows[0].pk)
        assert shown is not None
        assert [f"{i.flag.order} {i.flag.units.all()} {i.sheet}" for i in shown.items.all()]
    with django_assert_max_num_queries(2):
        assert len(queries.flags_listed(state="listed").rows) == 3


@pytest.mark.rule("R-443")
@pytest.mark.rule("R-445")
def test_two_at_once_flag_once_and_decide_once(transactional_db) -> None:
    story = Story(build()).created().submitted().dispatched()
    world = story.world
    done, refused = outcome(at_once(
        lambda: flagged(story), lambda: flagged(story, by="supervisor")
    ))  # fmt: skip
    assert (len(done), [type(each) for each in refused]) == (1, [Conflict])
    meeting = held(world, done[0])
    point = meeting.items.get()

    def decide(name: str) -> AgendaItem:
        return actions.decide(
            meeting.pk, point.pk, decision(world), by=world.actor(name), now=at(5, 16)
        )

    done, refused = outcome(at_once(lambda: decide("supervisor"), lambda: decide("manager")))
    assert (len(done), [type(each) for each in refused]) == (1, [Conflict])
    assert Task.objects.count() == 2


@pytest.mark.rule("R-502")
def test_a_weekly_meeting_and_one_on_site_give_tasks_like_any_other(story: Story) -> None:
    world, office = story.world, story.world.actor("supervisor")
    flag = flagged(story.created().submitted().dispatched())
    weekly = planned(world, kind=MeetingKind.WEEKLY)
    on_site = planned(world, flag, kind=MeetingKind.ON_SITE, title="换热站现场办公")
    assert [row.pk for row in queries.meetings_listed(office, kind="weekly").rows] == [weekly.pk]
    actions.call(on_site.pk, by=office, now=at(3, 11))
    actions.hold(on_site.pk, by=office, now=at(5, 16))
    point = AgendaItem.objects.get()
    actions.decide(on_site.pk, point.pk, decision(world), by=office, now=at(5, 16))
    assert Task.objects.count() == 2
    last = story.order.events.order_by("seq").last()
    assert last is not None
    assert last.note.startswith(f"现场办公会 {on_site.number} 决定：")
