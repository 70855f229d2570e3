"""Questions about the machinery: what waits in the outbox, which jobs ran, who read what."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Count, Min, Q, QuerySet

from huiyin.kernel import jobs
from huiyin.kernel.jobs import Job
from huiyin.kernel.models import AccessLog, JobRun, OutboxRow
from huiyin.kernel.outbox import LAST_ATTEMPT
from huiyin.kernel.paging import Page, page

STUCK = timedelta(minutes=5)
"""A row that has waited so long beyond its time tells that no worker runs, or that it fails."""
_SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Backlog:
    """What waits for one consumer: rows, those that failed before, those given up, the oldest."""

    consumer: str
    waiting: int
    failing: int
    given_up: int
    oldest: datetime | None

    def is_stuck(self, now: datetime) -> bool:
        """Tell whether something waits longer than it should."""
        return self.given_up > 0 or (self.oldest is not None and self.oldest <= now - STUCK)


def backlogs() -> list[Backlog]:
    """Return what waits in the outbox, by consumer. One query."""
    given_up = Q(attempts__gte=LAST_ATTEMPT)
    rows = OutboxRow.objects.order_by().values("consumer")
    counted = rows.annotate(
        waiting=Count("pk", filter=~given_up),
        failing=Count("pk", filter=Q(attempts__gt=0) & ~given_up),
        given_up=Count("pk", filter=given_up),
        oldest=Min("available_at", filter=~given_up),
    ).order_by("consumer")
    return [Backlog(**row) for row in counted]


@dataclass(frozen=True, slots=True)
class Behind:
    """How far behind the outbox is: waiting rows, the oldest's age in seconds, rows given up."""

    waiting: int
    oldest: float
    given_up: int


def backlog(now: datetime) -> Behind:
    """Return how far behind the outbox is, all consumers together. One query."""
    rows = backlogs()
    first = min((row.oldest for row in rows if row.oldest is not None), default=now)
    return Behind(
        waiting=sum(row.waiting for row in rows),
        oldest=max(0.0, (now - first).total_seconds()),
        given_up=sum(row.given_up for row in rows),
    )


def outbox_rows(*, failed: bool, cursor: str = "", size: int = 50) -> Page[OutboxRow]:
    """Return one page of waiting rows, newest first; only those that failed if asked. One query."""
    rows = OutboxRow.objects.filter(attempts__gt=0) if failed else OutboxRow.objects.all()
    return page(rows, by=("-id",), cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class JobStanding:
    """A periodic job, its latest run, and whether runs are missing."""

    job: Job
    last: JobRun | None
    missed: bool


def job_standings(now: datetime) -> list[JobStanding]:
    """Return every registered job with its latest run, those in trouble first. Three queries.

    Missed means: no finished run without an error within twice the period, as ``jobs.missed``.
    """
    names = sorted(jobs.REGISTRY)
    latest = JobRun.objects.filter(name__in=names).order_by("name", "-started_at", "-pk")
    last = {run.name: run for run in latest.distinct("name")}
    good = JobRun.objects.filter(name__in=names, ended_at__isnull=False, error="")
    ends = dict(
        good.order_by("name", "-started_at").distinct("name").values_list("name", "started_at")
    )
    begun = jobs.has_begun(now)
    found = [
        JobStanding(job, last.get(name), begun and ends.get(name, _NEVER) < now - 2 * job.period)
        for name, job in jobs.REGISTRY.items()
    ]
    return sorted(found, key=lambda each: (not each.missed, each.job.name))


_NEVER = datetime(2000, 1, 1, tzinfo=_SHANGHAI)


@dataclass(frozen=True, slots=True)
class ReadingFilter:
    """What the list of readings is narrowed to; ``readers`` None means anybody."""

    readers: Collection[str] | None = None
    subject: str = ""
    since: date | None = None
    until: date | None = None


def readings(wanted: ReadingFilter, *, cursor: str = "", size: int = 50) -> Page[AccessLog]:
    """Return one page of the access log, newest first. One query.

    The caller has checked that the reader may see it.
    """
    return page(_readings(wanted), by=("-id",), cursor=cursor, size=size)


def _readings(wanted: ReadingFilter) -> QuerySet[AccessLog]:
    rows = AccessLog.objects.all()
    for condition in _conditions(wanted):
        rows = rows.filter(condition)
    return rows


def _conditions(wanted: ReadingFilter) -> Iterator[Q]:
    if wanted.readers is not None:
        yield Q(reader__in=wanted.readers)
    if wanted.subject:
        yield Q(subject=wanted.subject)
    if wanted.since:
        yield Q(at__gte=datetime.combine(wanted.since, time.min, _SHANGHAI))
    if wanted.until:
        yield Q(at__lt=datetime.combine(wanted.until, time.min, _SHANGHAI) + timedelta(days=1))
