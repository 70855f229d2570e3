"""Periodic work of the knowledge base. Bodies only delegate."""

from datetime import datetime, timedelta

from huiyin.kernel.jobs import periodic
from huiyin.knowledge import actions
from huiyin.worktime.calendar import SHANGHAI


@periodic("10 16 * * *", period=timedelta(days=1))
def look_after_answers(scheduled_for: datetime) -> int:
    """Withdraw answers that have ended and open tasks for near dates, at 00:10 local time."""
    today = scheduled_for.astimezone(SHANGHAI).date()
    gone = actions.expire_answers(today=today, now=scheduled_for)
    return gone + actions.look_after_dates(today=today, now=scheduled_for)
