"""Who stays when somebody leaves a call, and what a successor knows of it, without a switch."""

from __future__ import annotations

import pytest

from huiyin.callcentre.telephony import conversation, line, recovery
from huiyin.callcentre.telephony.facts import AgentMoved
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import AgentState, CallState, Leave
from huiyin.callcentre.telephony.tests.floors import Floor, talking
from huiyin.kernel.errors import Refused, WrongState


@pytest.fixture
def floor():
    return Floor()


@pytest.mark.rule("R-520")
def test_who_picked_up_and_hung_up_before_both_could_speak_loses_no_caller(floor):
    floor.joins = False
    floor.agent("1")
    floor.call("a")
    floor.call("b")
    ring = floor.answer()
    floor.go(2)
    floor.hear(line.Gone(ring.leg))
    assert floor.desk.calls["a"].state is CallState.WAITING
    assert not [c for c in floor.told if isinstance(c, line.Drop) and c.channel == "a"]
    assert floor.state("1") is AgentState.WRAP_UP
    floor.joins = True
    floor.agent("2")
    floor.go(5)
    assert floor.answer().call == "a"  # at its old place, before who came later
    floor.go(60)
    floor.hear(line.Gone("a"))
    over = floor.over("a")
    assert (over.leave, over.answered, over.staff) == (Leave.SERVED, 5, 2)


@pytest.mark.rule("R-520")
def test_a_caller_who_is_gone_when_the_agent_picks_up_was_not_answered(floor):
    floor.joins = False
    floor.agent("1")
    floor.call("a")
    floor.answer()
    floor.hear(line.Gone("a"))
    over = floor.over("a")
    assert (over.leave, over.answered) == (Leave.ABANDONED, None)
    assert floor.state("1") is AgentState.WRAP_UP


@pytest.mark.rule("R-520")
def test_a_transfer_that_is_hung_up_at_once_brings_the_caller_back(floor):
    talking(floor, "1")
    floor.do(conversation.transfer, "1", "110", floor.at)
    floor.joins = False
    dial = floor.last(line.Dial)
    floor.hear(line.Answered(dial.leg), line.Gone(dial.leg))
    call = floor.desk.calls["a"]
    assert call.state is CallState.WAITING
    assert call.answered is not None  # by the first agent, who spoke


def test_who_is_given_the_next_call_at_once_is_free_when_its_caller_leaves():
    floor = Floor(Settings(wrap=0, announce=0))
    talking(floor, "1")
    floor.call("b")
    floor.hear(line.Gone("a"))
    assert (floor.state("1"), floor.desk.agents["1"].call) == (AgentState.RINGING, "b")
    floor.hear(line.Gone("b"))
    assert floor.state("1") is AgentState.READY


@pytest.mark.rule("R-223")
@pytest.mark.parametrize("to", [AgentState.BREAK, AgentState.TRAINING, AgentState.SIGNED_OUT])
def test_what_is_asked_for_in_a_call_comes_after_it(floor, to):
    talking(floor, "1")
    floor.desk.choose("1", to, 10)
    floor.hear(line.Gone("a"))
    assert [f.to for f in floor.facts if isinstance(f, AgentMoved)][-1] is to


@pytest.mark.rule("R-236")
def test_a_leader_who_listens_is_offered_nothing_and_goes_on_as_before(floor):
    talking(floor, "1")
    floor.agent("9")
    floor.do(conversation.overhear, "9", "1", line.Ear.LISTEN, 20)
    assert floor.state("9") is AgentState.CALLING  # so that the page shows what takes it up
    ring = floor.answer()
    assert floor.state("9") is AgentState.TALKING
    floor.call("b")
    assert floor.desk.calls["b"].state is CallState.WAITING
    floor.do(conversation.hang_up, "9", 30)
    assert floor.last(line.Drop).channel == ring.leg
    floor.hear(line.Gone(ring.leg))
    assert floor.desk.calls["a"].state is CallState.TALKING
    assert floor.desk.calls["b"].state is CallState.RINGING  # the leader was ready before
    floor.agent("8", ready=False)
    floor.do(conversation.overhear, "8", "1", line.Ear.LISTEN, 40)
    floor.answer()
    floor.hear(line.Gone("a"))
    assert floor.state("8") is AgentState.BUSY


@pytest.mark.rule("R-570")
def test_nobody_is_left_with_a_third_party_who_has_not_answered(floor):
    talking(floor, "1")
    floor.do(conversation.consult, "1", "110", 20)
    with pytest.raises(WrongState, match="还没有接通"):
        conversation.complete(floor.desk, "1", 21)
    assert floor.desk.calls["a"].seat == "1"


@pytest.mark.rule("R-570")
@pytest.mark.parametrize("answered", [True, False])
def test_a_telephone_that_dies_while_110_is_asked_ends_nothing(floor, answered):
    talking(floor, "1")
    leg = floor.desk.agents["1"].leg
    floor.do(conversation.consult, "1", "110", 20)
    third = floor.last(line.Dial).leg
    if answered:
        floor.hear(line.Answered(third))
        floor.hear(line.Gone(leg))
        assert floor.last(line.Resume).call == "a"
    else:
        floor.hear(line.Gone(leg))
        assert floor.desk.calls["a"].state is CallState.MOVING
        floor.hear(line.Answered(third))
        assert floor.last(line.Connect).leg == third
    assert floor.desk.calls["a"].state is CallState.TALKING
    assert floor.state("1") is AgentState.WRAP_UP
    assert not [c for c in floor.told if isinstance(c, line.Drop) and c.channel == "a"]
    floor.hear(line.Gone(third))
    assert floor.over("a").leave is Leave.SERVED


@pytest.mark.rule("R-571")
@pytest.mark.parametrize("number", ["0085212345678", "+4930123456", "00 44 20 1234"])
def test_nobody_is_called_abroad_from_a_seat_nor_back(floor, number):
    floor.agent("1", ready=False)
    with pytest.raises(Refused, match="没有开放"):
        floor.do(conversation.dial, "1", number, 1)
    floor.call("a", number.replace(" ", ""))
    floor.hear(line.Pressed("a", "*"))
    assert not floor.desk.calls["a"].promised
    floor.hear(line.Gone("a"))
    assert floor.over("a").leave is Leave.ABANDONED


@pytest.mark.rule("R-571")
@pytest.mark.parametrize("number", ["110", "+8613900000001", "053110000"])
def test_numbers_at_home_are_called(floor, number):
    floor.agent("1", ready=False)
    assert floor.do(conversation.dial, "1", number, 1).number == number


@pytest.mark.rule("R-232")
def test_a_successor_knows_who_is_in_a_call_as_what():
    """Three talk and a leader listens when the distributor dies; each leg keeps what it is for."""
    first = Floor()
    talking(first, "1")
    first.agent("9", ready=False)
    first.do(conversation.consult, "1", "110", 20)
    first.hear(line.Answered(first.last(line.Dial).leg))
    first.do(conversation.resume, "1", 30)
    first.do(conversation.overhear, "9", "1", line.Ear.LISTEN, 31)
    first.answer()
    legs = {leg.role.value: name for name, leg in first.desk.legs.items()}
    agents, calls = list(first.desk.agents.values()), list(first.desk.calls.values())
    for agent in agents:
        agent.leg, agent.then = "", None  # as rows tell them

    second = Floor()
    recovery.restore(second.desk, agents, calls)
    standing = line.Standing(
        (line.Offered("a", "139a", "12345"),), tuple((name, "a") for name in legs.values())
    )
    recovery.link_up(second.desk, standing, 40)
    second.hear(line.Gone(legs["third"]))
    assert second.desk.calls["a"].state is CallState.TALKING  # the two talk on
    second.hear(line.Gone(legs["ear"]))
    assert second.state("9") is AgentState.WRAP_UP
    second.do(conversation.mute, "1", on=True)
    assert second.last(line.Mute).leg == legs["agent"]
    second.do(conversation.transfer, "1", "119", 50)
    assert legs["agent"] in {c.channel for c in second.told if isinstance(c, line.Drop)}
    second.hear(line.Answered(second.last(line.Dial).leg))
    second.hear(line.Gone(legs["agent"]))
    assert second.desk.calls["a"].state is CallState.TALKING


@pytest.mark.rule("R-570")
def test_a_successor_brings_the_caller_to_who_was_asked_when_the_agent_went_meanwhile():
    first = Floor()
    talking(first, "1")
    first.do(conversation.consult, "1", "110", 20)
    third = first.last(line.Dial).leg
    first.hear(line.Answered(third))
    second = Floor()
    recovery.restore(second.desk, list(first.desk.agents.values()), list(first.desk.calls.values()))
    there = (line.Offered("a", "139a", "12345"),)
    recovery.link_up(second.desk, line.Standing(there, ((third, "a"),)), 40)
    second.hear()
    assert second.last(line.Resume).call == "a"
    assert second.state("1") is AgentState.WRAP_UP
    second.hear(line.Gone(third))
    assert second.over("a").leave is Leave.SERVED


@pytest.mark.rule("R-578")
def test_who_gets_a_caller_is_recorded_again(floor):
    talking(floor, "1", "2")
    floor.do(conversation.pause_recording, "1", 15, on=True)
    assert floor.last(line.PauseRecording).on
    floor.do(conversation.transfer, "1", "2", 20)
    assert not floor.last(line.PauseRecording).on
    assert not floor.desk.calls["a"].paused
