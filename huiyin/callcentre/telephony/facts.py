"""What the distributor has to say: calls and agents as they are, and facts to be stored."""

from __future__ import annotations

from dataclasses import dataclass, field

from huiyin.callcentre.calls.states import Direction, SpanKind
from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.legs import Leg
from huiyin.callcentre.telephony.states import AgentState, CallState, Leave, Skill, Why


@dataclass(frozen=True, slots=True)
class Span:
    """One stretch of a call: waiting, ringing, talking, on hold; ``seat`` is who had it."""

    kind: SpanKind
    began: float
    ended: float
    seat: str = ""
    result: str = ""


@dataclass(slots=True)
class Agent:
    """Somebody who is signed in at a seat. ``then`` is what they asked to be after this call."""

    seat: str
    staff: int
    skills: frozenset[Skill]
    state: AgentState = AgentState.BUSY
    since: float = 0.0
    call: str = ""
    leg: str = ""
    then: AgentState | None = None


@dataclass(slots=True)
class Call:
    """One call from its arrival to its end; moments are seconds since the epoch.

    ``channel`` is the caller's, empty while there is none: an outgoing call that still rings at the
    agent's, or a caller who hung up to be called back. ``joined`` tells that the caller has been
    brought together with who talks now, ``spoke`` that they have been with anybody.
    """

    key: str
    direction: Direction
    number: str
    line: str
    arrived: float
    skill: Skill = Skill.GENERAL
    priority: int = 0
    serial: int = 0
    state: CallState = CallState.GREETING
    channel: str = ""
    place: float = 0.0
    answered: float | None = None
    seat: str = ""
    staff: int = 0
    order: int | None = None
    missed: int | None = None
    promised: bool = False
    recording: str = ""
    paused: bool = False
    joined: bool = False
    spoke: bool = False
    tried: set[str] = field(default_factory=set)
    legs: dict[str, Leg] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    open: tuple[SpanKind, float, str] | None = None


@dataclass(frozen=True, slots=True)
class AgentMoved:
    """An agent's state changed."""

    seat: str
    staff: int
    was: AgentState
    to: AgentState
    at: float
    why: Why
    call: str = ""


@dataclass(frozen=True, slots=True)
class CallMoved:
    """A call's state changed; what is needed to take it back after a restart."""

    key: str
    direction: Direction
    number: str
    line: str
    arrived: float
    skill: Skill
    priority: int
    state: CallState
    channel: str
    place: float
    answered: float | None
    seat: str
    staff: int
    order: int | None
    missed: int | None
    promised: bool
    recording: str
    paused: bool
    legs: tuple[tuple[str, Leg], ...]
    spans: tuple[Span, ...]
    at: float


@dataclass(frozen=True, slots=True)
class CallOver:
    """A call has ended: all of it."""

    key: str
    direction: Direction
    number: str
    line: str
    arrived: float
    answered: float | None
    ended: float
    leave: Leave
    staff: int
    order: int | None
    missed: int | None
    recording: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class RecordingReady:
    """A recording can be fetched from the switch."""

    name: str
    at: float


Fact = AgentMoved | CallMoved | CallOver | RecordingReady


def _name(leg: tuple[str, Leg]) -> str:
    return leg[0]


def moved(call: Call, at: float) -> CallMoved:
    """Return a call as it is now; the stretch that is open ends where it is written down."""
    spans = call.spans
    if call.open is not None:
        kind, began, seat = call.open
        spans = [*spans, Span(kind, began, max(began, at), seat)]
    return CallMoved(
        call.key, call.direction, call.number, call.line, call.arrived, call.skill, call.priority,
        call.state, call.channel, call.place, call.answered, call.seat, call.staff, call.order,
        call.missed, call.promised, call.recording, call.paused,
        tuple(sorted(call.legs.items(), key=_name)), tuple(spans), at,
    )  # fmt: skip


def how(call: Call) -> Leave:
    """Return how a call ends that ends in this state."""
    if call.answered is not None:
        return Leave.SERVED
    if call.state is CallState.LEAVING:
        return Leave.CLOSED
    if call.direction is Direction.OUT:
        return Leave.UNREACHED
    return Leave.CALL_BACK if call.promised else Leave.ABANDONED


def lost(event: line.Lost) -> CallOver:
    """Return the end of a call that came and went while nobody distributed.

    Source: R-577 (issue of calls 8; requirements 10, 36).
    """
    ended = max(event.came, event.ended)
    return CallOver(
        event.call, Direction.IN, event.number, event.line, event.came, None, ended,
        Leave.ABANDONED, 0, None, None, "", (Span(SpanKind.WAIT, event.came, ended),),
    )  # fmt: skip
