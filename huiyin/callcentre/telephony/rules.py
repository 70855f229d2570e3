"""Who is served first, by whom, and what follows: the rules of the distributor. Pure.

Times inside a running distributor are seconds since the epoch, as every call is compared with
every other; what is stored are moments.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

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

PRIORITIES: Mapping[NumberKind, int] = {NumberKind.PRIORITY: 30, NumberKind.CARE: 20}
REPEATED = 10
BARRED = ("00", "+")  # abroad
SURGE_AT = ((3.0, Surge.RED), (2.0, Surge.YELLOW), (1.5, Surge.BLUE))


@dataclass(frozen=True, slots=True)
class Settings:
    """The parameters in force, read once a minute from the city's dated rules.

    Attributes:
        ring: seconds an agent's phone rings before the call goes on.
        wrap: seconds of wrap-up after a call; overflow: seconds after which other skills help.
        longest: seconds after which a caller is promised to be called back instead.
        break_share: percent of those signed in who may rest at once; break_minutes: per shift.
        announce: seconds between two announcements of the position.
        lines: skill that each number of ours asks for; closed: numbers out of service.
        keys: skill that a digit asks for; call_back_key: digit that asks to be called back.
        outgoing: how many lines there are for calls out.
        surge: whoever must wait is told first that many call.
        barred: how numbers begin that are never called, neither by agents nor back.
    """

    ring: int = 15
    wrap: int = 90
    overflow: int = 60
    longest: int = 900
    break_share: int = 20
    break_minutes: int = 60
    announce: int = 45
    lines: Mapping[str, Skill] = field(default_factory=dict)
    closed: frozenset[str] = frozenset()
    keys: Mapping[str, Skill] = field(default_factory=dict)
    call_back_key: str = "*"
    outgoing: int = 30
    surge: bool = False
    barred: tuple[str, ...] = BARRED


def rank(priority: int, place: float, number: int) -> tuple[int, float, int]:
    """Return what a waiting call is ordered by: priority, then its place, then who came first.

    The place is when it began to wait; a call that comes back to the queue keeps it.

    Source: R-220 (issue of calls 2; handbook domain.md 5.3).
    """
    return (-priority, place, number)


def priority_of(kinds: Iterable[NumberKind], *, repeated: bool) -> int:
    """Return the priority of a caller: number lists, vulnerable callers, repeated calls.

    Source: R-221 (requirement 87; handbook domain.md 5.3: oldest or vulnerable first).
    """
    return max([PRIORITIES.get(kind, 0) for kind in kinds] + [REPEATED if repeated else 0])


def may_dial(number: str, barred: Iterable[str]) -> bool:
    """Tell whether a number may be called: none abroad, nor any other that the city has barred.

    So nobody at a seat, and nobody who shows us a foreign number and asks to be called back, can
    let us call at a price. A number of ours with the code of the country is one at home.

    Source: R-571 (issue of calls: toll fraud closed).
    """
    at_home = number.removeprefix("+86").removeprefix("0086")
    return not any(at_home.startswith(begin) for begin in barred)


def skills_wanted(wanted: Skill, waited: float, settings: Settings) -> tuple[Skill, ...]:
    """Return the skills whose agents may serve a call that has waited so long.

    After the overflow time any agent may: a person who speaks another language or knows other
    matters is better than none.

    Source: R-222 (handbook domain.md 3.2: seats for dialects and foreign languages; 5.3).
    """
    if waited < settings.overflow:
        return (wanted,)
    return (wanted, *(skill for skill in Skill if skill is not wanted))


def check_agent_move(was: AgentState, to: AgentState) -> None:
    """Refuse a change of an agent's state that the table does not have.

    Raises:
        WrongState: not from here.

    Source: R-223 (handbook domain.md 5.1).
    """
    if to not in AGENT_MOVES[was]:
        raise WrongState(f"“{was.label}”时不能改为“{to.label}”")


def check_call_move(was: CallState, to: CallState) -> None:
    """Refuse a change of a call's state that the table does not have. Raises WrongState."""
    if to not in CALL_MOVES[was]:
        raise WrongState(f"电话“{was.label}”时不能改为“{to.label}”")


def check_break(
    resting: int, signed_in: int, taken: timedelta, asked: timedelta, settings: Settings
) -> None:
    """Refuse a break while too many rest, or beyond the minutes of a shift.

    One person may always rest when nobody does, however small the floor.

    Raises:
        Refused: not now, with the reason.

    Source: R-224 (handbook domain.md 5.1: breaks by request, with length, at most x % at once).
    """
    allowed = max(1, signed_in * settings.break_share // 100)
    if resting >= allowed:
        raise Refused(f"同时小休的最多 {allowed} 人，现在已有 {resting} 人", remedy="请稍后再申请")
    left = timedelta(minutes=settings.break_minutes) - taken
    if asked > left:
        minutes = max(0, int(left / timedelta(minutes=1)))
        raise Refused(f"本班小休还剩 {minutes} 分钟", remedy="请申请更短的时间")


def may_call_back(at: datetime, *, urgent: bool, quiet: tuple[time, time]) -> bool:
    """Tell whether a missed number may be called at this local time: not at night unless urgent.

    Source: R-225 (handbook domain.md 5.3: not between 22:00 and 7:00 unless danger).
    """
    begin, end = quiet
    moment = at.timetz().replace(tzinfo=None)
    night = begin <= moment or moment < end if begin > end else begin <= moment < end
    return urgent or not night


def read_quiet(span: str) -> tuple[time, time]:
    """Return the hours of ``22:00-07:00``; an empty text is a night without length."""
    begin, _, end = span.partition("-")
    return (time.fromisoformat(begin), time.fromisoformat(end)) if end else (time(0), time(0))


def call_back_rank(*, urgent: bool, care: bool, first_missed: datetime) -> tuple[int, datetime]:
    """Return what missed numbers are ordered by: danger, then the vulnerable, then the oldest.

    Source: R-226 (handbook domain.md 5.3).
    """
    return (0 if urgent else 1 if care else 2, first_missed)


def surge_level(offered: int, expected: float | None) -> Surge:
    """Return the surge level: 1.5, 2 and 3 times what was expected; few calls are no surge.

    Where nothing is known of earlier weeks (``expected`` None) nothing is said; where nobody used
    to call, as at night, ten calls are much.

    Source: R-227 (requirement 80; handbook domain.md 5.3).
    """
    if offered < 10 or expected is None:
        return Surge.NONE
    return next((lvl for times, lvl in SURGE_AT if offered >= times * expected), Surge.NONE)


@dataclass(frozen=True, slots=True)
class Erlang:
    """What Erlang C says: the chance to wait, the service level, the mean wait, occupancy."""

    waiting: float
    service_level: float
    mean_wait: float
    occupancy: float


def erlang_c(calls_per_hour: float, handling: float, agents: int, within: float) -> Erlang:
    """Return the figures of a queue without abandonment; endless waiting when it is overloaded.

    ``handling`` is the seconds of a call with its wrap-up, ``within`` those in which the service
    level counts a call as answered.

    Source: R-228 (handbook domain.md 5.2).
    """
    load = calls_per_hour * handling / 3600
    if load >= agents:
        return Erlang(1.0, 0.0, math.inf, 1.0)
    blocked = 1.0
    for number in range(1, agents + 1):
        blocked = load * blocked / (number + load * blocked)
    waiting = blocked / (1 - (load / agents) * (1 - blocked))
    level = 1 - waiting * math.exp(-(agents - load) * within / handling)
    return Erlang(waiting, level, waiting * handling / (agents - load), load / agents)


def agents_needed(calls_per_hour: float, handling: float, level: float, within: float) -> int:
    """Return the smallest number of agents that reaches the service level.

    Source: R-228 (handbook domain.md 5.2).
    """
    load, blocked, agents = calls_per_hour * handling / 3600, 1.0, 0
    while True:
        agents += 1
        blocked = load * blocked / (agents + load * blocked)
        if agents > load:
            waiting = blocked / (1 - (load / agents) * (1 - blocked))
            if 1 - waiting * math.exp(-(agents - load) * within / handling) >= level:
                return agents


@dataclass(frozen=True, slots=True)
class Waits:
    """What a span of calls gives: how many came, how long each answered or given up had waited."""

    offered: int
    answered: Sequence[float]
    given_up: Sequence[float]


@dataclass(frozen=True, slots=True)
class Figures:
    """The indicators of the queue, each None without calls. Rates are parts of one.

    ``within_offered`` and ``within_answered`` are the two usual forms of the 15-second rate.
    """

    offered: int
    answered: int
    abandoned: int
    connected: float | None
    within_offered: float | None
    within_answered: float | None
    abandonment: float | None
    mean_wait: float | None


def figures(waits: Waits, *, within: float = 15, short: float = 5) -> Figures:
    """Return K01-K05 of a span.

    A call answered in ``within`` seconds counts as answered at once; whoever hangs up before
    ``short`` seconds has not abandoned the queue.

    Source: R-229 (requirement 8; handbook domain.md 3.3 K01-K05).
    """
    return figures_of(
        Counts(
            waits.offered,
            len(waits.answered),
            sum(wait <= within for wait in waits.answered),
            sum(wait > short for wait in waits.given_up),
            sum(waits.answered),
        )
    )


@dataclass(frozen=True, slots=True)
class Counts:
    """A span of calls, counted: ``prompt`` are the answers in time, ``lost`` who gave up."""

    offered: int
    answered: int
    prompt: int
    lost: int
    waited: float


def figures_of(counts: Counts) -> Figures:
    """Return K01-K05 of calls that were counted already.

    Source: R-229 (requirement 8; handbook domain.md 3.3 K01-K05).
    """
    return Figures(
        offered=counts.offered,
        answered=counts.answered,
        abandoned=counts.lost,
        connected=_part(counts.answered, counts.offered),
        within_offered=_part(counts.prompt, counts.offered),
        within_answered=_part(counts.prompt, counts.answered),
        abandonment=_part(counts.lost, counts.offered),
        mean_wait=_part(counts.waited, counts.answered),
    )


def utilisation(talking: float, signed_in: float, resting: float) -> float | None:
    """Return K28: talk, hold and wrap-up over the time signed in without breaks.

    Source: R-230 (handbook domain.md 3.3 K28).
    """
    return _part(talking, signed_in - resting)


def _part(of: float, whole: float) -> float | None:
    return of / whole if whole > 0 else None
