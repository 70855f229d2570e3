"""Questions about seats, agents, calls under way and missed calls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import Direction, SpanKind
from huiyin.callcentre.telephony import rules, surge_queries
from huiyin.callcentre.telephony.facts import Agent, Span
from huiyin.callcentre.telephony.facts import Call as LineCall
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
from huiyin.callcentre.telephony.rules import Figures, Settings, Waits
from huiyin.callcentre.telephony.states import (
    AgentState,
    CallState,
    MissedState,
    NumberKind,
    Pool,
    Skill,
    Surge,
    SurgeAct,
)
from huiyin.kernel import crypto, text
from huiyin.knowledge import queries as knowledge
from huiyin.worktime.calendar import SHANGHAI

QUIET = "22:00-07:00"
LONGEST_LIST = 200
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
    )


def keys(at: datetime) -> dict[str, Skill]:
    """Return the skill that a key asks for while the notice is heard; none by default. No query.

    Source: R-540 (issue of calls 2; handbook domain.md 3.2: no menu, keys are the city's choice).
    """
    written: Sequence[str] = knowledge.parameter("telephony.keys", at, default=[])
    return {key: Skill(skill) for key, _, skill in (each.partition("=") for each in written)}


def kinds_of(number_key: bytes, at: datetime) -> set[NumberKind]:
    """Return the lists that a number is on. One query."""
    today = at.astimezone(SHANGHAI).date()
    rows = KnownNumber.objects.filter(number_key=number_key)
    rows = rows.filter(Q(until__isnull=True) | Q(until__gte=today))
    return {NumberKind(kind) for kind in rows.values_list("kind", flat=True)}


def priority(number: str, at: datetime) -> int:
    """Return the priority of a number that calls: its lists, and whether it called lately.

    Two queries.

    Source: R-221 (requirement 87; handbook domain.md 5.3).
    """
    key = crypto.lookup(text.phone_digits(number), "phone")
    if not key:
        return 0
    hours = int(knowledge.parameter("telephony.repeated_hours", at, default=2))
    since = at - timedelta(hours=hours)
    before = Call.objects.filter(
        number_key=key, arrived_at__gte=since, answered_at__isnull=True,
        direction=Direction.IN.value,
    )  # fmt: skip
    return rules.priority_of(kinds_of(key, at), repeated=before.exists())


def seats() -> QuerySet[Seat]:
    """Return the seats in use, by extension. One query."""
    return Seat.objects.filter(active=True).order_by("extension")


def session_of(staff: int) -> Session | None:
    """Return the seat at which somebody is signed in. One query."""
    rows = Session.objects.filter(staff_id=staff, signed_out_at__isnull=True)
    return rows.select_related("seat").first()


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
        place=row.waits_since.timestamp() if row.waits_since else 0.0,
        answered=row.answered_at.timestamp() if row.answered_at else None, seat=row.seat,
        staff=row.agent_id or 0, order=row.order_id, missed=row.missed_id,
        recording=row.recording, legs=set(row.said.get("legs", ())),
        spans=[Span(SpanKind(kind), *rest) for kind, *rest in row.said.get("spans", ())],
    )  # fmt: skip


def most_attempts(at: datetime) -> int:
    """Return how often a missed number is tried. No query while remembered."""
    return int(knowledge.parameter("missed.attempts", at, default=3))


def missed_now(at: datetime) -> list[Missed]:
    """Return the missed numbers that may be called now, the first to be called first. One query.

    Source: R-225, R-226 (requirement 10; handbook domain.md 5.3).
    """
    span = str(knowledge.parameter("missed.quiet_hours", at, default=QUIET))
    quiet, local = rules.read_quiet(span), at.astimezone(SHANGHAI)
    rows = Missed.objects.filter(state=MissedState.OPEN.value).order_by("first_at")
    found = [r for r in rows if rules.may_call_back(local, urgent=r.urgent, quiet=quiet)]
    found.sort(
        key=lambda r: rules.call_back_rank(urgent=r.urgent, care=r.care, first_missed=r.first_at)
    )
    return found[:LONGEST_LIST]


@dataclass(frozen=True, slots=True)
class MissedFigures:
    """K06: missed numbers of a span, how many were called back, and how many in time."""

    missed: int
    called_back: int
    in_time: int


def missed_figures(since: datetime, until: datetime, within: timedelta) -> MissedFigures:
    """Return K06 of a span: numbers missed, reached again, and within the time. One query.

    Source: R-226 (handbook domain.md 3.3 K06).
    """
    rows = Missed.objects.filter(first_at__gte=since, first_at__lt=until)
    done = Q(state=MissedState.REACHED.value)
    facts = rows.aggregate(
        missed=Count("pk"),
        called_back=Count("pk", filter=done),
        in_time=Count("pk", filter=done & Q(settled_at__lte=F("first_at") + within)),
    )
    return MissedFigures(**facts)


def figures(since: datetime, until: datetime, *, lines: Iterable[str] = ()) -> Figures:
    """Return the indicators of the queue for calls that arrived in a span. One query.

    Source: R-229 (requirement 8; handbook domain.md 3.3 K01-K05).
    """
    rows = Call.objects.filter(
        direction=Direction.IN.value, arrived_at__gte=since, arrived_at__lt=until
    )
    if wanted := list(lines):
        rows = rows.filter(line__in=wanted)
    answered, lost, offered = [], [], 0
    for arrived, taken, ended in rows.values_list("arrived_at", "answered_at", "ended_at"):
        offered += 1
        if taken is not None:
            answered.append((taken - arrived).total_seconds())
        else:
            lost.append((ended - arrived).total_seconds())
    within = float(knowledge.parameter("telephony.answer_within_seconds", until, default=15))
    short = float(knowledge.parameter("telephony.short_call_seconds", until, default=5))
    return rules.figures(Waits(offered, answered, lost), within=within, short=short)


def half_hours(day_begins: datetime) -> Sequence[int]:
    """Return the calls in of a day by half hour, 48 of them. One query."""
    rows = Call.objects.filter(
        direction=Direction.IN.value,
        arrived_at__gte=day_begins,
        arrived_at__lt=day_begins + timedelta(days=1),
    ).values_list("arrived_at", flat=True)
    found = [0] * 48
    for arrived in rows:
        found[int((arrived - day_begins).total_seconds() // 1800)] += 1
    return found


def midnight(now: datetime) -> datetime:
    """Return when the local day of ``now`` began."""
    return now.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)


def surge_now(now: datetime) -> Surge:
    """Return the surge level of the half hour that runs. Two queries.

    Source: R-227 (requirement 80; handbook domain.md 5.3).
    """
    begins = midnight(now)
    here = int((now - begins).total_seconds() // 1800)
    return rules.surge_level(half_hours(begins)[here], expected(begins)[here])


def expected(day_begins: datetime, *, weeks: int = WEEKS) -> Sequence[float]:
    """Return the calls expected in each half hour: the mean of this weekday in earlier weeks.

    One query.

    Source: R-227 (handbook domain.md 5.3, 5.5: weekday by half hour).
    """
    days = [day_begins - timedelta(weeks=week + 1) for week in range(weeks)]
    within = Q()
    for day in days:
        within |= Q(arrived_at__gte=day, arrived_at__lt=day + timedelta(days=1))
    rows = Call.objects.filter(within, direction=Direction.IN.value)
    found, seen = [0.0] * 48, set()
    for arrived in rows.values_list("arrived_at", flat=True):
        day = next(day for day in days if day <= arrived < day + timedelta(days=1))
        seen.add(day)
        found[int((arrived - day).total_seconds() // 1800)] += 1
    return [number / max(1, len(seen)) for number in found]


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
