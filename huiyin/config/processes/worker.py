"""The process of background work: periodic jobs and the outbox."""

from __future__ import annotations

import asyncio
import os
import signal
import sys


def run() -> None:
    """Work until told to stop, then finish what is under way; Django must be set up already.

    Raises:
        SystemExit: a loop ended by itself, so somebody should start us again.
    """
    if not asyncio.run(_work()):
        raise SystemExit(1)


async def _work() -> bool:
    from huiyin.kernel import runner

    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    told_to, in_time = await runner.work(stop)
    if not in_time:
        # A thread still works and cannot be interrupted. Its transaction is rolled back and done
        # again by the next worker, as after kill -9.
        sys.stderr.flush()
        os._exit(0 if told_to else 1)
    return told_to
