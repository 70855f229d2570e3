"""Backup and restore of one database, by pg_dump's custom format."""

import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from huiyin.kernel.postgres.account import run
from huiyin.kernel.postgres.address import Address
from huiyin.kernel.postgres.binaries import Binaries, candidates
from huiyin.kernel.postgres.errors import PostgresProblem, explain, plainly

_MAGIC = b"PGDMP"

# Anything of a person's making; what belongs to an extension does not count.
_FIRST_CONTENT = """
with own as (
    select oid from pg_namespace
    where nspname !~ '^pg_' and nspname <> 'information_schema'
), made as (
    select 'pg_class'::regclass as kind, oid, relname as name
    from pg_class where relnamespace in (select oid from own) and relkind not in ('i', 'I')
    union all
    select 'pg_proc'::regclass, oid, proname
    from pg_proc where pronamespace in (select oid from own)
    union all
    select 'pg_type'::regclass, oid, typname
    from pg_type where typnamespace in (select oid from own) and typelem = 0
    union all
    select 'pg_namespace'::regclass, oid, nspname
    from pg_namespace where oid in (select oid from own) and nspname <> 'public'
)
select name from made where not exists (
    select from pg_depend
    where classid = made.kind and objid = made.oid and deptype = 'e'
) order by kind, name limit 1
"""


def dump(address: Address, file: Path, *, bin_dir: Path | None = None) -> None:
    """Write the database into ``file``, mode 0600. The file appears whole or not at all.

    A file of that name is replaced only by a complete backup, which has been read back.

    Args:
        address: the database.
        file: the backup; its folder must exist.
        bin_dir: where pg_dump is; otherwise the version of the server is looked for.

    Raises:
        PostgresProblem: it failed; no file was made or changed.
    """
    file = file.absolute()
    with plainly(file.parent):
        with _connected(address) as connection:
            binaries = _suited(connection.info.server_version // 10000, bin_dir)
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        try:
            os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
            _run(binaries, address, ["pg_dump", "-Fc", "-f", str(part)], doing="备份")
            _check_whole(binaries, part)
            part.replace(file)
        finally:
            part.unlink(missing_ok=True)


def restore(address: Address, file: Path, *, bin_dir: Path | None = None) -> None:
    """Read a backup into an empty database, all of it or nothing.

    Everything then belongs to the role of ``address``, whoever owned it before.

    Raises:
        PostgresProblem: the file is foreign or damaged, the database is not empty, or the server
            refused; nothing was changed.
    """
    file = file.absolute()
    with plainly(file):
        _check_ours(file)
        with _connected(address) as connection:
            binaries = _suited(connection.info.server_version // 10000, bin_dir)
            _check_whole(binaries, file)
            _check_empty(connection, address)
        words = ["pg_restore", "--exit-on-error", "--single-transaction"]
        words += ["--no-owner", "--no-privileges", str(file)]
        _run(binaries, address, words, doing="恢复")
        with _connected(address) as connection:
            connection.execute("analyze")


def _connected(address: Address) -> "psycopg.Connection[Any]":
    """Connect, or say in one line why not."""
    try:
        return psycopg.connect(**address.as_psycopg(), autocommit=True)
    except psycopg.OperationalError as refusal:
        raise PostgresProblem("no_answer", "连不上数据库", str(refusal)) from refusal


def _suited(server_major: int, bin_dir: Path | None) -> Binaries:
    """Return the programs of the server's version, or else the next newer ones.

    A pg_dump cannot read a newer server; a newer pg_restore may write what an older server does
    not understand, so newer is only second best.
    """
    found = [it for it in candidates(bin_dir, None) if it.major >= server_major]
    if not found:
        raise PostgresProblem(
            "no_binaries",
            f"数据库是 PostgreSQL {server_major}，这里没有同版本的 pg_dump；"
            f"请安装 postgresql-client-{server_major}，或用 HUIYIN_PG_BIN 指定它的 bin 目录",
        )
    return min(found, key=lambda it: it.major)


def _run(binaries: Binaries, address: Address, words: list[str], *, doing: str) -> None:
    """Run one of the programs on the database; the password is not shown in the process list."""
    facts = {key: value for key, value in address.as_psycopg().items() if key != "password"}
    secret = {"PGPASSWORD": address.password} if address.password else {}
    command = [binaries.program(words[0]), "--no-password", "-d", make_conninfo(**facts)]
    outcome = run([*command, *words[1:]], None, environment=secret)
    if outcome.code:
        raise explain(outcome.output, doing=doing)


def _check_ours(file: Path) -> None:
    """Refuse what is no backup of this format."""
    if not file.is_file():
        raise PostgresProblem("no_file", f"没有备份文件 {file}")
    with file.open("rb") as content:
        if content.read(len(_MAGIC)) != _MAGIC:
            raise PostgresProblem("not_a_backup", f"{file} 不是备份文件；数据库没有被改动")


def _check_whole(binaries: Binaries, file: Path) -> None:
    """Read a backup from end to end. Its table of contents alone would not show that it was cut."""
    outcome = run([binaries.program("pg_restore"), "-f", "/dev/null", str(file)], None)
    if outcome.code:
        problem = explain(outcome.output, doing="读备份")
        if problem.code != "failed":
            raise problem
        raise PostgresProblem(
            "damaged_backup", f"{file} 不完整或已损坏；数据库没有被改动", problem.detail
        )


def _check_empty(connection: "psycopg.Connection[Any]", address: Address) -> None:
    """Refuse a database that somebody has put something into."""
    row = connection.execute(_FIRST_CONTENT).fetchone()
    if row is not None:
        raise PostgresProblem(
            "not_empty",
            f"数据库 {address.dbname} 里已有内容（{row[0]}），没有动它；请新建一个空数据库再恢复",
        )
