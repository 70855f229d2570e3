"""Periodic work of the call-backs."""

from datetime import datetime, timedelta

from huiyin.followup.callbacks import actions
from huiyin.kernel.jobs import periodic


@periodic("*/10 * * * *", period=timedelta(minutes=10))
def ask_again(scheduled_for: datetime) -> int:
    """Wish for the next survey where the last is a day old; safe late, twice, in parallel."""
    return actions.ask_again(until=scheduled_for)
