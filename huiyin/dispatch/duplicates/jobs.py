"""Periodic work of recognising the same event."""

from datetime import datetime, timedelta

from huiyin.dispatch.duplicates import actions
from huiyin.kernel.jobs import periodic


@periodic("*/10 * * * *", period=timedelta(minutes=10))
def sketch_missing(scheduled_for: datetime) -> int:
    """Sketch open orders that have no sketch; safe late, twice, in parallel."""
    return actions.catch_up(scheduled_for)


@periodic("45 18 * * *", period=timedelta(days=1))
def forget_sketches(scheduled_for: datetime) -> int:
    """Drop sketches of orders closed long ago; safe late, twice, in parallel."""
    return actions.forget_closed(scheduled_for)
