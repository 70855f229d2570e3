"""Questions about what is expected, who is on duty, and what each agent has done today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Prefetch, QuerySet, Sum

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import planning, queries, rules
from huiyin.callcentre.telephony.models import AgentChange, Line, MarkedCall, Session, Shift
from huiyin.callcentre.telephony.planning import Aim, Pattern
from huiyin.callcentre.telephony.states import AgentState, CallMark, Pool
from huiyin.knowledge import queries as knowledge
from huiyin.worktime.calendar import SHANGHAI

USUAL_TALK = 240
_MEASURED = timedelta(days=28)
_MARKED = timedelta(days=365)
PATTERNS = ("00:00-08:00", "08:00-16:00", "12:00-20:00", "16:00-00:00")
_DAY = timedelta(days=1)
_CHANGES = Prefetch("changes", AgentChange.objects.order_by("at", "pk"))


def _number(key: str, at: datetime, default: int) -> int:
    return int(knowledge.parameter(f"telephony.{key}", at, default=default))


def aim(at: datetime) -> Aim:
    """Return what the city wants to reach. No query while remembered."""
    return Aim(
        level=_number("level_target", at, 80) / 100,
        within=_number("answer_within_seconds", at, 15),
        away=_number("away_share", at, 30) / 100,
        blocked=_number("blocked_share", at, 1) / 100,
        least=_number("least_agents", at, 2),
    )


def people(at: datetime) -> int:
    """Return the inhabitants of the city, 0 when not known. No query while remembered."""
    return int(knowledge.parameter("assessment.population", at, default={}).get("", 0))


def people_per_line(at: datetime) -> int:
    """Return for how many inhabitants the city wants a line. No query while remembered."""
    return _number("people_per_line", at, planning.PEOPLE_PER_LINE)


def talk(at: datetime) -> float | None:
    """Return the mean seconds of the calls answered in four weeks; None without any. One query."""
    return queries.mean_talk(at - _MEASURED, at)


@dataclass(frozen=True, slots=True)
class Half:
    """One half hour of a plan; ``came`` is None while it has not passed."""

    at: datetime
    came: int | None
    expected: float
    needed: int
    on_duty: int

    @property
    def short(self) -> int:
        """Return how many are missing."""
        return max(0, self.needed - self.on_duty)


@dataclass(frozen=True, slots=True)
class Plan:
    """A day: what is expected, what it needs, who is there."""

    halves: Sequence[Half]
    aim: Aim
    talk: float
    measured: bool
    wrap: int
    suggested: Sequence[tuple[Pattern, int]]
    peak: planning.Size | None
    deviation: float | None

    @property
    def expected(self) -> float:
        """Return how many calls are expected in the whole day."""
        return sum(half.expected for half in self.halves)

    @property
    def short(self) -> int:
        """Return in how many half hours somebody is missing."""
        return sum(half.short > 0 for half in self.halves)


def plan(begins: datetime, now: datetime) -> Plan:
    """Return the plan of the local day that begins at ``begins``. Five queries.

    Source: R-523 (requirement 143; handbook domain.md 5.5).
    """
    expected, came = queries.expected(begins), queries.half_hours(begins)
    measured, wrap, wanted = (
        talk(min(begins, now)),
        _number("wrap_seconds", begins, 90),
        aim(begins),
    )
    spoken = min(max(measured or USUAL_TALK, 1.0), float(planning.MOST_SECONDS))
    need = planning.needed(expected, spoken + wrap, wanted)
    there = planning.on_duty([(row.begins_at, row.ends_at) for row in _around(begins)], begins)
    passed = max(0, min(planning.HALVES, int((now - begins) / planning.HALF)))
    halves = [
        Half(
            begins + n * planning.HALF, came[n] if n < passed else None, expected[n], need[n],
            there[n],
        )
        for n in range(planning.HALVES)
    ]  # fmt: skip
    shapes = [planning.pattern(each) for each in patterns(begins)]
    suggested = planning.suggest(need, shapes) if any(expected) else {}
    busiest = 2 * max(expected)
    return Plan(
        halves=halves, aim=wanted, talk=spoken, measured=measured is not None, wrap=wrap,
        suggested=[(shape, many) for shape, many in suggested.items() if many],
        peak=planning.size(
            busiest, spoken, wanted, wrap=wrap, people=people(begins),
            people_per_line=people_per_line(begins),
        ) if busiest else None,
        deviation=planning.deviation(expected[:passed], came[:passed]) if any(expected) else None,
    )  # fmt: skip


def patterns(at: datetime) -> Sequence[str]:
    """Return the shifts that the city uses. No query while remembered."""
    found: Sequence[str] = knowledge.parameter("telephony.shifts", at, default=list(PATTERNS))
    return found


def midnight(day: date) -> datetime:
    """Return when a local day begins."""
    return datetime.combine(day, time(0), SHANGHAI)


def _around(begins: datetime) -> QuerySet[Shift]:
    return Shift.objects.filter(begins_at__lt=begins + _DAY, ends_at__gt=begins)


def shifts(begins: datetime) -> list[Shift]:
    """Return the shifts that touch a local day, with their people. One query."""
    rows = _around(begins)
    return list(rows.select_related("staff", "staff__unit").order_by("begins_at", "staff__name"))


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who should be or is at the telephone: shift and session, either may be missing."""

    name: str
    unit: str
    shift: Shift | None
    session: Session | None
    answered: int
    target: int

    @property
    def share(self) -> float | None:
        """Return how much of the day's number has been reached."""
        return self.answered / self.target if self.target else None


def on_duty_now(now: datetime) -> list[OnDuty]:
    """Return who is on duty or signed in now, with the calls they answered today. Three queries.

    Source: R-524 (requirement 4); R-527 (requirement 210).
    """
    rows = Shift.objects.filter(begins_at__lte=now, ends_at__gt=now)
    planned = {row.staff_id: row for row in rows.select_related("staff", "staff__unit")}
    here = {row.staff_id: row for row in queries.sessions().select_related("staff__unit")}
    done = answered_by({*planned, *here}, queries.midnight(now), now)
    target = _number("daily_target", now, 100)
    found = []
    for key in {*planned, *here}:
        staff = planned[key].staff if key in planned else here[key].staff
        found.append(
            OnDuty(
                staff.name, str(staff.unit), planned.get(key), here.get(key), done.get(key, 0),
                target,
            )
        )  # fmt: skip
    return sorted(found, key=lambda row: (row.session is not None, row.name))


def answered_by(staff: Iterable[int], since: datetime, until: datetime) -> Mapping[int, int]:
    """Return how many calls each of these people answered in a span. One query.

    Source: R-527 (requirement 210: 100 calls a day).
    """
    rows = Call.objects.filter(
        agent_id__in=list(staff), direction=Direction.IN.value, answered_at__gte=since,
        answered_at__lt=until,
    )  # fmt: skip
    return dict(rows.values_list("agent_id").annotate(Count("pk")).order_by())


@dataclass(frozen=True, slots=True)
class Work:
    """What somebody did at the telephone on one day; times in seconds."""

    name: str
    unit: str
    answered: int
    target: int
    signed_in: float
    talking: float
    wrapping: float
    resting: float
    spoken: float

    @property
    def utilisation(self) -> float | None:
        """Return K28."""
        return rules.utilisation(self.talking + self.wrapping, self.signed_in, self.resting)

    @property
    def talk(self) -> float | None:
        """Return K07, the mean seconds of the calls answered."""
        return self.spoken / self.answered if self.answered else None

    @property
    def handling(self) -> float | None:
        """Return K07 with wrap-up."""
        return (self.spoken + self.wrapping) / self.answered if self.answered else None


def work_of(begins: datetime, now: datetime) -> list[Work]:
    """Return what everybody did who was signed in on a local day. Three queries.

    Source: R-230 (handbook domain.md 3.3 K07, K28); R-527 (requirement 210).
    """
    until = min(begins + _DAY, now)
    rows = Session.objects.filter(signed_in_at__lte=until).exclude(signed_out_at__lte=begins)
    people: dict[int, Any] = {}
    states: dict[int, dict[AgentState, float]] = {}
    for row in rows.select_related("staff__unit").prefetch_related(_CHANGES):
        people[row.staff_id] = row.staff
        changes = [(change.at, AgentState(change.to)) for change in row.changes.all()]
        mine = states.setdefault(row.staff_id, dict.fromkeys(AgentState, 0.0))
        for state, seconds in planning.spent(changes, begins, until).items():
            mine[state] += seconds
    answered = Call.objects.filter(
        agent_id__in=people, direction=Direction.IN.value, answered_at__gte=begins,
        answered_at__lt=until,
    )  # fmt: skip
    counts = answered.values("agent_id").annotate(
        many=Count("pk"), spoken=Sum(F("ended_at") - F("answered_at"))
    )
    calls = {row["agent_id"]: (row["many"], row["spoken"]) for row in counts.order_by()}
    target, none = _number("daily_target", begins, 100), (0, timedelta())
    return sorted(
        (
            Work(
                person.name, str(person.unit), calls.get(key, none)[0], target,
                sum(states[key].values()), states[key][AgentState.TALKING],
                states[key][AgentState.WRAP_UP], states[key][AgentState.BREAK],
                calls.get(key, none)[1].total_seconds(),
            )
            for key, person in people.items()
        ),
        key=lambda row: (-row.answered, row.name),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taken:
    """How many lines of a pool were taken at the busiest moment of a day, of how many."""

    pool: Pool
    most: int
    lines: int


def lines_taken(begins: datetime) -> list[Taken]:
    """Return the busiest moment of a local day on the lines in and out. Two queries.

    Source: R-525 (requirement 5: separate pools, busy lines).
    """
    rows = Call.objects.filter(arrived_at__gte=begins, arrived_at__lt=begins + _DAY)
    spans: dict[str, list[planning.Span]] = {each.value: [] for each in Direction}
    for direction, arrived, ended in rows.values_list("direction", "arrived_at", "ended_at"):
        spans[direction].append((arrived, ended))
    lines = dict.fromkeys(Pool, 0)
    for pool, capacity in Line.objects.filter(closed=False).values_list("pool", "capacity"):
        lines[Pool(pool)] += capacity
    return [Taken(pool, planning.most_at_once(spans[pool.value]), lines[pool]) for pool in Pool]


def marks_of(keys: Iterable[str]) -> Mapping[str, list[CallMark]]:
    """Return what was noted of each of these calls. One query.

    Source: R-526 (requirements 40, 83).
    """
    found: dict[str, list[CallMark]] = {}
    rows = MarkedCall.objects.filter(key__in=[key for key in keys if key]).order_by("pk")
    for key, mark in rows.values_list("key", "mark"):
        found.setdefault(key, []).append(CallMark(mark))
    return found


def marked_before(number_key: bytes, now: datetime, *, but: str) -> Mapping[CallMark, int]:
    """Return how often a number was noted in the last year, without the call ``but``. One query."""
    rows = MarkedCall.objects.filter(number_key=number_key, marked_at__gte=now - _MARKED)
    counts = rows.exclude(key=but).values_list("mark").annotate(Count("pk")).order_by()
    return {CallMark(mark): many for mark, many in counts}


def script(mark: CallMark, at: datetime) -> str:
    """Return what an agent may say to such a caller: the city's words, else ours. No query."""
    return str(knowledge.parameter(f"telephony.script_{mark.value}", at, default=mark.script))
