"""Periodic work of the group incidents."""

from datetime import datetime, timedelta

from huiyin.dispatch.incidents import actions
from huiyin.kernel.jobs import periodic


@periodic("*/5 * * * *", period=timedelta(minutes=5))
def find_incidents(scheduled_for: datetime) -> int:
    """Look for many like requests at one place; safe late, twice, in parallel."""
    return actions.find(scheduled_for)
