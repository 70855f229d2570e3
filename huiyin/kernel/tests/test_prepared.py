"""Prepared reads give what the ordinary query gives, with the values of each call."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from huiyin.kernel.models import OutboxRow
from huiyin.kernel.prepared import Prepared
from tests.world import at

pytestmark = pytest.mark.django_db


def _rows(*attempts: int) -> list[OutboxRow]:
    return [
        OutboxRow.objects.create(
            consumer="a", topic="t", payload={"n": n}, created_at=at(2, 9), available_at=at(2, 9),
            attempts=n,
        )
        for n in attempts
    ]  # fmt: skip


def test_it_gives_the_rows_of_each_value_whole_and_in_order() -> None:
    first, second, third = _rows(1, 2, 2)
    read = Prepared(lambda n: OutboxRow.objects.filter(attempts=n).order_by("-pk"))
    assert read(2) == [third, second]
    assert read(1) == [first]
    assert read(7) == []
    assert read.one(7) is None
    assert read.one(2) == third
    kept, plain = read.one(1), OutboxRow.objects.get(pk=first.pk)
    assert kept is not None
    assert [getattr(kept, f.attname) for f in OutboxRow._meta.concrete_fields] == [
        getattr(plain, f.attname) for f in OutboxRow._meta.concrete_fields
    ]
    assert kept._state.db == "default"
    assert not kept._state.adding


def test_it_is_one_query_with_the_values_bound() -> None:
    (row,) = _rows(3)
    read = Prepared(lambda n, pk: OutboxRow.objects.filter(attempts=n, pk=pk), values=2)
    assert read.one(3, row.pk) == row
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert read.one(4, row.pk) is None
    assert len(asked) == 1


def test_a_value_that_the_query_does_not_hold_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not in the query"):
        Prepared(lambda n: OutboxRow.objects.filter(attempts=n + 1))(1)
    with pytest.raises(TypeError, match="takes 1"):
        Prepared(lambda n: OutboxRow.objects.filter(attempts=n))(1, 2)


@pytest.mark.django_db(transaction=True)
def test_rows_are_locked_inside_a_transaction_only() -> None:
    read = Prepared(lambda n: OutboxRow.objects.select_for_update().filter(attempts=n))
    with pytest.raises(TransactionManagementError):
        read(1)
