"""Shared fixtures of every test."""

from __future__ import annotations

import pytest

_KEPT = frozenset({"django_content_type", "auth_permission"})  # made by migrations, read only


@pytest.fixture(autouse=True, scope="session")
def _tests_empty_tables_quickly():
    """Empty, after a transactional test, the tables that hold something, past their triggers.

    A test leaves few rows in few tables; to truncate all tables with all their indexes takes
    longer than most tests. What migrations have made stays, so that it is not made anew each time.
    """
    from django.core.management.commands import flush
    from django.db.backends.postgresql.operations import DatabaseOperations

    def names(self, style, tables, **options):
        return sorted(set(tables) - _KEPT)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", names)
        patch.setattr(DatabaseOperations, "execute_sql_flush", _emptied)
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_, **__: None)
        yield


def _emptied(operations, tables):
    with operations.connection.cursor() as cursor:
        asked = (f"select '{each}' where exists (select from {each})" for each in tables)  # noqa: S608
        cursor.execute(" union all ".join(asked))
        full = [each for (each,) in cursor.fetchall()]
        if not full:
            return
        _each(cursor, "alter table {} disable trigger user", full)
        try:
            _each(cursor, "delete from {}", full)  # keys are checked when all are gone
        finally:
            _each(cursor, "alter table {} enable trigger user", full)


def _each(cursor, statement, tables):
    body = " ".join(f"{statement.format(each)};" for each in tables)
    cursor.execute(f"do $$ begin {body} end $$")


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
