"""The same definitions on a Spark cluster of one master and two workers: equal to the byte."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bench import lake
from huiyin.assessment import rules
from huiyin.config import problems
from huiyin.config.problems import ExitCode
from huiyin.insight.facts import cluster, engine
from huiyin.insight.facts.engine import Span, Total
from huiyin.insight.facts.states import Window
from tests.ops.installation import free_port, until

# py4j leaves its sockets to Python's collector.
left_open = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
HERE = "127.0.0.1"
SETTINGS = f"""
spark.executor.memory 512m
spark.cores.max 2
spark.driver.host {HERE}
spark.driver.bindAddress {HERE}
spark.sql.shuffle.partitions 4
"""


class Processes:
    """Master and workers, each in a group of its own, ended by that group."""

    def __init__(self, room: Path, home: Path) -> None:
        self.room, self.home = room, home
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, kind: str, *arguments: str) -> Path:
        said = self.room / f"{name}.log"
        with said.open("wb") as log:
            self.running.append(
                subprocess.Popen(
                    [self.home / "bin/spark-class", f"org.apache.spark.deploy.{kind}", *arguments],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    env=os.environ | {"SPARK_WORKER_DIR": f"{self.room / name}"},
                )  # fmt: skip
            )
        return said

    def end(self) -> None:
        for process in reversed(self.running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    import pyspark

    room = tmp_path_factory.mktemp("spark")
    (room / "spark-defaults.conf").write_text(SETTINGS)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("SPARK_CONF_DIR", f"{room}")
        patched.setenv("SPARK_LOCAL_IP", HERE)
        patched.setenv("SPARK_LOCAL_DIRS", f"{room}")
        cast = Processes(room, Path(pyspark.__file__).parent)
        port = free_port()
        address = f"spark://{HERE}:{port}"
        try:
            said = cast.start(
                "master", "master.Master", "--host", HERE, "--port", f"{port}", "--webui-port", "0"
            )
            until(lambda: "New state: ALIVE" in said.read_text())
            for name in ("one", "two"):
                cast.start(
                    name, "worker.Worker", "--host", HERE, "--cores", "1", "--memory", "600m",
                    "--webui-port", "0", address,
                )  # fmt: skip
            until(lambda: said.read_text().count("Registering worker") == 2)
            yield address
        finally:
            cluster.session(address).stop()
            cast.end()


@pytest.mark.cluster
@left_open
@pytest.mark.rule("R-266")
def test_a_month_is_assessed_alike_on_a_cluster(master: str, tmp_path: Path) -> None:
    files = lake.fill(tmp_path, 30_000)
    here = lake.ours(files)
    there = lake.ours(files, engine.Cluster(files, master))
    assert rules.as_bytes(there) == rules.as_bytes(here)
    assert len(here["units"]) == lake.UNITS
    assert sum(unit["signals"] != {} for unit in here["units"]) > 0
    took_part = cluster.session(master).sparkContext._jsc.sc().getExecutorMemoryStatus().size()
    assert took_part == 1 + 2  # the driver and both workers


@pytest.mark.cluster
@left_open
def test_orders_that_were_left_out_are_left_out_on_a_cluster(master: str, tmp_path: Path) -> None:
    files = lake.fill(tmp_path, 3_000)
    total = [Total("closed", Window.CLOSED, (("closed", 1),))]
    span = Span(*lake.MONTH, lake.AS_OF, orders=frozenset(range(2000, 2500)))
    found = engine.Cluster(files, master)(total, span)
    assert found == engine.Lake(files)(total, span)
    assert 0 < sum(row[1] for row in found) <= 500


def test_a_cluster_that_is_named_reads_the_lake_or_says_what_is_missing(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert type(engine.over([])) is engine.Lake
    settings.SPARK_MASTER = "spark://127.0.0.1:7077"
    named = engine.over([])
    assert isinstance(named, engine.Cluster)
    monkeypatch.setitem(sys.modules, "pyspark.sql", None)
    with pytest.raises(cluster.ClusterMissing) as missing:
        named.rows(None, 0, date.min)
    assert problems.explain(missing.value) == (ExitCode.CANNOT_RUN, str(missing.value))
    assert "make spark" in str(missing.value)
