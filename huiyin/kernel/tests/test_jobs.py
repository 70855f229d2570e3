"""Periodic jobs: what is owed, what was missed, and that procrastinate really runs them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from huiyin.kernel import clock, idempotency, jobs, queries, runner, upkeep
from huiyin.kernel.models import AttemptCounter, IdempotencyKey, JobRun
from huiyin.kernel.runner import app_for_worker

DAY = timedelta(days=1)
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def registry() -> Iterator[dict[str, jobs.Job]]:
    """Leave only the test's own jobs in the register."""
    before = dict(jobs.REGISTRY)
    jobs.REGISTRY.clear()
    yield jobs.REGISTRY
    jobs.REGISTRY.clear()
    jobs.REGISTRY.update(before)


def daily(registry: dict[str, jobs.Job], body=None) -> jobs.Job:
    job = jobs.Job("test.daily", "20 18 * * *", DAY, body or (lambda _: 7))
    registry[job.name] = job
    return job


def ran(job: jobs.Job, tick: datetime, *, started: datetime, error: str = "", ended=True) -> None:
    JobRun.objects.create(
        name=job.name, scheduled_for=tick, started_at=started,
        ended_at=started if ended else None, error=error,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("now", "tick"),
    [
        pytest.param(NOON, datetime(2026, 3, 1, 18, 20, tzinfo=UTC), id="yesterday's"),
        pytest.param(
            datetime(2026, 3, 2, 18, 20, tzinfo=UTC),
            datetime(2026, 3, 2, 18, 20, tzinfo=UTC),
            id="exactly now",
        ),
    ],
)
def test_the_last_tick(registry, now, tick) -> None:
    assert jobs.last_tick(daily(registry), now) == tick


def test_a_tick_is_owed_until_it_was_done(db, registry) -> None:
    job = daily(registry)
    tick = jobs.last_tick(job, NOON)
    assert jobs.owing(NOON) == [(job, tick)]
    ran(job, tick - DAY, started=tick - DAY)
    assert jobs.owing(NOON) == [(job, tick)]
    ran(job, tick, started=tick)
    assert jobs.owing(NOON) == []


def test_a_failed_or_abandoned_run_is_owed_after_ten_minutes(db, registry) -> None:
    job = daily(registry)
    tick = jobs.last_tick(job, NOON)
    ran(job, tick, started=NOON - timedelta(minutes=5), error="ValueError: x")
    assert jobs.owing(NOON) == []
    assert jobs.owing(NOON + timedelta(minutes=6)) == [(job, tick)]
    ran(job, tick, started=NOON, ended=False)
    assert jobs.owing(NOON + timedelta(minutes=6)) == []
    assert jobs.owing(NOON + timedelta(minutes=11)) == [(job, tick)]


def test_a_tick_of_this_moment_is_left_to_the_schedule(db, registry) -> None:
    job = daily(registry)
    tick = datetime(2026, 3, 2, 18, 20, tzinfo=UTC)
    assert jobs.owing(tick + timedelta(seconds=20)) == []
    assert jobs.owing(tick + timedelta(seconds=40)) == [(job, tick)]


def test_missed_after_twice_the_period(db, registry) -> None:
    job = daily(registry)
    ran(job, NOON, started=NOON)
    assert jobs.missed(NOON + 2 * DAY) == []
    assert jobs.missed(NOON + 2 * DAY + timedelta(seconds=1)) == [job.name]


def test_nothing_is_missed_in_the_first_ten_minutes_of_an_installation(db, registry) -> None:
    job = daily(registry)
    assert jobs.missed(NOON) == []
    ran(jobs.Job("test.other", "* * * * *", DAY, lambda _: 0), NOON, started=NOON)
    soon, later = NOON + timedelta(minutes=10), NOON + timedelta(minutes=10, seconds=1)
    assert jobs.missed(soon) == []
    assert not any(each.missed for each in queries.job_standings(soon))
    assert jobs.missed(later) == [job.name]
    assert [each.job.name for each in queries.job_standings(later) if each.missed] == [job.name]


def test_a_run_leaves_a_row_with_its_error(db, registry) -> None:
    job = daily(registry, lambda _: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        job.run(NOON)
    row = JobRun.objects.get()
    assert row.error.startswith("ZeroDivisionError")
    assert row.ended_at is not None


def _run_worker_once() -> list[str]:
    """Enqueue what is owed and work it off, with a real worker on the real database."""

    async def work() -> list[str]:
        app = app_for_worker()
        jobs.schedule_all(app)
        async with app.open_async():
            names = await runner.catch_up(app)
            await app.run_worker_async(wait=False, install_signal_handlers=False,
                                       delete_jobs="always", listen_notify=False)  # fmt: skip
        return names

    return asyncio.run(work())


def test_what_is_owed_is_run_by_a_real_worker(transactional_db, registry) -> None:
    seen: list[datetime] = []

    def body(scheduled_for: datetime) -> int:
        seen.append(scheduled_for)
        return 3

    job = daily(registry, body)
    assert _run_worker_once() == [job.name]
    assert seen == [jobs.last_tick(job, clock.now())]
    row = JobRun.objects.get()
    assert (row.name, row.done, row.error) == (job.name, 3, "")
    assert _run_worker_once() == []
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from procrastinate_jobs")
        assert cursor.fetchone() == (0,)


def test_jobs_of_dead_workers_are_cleared(transactional_db, registry) -> None:
    daily(registry)
    with connection.cursor() as cursor:
        cursor.execute("insert into procrastinate_workers (last_heartbeat)"
                       " values (now() - interval '2 minutes') returning id")  # fmt: skip
        worker = cursor.fetchone()[0]
        cursor.execute(
            "insert into procrastinate_jobs (queue_name, task_name, status, worker_id)"
            " values ('default', 'test.daily', 'doing', %s)", [worker]
        )  # fmt: skip

    async def clear() -> int:
        app = app_for_worker()
        async with app.open_async():
            return await runner.clear_dead(app)

    assert asyncio.run(clear()) == 1
    with connection.cursor() as cursor:
        cursor.execute("select (select count(*) from procrastinate_jobs),"
                       " (select count(*) from procrastinate_workers)")  # fmt: skip
        assert cursor.fetchone() == (0, 0)


def test_upkeep_forgets_what_is_old_and_nothing_else(db) -> None:
    now = clock.now()
    for age in (timedelta(days=1), timedelta(days=8)):
        claim = idempotency.Claim.of("c", f"{age}", b"")
        idempotency.once(claim, lambda: {"x": 1}, now=now - age)
        AttemptCounter.objects.create(scope="s", window_start=now - age / 2)
    JobRun.objects.create(name="x", scheduled_for=now, started_at=now - timedelta(days=31))
    assert upkeep.forget_old(now) == 3
    assert [IdempotencyKey.objects.count(), AttemptCounter.objects.count()] == [1, 1]
    assert not JobRun.objects.exists()
