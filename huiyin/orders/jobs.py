"""Periodic work on orders. Bodies only delegate: the work itself is in actions."""

from datetime import datetime, timedelta

from huiyin.kernel.jobs import periodic
from huiyin.knowledge import actions as knowledge
from huiyin.orders import actions, questions
from huiyin.orders.actions import texts


@periodic("* * * * *", period=timedelta(minutes=1))
def mark_overdue(scheduled_for: datetime) -> int:
    """Write an ``overdue`` event for each clock that has run out; safe late, twice, in parallel."""
    return actions.record_overdue(until=scheduled_for)


@periodic("* * * * *", period=timedelta(minutes=1))
def resume_suspended(scheduled_for: datetime) -> int:
    """Resume suspended orders whose review date has come; safe late, twice, in parallel."""
    return actions.resume_due(until=scheduled_for)


@periodic("20 18 * * *", period=timedelta(days=1))
def archive(scheduled_for: datetime) -> int:
    """Archive what has been closed long enough, at 02:20 local time."""
    done = 0
    while batch := actions.archive_closed(until=scheduled_for):
        done += batch
    return done


@periodic("*/10 * * * *", period=timedelta(minutes=10))
def recompute_provisional(scheduled_for: datetime) -> int:
    """Recompute provisional deadlines of a year whose table has come; a no-op on other days."""
    return actions.recompute_provisional(now=scheduled_for)


@periodic("* * * * *", period=timedelta(minutes=1))
def carry_out_changes(scheduled_for: datetime) -> int:
    """Carry out changes of the organisation whose day has come; orders left behind follow."""
    return actions.carry_out_due(until=scheduled_for)


@periodic("40 19 * * *", period=timedelta(days=1))
def learn_words(scheduled_for: datetime) -> int:  # noqa: ARG001 - the words are those of now
    """Learn which words occur, for slips of the ear in searches, at 03:40 local time."""
    return texts.learn_words()


@periodic("*/10 * * * *", period=timedelta(minutes=10))
def learn_first_words(scheduled_for: datetime) -> int:
    """Learn the words of a new city at once; nothing where there are many texts already."""
    return texts.learn_words_while_few(scheduled_for)


@periodic("30 16 * * *", period=timedelta(days=1))
def suggest_articles(scheduled_for: datetime) -> int:
    """Open tasks for what is asked often and has no article, at 00:30 local time."""
    rows = questions.asked_without_article(scheduled_for)
    return knowledge.suggest_from_orders(rows, now=scheduled_for)
