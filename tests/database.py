"""One private PostgreSQL for the whole test run, started before Django reads its settings."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

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
    os.environ["HUIYIN_TEST_DATABASE"] = "1"


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
