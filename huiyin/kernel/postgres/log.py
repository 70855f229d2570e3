"""The server's log: what it is doing, why it failed, what it suffers from."""

import os
import time
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from pathlib import Path

from huiyin.kernel.postgres.errors import DISK_FULL, PostgresProblem, explain, recognise
from huiyin.kernel.postgres.folder import free_bytes

_ONE_SEGMENT = 16 * 1024 * 1024  # with less room than this no server can write its journal
_FRESH = 600.0  # seconds
_ZONE = timezone(timedelta(hours=8))  # log_timezone in settings.py
_LASTING = ("disk_full", "shm_full", "damaged", "out_of_memory")


def why_it_failed(said: str, data: Path, before: Mapping[Path, int]) -> PostgresProblem:
    """Explain a failed start, even where the full disk has swallowed the line that says so.

    Args:
        said: what the programs said themselves.
        data: the data folder.
        before: the ``log_sizes`` from before the start; older lines tell of older troubles.
    """
    problem = explain(f"{said}\n{_log_since(data, before)}", doing="启动数据库")
    if problem.code == "failed" and free_bytes(data) < _ONE_SEGMENT:
        return PostgresProblem("disk_full", DISK_FULL, problem.detail)
    return problem


def crash_loop(data: Path, before: Mapping[Path, int] | None = None) -> PostgresProblem | None:
    """Return why a server keeps crashing before it is ready; None if it does not.

    It would try for ever, when the disk is full say, and look as if it were recovering.

    Args:
        data: the data folder.
        before: the ``log_sizes`` from before its start; None means since its last start.
    """
    text = _recent_log(data) if before is None else _log_since(data, before)
    text = text[max(0, text.rfind("ready to accept connections")) :]
    if text.count("all server processes terminated; reinitializing") < 2:
        return None
    return explain(text, doing="恢复数据库")


def what_it_does(data: Path) -> str:
    """Say what a starting server is at, in its own words if it is recovering."""
    lines = [
        line for line in _recent_log(data).splitlines() if "redo" in line or "recovery" in line
    ]
    return f"正在恢复上次中断的数据：{lines[-1]}" if lines else "正在启动数据库"


def log_sizes(data: Path) -> dict[Path, int]:
    """Return how long each log file is."""
    return {path: path.stat().st_size for path in (data / "log").glob("*.log")}


def _log_since(data: Path, before: Mapping[Path, int]) -> str:
    """Return what was logged after ``before``. A file that shrank was begun anew."""
    grown = {path: size for path, size in log_sizes(data).items() if size != before.get(path)}
    starts = {path: before.get(path, 0) for path in grown}
    return "\n".join(
        path.read_bytes()[starts[path] if starts[path] < size else 0 :].decode(errors="replace")
        for path, size in grown.items()
    )


def _recent_log(data: Path) -> str:
    """Return the end of the server's log since its last start."""
    logs = sorted((data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
    if not logs:
        return ""
    with logs[-1].open("rb") as log:
        log.seek(max(0, log.seek(0, os.SEEK_END) - 64 * 1024))
        text = log.read().decode(errors="replace")
    return text[max(0, text.rfind("starting PostgreSQL")) :]


def current_problem(data: Path, *, running: bool) -> PostgresProblem | None:
    """Return what a server suffers from, or fell from, by its log and the disk.

    A running server's log counts for ten minutes, so that a trouble that is over is not told for
    ever; a server that was stopped in order has none.
    """
    lines = _recent_log(data).splitlines()
    if running:
        lines = [line for line in lines if _is_fresh(line)]
    elif any("received fast shutdown request" in line for line in lines):
        lines = []
    known = recognise("\n".join(lines), only=_LASTING)
    if known:
        return known
    room = free_bytes(data)
    full = PostgresProblem("disk_full", DISK_FULL, f"{room} bytes free")
    return full if room < _ONE_SEGMENT else None


def _is_fresh(line: str) -> bool:
    """Tell whether a log line was written in the last ten minutes (see ``log_line_prefix``)."""
    try:
        written = datetime.fromisoformat(line[:23]).replace(tzinfo=_ZONE)
    except ValueError:
        return False
    return time.time() - written.timestamp() < _FRESH
