"""Supervision orders as stories: written, issued, answered, cancelled; refused; at once."""

from __future__ import annotations

import pytest

from huiyin.followup.mandates import actions, jobs, queries
from huiyin.followup.mandates.models import CheckIn, Mandate, MandateEvent
from huiyin.followup.supervision import actions as urging
from huiyin.followup.supervision.states import UrgeKind
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.orders.actions.files import Upload
from tests.races import at_once
from tests.world import Story, at, build

pytestmark = pytest.mark.django_db
HELD = "created", "submitted", "dispatched"
KINDS = [
    {"code": "internal", "name": "内部督办", "series": "内督", "limit": "", "check_days": 2,
     "about": "热线发给单位"},
    {"code": "media", "name": "媒体监督", "series": "媒督", "limit": "5wd", "check_days": 0,
     "about": "媒体跟踪"},
]  # fmt: skip


def told(story: Story, *steps: str) -> Story:
    for step in (*HELD, *steps):
        getattr(story, step)()
    return story


@pytest.mark.rule("R-411")
@pytest.mark.rule("R-412")
@pytest.mark.rule("R-416")
def test_from_the_draft_to_the_cancelling(story: Story) -> None:
    story.city("mandate.kinds", KINDS)
    urging_by = story.world.actor("supervisor")
    told(story)
    urging.urge(
        story.order.pk, by=urging_by, kind=UrgeKind.TELEPHONE, said="请尽快办理", now=at(2, 18)
    )
    story.pressed()
    assert (story.mandate.number, story.mandate.state) == ("", "draft")
    assert queries.get_visible(story.world.actor("water_handler"), story.mandate.pk) is None
    story.issued()
    mandate = story.mandate
    assert (mandate.number, mandate.state) == ("内督〔2026〕1号", "to_sign")
    assert mandate.due_at == at(7, 0), "three working days after Tuesday: Friday ends"
    seen = queries.get_visible(story.world.actor("water_handler"), mandate.pk)
    assert seen is not None
    assert queries.get_visible(story.world.actor("housing_handler"), mandate.pk) is None
    told_of = story.order.events.order_by("seq").last()
    assert "内督〔2026〕1号" in told_of.note
    assert "市水务局" in told_of.note
    story.taken_up().answered()
    mandate = story.press("send_back", "supervisor", at(4, 9), note="没有写明整改措施")
    assert (mandate.state, mandate.sent_back, mandate.due_at) == ("in_progress", 1, at(10, 0))
    files = [Upload("整改.pdf", b"%PDF-1.4 x")]
    story.press("reply", "water_leader", at(5, 9), note="已换管道并回访", files=files)
    mandate = story.press("cancel", "manager", at(5, 10), note="问题已解决")
    assert (mandate.state, mandate.end_reason, mandate.ended_at) == (
        "done",
        "问题已解决",
        at(5, 10),
    )
    verbs = [e.verb for e in MandateEvent.objects.filter(mandate=mandate).order_by("seq")]
    assert verbs == ["draft", "issue", "sign", "reply", "send_back", "reply", "cancel"]
    assert sorted(f.seq for f in mandate.files.all()) == [4, 6]
    assert "销号" in story.order.events.order_by("seq").last().note
    ((_, tried),) = queries.fill(story.world.actor("manager"), [mandate])[0][1]
    assert tried.line == "电话催办 1 次，督办 1 次"


@pytest.mark.rule("R-410")
@pytest.mark.rule("R-411")
def test_numbers_run_without_gaps_by_series_and_year(story: Story) -> None:
    story.city("mandate.kinds", KINDS)
    told(story)
    numbers = [story.pressed().issued().mandate.number for _ in range(2)]
    numbers.append(story.pressed(kind="media").issued().mandate.number)
    assert numbers == ["内督〔2026〕1号", "内督〔2026〕2号", "媒督〔2026〕1号"]
    assert story.mandate.due_at == at(11, 0), "five working days of the kind itself"
    with pytest.raises(WrongState):
        story.issued()
    assert urging.next_number("内督", at(1, month=1)) == "内督〔2026〕3号"


@pytest.mark.rule("R-411")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "media"}, "kind"),
        ({"unit": None}, "unit"),
        ({"orders": []}, "orders"),
        ({"orders": ["26030200000000"]}, "orders"),
        ({"team": 999}, "team"),
        ({"title": ""}, "title"),
    ],
)
def test_what_is_wrong_is_named(story: Story, changes, field) -> None:
    told(story)
    with pytest.raises(Invalid) as refused:
        story.pressed(**changes)
    assert field in refused.value.facts["fields"]
    assert not Mandate.objects.exists()


@pytest.mark.rule("R-411")
def test_only_a_unit_with_a_part_in_the_order_is_pressed(story: Story) -> None:
    told(story)
    with pytest.raises(Invalid):
        story.pressed(unit=story.world.housing)
    story.pressed()
    actions.revise(
        story.mandate.pk,
        actions.MandateForm("internal", "改过的事项", "请尽快办理。", story.world.water,
                            [story.order.number], at(20)),
        by=story.world.actor("manager"), now=at(3, 10),
    )  # fmt: skip
    story.issued()
    assert (story.mandate.title, story.mandate.due_at) == ("改过的事项", at(20))


@pytest.mark.rule("R-412")
@pytest.mark.parametrize(
    ("story_of", "verb", "by", "more", "error"),
    [
        ((), "issue", "dispatcher", {}, NotAllowed),
        (("issued",), "sign", "housing_handler", {}, NotAllowed),
        (("issued",), "sign", "supervisor", {}, NotAllowed),
        (("issued",), "sign", "team_handler", {}, NotAllowed),
        (("issued",), "reply", "water_handler", {"note": "已办理"}, WrongState),
        (("issued", "taken_up"), "reply", "water_handler", {"note": ""}, Invalid),
        (("issued", "taken_up"), "cancel", "supervisor", {"note": "可以"}, WrongState),
        (("issued", "taken_up", "answered"), "cancel", "water_leader", {"note": "好"}, NotAllowed),
        (("issued", "taken_up", "answered"), "cancel", "manager", {"note": ""}, Invalid),
        (("issued", "taken_up", "answered"), "withdraw", "manager", {"note": "错发"}, WrongState),
        (("issued",), "grant_extension", "manager", {}, WrongState),
        (("issued", "taken_up"), "grant_extension", "manager", {}, Refused),
        (("issued",), "act", "manager", {"method": "x", "note": "开会"}, Invalid),
        (("issued",), "check_in", "housing_handler", {"note": "看过"}, NotAllowed),
    ],
)  # fmt: skip
def test_what_is_refused(story: Story, story_of, verb, by, more, error) -> None:
    told(story, "pressed", *story_of)
    before = story.mandate.event_count
    with pytest.raises(error):
        story.press(verb, by, at(3, 16), **more)
    story.mandate.refresh_from_db()
    assert story.mandate.event_count == before
    with pytest.raises(NotFound):
        actions.sign(0, by=story.world.actor("water_handler"), now=at(3))


@pytest.mark.rule("R-412")
def test_a_draft_is_dropped_and_what_was_issued_is_withdrawn(story: Story) -> None:
    told(story, "pressed")
    assert story.press("drop", "manager", at(3, 10), note="已经办结").state == "dropped"
    assert Mandate.objects.get().number == ""
    told(story, "pressed", "issued")
    assert story.press("withdraw", "supervisor", at(3, 11), note="发错单位").state == "withdrawn"
    assert "撤回" in story.order.events.order_by("seq").last().note


@pytest.mark.rule("R-413")
def test_a_unit_asks_for_more_time_once(story: Story) -> None:
    told(story, "pressed", "issued", "taken_up")
    asking = {"note": "等待配件", "until": at(20)}
    story.press("ask_extension", "water_handler", at(4, 9), **asking)
    with pytest.raises(Refused):
        story.press("ask_extension", "water_handler", at(4, 10), **asking)
    assert story.press("refuse_extension", "manager", at(4, 11), note="请抓紧").due_at == at(7, 0)
    story.press("ask_extension", "water_handler", at(4, 12), **asking)
    mandate = story.press("grant_extension", "supervisor", at(4, 13))
    assert (mandate.due_at, mandate.extensions, mandate.extend_until) == (at(20), 1, None)
    with pytest.raises(Refused):
        story.press("ask_extension", "water_handler", at(5), note="再等", until=at(25))


@pytest.mark.rule("R-412")
@pytest.mark.rule("R-417")
def test_late_replies_and_missed_looks_are_noted_once(story: Story) -> None:
    story.city("mandate.kinds", KINDS)
    told(story, "pressed", "issued", "taken_up")
    assert CheckIn.objects.get().due_at == at(6, 0), "two working days after Tuesday"
    assert jobs.watch(at(5, 23)) == 0
    assert jobs.watch(at(7, 1)) == 2
    assert jobs.watch(at(7, 2)) == 0
    story.mandate.refresh_from_db()
    assert story.mandate.late_at == at(7, 1)
    assert queries.waiting(story.world.actor("manager"), at(7, 2))["checks"] == 1
    story.press("check_in", "supervisor", at(7, 9), note="已到场，正在安装")
    done, following = CheckIn.objects.order_by("pk")
    assert (done.said, done.missed_at, following.done_at) == ("已到场，正在安装", at(7, 1), None)
    verbs = [e.verb for e in story.mandate.events.order_by("seq")][-3:]
    assert verbs == ["overdue", "miss_check", "check_in"]


@pytest.mark.rule("R-417")
def test_the_supervising_unit_looks_regularly(story: Story) -> None:
    story.city("mandate.kinds", KINDS)
    told(story, "pressed")
    story.mandate.supervising = story.world.housing
    story.mandate.save()
    story.issued()
    checker = story.world.actor("housing_handler")
    seen = queries.get_visible(checker, story.mandate.pk)
    assert seen is not None
    assert list(seen.lines.all()) == [], "it sees the paper, not the orders of another unit"
    assert queries.waiting(checker, at(7))["checks"] == 1
    story.press("check_in", "housing_handler", at(5, 9), note="每天有人在修")
    assert queries.waiting(checker, at(5, 10))["checks"] == 0


@pytest.mark.rule("R-415")
def test_measures_are_recorded_with_what_came_of_them(story: Story) -> None:
    told(story, "pressed", "issued")
    files = [Upload("纪要.pdf", b"%PDF-1.4 x")]
    story.press(
        "act", "supervisor", at(3, 12), method="meeting", note="会议明确 3 日内修复", files=files
    )
    event = story.mandate.events.get(verb="act")
    assert (event.data["name"], event.note) == ("协调会", "会议明确 3 日内修复")
    assert story.mandate.files.get().seq == event.seq


@pytest.mark.rule("R-414")
def test_a_team_takes_what_is_its_share(story: Story) -> None:
    by, world = story.world.actor("manager"), story.world
    values = {"name": "督办一组", "members": [world.people["supervisor"]], "by": by}
    team = actions.set_team(None, units=[world.water], categories=[], **values)
    told(story, "pressed")
    assert story.mandate.team == team
    actions.set_team(team.pk, units=[], categories=["04"], **values)
    assert story.pressed().mandate.team == team
    actions.set_team(team.pk, units=[], categories=[], **values)
    assert story.pressed().mandate.team is None
    with pytest.raises(Conflict):
        actions.set_team(None, units=[], categories=[], **values)
    for wrong in ({"members": [world.people["agent"]]}, {"name": ""}):
        with pytest.raises(Invalid):
            actions.set_team(None, units=[], categories=[], **(values | wrong))
    with pytest.raises(Invalid):
        actions.set_team(None, units=[], categories=["99"], **(values | {"name": "二组"}))
    with pytest.raises(NotAllowed):
        actions.set_team(None, units=[], categories=[], **(values | {"by": world.actor("agent")}))
    with pytest.raises(NotFound):
        actions.set_team(0, units=[], categories=[], **values)


@pytest.mark.rule("R-416")
def test_the_ledger_costs_the_same_for_many(story: Story, django_assert_num_queries) -> None:
    for _ in range(3):
        told(story, "pressed", "issued")
    actor = story.world.actor("supervisor")
    wanted = queries.MandateFilter(words=story.order.number)
    assert len(queries.listed(actor, wanted, now=at(4)).rows) == 1
    with django_assert_num_queries(3):
        rows = queries.fill(actor, queries.listed(actor, queries.MandateFilter(), now=at(4)).rows)
        assert [len(orders) for _, orders in rows] == [1, 1, 1]
    late = queries.MandateFilter(show="late", unit=story.world.water)
    assert len(queries.listed(actor, late, now=at(7)).rows) == 3
    assert len(queries.listed(actor, late, now=at(6)).rows) == 0


@pytest.mark.rule("R-412")
def test_two_reviewers_at_once_decide_once(transactional_db) -> None:
    story = told(Story(build()), "pressed", "issued", "taken_up", "answered")
    key, world = story.mandate.pk, story.world
    runs = at_once(
        lambda: actions.cancel(key, by=world.actor("manager"), note="已解决", now=at(4)),
        lambda: actions.send_back(key, by=world.actor("supervisor"), note="不够", now=at(4)),
    )
    errors = [type(run.error) for run in runs if run.error]
    assert errors == [WrongState]
    assert MandateEvent.objects.filter(mandate=key, verb__in=["cancel", "send_back"]).count() == 1
