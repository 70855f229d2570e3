"""Periodic work that keeps the kernel's own tables small."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session

from huiyin.kernel import attempts, idempotency, jobs, outbox
from huiyin.kernel.jobs import periodic

KEYS_FOR = timedelta(days=7)
COUNTERS_FOR = timedelta(days=2)
RUNS_FOR = timedelta(days=30)
GIVEN_UP_FOR = timedelta(days=60)


@periodic("35 19 * * *", period=timedelta(days=1))
def forget_old(scheduled_for: datetime) -> int:
    """Delete what nobody asks for any more, at 03:35 local time; return how many rows.

    Idempotency keys after a week, counters of attempts after two days, rows of job runs after a
    month, news that could not be delivered after two months, sessions when they have ended.
    """
    return (
        idempotency.forget_before(scheduled_for - KEYS_FOR)
        + attempts.forget_before(scheduled_for - COUNTERS_FOR)
        + jobs.forget_before(scheduled_for - RUNS_FOR)
        + outbox.forget_before(scheduled_for - GIVEN_UP_FOR)
        + Session.objects.filter(expire_date__lt=scheduled_for).delete()[0]
    )
