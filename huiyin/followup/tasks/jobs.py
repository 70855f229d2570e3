"""Periodic work of the tasks."""

from datetime import datetime, timedelta

from huiyin.followup.tasks import actions
from huiyin.kernel.jobs import periodic


@periodic("20 * * * *", period=timedelta(hours=1))
def remind_tasks(scheduled_for: datetime) -> int:
    """Remind units of tasks that come near or are late; safe late, twice, in parallel."""
    return actions.remind_due(until=scheduled_for)
