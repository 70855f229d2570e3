"""The database of the benchmark: a server of its own, filled with 10,000 or 1,000,000 orders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

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
        _defaults(cursor, setting=True)  # so that a column added since is filled as well
        for statement in filter(str.strip, sql.split(";\n")):
            cursor.execute(statement.replace("%", "%%"), [])
        _defaults(cursor, setting=False)
        cursor.execute("set synchronous_commit = on")
        cursor.execute("select setval('orders_number', %s)", [total + 1])
        cursor.execute("vacuum analyze")


def _defaults(cursor: Any, *, setting: bool) -> None:
    """Set the defaults of the filled tables' columns in the database, or take them away again."""
    from django.db.models import NOT_PROVIDED
    from psycopg import sql
    from psycopg.types.json import Jsonb

    from huiyin.orders.models import Assignment, Clock, OrderEvent, Requester, WorkOrder

    for model in (WorkOrder, Requester, OrderEvent, Assignment, Clock):
        for field in model._meta.concrete_fields:
            if field.default is NOT_PROVIDED:
                continue
            value = field.get_default()
            told = sql.Literal(Jsonb(value) if isinstance(value, dict) else value)
            change = sql.SQL("set default {}").format(told) if setting else sql.SQL("drop default")
            table, column = sql.Identifier(model._meta.db_table), sql.Identifier(field.attname)
            statement = sql.SQL("alter table {} alter column {} ").format(table, column) + change
            cursor.execute(statement.as_string())
