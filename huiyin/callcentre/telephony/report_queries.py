"""Calls and figures as pages, API and tables tell them, from one place so that they agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.queries import MissedFigures
from huiyin.callcentre.telephony.rules import Figures
from huiyin.kernel.errors import NotAllowed
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

SEE_ALL = frozenset({Perm.SUPERVISE, Perm.QUALITY, Perm.REPORTS})
SEE_OWN = frozenset({Perm.INTAKE, Perm.CALL_BACK})
_LONGEST_SEAT = 5


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list of calls is narrowed to; days are local and both included."""

    since: date | None = None
    until: date | None = None
    direction: Direction | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """The indicators of one local day: K01-K05, K06, and K07 without wrap-up."""

    day: date
    figures: Figures
    missed: MissedFigures
    talk: float | None


@dataclass(frozen=True, slots=True)
class Days:
    """The indicators of some days, and of all of them together."""

    within: int
    days: Sequence[Day]
    whole: Day


def visible(actor: Actor) -> QuerySet[Call]:
    """Return the calls that somebody may see: leaders and quality all, agents their own.

    Raises:
        NotAllowed: none.
    """
    rows = Call.objects.select_related("agent", "order", "recording")
    if actor.perms & SEE_ALL and Perm.HANDLE not in actor.perms:
        return rows
    if actor.staff is None or not actor.perms & SEE_OWN:
        raise NotAllowed("您的岗位不能查看通话")
    return rows.filter(agent_id=actor.staff.pk)


def calls(actor: Actor, wanted: Wanted, *, cursor: str = "", size: int = 50) -> Page[Call]:
    """Return one page of the calls that somebody may see, newest first, with stretches.

    Two queries.

    Source: R-465 (requirements 8, 36; issue of calls 7).
    """
    rows = visible(actor).prefetch_related("spans")
    if wanted.since is not None:
        rows = rows.filter(arrived_at__gte=_begins(wanted.since))
    if wanted.until is not None:
        rows = rows.filter(arrived_at__lt=_begins(wanted.until + timedelta(days=1)))
    if wanted.direction is not None:
        rows = rows.filter(direction=wanted.direction.value)
    return page(rows, by=("-arrived_at", "-id"), cursor=cursor, size=size)


def days(since: date, until: date) -> Days:
    """Return K01-K07 of each day and of all; the numbers of the floor's page. Three queries a day.

    Source: R-465 (requirement 8; handbook domain.md 3.3 K01-K07).
    """
    whole = _begins(since), _begins(until + timedelta(days=1))
    every = [since + timedelta(days=n) for n in range((until - since).days + 1)]
    found = [_day(day, _begins(day), _begins(day + timedelta(days=1))) for day in every]
    within = int(knowledge.parameter("telephony.answer_within_seconds", whole[1], default=15))
    return Days(within, found, _day(until, *whole))


def _day(day: date, since: datetime, until: datetime) -> Day:
    return Day(
        day,
        queries.figures(since, until),
        queries.missed_figures(since, until),
        queries.mean_talk(since, until),
    )


def per_cent(rate: float | None) -> float | None:
    """Return a part of one as per cent with two decimals."""
    return None if rate is None else round(rate * 100, 2)


def seconds(span: float | None) -> float | None:
    """Return seconds with one decimal."""
    return None if span is None else round(span, 1)


def seat_shown(seat: str) -> str:
    """Return a seat's extension; of a number outside nothing."""
    return seat if len(seat) <= _LONGEST_SEAT else ""


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(0), SHANGHAI)
