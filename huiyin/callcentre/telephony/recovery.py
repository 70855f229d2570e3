"""Taking calls back: after the distributor died, another took over, or the switch was away.

The ledger says what was, the switch says what still stands, and the switch is right.
"""

from __future__ import annotations

from collections.abc import Iterable

from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.facts import Agent, Call
from huiyin.callcentre.telephony.legs import Role
from huiyin.callcentre.telephony.parting import goes_on
from huiyin.callcentre.telephony.states import AgentState, CallState, Skill, Why

_SPOKEN = (CallState.TALKING, CallState.HELD)


def restore(desk: Distributor, agents: Iterable[Agent], calls: Iterable[Call]) -> None:
    """Know what an earlier distributor knew, before the line has told what still stands."""
    for agent in agents:
        desk.agents[agent.seat] = agent
    for call in sorted(calls, key=lambda each: each.place or each.arrived):
        desk.admit(call)
        call.joined = call.spoke = call.state in _SPOKEN  # what the switch holds has been joined
        if call.spans:  # the stretch that was open goes on
            last = call.spans.pop()
            call.open = (last.kind, last.began, last.seat)
        desk.legs.update(call.legs)
        for name, leg in call.legs.items():
            there = desk.agents.get(leg.seat)
            if there is not None and there.call == call.key:
                there.leg = name


def link_up(desk: Distributor, standing: line.Standing, at: float) -> None:
    """Fit what we know to what the switch holds.

    Conversations go on. Whoever waited, waits at the same place; whoever came meanwhile waits since
    now; a call that is no longer there has ended, and is written down as such.

    Source: R-232 (issue of calls 8; requirement 36).
    """
    there = {offered.call for offered in standing.calls} | {leg for leg, _ in standing.legs}
    for call in list(desk.calls.values()):
        _fit(desk, call, there, at)
    for offered in standing.calls:
        if offered.call not in desk.channels:
            _found(desk, offered, at)
    for agent in list(desk.agents.values()):
        _fit_agent(desk, agent, at)


def _fit(desk: Distributor, call: Call, there: set[str], at: float) -> None:
    """Keep, take back into the queue, or end one call that we knew."""
    for leg in [leg for leg in call.legs if leg not in there]:
        desk.legs.pop(leg, None)
        del call.legs[leg]
    waits_without = call.promised and call.state in (CallState.WAITING, CallState.RINGING)
    if call.channel and call.channel not in there and not waits_without:
        desk.end(call, at)
        return
    if call.channel not in there:
        call.channel = ""
    if call.state in _SPOKEN and _somebody_speaks(desk, call, at):
        call.joined = call.spoke = True
        return
    for leg in sorted(call.legs.keys() - {call.channel}):
        desk.legs.pop(leg, None)
        desk.commands.append(line.Drop(leg))
        del call.legs[leg]
    if call.direction is Direction.OUT or call.state in (CallState.LEAVING, *_SPOKEN):
        desk.end(call, at)
        return
    call.state = CallState.GREETING  # from here the queue may be entered again
    call.seat, call.staff = "", 0
    desk.enqueue(call, at)


def _somebody_speaks(desk: Distributor, call: Call, at: float) -> bool:
    """Tell whether somebody is left with the caller; who was asked goes on without the agent."""
    with_caller = {leg.seat: leg.role for name, leg in call.legs.items() if name != call.channel}
    if call.seat:
        if call.seat in with_caller:
            return True
        call.seat = ""
        return goes_on(desk, call, at)
    return bool(set(with_caller.values()) - {Role.EAR})


def _fit_agent(desk: Distributor, agent: Agent, at: float) -> None:
    """Let an agent go on: with the call that still stands, else after it."""
    call = desk.calls.get(agent.call)
    if agent.state in (AgentState.RINGING, AgentState.CALLING, AgentState.TALKING):
        if call is not None and call.state in _SPOKEN and agent.leg in call.legs:
            return
        ringing = agent.state is AgentState.RINGING
        desk.release(agent, at, Why.CALLER_LEFT if ringing else Why.TAKEN_BACK)
    elif agent.state is AgentState.READY:
        desk.free.add(agent)
        desk.serve_agent(agent, at)
    elif agent.state is AgentState.WRAP_UP:
        desk.later(at + desk.settings.wrap, "wrap", agent.seat, agent.since)


def _found(desk: Distributor, offered: line.Offered, at: float) -> None:
    """Take a call that came while nobody listened: it waits since now, without a notice."""
    call = Call(
        key=offered.call, direction=Direction.IN, number=offered.number, line=offered.line,
        arrived=at, skill=desk.settings.lines.get(offered.line, Skill.GENERAL),
        priority=desk.known(offered.number), channel=offered.call,
    )  # fmt: skip
    desk.admit(call)
    desk.enqueue(call, at)
