"""One ``huiyin serve`` per installation: its lock, what it notes of itself, finding it again.

The lock is the kernel's and is inherited by every child, so it is free exactly when the whole
family has ended. The note beside it says who they are; process numbers are kept together with
their starting times, because numbers are used again.
"""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from huiyin.config import environment
from huiyin.config.problems import CannotRun

_PATIENCE = 15.0


@dataclass(frozen=True, slots=True)
class Process:
    """A process number and when the process began, in ticks since the machine's start."""

    pid: int
    began: int

    @property
    def alive(self) -> bool:
        """Tell whether it is still this process that has the number, and not as a zombie."""
        return _facts(self.pid) == (self.began, True)


@dataclass(slots=True)
class Note:
    """What a running ``serve`` says of itself."""

    serve: Process
    url: str
    live_url: str
    demo: bool
    parts: dict[str, Process] = field(default_factory=dict)


def of(pid: int) -> Process:
    """Return the process that has the number now."""
    return Process(pid, _facts(pid)[0])


def _facts(pid: int) -> tuple[int, bool]:
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0, False
    return int(words[19]), words[0] not in ("Z", "X")


def _folder() -> Path:
    return environment.var_dir() / "run"


def write(note: Note) -> None:
    """Write the note, whole or not at all."""
    target = _folder() / "serve.json"
    part = target.with_suffix(".part")
    part.write_text(json.dumps(asdict(note)))
    part.replace(target)


def read() -> Note | None:
    """Return the last note, whether its writer lives or not; None without one."""
    try:
        raw = json.loads((_folder() / "serve.json").read_text())
        parts = {name: Process(**facts) for name, facts in raw.pop("parts").items()}
        return Note(serve=Process(**raw.pop("serve")), parts=parts, **raw)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def running() -> Note | None:
    """Return the note of the ``serve`` that runs here now; None if none does."""
    note = read()
    return note if note and note.serve.alive else None


def take(progress: Callable[[str], None]) -> int:
    """Take the lock for as long as we and our children live; return its descriptor.

    Children of a ``serve`` that was killed end by themselves and are waited for; one that does not
    is ended.

    Raises:
        CannotRun: another ``serve`` runs here.
    """
    _folder().mkdir(parents=True, exist_ok=True)
    lock = os.open(_folder() / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    give_up = time.monotonic() + _PATIENCE
    while not _locked(lock):
        if note := running():
            os.close(lock)
            raise CannotRun(
                f"已在运行（进程 {note.serve.pid}，{note.url}）；要停止它请执行 huiyin stop"
            )
        progress("正在等待上一次运行的进程退出")
        if time.monotonic() > give_up:
            _end_leftovers()
            give_up += _PATIENCE
        time.sleep(0.1)
    return lock


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_leftovers() -> None:
    """Kill what is left of a family whose head is gone; each leads a process group of its own."""
    note = read()
    for process in note.parts.values() if note else ():
        if process.alive:
            os.killpg(process.pid, signal.SIGKILL)


def stop_running(*, patience: float = 40.0) -> Process | None:
    """Ask the ``serve`` that runs here to end and wait for it; return which it was.

    Raises:
        CannotRun: it has not ended in time.
    """
    note = running()
    if note is None:
        return None
    os.kill(note.serve.pid, signal.SIGTERM)
    give_up = time.monotonic() + patience
    while note.serve.alive:
        if time.monotonic() > give_up:
            raise CannotRun(f"进程 {note.serve.pid} 没有按时停下；请稍后再试")
        time.sleep(0.05)
    return note.serve
