"""Nightly learning."""

from datetime import datetime, timedelta

from huiyin.dispatch.learning import actions
from huiyin.kernel.jobs import periodic


@periodic("20 18 * * *", period=timedelta(days=1))
def learn_from_orders(scheduled_for: datetime) -> int:
    """Learn anew from confirmed orders at night when there are enough new ones."""
    return actions.learn_nightly(scheduled_for)
