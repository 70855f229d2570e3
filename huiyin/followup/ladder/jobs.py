"""Periodic work of the ladder."""

from datetime import datetime, timedelta

from huiyin.followup.ladder import actions
from huiyin.kernel.jobs import periodic


@periodic("15 * * * *", period=timedelta(hours=1))
def climb(scheduled_for: datetime) -> int:
    """Take slow orders a level up; safe late, twice, in parallel."""
    done = 0
    while batch := actions.climb(until=scheduled_for):
        done += batch
    return done
