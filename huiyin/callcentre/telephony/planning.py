"""How many agents, lines and shifts are needed for what is expected, and who is there. Pure.

Days are cut into 48 half hours. A shift counts for a half hour when it covers its middle.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.callcentre.telephony.rules import Erlang, agents_needed, erlang_c
from huiyin.callcentre.telephony.states import AgentState
from huiyin.kernel.errors import Invalid, Refused

HALVES = 48
HALF = timedelta(minutes=30)
MOST_CALLS, MOST_SECONDS = 100_000, 7200
PEOPLE_PER_LINE = 100_000
Span = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Aim:
    """What is to be reached: this part of calls answered within so many seconds.

    Attributes:
        away: part of those on duty who are not at the telephone (breaks, training, illness).
        blocked: part of calls that may find every line taken.
        least: agents at any time of the night.
    """

    level: float = 0.8
    within: float = 15
    away: float = 0.3
    blocked: float = 0.01
    least: int = 2


@dataclass(frozen=True, slots=True)
class Size:
    """What a volume of calls needs."""

    load: float
    agents: int
    rostered: int
    lines: int
    lines_by_people: int | None
    figures: Erlang


def erlang_b(load: float, lines: int) -> float:
    """Return the part of calls that find every line taken."""
    blocked = 1.0
    for number in range(1, lines + 1):
        blocked = load * blocked / (number + load * blocked)
    return blocked


def lines_needed(load: float, blocked: float) -> int:
    """Return the smallest number of lines on which at most this part of calls is turned away.

    Source: R-522 (requirement 6; handbook domain.md 5.2 Erlang B).
    """
    lines, part = 0, 1.0
    while part > blocked:
        lines += 1
        part = load * part / (lines + load * part)
    return max(1, lines)


def size(
    calls: float, talk: float, aim: Aim, *, wrap: float = 0, people: int = 0,
    people_per_line: int = PEOPLE_PER_LINE,
) -> Size:  # fmt: skip
    """Return agents by Erlang C, lines by Erlang B, and lines by the rule of inhabitants.

    A line is taken while its caller waits and talks, an agent while they talk and wrap up.

    Args:
        calls: per hour.
        talk: mean seconds of a call.
        aim: what is to be reached.
        wrap: mean seconds of what follows a call.
        people: inhabitants of the city, 0 when not known.
        people_per_line: for how many inhabitants one line is wanted.

    Raises:
        Invalid: a figure is out of bounds.

    Source: R-522 (requirement 6; handbook domain.md 5.2).
    """
    _check(calls, talk, wrap, aim)
    handling = talk + wrap
    agents = agents_needed(calls, handling, aim.level, aim.within)
    found = erlang_c(calls, handling, agents, aim.within)
    on_lines = calls * (talk + found.mean_wait) / 3600
    return Size(
        load=calls * handling / 3600,
        agents=agents,
        rostered=rostered(agents, aim),
        lines=lines_needed(on_lines, aim.blocked),
        lines_by_people=math.ceil(people / people_per_line) if people else None,
        figures=found,
    )


def _check(calls: float, talk: float, wrap: float, aim: Aim) -> None:
    wrong = {}
    if not 0 < calls <= MOST_CALLS:
        wrong["calls"] = f"每小时来电应在 0 到 {MOST_CALLS} 之间"
    if not (1 <= talk <= MOST_SECONDS and 0 <= wrap <= MOST_SECONDS):
        wrong["talk"] = f"通话和整理的秒数应在 1 到 {MOST_SECONDS} 之间"
    if not 0 < aim.level < 1:
        wrong["target"] = "目标应在 1% 到 99% 之间"
    if not 0 <= aim.within <= MOST_SECONDS:
        wrong["within"] = "应答的秒数不对"
    if not (0 <= aim.away < 1 and 0 < aim.blocked < 1):
        wrong["away"] = "不在岗比例、占线比例应小于 100%"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def rostered(agents: int, aim: Aim) -> int:
    """Return how many must be on duty so that so many are at the telephone."""
    return math.ceil(agents / (1 - aim.away) - 1e-9)


def needed(expected: Sequence[float], handling: float, aim: Aim) -> list[int]:
    """Return how many must be on duty in each half hour for the calls that are expected.

    Source: R-523 (requirement 143; handbook domain.md 5.5).
    """
    return [
        rostered(
            max(
                aim.least, agents_needed(2 * calls, handling, aim.level, aim.within) if calls else 0
            ),
            aim,
        )
        for calls in expected
    ]


def on_duty(shifts: Iterable[Span], day: datetime) -> list[int]:
    """Return how many are on duty in each half hour of the day that begins at ``day``."""
    found = [0] * HALVES
    for begins, ends in shifts:
        for half in range(HALVES):
            if begins <= day + half * HALF + HALF / 2 < ends:
                found[half] += 1
    return found


@dataclass(frozen=True, slots=True)
class Pattern:
    """A shift that the city uses: first half hour of the day, and how many half hours."""

    name: str
    first: int
    length: int

    def halves(self) -> list[int]:
        """Return its half hours; one that passes midnight goes on at the head of the day."""
        return [(self.first + n) % HALVES for n in range(self.length)]


def pattern(written: str) -> Pattern:
    """Read ``16:00-00:00``."""
    begin, _, end = written.partition("-")
    first, last = (int(part[:2]) * 2 + int(part[3:]) // 30 for part in (begin, end))
    return Pattern(written, first % HALVES, (last - first) % HALVES or HALVES)


def suggest(need: Sequence[int], patterns: Sequence[Pattern]) -> dict[Pattern, int]:
    """Return how many are wanted in each shift so that every half hour is covered.

    Step by step the shift that still helps in most half hours is taken: near the least number of
    people, and easy to follow by hand. What no shift covers stays open.

    Source: R-523 (requirement 143; handbook domain.md 5.5).
    """
    left, found = list(need), dict.fromkeys(patterns, 0)
    while patterns:
        best = max(patterns, key=lambda each: sum(left[half] > 0 for half in each.halves()))
        # As many at once as all of its open half hours want, so that large rooms take few steps.
        open_halves = [left[half] for half in best.halves() if left[half] > 0]
        if not open_halves:
            break
        many = min(open_halves)
        found[best] += many
        for half in best.halves():
            left[half] -= many
    return found


def check_shift(span: Span, others: Iterable[Span], *, longest: timedelta, rest: timedelta) -> None:
    """Refuse a shift that is too long, or too close to another of the same person.

    Raises:
        Invalid: it ends before it begins, or is too long; Refused: no rest before or after it.

    Source: R-524 (requirement 4; handbook domain.md 5.5: 12 hours at most, 11 hours of rest).
    """
    begins, ends = span
    if ends <= begins:
        raise Invalid("结束须晚于开始", fields={"ends_at": "结束须晚于开始"})
    if ends - begins > longest:
        words = f"一个班最长 {int(longest / timedelta(hours=1))} 小时"
        raise Invalid(words, fields={"ends_at": words})
    if any(begins < other[1] + rest and other[0] < ends + rest for other in others):
        raise Refused(f"与另一个班之间不足 {int(rest / timedelta(hours=1))} 小时休息")


def deviation(expected: Sequence[float], came: Sequence[int]) -> float | None:
    """Return by which part of the calls a forecast was wrong, half hour by half hour.

    Source: R-523 (requirement 143; handbook domain.md 5.5).
    """
    whole = sum(came)
    apart = sum(abs(e - c) for e, c in zip(expected, came, strict=True))
    return apart / whole if whole else None


def spent(
    changes: Iterable[tuple[datetime, AgentState]], since: datetime, until: datetime
) -> dict[AgentState, float]:
    """Return the seconds that one session spent in each state within a span."""
    found: dict[AgentState, float] = {}
    rows = list(changes)
    for (at, state), end in zip(rows, [*(at for at, _ in rows[1:]), until], strict=False):
        seconds = (min(end, until) - max(at, since)).total_seconds()
        if state is not AgentState.SIGNED_OUT and seconds > 0:
            found[state] = found.get(state, 0) + seconds
    return found


def most_at_once(spans: Iterable[Span]) -> int:
    """Return how many lines were taken at the busiest moment.

    Source: R-525 (requirement 5).
    """
    turns = sorted((at, step) for begins, ends in spans for at, step in ((begins, 1), (ends, -1)))
    most = taken = 0
    for _, step in turns:
        taken += step
        most = max(most, taken)
    return most
