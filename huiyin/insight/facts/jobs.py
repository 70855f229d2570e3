"""Nightly work of the facts."""

from datetime import datetime, timedelta

from huiyin.insight.facts import actions, rules
from huiyin.kernel.jobs import periodic


@periodic("30 17 * * *", period=timedelta(days=1))
def close(scheduled_for: datetime) -> int:
    """Close the days that are over, at half past one in Shanghai; safe late, twice, in parallel."""
    until = rules.day_of(scheduled_for) - timedelta(days=1)
    done = actions.close_days(until, now=scheduled_for)
    actions.write_missing(now=scheduled_for)
    return len(done)
