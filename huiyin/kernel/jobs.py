"""Our door to background work: named periodic jobs and single jobs, run by procrastinate.

A job is given its scheduled time, does all that is due until then, and is safe late, twice or in
parallel. Each run leaves a row in ``JobRun``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from croniter import croniter
from django.db.models import Q
from procrastinate import App

from huiyin.kernel import clock
from huiyin.kernel.models import JobRun

Body = Callable[[datetime], int]
_REGULAR = timedelta(seconds=30)
_GIVEN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Job:
    """A function run on a cron schedule; ``period`` is how often at the longest."""

    name: str
    cron: str
    period: timedelta
    body: Body

    def run(self, scheduled_for: datetime) -> int:
        """Run the body and leave a row of it; an error is recorded and raised."""
        row = JobRun.objects.create(
            name=self.name, scheduled_for=scheduled_for, started_at=clock.now()
        )
        try:
            row.done = self.body(scheduled_for)
        except Exception as error:
            row.error = f"{type(error).__name__}: {error}"[:2000]
            raise
        finally:
            row.ended_at = clock.now()
            row.save(update_fields=["done", "error", "ended_at"])
        return row.done


REGISTRY: dict[str, Job] = {}


def periodic(cron: str, *, period: timedelta) -> Callable[[Body], Body]:
    """Register a periodic job. Cron times are UTC; ``period`` is used to notice missed runs."""

    def register(body: Body) -> Body:
        name = f"{body.__module__.removeprefix('huiyin.').removesuffix('.jobs')}.{body.__name__}"
        if name in REGISTRY or not body.__doc__:
            raise ValueError(f"job {name} is registered twice or has no docstring")
        REGISTRY[name] = Job(name, cron, period, body)
        return body

    return register


def schedule_all(app: App) -> None:
    """Hand every registered job to procrastinate; called once by the worker process."""
    for job in REGISTRY.values():
        _schedule(app, job)


def _schedule(app: App, job: Job) -> None:
    def task(timestamp: int) -> None:
        job.run(datetime.fromtimestamp(timestamp, UTC))

    registered = app.task(name=job.name, queueing_lock=job.name)(task)
    app.periodic(cron=job.cron)(registered)


def last_tick(job: Job, now: datetime) -> datetime:
    """Return the last time at or before ``now`` for which the job was scheduled."""
    first = now + timedelta(seconds=1)  # a tick exactly at ``now`` counts
    tick: float = croniter(job.cron).get_prev(float, start_time=first.timestamp())
    return datetime.fromtimestamp(round(tick), UTC)


def owing(now: datetime) -> list[tuple[Job, datetime]]:
    """Return the jobs that have not done their last tick, with it: those to be run once more.

    They were missed while no worker ran, failed, or died with their worker. One that is still
    under way, or began less than ten minutes ago, is given its time.
    """
    found = []
    for job in REGISTRY.values():
        tick = last_tick(job, now)
        runs = JobRun.objects.filter(name=job.name, scheduled_for__gte=tick)
        done = Q(ended_at__isnull=False, error="")
        if not runs.filter(done | Q(started_at__gt=now - _GIVEN)).exists() and _is_due(tick, now):
            found.append((job, tick))
    return found


def _is_due(tick: datetime, now: datetime) -> bool:
    """Tell whether the regular schedule has had its chance at this tick."""
    return now - tick > _REGULAR


def has_begun(now: datetime) -> bool:
    """Tell whether background work began more than ten minutes ago.

    Before, nothing counts as missed: a new installation owes every job and is doing them.
    That no worker runs at all is told by its missing sign of life.
    """
    return JobRun.objects.filter(started_at__lt=now - _GIVEN).exists()


def missed(now: datetime) -> list[str]:
    """Return the names of jobs with no finished run within twice their period before ``now``."""
    if not has_begun(now):
        return []
    late = []
    for job in REGISTRY.values():
        last = JobRun.objects.filter(name=job.name, ended_at__isnull=False, error="")
        if not last.filter(started_at__gte=now - 2 * job.period).exists():
            late.append(job.name)
    return late


def forget_before(instant: datetime) -> int:
    """Delete the rows of runs that began before ``instant``; return how many."""
    return JobRun.objects.filter(started_at__lt=instant).delete()[0]
