"""Questions about call tests: the list, one with its calls, what is still to be heard."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime, time, timedelta

from django.db.models import Count, Prefetch, Q

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.listening import policy
from huiyin.callcentre.listening.models import CallTest, DrawnCall
from huiyin.callcentre.listening.states import Fault
from huiyin.kernel.paging import Page, page
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI


def to_draw_from(since: date, until: date, agent: int | None) -> list[int]:
    """Return the incoming calls of these days whose recording is there. One query."""
    rows = Call.objects.filter(
        direction=Direction.IN.value,
        answered_at__isnull=False,
        arrived_at__gte=datetime.combine(since, time.min, SHANGHAI),
        arrived_at__lt=datetime.combine(until, time.min, SHANGHAI) + timedelta(1),
        recording__removed_at__isnull=True,
    ).exclude(recording__digest="")
    if agent is not None:
        rows = rows.filter(agent=agent)
    return list(rows.filter(recording__isnull=False).order_by("pk").values_list("pk", flat=True))


def listed(actor: Actor, *, cursor: str = "", size: int = 50) -> Page[CallTest]:
    """Return one page of the tests, newest first, with how much was heard. One query."""
    policy.require_hearer(actor)
    rows = CallTest.objects.select_related("agent", "drawn_by").annotate(
        drawn=Count("calls"), heard=Count("calls", filter=~Q(calls__verdict=""))
    )
    return page(rows, by=("-id",), cursor=cursor, size=size)


def get(actor: Actor, key: int) -> CallTest | None:
    """Return one test with its calls and recordings. Two queries. Raises NotAllowed."""
    policy.require_hearer(actor)
    calls = DrawnCall.objects.select_related(
        "call__agent", "call__order", "call__recording", "judged_by"
    ).order_by("pk")
    rows = CallTest.objects.select_related("agent", "drawn_by")
    return rows.prefetch_related(Prefetch("calls", calls)).filter(pk=key).first()


def faults_of(test: CallTest) -> list[tuple[Fault, int]]:
    """Return how often each fault was found in a test, most first. No query.

    Source: R-507 (requirement 57).
    """
    counted = Counter(fault for row in test.calls.all() for fault in row.faults)
    return sorted(((Fault(f), n) for f, n in counted.items()), key=lambda each: -each[1])


def to_hear(actor: Actor, most: int = 1000) -> int:
    """Return how many drawn calls nobody has heard yet, at most ``most``. One query or none."""
    if not set(policy.HEARERS) & actor.perms:
        return 0
    return DrawnCall.objects.filter(verdict="")[:most].count()
