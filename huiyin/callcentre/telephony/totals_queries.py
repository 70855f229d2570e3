"""How many calls there were by year and month, and what came of a leader's answering day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate
from typing import Any

from django.db.models import Count, Func, Q, QuerySet
from django.db.models.functions import ExtractMonth, ExtractYear

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.models import LeaderDay, Missed
from huiyin.callcentre.telephony.planning_queries import midnight
from huiyin.callcentre.telephony.rules import Figures
from huiyin.callcentre.telephony.states import MissedState
from huiyin.kernel.errors import NotFound
from huiyin.worktime.calendar import SHANGHAI

_CAME = queries.OFFERED
_MEETING = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Total:
    """The calls of a year or a month.

    Attributes:
        repeated: calls from numbers that had called in the same month; None for a year.
        so_far: calls in from the first year, or the first month of the year, to this one.
        figures: K01-K05 of the span, by the formulas of the floor's page.
    """

    span: int
    offered: int
    answered: int
    requests: int
    outgoing: int
    repeated: int | None
    so_far: int
    figures: Figures


def _totals(rows: QuerySet[Call], span: Func, now: datetime, *, repeated: bool) -> list[Total]:
    counted = queries.counts(now, _CAME)
    counts = {
        "offered": Count("pk", filter=_CAME),
        "answered": Count("pk", filter=_CAME & Q(answered_at__isnull=False)),
        "requests": Count("pk", filter=Q(outcome=CallOutcome.REQUEST.value)),
        "outgoing": Count("pk", filter=Q(direction=Direction.OUT.value)),
        "prompt": counted["prompt"], "lost": counted["lost"], "waited": counted["waited"],
    }  # fmt: skip
    if repeated:
        shown = _CAME & ~Q(number_key=b"")
        counts |= {
            "shown": Count("pk", filter=shown),
            "numbers": Count("number_key", filter=shown, distinct=True),
        }
    spans = rows.annotate(span=span).values("span")
    found: list[Any] = list(spans.annotate(**counts).order_by("span"))
    sums = accumulate(row["offered"] for row in found)
    return [
        Total(
            row["span"], row["offered"], row["answered"], row["requests"], row["outgoing"],
            row["shown"] - row["numbers"] if repeated else None, so_far, queries.of_counts(row),
        )
        for row, so_far in zip(found, sums, strict=True)
    ]  # fmt: skip


def by_year(now: datetime) -> list[Total]:
    """Return the calls of every year, repeated ones included. One query.

    Source: R-528 (requirement 87: totals of ten years, with repeats); R-576 (requirement 8).
    """
    year = ExtractYear("arrived_at", tzinfo=SHANGHAI)
    return _totals(Call.objects.all(), year, now, repeated=False)


def by_month(year: int) -> list[Total]:
    """Return the calls of every month of a year, and how many of them were repeated. One query.

    Source: R-528 (requirement 87); R-576 (requirement 8: connect rate, month by month).
    """
    since, until = midnight(date(year, 1, 1)), midnight(date(year + 1, 1, 1))
    rows = Call.objects.filter(arrived_at__gte=since, arrived_at__lt=until)
    month = ExtractMonth("arrived_at", tzinfo=SHANGHAI)
    return _totals(rows, month, until, repeated=True)


@dataclass(frozen=True, slots=True)
class Followed:
    """One call of a leader's day: was it answered, by what order is it followed, called back?"""

    call: Call
    missed: MissedState | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A leader's day with its calls, the unanswered first among equals of time."""

    day: LeaderDay
    calls: Sequence[Followed]

    @property
    def answered(self) -> int:
        """Return how many calls were answered."""
        return sum(row.call.answered_at is not None for row in self.calls)

    @property
    def unanswered(self) -> int:
        """Return how many calls nobody answered."""
        return len(self.calls) - self.answered

    @property
    def ordered(self) -> int:
        """Return how many became orders."""
        return sum(row.call.order_id is not None for row in self.calls)


def leader_ledger(key: int) -> Ledger:
    """Return what came of a leader's day: every call of its line and hours. Three queries.

    Raises:
        NotFound: no such day.

    Source: R-529 (requirement 107: follow-up ledger).
    """
    day = LeaderDay.objects.select_related("leader", "leader__unit").filter(pk=key).first()
    if day is None:
        raise NotFound("没有这个接听日")
    calls = Call.objects.filter(
        _CAME, line=day.line, arrived_at__gte=day.begins_at, arrived_at__lt=day.ends_at
    )
    rows = list(
        calls.select_related("agent", "order__category", "order__lead_unit", "order__requester")
        .order_by("arrived_at", "pk")
    )  # fmt: skip
    lost = [bytes(row.number_key) for row in rows if row.answered_at is None and row.number_key]
    since = Missed.objects.filter(
        number_key__in=lost, last_at__gte=day.begins_at, first_at__lt=day.ends_at + _MEETING
    )
    missed = {
        bytes(number): MissedState(state)
        for number, state in since.order_by("pk").values_list("number_key", "state")
    }
    return Ledger(
        day,
        [
            Followed(row, missed.get(bytes(row.number_key)) if row.answered_at is None else None)
            for row in rows
        ],
    )
