"""What is measured: each function runs interleaved rounds and returns figures with their spread."""

from __future__ import annotations

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import server

ROUNDS = int(os.environ.get("HUIYIN_BENCH_ROUNDS", "5"))
SECONDS = int(os.environ.get("HUIYIN_BENCH_SECONDS", "5"))
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure: the median, its unit, the ratio to the peer, the range, the runs."""

    value: float
    unit: str
    ratio: float | None
    low: float
    high: float
    runs: int

    @classmethod
    def of(cls, values: list[float], unit: str, ratios: list[float] | None = None) -> Figure:
        """Summarise the runs by their median and range."""
        spread = ratios or values
        return cls(
            value=round(statistics.median(values), 3),
            unit=unit,
            ratio=round(statistics.median(ratios), 3) if ratios else None,
            low=round(min(spread), 3),
            high=round(max(spread), 3),
            runs=len(values),
        )

    def plain(self) -> dict[str, object]:
        """Return the figure as plain data."""
        return asdict(self)


def interleaved(
    ours: Callable[[], float], peer: Callable[[], float]
) -> tuple[list[float], list[float]]:
    """Run ours and the peer in turn ``ROUNDS`` times, after one warm-up each; return both rates."""
    ours()
    peer()
    pairs = [(peer(), ours()) for _ in range(ROUNDS)]
    return [o for _, o in pairs], [o / p for p, o in pairs]


def pgbench(script: str, clients: int) -> float:
    """Return the transactions per second of ``script`` with ``clients`` clients."""
    from huiyin.kernel.postgres import Address

    address = Address.from_url(os.environ["DATABASE_URL"])
    with tempfile.NamedTemporaryFile("w", suffix=".sql", delete=False) as file:
        file.write(script)
    env = os.environ | {"PGHOST": address.host, "PGPORT": str(address.port), "PGUSER": address.user}
    done = subprocess.run(
        [
            str(server.binaries() / "pgbench"), "-n", "-M", "prepared",
            "-c", str(clients), "-j", "2",
            "-T", str(SECONDS), "-f", file.name, address.dbname,
        ],
        capture_output=True, text=True, env=env, check=False, cwd="/",
    )  # fmt: skip
    Path(file.name).unlink()
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout) or re.search(
        r"tps = ([\d.]+)", done.stdout
    )
    if done.returncode or not found:
        raise RuntimeError(f"pgbench failed: {done.stderr[-500:]}")
    return float(found[1])


def processes(work: str, count: int) -> float:
    """Return how many times per second ``count`` processes together do ``bench.work:<work>``."""
    command = [sys.executable, "-m", "bench.work", work, str(SECONDS)]
    started = [
        subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(count)
    ]
    for process in started:
        if process.stdout is None or process.stdout.readline().strip() != "ready":
            raise RuntimeError("a benchmark process did not start")
    for process in started:
        if process.stdin:
            process.stdin.write("go\n")
            process.stdin.flush()
    rates = [json.loads(process.communicate()[0]) for process in started]
    return sum(rates)


def http(count: int) -> float:
    """Return the creates per second over HTTP with ``count`` connections."""
    from bench import web

    return web.creates_per_second(connections=count, seconds=SECONDS)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def timed(work: Callable[[], object], times: int) -> list[float]:
    """Return the milliseconds of each of ``times`` runs of ``work``."""
    took = []
    for _ in range(times):
        begin = time.perf_counter()
        work()
        took.append((time.perf_counter() - begin) * 1000)
    return took
