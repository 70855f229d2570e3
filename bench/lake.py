"""Assessing one month over a year of facts in the lake, against a query written by hand.

The facts are made up: as many orders as ``HUIYIN_BENCH_FACTS`` says, three lines each (open, taken
back, ended), 343 units, 500 kinds of matters, twelve months of Parquet in a folder that is deleted
afterwards.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ORDERS = int(os.environ.get("HUIYIN_BENCH_FACTS", "20000000"))
UNITS, MATTERS, DAYS, LONGEST = 343, 500, 365, 12
FIRST = date(2025, 1, 1)
MONTH = date(2025, 10, 1), date(2025, 10, 31)
AS_OF = date(2025, 12, 31)

# Once it has ended (e) or from the beginning, for so many of a hundred (h % 100).
_SHARES = {
    "valid": "1", "accepted": "1", "handed": "1", "sent": "1", "dispatched": "1", "owed": "1",
    "due": "1", "sent_in_time": "h % 100 < 97", "repeat": "h % 13 = 0", "closed": "e",
    "asked_for": "e", "redone": "e and h % 11 = 0", "once": "e and h % 11 > 0",
    "tried": "e and h % 20 > 0", "reached": "e and h % 10 > 0",
    "solved_yes": "e and h % 10 > 1", "solved_partly": "e and h % 10 = 1",
    "grade_5": "e and h % 10 > 6", "grade_4": "e and h % 10 between 3 and 6",
    "grade_3": "e and h % 10 = 2", "grade_2": "e and h % 10 = 1",
    "first_reached": "e and h % 9 > 0", "first_content": "e and h % 9 > 1",
    "first_fair": "e and h % 9 = 1", "signed": "h % 101 < 98", "contacted": "h % 103 < 95",
    "responded": "h % 101 < 98 and h % 103 < 95", "returned": "h % 17 = 0",
    "return_granted": "h % 34 = 0", "return_refused": "h % 34 = 17", "return_late": "h % 51 = 0",
    "extended": "e and h % 19 = 0", "on_time": "e and h % 23 < 20", "replied": "e",
    "urged": "h % 29 = 0",
}  # fmt: skip


def last_of(month: date) -> date:
    """Return the last day of a month."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def fill(folder: Path, orders: int = ORDERS) -> list[Path]:
    """Write twelve months of lines; return the files."""
    import duckdb

    files = []
    with duckdb.connect(config={"memory_limit": "900MB", "threads": 2}) as made:
        made.execute(f"set temp_directory = '{folder / 'spill'}'")
        for month in range(1, 13):
            begin = date(FIRST.year, month, 1)
            end = (begin + timedelta(days=31)).replace(day=1)
            path = folder / f"{begin:%Y-%m}.parquet"
            made.execute(_lines(orders, begin, end, path))
            files.append(path)
    return files


def _lines(orders: int, begin: date, end: date, path: Path) -> str:
    from huiyin.insight.facts import lake

    low = max(0, ((begin - FIRST).days - LONGEST)) * orders // DAYS
    high = min(orders, (end - FIRST).days * orders // DAYS + 1)
    plain = {
        "day": "day", "sign": "sign::tinyint", "order_id": "i::bigint",
        "unit_id": f"(1 + (h // 7) % {UNITS})::bigint", "shared": "0::tinyint",
        "category_id": f"(1 + (h // 5) % {MATTERS})::bigint", "region_id": "null::bigint",
        "channel": "'phone'", "kind": "'help'", "accepted_on": "a", "dispatched_on": "a",
        "due_on": "(a + 7)", "closed_on": "case when e then c end",
        "answer_key": "case when e then (h >> 1)::bigint end", "case_key": "(h >> 20)::bigint",
    }  # fmt: skip
    chosen = [
        f"{plain.get(name) or f'({_SHARES.get(name, 0)})::int::tinyint'} as {name}"
        for name in lake.COLUMNS
    ]
    return f"""
        copy (
            with o as (
                select i, hash(i) as h, date '{FIRST}' + (i * {DAYS} // {orders})::int as a
                from range({low}, {high}) t(i)
            ), p as (select *, a + (1 + h % {LONGEST - 1})::int as c from o),
            l as (
                select *, a as day, 1 as sign, false as e from p
                union all select *, c, -1, false from p
                union all select *, c, 1, true from p
            )
            select {", ".join(chosen)} from l where day >= '{begin}' and day < '{end}'
        ) to '{path}' (format parquet, compression zstd, row_group_size 200000)
    """


def ours(files: list[Path], source: Any = None) -> dict[str, Any]:
    """Assess the month as a round does: every indicator, score, rank, list, mix and signal.

    ``source`` computes instead of DuckDB over the files.
    """
    return assessed(files, source)[0]


def assessed(files: list[Path], source: Any = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the result of the month and the rules it was assessed by."""
    from huiyin.assessment import definitions, queries
    from huiyin.assessment.models import Round
    from huiyin.insight.facts.engine import Lake

    ready = definitions.templates()["four_lists"]
    kept = {
        "scheme": {
            "code": "bench", "name": "三率", "text": "三率",
            "weights": {"response": 20, "solved": 40, "satisfied": 40}, "partly_solved": 0,
            "fairly_satisfied": 100, "least_valid": 5,
        },
        "template": {
            "name": "四张榜单", "text": "", "deduct": [], "points": 100, "tiers": [],
            "lists": [dict(x) for x in ready.lists],
        },
        "indicators": [definitions.as_data(each) for each in definitions.indicators().values()],
    }  # fmt: skip
    basis = {
        "as_of": f"{AS_OF}",
        "members": [[n, f"u{n}", f"单位{n}", "乡镇街道", [], 0] for n in range(1, UNITS + 1)],
        "left": [], "before": {}, "population": 20_000_000,
        "matters": {str(n): f"{n % 20:02}" for n in range(1, MATTERS + 1)},
    }  # fmt: skip
    round_ = Round(first_day=MONTH[0], last_day=MONTH[1], rules=kept)
    return queries.computed(round_, basis, source=source or Lake(files)), kept


def by_hand(files: list[Path]) -> list[tuple[Any, ...]]:
    """Do the same with statements written by hand for DuckDB; return the ranking."""
    import duckdb

    names = [str(path) for path in files]
    inside = {
        w: f"{w} between date '{MONTH[0]}' and date '{MONTH[1]}'"
        for w in ("accepted_on", "dispatched_on", "due_on", "closed_on")
    }
    sums = ", ".join(
        f"sum(sign * {m}) filter (where {inside[w]}) as {m}_{w[0]}{w[1]}" for w, m in _wanted()
    )
    lines = f"from lines where day <= date '{AS_OF}' and ({' or '.join(inside.values())})"
    with duckdb.connect(config={"memory_limit": "600MB", "threads": 2}) as asked:
        asked.read_parquet(names).create_view("lines")
        asked.execute(f"create temp table u as select unit_id, {sums} {lines} group by unit_id")
        asked.execute(f"select {sums} {lines} and shared = 0").fetchall()
        asked.execute(
            "select unit_id, category_id, sum(sign * solved_yes), sum(sign * solved_partly),"
            " sum(sign * grade_5), sum(sign * grade_4), sum(sign * grade_3), sum(sign * reached)"
            f" from lines where day <= date '{AS_OF}' and {inside['closed_on']} group by all"
        ).fetchall()
        for key, window, least in (
            ("answer_key", "closed_on", 3), ("case_key", "dispatched_on", 2),
        ):  # fmt: skip
            asked.execute(
                "select unit_id, sum(n) from (select unit_id, sum(sign * dispatched) as n"
                f" from lines where day <= date '{AS_OF}' and {inside[window]}"
                f" and {key} is not null group by unit_id, {key} having n >= {least})"
                " group by unit_id"
            ).fetchall()
        return asked.execute(
            "select unit_id, rank() over (order by score desc), score from (select unit_id,"
            " 20.0 * responded_du / owed_du + 40.0 * solved_yes_cl / reached_cl"
            " + 40.0 * (grade_5_cl + grade_4_cl + grade_3_cl) / reached_cl as score from u)"
            " order by 2, 1"
        ).fetchall()


def _wanted() -> list[tuple[str, str]]:
    from huiyin.assessment import definitions, rules

    return rules.needed(definitions.indicators().values())


def figures() -> dict[str, Any]:
    """Run ours and the other in turn, each in a process of its own, over the same files."""
    rounds = int(os.environ.get("HUIYIN_BENCH_ROUNDS", "3"))
    with tempfile.TemporaryDirectory(prefix="huiyin-lake-") as room:
        fill(Path(room))
        runs = {"ours": [], "hand": []}  # type: dict[str, list[tuple[float, float]]]
        for _ in range(rounds):
            for which in ("hand", "ours"):
                runs[which].append(_run(which, room))
    return {
        "ours": [seconds for seconds, _ in runs["ours"]],
        "ratios": [o[0] / h[0] for o, h in zip(runs["ours"], runs["hand"], strict=True)],
        "peak": [peak for _, peak in runs["ours"]],
    }


def _run(which: str, room: str) -> tuple[float, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.lake", which, room],
        capture_output=True, text=True, check=True, cwd=Path(__file__).resolve().parent.parent,
    )  # fmt: skip
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), float(peak)


def main(which: str, room: str) -> None:
    """Run one of the two once and print its seconds, without imports, and its peak in MB."""
    import django
    import duckdb  # noqa: F401 - imported before the clock starts, as are the others
    import ibis
    import pyarrow.parquet  # noqa: F401

    django.setup()
    ibis.to_sql(ibis.table({"a": "int64"}, name="warm"), dialect="duckdb")
    files = sorted(Path(room).glob("*.parquet"))
    begin = time.perf_counter()
    (ours if which == "ours" else by_hand)(files)
    took = time.perf_counter() - begin
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{took} {peak}\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
