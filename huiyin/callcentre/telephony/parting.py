"""What follows when a leg that we rang has gone: for its agent, and for the call that may go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from huiyin.callcentre.calls.states import Direction, SpanKind
from huiyin.callcentre.telephony import line, rules
from huiyin.callcentre.telephony.facts import Call, moved
from huiyin.callcentre.telephony.legs import Leg, Role
from huiyin.callcentre.telephony.states import AgentState, CallState, Why

if TYPE_CHECKING:  # which itself asks what follows
    from huiyin.callcentre.telephony.distributor import Distributor

Follows = Callable[["Distributor", Call, Leg, float, bool], None]


def _agent(desk: Distributor, call: Call, leg: Leg, at: float, reached: bool) -> None:  # noqa: FBT001
    agent = desk.agents.get(leg.seat)
    if call.state is CallState.RINGING:
        if agent is not None:
            desk.release(agent, at, Why.NO_ANSWER if reached else Why.UNREACHABLE)
        _not_taken(desk, call, leg.seat, at)
        return
    if agent is not None:
        desk.release(agent, at, Why.CALL_OVER)
    _left(desk, call, leg, at)


def _left(desk: Distributor, call: Call, leg: Leg, at: float) -> None:
    """Let a call that an agent has left wait again, go on with a third party, or end."""
    if _never_joined(desk, call):
        _wait_again(desk, call, at)
        return
    if call.seat == leg.seat:
        call.seat = ""
    if not goes_on(desk, call, at):
        desk.end(call, at)


def goes_on(desk: Distributor, call: Call, at: float) -> bool:
    """Let a call go on whose agent has gone while a third party is in it; False when none is.

    A caller on hold is brought to the third party who was asked. One whom nobody has answered yet
    is given the caller, as by a transfer: to hang up on somebody for whom 110 is being called is
    never right.

    Source: R-570 (issue of calls 2, 8; handbook domain.md 5.1).
    """
    asked = third_of(call)
    if not asked or call.state not in (CallState.TALKING, CallState.HELD):
        return False
    seat = call.legs[asked[0]].seat
    if call.paused:
        desk.pause(call, on=False)
    if not up(call):
        if call.state is CallState.TALKING:
            desk.commands.append(line.Park(call.channel))
        for name in asked:
            desk.keep_leg(call, name, replace(call.legs[name], role=Role.MOVED))
        desk.span(call, SpanKind.RING, at, seat)
        desk.move(call, CallState.MOVING, at)
        return True
    if call.state is CallState.HELD:
        desk.commands.append(line.Resume(call.channel))
    desk.span(call, SpanKind.TALK, at, seat)
    hand_over(desk, call, up(call)[0])
    desk.move(call, CallState.TALKING, at)
    return True


def hand_over(desk: Distributor, call: Call, name: str) -> None:
    """Let a third party who is one of ours be the call's agent; one outside stays who they are."""
    other = desk.agents.get(call.legs[name].seat)
    if other is not None:
        desk.keep_leg(call, name, replace(call.legs[name], role=Role.AGENT))
        call.seat, call.staff = other.seat, other.staff


def third_of(call: Call) -> list[str]:
    """Return the legs of third parties."""
    return [name for name, leg in call.legs.items() if leg.role is Role.THIRD]


def up(call: Call) -> list[str]:
    """Return the legs of third parties who have answered."""
    return [name for name in third_of(call) if call.legs[name].up]


def _never_joined(desk: Distributor, call: Call) -> bool:
    """Tell whether a caller is still there whom nobody who picked up has been brought to."""
    there = call.direction is Direction.IN and call.channel in desk.channels
    return there and call.state is CallState.TALKING and not call.joined


def _wait_again(desk: Distributor, call: Call, at: float) -> None:
    """Let a caller wait on at the same place, before those who came later.

    Who picked up had hung up before both could be brought together, as happens when the switch
    has much to do: the caller has heard nobody, and is not hung up on.

    Source: R-520 (issue of calls 8; handbook domain.md 5.3).
    """
    if not call.spoke:
        call.answered = None
    call.seat, call.staff = "", 0
    call.priority = max(call.priority, rules.REPEATED)
    desk.enqueue(call, at)


def _not_taken(desk: Distributor, call: Call, seat: str, at: float) -> None:
    """Let a call wait again that was not taken at one seat; go on to the next agent.

    An agent who does not take up the own telephone has not tried to reach anybody.
    """
    call.tried.add(seat)
    call.seat, call.staff = "", 0
    if call.direction is Direction.OUT:
        call.missed = None
        desk.end(call, at)
        return
    desk.enqueue(call, at)


def _caller(desk: Distributor, call: Call, _leg: Leg, at: float, _reached: bool) -> None:  # noqa: FBT001
    desk.end(call, at)


def _moved(desk: Distributor, call: Call, leg: Leg, at: float, _reached: bool) -> None:  # noqa: FBT001
    """Bring back a caller whose transfer failed; end the call when the talk is over."""
    agent = desk.agents.get(leg.seat)
    if call.state is CallState.MOVING:
        if agent is not None and agent.call == call.key:
            desk.release(agent, at, Why.NO_ANSWER)
        call.tried.add(leg.seat)
        call.priority = max(call.priority, rules.REPEATED)
        desk.enqueue(call, at)
        return
    if agent is not None and agent.call == call.key:
        desk.release(agent, at, Why.CALL_OVER)
    _left(desk, call, leg, at)


def _third(desk: Distributor, call: Call, leg: Leg, at: float, reached: bool) -> None:  # noqa: FBT001
    agent = desk.agents.get(leg.seat)
    if agent is not None and agent.call == call.key:
        ringing = agent.state is AgentState.RINGING
        why = Why.NO_ANSWER if reached else Why.UNREACHABLE
        desk.release(agent, at, why if ringing else Why.CALL_OVER)
    if not call.seat and not third_of(call):
        desk.end(call, at)
        return
    if call.open and call.open[0] in (SpanKind.CONSULT, SpanKind.THREE, SpanKind.RING):
        kind = SpanKind.HOLD if call.state is CallState.HELD else SpanKind.TALK
        desk.span(call, kind, at, call.seat)
    desk.facts.append(moved(call, at))


def _ear(desk: Distributor, call: Call, leg: Leg, at: float, _reached: bool) -> None:  # noqa: FBT001
    """Let a floor leader go on; nothing changes for those who were overheard."""
    leader = desk.agents.get(leg.seat)
    if leader is not None and leader.call == call.key:
        desk.release(leader, at, Why.CALL_OVER)
    desk.facts.append(moved(call, at))


GONE: dict[Role, Follows] = {
    Role.AGENT: _agent,
    Role.CALLER: _caller,
    Role.MOVED: _moved,
    Role.THIRD: _third,
    Role.EAR: _ear,
}
