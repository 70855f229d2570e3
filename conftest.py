"""Shared fixtures of every test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_tables():
    """Let the emptying of tables after a transactional test pass the append-only trigger."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush
    trigger = "alter table orders_orderevent {} trigger orders_event_no_truncate"

    def without_trigger(self, *args, **kwargs):
        sql = plain(self, *args, **kwargs)
        return [trigger.format("disable"), *sql, trigger.format("enable")] if sql else sql

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", without_trigger)
        yield


@pytest.fixture(autouse=True, scope="session")
def _remembered_lasts_a_test():
    """Keep remembered answers for a whole test, however slow the machine is."""
    from huiyin.kernel import cached

    for kept in cached._all:
        kept._seconds = max(kept._seconds, 600)


@pytest.fixture(autouse=True)
def _forget_remembered():
    """Start every test without reference data remembered from another."""
    from huiyin.kernel import cached

    cached.forget_all()
    yield
    cached.forget_all()


@pytest.fixture
def world(db):
    """Return the small city of ``tests.world``."""
    from tests import world as small_city

    return small_city.build()


@pytest.fixture
def story(world):
    """Return a story that has not begun."""
    from tests.world import Story

    return Story(world)


@pytest.fixture(scope="module")
def standing_world(django_db_setup, django_db_blocker):
    """Return the small city, committed for a whole module: for tests whose threads must see it.

    Tests take orders of their own in it and do not ask how many there are in all.
    """
    from django.core.management import call_command

    from tests import world as small_city

    with django_db_blocker.unblock():
        yield small_city.build()
        call_command("flush", verbosity=0, interactive=False)
