"""Periodic work of the supervision."""

from datetime import datetime, timedelta

from huiyin.followup.supervision import actions
from huiyin.kernel.jobs import periodic


@periodic("*/10 * * * *", period=timedelta(minutes=10))
def remind(scheduled_for: datetime) -> int:
    """Remind units of limits that pass a mark; safe late, twice, in parallel."""
    done = 0
    while batch := actions.remind_due(until=scheduled_for):
        done += batch
    return done


@periodic("5 * * * *", period=timedelta(hours=1))
def ask_for_calls(scheduled_for: datetime) -> int:
    """Put down telephone tasks for slow units; safe late, twice, in parallel."""
    done = 0
    while batch := actions.ask_for_calls(until=scheduled_for):
        done += batch
    return done


@periodic("0 1 * * *", period=timedelta(days=1))
def write_letters(scheduled_for: datetime) -> int:
    """Write the reminder letters of the city's schedule; safe late, twice, in parallel."""
    return actions.write_due_letters(until=scheduled_for)
