"""What every command does first: find the database, choose settings, set Django up."""

from __future__ import annotations

from huiyin.config import database, installation
from huiyin.config.commands.voice import Progress
from huiyin.config.problems import CannotRun


def with_database() -> installation.Facts:
    """Start the database if need be; return what it holds. Django is not touched.

    Raises:
        PostgresProblem: it cannot be used.
    """
    database.make_ready(Progress())
    return installation.facts()


def with_django(*, make_tables: bool = False) -> installation.Facts:
    """Make everything ready that commands on data need.

    With ``make_tables`` an empty database is given its tables, as ``huiyin serve`` would.

    Raises:
        CannotRun: the tables are missing or do not fit this program.
    """
    known = with_database()
    installation.choose_settings()
    installation.ensure_keys(known)
    installation.set_up_django()
    on_disk = installation.migrations_on_disk()
    installation.require_fitting(known, on_disk)
    if known.empty and make_tables:
        installation.migrate()
    elif not on_disk <= known.applied:
        raise CannotRun(
            "数据库还没有建表或需要升级；请先执行 huiyin serve，或 huiyin django migrate"
        )
    return known
