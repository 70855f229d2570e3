"""The database that this process uses: the one that DATABASE_URL names, else a private one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psycopg

from huiyin.config import environment
from huiyin.kernel.postgres import Address, Cluster, PostgresProblem, place_for
from huiyin.kernel.postgres.server import Holder, holder, read_postmaster

DATABASE = "huiyin"


def is_private() -> bool:
    """Tell whether no DATABASE_URL was given by the operator."""
    return "HUIYIN_PRIVATE" in os.environ or not environment.get("DATABASE_URL")


def private_cluster(folder: Path | None = None) -> Cluster:
    """Return the private server of this installation, running or not."""
    binaries = environment.get("HUIYIN_PG_BIN")
    return Cluster(
        folder or place_for(environment.var_dir() / "postgres"),
        bin_dir=Path(binaries) if binaries else None,
        source=environment.get("HUIYIN_PG_SOURCE") or None,
    )


def make_ready(progress: Callable[[str], None] = lambda _: None) -> str:
    """Start the private server if it is needed and let this process and its children know of it.

    Returns:
        the address as a URL.

    Raises:
        PostgresProblem: the private server cannot be started; one clear line.
    """
    if environment.get("DATABASE_URL"):
        return environment.get("DATABASE_URL")
    cluster = private_cluster()
    cluster.ensure_running(progress)
    address: Address = cluster.create_database(DATABASE)
    os.environ["DATABASE_URL"] = address.url
    os.environ["HUIYIN_PRIVATE"] = "1"
    return address.url


def address() -> Address:
    """Return where the database is; ``make_ready`` must have been called."""
    return Address.from_url(environment.get("DATABASE_URL"))


def connect() -> psycopg.Connection[tuple[object, ...]]:
    """Open one connection of our own, outside Django.

    Raises:
        PostgresProblem: the database does not answer.
    """
    try:
        return psycopg.connect(environment.get("DATABASE_URL"), autocommit=True, connect_timeout=10)
    except psycopg.Error as error:
        raise PostgresProblem("no_answer", "连不上数据库", str(error)) from error


def private_is_up() -> bool:
    """Tell whether the private server's process lives. Cheap; opens no connection."""
    pgdata = private_cluster().pgdata
    found = read_postmaster(pgdata)
    return found is not None and holder(found.pid, pgdata) is Holder.OURS


def is_in_use() -> bool:
    """Tell whether anybody but us is connected to our database."""
    others = """
        select exists (
            select from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend'
            and pid <> pg_backend_pid())
    """
    with connect() as connection:
        row = connection.execute(others).fetchone()
    return bool(row and row[0])


__all__ = [
    "PostgresProblem",
    "address",
    "connect",
    "is_in_use",
    "is_private",
    "make_ready",
    "private_cluster",
    "private_is_up",
]
