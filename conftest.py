"""Shared fixtures of every test."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True, scope="session")
def _tests_may_empty_tables():
    """Let the emptying of tables after a transactional test pass the append-only triggers."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    plain = DatabaseOperations.sql_flush

    def without_triggers(self, *args, **kwargs):
        sql = plain(self, *args, **kwargs)
        return ["set local session_replication_role = replica", *sql] if sql else sql

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", without_triggers)
        yield


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
