"""Periodic work of the bulletins."""

from datetime import datetime, timedelta

from huiyin.assessment.bulletins import actions
from huiyin.kernel.jobs import periodic


@periodic("30 22 * * *", period=timedelta(days=1))
def draft(scheduled_for: datetime) -> int:
    """Draft what is due at half past six in Shanghai; safe late, twice, in parallel."""
    return actions.draft_due(until=scheduled_for)
