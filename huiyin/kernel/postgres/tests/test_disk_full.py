"""A disk that is really full: a small one where we may mount it, else a limit on file sizes."""

import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from huiyin.kernel.postgres import Cluster
from huiyin.kernel.postgres.tests.conftest import (
    ROWS,
    SOURCES,
    connect,
    count,
    end_processes_below,
    spawn,
)

MB = 1024 * 1024
START = """
try:
    print(Cluster(Path(sys.argv[1])).ensure_running().dbname)
except PostgresProblem as problem:
    print(problem.code)
"""


class Tight:
    """A data folder that can be short of room."""

    def __init__(self, place: Path, *, mount: bool) -> None:
        self.disk = place / "disk"
        self.disk.mkdir()
        self.data = self.disk / "data"
        command = ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", str(self.disk)]
        self.mounted = mount and subprocess.run(command, check=False).returncode == 0  # noqa: S603

    def resize(self, megabytes: int) -> None:
        if self.mounted:
            command = ["mount", "-o", f"remount,size={megabytes}m", str(self.disk)]
            subprocess.run(command, check=True)  # noqa: S603

    def fill(self) -> None:
        if self.mounted:
            with pytest.raises(OSError, match="No space"):
                write_for_ever(self.disk / "ballast")

    def start(self, *, largest_file: int) -> str:
        """Start in a process that, without a small disk, may write no file beyond a size."""

        def limit() -> None:
            if not self.mounted:
                resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))

        return spawn(START, self.data, preexec_fn=limit).communicate(timeout=120)[0].strip()


def write_for_ever(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(64 * 1024))


@pytest.fixture(params=["small disk", "limit"])
def tight(request: pytest.FixtureRequest, place: Path) -> Iterator[Tight]:
    tight = Tight(place, mount=request.param == "small disk")
    yield tight
    end_processes_below(place)
    if tight.mounted:
        subprocess.run(["umount", str(tight.disk)], check=True)  # noqa: S603, S607


def test_while_making_the_database(tight):
    assert tight.start(largest_file=4 * MB) == "disk_full"
    assert not (tight.data / "pgdata").exists()
    assert not (tight.data / "pgdata.new").exists()
    tight.resize(200)
    assert Cluster(tight.data).ensure_running().dbname == "huiyin"


def test_while_starting(tight, seeded):
    """After a crash, where no new file can be written that is larger; in order, on a full disk."""
    tight.resize(200)
    cluster = seeded(at=tight.data)
    if not tight.mounted:
        cluster.ensure_running()
        end_processes_below(tight.data)
    tight.fill()
    assert tight.start(largest_file=100 * 1024) == "disk_full"
    problem = cluster.status()["problem"]
    assert problem["code"] == "disk_full"
    (tight.disk / "ballast").unlink(missing_ok=True)
    assert count(cluster.ensure_running()) == ROWS


@pytest.mark.parametrize("source", SOURCES)
def test_while_running(tight, seeded, source):
    tight.resize(130)
    cluster = seeded(source, at=tight.data)
    assert tight.start(largest_file=24 * MB) == "huiyin"
    address = cluster.ensure_running()
    assert cluster.status()["problem"] is None
    with pytest.raises(psycopg.Error), connect(address) as connection:
        connection.execute(
            "insert into said select n, repeat(md5(n::text), 30)"
            " from generate_series(10000, 90000) n"
        )
    problem = cluster.status()["problem"]
    assert problem["code"] == "disk_full"
    assert "\n" not in problem["message"]
    cluster.stop(patience=3)
    tight.resize(300)
    assert count(cluster.ensure_running()) == ROWS
