"""Sizing, forecast, roster, totals and leaders' days: rules as tables, and what the rows give."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huiyin.callcentre.calls.actions import CallFacts, record
from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony import planning, planning_queries, queries, totals_queries
from huiyin.callcentre.telephony.actions import roster, setup, wishes
from huiyin.callcentre.telephony.models import (
    AgentChange,
    LeaderDay,
    Line,
    Missed,
    Session,
    Shift,
)
from huiyin.callcentre.telephony.planning import Aim
from huiyin.callcentre.telephony.states import Skill
from huiyin.kernel import cached, crypto
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from huiyin.knowledge.models import Parameter
from tests.races import at_once
from tests.world import START, Story, World, at

DAY = at(30, 0)  # a Monday
HOUR = timedelta(hours=1)


def calls(moments, *, seconds=120, waits=5, number="", prefix="c", **more) -> None:
    """Store answered calls in that arrived at these moments; from nobody's number unless said."""
    outcome = more.pop("outcome", CallOutcome.ANSWERED)
    lost = outcome is CallOutcome.ABANDONED
    record([
        CallFacts(
            Direction.IN, outcome, when, when + timedelta(seconds=waits + (0 if lost else seconds)),
            None if lost else when + timedelta(seconds=waits), number=number,
            reference=f"{prefix}{n}", **more,
        )
        for n, when in enumerate(moments)
    ])  # fmt: skip


@pytest.mark.rule("R-522")
@pytest.mark.parametrize(
    ("per_hour", "talk", "target", "within", "agents"),
    [
        (200, 240, 0.95, 15, 20), (200, 240, 0.80, 20, 17), (500, 300, 0.95, 15, 52),
        (500, 300, 0.80, 20, 48), (1500, 270, 0.95, 15, 128), (5000, 222, 0.80, 20, 318),
    ],
)  # fmt: skip
def test_agents_of_a_volume(per_hour, talk, target, within, agents):
    found = planning.size(per_hour, talk, Aim(level=target, within=within))
    assert found.agents == agents
    assert found.figures.service_level >= target


@pytest.mark.rule("R-522")
def test_lines_of_a_volume():
    assert planning.erlang_b(10, 15) == pytest.approx(0.0365, abs=0.0001)
    assert [planning.lines_needed(load, 0.01) for load in (0, 1, 10, 100)] == [1, 5, 18, 117]
    found = planning.size(1000, 120, Aim(), wrap=30, people=8_050_000)
    assert found.load == pytest.approx(41.67, abs=0.01)
    assert found.lines_by_people == 81
    assert found.rostered == 68  # 47 at the telephone, three of ten away
    assert found.agents == 47
    for wrong in ({"calls": 0}, {"talk": 0}, {"aim": Aim(level=1)}):
        with pytest.raises(Invalid):
            planning.size(**{"calls": 10, "talk": 60, "aim": Aim()} | wrong)


@pytest.mark.rule("R-523")
def test_shifts_that_cover_what_is_needed():
    need = [2] * 16 + [10] * 16 + [6] * 16
    shapes = [planning.pattern(p) for p in ("00:00-08:00", "08:00-16:00", "16:00-00:00")]
    assert [(s.first, s.length) for s in shapes] == [(0, 16), (16, 16), (32, 16)]
    assert [planning.suggest(need, shapes)[s] for s in shapes] == [2, 10, 6]
    night = planning.pattern("20:00-08:00")
    assert set(night.halves()) == {*range(40, 48), *range(16)}
    found = planning.suggest(need, [*shapes[1:], night])
    there = [sum(n for s, n in found.items() if half in s.halves()) for half in range(48)]
    assert all(have >= want for have, want in zip(there, need, strict=True))
    assert planning.suggest(need, []) == {}
    assert planning.needed([0, 100], 240, Aim(least=2, away=0.5))[0] == 4
    assert planning.deviation([2, 4], [3, 5]) == 0.25
    assert planning.deviation([2], [0]) is None


@pytest.mark.rule("R-524")
@pytest.mark.parametrize(
    ("begins", "ends", "refused"),
    [
        (27, 39, None), (27, 39.5, Invalid), (27, 27, Invalid), (26.5, 35, Refused),
        (-11, -3, None), (-10, -2, Refused), (10, 12, Refused),
    ],
)  # fmt: skip
def test_the_length_of_a_shift_and_the_rest_around_it(begins, ends, refused):
    other = [(DAY + 8 * HOUR, DAY + 16 * HOUR)]

    def check():
        span = (DAY + begins * HOUR, DAY + ends * HOUR)
        planning.check_shift(span, other, longest=12 * HOUR, rest=11 * HOUR)

    if refused is None:
        check()
        return
    with pytest.raises(refused):
        check()


@pytest.mark.rule("R-524")
@pytest.mark.rule("R-527")
def test_who_is_on_duty_and_what_they_have_done(world: World):
    leader, now = world.actor("supervisor"), DAY + 10 * HOUR
    span = (DAY + 8 * HOUR, DAY + 16 * HOUR)
    rows = roster.plan(["agent", "vendor_agent"], span, by=leader, now=DAY, note="早班")
    assert [row.note for row in rows] == ["早班", "早班"]
    with pytest.raises(Conflict, match="不足 11 小时"):
        roster.plan(["agent"], (DAY + 20 * HOUR, DAY + 28 * HOUR), by=leader, now=DAY)
    with pytest.raises(Invalid) as refusal:
        roster.plan(["agent", "nobody"], (DAY + 48 * HOUR, DAY + 50 * HOUR), by=leader, now=DAY)
    assert "nobody" in refusal.value.facts["fields"]["staff"]
    with pytest.raises(Invalid):
        roster.plan([], span, by=leader, now=DAY)
    with pytest.raises(NotAllowed):
        roster.plan(["agent"], span, by=world.actor("agent"), now=DAY)
    assert Shift.objects.count() == 2

    setup.seats("8001,8002", kind="answering")
    wishes.sign_in("8001", by=world.actor("agent"), now=now)
    Session.objects.update(state="ready")
    me = world.people["agent"].pk
    calls([DAY + 9 * HOUR, DAY + 9.5 * HOUR], agent=me)
    calls([DAY - HOUR], agent=me, prefix="yesterday")
    found = planning_queries.on_duty_now(now)
    by_name = {row.name: row for row in found}
    assert found[0].session is None  # who is missing stands first
    assert (by_name["agent"].answered, by_name["agent"].target) == (2, 100)
    assert by_name["agent"].share == 0.02
    assert by_name["agent"].session.state == "ready"

    with pytest.raises(Conflict):
        roster.cancel(rows[0].pk, by=leader, now=now)
    roster.cancel(rows[0].pk, by=leader, now=DAY)
    with pytest.raises(NotFound):
        roster.cancel(rows[0].pk, by=leader, now=DAY)


@pytest.mark.rule("R-524")
@pytest.mark.django_db(transaction=True)
def test_two_who_plan_at_once_give_nobody_two_shifts():
    from tests.world import build

    leader = build().actor("supervisor")
    spans = [(DAY + begin * HOUR, DAY + (begin + 8) * HOUR) for begin in (8, 9)]
    runners = at_once(
        *(lambda span=span: roster.plan(["agent"], span, by=leader, now=DAY) for span in spans)
    )
    assert sorted(type(runner.error).__name__ for runner in runners) == ["Conflict", "NoneType"]
    assert Shift.objects.count() == 1


@pytest.mark.rule("R-523")
@pytest.mark.rule("R-525")
def test_the_plan_of_a_day(world: World, django_assert_num_queries):
    weeks = [DAY - timedelta(weeks=week) for week in (1, 2)]
    calls([day + 9 * HOUR + timedelta(seconds=10 * n) for day in weeks for n in range(60)])
    calls([DAY + 9 * HOUR + timedelta(seconds=20 * n) for n in range(30)], prefix="today")
    span = (DAY + 8 * HOUR, DAY + 16 * HOUR)
    roster.plan(["agent"], span, by=world.actor("supervisor"), now=DAY)
    planning_queries.aim(DAY)  # parameters are remembered
    with django_assert_num_queries(5):
        plan = planning_queries.plan(DAY, DAY + 10 * HOUR)
    nine, ten = plan.halves[18], plan.halves[20]
    assert (nine.expected, nine.came, nine.on_duty) == (60, 30, 1)
    assert nine.needed > nine.on_duty
    assert nine.short == nine.needed - 1
    assert (ten.came, ten.expected, ten.needed) == (None, 0, 3)  # two at night, three of ten away
    assert (plan.talk, plan.measured, plan.deviation) == (120, True, 1.0)
    assert plan.peak.agents < plan.peak.rostered
    assert sum(many for _, many in plan.suggested) >= nine.needed
    assert planning_queries.plan(DAY - timedelta(weeks=9), DAY).peak is None

    Line.objects.create(number="12345", pool="in", capacity=80)
    into, out = planning_queries.lines_taken(DAY)
    assert (into.most, into.lines, out.most) == (7, 80, 0)  # 125 seconds each, one every 20


@pytest.mark.rule("R-528")
@pytest.mark.rule("R-576")
def test_totals_by_year_and_month(db):
    calls([at(2), at(3), at(4, month=4)], number="13900000001")
    calls([at(5)], number="13900000002", prefix="d", outcome=CallOutcome.ABANDONED)
    calls([at(5).replace(year=2025)], prefix="e")
    years = totals_queries.by_year(at(2))
    assert [(row.span, row.offered, row.so_far) for row in years] == [(2025, 1, 1), (2026, 4, 5)]
    march, april = totals_queries.by_month(2026)
    assert (march.figures.connected, march.figures.offered) == (2 / 3, 3)
    assert years[-1].figures.connected == 3 / 4
    assert queries.figures(at(1), at(31)) == march.figures  # the same formulas
    assert (march.span, march.offered, march.answered, march.repeated) == (3, 3, 2, 1)
    assert (april.span, april.repeated, april.so_far) == (4, 0, 4)


@pytest.mark.rule("R-529")
def test_what_came_of_a_leaders_day(story: Story, django_assert_num_queries):
    order = story.created().order
    day = LeaderDay.objects.create(
        leader=story.world.people["manager"], topic="供热", line="12345-8", begins_at=at(2, 9),
        ends_at=at(2, 11),
    )  # fmt: skip
    calls([at(2, 9)], line="12345-8", order=order.pk, outcome=CallOutcome.REQUEST)
    calls([at(2, 10)], line="12345-8", prefix="d", number="13900000001",
          outcome=CallOutcome.ABANDONED)  # fmt: skip
    calls([at(2, 11)], line="12345-8", prefix="late")
    calls([at(2, 10)], prefix="other")
    Missed.objects.create(
        number_sealed=b"", number_masked="139****0001",
        number_key=crypto.lookup("13900000001", "phone"), first_at=at(2, 10), last_at=at(2, 10),
    )  # fmt: skip
    with django_assert_num_queries(3):
        ledger = totals_queries.leader_ledger(day.pk)
    assert (len(ledger.calls), ledger.answered, ledger.unanswered, ledger.ordered) == (2, 1, 1, 1)
    assert [row.missed and row.missed.label for row in ledger.calls] == [None, "待回拨"]
    with pytest.raises(NotFound):
        totals_queries.leader_ledger(0)
    assert Call.objects.count() == 4


@pytest.mark.rule("R-230")
@pytest.mark.rule("R-527")
def test_what_everybody_did_on_a_day(world: World):
    agent = world.people["agent"]
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=world.actor("agent"), now=DAY - HOUR)
    session = Session.objects.get()
    moves = (
        ("busy", -1),
        ("ready", 1),
        ("talking", 2),
        ("wrap_up", 3),
        ("ready", 3.5),
        ("break", 4),
    )
    for to, hour in moves:
        AgentChange.objects.create(
            session=session, was="", to=to, at=DAY + hour * HOUR, why="asked"
        )
    calls([DAY + 2 * HOUR], seconds=3595, agent=agent.pk)
    (row,) = planning_queries.work_of(DAY, DAY + 5 * HOUR)
    assert (row.signed_in, row.talking, row.wrapping, row.resting) == (18000, 3600, 1800, 3600)
    assert row.utilisation == 5400 / 14400
    assert (row.answered, row.talk, row.handling) == (1, 3595, 5395)
    assert planning_queries.work_of(DAY - 30 * timedelta(days=1), DAY) == []


@pytest.mark.rule("R-540")
def test_keys_are_the_citys_choice(world: World):
    assert queries.settings(DAY).keys == {}
    Parameter.objects.create(
        key="telephony.keys", value=["2=enterprise"], valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    assert queries.settings(DAY).keys == {"2": Skill.ENTERPRISE}
