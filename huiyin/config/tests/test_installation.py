"""What is looked at before the processes start."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from huiyin.config import database, demonstration, installation, static_files
from huiyin.config.installation import Facts
from huiyin.config.problems import CannotRun

NOTHING = Facts(frozenset(), None, (), has_orders=False)


@pytest.fixture
def same_database(db, monkeypatch) -> None:
    """Let the looks outside Django see the database of the test, in its transaction."""

    class Kept:
        def __enter__(self):
            connection.ensure_connection()
            return connection.connection

        def __exit__(self, *_: object) -> None:
            """Leave Django's connection open."""

    monkeypatch.setattr(database, "connect", Kept)


def test_migrations_are_told_from_their_files_as_django_does() -> None:
    assert installation.migrations_on_disk() == set(MigrationLoader(None).disk_migrations)


def test_the_facts_of_a_database(same_database, world) -> None:
    known = installation.facts()
    assert installation.migrations_on_disk() <= known.applied
    assert known.city == ("测试市", "test")
    assert known.demo == ()
    assert not known.has_orders
    person = world.people["agent"]
    person.is_demo = True
    person.save()
    assert installation.facts().demo == ("agent",)


def test_an_empty_database_has_no_facts(same_database) -> None:
    with connection.cursor() as cursor:
        cursor.execute("set local search_path to pg_catalog")
        assert installation.facts() == NOTHING
    assert NOTHING.empty


def test_a_database_of_a_newer_program_does_not_fit() -> None:
    on_disk = installation.migrations_on_disk()
    newer = Facts(on_disk | {("orders", "9999_x"), ("gone", "0001_x")}, None, (), has_orders=True)
    with pytest.raises(CannotRun, match=r"orders.9999_x 等 1 项"):
        installation.require_fitting(newer, on_disk)
    foreign = Facts(on_disk | {("somebody_else", "0001_x")}, None, (), has_orders=True)
    installation.require_fitting(foreign, on_disk)


def test_keys_are_made_once_and_never_again_for_old_data(tmp_path, monkeypatch) -> None:
    path = tmp_path / "secrets/keys.json"
    monkeypatch.setenv("HUIYIN_KEYS_FILE", str(path))
    with_data = Facts(frozenset(), None, (), has_orders=True)
    with pytest.raises(CannotRun, match="不见了"):
        installation.ensure_keys(with_data)
    assert not path.exists()
    assert installation.ensure_keys(NOTHING)
    made = path.read_bytes()
    assert not installation.ensure_keys(with_data)
    assert path.read_bytes() == made


def test_production_says_which_demonstration_accounts_are_in_the_way() -> None:
    installation.refuse_demo_accounts(NOTHING)
    with pytest.raises(CannotRun, match="有 2 个演示账号（agent 等）"):
        installation.refuse_demo_accounts(
            Facts(frozenset(), None, ("agent", "handler"), has_orders=False)
        )


def test_demonstration_accounts_are_remembered_only_as_they_are(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("HUIYIN_VAR", str(tmp_path))
    assert demonstration.remembered(("agent",)) is None
    (tmp_path / "demo-accounts.json").write_text(
        '[{"username": "agent", "password": "x", "role": "受理员"}]'
    )
    assert demonstration.remembered(("agent",)) == [demonstration.Account("agent", "x", "受理员")]
    assert demonstration.remembered(("agent", "handler")) is None
    assert demonstration.remembered(()) is None


def test_static_files_are_collected_when_they_changed(tmp_path, settings) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "a.css").write_text("a{}")
    settings.STATICFILES_DIRS = [source]
    settings.STATIC_ROOT = tmp_path / "collected"
    assert not static_files.are_current()
    static_files.collect()
    assert static_files.are_current()
    assert (tmp_path / "collected/a.css").exists()
    (source / "b.css").write_text("b{}")
    assert not static_files.are_current()
