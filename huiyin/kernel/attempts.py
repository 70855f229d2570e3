"""Rate limits counted in the database, so that every process counts together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection

from huiyin.kernel.errors import TooMany
from huiyin.kernel.models import AttemptCounter

_COUNT = """
    insert into kernel_attemptcounter (scope, window_start, count) values (%s, %s, 1)
    on conflict (scope, window_start) do update set count = kernel_attemptcounter.count + 1
    returning count
"""


def count(scope: str, *, limit: int, window: timedelta, now: datetime) -> None:
    """Count one attempt in ``scope``; windows are fixed and begin at multiples of ``window``.

    Raises:
        TooMany: more than ``limit`` attempts in this window. The attempt is counted all the same.
    """
    seconds = int(window.total_seconds())
    start = datetime.fromtimestamp(int(now.timestamp()) // seconds * seconds, tz=now.tzinfo)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [scope[:120], start])
        tried = cursor.fetchone()[0]
    if tried > limit:
        wait = int((start + window - now).total_seconds()) + 1
        raise TooMany(f"操作过于频繁，请 {_in_words(wait)}后再试", retry_after=wait)


def forget_before(instant: datetime) -> int:
    """Delete counters of windows that began before ``instant``; return how many."""
    return AttemptCounter.objects.filter(window_start__lt=instant).delete()[0]


def _in_words(seconds: int) -> str:
    return f"{seconds} 秒" if seconds < 60 else f"{-(-seconds // 60)} 分钟"
