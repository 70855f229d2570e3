"""A street calls departments, who come, tell and are judged; a matter goes to the level above."""

from __future__ import annotations

from datetime import datetime

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, Refused, WrongState
from huiyin.knowledge.models import LimitRule, Reason
from huiyin.orders import actions, calling_queries, policy, queries
from huiyin.orders.actions.calling import Calling
from huiyin.orders.calling_rules import check_judgement, check_raise, check_whistle
from huiyin.orders.kinds import WhistleGrade
from huiyin.orders.models import Assignment, Clock, WorkOrder
from tests.world import START, Story, at, reply_form

STREETS = ("township",)


def limits() -> None:
    for clock, limit in (("whistle", "24h"), ("raising", "48h")):
        LimitRule.objects.create(
            code=clock, clock=clock, limit=limit, valid_from=START, source="t", text=clock
        )


def running(story: Story) -> dict[tuple[str, str], datetime]:
    rows = Clock.objects.filter(order=story.order, stopped_at=None)
    return {
        (c.kind, c.assignment.unit.code if c.assignment else ""): c.due_at
        for c in rows.select_related("assignment__unit")
    }


def parts(story: Story) -> dict[str, str]:
    rows = Assignment.objects.filter(order=story.order, ended_at=None).select_related("unit")
    return {part.unit.code: part.role for part in rows}


def told(story: Story, who: str) -> WorkOrder:
    order = queries.get_visible(story.world.actor(who), story.order.number)
    assert order is not None
    return order


def offered(story: Story, who: str) -> set[str]:
    actor, order = story.world.actor(who), told(story, who)
    found = policy.offers(actor, order, queries.my_part(actor, order), now=at(4, 9))
    return {offer.step.verb for offer in found if offer.allowed}


@pytest.mark.rule("R-111")
@pytest.mark.parametrize(
    ("kind", "callers", "called", "error"),
    [
        ("township", STREETS, ["bureau"], None),
        ("township", STREETS, ["bureau", "enterprise"], None),
        ("county", ("township", "county"), ["bureau"], None),
        ("bureau", STREETS, ["bureau"], NotAllowed),
        ("township", (), ["bureau"], NotAllowed),
        ("township", STREETS, [], Invalid),
        ("township", STREETS, ["bureau"] * 11, Invalid),
        ("township", STREETS, ["bureau", "community"], Invalid),
    ],
)
def test_who_may_whistle_to_whom(
    kind: str, callers: tuple[str, ...], called: list[str], error: type[Exception] | None
) -> None:
    how = {"kind": kind, "callers": callers, "called": called, "never": {"community"}}
    if error is None:
        check_whistle(**how)  # type: ignore[arg-type]
        return
    with pytest.raises(error):
        check_whistle(**how)  # type: ignore[arg-type]


@pytest.mark.rule("R-111")
@pytest.mark.parametrize(
    ("grade", "note", "answered", "due", "now", "error"),
    [
        (WhistleGrade.GOOD, "", True, at(4), at(3), None),
        (WhistleGrade.FAIR, "", False, at(4), at(4), None),
        (WhistleGrade.POOR, "没有来", False, None, at(3), None),
        (WhistleGrade.GOOD, "", False, at(4), at(3, 23), WrongState),
        (WhistleGrade.POOR, " ", True, at(4), at(3), Invalid),
    ],
)
def test_when_a_department_may_be_judged(  # noqa: PLR0913 - a table of cases
    grade: WhistleGrade,
    note: str,
    answered: bool,
    due: datetime | None,
    now: datetime,
    error: type[Exception] | None,
) -> None:
    how = {"grade": grade, "note": note, "answered": answered, "due_at": due, "now": now}
    if error is None:
        check_judgement(**how)  # type: ignore[arg-type]
        return
    with pytest.raises(error):
        check_judgement(**how)  # type: ignore[arg-type]


@pytest.mark.rule("R-113")
@pytest.mark.parametrize(
    ("asked", "most", "refused", "fits"),
    [(0, 2, False, True), (1, 2, False, True), (2, 2, False, False), (1, 2, True, False),
     (0, 0, False, False)],
)  # fmt: skip
def test_how_often_a_matter_may_be_raised(asked: int, most: int, refused: bool, fits: bool) -> None:
    if fits:
        check_raise(asked=asked, most=most, refused=refused)
        return
    with pytest.raises(NotAllowed):
        check_raise(asked=asked, most=most, refused=refused)


@pytest.mark.rule("R-109")
@pytest.mark.rule("R-111")
def test_a_department_is_called_comes_tells_and_is_judged(story: Story) -> None:
    limits()
    world = story.on_street().world
    assert queries.get_visible(world.actor("housing_handler"), story.order.number) is None
    story.whistled(meet_place="小区门口", meet_at=at(3, 9))
    assert story.order.state == "in_progress"
    clocks = running(story)
    assert clocks["whistle", "housing"] == at(3, 15)
    assert clocks["finish", "housing"] < clocks["finish", "township"]
    assert offered(story, "housing_handler") == {"report_in", "contact", "explain", "pass_down",
                                                 "record_fact"}  # fmt: skip
    with pytest.raises(NotAllowed, match="报到"):
        actions.sub_sign(story.order.pk, by=world.actor("housing_handler"), now=at(2, 16))
    story.came()
    assert ("whistle", "housing") not in running(story)
    with pytest.raises(Refused, match="已经报到"):
        story.came()
    actions.sub_reply(
        story.order.pk, by=world.actor("housing_handler"), process="到场", result="已认定",
        now=at(3, 11),
    )  # fmt: skip
    [row] = calling_queries.whistles_of(told(story, "manager"))[0].units.all()
    assert (row.reported_at, row.on_site, row.person) == (at(3, 9), True, "安全科")
    assert (row.answered_at, row.answer) == (at(3, 11), "已认定")
    order = actions.judge_whistle(
        story.order.pk, by=world.actor("township_handler"), unit=world.housing,
        grade=WhistleGrade.GOOD, now=at(3, 12),
    )  # fmt: skip
    assert order.state == "in_progress"
    with pytest.raises(Invalid, match="没有等待评价"):
        actions.judge_whistle(
            story.order.pk, by=world.actor("township_handler"), unit=world.housing,
            grade=WhistleGrade.GOOD, now=at(3, 12),
        )  # fmt: skip
    [figures] = calling_queries.called_by_unit(at(1), at(30))
    assert (figures.unit, figures.called, figures.rate, figures.satisfied) == (
        world.housing, 1, 1.0, 1.0,
    )  # fmt: skip
    [street] = calling_queries.callers(at(1), at(30))
    assert (street.unit, street.whistles, street.called) == (world.township, 1, 1)
    assert calling_queries.callers(at(1), at(30), world.water.path) == []
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-110")
@pytest.mark.rule("R-111")
def test_a_department_that_never_comes_is_late_judged_and_let_go(story: Story) -> None:
    limits()
    world = story.on_street().whistled().world
    judge = {"by": world.actor("township_handler"), "unit": world.housing,
             "grade": WhistleGrade.POOR, "note": "一直没有来"}  # fmt: skip
    with pytest.raises(WrongState, match="时限也还没有到"):
        actions.judge_whistle(story.order.pk, **judge, now=at(3, 14))
    assert actions.record_overdue(until=at(3, 15)) >= 1
    late = [e.note for e in story.order.events.filter(verb="overdue")]
    assert "市住建局未按时报到" in late
    actions.judge_whistle(story.order.pk, **judge, now=at(3, 16))
    assert parts(story) == {"township": "lead"}
    assert {unit for _, unit in running(story)} == {"township"}
    [figures] = calling_queries.called_by_unit(at(1), at(30))
    assert (figures.rate, figures.satisfied) == (0.0, 0.0)


@pytest.mark.rule("R-111")
def test_a_whistle_is_refused_to_ones_own_and_to_who_handles_it_already(story: Story) -> None:
    world = story.on_street().world
    with pytest.raises(NotAllowed, match="不能吹哨"):
        actions.whistle(
            Story(world).created().submitted().dispatched().signed().order.pk,
            Calling([world.housing], "请到场"), by=world.actor("water_handler"), now=at(2, 15),
        )  # fmt: skip
    for units, why, words in (
        ([world.township], "请到场", "下属单位"),
        ([world.housing], "", "请写明吹哨的事由"),
        ([], "请到场", "请选择"),
    ):
        with pytest.raises(Invalid, match=words):
            story.whistled(units=units, why=why)
    with pytest.raises(Invalid, match="时间已过"):
        story.whistled(meet_at=at(2, 15))
    story.whistled()
    with pytest.raises(Invalid, match="已经承办"):
        story.whistled()
    story.whistled(units=[world.water])
    assert parts(story) == {"township": "lead", "housing": "whistle", "water": "whistle"}


@pytest.mark.rule("R-111")
def test_a_reply_stops_the_clocks_of_who_was_called_and_the_street_still_judges(
    story: Story,
) -> None:
    limits()
    world = story.on_street().whistled().world
    by = world.actor("township_handler")
    actions.contact(story.order.pk, by=by, at=at(2, 15), number="05341234567", now=at(2, 16))
    actions.reply(story.order.pk, reply_form(contacted_at=at(2, 15)), by=by, now=at(3, 9))
    assert {kind for kind, _ in running(story)} == {"audit"}
    actions.judge_whistle(
        story.order.pk, by=by, unit=world.housing, grade=WhistleGrade.FAIR, now=at(10, 9)
    )
    assert story.verbs()[-1] == "judge_whistle"


@pytest.mark.rule("R-113")
@pytest.mark.parametrize("anew", [False, True])
def test_the_county_takes_a_raised_matter_over(story: Story, anew: bool) -> None:
    limits()
    story.city("raising.new_deadline", anew)
    world = story.on_street().world
    before = running(story)
    story.raise_asked()
    assert (story.order.pending, story.order.lead_unit) == ("raising", world.township)
    clocks = running(story)
    assert clocks.pop(("raising", "county")) == at(5, 10)
    assert clocks == before, "the unit's own clocks run on"
    assert offered(story, "county_handler") == {"accept_raise", "answer_raise", "record_fact"}
    order = actions.accept_raise(
        story.order.pk, by=world.actor("county_handler"), note="县里牵头", now=at(4, 9)
    )
    assert (order.state, order.pending, order.lead_unit) == ("in_progress", "", world.county)
    assert parts(story) == {"county": "lead", "township": "assist"}
    after = running(story)
    assert (after["finish", "county"] == before["finish", "township"]) is not anew
    assert order.due_at == after["finish", "county"]
    assert order.waits_until == order.due_at
    assert order.events.order_by("-seq")[0].public_note == "已提级，由东县办理"
    by = world.actor("county_handler")
    actions.contact(order.pk, by=by, at=at(4, 9), number="05341234567", now=at(4, 10))
    assert "reply" in offered(story, "county_handler")
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-113")
def test_the_county_answers_and_names_its_own_units_alone(story: Story) -> None:
    limits()
    world = story.on_street().raise_asked().world
    by = world.actor("county_handler")
    with pytest.raises(NotAllowed, match="不归本单位管辖"):
        actions.answer_raise(
            story.order.pk, by=by, note="请配合", assist=[world.housing], now=at(4, 9)
        )
    order = actions.answer_raise(story.order.pk, by=by, note="仍由镇里办理", now=at(4, 9))
    assert (order.pending, order.lead_unit, parts(story)) == (
        "", world.township, {"township": "lead"},
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="这一级已经答复过"):
        story.raise_asked()
    story.raise_asked(city=True)
    assert running(story)["raising", ""] == at(5, 10)
    with pytest.raises(Refused, match="已申请提级"):
        actions.ask_extension(
            story.order.pk, by=world.actor("township_handler"), basis="要时间", until=at(12),
            reason=Reason.objects.get(group="extension"), explanation="要时间", now=at(3, 12),
        )  # fmt: skip


@pytest.mark.rule("R-113")
def test_the_centre_decides_also_while_the_county_is_silent(story: Story) -> None:
    limits()
    world = story.on_street().raise_asked().world
    assert actions.record_overdue(until=at(5, 10)) >= 1
    late = [e.note for e in story.order.events.filter(verb="overdue")]
    assert "东县未按时研究提级" in late
    due = story.order.due_at
    order = actions.settle_raise(
        story.order.pk, by=world.actor("manager"), lead=world.housing, assist=[world.water],
        note="由市住建局牵头", now=at(5, 11),
    )  # fmt: skip
    assert (order.state, order.lead_unit, order.due_at) == ("to_sign", world.housing, due)
    assert parts(story) == {"housing": "lead", "township": "assist", "water": "assist"}
    assert ("raising", "county") not in running(story)
    assert ("sign", "housing") in running(story)
    order = actions.sign(order.pk, by=world.actor("housing_handler"), now=at(5, 12))
    assert (order.state, order.waits_until) == ("in_progress", due)


@pytest.mark.rule("R-113")
def test_a_county_that_supervises_gets_its_part_back_after_the_answer(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched(lead=world.township, supervise=world.county)
    actions.sign(story.order.pk, by=world.actor("township_handler"), now=at(2, 14))
    story.raise_asked()
    assert parts(story) == {"township": "lead", "county": "raised"}
    actions.answer_raise(
        story.order.pk, by=world.actor("county_handler"), note="仍由镇里办理", now=at(4, 9)
    )
    assert parts(story) == {"township": "lead", "county": "supervise"}


@pytest.mark.rule("R-113")
def test_a_raised_matter_that_is_answered_by_a_reply_has_lapsed(story: Story) -> None:
    limits()
    world = story.on_street().raise_asked().world
    with pytest.raises(Invalid, match="不是本单位的上级"):
        Story(world).on_street().raise_asked(world.water)
    by = world.actor("township_handler")
    actions.contact(story.order.pk, by=by, at=at(3, 10), number="05341234567", now=at(3, 11))
    actions.reply(story.order.pk, reply_form(contacted_at=at(3, 10)), by=by, now=at(3, 12))
    story.order.refresh_from_db()
    assert (story.order.state, story.order.pending) == ("reply_review", "")
    assert parts(story) == {"township": "lead"}
    assert {kind for kind, _ in running(story)} == {"audit"}
    with pytest.raises((NotAllowed, WrongState)):
        actions.accept_raise(story.order.pk, by=world.actor("county_handler"), now=at(3, 13))


@pytest.mark.rule("R-211")
def test_who_reviews_sees_the_orders_of_the_own_team_apart(story: Story) -> None:
    from huiyin.orgs import actions as orgs

    world = story.world
    admin = world.actor("administrator")
    for name, team in (("agent", "一班"), ("manager", "一班"), ("dispatcher", "二班")):
        orgs.set_team(world.people[name].pk, team, by=admin, now=at(1))
    for person in world.people.values():
        person.refresh_from_db()
    with pytest.raises(Invalid):
        orgs.set_team(world.people["agent"].pk, "班" * 21, by=admin, now=at(1))
    story.created().to_review()
    own = queries.OrderFilter(own_team=True)
    assert [o.pk for o in queries.listed(world.actor("manager"), own).rows] == [story.order.pk]
    for other in ("dispatcher", "supervisor"):
        assert queries.listed(world.actor(other), own).rows == []
