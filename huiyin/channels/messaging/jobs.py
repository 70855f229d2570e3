"""Periodic work on messages. Bodies only delegate: the work itself is in actions."""

from datetime import datetime, timedelta

from huiyin.channels.messaging import actions
from huiyin.kernel import clock
from huiyin.kernel.jobs import periodic


@periodic("* * * * *", period=timedelta(minutes=1))
def send(scheduled_for: datetime) -> int:  # noqa: ARG001 - a late run sends by the true hour
    """Send what is due; the worker's loop has mostly done so already. Safe in parallel."""
    return actions.send_due(now=clock.now())


@periodic("40 18 * * *", period=timedelta(days=1))
def forget(scheduled_for: datetime) -> int:
    """Empty addresses and texts that are no longer needed, at 02:40 local time."""
    done = 0
    while batch := actions.forget_old(until=scheduled_for):
        done += batch
    return done


def send_now() -> int:
    """Send a few messages that are due; the worker's loop between two minutes."""
    return actions.send_due(now=clock.now(), limit=20)
