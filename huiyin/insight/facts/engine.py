"""Sums over facts, said once as Ibis expressions: for PostgreSQL, for the lake, for a cluster.

Only whole numbers are added up here; every division is done afterwards, exactly, in Python. So the
answers are the same to the last digit wherever the sums were made. Ibis, DuckDB and Arrow are
imported only when something is computed. This is the only module that knows them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import reduce
from operator import add, or_
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from huiyin.insight.facts import cluster, lake, queries
from huiyin.insight.facts.states import MEASURES, Window

TABLE = "facts_factline"
MEMORY = "600MB"
_DATES = ("day", *(window.value for window in Window))
_WORDS = ("channel", "kind")
Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """One sum: under which name, by which day lines are counted, measures and their hundredths."""

    name: str
    window: Window
    terms: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Span:
    """Which lines: a period, what was known when, and for whom.

    ``orders`` narrows to some orders (None: all); ``shared`` False leaves out the lines of
    assisting units, so that a sum over the city counts each order once.
    """

    first: date
    last: date
    as_of: date
    by: tuple[str, ...] = ("unit_id",)
    shared: bool = True
    orders: frozenset[int] | None = field(default=None)


def expression(totals: Sequence[Total], span: Span, *, form: Any = None) -> Any:
    """Return the sums as one Ibis expression: one pass over the lines, one row for each group."""
    import ibis

    lines = ibis.table(form or _form(), name=TABLE)
    first, last = ibis.date(span.first.isoformat()), ibis.date(span.last.isoformat())
    inside = {window: lines[window.value].between(first, last) for window in Window}
    used = sorted({total.window for total in totals})
    wanted = [lines.day <= ibis.date(span.as_of.isoformat())]
    wanted.append(reduce(or_, (inside[window] for window in used)))
    if not span.shared:
        wanted.append(lines.shared == 0)
    if span.orders is not None:
        wanted.append(lines.order_id.isin(sorted(span.orders)))
    sums = {
        total.name: reduce(
            add, (lines.sign.cast("int64") * lines[name] * share for name, share in total.terms)
        ).sum(where=inside[total.window])
        for total in totals
    }
    chosen = lines.filter(wanted)
    return chosen.group_by(list(span.by)).agg(**sums) if span.by else chosen.agg(**sums)


def alike(key: str, window: Window, span: Span, least: int) -> Any:
    """Return, for each unit, how many of its orders share a key with ``least`` or more of them.

    Args:
        key: ``answer_key`` (equal public answers) or ``case_key`` (one caller, matter and day).
        window: by which day lines are counted.
        span: the period.
        least: how many make a heap.

    Source: R-274 (handbook domain.md 2.3, 2.4).
    """
    import ibis

    lines = ibis.table(_form(), name=TABLE)
    first, last = ibis.date(span.first.isoformat()), ibis.date(span.last.isoformat())
    chosen = lines.filter(
        lines.day <= ibis.date(span.as_of.isoformat()),
        lines[window.value].between(first, last),
        lines[key].notnull(),
        lines.unit_id.notnull(),
    )
    heaps = chosen.group_by(["unit_id", key]).agg(
        orders=(lines.sign.cast("int64") * lines.dispatched).sum()
    )
    high = heaps.filter(heaps.orders >= least)
    return high.group_by("unit_id").agg(orders=high.orders.sum())


def _form() -> dict[str, str]:
    form = dict.fromkeys(_DATES, "date") | dict.fromkeys(_WORDS, "string")
    form |= dict.fromkeys(("order_id", "unit_id", "category_id", "region_id"), "int64")
    form |= dict.fromkeys(("answer_key", "case_key"), "int64")
    return form | dict.fromkeys(("sign", "shared", *MEASURES), "int16")


def sql(asked: Any, dialect: str = "postgres") -> str:
    """Return an expression as a statement of one dialect: postgres, duckdb or pyspark."""
    import ibis

    return str(ibis.to_sql(asked, dialect=dialect))


class Database:
    """Computes in PostgreSQL; one query for each question."""

    def __call__(self, totals: Sequence[Total], span: Span) -> list[Row]:
        """Return the sums, by the keys of their groups."""
        if span.orders is not None and not span.orders:
            return []
        return self.rows(expression(totals, span), len(span.by), span.first)

    def rows(self, asked: Any, keys: int, first: date) -> list[Row]:  # noqa: ARG002 - the lake's
        """Return the rows of an expression whose first columns are keys.

        Args:
            asked: the expression.
            keys: how many columns are keys.
            first: no line is wanted all of whose days lie before this one.
        """
        with connection.cursor() as cursor:
            cursor.execute(sql(asked))
            return in_order(cursor.fetchall(), keys)


class Lake(Database):
    """Computes in DuckDB over the months of the lake."""

    def __init__(self, files: Iterable[Path]) -> None:
        """Keep which files are read, and the latest day that each of them counts by."""
        self._latest = {path: lake.latest_day(path) for path in files}

    def rows(self, asked: Any, keys: int, first: date) -> list[Row]:
        """Return the rows of an expression; files that hold no wanted line are not opened."""
        import duckdb

        with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as connected:
            connected.read_parquet(self._holding(first)).create_view(TABLE)
            return in_order(connected.execute(sql(asked, "duckdb")).fetchall(), keys)

    def _holding(self, first: date) -> list[str]:
        """Return the files that hold a line of that day or later; all, if none does."""
        files = [str(path) for path, latest in self._latest.items() if latest >= first]
        return files or [str(path) for path in self._latest]


class Cluster(Lake):
    """Computes on a Spark cluster over the same months, which its workers must see as well."""

    def __init__(self, files: Iterable[Path], master: str) -> None:
        """Keep the files and the cluster's address (``spark://host:port``, ``local[2]``)."""
        super().__init__(files)
        self._master = master

    def rows(self, asked: Any, keys: int, first: date) -> list[Row]:
        """Return the rows of an expression; the session stays open for the next question."""
        session = cluster.session(self._master)
        session.read.parquet(*self._holding(first)).createOrReplaceTempView(TABLE)
        return in_order((tuple(row) for row in session.sql(sql(asked, "pyspark")).collect()), keys)


def over(files: Iterable[Path]) -> Lake:
    """Return what computes over the lake: the cluster that the operator named, else DuckDB."""
    return Cluster(files, settings.SPARK_MASTER) if settings.SPARK_MASTER else Lake(files)


def files_until(as_of: date) -> list[Path]:
    """Return the files of all months that began until a day."""
    months = queries.lake_months().filter(month__lte=as_of).values_list("month", flat=True)
    return [lake.path_of(month) for month in months]


def in_order(rows: Iterable[Sequence[Any]], keys: int) -> list[Row]:
    """Return rows in the order of their keys, empty sums as 0, sums as whole numbers."""
    clean = [
        (*row[:keys], *(0 if value is None else int(value) for value in row[keys:])) for row in rows
    ]
    return sorted(clean, key=lambda row: [(each is not None, each or 0) for each in row[:keys]])
