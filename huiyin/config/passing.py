"""A database that passes: made beside the present one, filled with a city, dropped at the end."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context

import psycopg
from psycopg import sql

from huiyin.config import database, installation
from huiyin.config.commands import base
from huiyin.config.problems import CannotRun

_PASSING, _KEPT = "huiyin_passing_", "huiyin_kept_"
_GATEWAYS = ("HUIYIN_SMS_URL", "HUIYIN_SMTP_URL")
_CREATE = sql.SQL("create database {} template template0 encoding 'UTF8'")
_DROP = sql.SQL("drop database if exists {} with (force)")
_HASTY = sql.SQL("alter database {} set synchronous_commit = off")
_CAREFUL = sql.SQL("alter database {} reset synchronous_commit")
_LEFT_OVER = """
    select datname from pg_database where starts_with(datname, %s)
    and not exists (select from pg_stat_activity a where a.datname = pg_database.datname)
"""


@contextmanager
def city_of_its_own(profile: str, *, keep: bool, now: datetime) -> Iterator[str]:
    """Set Django up on a new database of the server in use, with the city loaded as of ``now``.

    Nothing leaves it: message gateways are switched off for this process. What a killed run has
    left behind is dropped first.

    Args:
        profile: name of the city profile.
        keep: leave the database there at the end.
        now: the moment as of which the city is loaded.

    Yields:
        The name of the database.

    Raises:
        CannotRun: the server's account may not make databases.
    """
    known = base.with_database()
    home = database.address()
    name = f"{_KEPT if keep else _PASSING}{secrets.token_hex(4)}"
    _make(name)
    try:
        for gateway in _GATEWAYS:
            os.environ.pop(gateway, None)
        os.environ["DATABASE_URL"] = home.named(name).url
        installation.choose_settings()
        installation.ensure_keys(known)
        installation.set_up_django()
        _fill(profile, now)
        yield name
    finally:
        os.environ["DATABASE_URL"] = home.url
        if not keep:
            from django.db import connection as ours

            ours.close()
            getattr(ours, "close_pool")()  # noqa: B009 - the stubs do not know it
            _drop(name)


@contextmanager
def beside(profile: str, *, keep: bool, now: datetime) -> Iterator[tuple[str, dict[str, str]]]:
    """Make such a database for other processes, while this one stays where it is.

    It does not wait for the disk at each commit: a year is played again from its seed, never
    recovered. One that is kept waits like any other once it is filled.

    Args:
        profile: name of the city profile.
        keep: leave the database there at the end.
        now: the moment as of which the city is loaded.

    Yields:
        Its name, and the variables with which a process works on it.

    Raises:
        CannotRun: the server's account may not make databases, or the city cannot be loaded.
    """
    name = f"{_KEPT if keep else _PASSING}{secrets.token_hex(4)}"
    _make(name)
    try:
        variables = {"DATABASE_URL": database.address().named(name).url}
        variables |= dict.fromkeys(_GATEWAYS, "")
        with database.connect() as connection:
            connection.execute(_HASTY.format(sql.Identifier(name)))
        child = get_context("spawn").Process(target=_filled, args=(profile, now, variables))
        child.start()
        child.join()
        if child.exitcode:
            raise CannotRun(f"不能载入城市 {profile}；请先执行 huiyin city check {profile}")
        yield name, variables
    finally:
        if keep:
            with database.connect() as connection:
                connection.execute(_CAREFUL.format(sql.Identifier(name)))
        else:
            _drop(name)


def _filled(profile: str, now: datetime, variables: dict[str, str]) -> None:
    """Fill the database that ``variables`` name, in a process of its own."""
    os.environ.update(variables)
    installation.choose_settings()
    installation.set_up_django()
    _fill(profile, now)


def _fill(profile: str, now: datetime) -> None:
    installation.migrate()
    from huiyin.cities import actions

    actions.load(profile, now=now)


def _make(name: str) -> None:
    with database.connect() as connection:
        for (stale,) in connection.execute(_LEFT_OVER, [_PASSING]).fetchall():
            connection.execute(_DROP.format(sql.Identifier(str(stale))))
        try:
            connection.execute(_CREATE.format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege as error:
            raise CannotRun(
                "数据库账号不能新建数据库；请授予 CREATEDB，或在演示系统里用 --here"
            ) from error


def _drop(name: str) -> None:
    with database.connect() as connection:
        connection.execute(_DROP.format(sql.Identifier(name)))
