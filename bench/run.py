"""The benchmarks by name, the table and ``var/bench.json``."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import orjson

from bench import calls, measure, server
from bench.measure import Figure

CITY = os.environ.get("HUIYIN_BENCH_CITY", "dezhou")
OUT = Path(os.environ.get("HUIYIN_VAR") or "var").resolve() / "bench.json"


def _pgbench_script() -> str:
    from bench.scene import Scene
    from bench.statements import capture, script

    made: list[str] = []
    scene = Scene.present()
    scene.create(0)
    captured = capture(lambda: made.append(scene.create(1).number))
    return script(captured, made[0])


def create_vs_pgbench() -> Figure:
    """Creating through the action in two processes, against pgbench with two clients."""
    peer = _pgbench_script()
    ours, ratios = measure.interleaved(
        lambda: measure.processes("create", 2), lambda: measure.pgbench(peer, 2)
    )
    return Figure.of(ours, "orders/s", ratios)


def create_http_vs_pgbench() -> Figure:
    """Creating over HTTP with sixteen connections, against pgbench with sixteen clients."""
    peer = _pgbench_script()
    ours, ratios = measure.interleaved(lambda: measure.http(16), lambda: measure.pgbench(peer, 16))
    return Figure.of(ours, "orders/s", ratios)


def create_1m_vs_10k() -> Figure:
    """Creating with 1,000,000 stored orders, against the same with 10,000."""
    large, ratios = _large_and_small("create")
    return Figure.of(large, "orders/s", ratios)


def lives_per_second() -> Figure:
    """Whole lives, from the call to the closed case, in two processes; ratio to 10,000 stored."""
    large, ratios = _large_and_small("live")
    return Figure.of(large, "lives/s", ratios)


def _large_and_small(work: str) -> tuple[list[float], list[float]]:
    """Return the rates at 1,000,000 orders, and their ratios to those at 10,000, round by round."""

    def at(name: str) -> float:
        os.environ["DATABASE_URL"] = server.url(name)
        return measure.processes(work, 2)

    for name, total in (("bench_1m", server.LARGE), ("bench_10k", server.SMALL)):
        with on(name, total):
            pass
    try:
        return measure.interleaved(lambda: at("bench_1m"), lambda: at("bench_10k"))
    finally:
        _connect("bench_10k")


def list_p95_ms_1m() -> Figure:
    """Server time of list and detail pages at 1,000,000 orders: p95 of the worst page."""
    from bench import pages

    with on("bench_1m", server.LARGE):
        took = pages.p95_by_page()
    for name, value in took.items():
        sys.stdout.write(f"    {name:<40} p95 {value:8.1f} ms\n")
    values = sorted(took.values())
    worst = values[-1]
    return Figure(round(worst, 1), "ms", None, round(values[0], 1), round(worst, 1), len(values))


def unit_page_p95_ms() -> Figure:
    """Server time of a unit's page from facts, after 36 rounds of 343 units: p95 of the worst."""
    from bench import assessed

    took = assessed.p95_by_page()
    for name, value in took.items():
        sys.stdout.write(f"    {name:<40} p95 {value:8.1f} ms\n")
    of_unit = sorted(value for name, value in took.items() if "/units/" in name)
    return Figure(round(of_unit[-1], 1), "ms", None, of_unit[0], of_unit[-1], len(of_unit))


def simulate_steps_per_second() -> Figure:
    """Steps that a simulated city takes in a second, all rules, in two processes."""
    from bench import year

    return Figure.of([year.steps_per_second()], "steps/s")


def duplicates_p95_ms_100k() -> Figure:
    """One suggestion of likely duplicates at 100,000 stored requests: p95."""
    from bench import likeness

    with on("bench_100k", likeness.STORED):
        return likeness.suggestion_p95()


def replies_auc() -> Figure:
    """How well the judge of replies tells poor from good, by cross-validation."""
    from bench import likeness

    return likeness.judge_auc()


def faq_top3() -> Figure:
    """Questions worded anew for which the right article is among the first three, in per cent."""
    from bench import faq

    return faq.top3()


def search_p95_ms() -> Figure:
    """Newest 50 at 1,000,000 orders for 2 to 4 characters and 3 words: p95 of the worst class."""
    from bench import search

    with on("bench_1m", server.LARGE):
        search.fill()
        took = search.p95_by_class()
    search.tell(took)
    values = sorted(took.values())
    return Figure(round(values[-1], 1), "ms", None, round(values[0], 1), values[-1], len(values))


def create_with_search() -> Figure:
    """Creating with news for the search, against the same without."""
    ours, ratios = measure.interleaved(
        lambda: measure.processes("create", 2), lambda: measure.processes("create_unsearched", 2)
    )
    return Figure.of(ours, "orders/s", ratios)


def found_within_ms() -> Figure:
    """From the creation of an order until it is found, while two processes create others."""
    from bench import search

    times = search.until_found()
    return Figure(
        round(measure.percentile(times, 0.95), 1), "ms", None, min(times), max(times), len(times)
    )


def learn_words() -> Figure:
    """Macro-F1 of seven classes, trained on messages cut into words; from worst to best recall."""
    from bench import learning

    return learning.macro_f1("labelled_words.csv")


def learn_raw() -> Figure:
    """Macro-F1 of seven classes, trained on raw messages alone; from worst to best recall."""
    from bench import learning

    return learning.macro_f1("labelled_raw.csv")


def assess_20m_vs_handwritten() -> Figure:
    """Assessing a month of 20,000,000 orders, against statements written by hand for DuckDB."""
    from bench import lake

    found = _assessed(lake.figures)
    return Figure.of(found["ours"], "s", found["ratios"])


def assess_20m_peak_mb() -> Figure:
    """The most memory that a process takes for it."""
    from bench import lake

    return Figure.of(_assessed(lake.figures)["peak"], "MB")


@cache
def _assessed(figures: Callable[[], dict[str, list[float]]]) -> dict[str, list[float]]:
    """Measure once for both figures."""
    return figures()


class on:  # noqa: N801 - reads as a word
    """Work on one of the two filled databases inside the block."""

    def __init__(self, name: str, total: int) -> None:
        self._name, self._total = name, total

    def __enter__(self) -> None:
        _connect(self._name)
        server.fill(self._total)

    def __exit__(self, *_: object) -> None:
        _connect("bench_10k")


def _connect(name: str) -> None:
    """Point this process and its children at the database, migrated and with the city loaded."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connections

    from bench.scene import prepare
    from huiyin.kernel import cached

    os.environ["DATABASE_URL"] = server.start(name)
    database = connections["default"]
    database.close()
    database.close_pool()  # a pool would keep its connections to the database before
    settings.DATABASES["default"]["NAME"] = database.settings_dict["NAME"] = name
    cached.forget_all()
    call_command("migrate", verbosity=0, interactive=False)
    prepare(CITY)


BENCHES: dict[str, Callable[[], Figure]] = {
    bench.__name__: bench
    for bench in (
        create_vs_pgbench, create_http_vs_pgbench, create_1m_vs_10k, lives_per_second,
        list_p95_ms_1m, simulate_steps_per_second, faq_top3, search_p95_ms, create_with_search,
        found_within_ms, duplicates_p95_ms_100k, replies_auc,
        learn_words, learn_raw,
        calls.day_zhengzhou_connect, calls.day_zhengzhou_within, calls.day_zhengzhou_erlang,
        calls.day_beijing_seconds, calls.day_beijing_connect, calls.day_beijing_within,
        calls.day_beijing_erlang,
        calls.day_erlang_points, calls.day_erlang_waiting_points, calls.day_erlang_wait_seconds,
        calls.mmc_outside, calls.mmc_abandoning_outside,
        calls.surge_500_failed, calls.surge_500_missing_recordings,
        calls.surge_500_next_caller_p95_ms, calls.acd_cpu_vs_switch,
        assess_20m_vs_handwritten, assess_20m_peak_mb, unit_page_p95_ms,
    )
}  # fmt: skip


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all; print the table and write ``var/bench.json``."""
    unknown = [n for n in names if n not in BENCHES]
    if unknown:
        sys.stderr.write(f"没有这个基准：{'、'.join(unknown)}；有 {'、'.join(BENCHES)}\n")
        return 2
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huiyin.config.settings.bench")
    os.environ["DATABASE_URL"] = server.start("bench_10k")
    import django

    django.setup()
    _connect("bench_10k")
    server.fill(server.SMALL)
    try:
        sys.stdout.write(
            f"{platform.platform()}, {os.cpu_count()} cores, rounds {measure.ROUNDS}\n"
        )
        for name in names or BENCHES:
            figure = BENCHES[name]()
            _keep(name, figure)
            ratio = "" if figure.ratio is None else f"ratio {figure.ratio:.3f}"
            sys.stdout.write(
                f"{name:<24}{figure.value:>12.1f} {figure.unit:<9} {ratio:<12} "
                f"[{figure.low:g} - {figure.high:g}] n={figure.runs}\n"
            )
            sys.stdout.flush()
    finally:
        server.stop()
    return 0


def _keep(name: str, figure: Figure) -> None:
    OUT.parent.mkdir(parents=True, exist_ok=True)
    known = orjson.loads(OUT.read_bytes()) if OUT.is_file() else {}
    known[name] = figure.plain()
    OUT.write_bytes(orjson.dumps(known, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
