"""The private server on one data folder: make, start, find again, stop, look at."""

import os
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from huiyin.kernel.postgres import birth, folder, log, programs, server
from huiyin.kernel.postgres.account import Account, owner_of, server_account
from huiyin.kernel.postgres.address import Address
from huiyin.kernel.postgres.binaries import Binaries, find
from huiyin.kernel.postgres.errors import PostgresProblem, explain, plainly
from huiyin.kernel.postgres.server import Answer, Postmaster, Progress
from huiyin.kernel.postgres.settings import ROLE, write_settings


def _quiet(_: str) -> None:
    """Report progress to nobody."""


class Cluster:
    """The server on one data folder. Holds nothing open; any number of processes may have one.

    Args:
        data: its folder; made if missing, refused if it has other content.
        bin_dir: where the PostgreSQL programs are; otherwise they are looked for.
        source: ``debian`` or ``wheel`` to look only there.
    """

    def __init__(
        self, data: Path, *, bin_dir: Path | None = None, source: str | None = None
    ) -> None:
        self.data = Path(os.path.realpath(data))
        self.pgdata = self.data / "pgdata"
        self._bin_dir = bin_dir
        self._source = source

    def binaries(self) -> Binaries:
        """Return the programs in use: those that fit the data, where there is data.

        Raises:
            PostgresProblem: there are none.
        """
        return find(self._bin_dir, self._source, major=self._data_major())

    def binaries_version(self) -> str:
        """Return the version of the programs, such as ``15.18``."""
        return self.binaries().version

    def ensure_running(self, progress: Progress = _quiet) -> Address:
        """Make the server if there is none, start it if it is down, and say where it is.

        May be called by any number of processes at once. Waits for a recovery however long it is.

        Args:
            progress: called about once a second with what is going on, in Chinese.

        Raises:
            PostgresProblem: it cannot be done; the reason is one line.
        """
        with plainly(self.data):
            running = self._running() or self._start(progress)
            return Address(running[0].socket, running[0].port, ROLE, "", ROLE)

    def stop(self, progress: Progress = _quiet, *, patience: float = 60) -> bool:
        """Stop the server; sessions are cut, data is safe. Return False if none was running.

        Does not wait for a start that is under way, so that a long recovery can be stopped.

        Args:
            progress: called while it lasts.
            patience: seconds for an orderly end. A server that cannot end in order, on a full
                disk say, is then ended at once; its next start recovers.

        Raises:
            PostgresProblem: it does not end even so, or the folder is not ours.
        """
        with plainly(self.data):
            folder.check_ours(self.data)
            if not self.pgdata.exists():
                return False
            return server.end(self.pgdata, owner_of(self.pgdata), progress, patience=patience)

    def create_database(self, name: str, progress: Progress = _quiet) -> Address:
        """Make a database of this server if it is missing, and say where it is."""
        address = self.ensure_running(progress)
        statement = sql.SQL(
            "create database {} template template0 encoding 'UTF8' locale 'C.UTF-8'"
        ).format(sql.Identifier(name))
        known = "select from pg_database where datname = %s"
        try:
            with psycopg.connect(**address.as_psycopg(), autocommit=True) as connection:
                if connection.execute(known, [name]).fetchone() is None:
                    connection.execute(statement)
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            return address.named(name)  # someone else was faster
        except psycopg.Error as refusal:
            raise explain(str(refusal), doing=f"创建数据库 {name} ") from refusal
        return address.named(name)

    def status(self) -> dict[str, Any]:
        """Return the server's state as plain data; never raises, never changes anything.

        ``state`` is one of absent, foreign, stopped, starting, running; ``problem`` tells what is
        wrong now. ``upgraded_from`` is the version used before the last minor upgrade, and
        ``restart_needed`` says that newer programs wait for a restart.
        """
        facts: dict[str, Any] = {"state": "absent", "data": str(self.data), "problem": None}
        try:
            with plainly(self.data):
                self._describe(facts)
        except PostgresProblem as problem:
            if problem.code == "foreign_folder":
                facts["state"] = "foreign"
            facts["problem"] = {"code": problem.code, "message": str(problem)}
        return facts

    def _describe(self, facts: dict[str, Any]) -> None:
        """Fill ``facts``, from the surest to what may fail."""
        folder.check_ours(self.data)
        facts["free_bytes"] = folder.free_bytes(self.data)
        mark = folder.read_mark(self.data)
        if mark is None or not self.pgdata.exists():
            return
        running, postmaster = self._running(), server.read_postmaster(self.pgdata)
        starting = postmaster and server.holder(postmaster.pid, self.pgdata) is server.Holder.OURS
        facts["state"] = "running" if running else "starting" if starting else "stopped"
        facts["account"] = owner_of(self.pgdata).name
        facts["version"] = running[1].version if running else mark.get("version")
        facts["upgraded_from"] = mark.get("upgraded_from")
        if running:
            facts |= {"pid": running[0].pid, "socket": running[0].socket}
        if problem := log.current_problem(self.data, running=running is not None):
            facts["problem"] = {"code": problem.code, "message": str(problem)}
        binaries = self.binaries()
        facts["binaries"] = {"source": binaries.source, "version": binaries.version}
        facts["restart_needed"] = bool(running) and facts["version"] != binaries.version

    def _running(self) -> tuple[Postmaster, Answer] | None:
        """Return the server if it runs on this folder and answers, be it in another container."""
        postmaster = server.read_postmaster(self.pgdata)
        answer = server.ask(postmaster, self.pgdata) if postmaster else None
        return (postmaster, answer) if postmaster and answer and answer.ours else None

    def _start(self, progress: Progress) -> tuple[Postmaster, Answer]:
        """Start the server, or wait for whoever is starting it."""
        account = server_account(self.data)
        folder.prepare(self.data, account)
        waiting = "另一个进程正在启动数据库，请稍候"
        with folder.locked(self.data, account, lambda: progress(waiting)) as lock:
            if running := server.await_answer(self.pgdata, progress):
                return running
            folder.check_ours(self.data)
            self._launch(account, lock, progress)
            running = server.await_answer(self.pgdata, progress)
            if running is None:
                raise PostgresProblem("failed", "数据库刚启动就停了；原因在数据目录的 log 里")
            return running

    def _launch(self, account: Account, lock: int, progress: Progress) -> None:
        """Make what is missing, and start the server. Only under the lock."""
        binaries = self.binaries()
        folder.own_all(self.data, account)
        folder.write_mark(self.data, account, version=None)
        usable = programs.within_reach(binaries, self.data, account)
        if not self.pgdata.exists():
            self._refuse_lost_data()
            progress("正在初始化数据库")
            birth.create(
                usable,
                self.data,
                account,
                lock=lock,
                waiting=lambda: progress("正在初始化数据库"),
            )
        socket = write_settings(self.data, account)
        progress("正在启动数据库")
        server.launch(usable, self.data, account, socket=socket, progress=progress)
        folder.write_mark(self.data, account, version=binaries.version)

    def _refuse_lost_data(self) -> None:
        """Refuse to make a new, empty database where there was one before."""
        if (folder.read_mark(self.data) or {}).get("version"):
            raise PostgresProblem(
                "data_gone",
                f"{self.pgdata} 不见了，这里以前有数据；请把它放回去，"
                "或换一个空的数据目录再恢复备份",
            )

    def _data_major(self) -> int | None:
        """Return the major version of the data; None if there is none yet."""
        if not self.pgdata.exists():
            return None
        try:
            return int((self.pgdata / "PG_VERSION").read_text())
        except (FileNotFoundError, ValueError) as broken:
            raise PostgresProblem(
                "damaged", f"{self.pgdata} 里没有可读的 PG_VERSION；请从备份恢复到新的数据目录"
            ) from broken
