"""Calls and agents in the distributor, moment by moment, without a switch."""

from __future__ import annotations

import pytest

from huiyin.callcentre.calls.states import Direction, SpanKind
from huiyin.callcentre.telephony import conversation, line, recovery
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.facts import AgentMoved
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import AgentState, CallState, Leave, Skill
from huiyin.callcentre.telephony.tests.floors import GENERAL, PLAIN, Floor, talking
from huiyin.kernel.errors import Invalid, Refused, WrongState


@pytest.fixture
def floor():
    return Floor()


@pytest.mark.rule("R-231")
def test_longest_idle_first(floor):
    floor.agent("1")
    floor.go(5)
    floor.agent("2")
    floor.call("a")
    assert floor.last(line.Ring).seat == "1"
    floor.call("b")
    assert floor.last(line.Ring).seat == "2"


@pytest.mark.rule("R-220")
def test_priority_and_place():
    floor = Floor(PLAIN, urgent=30, old=10)
    for key, number in (("a", "plain"), ("b", "old"), ("c", "urgent"), ("d", "plain2")):
        floor.call(key, number)
        floor.go(floor.at + 1)
    served = []
    for seat in ("1", "2", "3", "4"):
        floor.agent(seat)
        served.append(floor.answer().call)
    assert served == ["c", "b", "a", "d"]


def test_a_call_from_arrival_to_the_next(floor):
    floor.call("a")
    floor.go(8)
    floor.agent("1")
    floor.go(10)
    floor.answer()
    assert floor.last(line.Connect).recording
    floor.go(70)
    floor.hear(line.Gone("a"), line.Gone("a"))
    assert floor.state("1") is AgentState.WRAP_UP
    over = floor.over("a")
    assert (over.arrived, over.answered, over.ended, over.leave) == (0, 10, 70, Leave.SERVED)
    kinds = [(span.kind, span.began, span.ended) for span in over.spans]
    assert kinds == [(SpanKind.WAIT, 0, 8), (SpanKind.RING, 8, 10), (SpanKind.TALK, 10, 70)]
    floor.call("b")
    floor.go(99)
    assert floor.state("1") is AgentState.WRAP_UP
    floor.go(100)
    assert floor.state("1") is AgentState.RINGING


def test_a_phone_that_is_not_answered(floor):
    floor.agent("1")
    floor.call("a")
    ring = floor.last(line.Ring)
    floor.go(15)
    floor.hear(line.Failed(ring.leg, "busy"))
    assert floor.state("1") is AgentState.BUSY
    floor.agent("2")
    assert floor.answer().seat == "2"
    floor.desk.choose("1", AgentState.READY, floor.at)
    assert floor.state("1") is AgentState.READY


def test_a_switch_that_says_nothing_of_a_phone_is_not_waited_for(floor):
    floor.agent("1")
    floor.call("a")
    floor.go(18)
    assert floor.state("1") is AgentState.BUSY
    assert floor.desk.calls["a"].state is CallState.WAITING


def test_who_did_not_answer_is_not_rung_again_for_the_same_call(floor):
    floor.agent("1")
    floor.call("a")
    floor.hear(line.Failed(floor.last(line.Ring).leg))
    floor.desk.choose("1", AgentState.READY, 1)
    assert floor.desk.calls["a"].state is CallState.WAITING
    floor.call("b")
    assert floor.last(line.Ring).call == "b"


@pytest.mark.rule("R-611")
@pytest.mark.parametrize("ready_at", [120, 161])
def test_a_caller_whom_the_only_agent_missed_is_offered_again_after_the_overflow_time(
    floor, ready_at
):
    """Whether the agent says to be ready before that time or after it."""
    floor.go(100)
    floor.agent("1")
    floor.call("a")
    first = floor.last(line.Ring)
    floor.go(115)
    floor.hear(line.Failed(first.leg, "busy"))
    floor.go(ready_at)
    floor.do(Distributor.choose, "1", AgentState.READY, floor.at)
    floor.go(161)
    assert floor.last(line.Ring) is not first
    assert floor.state("1") is AgentState.RINGING


@pytest.mark.rule("R-611")
def test_a_telephone_that_rings_over_the_overflow_time_shuts_nobody_out(floor):
    floor.go(100)
    floor.agent("1")
    floor.call("a")
    floor.hear(line.Failed(floor.last(line.Ring).leg, "busy"))
    floor.do(Distributor.choose, "1", AgentState.READY, floor.at)
    floor.go(155)
    floor.agent("2")
    assert floor.last(line.Ring).seat == "2"
    floor.go(170)
    floor.hear(line.Failed(floor.last(line.Ring).leg, "busy"))
    assert floor.last(line.Ring).seat == "1"
    assert floor.state("2") is AgentState.BUSY


@pytest.mark.rule("R-222")
def test_overflow_to_other_skills():
    floor = Floor(Settings(overflow=60, announce=0, lines={"12345-9": Skill.FOREIGN}))
    floor.agent("1")
    floor.call("a", dialled="12345-9")
    floor.go(59)
    assert floor.state("1") is AgentState.READY
    floor.go(60)
    assert floor.state("1") is AgentState.RINGING


def test_who_hangs_up_while_waiting_has_abandoned(floor):
    floor.call("a")
    floor.go(6)
    floor.hear(line.Gone("a"))
    assert floor.over("a").leave is Leave.ABANDONED
    assert floor.over("a").ended == 6
    floor.agent("1")
    assert floor.state("1") is AgentState.READY


def test_who_hangs_up_while_it_rings_frees_the_agent(floor):
    floor.agent("1")
    floor.call("a")
    ring = floor.last(line.Ring)
    floor.hear(line.Gone("a"))
    assert floor.told[-2] == line.Drop(ring.leg)
    assert floor.state("1") is AgentState.READY
    floor.hear(line.Answered(ring.leg))
    assert floor.told[-1] == line.Drop(ring.leg)


def test_a_call_back_keeps_its_place(floor):
    floor.call("a")
    floor.go(2)
    floor.call("b")
    floor.hear(line.Pressed("a", "*"))
    assert floor.last(line.Play).prompt is line.Prompt.CALL_BACK
    floor.hear(line.Gone("a"))
    floor.go(30)
    floor.agent("1")
    ring = floor.answer()
    assert ring.call == "a"
    dial = floor.last(line.Dial)
    assert dial.number == "139a"
    floor.hear(line.Answered(dial.leg))
    assert floor.last(line.Connect).call == dial.leg
    floor.go(50)
    floor.hear(line.Gone(dial.leg))
    assert floor.over("a").leave is Leave.SERVED
    assert floor.state("1") is AgentState.WRAP_UP


def test_a_call_back_that_is_not_reached_is_left_to_the_list(floor):
    floor.call("a")
    floor.hear(line.Pressed("a", "*"), line.Gone("a"))
    floor.agent("1")
    floor.answer()
    floor.hear(line.Failed(floor.last(line.Dial).leg))
    assert floor.over("a").leave is Leave.CALL_BACK
    assert floor.state("1") is AgentState.WRAP_UP


def test_who_waits_too_long_is_promised_a_call_back(floor):
    floor.call("a")
    floor.go(600)
    assert floor.desk.calls["a"].promised
    assert floor.last(line.Play).prompt is line.Prompt.CALL_BACK


def test_a_closed_line_says_so():
    floor = Floor(Settings(closed=frozenset({"96001"})))
    floor.call("a", dialled="96001")
    assert floor.told[-2:] == [line.Answer("a", line.Prompt.CLOSED), line.Drop("a")]
    floor.hear(line.Gone("a"))
    assert floor.over("a").leave is Leave.CLOSED


def test_position_is_said():
    floor = Floor(Settings(announce=40))
    floor.call("a")
    floor.call("b")
    floor.go(40)
    told = [c for c in floor.told if isinstance(c, line.Play)]
    assert [(c.call, c.number) for c in told] == [("a", 1), ("b", 2)]


def test_hold_and_resume(floor):
    talking(floor, "1")
    floor.go(10)
    floor.do(conversation.hold, "1", 10)
    assert floor.last(line.Park).call == "a"
    floor.do(conversation.resume, "1", 25)
    floor.go(30)
    floor.hear(line.Gone("a"))
    kinds = [span.kind for span in floor.over("a").spans]
    assert kinds == [SpanKind.WAIT, SpanKind.RING, SpanKind.TALK, SpanKind.HOLD, SpanKind.TALK]
    with pytest.raises(WrongState, match="没有通话"):
        conversation.hold(floor.desk, "1", 31)


@pytest.mark.rule("R-234")
def test_blind_transfer(floor):
    talking(floor, "1", "2")
    floor.do(conversation.transfer, "1", "2", 20)
    assert floor.state("1") is AgentState.WRAP_UP
    assert floor.state("2") is AgentState.RINGING
    floor.answer()
    assert floor.state("2") is AgentState.TALKING
    assert floor.desk.calls["a"].seat == "2"
    floor.hear(line.Gone("a"))
    assert floor.state("2") is AgentState.WRAP_UP


@pytest.mark.rule("R-234")
@pytest.mark.parametrize("wish", [conversation.transfer, conversation.consult])
def test_a_wrong_number_leaves_the_call_as_it_is(floor, wish):
    floor.agent("1")
    floor.call("a")
    floor.answer()
    with pytest.raises(Invalid):
        floor.do(wish, "1", "nobody", 20)
    assert floor.desk.take() == ([], [])
    assert floor.desk.calls["a"].state is CallState.TALKING
    assert floor.state("1") is AgentState.TALKING


def test_a_transfer_that_nobody_takes_goes_back_to_the_queue(floor):
    talking(floor, "1", "2")
    floor.do(conversation.transfer, "1", "2", 20)
    floor.hear(line.Failed(floor.last(line.Ring).leg, "busy"))
    assert floor.state("2") is AgentState.BUSY
    assert floor.desk.calls["a"].state is CallState.WAITING
    floor.go(60)  # the first agent's wrap-up is over; the caller is theirs again
    assert floor.answer().seat == "1"


@pytest.mark.rule("R-234")
def test_attended_transfer_to_another_seat(floor):
    talking(floor, "1", "2")
    floor.do(conversation.consult, "1", "2", 20)
    with pytest.raises(WrongState, match="还没有接通"):
        conversation.complete(floor.desk, "1", 21)
    floor.answer()
    floor.do(conversation.complete, "1", 30)
    assert floor.state("1") is AgentState.WRAP_UP
    assert floor.desk.calls["a"].seat == "2"
    floor.hear(line.Gone("a"))
    assert floor.state("2") is AgentState.WRAP_UP


@pytest.mark.rule("R-233")
def test_three_in_a_call_and_the_agent_leaves(floor):
    talking(floor, "1")
    floor.do(conversation.consult, "1", "110", 20)
    dial = floor.last(line.Dial)
    assert dial.number == "110"
    floor.hear(line.Answered(dial.leg))
    floor.do(conversation.resume, "1", 30)
    assert {c.leg for c in floor.told if isinstance(c, line.Join)} == {dial.leg}
    floor.do(conversation.complete, "1", 40)
    assert "a" in floor.desk.calls
    floor.hear(line.Gone(dial.leg))
    assert floor.last(line.Drop).channel == "a"
    assert SpanKind.THREE in {span.kind for span in floor.over("a").spans}


def test_the_third_party_is_let_go(floor):
    talking(floor, "1")
    floor.do(conversation.consult, "1", "110", 20)
    leg = floor.last(line.Dial).leg
    floor.hear(line.Answered(leg))
    floor.do(conversation.drop_third, "1", 30)
    floor.hear(line.Gone(leg))
    assert floor.desk.calls["a"].state is CallState.TALKING
    assert floor.state("1") is AgentState.TALKING


@pytest.mark.rule("R-236")
def test_the_leader_of_the_floor_listens(floor):
    talking(floor, "1")
    floor.agent("9", ready=False)
    floor.do(conversation.overhear, "9", "1", line.Ear.WHISPER, 20)
    ring = floor.answer()
    found = floor.last(line.Overhear)
    assert (found.leg, found.call, found.ear) == (ring.leg, "a", line.Ear.WHISPER)
    floor.hear(line.Gone(ring.leg))
    assert floor.desk.calls["a"].state is CallState.TALKING


@pytest.mark.rule("R-235")
def test_calls_out(floor):
    floor.agent("1")
    call = floor.do(conversation.dial, "1", "139 0000 0001", 10, order=7)
    assert floor.state("1") is AgentState.CALLING
    floor.answer()
    dial = floor.last(line.Dial)
    assert dial.number == "13900000001"
    floor.hear(line.Answered(dial.leg))
    assert floor.state("1") is AgentState.TALKING
    floor.hear(line.Gone(dial.leg))
    over = floor.over(call.key)
    assert (over.direction, over.order, over.leave) == (Direction.OUT, 7, Leave.SERVED)


@pytest.mark.rule("R-235")
def test_calls_out_never_take_the_lines_of_others(floor):
    for seat in ("1", "2", "3"):
        floor.agent(seat, ready=False)
    for seat in ("1", "2"):
        floor.do(conversation.dial, seat, f"1390000000{seat}", 0)
        floor.answer()
    with pytest.raises(Refused, match="外呼线路都在使用"):
        conversation.dial(floor.desk, "3", "13900000003", 0)
    for wrong in ("", "12", "PJSIP/x", "1390000000012345", "１３９"):
        with pytest.raises(Invalid):
            conversation.dial(floor.desk, "3", wrong, 0)


def test_without_lines_for_calls_out_nobody_is_told_that_they_are_in_use():
    floor = Floor(Settings(outgoing=0, announce=0))
    floor.agent("1")
    with pytest.raises(Refused, match="还没有登记外呼线路"):
        floor.do(conversation.dial, "1", "053112345678", 0)


def test_a_number_that_does_not_answer(floor):
    floor.agent("1", ready=False)
    call = floor.do(conversation.dial, "1", "13900000001", 0)
    floor.answer()
    floor.go(40)
    floor.hear(line.Failed(floor.last(line.Dial).leg))
    assert floor.over(call.key).leave is Leave.UNREACHED
    assert floor.state("1") is AgentState.WRAP_UP


def test_wishes_during_a_call_hold_after_it(floor):
    talking(floor, "1")
    floor.desk.choose("1", AgentState.SIGNED_OUT, 5)
    assert floor.state("1") is AgentState.TALKING
    floor.hear(line.Gone("a"))
    assert "1" not in floor.desk.agents


def test_one_person_at_one_seat(floor):
    floor.agent("1")
    with pytest.raises(Refused, match="已有人"):
        floor.desk.sign_in("1", 5, GENERAL, 0)
    with pytest.raises(Refused, match="另一个席位"):
        floor.desk.sign_in("2", 1, GENERAL, 0)


@pytest.mark.rule("R-232")
def test_another_distributor_takes_all_back():
    first = Floor()
    first.go(1)
    for seat in ("1", "2"):
        first.agent(seat)
    first.call("talks")
    first.answer()
    first.call("rings")
    first.go(5)
    first.call("waits")
    first.call("left")
    first.call("promised")
    first.hear(line.Pressed("promised", "*"), line.Gone("promised"))
    agents, calls = list(first.desk.agents.values()), list(first.desk.calls.values())
    leg = first.desk.agents["1"].leg

    second = Floor()
    recovery.restore(second.desk, agents, calls)
    there = [line.Offered(key, f"139{key}", "12345") for key in ("talks", "rings", "waits", "new")]
    second.at = 9
    recovery.link_up(second.desk, line.Standing(tuple(there), ((leg, "talks"),)), 9)
    second.hear()
    assert second.over("left").leave is Leave.ABANDONED
    assert second.desk.calls["talks"].state is CallState.TALKING
    assert second.state("1") is AgentState.TALKING
    # Who was ringing when it died is free again and is given the same caller, who came first.
    assert second.desk.calls["rings"].state is CallState.RINGING
    second.answer()
    second.hear(line.Gone("talks"), line.Gone("rings"))
    second.go(39)
    second.answer()
    order = [c.call for c in second.told if isinstance(c, line.Ring)]
    assert order == ["rings", "waits", "promised"]
    assert second.desk.calls["new"].place == 9


def test_every_change_of_an_agent_is_written(floor):
    talking(floor, "1")
    floor.hear(line.Gone("a"))
    moves = [(f.was, f.to) for f in floor.facts if isinstance(f, AgentMoved)]
    states = AgentState
    assert moves == [
        (states.SIGNED_OUT, states.BUSY),
        (states.BUSY, states.READY),
        (states.READY, states.RINGING),
        (states.RINGING, states.TALKING),
        (states.TALKING, states.WRAP_UP),
    ]
