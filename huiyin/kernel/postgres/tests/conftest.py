"""Folders, servers and their end. Every process that a test leaves is ended by its number."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from huiyin.kernel.postgres import Address, Cluster
from huiyin.kernel.postgres.account import Account, server_account
from huiyin.kernel.postgres.binaries import candidates

ROOT = Path(__file__).parents[4]
# At least one, so that a machine without any PostgreSQL fails and does not pass empty-handed.
SOURCES = [name for name in ("debian", "wheel") if list(candidates(None, name))] or ["debian"]
ROWS = 1000


@pytest.fixture(autouse=True)
def _own_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that the person running the tests has set changes what they test."""
    for name in ("HUIYIN_PG_BIN", "HUIYIN_PG_SOURCE", "HUIYIN_PG_USER"):
        monkeypatch.delenv(name, raising=False)


def processes_below(place: Path) -> list[int]:
    """Return the numbers of the processes that name something below ``place`` when started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if any(os.fsencode(place) in word for word in words):
                found.append(int(entry.name))
    return found


def _quick_disk() -> Path | None:
    """Return a disk in memory if there is one with room: the tests are about servers, not disks."""
    memory = Path("/dev/shm")  # noqa: S108
    if not os.access(memory, os.W_OK):
        return None
    facts = os.statvfs(memory)
    roomy = facts.f_bavail * facts.f_frsize > 4 * 1024**3
    return memory if roomy and not facts.f_flag & os.ST_NOEXEC else None


def make_place() -> Path:
    """Make a folder that the server's account can enter; pytest's own it cannot, as root."""
    place = Path(tempfile.mkdtemp(prefix="huiyin-pg-", dir=_quick_disk()))
    place.chmod(0o711)
    return place


def end_processes_below(place: Path) -> None:
    """End what was started on ``place`` by its process number.

    First as a crash that still gives its shared memory back, then without mercy.
    """
    for sign in (signal.SIGQUIT, signal.SIGKILL):
        for pid in processes_below(place):
            with suppress(ProcessLookupError):
                os.kill(pid, sign)
        give_up = time.monotonic() + 10
        while processes_below(place) and time.monotonic() < give_up:
            time.sleep(0.02)
    assert processes_below(place) == []


def clear_place(place: Path) -> None:
    """End what runs below ``place`` and remove it."""
    end_processes_below(place)
    shutil.rmtree(place)


@pytest.fixture
def place() -> Iterator[Path]:
    place = make_place()
    yield place
    clear_place(place)


@pytest.fixture
def account(place: Path) -> Account:
    return server_account(place / "data")


@pytest.fixture(scope="session")
def templates() -> Iterator[Callable[[str], Path]]:
    """Stopped data folders with a table of ``ROWS`` rows, made once and copied for each test."""
    place = make_place()

    def template(source: str) -> Path:
        cluster = Cluster(place / source, source=source)
        if not cluster.data.exists():
            fill(cluster.ensure_running())
            cluster.stop()
        return cluster.data

    try:
        yield template
    finally:
        clear_place(place)


@pytest.fixture(scope="session", params=SOURCES)
def live(request: pytest.FixtureRequest, templates: Callable[[str], Path]) -> Iterator[Cluster]:
    """A running server for tests that do not stop it, one for each kind of programs."""
    place = make_place()
    try:
        cluster = copy(templates(request.param), place / "data", request.param)
        cluster.ensure_running()
        yield cluster
        cluster.stop()
    finally:
        clear_place(place)


@pytest.fixture
def seeded(place: Path, templates: Callable[[str], Path]) -> Callable[..., Cluster]:
    """Make a stopped cluster with data in it, by default of the first source."""

    def make(source: str = SOURCES[0], *, at: Path = place / "data") -> Cluster:
        return copy(templates(source), at, source)

    return make


def copy(template: Path, at: Path, source: str) -> Cluster:
    subprocess.run(["cp", "-a", template, at], check=True)  # noqa: S603, S607
    return Cluster(at, source=source)


def fill(address: Address) -> None:
    with connect(address) as connection:
        connection.execute("create table said (id int primary key, words text not null)")
        connection.execute(
            "insert into said select n, '噪音扰民投诉' || n from generate_series(1, %s) n", [ROWS]
        )


def connect(address: Address, **more: object) -> "psycopg.Connection[tuple]":
    return psycopg.connect(**{**address.as_psycopg(), **more}, autocommit=True)


def count(address: Address) -> int:
    with connect(address) as connection:
        return connection.execute("select count(*) from said").fetchone()[0]


def spawn(script: str, *words: object, **settings: object) -> "subprocess.Popen[str]":
    """Run Python with the code base at hand; ``sys.argv[1:]`` are ``words``."""
    head = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom huiyin.kernel.postgres import *\n"
    )
    return subprocess.Popen(  # noqa: S603
        [sys.executable, "-c", head + script, *map(str, words)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        **settings,
    )


def portrait(folder: Path) -> dict[str, tuple]:
    """Return what would change if anything below ``folder``, or it, were touched."""
    paths = [folder, *folder.rglob("*")]
    return {
        str(path): (facts.st_mode, facts.st_uid, facts.st_size, facts.st_mtime_ns)
        for path in paths
        if (facts := path.lstat())
    }
