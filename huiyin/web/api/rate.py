"""How fast one caller may ask: a bucket of tries per caller in each process, without the database.

The bucket holds ten seconds' worth and fills evenly, so a burst passes and a loop that has run wild
is stopped. Every web process counts for itself; the limit is meant for faults, not for billing.
"""

from __future__ import annotations

import threading
import time

from django.conf import settings

from huiyin.kernel.errors import TooMany

_BURST_SECONDS = 10
_MOST_CALLERS = 10_000
_buckets: dict[str, tuple[float, float]] = {}
_lock = threading.Lock()


def count(caller: str) -> None:
    """Take one try out of the caller's bucket; a limit of 0 means none.

    Raises:
        TooMany: the bucket is empty.
    """
    per_second = settings.API_REQUESTS_PER_MINUTE / 60
    if per_second <= 0:
        return
    most = max(1.0, per_second * _BURST_SECONDS)
    with _lock:
        tick = time.monotonic()
        left, last = _buckets.get(caller, (most, tick))
        left = min(most, left + (tick - last) * per_second)
        if len(_buckets) > _MOST_CALLERS:
            _buckets.clear()
        _buckets[caller] = (max(left - 1, 0) if left >= 1 else left, tick)
    if left < 1:
        wait = int((1 - left) / per_second) + 1
        raise TooMany("请求过于频繁", remedy=f"请 {wait} 秒后再试", retry_after=wait)


def forget_all() -> None:
    """Fill every bucket (tests)."""
    with _lock:
        _buckets.clear()
