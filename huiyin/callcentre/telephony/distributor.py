"""The distributor: one call after the other to the right agent. No input, no output, no clock.

``hear`` takes what the line tells, the methods named by verbs take what agents wish, ``tick`` lets
time pass; each puts commands for the line and facts for the ledger into ``commands`` and
``facts``, which ``take`` empties. What agents do inside a call is in ``conversation``.
"""

from __future__ import annotations

import heapq
import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

from huiyin.callcentre.calls.states import Direction, SpanKind
from huiyin.callcentre.telephony import line, parting, rules
from huiyin.callcentre.telephony.facts import (
    Agent,
    AgentMoved,
    Call,
    CallOver,
    Fact,
    RecordingReady,
    Span,
    how,
    lost,
    moved,
)
from huiyin.callcentre.telephony.legs import Leg, Role
from huiyin.callcentre.telephony.pools import Free, Waiting
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import AgentState, CallState, Skill, Why
from huiyin.kernel.errors import Refused, WrongState


class Distributor:
    """All calls and agents of one installation; lives in one process at a time.

    Args:
        known: the priority of a number when it calls.
        name: makes names that are never used twice.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        known: Callable[[str], int] = lambda _number: 0,
        name: Callable[[], str] = lambda: secrets.token_hex(10),
    ) -> None:
        self.settings = settings
        self.calls: dict[str, Call] = {}
        self.agents: dict[str, Agent] = {}
        self.legs: dict[str, Leg] = {}
        self.commands: list[line.Command] = []
        self.facts: list[Fact] = []
        self.name = name
        self.known = known
        self.channels: dict[str, str] = {}
        self._waiting = Waiting(self.calls)
        self.free = Free(self.agents)
        self._timers: list[tuple[float, int, str, str, float]] = []
        self._serial = 0

    def take(self) -> tuple[list[line.Command], list[Fact]]:
        """Return what has come up since the last time, and forget it."""
        commands, facts = self.commands, self.facts
        self.commands, self.facts = [], []
        return commands, facts

    # -- the line tells ---------------------------------------------------------------------

    def hear(self, event: line.Event, at: float) -> None:
        """Take one event of the line; when the switch is back, see ``recovery`` as well."""
        match event:
            case line.Offered():
                self._offered(event, at)
            case line.Prompted():
                self._prompted(self.calls.get(event.call), at)
            case line.Pressed():
                self._pressed(self.calls.get(event.call), event.digit, at)
            case line.Answered():
                self._leg_answered(event.leg, at)
            case line.Failed() | line.Gone():
                name = event.leg if isinstance(event, line.Failed) else event.channel
                reached = isinstance(event, line.Gone) or "busy" in event.reason
                self._gone(name, at, reached=reached)
            case line.Joined():
                self._joined(self.calls.get(self.channels.get(event.call, "")))
            case line.Recorded() | line.Lost():
                self._noted(event, at)

    def _noted(self, event: line.Recorded | line.Lost, at: float) -> None:
        """Write down what asks for nothing: a recording is complete, a caller came and went."""
        if isinstance(event, line.Recorded):
            self.facts.append(RecordingReady(event.name, at))
        elif event.call not in self.calls:
            self.facts.append(lost(event))

    @staticmethod
    def _joined(call: Call | None) -> None:
        """Know that both can speak; a call that has ended meanwhile is none of ours."""
        if call is not None:
            call.joined = call.spoke = True

    def _offered(self, event: line.Offered, at: float) -> None:
        if event.call in self.calls:
            return
        call = Call(
            key=event.call, direction=Direction.IN, number=event.number, line=event.line,
            arrived=at, channel=event.call, priority=self.known(event.number),
            skill=self.settings.lines.get(event.line, Skill.GENERAL),
        )  # fmt: skip
        self.admit(call)
        closed = event.line in self.settings.closed
        self.commands.append(
            line.Answer(call.key, line.Prompt.CLOSED if closed else line.Prompt.NOTICE)
        )
        self.move(call, CallState.LEAVING if closed else CallState.GREETING, at)

    def admit(self, call: Call) -> None:
        """Know a call from now on."""
        self._serial += 1
        call.serial = self._serial
        self.calls[call.key] = call
        if call.channel:
            self.channels[call.channel] = call.key

    def prioritise(self, key: str, priority: int) -> None:
        """Give a call the priority that was found for its number while it heard the notice."""
        call = self.calls.get(key)
        if call is None or priority <= call.priority:
            return
        call.priority = priority
        if call.state is CallState.WAITING:
            self._waiting.add(call, (call.skill,))

    def _prompted(self, call: Call | None, at: float) -> None:
        if call is None:
            return
        if call.state is CallState.GREETING:
            self.enqueue(call, at)
        elif call.state is CallState.WAITING:
            self.commands.append(line.Music(call.key))
        elif call.state is CallState.LEAVING:
            self.commands.append(line.Drop(call.channel))

    def _pressed(self, call: Call | None, digit: str, at: float) -> None:
        """Take a key: before the queue it chooses a skill, in the queue a call back."""
        if call is None:
            return
        if call.state is CallState.GREETING and digit in self.settings.keys:
            call.skill = self.settings.keys[digit]
        elif call.state is CallState.WAITING and digit == self.settings.call_back_key:
            self._promise(call, at)

    def _promise(self, call: Call, at: float) -> None:
        """Let the caller hang up and be called back: the call keeps its place in the queue."""
        if not (call.number and self.settings.outgoing):
            return
        if not rules.may_dial(call.number, self.settings.barred):
            return
        self.commands.append(line.Play(call.channel, line.Prompt.CALL_BACK))
        call.promised = True
        self.facts.append(moved(call, at))

    # -- the queue --------------------------------------------------------------------------

    def enqueue(self, call: Call, at: float) -> None:
        """Let a call wait; one that comes back keeps its place.

        After the overflow time those who did not take it may be rung again: else a caller whom the
        only agent missed once would wait for nobody.

        Source: R-611 (issue of calls 2: ring time-out, no agent left, overflow).
        """
        call.place = call.place or at
        self.span(call, SpanKind.WAIT, at)
        self.move(call, CallState.WAITING, at)
        waited = at - call.place
        self._waiting.add(call, rules.skills_wanted(call.skill, waited, self.settings))
        if call.channel:
            self.commands.append(line.Music(call.key))
        if waited < self.settings.overflow:
            self.later(call.place + self.settings.overflow, "overflow", call.key, call.place)
        else:
            call.tried.clear()
        self.later(call.place + self.settings.longest, "longest", call.key, call.place)
        if self.settings.announce:
            self.later(at + self.settings.announce, "announce", call.key, call.place)
        first = call.place == at
        self._serve_call(call, at)
        if self.settings.surge and first and call.channel and call.state is CallState.WAITING:
            self.commands.append(line.Play(call.channel, line.Prompt.SURGE))

    def _serve_call(self, call: Call, at: float) -> None:
        skills = rules.skills_wanted(call.skill, at - call.place, self.settings)
        agent = self.free.longest_idle(skills, call.tried.__contains__)
        if agent is not None:
            self._assign(call, agent, at)

    def serve_agent(self, agent: Agent, at: float) -> None:
        """Give a free agent the call that is to be served next."""
        call = self._waiting.first(agent)
        if call is not None:
            self._assign(call, agent, at)

    def _assign(self, call: Call, agent: Agent, at: float) -> None:
        leg = self.ring(call, agent, at, Role.AGENT)
        call.seat, call.staff = agent.seat, agent.staff
        self.move(call, CallState.RINGING, at)
        agent.call, agent.leg = call.key, leg
        self.become(agent, AgentState.RINGING, at, Why.OFFERED)

    def ring(self, call: Call, agent: Agent, at: float, role: Role) -> str:
        """Ring the phone of an agent for a call; return the leg."""
        leg = self._new_leg(call, Leg(call.key, role, agent.seat))
        self.span(call, SpanKind.RING, at, agent.seat)
        self.commands.append(line.Ring(leg, call.key, agent.seat, call.number, self.settings.ring))
        self.later(at + self.settings.ring + 3, "ring", leg, 0)
        return leg

    def dial(self, call: Call, number: str, role: Role) -> str:
        """Call a number outside for a call; return the leg."""
        leg = self._new_leg(call, Leg(call.key, role, number))
        self.commands.append(line.Dial(leg, call.key, number, 45))
        return leg

    def _new_leg(self, call: Call, leg: Leg) -> str:
        name = self.name()
        self.keep_leg(call, name, leg)
        return name

    def keep_leg(self, call: Call, name: str, leg: Leg) -> None:
        """Know what a leg is for, from now on."""
        self.legs[name] = call.legs[name] = leg

    # -- legs -------------------------------------------------------------------------------

    def _leg_answered(self, name: str, at: float) -> None:
        leg = self.legs.get(name)
        call = self.calls.get(leg.call) if leg else None
        if leg is None or call is None:
            self.commands.append(line.Drop(name))
            return
        _ANSWERED[leg.role](self, call, name, at)

    def _agent_answered(self, call: Call, leg: str, at: float) -> None:
        agent = self.agents[self.legs[leg].seat]
        if call.direction is Direction.OUT or not call.channel:
            self.span(call, SpanKind.RING, at)
            self.move(call, CallState.DIALLING, at)
            if agent.state is not AgentState.CALLING:
                self.become(agent, AgentState.CALLING, at, Why.ANSWERED)
            self.dial(call, call.number, Role.CALLER)
            return
        self._talk(call, leg, at)

    def _caller_answered(self, call: Call, leg: str, at: float) -> None:
        call.channel = leg
        self.channels[leg] = call.key
        self._talk(call, self.agents[call.seat].leg, at)

    def _talk(self, call: Call, leg: str, at: float) -> None:
        """Bring caller and agent together."""
        agent = self.agents[self.legs[leg].seat]
        if call.answered is None:
            call.answered = at
        call.seat, call.staff = agent.seat, agent.staff
        agent.call, agent.leg = call.key, leg
        call.recording = call.recording or f"call-{self.name()}"
        call.joined = False
        self.span(call, SpanKind.TALK, at, agent.seat)
        self.move(call, CallState.TALKING, at)
        self.commands.append(line.Connect(call.channel, leg, call.recording))
        self.become(agent, AgentState.TALKING, at, Why.ANSWERED)

    def _moved_answered(self, call: Call, leg: str, at: float) -> None:
        """Connect a caller who was transferred: to an agent, or to somebody outside."""
        seat = self.legs[leg].seat
        if seat in self.agents:
            self._talk(call, leg, at)
            return
        self.span(call, SpanKind.TALK, at, seat)
        call.seat, call.joined = "", False
        self.move(call, CallState.TALKING, at)
        self.commands.append(line.Connect(call.channel, leg, call.recording))

    def _third_answered(self, call: Call, leg: str, at: float) -> None:
        seat = self.legs[leg].seat
        self.keep_leg(call, leg, replace(self.legs[leg], up=True))
        held = call.state is CallState.HELD
        self.span(call, SpanKind.CONSULT if held else SpanKind.THREE, at, seat)
        if seat in self.agents:
            self.become(self.agents[seat], AgentState.TALKING, at, Why.ANSWERED)
        self.commands.append(line.Join(call.channel, leg))
        self.facts.append(moved(call, at))

    def _ear_answered(self, call: Call, leg: str, at: float) -> None:
        agent = self.agents.get(call.seat)
        if agent is None:
            self.commands.append(line.Drop(leg))
            return
        leader = self.agents.get(self.legs[leg].seat)
        if leader is not None and leader.leg == leg:
            self.become(leader, AgentState.TALKING, at, Why.ANSWERED)
        ear = self.legs[leg].ear
        self.commands.append(line.Overhear(call.channel, leg, agent.leg, ear))

    def _gone(self, name: str, at: float, *, reached: bool) -> None:
        """Take that a caller or a leg has ended, whoever ended it; told twice it does nothing."""
        key = self.channels.pop(name, None)
        leg = self.legs.pop(name, None)
        call = self.calls.get(key or (leg.call if leg else ""))
        if call is None:
            return
        call.legs.pop(name, None)
        if key is not None:
            self._caller_gone(call, at)
        elif leg is not None:
            parting.GONE[leg.role](self, call, leg, at, reached)

    def _caller_gone(self, call: Call, at: float) -> None:
        """End the call of somebody who has hung up, unless they are to be called back."""
        if call.promised and call.state in (CallState.WAITING, CallState.RINGING):
            call.channel = ""
            self.facts.append(moved(call, at))
            return
        self.end(call, at)

    # -- the end ----------------------------------------------------------------------------

    def end(self, call: Call, at: float) -> None:
        """End a call: hang up what is left of it, free the agent, write down all of it."""
        if not call.spoke:  # picking up a phone is no answer until both could speak
            call.answered = None
        left = how(call)
        channels = [call.channel] if call.channel in self.channels else []
        for name in [*channels, *sorted(call.legs)]:
            self.channels.pop(name, None)
            leg = self.legs.pop(name, None)
            self.commands.append(line.Drop(name))
            agent = self.agents.get(leg.seat) if leg else None
            if agent is not None and agent.call == call.key:
                ringing = agent.state is AgentState.RINGING
                self.release(agent, at, Why.CALLER_LEFT if ringing else Why.CALL_OVER)
        self.commands.append(line.Close(call.channel or call.key, call.recording))
        self.close_span(call, at, left.value)
        call.legs.clear()
        call.state = CallState.ENDED
        del self.calls[call.key]
        self.facts.append(
            CallOver(
                call.key, call.direction, call.number, call.line, call.arrived, call.answered,
                max(at, call.answered or call.arrived), left, call.staff, call.order, call.missed,
                call.recording, tuple(call.spans),
            )
        )  # fmt: skip

    def pause(self, call: Call, *, on: bool) -> None:
        """Record a call no longer, or again."""
        call.paused = on
        self.commands.append(line.PauseRecording(call.recording, on))

    def leave(self, call: Call, agent: Agent, at: float) -> None:
        """Let an agent out of a call that goes on with others."""
        self.commands.append(line.Drop(agent.leg))
        if call.paused:
            self.pause(call, on=False)
        self.legs.pop(agent.leg, None)
        call.legs.pop(agent.leg, None)
        if call.seat == agent.seat:
            call.seat = ""
        self.release(agent, at, Why.CALL_OVER)

    def release(self, agent: Agent, at: float, why: Why) -> None:
        """Let an agent go on after a call, or after one that did not come about."""
        key, agent.leg = agent.call, ""
        if why in (Why.NO_ANSWER, Why.UNREACHABLE):
            to = AgentState.BUSY
        elif why is Why.CALLER_LEFT and agent.state is AgentState.RINGING:
            to = AgentState.READY
        else:
            to = AgentState.WRAP_UP if self.settings.wrap else AgentState.READY
        if agent.then is not None:
            to, agent.then = agent.then, None
        agent.call = key if to is AgentState.WRAP_UP else ""  # before they are given the next one
        self.become(agent, to, at, why, call=key)
        if to is AgentState.WRAP_UP:
            self.later(at + self.settings.wrap, "wrap", agent.seat, at)

    # -- agents -----------------------------------------------------------------------------

    def sign_in(self, seat: str, staff: int, skills: Iterable[Skill], at: float) -> None:
        """Let somebody take calls at a seat; they begin busy, and say when they are ready.

        Raises:
            Refused: somebody else sits there, or this person sits elsewhere.
        """
        if seat in self.agents:
            raise Refused("这个席位已有人签入")
        if any(agent.staff == staff for agent in self.agents.values()):
            raise Refused("您已在另一个席位签入", remedy="请先在那里签出")
        agent = Agent(seat, staff, frozenset(skills), AgentState.SIGNED_OUT, at)
        self.agents[seat] = agent
        self.become(agent, AgentState.BUSY, at, Why.SIGNED_IN)

    def choose(self, seat: str, to: AgentState, at: float) -> None:
        """Change an agent's state as they ask; in a call, when it is over.

        Raises:
            WrongState: the table of states has no such move.

        Source: R-223 (handbook domain.md 5.1).
        """
        agent = self.agent(seat)
        if agent.state in (AgentState.TALKING, AgentState.CALLING, AgentState.RINGING):
            agent.then = None if to is AgentState.READY else to
            return
        rules.check_agent_move(agent.state, to)
        before, agent.call = agent.call, ""  # before they are given the next one
        self.become(agent, to, at, Why.ASKED, call=before)

    def agent(self, seat: str) -> Agent:
        """Return who sits at a seat. Raises WrongState when nobody does."""
        found = self.agents.get(seat)
        if found is None:
            raise WrongState("请先签入席位")
        return found

    def become(self, agent: Agent, to: AgentState, at: float, why: Why, *, call: str = "") -> None:
        """Change an agent's state, write it down, and serve the next call when they are free."""
        rules.check_agent_move(agent.state, to)
        was, agent.state, agent.since = agent.state, to, at
        of = call or agent.call
        self.facts.append(AgentMoved(agent.seat, agent.staff, was, to, at, why, of))
        if to is AgentState.SIGNED_OUT:
            del self.agents[agent.seat]
        elif to is AgentState.READY:
            agent.call = ""
            self.free.add(agent)
            self.serve_agent(agent, at)

    # -- time -------------------------------------------------------------------------------

    def next_due(self) -> float | None:
        """Return when something is due next."""
        return self._timers[0][0] if self._timers else None

    def tick(self, at: float) -> None:
        """Do what is due."""
        while self._timers and self._timers[0][0] <= at:
            due, _, kind, key, mark = heapq.heappop(self._timers)
            _DUE[kind](self, key, mark, max(due, at))

    def later(self, due: float, kind: str, key: str, mark: float) -> None:
        """Have something done at a time, if ``mark`` still holds then."""
        self._serial += 1
        heapq.heappush(self._timers, (due, self._serial, kind, key, mark))

    def _due_ring(self, leg: str, _mark: float, at: float) -> None:
        """Give up a phone that rings too long although the switch has not said so."""
        found = self.legs.get(leg)
        call = self.calls.get(found.call) if found else None
        if call is not None and call.state in (CallState.RINGING, CallState.MOVING):
            self.commands.append(line.Drop(leg))
            self._gone(leg, at, reached=True)

    def _due_wrap(self, seat: str, mark: float, at: float) -> None:
        agent = self.agents.get(seat)
        if agent and agent.state is AgentState.WRAP_UP and agent.since == mark:
            self.become(agent, AgentState.READY, at, Why.WRAP_OVER)

    def _due_overflow(self, key: str, mark: float, at: float) -> None:
        call = self._still_waiting(key, mark)
        if call is not None:
            call.tried.clear()
            self._waiting.add(call, (skill for skill in Skill if skill is not call.skill))
            self._serve_call(call, at)

    def _due_longest(self, key: str, mark: float, at: float) -> None:
        """Promise to call back whoever has waited too long; they may then hang up."""
        call = self._still_waiting(key, mark)
        if call is not None and not call.promised:
            self._promise(call, at)

    def _due_announce(self, key: str, mark: float, at: float) -> None:
        call = self._still_waiting(key, mark)
        if call is not None and call.channel and not call.promised:
            ahead = self._waiting.ahead_of(call)
            self.commands.append(line.Play(call.channel, line.Prompt.POSITION, ahead + 1))
            self.later(at + self.settings.announce, "announce", key, mark)

    def _still_waiting(self, key: str, mark: float) -> Call | None:
        call = self.calls.get(key)
        waits = call is not None and call.state is CallState.WAITING and call.place == mark
        return call if waits else None

    # -- writing down -----------------------------------------------------------------------

    def move(self, call: Call, to: CallState, at: float) -> None:
        """Change the state of a call and write it down."""
        if call.state is not to:
            rules.check_call_move(call.state, to)
        call.state = to
        self.facts.append(moved(call, at))

    def span(self, call: Call, kind: SpanKind, at: float, seat: str = "") -> None:
        """Begin a stretch of a call; what was open ends."""
        self.close_span(call, at, "")
        call.open = (kind, at, seat)

    @staticmethod
    def close_span(call: Call, at: float, result: str) -> None:
        """End the stretch that is open."""
        if call.open is not None:
            kind, began, seat = call.open
            call.spans.append(Span(kind, began, max(began, at), seat, result))
            call.open = None


_ANSWERED: dict[Role, Callable[[Distributor, Call, str, float], None]] = {
    Role.AGENT: Distributor._agent_answered,
    Role.CALLER: Distributor._caller_answered,
    Role.MOVED: Distributor._moved_answered,
    Role.THIRD: Distributor._third_answered,
    Role.EAR: Distributor._ear_answered,
}
_DUE: dict[str, Callable[[Distributor, str, float, float], None]] = {
    "ring": Distributor._due_ring,
    "wrap": Distributor._due_wrap,
    "overflow": Distributor._due_overflow,
    "longest": Distributor._due_longest,
    "announce": Distributor._due_announce,
}
