"""Periodic work of telephony."""

from datetime import datetime, timedelta

from huiyin.callcentre.telephony.actions import recordings
from huiyin.kernel.jobs import periodic


@periodic("25 3 * * *", period=timedelta(days=1))
def remove_old_recordings(scheduled_for: datetime) -> int:
    """Remove recordings whose time is over; safe late, twice, in parallel."""
    return recordings.remove_old(scheduled_for)
