"""Periodic work of the checks of replies."""

from datetime import datetime, timedelta

from huiyin.followup.replychecks import actions
from huiyin.kernel.jobs import periodic


@periodic("15 19 * * 6", period=timedelta(days=7))
def learn_from_audits(scheduled_for: datetime) -> int:
    """Learn from the audits of the city, once a week; safe late, twice, in parallel."""
    return actions.learn_from_audits(scheduled_for)
