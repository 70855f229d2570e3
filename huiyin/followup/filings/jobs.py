"""Periodic work of the filings."""

from datetime import datetime, timedelta

from huiyin.followup.filings import actions
from huiyin.kernel.jobs import periodic


@periodic("5 * * * *", period=timedelta(hours=1))
def expire_filings(scheduled_for: datetime) -> int:
    """End filings whose last day is over; safe late, twice, in parallel."""
    return actions.expire(until=scheduled_for)
