"""Each level has its own time: shares of what is left, lateness below, guards, mixed limits."""

from __future__ import annotations

from datetime import datetime

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import NotAllowed
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import LimitRule, Parameter
from huiyin.orders import actions, rules
from huiyin.orders.models import Assignment, Clock
from huiyin.worktime.deadline import tone
from tests.world import START, Story, at, person, unit


def decree(key: str, value: object) -> None:
    Parameter.objects.filter(key=key).delete()
    Parameter.objects.create(key=key, value=value, valid_from=START, source="test", text=key)
    cached.forget_all()


def held(story: Story) -> Story:
    return story.created().submitted().dispatched().signed()


@pytest.mark.rule("R-109")
@pytest.mark.parametrize(
    ("now", "own", "asked", "share", "due"),
    [
        (at(2), at(12), None, 80, at(10)),
        (at(2), at(12), None, 50, at(7)),
        (at(2), at(12), None, 100, at(12)),
        (at(2, 9, 0), at(2, 9, 7), None, 50, at(2, 9, 3)),  # whole minutes, never more
        (at(2), at(12), at(5), 80, at(5)),
        (at(2), at(12), at(20), 80, at(12)),
        (at(2), None, at(20), 80, at(20)),
        (at(2), None, None, 80, None),
        (at(12), at(10), None, 80, at(10)),
    ],
)
def test_when_a_sub_unit_is_due(now, own, asked, share, due: datetime | None) -> None:
    assert rules.due_below(now, own, asked, share) == due


@pytest.mark.rule("R-109")
def test_each_level_has_its_own_time_within_the_one_above(story: Story) -> None:
    world = story.world
    crew = unit("water-crew", "抢修班", "sub_unit", world.water_team)
    held(story)
    decree("pass_down.share", 50)
    by = world.actor("water_handler")
    actions.pass_down(story.order.pk, by=by, unit=world.water_team, due_at=None, now=at(2, 16))
    actions.sub_sign(story.order.pk, by=world.actor("team_handler"), now=at(2, 17))
    actions.pass_down(
        story.order.pk, by=world.actor("team_handler"), unit=crew, due_at=None, now=at(3, 0)
    )
    team = Assignment.objects.get(unit=world.water_team)
    below = Assignment.objects.get(unit=crew)
    assert (team.due_at, below.due_at) == (at(6, 0), at(5, 0))
    words = Clock.objects.get(assignment=team, kind="finish").words
    assert words == "市水务局剩余时间的 50%，至 2026年3月5日 24:00 止"
    assert story.order.due_at == at(10, 0), "the unit above stays accountable for its own time"


@pytest.mark.rule("R-592")
@pytest.mark.parametrize(
    ("limit", "now", "due"),
    [
        ("5wd", at(2, 16), at(7, 0)),  # 102.4 of 128 working hours, to the end of Friday
        ("5wd", at(6, 16), at(10, 0)),  # no later than the unit above, and not on the weekend
        ("8d", at(2, 16), at(10, 0)),  # 161.6 of 202 hours, to the end of Monday
        ("16wh", at(2, 16), at(4, 8, 42)),  # 9.2 of 11.5 office hours
        ("48h", at(2, 16), at(4, 1, 36)),  # 33.6 of 42 hours, day and night
    ],
)
def test_a_share_is_counted_as_the_limit_of_the_order(story: Story, limit, now, due) -> None:
    LimitRule.objects.filter(code="finish").update(limit=limit)
    cached.forget_all()
    held(story)
    actions.pass_down(
        story.order.pk, by=story.world.actor("water_handler"), unit=story.world.water_team,
        due_at=None, now=now,
    )  # fmt: skip
    assert Assignment.objects.get(unit=story.world.water_team).due_at == due


@pytest.mark.rule("R-592")
@pytest.mark.parametrize("asked", [None, at(9, 20)])
def test_no_level_ends_after_the_one_above_once_a_suspension_is_over(story: Story, asked) -> None:
    """Suspended on Friday evening: two days and a bit of work, but four days by the sun."""
    world = story.world
    held(story).contacted()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=asked,
        now=at(4, 8),
    )  # fmt: skip
    story.suspension_asked()
    actions.suspend(story.order.pk, by=world.actor("manager"), now=at(6, 17))
    actions.resume(story.order.pk, by=world.actor("manager"), now=at(18, 10))
    lead = Assignment.objects.get(unit=world.water)
    below = Assignment.objects.get(unit=world.water_team)
    assert lead.due_at == at(20, 0)
    assert below.due_at <= lead.due_at
    assert (
        Clock.objects.get(assignment=below, kind="finish", stopped_at=None).due_at == below.due_at
    )


@pytest.mark.rule("R-558")
def test_who_has_not_reported_is_timed_again_when_the_unit_goes_on(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched(assist=[world.township]).signed().contacted()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team,
        due_at=at(3, 12), now=at(2, 15),
    )  # fmt: skip
    story.replied()
    order = actions.handle_again(
        story.order.pk, by=world.actor("auditor"), note="下级还没有报送", now=at(4, 11)
    )
    running = Clock.objects.filter(order=order, stopped_at__isnull=True, kind="finish")
    assert {clock.due_at for clock in running} == {order.due_at}
    assert {clock.assignment.unit for clock in running} == {world.water, world.water_team}
    parts = Assignment.objects.filter(order=order, ended_at__isnull=True)
    assert {part.due_at for part in parts} == {order.due_at}


@pytest.mark.rule("R-110")
def test_lateness_below_is_recorded_of_the_unit_that_is_late(story: Story) -> None:
    world = story.world
    held(story)
    by = world.actor("water_handler")
    actions.pass_down(story.order.pk, by=by, unit=world.water_team, due_at=at(4), now=at(2, 16))
    actions.sub_sign(story.order.pk, by=world.actor("team_handler"), now=at(2, 17))
    actions.record_overdue(until=at(4))
    late = story.order.events.filter(verb="overdue", data__clock="finish").get()
    assert late.note == "供水管理科未按时办结"
    from huiyin.orders import queries
    from huiyin.orders.queries import OrderFilter

    wanted = OrderFilter(late_below_at=at(4))
    assert [o.pk for o in queries.filtered(by, wanted)] == [story.order.pk]
    assert not queries.filtered(by, OrderFilter(late_below_at=at(3))).exists()
    assert not queries.filtered(world.actor("team_handler"), wanted).exists()


@pytest.mark.rule("R-09")
def test_amber_begins_where_the_city_says(db) -> None:
    assert knowledge.amber(at(2)) == 80
    assert tone(at(2, 17), at(2, 19), at(2, 9)) == "soon"
    assert tone(at(2, 16, 59), at(2, 19), at(2, 9)) == "ok"
    decree("warn.amber_percent", 50)
    assert tone(at(2, 14), at(2, 19), at(2, 9), amber=knowledge.amber(at(2))) == "soon"
    assert tone(at(2, 19), at(2, 19), at(2, 9), amber=knowledge.amber(at(2))) == "late"


@pytest.mark.rule("R-06")
def test_calendar_and_working_time_are_mixed_in_one_order(story: Story) -> None:
    """Dispatched on Friday evening before a weekend, each clock by its own rule."""
    LimitRule.objects.filter(code="sign").update(limit="24h", postpone=True)
    LimitRule.objects.filter(code="contact").update(limit="4wh")
    LimitRule.objects.filter(code="finish").update(limit="7d")
    LimitRule.objects.filter(code="return").update(limit="2wd", postpone=True)
    order = story.created().submitted().dispatched(at(6, 20)).order
    clocks = {c.kind: c for c in order.clocks.filter(stopped_at=None)}
    assert clocks["sign"].due_at == at(10, 8, 30), "24 hours from Monday 08:30"
    assert "顺延至" in clocks["sign"].words
    assert clocks["contact"].due_at == at(9, 14), "3.5 hours before noon, the rest after"
    assert clocks["finish"].due_at == at(14, 0), "seven days, weekends and all"


@pytest.mark.rule("R-112")
@pytest.mark.parametrize(
    ("guarded", "listed", "category", "allowed"),
    [
        (True, ["0404"], "040401", True),
        (True, ["04"], "0404", True),
        (True, ["0405"], "0404", False),
        (True, [], "0404", False),
        (True, ["04"], "", False),
        (False, [], "0404", True),
    ],
)
def test_what_may_be_handed_to_a_community(guarded, listed, category, allowed) -> None:
    facts = {"guarded": guarded, "listed": listed, "category": category, "unit": "幸福社区"}
    if allowed:
        rules.check_community(**facts)
        return
    with pytest.raises(NotAllowed, match="幸福社区"):
        rules.check_community(**facts)


@pytest.mark.rule("R-112")
def test_a_township_hands_down_to_its_community_only_what_is_listed(story: Story) -> None:
    world = story.world
    community = unit("happy", "幸福社区", "community", world.township)
    from huiyin.orgs.states import Role

    world.people["happy_handler"] = person("happy_handler", community, Role.HANDLER)
    story.created().submitted().dispatched(lead=world.township)
    by = world.actor("township_handler")
    actions.sign(story.order.pk, by=by, now=at(2, 11))
    down = {"by": by, "unit": community, "due_at": None, "now": at(2, 12)}
    decree("dispatch.community_guard", True)
    with pytest.raises(NotAllowed, match="清单"):
        actions.pass_down(story.order.pk, **down)
    with pytest.raises(NotAllowed, match="清单"):
        actions.add_units(
            story.order.pk, by=world.actor("dispatcher"), assist=[community], now=at(2, 12)
        )
    decree("dispatch.community_list", ["0404"])
    actions.pass_down(story.order.pk, **down)
    assert Assignment.objects.get(unit=community).parent.unit == world.township
