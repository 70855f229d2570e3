"""What must be in place before the processes start: keys, tables, city, static files.

The first look needs no Django: a start that has nothing to do is quick.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg

from huiyin.config import database, environment
from huiyin.config.problems import CannotRun
from huiyin.kernel import keys

Migrations = frozenset[tuple[str, str]]
_LABELS = {"procrastinate.contrib.django": "procrastinate"}
_LOCK = 0x6875_6979  # any number that nobody else takes, for pg_advisory_lock


@dataclass(frozen=True, slots=True)
class Facts:
    """What the database holds, as far as starting depends on it.

    Attributes:
        applied: migrations that were applied, by label and name.
        city: name and profile of the city that is loaded; None before.
        demo: account names of the demonstration that can be used.
        has_orders: whether there is anything that the key file is needed for.
    """

    applied: Migrations
    city: tuple[str, str] | None
    demo: tuple[str, ...]
    has_orders: bool

    @property
    def empty(self) -> bool:
        """Tell whether no table has been made yet."""
        return not self.applied


def facts() -> Facts:
    """Ask the database. Raises PostgresProblem when it does not answer."""
    with database.connect() as connection:
        if not _has(connection, "django_migrations"):
            return Facts(frozenset(), None, (), has_orders=False)
        applied = connection.execute("select app, name from django_migrations").fetchall()
        city: list[tuple[object, ...]] = []
        demo: list[tuple[object, ...]] = []
        has_orders = False
        if _has(connection, "orgs_city"):
            city = connection.execute("select name, profile from orgs_city").fetchall()
            demo = connection.execute(
                "select username from orgs_staff where is_demo and is_active order by id"
            ).fetchall()
        if _has(connection, "orders_workorder"):
            row = connection.execute("select exists (select from orders_workorder)").fetchone()
            has_orders = bool(row and row[0])
    return Facts(
        frozenset((str(app), str(name)) for app, name in applied),
        (str(city[0][0]), str(city[0][1])) if city else None,
        tuple(str(name) for (name,) in demo),
        has_orders=has_orders,
    )


def _has(connection: psycopg.Connection[tuple[object, ...]], table: str) -> bool:
    row = connection.execute("select to_regclass(%s) is not null", [table]).fetchone()
    return bool(row and row[0])


def migrations_on_disk() -> Migrations:
    """Return the migrations that the program has, without importing them.

    Labels are told from the names of the packages; one that does not follow only costs the quick
    start, as it looks unapplied.
    """
    from django.conf import settings

    found = set()
    for app in settings.INSTALLED_APPS:
        package = app.rpartition(".apps.")[0] or app
        label = _LABELS.get(package, package.rpartition(".")[2])
        for file in sorted((_folder_of(package) / "migrations").glob("[0-9]*.py")):
            found.add((label, file.stem))
    return frozenset(found)


def _folder_of(package: str) -> Path:
    top, *rest = package.split(".")
    spec = find_spec(top)
    if spec is None or not spec.submodule_search_locations:
        raise CannotRun(f"没有安装 {top}；请执行 make setup")
    return Path(next(iter(spec.submodule_search_locations))).joinpath(*rest)


def require_fitting(known: Facts, on_disk: Migrations) -> None:
    """Raise CannotRun if the database was made by a newer program than this one."""
    ours = {label for label, _ in on_disk}
    newer = sorted(f"{app}.{name}" for app, name in known.applied - on_disk if app in ours)
    if newer:
        raise CannotRun(
            f"数据库比程序新（{newer[0]} 等 {len(newer)} 项），没有启动；"
            "请使用更新的程序，或恢复升级前的备份"
        )


def ensure_keys(known: Facts) -> bool:
    """Make the key file on the first start; tell whether it was made.

    Raises:
        CannotRun: it is gone although there is data that only it can open.
    """
    path = environment.keys_file()
    if path.exists():
        keys.read_file(path)
        return False
    if known.has_orders:
        raise CannotRun(f"密钥文件 {path} 不见了，数据库里的个人信息只有它能解开；请把它放回去")
    keys.create_file(path)
    return True


def migrate() -> int:
    """Bring the tables up to date; return how many migrations were applied. Needs Django.

    One process at a time does it, on however many machines they start.
    """
    from django.core.management import call_command

    with database.connect() as connection:
        connection.execute("select pg_advisory_lock(%s)", [_LOCK])
        before = len(facts().applied)
        call_command("migrate", interactive=False, verbosity=0)
        return len(facts().applied) - before


def choose_settings(*, demo: bool | None = None) -> None:
    """Choose demonstration or production; without ``demo`` an earlier choice stays."""
    if demo is None:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.config.settings.prod")
    else:
        os.environ["DJANGO_SETTINGS_MODULE"] = (
            "huiyin.config.settings.demo" if demo else "huiyin.config.settings.prod"
        )


def set_up_django() -> None:
    """Set Django up. Opens no connection."""
    import django

    django.setup()


def refuse_demo_accounts(known: Facts) -> None:
    """Raise CannotRun if accounts with known passwords exist; only for production."""
    if known.demo:
        raise CannotRun(
            f"有 {len(known.demo)} 个演示账号（{known.demo[0]} 等），正式运行不予启动；"
            "删除它们请执行 huiyin demo remove，继续演示请加 --demo"
        )
