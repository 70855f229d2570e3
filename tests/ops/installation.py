"""A real installation in a folder of its own, driven through the ``huiyin`` command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "HOME", "TMPDIR", "LANG", "HUIYIN_PG_SOURCE", "HUIYIN_PG_BIN", "HUIYIN_PG_USER")
LONG = 60.0


def until(what: Callable[[], Any], patience: float = LONG) -> Any:
    """Wait until ``what`` is true; return what it returned."""
    give_up = time.monotonic() + patience
    while not (found := what()):
        assert time.monotonic() < give_up, "waited in vain"
        time.sleep(0.05)
    return found


def free_port() -> int:
    """Return a port that is free together with the next one."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("127.0.0.1", 0))
            port: int = first.getsockname()[1]
            if port > 65000:
                continue
            try:
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


def alive(pid: int) -> bool:
    """Tell whether a process runs (a zombie does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Return all living descendants of a process."""
    found: list[int] = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
            if parent == pid:
                found += [int(folder.name), *children(int(folder.name))]
    return found


class Installation:
    """One folder of data, and the ports of its processes."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="huiyin-ops-"))
        self.folder.chmod(0o755)  # PostgreSQL's own account must get to its data
        self.var = self.folder / "var"
        self.port = free_port()
        self.serving: list[Serving] = []

    def environment(self, **changes: str) -> dict[str, str]:
        """Return the variables of its commands; nothing of the test run leaks in."""
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        ours = {
            "HUIYIN_VAR": str(self.var),
            "HUIYIN_PORT": str(self.port),
            "HUIYIN_PROCESSES": "2",
            "PYTHONPATH": str(ROOT),
        }
        return kept | ours | changes

    def run(self, *words: str, given: str = "", **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "huiyin.config.command", *words],
            env=self.environment(**changes), input=given, capture_output=True, text=True,
            timeout=600, check=False, cwd=self.folder,
        )  # fmt: skip

    def done(self, *words: str, given: str = "", **changes: str) -> str:
        """Run a command that must succeed; return what it printed."""
        result = self.run(*words, given=given, **changes)
        assert result.returncode == 0, result.stderr
        return result.stdout

    def json(self, *words: str) -> Any:
        """Run a command that prints JSON, whatever its exit code."""
        return json.loads(self.run(*words, "--json").stdout)

    def python(self, code: str) -> str:
        """Run a program with Django set up on the data of this installation."""
        head = (
            "import warnings; warnings.simplefilter('error')\n"
            "from huiyin.config.commands import base; base.with_django()\n"
        )
        result = subprocess.run(
            [sys.executable, "-c", head + code],
            env=self.environment(), capture_output=True, text=True, timeout=120, check=False,
            cwd=self.folder,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr
        return result.stdout

    def serve(self, *words: str, **changes: str) -> Serving:
        """Start ``huiyin serve`` and wait until it says that it runs."""
        started = Serving(self, words, changes)
        self.serving.append(started)
        started.await_ready()
        return started

    def remove(self) -> None:
        """End everything and delete the folder."""
        for one in self.serving:
            one.end()
        if (self.var / "postgres").exists():
            self.run("stop")
        shutil.rmtree(self.folder)


class Serving:
    """A running ``huiyin serve``."""

    def __init__(
        self, where: Installation, words: tuple[str, ...], changes: dict[str, str]
    ) -> None:
        self.where = where
        self.log = where.folder / f"serve-{len(where.serving)}.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "huiyin.config.command", "serve", *words],
                env=where.environment(**changes), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=where.folder,
            )  # fmt: skip

    @property
    def words(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    def await_ready(self) -> None:
        def ready() -> bool:
            assert self.process.poll() is None, self.words
            return "按 Ctrl-C 停止" in self.words

        until(ready, 5 * LONG)  # a first start makes every table; other tests share the cores

    @property
    def parts(self) -> dict[str, int]:
        """Process numbers by name, as it notes them itself."""
        note = json.loads((self.where.var / "run/serve.json").read_text())
        return {name: facts["pid"] for name, facts in note["parts"].items()}

    def family(self) -> list[int]:
        """Process numbers of itself and all its descendants."""
        return [self.process.pid, *children(self.process.pid)]

    def get(self, path: str = "/api/v1/openapi.json") -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.where.port}{path}", timeout=10)

    def answers(self) -> bool:
        try:
            return self.get().status_code < 500
        except httpx.TransportError:
            return False

    def live(self) -> httpx.Response:
        return httpx.get(f"http://127.0.0.1:{self.where.port + 1}/health", timeout=10)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Tell it to stop, wait, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return self.process.wait(LONG)
