"""One private PostgreSQL for the whole test run, started before Django reads its settings."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from huiyin.kernel.postgres.cluster import Cluster

ROOT = Path(__file__).resolve().parents[1]
_SOURCE = os.environ.get("HUIYIN_PG_SOURCE", "any")


def point_at_test_server() -> None:
    """Set DATABASE_URL to the test server; xdist workers inherit it from the first process."""
    if os.environ.get("HUIYIN_TEST_DATABASE"):
        return
    if not os.environ.get("DATABASE_URL"):
        from huiyin.config.database import private_cluster

        folder = Path(tempfile.gettempdir()) / f"huiyin-tests/postgres-{_SOURCE}"
        cluster = private_cluster(folder)
        cluster.ensure_running()
        os.environ["DATABASE_URL"] = cluster.create_database("huiyin").url
        os.environ["HUIYIN_TEST_TEMPLATE"] = _template(cluster)
    os.environ["HUIYIN_TEST_DATABASE"] = "1"


def _template(cluster: Cluster) -> str:
    """Return the name of a database with all tables, from which every process copies its own.

    It is made once for each state of the migrations: to run them all takes each process half a
    minute, to copy what they made less than a second.
    """
    import psycopg
    from psycopg import sql

    files = sorted(ROOT.glob("huiyin/**/migrations/*.py"))
    state = sha256(b"".join(each.read_bytes() for each in files)).hexdigest()[:12]
    name, making = f"tables_{state}", f"making_{os.getpid()}"
    home = cluster.create_database("huiyin")
    with psycopg.connect(**home.as_psycopg(), autocommit=True) as connection:
        known = "select 1 from pg_database where datname = %s"
        if connection.execute(known, [name]).fetchone():
            return name
        url = cluster.create_database(making).url
        subprocess.run(
            [sys.executable, "-m", "django", "migrate", "--verbosity", "0"], check=True, cwd=ROOT,
            env=os.environ | {
                "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "huiyin.config.settings.test",
            },
        )  # fmt: skip
        made, wanted = sql.Identifier(making), sql.Identifier(name)
        try:
            connection.execute(sql.SQL("alter database {} rename to {}").format(made, wanted))
        except psycopg.errors.DuplicateDatabase:  # another run was faster
            connection.execute(sql.SQL("drop database {}").format(made))
    return name


point_at_test_server()


def pytest_configure() -> None:
    """Count ``standing_world`` among the fixtures that need the test database.

    pytest-django makes it only for tests that name a fixture of its own, so a file of races run
    alone would meet the server's empty database instead.
    """
    from pytest_django import fixtures

    plain = fixtures._get_databases_for_test

    def counted(test: Any) -> tuple[Any, bool]:
        if "standing_world" in getattr(test, "fixturenames", ()):
            return ("default",), False
        return plain(test)

    fixtures._get_databases_for_test = counted
