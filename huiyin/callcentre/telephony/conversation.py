"""What an agent, or the leader of the floor, may do inside a call. Each wish is one function."""

from __future__ import annotations

from huiyin.callcentre.calls.states import Direction, SpanKind
from huiyin.callcentre.telephony import line, rules
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.facts import Agent, Call, moved
from huiyin.callcentre.telephony.legs import Leg, Role
from huiyin.callcentre.telephony.parting import hand_over, third_of, up
from huiyin.callcentre.telephony.states import AgentState, CallState, Why
from huiyin.kernel.errors import Invalid, Refused, WrongState

_LONGEST_NUMBER = 15


def call_of(desk: Distributor, seat: str, *states: CallState) -> tuple[Agent, Call]:
    """Return the agent and their call. Raises WrongState unless it is in one of the states."""
    agent = desk.agent(seat)
    call = desk.calls.get(agent.call)
    if call is None or call.seat != seat:
        raise WrongState("现在没有通话")
    if states and call.state not in states:
        raise WrongState(f"电话“{call.state.label}”时不能这样操作")
    return agent, call


def hold(desk: Distributor, seat: str, at: float) -> None:
    """Let the caller hear music."""
    _, call = call_of(desk, seat, CallState.TALKING)
    desk.commands.append(line.Park(call.channel))
    desk.span(call, SpanKind.HOLD, at, seat)
    desk.move(call, CallState.HELD, at)


def resume(desk: Distributor, seat: str, at: float) -> None:
    """Speak to the caller again; with a third party in the call this is the three-party call.

    Source: R-233 (issue of calls 2: three-party call of citizen, agent and 110 or a duty phone).
    """
    _, call = call_of(desk, seat, CallState.HELD)
    desk.commands.append(line.Resume(call.channel))
    desk.span(call, SpanKind.THREE if up(call) else SpanKind.TALK, at, seat)
    desk.move(call, CallState.TALKING, at)


def mute(desk: Distributor, seat: str, *, on: bool) -> None:
    """Be heard no longer, or again."""
    agent, _ = call_of(desk, seat, CallState.TALKING, CallState.HELD)
    desk.commands.append(line.Mute(agent.leg, on))


def pause_recording(desk: Distributor, seat: str, at: float, *, on: bool) -> None:
    """Record nothing while something sensitive is said, such as a card number.

    It lasts until the agent goes on, or leaves the caller to somebody else.

    Source: R-578 (issue of calls 4; requirement 36).
    """
    _, call = call_of(desk, seat, CallState.TALKING, CallState.HELD)
    desk.pause(call, on=on)
    desk.facts.append(moved(call, at))


def hang_up(desk: Distributor, seat: str, at: float) -> None:
    """End the call; whoever only hears another's, or was asked into it, leaves it alone."""
    agent = desk.agent(seat)
    leg = desk.legs.get(agent.leg)
    if leg is not None and leg.role in (Role.EAR, Role.THIRD):
        desk.commands.append(line.Drop(agent.leg))
        return
    _, call = call_of(desk, seat)
    desk.end(call, at)


def transfer(desk: Distributor, seat: str, to: str, at: float) -> None:
    """Give the caller away without asking: they hear music until the other side answers.

    If nobody does, the caller waits again, before those who came later.

    Source: R-234 (issue of calls 2; handbook domain.md 5.1).
    """
    agent, call = call_of(desk, seat, CallState.TALKING, CallState.HELD)
    target = _target(desk, seat, to)
    number = "" if target else _number(desk, to)
    if call.state is CallState.TALKING:
        desk.commands.append(line.Park(call.channel))
    desk.move(call, CallState.MOVING, at)
    desk.leave(call, agent, at)
    if target is None:
        desk.dial(call, number, Role.MOVED)
        desk.span(call, SpanKind.RING, at, to)
        return
    leg = desk.ring(call, target, at, Role.MOVED)
    target.call, target.leg = call.key, leg
    desk.become(target, AgentState.RINGING, at, Why.OFFERED)


def consult(desk: Distributor, seat: str, to: str, at: float) -> None:
    """Ask somebody while the caller hears music: another seat, 110, a unit's duty phone."""
    _, call = call_of(desk, seat, CallState.TALKING, CallState.HELD)
    if third_of(call):
        raise WrongState("已经接入了第三方")
    target = _target(desk, seat, to)
    number = "" if target else _number(desk, to)
    if call.state is CallState.TALKING:
        hold(desk, seat, at)
    if target is None:
        desk.dial(call, number, Role.THIRD)
    else:
        leg = desk.ring(call, target, at, Role.THIRD)
        target.call, target.leg = call.key, leg
        desk.become(target, AgentState.RINGING, at, Why.OFFERED)
    desk.facts.append(moved(call, at))


def complete(desk: Distributor, seat: str, at: float) -> None:
    """Leave caller and third party with each other: the end of an attended transfer.

    Source: R-234 (issue of calls 2).
    """
    agent, call = call_of(desk, seat, CallState.HELD, CallState.TALKING)
    third = up(call)
    if not third:
        raise WrongState("还没有接通第三方")
    if call.state is CallState.HELD:
        resume(desk, seat, at)
    desk.leave(call, agent, at)
    hand_over(desk, call, third[0])
    desk.facts.append(moved(call, at))


def drop_third(desk: Distributor, seat: str, at: float) -> None:
    """Let the third party go and speak to the caller again."""
    _, call = call_of(desk, seat, CallState.HELD, CallState.TALKING)
    for leg in third_of(call):
        desk.commands.append(line.Drop(leg))
    if call.state is CallState.HELD:
        resume(desk, seat, at)


def dial(
    desk: Distributor, seat: str, number: str, at: float, *,
    order: int | None = None, missed: int | None = None,
) -> Call:  # fmt: skip
    """Call somebody from a seat, about an order or a missed call: the agent's phone rings first.

    Lines for calls out are a pool of their own, so that those who call in are never kept out, and
    no phone reaches a line but through here.

    Raises:
        Invalid: not a number; Refused: every line for calls out is in use.

    Source: R-235, R-571 (requirement 5; issue of calls: toll fraud closed).
    """
    agent = desk.agent(seat)
    if agent.state not in (AgentState.READY, AgentState.BUSY, AgentState.WRAP_UP):
        raise WrongState(f"“{agent.state.label}”时不能外呼")
    wanted = _number(desk, number)
    call = Call(
        key=f"out-{desk.name()}", direction=Direction.OUT, number=wanted, line="", arrived=at,
        state=CallState.RINGING, order=order, missed=missed, seat=seat, staff=agent.staff,
    )  # fmt: skip
    desk.admit(call)
    leg = desk.ring(call, agent, at, Role.AGENT)
    desk.move(call, CallState.RINGING, at)
    agent.call, agent.leg = call.key, leg
    desk.become(agent, AgentState.CALLING, at, Why.OFFERED)
    return call


def overhear(desk: Distributor, seat: str, of: str, ear: line.Ear, at: float) -> None:
    """Let the leader of the floor hear a call, speak to the agent alone, or to both.

    The leader's telephone rings; meanwhile no call is offered there, and afterwards the leader is
    what they were before.

    Source: R-236 (requirements 40, 83: listening in and taking over long or abusive calls).
    """
    leader = desk.agent(seat)
    if leader.state not in (AgentState.READY, AgentState.BUSY):
        raise WrongState("请先结束自己的通话")
    _, call = call_of(desk, of, CallState.TALKING, CallState.HELD)
    if seat == of:
        raise Invalid("不能旁听自己的通话")
    name = desk.name()
    desk.keep_leg(call, name, Leg(call.key, Role.EAR, seat, ear))
    leader.call, leader.leg, leader.then = call.key, name, leader.state
    desk.commands.append(line.Ring(name, call.key, seat, call.number, desk.settings.ring))
    desk.become(leader, AgentState.CALLING, at, Why.OFFERED)
    desk.facts.append(moved(call, at))


def _target(desk: Distributor, seat: str, to: str) -> Agent | None:
    """Return the agent meant by a seat's extension; None for a number outside."""
    if to == seat:
        raise Invalid("不能转给自己")
    target = desk.agents.get(to)
    if target is None:
        return None
    if target.state is not AgentState.READY:
        raise Refused(f"{to} 席现在“{target.state.label}”，不能接听")
    return target


def _number(desk: Distributor, raw: str) -> str:
    """Return a number that may be called, when a line is free for it."""
    digits = raw.strip().replace("-", "").replace(" ", "")
    plain = digits.removeprefix("+")
    if not (plain.isascii() and plain.isdigit() and 3 <= len(plain) <= _LONGEST_NUMBER):
        raise Invalid("请填写正确的电话号码或席位号")
    if not rules.may_dial(digits, desk.settings.barred):
        raise Refused("没有开放拨打这类号码", remedy="国际长途等须由城市另行开放")
    used = sum(leg.role in (Role.CALLER, Role.MOVED, Role.THIRD) and leg.seat not in desk.agents
               for leg in desk.legs.values())  # fmt: skip
    if not desk.settings.outgoing:
        raise Refused("还没有登记外呼线路", remedy="请管理员在“话务”里登记")
    if used >= desk.settings.outgoing:
        raise Refused("外呼线路都在使用", remedy="请稍后再拨")
    return digits
