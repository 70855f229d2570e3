"""Is this installation sound? One small question per function, each with reason and remedy."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg

from huiyin.config import archive, database, environment, installation
from huiyin.config.problems import CannotRun
from huiyin.kernel import keys

OLDEST_PYTHON = (3, 11)
GIB = 1 << 30
_OLDEST_SERVER = 150_000
_WORKER_SILENT = timedelta(seconds=60)
_BACKLOG = 120  # seconds
_SKEW = 2.0  # seconds
_SKEW_BAD = 30.0


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question.

    Attributes:
        name: short English name for programs.
        level: ``ok``, ``warn`` (works, but will hurt) or ``bad`` (does not work or is not safe).
        text: what was found, in Chinese; ``remedy``: what to do about it.
    """

    name: str
    level: str
    text: str
    remedy: str = ""


Question = Callable[[], Finding]


def _ok(name: str, text: str) -> Finding:
    return Finding(name, "ok", text)


def machine() -> Iterator[Question]:
    """Yield what can be asked without a database."""
    yield python
    yield key_file
    yield disk
    yield attachments
    yield static
    yield account


def python() -> Finding:
    """Ask for the version of Python."""
    text = f"Python {sys.version.split()[0]}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", "bad", text, "请使用 Python 3.11 或更高版本")
    return _ok("python", text)


def key_file() -> Finding:
    """Ask whether the key file is there, readable and closed to others."""
    path = environment.keys_file()
    try:
        keys.read_file(path)
    except keys.KeysMissing as error:
        return Finding("keys", "bad", str(error), "请放回密钥文件；新装的在首次启动时生成")
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        return Finding("keys", "bad", f"{path} 的权限是 {mode:04o}", f"请执行 chmod 600 {path}")
    return _ok("keys", f"密钥文件 {path}，权限 {mode:04o}")


def disk() -> Finding:
    """Ask for room."""
    free = shutil.disk_usage(environment.var_dir()).free
    text = f"可用磁盘 {free / GIB:.1f} GiB"
    if free < GIB:
        return Finding("disk", "bad", text, "空间将尽，请清理或扩容")
    if free < 5 * GIB:
        return Finding("disk", "warn", text, "请尽快清理或扩容")
    return _ok("disk", text)


def attachments() -> Finding:
    """Ask whether attachments can be written."""
    folder = archive.attachments_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"huiyin")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        text = f"附件目录 {folder} 不能写：{error.strerror}"
        return Finding("attachments", "bad", text, "请检查目录的属主、权限和磁盘")
    return _ok("attachments", f"附件目录 {folder} 可写")


def static() -> Finding:
    """Ask whether the files of the pages are there."""
    from django.conf import settings

    from huiyin.config import static_files

    vendor = Path(settings.STATICFILES_DIRS[0]) / "vendor"
    if not vendor.is_dir():
        return Finding("static", "bad", "页面用的第三方文件不在", "请执行 make setup")
    if not static_files.are_current():
        return Finding("static", "warn", "页面文件有更新，还没有整理", "重新启动 huiyin serve 即可")
    return _ok("static", "页面文件齐全")


def account() -> Finding:
    """Ask as whom we run."""
    if os.geteuid() == 0:
        return Finding(
            "account", "warn", "以 root 身份运行", "正式运行请用普通账号（数据库仍用它自己的账号）"
        )
    return _ok("account", f"以账号 {os.geteuid()} 运行")


@dataclass(slots=True)
class Service:
    """The questions that need the database: an open connection and the present time."""

    connection: psycopg.Connection[tuple[object, ...]]
    now: datetime

    def questions(self) -> Iterator[Question]:
        """Yield them; those on our tables only when these exist."""
        yield self.server
        yield self.locale
        yield self.safety
        yield self.clock
        yield self.migrations
        if installation.migrations_on_disk() <= installation.facts().applied:
            yield self.city
            yield self.demo
            yield self.calendar
            yield self.worker
            yield self.jobs
            yield self.outbox
            yield self.search
            yield self.messages

    def _one(self, statement: str) -> object:
        row = self.connection.execute(statement.encode()).fetchone()
        return row[0] if row else None

    def server(self) -> Finding:
        """Ask for the version of the server."""
        number = self.connection.info.server_version
        text = f"PostgreSQL {number // 10000}.{number % 10000}"
        if number < _OLDEST_SERVER:
            return Finding("postgres", "bad", text, "请使用 PostgreSQL 15 或更高版本")
        return _ok("postgres", text)

    def locale(self) -> Finding:
        """Ask whether Chinese text can be searched: a wrong locale fails silently."""
        coding = self._one("show server_encoding")
        if coding != "UTF8":
            return Finding("locale", "bad", f"编码是 {coding}", "请用 UTF8 重建数据库再恢复备份")
        known = self._one("select '噪音扰民' ~ '^[[:alpha:]]+$'")
        if known and self._one("select exists (select from pg_extension where extname='pg_trgm')"):
            known = self._one("select show_trgm('噪音扰民投诉') <> '{}'")
        if not known:
            return Finding(
                "locale", "bad", "数据库不认识汉字（lc_ctype），中文检索会落空",
                "请用 --locale=C.UTF-8 重建数据库再恢复备份",
            )  # fmt: skip
        return _ok("locale", f"编码 UTF8，字符类别 {self._one(_LC_CTYPE)}，认识汉字")

    def safety(self) -> Finding:
        """Ask whether what is acknowledged survives a power cut."""
        wrong = [
            name
            for name in ("fsync", "full_page_writes", "synchronous_commit")
            if self._one(f"show {name}") == "off"
        ]
        if wrong:
            text = f"{'、'.join(wrong)} 关闭着，断电会丢数据"
            return Finding("durability", "bad", text, "请在数据库配置里打开")
        if self._one("show data_checksums") != "on":
            return Finding(
                "durability", "warn", "没有开启数据校验，磁盘损坏不会被发现",
                "停库后执行 pg_checksums --enable",
            )  # fmt: skip
        return _ok("durability", "提交即落盘，有数据校验")

    def clock(self) -> Finding:
        """Ask whether this machine and the database agree on the time, and know our zone."""
        ZoneInfo("Asia/Shanghai")
        theirs = self._one("select extract(epoch from clock_timestamp())::float8")
        skew = abs(float(str(theirs)) - self.now.timestamp())
        text = f"本机与数据库的时钟相差 {skew:.1f} 秒"
        if skew > _SKEW:
            level = "bad" if skew > _SKEW_BAD else "warn"
            return Finding("clock", level, text, "请用 NTP 校时")
        return _ok("clock", f"{text}，时区 Asia/Shanghai")

    def migrations(self) -> Finding:
        """Ask whether tables and program belong together."""
        on_disk, known = installation.migrations_on_disk(), installation.facts()
        try:
            installation.require_fitting(known, on_disk)
        except CannotRun as error:
            return Finding("migrations", "bad", str(error))
        if missing := sorted(on_disk - known.applied):
            text = f"{len(missing)} 项数据表升级没有做（{'.'.join(missing[0])} 等）"
            return Finding(
                "migrations", "bad", text, "请执行 huiyin serve，或 huiyin django migrate"
            )
        return _ok("migrations", f"数据表齐全（{len(on_disk)} 项）")

    def city(self) -> Finding:
        """Ask whether a city is loaded."""
        city = installation.facts().city
        if city is None:
            return Finding("city", "bad", "还没有载入城市", "请执行 huiyin city load 名称")
        return _ok("city", f"城市：{city[0]}（{city[1]}）")

    def demo(self) -> Finding:
        """Ask whether accounts with known passwords are open in production."""
        from django.conf import settings

        names = installation.facts().demo
        if not names:
            return _ok("demo", "没有演示账号")
        level = "warn" if settings.DEMO else "bad"
        return Finding("demo", level, f"有 {len(names)} 个演示账号", "请执行 huiyin demo remove")

    def calendar(self) -> Finding:
        """Ask whether deadlines of the coming months rest on published tables."""
        from huiyin.orgs import queries as orgs
        from huiyin.worktime.calendar import SHANGHAI

        today = self.now.astimezone(SHANGHAI).date()
        tables = orgs.calendar().tables
        for year, since in ((today.year, 1), (today.year + 1, 11)):
            if today.month >= since and (year not in tables or tables[year].provisional):
                text = f"{year} 年的放假安排还没有载入，时限按暂行日历计算"
                remedy = f"公布后请执行 huiyin calendar load {year} 文件"
                return Finding("calendar", "warn", text, remedy)
        return _ok("calendar", "放假安排已载入")

    def worker(self) -> Finding:
        """Ask whether a worker shows signs of life."""
        seen = self._one("select max(last_heartbeat) from procrastinate_workers")
        if not isinstance(seen, datetime) or self.now - seen > _WORKER_SILENT:
            return Finding(
                "worker", "bad", "后台任务没有在运行", "请执行 huiyin serve 或 huiyin worker"
            )
        return _ok("worker", f"后台任务在运行，{(self.now - seen).total_seconds():.0f} 秒前有心跳")

    def jobs(self) -> Finding:
        """Ask whether periodic jobs are done when they should be."""
        from huiyin.kernel import jobs

        late = jobs.missed(self.now)
        if late:
            text = f"{len(late)} 项定时任务没有按时完成：{'、'.join(late)}"
            return Finding("jobs", "bad", text, "请查看后台任务的输出；任务会自动补做")
        return _ok("jobs", f"{len(jobs.REGISTRY)} 项定时任务都按时完成")

    def outbox(self) -> Finding:
        """Ask whether news is passed on."""
        from huiyin.kernel import queries

        found = queries.backlog(self.now)
        if found.oldest > _BACKLOG:
            text = f"{found.waiting} 条消息在等待传递，最久 {found.oldest / 60:.0f} 分钟"
            return Finding("outbox", "bad", text, "请检查后台任务是否在运行，或增加 huiyin worker")
        if found.given_up:
            text = f"{found.given_up} 条消息多次失败，已放弃"
            return Finding("outbox", "warn", text, "排除原因后执行 huiyin outbox retry")
        return _ok("outbox", f"消息传递正常，等待 {found.waiting} 条")

    def search(self) -> Finding:
        """Ask whether the search knows every order: those from before an upgrade it may not."""
        missing = int(str(self._one(_WITHOUT_WORDS)))
        if missing:
            many = f"{missing} 件" if missing < _MANY else f"{_MANY} 件以上"
            return Finding(
                "search", "warn", f"{many}工单还没有检索文字，查找时找不到",
                "请执行 huiyin search rebuild；刚升级的做一次即可",
            )  # fmt: skip
        return _ok("search", "每件工单都有检索文字")

    def messages(self) -> Finding:
        """Ask whether anything keeps text messages and e-mails from their readers."""
        from huiyin.channels.messaging import queries

        if faults := queries.problems(self.now):
            return Finding(
                "messages", "warn", "；".join(faults), "请检查网关设置和参数，见 docs/messaging.md"
            )
        return _ok("messages", "短信和邮件可以发送，或只作记录")


_MANY = 1000
# What was taken down a moment ago still waits for the worker.
_WITHOUT_WORDS = f"""
    select count(*) from (
        select from orders_workorder orders
        where created_at < clock_timestamp() - interval '10 minutes' and not exists (
            select from orders_ordertext words where words.order_id = orders.id)
        limit {_MANY}) as missing
"""  # noqa: S608 - a number of our own
_LC_CTYPE = "select datctype from pg_database where datname = current_database()"


def of_service(now: datetime) -> list[Finding]:
    """Ask all that needs the database; one that does not answer is a finding itself."""
    try:
        with database.connect() as connection:
            return [question() for question in Service(connection, now).questions()]
    except database.PostgresProblem as problem:
        return [Finding("postgres", "bad", str(problem), "请启动数据库，或检查 DATABASE_URL")]
