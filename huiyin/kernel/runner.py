"""The worker: periodic jobs by procrastinate, and the loops beside them.

Nothing of what has run is kept in procrastinate's tables, our own ``JobRun`` says it. So a tick
that was missed, failed or died with its worker is recognised by its missing row and run once more.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from datetime import datetime

import psycopg
from django.db import Error, connection
from procrastinate import App, exceptions, psycopg_connector
from procrastinate.contrib.django import db_cleanup, utils
from procrastinate.jobs import Status

from huiyin.kernel import clock, jobs, log, loops

JOBS_AT_ONCE = 2
PATIENCE = 8.0  # seconds for what is under way when the worker is told to stop
LOOK_AFTER = 15.0  # seconds between two looks for what is owed
DEAD_AFTER = 40.0  # seconds without a sign of life after which a worker counts as dead
_AWAY = (exceptions.ConnectorException, psycopg.Error, Error, OSError)
_log = log.logger(__name__)


async def work(stop: asyncio.Event) -> tuple[bool, bool]:
    """Do all background work until ``stop`` is set.

    Returns:
        whether we ended because we were told to, and whether everything under way has ended.

    Any number of workers may run at once. Each may be killed at any moment: rows and jobs that it
    had not finished are done by another, or by itself when it runs again.
    """
    told = threading.Event()
    threads = [
        threading.Thread(target=loops.run, args=(loop, told), name=loop.name, daemon=True)
        for loop in loops.REGISTRY.values()
    ]
    for thread in threads:
        thread.start()
    periodic = asyncio.create_task(_periodic(stop))
    while not stop.is_set() and _all_alive(threads) and not periodic.done():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 1)
    told_to = stop.is_set()
    stop.set()
    told.set()
    await asyncio.wait({periodic}, timeout=PATIENCE)
    await asyncio.to_thread(_join, threads, 1.0)
    return told_to, periodic.done() and not any(thread.is_alive() for thread in threads)


def _all_alive(threads: list[threading.Thread]) -> bool:
    return all(thread.is_alive() for thread in threads)


def _join(threads: list[threading.Thread], patience: float) -> None:
    """Wait for all of them to end, ``patience`` seconds altogether."""
    give_up = time.monotonic() + patience
    for thread in threads:
        thread.join(max(0.0, give_up - time.monotonic()))


async def _periodic(stop: asyncio.Event) -> None:
    """Run periodic jobs until ``stop`` is set; wait for a database that is away."""
    while not stop.is_set():
        session = asyncio.create_task(_session())
        ended = asyncio.create_task(stop.wait())
        await asyncio.wait({session, ended}, return_when=asyncio.FIRST_COMPLETED)
        session.cancel()
        ended.cancel()
        try:
            await session
        except asyncio.CancelledError:
            return
        except _AWAY as error:
            _log.error("jobs wait for the database: %s", error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 2)


async def _session() -> None:
    """Run jobs until cancelled, or until the database is lost."""
    app = app_for_worker()
    jobs.schedule_all(app)
    async with app.open_async():
        keeper = asyncio.create_task(_keep(app))
        try:
            await app.run_worker_async(
                name="huiyin",
                concurrency=JOBS_AT_ONCE,
                install_signal_handlers=False,
                shutdown_graceful_timeout=PATIENCE - 1,
                delete_jobs="always",
                fetch_job_polling_interval=5,
            )
        finally:
            keeper.cancel()
            await asyncio.wait({keeper})


def app_for_worker() -> App:
    """Return a procrastinate application with a small pool of its own on our database."""
    connector = psycopg_connector.PsycopgConnector(
        kwargs=utils.connector_params(), min_size=1, max_size=JOBS_AT_ONCE + 2
    )
    return db_cleanup.DjangoApp(connector=connector)


async def _keep(app: App) -> None:
    """Now and then, clear away what dead workers left and enqueue what is owed."""
    while True:
        try:
            await clear_dead(app)
            await catch_up(app)
        except _AWAY as error:
            _log.error("could not look for jobs that are owed: %s", error)
        await asyncio.sleep(LOOK_AFTER)


async def clear_dead(app: App) -> int:
    """Take the jobs of workers that died off the table; return how many."""
    await app.job_manager.prune_stalled_workers(DEAD_AFTER)
    stalled = list(await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=DEAD_AFTER))
    for job in stalled:
        await app.job_manager.finish_job(job=job, status=Status.FAILED, delete_job=True)
    return len(stalled)


async def catch_up(app: App) -> list[str]:
    """Enqueue every job that has not done its last tick; return their names."""
    names = []
    for job, tick in await asyncio.to_thread(_owing):
        with contextlib.suppress(exceptions.AlreadyEnqueued):
            await app.configure_task(job.name, queueing_lock=job.name).defer_async(
                timestamp=int(tick.timestamp())
            )
            names.append(job.name)
    return names


def _owing() -> list[tuple[jobs.Job, datetime]]:
    try:
        return jobs.owing(clock.now())
    finally:
        connection.close()
