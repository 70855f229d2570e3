"""PostgreSQL's notifications: told when the transaction is committed, to whoever listens then."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

LONGEST = 7900  # PostgreSQL takes up to 8000 bytes


def tell(channel: str, message: str) -> None:
    """Send a message of at most ``LONGEST`` bytes when the present transaction is committed.

    Commits that notify wait for each other: for workers, not for requests.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_notify(%s, %s)", [channel, message])


def tell_all(channel: str, messages: Sequence[str]) -> None:
    """Send several messages, as ``tell`` sends one. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select pg_notify(%s, message) from unnest(%s::text[]) as message",
            [channel, list(messages)],
        )
