"""The database of the benchmark: a server of its own, filled with 10,000 or 1,000,000 orders."""

from __future__ import annotations

import os
from pathlib import Path

from huiyin.config.database import private_cluster

SMALL, LARGE = 10_000, 1_000_000
_FOLDER = Path(os.environ.get("HUIYIN_VAR") or "var").resolve() / "bench/postgres"

_FILL = Path(__file__).with_name("fill.sql")


def start(name: str) -> str:
    """Start the server, make the database ``name`` anew or find it, and return its URL."""
    private_cluster(_FOLDER).ensure_running()
    return url(name)


def url(name: str) -> str:
    """Return the URL of a database of the running server; it is made when there is none."""
    return private_cluster(_FOLDER).create_database(name).url


def binaries() -> Path:
    """Return the folder of pgbench's sisters; pgbench itself is in it."""
    return private_cluster(_FOLDER).binaries().folder


def stop() -> None:
    """Stop the server."""
    private_cluster(_FOLDER).stop()


def fill(total: int) -> None:
    """Bring the present database to ``total`` stored orders, in one statement per table."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select count(*), coalesce(max(id), 0) from orders_workorder")
        have, after = cursor.fetchone()
        if have >= total:
            return
        cursor.execute("select count(*) from orgs_unit where kind not in ('centre', 'vendor')")
        units = cursor.fetchone()[0]
        cursor.execute("select count(*) from knowledge_category")
        categories = cursor.fetchone()[0]
        cursor.execute("select min(id) from orgs_staff")
        staff = cursor.fetchone()[0]
        cursor.execute("set synchronous_commit = off")
        facts = {"first": have + 1, "last": total, "units": units, "categories": categories}
        sql = _FILL.read_text(encoding="utf-8").format(staff=staff, after=after, **facts)
        for statement in filter(str.strip, sql.split(";\n")):
            cursor.execute(statement.replace("%", "%%"), [])
        cursor.execute("set synchronous_commit = on")
        cursor.execute("select setval('orders_number', %s)", [total + 1])
        cursor.execute("vacuum analyze")
