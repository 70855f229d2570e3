"""The outbox: done once, together with its deletion; a bad row stops nobody; workers share it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction

from huiyin.kernel import clock, outbox, queries
from huiyin.kernel.models import AttemptCounter, OutboxRow

NOW = clock.now()


@pytest.fixture(autouse=True)
def alone() -> Iterator[None]:
    """Register no consumers but those of the test."""
    before = dict(outbox._consumers)
    outbox._consumers.clear()
    outbox._listening.clear()
    yield
    outbox._consumers.clear()
    outbox._consumers.update(before)
    outbox._listening.clear()


def announce(count: int, topic: str = "t") -> None:
    for number in range(count):
        outbox.announce(topic, {"n": number}, now=NOW)


def write_a_row(_topic, payload, now) -> None:
    """Leave a trace in the database, so that one can count how often it was done."""
    AttemptCounter.objects.create(scope=f"row {payload['n']}", window_start=now, count=1)


def fail_on(wanted: int, error: Exception | None = None):
    def handle(topic, payload, now) -> None:
        write_a_row(topic, payload, now)
        if payload["n"] == wanted:
            raise error or ValueError("cannot")

    return handle


def test_rows_are_done_in_order_and_deleted(db) -> None:
    seen: list[int] = []
    outbox.register("a", ("t",), lambda _t, payload, _n: seen.append(payload["n"]))
    announce(250)
    assert outbox.drain(limit=200) == 200
    assert outbox.drain(limit=200) == 50
    assert outbox.drain() == 0
    assert seen == list(range(250))
    assert not OutboxRow.objects.exists()


def test_nothing_is_written_for_who_is_left_out(db) -> None:
    seen: list[str] = []
    for name in ("a", "b"):
        outbox.register(name, ("t",), lambda _t, _p, _n, name=name: seen.append(name))
    outbox.unregister("a")
    outbox.unregister("nobody")
    announce(1)
    assert outbox.drain() == 1
    assert seen == ["b"]


def test_a_batch_is_few_statements(db, django_assert_max_num_queries, monkeypatch) -> None:
    monkeypatch.setattr(outbox, "LONGEST_BATCH", 600.0)  # one batch, however slow the machine
    outbox.register("a", ("t",), lambda *_: None)
    announce(100)
    with django_assert_max_num_queries(2 * 100 + 8):  # a savepoint and its release per row
        assert outbox.drain() == 100


def test_rows_taken_together_are_few_statements(db, django_assert_max_num_queries) -> None:
    seen: list[int] = []

    def take(news, _now) -> None:
        seen.extend(payload["n"] for _, payload in news)

    outbox.register("a", ("t",), fail_on(-1), take)
    announce(100)
    with django_assert_max_num_queries(10):
        assert outbox.drain() == 100
    assert seen == list(range(100))
    assert not OutboxRow.objects.exists()


def test_rows_that_fail_together_are_taken_one_by_one(db) -> None:
    def take(news, now) -> None:
        for topic, payload in news:
            fail_on(3)(topic, payload, now)

    outbox.register("a", ("t",), fail_on(3), take)
    announce(6)
    assert outbox.drain() == 5
    assert OutboxRow.objects.get().payload == {"n": 3}
    done = set(AttemptCounter.objects.values_list("scope", flat=True))
    assert done == {f"row {n}" for n in range(6) if n != 3}


def test_a_bad_row_is_put_back_alone_with_its_work(db) -> None:
    outbox.register("a", ("t",), fail_on(3))
    announce(6)
    assert outbox.drain() == 5
    row = OutboxRow.objects.get()
    assert (row.payload, row.attempts, row.last_error) == ({"n": 3}, 1, "ValueError: cannot")
    assert row.available_at - clock.now() > timedelta(seconds=8)
    done = set(AttemptCounter.objects.values_list("scope", flat=True))
    assert done == {f"row {n}" for n in range(6) if n != 3}


def test_a_row_that_breaks_the_transaction_is_found(transactional_db) -> None:
    def handle(topic, payload, now) -> None:
        write_a_row(topic, payload, now)
        if payload["n"] == 2:
            connection.close()  # as a crash of the server's process would

    outbox.register("a", ("t",), handle)
    announce(5)
    assert outbox.drain() == 4
    assert OutboxRow.objects.get().payload == {"n": 2}
    assert AttemptCounter.objects.count() == 4


def test_one_consumer_does_not_starve_another(db) -> None:
    seen: list[str] = []
    outbox.register("a", ("many",), lambda *_: seen.append("a"))
    outbox.register("b", ("few",), lambda *_: seen.append("b"))
    announce(500, "many")
    announce(1, "few")
    outbox.drain(limit=200)
    assert "b" in seen


def test_a_slow_batch_ends_early(db, monkeypatch) -> None:
    monkeypatch.setattr(outbox, "LONGEST_BATCH", -1.0)
    outbox.register("a", ("t",), write_a_row)
    announce(3)
    batch = outbox._do_batch(outbox._consumers["a"], 100)
    assert (batch.taken, batch.done) == (1, 1)
    assert OutboxRow.objects.count() == 2


def test_a_row_is_given_up_after_its_last_attempt_and_can_be_tried_again(db) -> None:
    outbox.register("a", ("t",), fail_on(0))
    announce(1)
    OutboxRow.objects.update(attempts=outbox.LAST_ATTEMPT - 1)
    outbox.drain()
    later = clock.now() + timedelta(days=1)
    assert queries.backlog(later) == queries.Behind(waiting=0, oldest=0.0, given_up=1)
    with clock.driven(later):
        assert outbox.drain() == 0
        assert outbox.retry_given_up(later) == 1
        outbox.register("a", ("t",), write_a_row)
        assert outbox.drain() == 1


def test_the_backlog_tells_the_oldest(db) -> None:
    outbox.register("a", ("t",), write_a_row)
    announce(2)
    found = queries.backlog(NOW + timedelta(seconds=90))
    assert (found.waiting, found.oldest, found.given_up) == (2, 90.0, 0)


def test_rows_given_up_are_forgotten_late(db) -> None:
    outbox.register("a", ("t",), write_a_row)
    announce(2)
    OutboxRow.objects.filter(payload={"n": 0}).update(attempts=outbox.LAST_ATTEMPT)
    assert outbox.forget_before(NOW) == 0
    assert outbox.forget_before(NOW + timedelta(seconds=1)) == 1


def test_two_workers_share_the_rows(transactional_db) -> None:
    outbox.register("a", ("t",), write_a_row)
    announce(300)
    done: list[int] = []

    def work() -> None:
        try:
            while count := outbox.drain(limit=50):
                done.append(count)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(done) == 300
    assert AttemptCounter.objects.count() == 300
    assert not OutboxRow.objects.exists()


def test_news_of_a_failed_event_is_never_heard(db) -> None:
    outbox.register("a", ("t",), write_a_row)
    with transaction.atomic():
        announce(1)
        transaction.set_rollback(True)
    assert outbox.drain() == 0
