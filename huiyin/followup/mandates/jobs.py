"""Periodic work of the supervision orders."""

from datetime import datetime, timedelta

from huiyin.followup.mandates import actions
from huiyin.kernel.jobs import periodic


@periodic("*/10 * * * *", period=timedelta(minutes=10))
def watch(scheduled_for: datetime) -> int:
    """Note replies and regular looks that are overdue; safe late, twice, in parallel."""
    done = 0
    while batch := actions.record_late(until=scheduled_for) + actions.miss_checks(
        until=scheduled_for
    ):
        done += batch
    return done
