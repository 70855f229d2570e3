"""Our door to background work: named periodic jobs and single jobs, run by procrastinate.

A job is given its scheduled time, does all that is due until then, and is safe late, twice or in
parallel. Each run leaves a row in ``JobRun``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from huiyin.kernel import clock, log
from huiyin.kernel.models import JobRun

Body = Callable[[datetime], int]
_log = log.logger(__name__)


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


def schedule_all() -> None:
    """Hand every registered job to procrastinate; called once by the worker process."""
    from procrastinate.contrib.django import app

    for job in REGISTRY.values():
        _schedule(app, job)


def _schedule(app: object, job: Job) -> None:
    def task(timestamp: int) -> None:
        job.run(datetime.fromtimestamp(timestamp, UTC))

    registered = app.task(name=job.name, queueing_lock=job.name)(task)  # type: ignore[attr-defined]
    app.periodic(cron=job.cron)(registered)  # type: ignore[attr-defined]


def missed(now: datetime) -> list[str]:
    """Return the names of jobs with no finished run within twice their period before ``now``."""
    late = []
    for job in REGISTRY.values():
        last = JobRun.objects.filter(name=job.name, ended_at__isnull=False, error="")
        if not last.filter(started_at__gte=now - 2 * job.period).exists():
            late.append(job.name)
    return late
