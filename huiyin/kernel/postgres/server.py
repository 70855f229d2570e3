"""One running server: finding it, asking it, starting it, ending it."""

import os
import shlex
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

import psycopg

from huiyin.kernel.postgres.account import Account, run, shell
from huiyin.kernel.postgres.binaries import Binaries
from huiyin.kernel.postgres.errors import PostgresProblem
from huiyin.kernel.postgres.folder import RUNNING_LOCK, open_lock, take
from huiyin.kernel.postgres.log import crash_loop, log_sizes, what_it_does, why_it_failed
from huiyin.kernel.postgres.settings import ADMIN, PORT

Progress = Callable[[str], None]
_SILENT = 30.0  # seconds that a server may say it is ready and yet not answer
_LEFTOVERS = 30.0  # seconds for the children of a killed server to end


class Holder(Enum):
    """Who has the process number that postmaster.pid names."""

    OURS = "ours"
    STRANGER = "stranger"
    NOBODY = "nobody"


@dataclass(frozen=True)
class Postmaster:
    """What postmaster.pid says: the server's process, port, socket folder and own view."""

    pid: int
    port: int
    socket: str
    ready: bool


@dataclass(frozen=True)
class Answer:
    """A server that answered: whether it is the one on our folder, and its version."""

    ours: bool
    version: str


def read_postmaster(pgdata: Path) -> Postmaster | None:
    """Read postmaster.pid; None if there is none or it is not yet written to the end."""
    try:
        lines = (pgdata / "postmaster.pid").read_text(errors="replace").splitlines()
        ready = lines[-1].strip() == "ready"
        return Postmaster(abs(int(lines[0])), int(lines[3]), lines[4], ready)
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None


def holder(pid: int, pgdata: Path) -> Holder:
    """Tell whether process ``pid`` is the server on ``pgdata``.

    After a reboot or in a new container the number may belong to anything, even to us. The command
    line is asked and not the working folder, which root may not read inside a container.
    """
    process = Path("/proc") / str(pid)
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
        started_here = os.fsencode(pgdata) in words or _stands_in(process, pgdata, words)
    except (FileNotFoundError, ProcessLookupError):
        return Holder.NOBODY
    if not words[0]:  # a zombie, or the kernel's own
        return Holder.NOBODY
    is_server = os.path.basename(words[0]) in (b"postgres", b"postmaster")
    return Holder.OURS if is_server and started_here else Holder.STRANGER


def _stands_in(process: Path, pgdata: Path, words: list[bytes]) -> bool:
    """Tell whether the process works in ``pgdata``; if the system will not say, assume it may."""
    try:
        return os.path.samefile(process / "cwd", pgdata)
    except PermissionError:
        return b"-D" not in words


def ask(postmaster: Postmaster, pgdata: Path) -> Answer | None:
    """Connect and ask who is there; None if it does not (yet) let us in."""
    try:
        with psycopg.connect(
            host=postmaster.socket,
            port=postmaster.port,
            user=ADMIN,
            dbname=ADMIN,
            connect_timeout=5,
            autocommit=True,
        ) as connection:
            row = connection.execute(
                "select current_setting('data_directory'), current_setting('server_version')"
            ).fetchone()
    except psycopg.OperationalError:
        return None
    folder, version = row or ("", "")
    return Answer(Path(folder).resolve() == pgdata.resolve(), version.split()[0])


def await_answer(pgdata: Path, progress: Progress) -> tuple[Postmaster, Answer] | None:
    """Wait for the server on ``pgdata``, through a recovery of any length; None if it is gone.

    Raises:
        PostgresProblem: it says that it is ready but does not answer, or it only ever crashes.
    """
    silent_since: float | None = None
    while (postmaster := read_postmaster(pgdata)) and (
        holder(postmaster.pid, pgdata) is Holder.OURS
    ):
        answer = ask(postmaster, pgdata)
        if answer and answer.ours:
            return postmaster, answer
        silent_since = (silent_since or time.monotonic()) if postmaster.ready else None
        if silent_since and time.monotonic() - silent_since > _SILENT:
            raise PostgresProblem(
                "no_answer", f"数据库进程 {postmaster.pid} 在运行但不应答；请停止后重新启动"
            )
        if problem := crash_loop(pgdata.parent):
            raise problem
        progress("正在等待数据库就绪")
        time.sleep(0.1)
    return None


def launch(
    binaries: Binaries, data: Path, account: Account, *, socket: Path, progress: Progress
) -> None:
    """Start the server and wait for it, through a recovery of any length.

    pg_ctl gives it a session of its own, so that it survives us and our terminal.

    Raises:
        PostgresProblem: it did not start.
    """
    pgdata = data / "pgdata"
    command = [binaries.program("pg_ctl"), "start", "-w", "-t", "2000000"]
    # The folder is named on the command line for `holder`. Not by pg_ctl's own -D, which it puts
    # into a shell command without care for quotes and dollars.
    command += ["-o", f"-D {shlex.quote(str(pgdata))}"]
    before = log_sizes(data)
    with open_lock(data / RUNNING_LOCK, account) as lock:
        if not _take_running_lock(lock, pgdata, progress):
            return
        _forget_the_dead(pgdata, socket, account)

        def waiting() -> None:
            progress(what_it_does(data))
            if crash_loop(data, before) and (postmaster := read_postmaster(pgdata)):
                _signal("QUIT", postmaster, account)

        environment = {"PGDATA": str(pgdata)}
        outcome = run(command, account, environment=environment, keep=(lock,), waiting=waiting)
    if outcome.code:
        raise why_it_failed(outcome.output, data, before)


def _take_running_lock(lock: int, pgdata: Path, progress: Progress) -> bool:
    """Take the lock that the server and all its processes inherit and hold while they live.

    Process numbers say nothing across containers that share a disk, and the children of a killed
    server live on for a moment; the kernel's lock knows both. False if the holder turns out to be
    a server of ours, on its way up after whoever started it was killed.

    Raises:
        PostgresProblem: somebody else still holds it.
    """
    give_up = time.monotonic() + _LEFTOVERS
    while not take(lock):
        postmaster = read_postmaster(pgdata)
        if postmaster and holder(postmaster.pid, pgdata) is Holder.OURS:
            return False
        if time.monotonic() > give_up:
            raise PostgresProblem(
                "still_used", "另一个数据库正占用这个数据目录（可能在别的容器里）；请先停掉它"
            )
        progress("正在等待上一次的数据库进程退出")
        time.sleep(0.1)
    return True


def _forget_the_dead(pgdata: Path, socket: Path, account: Account) -> None:
    """Remove what names the process of a server that is gone; only while the running lock is ours.

    PostgreSQL itself takes such files for a running server's if anything in the system has the
    number: another program of the same account, or a zombie that nobody buries in a container.
    """
    postmaster = read_postmaster(pgdata)
    if postmaster is None or holder(postmaster.pid, pgdata) is not Holder.OURS:
        names = (pgdata / "postmaster.pid", socket / f".s.PGSQL.{PORT}.lock")
        shell('rm -f -- "$1" "$2"', *names, account=account)


def _signal(signal: str, postmaster: Postmaster, account: Account) -> None:
    """Signal a server in its own account's name.

    A number read from that account's folder must not let root signal anyone else's process.
    """
    shell(f'kill -{signal} "$1" || true', postmaster.pid, account=account)


def end(pgdata: Path, account: Account, progress: Progress, *, patience: float) -> bool:
    """Stop the server on ``pgdata``; False if none runs. See ``Cluster.stop``.

    Raises:
        PostgresProblem: it does not end.
    """
    postmaster = read_postmaster(pgdata)
    if postmaster is None or holder(postmaster.pid, pgdata) is not Holder.OURS:
        if postmaster and (answer := ask(postmaster, pgdata)) and answer.ours:
            raise PostgresProblem("elsewhere", "数据库在另一个容器里运行；请在那里停止它")
        return False
    for signal, seconds in (("INT", patience), ("QUIT", _SILENT)):
        _signal(signal, postmaster, account)
        give_up = time.monotonic() + seconds
        while time.monotonic() < give_up:
            if holder(postmaster.pid, pgdata) is not Holder.OURS:
                return True
            progress("正在停止数据库")
            time.sleep(0.05)
    raise PostgresProblem("not_stopping", f"数据库进程 {postmaster.pid} 停不下来；请检查磁盘")
