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

from django.db import connection

from huiyin.insight.facts import lake, queries
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


def _form() -> dict[str, str]:
    form = dict.fromkeys(_DATES, "date") | dict.fromkeys(_WORDS, "string")
    form |= dict.fromkeys(("order_id", "unit_id", "category_id", "region_id"), "int64")
    form |= dict.fromkeys(("answer_key", "case_key"), "int64")
    return form | dict.fromkeys(("sign", "shared", *MEASURES), "int16")


def sql(totals: Sequence[Total], span: Span, dialect: str = "postgres") -> str:
    """Return the statement in one dialect: postgres, duckdb or pyspark."""
    import ibis

    return str(ibis.to_sql(expression(totals, span), dialect=dialect))


def from_database(totals: Sequence[Total], span: Span) -> list[Row]:
    """Return the groups, computed by PostgreSQL, in the order of their keys. One query."""
    if span.orders is not None and not span.orders:
        return []
    with connection.cursor() as cursor:
        cursor.execute(sql(totals, span))
        return _sorted(cursor.fetchall(), len(span.by))


def from_lake(
    totals: Sequence[Total], span: Span, files: Iterable[Path] | None = None
) -> list[Row]:
    """Return the groups, computed by DuckDB over the months of the lake, in the same order."""
    import duckdb

    if span.orders is not None and not span.orders:
        return []
    found = [str(path) for path in (files_until(span.as_of) if files is None else files)]
    with duckdb.connect(config={"memory_limit": MEMORY, "threads": 2}) as connected:
        connected.read_parquet(found).create_view(TABLE)
        rows = connected.execute(sql(totals, span, "duckdb")).fetchall()
    return _sorted(rows, len(span.by))


def files_until(as_of: date) -> list[Path]:
    """Return the files of all months that began until a day."""
    months = queries.lake_months().filter(month__lte=as_of).values_list("month", flat=True)
    return [lake.path_of(month) for month in months]


def _sorted(rows: Iterable[Sequence[Any]], keys: int) -> list[Row]:
    """Return rows in the order of their keys, empty sums as 0, sums as whole numbers."""
    clean = [
        (*row[:keys], *(0 if value is None else int(value) for value in row[keys:])) for row in rows
    ]
    return sorted(clean, key=lambda row: [(each is not None, each or 0) for each in row[:keys]])
