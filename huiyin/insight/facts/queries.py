"""Reading what facts are made from, and the facts themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import reduce
from operator import add
from typing import Any

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.expressions import Combinable

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.supervision.models import Urging
from huiyin.followup.supervision.states import BY_PERSON
from huiyin.insight.facts import rules
from huiyin.insight.facts.models import ClosedDay, FactLine, LakeMonth
from huiyin.insight.facts.rules import Attempt, Limit, Part, Record, Return
from huiyin.insight.facts.states import Window
from huiyin.knowledge.states import ClockKind
from huiyin.orders.application_states import ApplicationKind
from huiyin.orders.kinds import AssignmentRole, LinkKind
from huiyin.orders.models import (
    Application,
    Assignment,
    Clock,
    OrderEvent,
    OrderLink,
    Reply,
    WorkOrder,
)
from huiyin.orders.states import State
from huiyin.worktime.calendar import SHANGHAI

CHUNK = 2000
PLAIN = (
    "unit_id", "shared", "category_id", "region_id", "channel", "kind", "accepted_on",
    "dispatched_on", "due_on", "closed_on", "answer_key", "case_key",
)  # fmt: skip
STORED = ("day", "sign", "order_id", *PLAIN, *rules.names())
Rows = dict[int, list[Any]]
Lines = QuerySet[FactLine]
_MEASURED = (ClockKind.DISPATCH, ClockKind.SIGN, ClockKind.CONTACT, ClockKind.FINISH)


def closed_days() -> QuerySet[ClosedDay]:
    """Return the closed days, newest first. One query."""
    return ClosedDay.objects.order_by("-day")


def last_closed() -> ClosedDay | None:
    """Return the newest closed day. One query."""
    return closed_days().first()


def first_closed() -> ClosedDay | None:
    """Return the oldest closed day. One query."""
    return closed_days().last()


def digest_of(day: date, before: str) -> str:
    """Return the digest over the lines of a day as they are stored now. One query."""
    rows = FactLine.objects.filter(day=day).order_by("pk").values_list(*STORED)
    return rules.digest_of(rows.iterator(CHUNK), before)


def broken_days() -> list[date]:
    """Return the closed days whose lines are not those that were sealed."""
    wrong, before = [], ""
    for closed in closed_days().reverse():
        if digest_of(closed.day, before) != closed.digest:
            wrong.append(closed.day)
        before = closed.digest
    return wrong


def broken_days_of(first: date, last: date, *, as_of: date) -> list[date]:
    """Return the closed days until ``as_of`` whose lines count in a period and are not as sealed.

    Days none of whose lines count, before the period or after it, are not read.
    """
    inside = Q()
    for window in Window:
        inside |= Q(**{f"{window.value}__gte": first, f"{window.value}__lte": last})
    lines = FactLine.objects.filter(inside, day__lte=as_of)
    days = set(lines.order_by().values_list("day", flat=True).distinct())
    wrong, before, sealed = [], "", set()
    for closed in closed_days().filter(day__lte=as_of).reverse():
        sealed.add(closed.day)
        if closed.day in days and digest_of(closed.day, before) != closed.digest:
            wrong.append(closed.day)
        before = closed.digest
    return wrong + sorted(days - sealed)


def first_day() -> date | None:
    """Return the day of the first order; None without any. One query."""
    first = WorkOrder.objects.order_by("created_at").values_list("created_at", flat=True).first()
    return rules.day_of(first) if first else None


def lake_months() -> QuerySet[LakeMonth]:
    """Return the months in the lake, oldest first. One query."""
    return LakeMonth.objects.order_by("month")


def touched(day: date, *, everything: bool = False) -> list[int]:
    """Return the keys of orders to which something happened on a day. Three queries.

    With ``everything``, of all orders made until its end: the first day that is closed.
    """
    begin, end = datetime.combine(day, time.min, SHANGHAI), rules.end_of(day)
    if everything:
        return list(
            WorkOrder.objects.filter(created_at__lt=end).order_by("pk").values_list("pk", flat=True)
        )
    on_day = Q(at__gte=begin, at__lt=end)
    found: set[int] = set()
    for rows in (OrderEvent.objects, CallbackAttempt.objects, Urging.objects):
        found |= set(rows.filter(on_day).values_list("order_id", flat=True).distinct())
    return sorted(found)


def records(keys: Sequence[int]) -> Iterator[Record]:
    """Yield what is measured of these orders, by key. Eight queries for each two thousand."""
    for start in range(0, len(keys), CHUNK):
        yield from _records(list(keys[start : start + CHUNK]))


def _records(keys: list[int]) -> Iterator[Record]:
    found = _beside(keys)
    orders = WorkOrder.objects.filter(pk__in=keys).order_by("pk").select_related("requester")
    for order in orders:
        caller = getattr(order, "requester", None)
        yield Record(
            order=order.pk,
            created_at=order.created_at,
            channel=order.channel,
            kind=order.kind,
            category=order.category_id,
            region=order.region_id,
            lead=order.lead_unit_id,
            drafted=order.state == State.DRAFT,
            void=order.state == State.VOID,
            repeat=order.pk in found.repeats,
            round=order.round,
            close_type=order.close_type,
            closed_at=order.closed_at,
            caller=bytes(caller.phone_key) if caller else b"",
            dispatch=[
                _limit(c) for c in found.clocks[order.pk] if c["kind"] == ClockKind.DISPATCH.value
            ],
            parts=_parts(order.pk, found),
            attempts=[
                Attempt(a["round"], a["at"], a["reached"], a["solved"], a["satisfaction"])
                for a in found.attempts[order.pk]
            ],
        )


@dataclass(frozen=True, slots=True)
class _Beside:
    """Rows beside the orders of one batch, by order."""

    parts: Rows
    clocks: Rows
    applications: Rows
    urgings: Rows
    replies: Rows
    attempts: Rows
    repeats: frozenset[int]


def _by_order(rows: Iterable[Any]) -> Rows:
    found: Rows = defaultdict(list)
    for row in rows:
        found[row["order_id"]].append(row)
    return found


def _beside(keys: list[int]) -> _Beside:
    """Read what hangs on these orders. Seven queries."""
    links = OrderLink.objects.filter(
        order__in=keys,
        kind__in=[LinkKind.MERGED.value, LinkKind.SEQUEL.value],
        ended_at__isnull=True,
    )
    roles = [AssignmentRole.LEAD.value, AssignmentRole.ASSIST.value]
    parts = Assignment.objects.filter(order__in=keys, parent__isnull=True, role__in=roles)
    clocks = Clock.objects.filter(order__in=keys).filter(
        kind__in=[kind.value for kind in _MEASURED]
    )
    kinds = [ApplicationKind.RETURN.value, ApplicationKind.EXTENSION.value]
    asked = Application.objects.filter(order__in=keys, kind__in=kinds)
    urged = Urging.objects.filter(order__in=keys, kind__in=BY_PERSON, at__isnull=False)
    return _Beside(
        parts=_by_order(
            parts.order_by("pk").values(
                "pk", "order_id", "unit_id", "role", "dispatched_at", "signed_at", "contacted_at",
                "due_at", "replied_at", "ended_at", "continues_id", "shared_score",
                "round",
            )
        ),
        clocks=_by_order(
            clocks.order_by("pk").values(
                "order_id", "assignment_id", "kind", "due_at", "stopped_at", "replaced"
            )
        ),
        applications=_by_order(
            asked.order_by("pk").values(
                "order_id", "unit_id", "kind", "asked_at", "outcome", "decided_at"
            )
        ),
        urgings=_by_order(urged.order_by("at", "pk").values("order_id", "unit_id", "at")),
        replies=_by_order(
            Reply.objects.filter(order__in=keys).order_by("pk").values(
                "order_id", "assignment__unit_id", "public_answer"
            )
        ),
        attempts=_by_order(
            CallbackAttempt.objects.filter(order__in=keys).order_by("pk").values(
                "order_id", "round", "at", "reached", "solved", "satisfaction"
            )
        ),
        repeats=frozenset(links.values_list("order_id", flat=True)),
    )  # fmt: skip


def _limit(clock: dict[str, Any]) -> Limit:
    return Limit(clock["due_at"], clock["stopped_at"], clock["replaced"])


@dataclass(slots=True)
class _Whose:
    """What one unit did of an order: its parts, and those that it took over from others."""

    unit: int
    shared: bool
    rows: list[dict[str, Any]]
    keys: set[int]
    units: set[int]
    raised: bool = False


def _parts(order: int, found: _Beside) -> list[Part]:
    """Put the rounds of each unit together; what another unit took over is that unit's.

    Whoever led until a higher level took the order over assists from then on; what it owed before
    stays with it. Other assisting units count only when they are assessed with the lead.

    Source: R-581 (handbook domain.md 2.8, 4.3; requirements 132, 187).
    """
    rows = found.parts[order]
    signing = {
        clock["assignment_id"]
        for clock in found.clocks[order]
        if clock["kind"] == ClockKind.SIGN.value
    }
    heirs = _heirs(rows)
    taken = {row["continues_id"] for row in rows}
    whose: dict[tuple[int, bool], _Whose] = {}
    for row in rows:
        leads = row["role"] == AssignmentRole.LEAD.value
        led = not leads and not row["shared_score"] and row["pk"] in signing
        if not (leads or led or row["shared_score"]):
            continue
        key = _last_heir(row["unit_id"], heirs), not leads and not led
        mine = whose.setdefault(key, _Whose(*key, [], set(), set()))
        mine.keys.add(row["pk"])
        mine.units |= {row["unit_id"], key[0]}
        if row["pk"] not in taken:
            mine.rows.append(row)
            mine.raised = led
    return [_part(order, each, found) for each in whose.values() if each.rows]


def _heirs(rows: Iterable[dict[str, Any]]) -> dict[int, int]:
    """Return which unit took over from which in one order."""
    by_key = {row["pk"]: row for row in rows}
    found = {}
    for row in by_key.values():
        before = by_key.get(row["continues_id"])
        if before is not None and before["unit_id"] != row["unit_id"]:
            found[before["unit_id"]] = row["unit_id"]
    return found


def _last_heir(unit: int, heirs: dict[int, int]) -> int:
    seen = {unit}
    while (after := heirs.get(unit)) is not None and after not in seen:
        seen.add(after)
        unit = after
    return unit


def _part(order: int, whose: _Whose, found: _Beside) -> Part:
    rows, clocks = whose.rows, found.clocks[order]

    def limits(kind: ClockKind) -> list[Limit]:
        return [
            _limit(clock)
            for clock in clocks
            if clock["kind"] == kind.value and clock["assignment_id"] in whose.keys
        ]

    asked = [row for row in found.applications[order] if row["unit_id"] in whose.units]
    longer = [
        row["decided_at"]
        for row in asked
        if row["kind"] == ApplicationKind.EXTENSION.value and row["outcome"] == "granted"
    ]
    urged = [row["at"] for row in found.urgings[order] if row["unit_id"] in whose.units]
    answers = [
        row["public_answer"]
        for row in found.replies[order]
        if row["assignment__unit_id"] in whose.units
    ]
    # A round that was taken away without a reply says nothing where another one was replied to.
    last = ([row for row in rows if row["replied_at"] or not row["ended_at"]] or rows)[-1]
    return Part(
        unit=whose.unit,
        shared=whose.shared,
        dispatched_at=min(row["dispatched_at"] for row in rows),
        signed_at=_first(row["signed_at"] for row in rows),
        contacted_at=_first(row["contacted_at"] for row in rows),
        replied_at=None if whose.raised else last["replied_at"],
        due_at=last["due_at"],
        sign=limits(ClockKind.SIGN),
        contact=limits(ClockKind.CONTACT),
        finish=limits(ClockKind.FINISH),
        returns=[
            Return(row["asked_at"], row["outcome"], row["decided_at"])
            for row in asked
            if row["kind"] == ApplicationKind.RETURN.value
        ],
        extended_at=_first(longer),
        urged_at=_first(urged),
        answer="".join(answers[-1].split()) if answers else "",
        given_at=last["dispatched_at"],
        ended_at=last["dispatched_at"] if whose.raised else last["ended_at"],
        began=any(row["round"] == 1 and row["replied_at"] for row in rows),
    )


def _first(moments: Any) -> datetime | None:
    return min((moment for moment in moments if moment is not None), default=None)


def standing(keys: Sequence[int]) -> dict[tuple[int, int | None, int], FactLine]:
    """Return the line that holds now of each part of these orders. One query."""
    found: dict[tuple[int, int | None, int], FactLine] = {}
    for line in FactLine.objects.filter(order__in=keys).order_by("pk"):
        key = (line.order_id, line.unit_id, line.shared)
        if line.sign > 0:
            found[key] = line
        else:
            found.pop(key, None)
    return found


def lines_on(day: date) -> QuerySet[FactLine]:
    """Return the lines that a closed day added, in their order."""
    return FactLine.objects.filter(day=day).order_by("pk")


def lines_in(
    window: Window, *, first: date, last: date, as_of: date, units: Sequence[int] | None
) -> Lines:
    """Return the lines that a sum over some days is made of.

    Args:
        window: by which day lines belong to the period.
        first: first day of the period; ``last`` its last.
        last: see above.
        as_of: only what closed days until then say.
        units: whose lines; None for the whole city, where shared parts are not counted.
    """
    lines = FactLine.objects.filter(
        **{f"{window.value}__gte": first, f"{window.value}__lte": last}, day__lte=as_of
    )
    return lines.filter(shared=0) if units is None else lines.filter(unit__in=list(units))


def in_heaps(lines: Lines, key: str, least: int, *, units: Sequence[int]) -> Lines:
    """Return the lines of each unit whose ``key`` it has on ``least`` or more of its orders.

    As ``engine.alike`` counts them.

    Source: R-274 (handbook domain.md 2.3, 2.4).
    """
    found = Q(pk__in=[])
    for unit in units:
        own = lines.filter(**{"unit": unit, f"{key}__isnull": False}).order_by().values(key)
        heaps = own.annotate(times=Sum(F("sign") * F("dispatched"))).filter(times__gte=least)
        found |= Q(**{"unit": unit, f"{key}__in": heaps.values(key)})
    return lines.filter(found)


def summed_behind(lines: Lines, terms: Sequence[tuple[str, int]]) -> QuerySet[FactLine, Any]:
    """Return the keys of the orders for which a sum of measures over ``lines`` is above nothing.

    Each measure is taken so many times as its term says, which may be less than none.
    """
    named = Q()
    for measure, _ in terms:
        named |= ~Q(**{measure: 0})
    counted = lines.filter(named).values("order_id")
    return counted.annotate(times=Sum(sum_of(terms))).filter(times__gt=0).order_by("-order_id")


def sum_of(terms: Sequence[tuple[str, int]]) -> Combinable:
    """Return what one line adds to a sum of measures."""
    parts = [F("sign") * F(measure) * Value(times) for measure, times in terms]
    return reduce(add, parts)
