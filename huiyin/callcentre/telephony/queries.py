"""Questions about seats, agents, calls under way and missed calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DateTimeField, F, Func, Q, QuerySet, Sum

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction, SpanKind
from huiyin.callcentre.telephony import rules, surge_queries
from huiyin.callcentre.telephony.facts import Agent, Span
from huiyin.callcentre.telephony.facts import Call as LineCall
from huiyin.callcentre.telephony.legs import Leg, Role
from huiyin.callcentre.telephony.line import Ear
from huiyin.callcentre.telephony.models import (
    KnownNumber,
    LeaderDay,
    Line,
    LiveCall,
    Missed,
    PromptVersion,
    Seat,
    Session,
    Standby,
    Wish,
)
from huiyin.callcentre.telephony.rules import Counts, Figures, Settings
from huiyin.callcentre.telephony.states import (
    AgentState,
    CallState,
    MissedState,
    NumberKind,
    Pool,
    Skill,
    Surge,
    SurgeAct,
    Why,
)
from huiyin.kernel import crypto, text
from huiyin.knowledge import queries as knowledge
from huiyin.worktime.calendar import SHANGHAI

QUIET = "22:00-07:00"
LONGEST_LIST = 200
# K01: calls in that reached the queue; one to a closed line has not.
OFFERED = Q(direction=Direction.IN.value) & ~Q(outcome=CallOutcome.CLOSED.value)
WEEKS = 4  # of which the usual calls of a weekday are the mean


def settings(at: datetime) -> Settings:
    """Return the distributor's settings in force at ``at``. Three queries beside the parameters.

    On a leader's day the line of that day asks for the leader.

    Source: R-238 (requirement 107; issue of calls 2, 3).
    """

    def number(key: str, default: int) -> int:
        return int(knowledge.parameter(f"telephony.{key}", at, default=default))

    rows = list(Line.objects.all())
    into = [row for row in rows if row.pool == Pool.IN.value]
    leaders = LeaderDay.objects.filter(begins_at__lte=at, ends_at__gt=at)
    lines = {row.number: Skill(row.skill) for row in into}
    lines |= dict.fromkeys(leaders.values_list("line", flat=True), Skill.LEADER)
    out = sum(row.capacity for row in rows if row.pool == Pool.OUT.value and not row.closed)
    return Settings(
        ring=number("ring_seconds", 15),
        wrap=number("wrap_seconds", 90),
        overflow=number("overflow_seconds", 60),
        longest=number("longest_wait_seconds", 900),
        break_share=number("break_share", 20),
        break_minutes=number("break_minutes", 60),
        announce=number("announce_seconds", 45),
        lines=lines,
        closed=frozenset(row.number for row in into if row.closed),
        keys=keys(at),
        outgoing=out,
        surge=SurgeAct.MESSAGE in surge_queries.running(),
        barred=tuple(
            knowledge.parameter("telephony.barred_prefixes", at, default=list(rules.BARRED))
        ),
    )


def keys(at: datetime) -> dict[str, Skill]:
    """Return the skill that a key asks for while the notice is heard; none by default. No query.

    Source: R-540 (issue of calls 2; handbook domain.md 3.2: no menu, keys are the city's choice).
    """
    written: Sequence[str] = knowledge.parameter("telephony.keys", at, default=[])
    return {key: Skill(skill) for key, _, skill in (each.partition("=") for each in written)}


def kinds_of(number_key: bytes, at: datetime) -> set[NumberKind]:
    """Return the lists that a number is on. One query."""
    return _kinds_of([number_key], at).get(number_key, set())


def _kinds_of(number_keys: Sequence[bytes], at: datetime) -> dict[bytes, set[NumberKind]]:
    today = at.astimezone(SHANGHAI).date()
    rows = KnownNumber.objects.filter(number_key__in=number_keys)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=today))
    found: dict[bytes, set[NumberKind]] = {}
    for key, kind in rows.values_list("number_key", "kind"):
        found.setdefault(bytes(key), set()).add(NumberKind(kind))
    return found


def priorities(numbers: Iterable[str], at: datetime) -> dict[str, int]:
    """Return the priority of numbers that call: their lists, and whether they called lately.

    Two queries, however many numbers.

    Source: R-221 (requirement 87; handbook domain.md 5.3).
    """
    keys = {number: crypto.lookup(text.phone_digits(number), "phone") for number in numbers}
    known = [key for key in keys.values() if key]
    if not known:
        return dict.fromkeys(keys, 0)
    hours = int(knowledge.parameter("telephony.repeated_hours", at, default=2))
    before = Call.objects.filter(
        number_key__in=known, arrived_at__gte=at - timedelta(hours=hours),
        answered_at__isnull=True, direction=Direction.IN.value,
    )  # fmt: skip
    repeated = {bytes(key) for key in before.values_list("number_key", flat=True)}
    kinds = _kinds_of(known, at)
    return {
        number: rules.priority_of(kinds.get(key, set()), repeated=key in repeated) if key else 0
        for number, key in keys.items()
    }


def seats() -> QuerySet[Seat]:
    """Return the seats in use, by extension. One query."""
    return Seat.objects.filter(active=True).order_by("extension")


def session_of(staff: int) -> Session | None:
    """Return the seat at which somebody is signed in. One query."""
    rows = Session.objects.filter(staff_id=staff, signed_out_at__isnull=True)
    return rows.select_related("seat").first()


def why_busy(session: Session) -> str:
    """Return why somebody was made busy who did not ask for it; empty otherwise. One query."""
    last = session.changes.order_by("-at", "-pk").first()
    unasked = (Why.NO_ANSWER.value, Why.UNREACHABLE.value)
    return last.get_why_display() if last is not None and last.why in unasked else ""


def sessions() -> QuerySet[Session]:
    """Return everybody who is signed in, by extension. One query."""
    rows = Session.objects.filter(signed_out_at__isnull=True)
    return rows.select_related("seat", "staff").order_by("seat__extension")


def too_long_here(now: datetime) -> list[str]:
    """Return the seats whose session is older than a shift can be: nobody went home properly.

    With the session the password of its telephone ends. One query.

    Source: R-239 (requirement 3; issue of calls: passwords per session).
    """
    hours = int(knowledge.parameter("telephony.session_hours", now, default=14))
    rows = sessions().filter(signed_in_at__lt=now - timedelta(hours=hours))
    return list(rows.values_list("seat__extension", flat=True))


def free_seats() -> list[Seat]:
    """Return the seats where nobody sits. One query."""
    taken = Session.objects.filter(signed_out_at__isnull=True).values("seat_id")
    return list(seats().exclude(pk__in=taken))


def live_calls() -> QuerySet[LiveCall]:
    """Return the calls under way, in the order of the queue. One query."""
    return LiveCall.objects.select_related("agent").order_by("-priority", "waits_since", "pk")


def call_at(seat: str) -> LiveCall | None:
    """Return the call that a seat has now, ringing or answered. One query."""
    return LiveCall.objects.filter(seat=seat).order_by("-arrived_at").first()


def call_named(key: str) -> LiveCall | None:
    """Return a call under way by its name. One query."""
    return LiveCall.objects.filter(key=key).first()


def thirds(call: LiveCall) -> tuple[bool, bool]:
    """Tell whether a third party is asked into a call, and whether one has answered. No query."""
    legs = [leg for leg in call.said.get("legs", ()) if leg[1:2] == [Role.THIRD.value]]
    return bool(legs), any(leg[4] for leg in legs)


def open_wishes() -> list[Wish]:
    """Return what was asked of the distributor and is not done. One query."""
    return list(Wish.objects.filter(done_at__isnull=True).order_by("pk")[:LONGEST_LIST])


def agents_kept() -> list[Agent]:
    """Return who was signed in, as a distributor that begins must know them. One query.

    Not whoever has asked to sign in and was not heard yet: that wish is still to be done.
    """
    return [
        Agent(
            row.seat.extension, row.staff_id, skills_of(row.seat), AgentState(row.state),
            row.since.timestamp(), row.call,
        )
        for row in sessions().exclude(state=AgentState.SIGNED_OUT.value)
    ]  # fmt: skip


def skills_of(seat: Seat) -> frozenset[Skill]:
    """Return the skills of a seat; every seat serves at least the general queue."""
    return frozenset(Skill(skill) for skill in seat.skills) or frozenset({Skill.GENERAL})


def calls_kept() -> list[LineCall]:
    """Return the calls that were under way, as a distributor that begins must know them."""
    return [_kept(row) for row in live_calls()]


def _kept(row: LiveCall) -> LineCall:
    return LineCall(
        key=row.key, direction=Direction(row.direction), line=row.line, priority=row.priority,
        number=crypto.unseal(row.number_sealed, "call.number"), skill=Skill(row.skill),
        arrived=row.arrived_at.timestamp(), state=CallState(row.state),
        channel=row.said.get("channel", ""), promised=row.said.get("promised", False),
        paused=row.said.get("paused", False),
        place=row.waits_since.timestamp() if row.waits_since else 0.0,
        answered=row.answered_at.timestamp() if row.answered_at else None, seat=row.seat,
        staff=row.agent_id or 0, order=row.order_id, missed=row.missed_id,
        recording=row.recording, legs=dict(_leg(row, told) for told in row.said.get("legs", ())),
        spans=[Span(SpanKind(kind), *rest) for kind, *rest in row.said.get("spans", ())],
    )  # fmt: skip


def _leg(row: LiveCall, told: Any) -> tuple[str, Leg]:
    """Return a leg by its name; an earlier version wrote down names alone, those of the agent."""
    if isinstance(told, str):
        return told, Leg(row.key, Role.AGENT, row.seat)
    name, role, seat, ear, up = told
    return name, Leg(row.key, Role(role), seat, Ear(ear), up)


def most_attempts(at: datetime) -> int:
    """Return how often a missed number is tried. No query while remembered."""
    return int(knowledge.parameter("missed.attempts", at, default=3))


def missed_now(at: datetime) -> list[Missed]:
    """Return the missed numbers that may be called now, the first to be called first. Two queries.

    One that was tried and not reached goes behind those not tried since.

    Source: R-225, R-226 (requirement 10; handbook domain.md 5.3).
    """
    rows = Missed.objects.filter(state=MissedState.OPEN.value).order_by("first_at")
    found = [row for row in rows if may_call_back(row, at)]
    called = LiveCall.objects.filter(missed__isnull=False).values_list("missed_id", flat=True)
    calling = set(called) if found else set()
    found.sort(
        key=lambda row: rules.call_back_rank(
            urgent=row.urgent, care=row.care, first_missed=row.tried_at or row.first_at
        )
    )
    for row in found:
        row.calling = row.pk in calling
    return found[:LONGEST_LIST]


def may_call_back(row: Missed, at: datetime) -> bool:
    """Tell whether a missed number may be called at this time. No query while remembered.

    Source: R-225 (handbook domain.md 5.3).
    """
    span = str(knowledge.parameter("missed.quiet_hours", at, default=QUIET))
    local = at.astimezone(SHANGHAI)
    return rules.may_call_back(local, urgent=row.urgent, quiet=rules.read_quiet(span))


@dataclass(frozen=True, slots=True)
class MissedFigures:
    """K06: missed numbers of a span, how many were called back, and how many in time.

    The others: who called again and was answered, who was given up, who is still to be called.
    """

    missed: int
    called_back: int
    in_time: int
    came_back: int
    given_up: int
    waiting: int


def mean_talk(since: datetime, until: datetime) -> float | None:
    """Return K07 of a span, the mean seconds of the calls answered in it. One query.

    Source: R-465 (handbook domain.md 3.3 K07).
    """
    rows = Call.objects.filter(
        direction=Direction.IN.value, answered_at__isnull=False, arrived_at__gte=since,
        arrived_at__lt=until,
    )  # fmt: skip
    mean = rows.aggregate(mean=Avg(F("ended_at") - F("answered_at")))["mean"]
    return mean.total_seconds() if mean else None


def missed_figures(since: datetime, until: datetime) -> MissedFigures:
    """Return K06 of a span: numbers missed, reached again, and within the time. One query.

    Source: R-226 (handbook domain.md 3.3 K06).
    """
    minutes = int(knowledge.parameter("missed.within_minutes", until, default=30))
    within = timedelta(minutes=minutes)
    rows = Missed.objects.filter(first_at__gte=since, first_at__lt=until)
    done = Q(state=MissedState.REACHED.value)
    facts = rows.aggregate(
        missed=Count("pk"),
        called_back=Count("pk", filter=done),
        in_time=Count("pk", filter=done & Q(settled_at__lte=F("first_at") + within)),
        came_back=Count("pk", filter=Q(state=MissedState.CAME_BACK.value)),
        given_up=Count("pk", filter=Q(state=MissedState.GIVEN_UP.value)),
        waiting=Count("pk", filter=Q(state=MissedState.OPEN.value)),
    )
    return MissedFigures(**facts)


def figures(since: datetime, until: datetime, *, lines: Iterable[str] = ()) -> Figures:
    """Return the indicators of the queue for calls that arrived in a span. One query.

    Source: R-229 (requirement 8; handbook domain.md 3.3 K01-K05).
    """
    rows = Call.objects.filter(OFFERED, arrived_at__gte=since, arrived_at__lt=until)
    if wanted := list(lines):
        rows = rows.filter(line__in=wanted)
    return of_counts(rows.aggregate(**counts(until)))


def counts(at: datetime, but: Q | None = None) -> dict[str, Any]:
    """Return what is to be counted of calls in, as ``of_counts`` reads it, by the rules at a time.

    Args:
        at: the time whose rules hold.
        but: which calls come in, where those counted together are not only such.
    """
    within, short = (
        timedelta(seconds=int(knowledge.parameter(f"telephony.{key}", at, default=default)))
        for key, default in (("answer_within_seconds", 15), ("short_call_seconds", 5))
    )
    came = Q() if but is None else but
    taken, none = came & Q(answered_at__isnull=False), came & Q(answered_at__isnull=True)
    return {
        "offered": Count("pk", filter=came),
        "answered": Count("pk", filter=taken),
        "prompt": Count("pk", filter=came & Q(answered_at__lte=F("arrived_at") + within)),
        "lost": Count("pk", filter=none & Q(ended_at__gt=F("arrived_at") + short)),
        "waited": Sum(F("answered_at") - F("arrived_at"), filter=taken),
    }


def of_counts(found: Mapping[str, Any]) -> Figures:
    """Return K01-K05 of what was counted so."""
    waited = (found["waited"] or timedelta()).total_seconds()
    return rules.figures_of(
        Counts(found["offered"], found["answered"], found["prompt"], found["lost"], waited)
    )


_HALF = timedelta(minutes=30)
_DAY = timedelta(days=1)


def _half(field: str) -> Func:
    """Return the half hour in which a moment lies, as the database tells it."""
    shape = "date_bin('30 minutes', %(expressions)s, timestamptz '2000-01-01 00:00:00+00')"
    return Func(F(field), template=shape, output_field=DateTimeField())


def _came(span: Q, *, live: bool = True) -> dict[datetime, int]:
    """Return how many calls came in, by half hour: ended ones, and those under way. Two queries."""
    found: dict[datetime, int] = {}
    for rows in (Call.objects, LiveCall.objects)[: 1 + live]:
        incoming = rows.filter(span, direction=Direction.IN.value)
        halves = incoming.values_list(_half("arrived_at")).order_by()
        for begins, many in halves.annotate(many=Count("pk")):
            found[begins] = found.get(begins, 0) + many
    return found


def half_hours(day_begins: datetime) -> Sequence[int]:
    """Return the calls in of a day by half hour, 48 of them: who waits counts too. Two queries."""
    came = _came(Q(arrived_at__gte=day_begins, arrived_at__lt=day_begins + _DAY))
    return [came.get(day_begins + n * _HALF, 0) for n in range(48)]


def midnight(now: datetime) -> datetime:
    """Return when the local day of ``now`` began."""
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def surge_now(now: datetime, usual: Sequence[float] | None = None) -> Surge:
    """Return the surge level of the last thirty minutes, whoever waits or talks counted.

    Not of the half hour by the clock: that would begin with nobody every thirty minutes, and a
    surge would be over on the hour and told again a quarter later. Three queries; two when what is
    usual today is given.

    Source: R-227, R-573 (requirement 80; handbook domain.md 5.3).
    """
    usual = expected(midnight(now)) if usual is None else usual
    offered = sum(_came(Q(arrived_at__gt=now - _HALF, arrived_at__lte=now)).values())
    return rules.surge_level(offered, _usual(usual, now - midnight(now)))


def _usual(usual: Sequence[float], gone: timedelta) -> float | None:
    """Return the calls expected in the thirty minutes before a time of day; None when unknown."""
    if not any(usual):
        return None
    here, into = divmod(gone, _HALF)
    part = into / _HALF
    return usual[here] * part + usual[here - 1] * (1 - part)


def expected(day_begins: datetime, *, weeks: int = WEEKS) -> Sequence[float]:
    """Return the calls expected in each half hour: the mean of this weekday in earlier weeks.

    One query.

    Source: R-227 (handbook domain.md 5.3, 5.5: weekday by half hour).
    """
    days = [day_begins - timedelta(weeks=week + 1) for week in range(weeks)]
    within = Q()
    for day in days:
        within |= Q(arrived_at__gte=day, arrived_at__lt=day + _DAY)
    came = _came(within, live=False)
    seen = sum(any(day <= half < day + _DAY for half in came) for day in days)
    return [sum(came.get(day + n * _HALF, 0) for day in days) / max(1, seen) for n in range(48)]


def lines() -> list[Line]:
    """Return the lines, those for calls in first. One query."""
    return list(Line.objects.order_by("pool", "number"))


def known_numbers(now: datetime) -> list[KnownNumber]:
    """Return the numbers on lists that still hold, the newest first. One query."""
    today = now.astimezone(SHANGHAI).date()
    rows = KnownNumber.objects.filter(Q(until__isnull=True) | Q(until__gte=today))
    return list(rows.select_related("added_by").order_by("-added_at", "-pk")[:LONGEST_LIST])


def leader_days(now: datetime) -> list[LeaderDay]:
    """Return the days on which leaders answer, coming and of the last quarter. One query."""
    rows = LeaderDay.objects.filter(ends_at__gte=now - timedelta(days=92))
    return list(rows.select_related("leader", "leader__unit").order_by("-begins_at"))


def standby_list() -> list[Standby]:
    """Return everybody who can be called in. One query."""
    return list(Standby.objects.select_related("staff", "staff__unit").order_by("pk"))


def prompt_versions() -> list[PromptVersion]:
    """Return every version of every recorded prompt, without its sound. One query."""
    rows = PromptVersion.objects.defer("sound").select_related("added_by")
    return list(rows.order_by("name", "-added_at", "-pk"))


def prompts_in_use() -> dict[int, str]:
    """Return the key and name of every recorded prompt in use. One query."""
    return dict(PromptVersion.objects.filter(in_use=True).values_list("pk", "name"))


def prompt_sounds(keys: Iterable[int]) -> dict[str, bytes]:
    """Return these prompts' sounds by name. One query."""
    rows = PromptVersion.objects.filter(pk__in=list(keys)).values_list("name", "sound")
    return {name: bytes(sound) for name, sound in rows}


def latest_calls(staff: int | None, *, limit: int = 60) -> list[Call]:
    """Return the latest calls with recording, agent and order; one's own, or all for None.

    One query.
    """
    rows = Call.objects.select_related("agent", "order", "recording").order_by("-arrived_at", "-pk")
    if staff is not None:
        rows = rows.filter(agent_id=staff)
    return list(rows[:limit])
