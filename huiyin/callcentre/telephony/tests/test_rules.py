"""The rules of the distributor as tables."""

from __future__ import annotations

import math
from datetime import datetime, time, timedelta

import pytest

from huiyin.callcentre.telephony import rules
from huiyin.callcentre.telephony.rules import Settings, Waits
from huiyin.callcentre.telephony.states import (
    AGENT_MOVES,
    CALL_MOVES,
    AgentState,
    CallState,
    NumberKind,
    Skill,
    Surge,
)
from huiyin.kernel.errors import Refused, WrongState
from huiyin.worktime.calendar import SHANGHAI

ERLANG = [
    (1000, 120, 34, 0.8686, 0.2008, 156.35),
    (1000, 120, 35, 0.6965, 0.4345, 50.15),
    (1000, 120, 36, 0.5519, 0.6046, 24.83),
    (1000, 120, 37, 0.4318, 0.7270, 14.13),
    (720, 240, 55, 0.2387, 0.8459, 8.18),
]
NEEDED = [(200, 240, 20, 17), (500, 300, 52, 48), (1500, 270, 128, 121), (5000, 222, 328, 318)]


@pytest.mark.rule("R-228")
@pytest.mark.parametrize(("calls", "handling", "agents", "waiting", "level", "mean"), ERLANG)
def test_erlang_c(calls, handling, agents, waiting, level, mean):
    found = rules.erlang_c(calls, handling, agents, 15)
    assert found.waiting == pytest.approx(waiting, abs=0.0001)
    assert found.service_level == pytest.approx(level, abs=0.0001)
    assert found.mean_wait == pytest.approx(mean, abs=0.01)


@pytest.mark.rule("R-228")
@pytest.mark.parametrize(("calls", "handling", "strict", "usual"), NEEDED)
def test_agents_needed(calls, handling, strict, usual):
    assert rules.agents_needed(calls, handling, 0.95, 15) == strict
    assert rules.agents_needed(calls, handling, 0.80, 20) == usual


@pytest.mark.rule("R-228")
def test_too_few_agents_wait_for_ever():
    found = rules.erlang_c(1000, 120, 33, 15)
    assert (found.waiting, found.service_level, found.mean_wait) == (1, 0, math.inf)


@pytest.mark.rule("R-220")
def test_priority_then_place_then_arrival():
    order = [rules.rank(20, 50, 9), rules.rank(10, 5, 1), rules.rank(0, 1, 3), rules.rank(0, 1, 4)]
    assert sorted(order, key=lambda each: each) == order


@pytest.mark.rule("R-221")
@pytest.mark.parametrize(
    ("kinds", "repeated", "priority"),
    [
        ([], False, 0),
        ([], True, 10),
        ([NumberKind.NUISANCE], False, 0),
        ([NumberKind.CARE], True, 20),
        ([NumberKind.CARE, NumberKind.PRIORITY], False, 30),
    ],
)
def test_priority_of_a_caller(kinds, repeated, priority):
    assert rules.priority_of(kinds, repeated=repeated) == priority


@pytest.mark.rule("R-222")
def test_after_the_overflow_time_everybody_helps():
    settings = Settings(overflow=60)
    assert rules.skills_wanted(Skill.FOREIGN, 59.9, settings) == (Skill.FOREIGN,)
    assert set(rules.skills_wanted(Skill.FOREIGN, 60, settings)) == set(Skill)


@pytest.mark.rule("R-223")
def test_the_tables_of_states_hold_every_state():
    assert set(AGENT_MOVES) == set(AgentState)
    assert set(CALL_MOVES) == set(CallState)
    rules.check_agent_move(AgentState.READY, AgentState.BREAK)
    with pytest.raises(WrongState, match="“小休”时不能改为“学习”"):
        rules.check_agent_move(AgentState.BREAK, AgentState.TRAINING)
    with pytest.raises(WrongState):
        rules.check_call_move(CallState.ENDED, CallState.WAITING)


@pytest.mark.rule("R-224")
@pytest.mark.parametrize(
    ("resting", "signed_in", "taken", "asked", "refused"),
    [
        (0, 1, 0, 10, ""),
        (1, 4, 0, 10, "最多 1 人"),
        (3, 20, 0, 10, ""),
        (4, 20, 0, 10, "最多 4 人"),
        (0, 20, 50, 10, ""),
        (0, 20, 50, 11, "还剩 10 分钟"),
        (0, 20, 70, 5, "还剩 0 分钟"),
    ],
)
def test_breaks(resting, signed_in, taken, asked, refused):
    def check():
        settings = Settings(break_share=20, break_minutes=60)
        spans = timedelta(minutes=taken), timedelta(minutes=asked)
        rules.check_break(resting, signed_in, *spans, settings)

    if not refused:
        check()
        return
    with pytest.raises(Refused, match=refused):
        check()


@pytest.mark.rule("R-225")
@pytest.mark.parametrize(
    ("hour", "minute", "plain"),
    [(21, 59, True), (22, 0, False), (3, 0, False), (6, 59, False), (7, 0, True)],
)
def test_nobody_is_called_back_at_night(hour, minute, plain):
    at = datetime(2026, 3, 2, hour, minute, tzinfo=SHANGHAI)
    quiet = (time(22), time(7))
    assert rules.may_call_back(at, urgent=False, quiet=quiet) is plain
    assert rules.may_call_back(at, urgent=True, quiet=quiet)


@pytest.mark.rule("R-226")
def test_danger_then_the_vulnerable_then_the_oldest():
    early, late = (datetime(2026, 3, 2, hour, tzinfo=SHANGHAI) for hour in (8, 9))

    def rank(first, *, urgent=False, care=False):
        return rules.call_back_rank(urgent=urgent, care=care, first_missed=first)

    order = [rank(late, urgent=True), rank(late, care=True), rank(early), rank(late)]
    assert sorted(order) == order


@pytest.mark.rule("R-227")
@pytest.mark.parametrize(
    ("offered", "expected", "level"),
    [
        (9, 1, Surge.NONE),
        (149, 100, Surge.NONE),
        (150, 100, Surge.BLUE),
        (200, 100, Surge.YELLOW),
        (300, 100, Surge.RED),
        (50, None, Surge.NONE),
        (9, 0, Surge.NONE),
        (10, 0, Surge.RED),
    ],
)
def test_surge_levels(offered, expected, level):
    assert rules.surge_level(offered, expected) is level


@pytest.mark.rule("R-229")
def test_figures_of_a_span():
    found = rules.figures(Waits(10, [1, 15, 15.1, 40], [4, 5, 6, 90]))
    assert (found.offered, found.answered, found.abandoned) == (10, 4, 2)
    assert found.connected == 0.4
    assert (found.within_offered, found.within_answered) == (0.2, 0.5)
    assert found.abandonment == 0.2
    assert found.mean_wait == pytest.approx(17.775)
    nothing = rules.figures(Waits(0, [], []))
    assert nothing.connected is None
    assert nothing.mean_wait is None


@pytest.mark.rule("R-230")
def test_utilisation():
    assert rules.utilisation(talking=3600, signed_in=8000, resting=800) == 0.5
    assert rules.utilisation(0, 0, 0) is None
