"""The newest texts that hold all terms: one statement per window, each with a set of its own.

The danger is ``order by … limit``: the planner walks the newest rows with a filter, or sorts all
that match, and is wrong by seconds for rare or for frequent words. So the hits are always a
MATERIALIZED set, and the set is kept small: first the newest two thousand texts are read as they
are, which is enough for every frequent word; then the index is asked, for sixty days, then for all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from huiyin.kernel.search.asking import Asked

PEEK = 2000
WINDOW = timedelta(days=60)
FEW = 2000
"""So many texts may be fetched from the index at once, to find the newest of them."""
# The plan must know the words; a bitmap that does not fit into memory would read texts anew.
_SETTINGS = (
    "select set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('work_mem', '64MB', true), set_config('jit', 'off', true)"
)
Sql = tuple[str, Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Source:
    """A table of texts: its columns, and the expression of its index, as they stand in the schema.

    ``body`` is the text in one spelling; ``at`` with ``key`` is the order of time, indexed.
    """

    table: str
    key: str
    at: str
    body: str
    index: str


@dataclass(frozen=True, slots=True)
class Place:
    """A place in the order of time: the instant and the key of a text."""

    at: datetime
    key: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """What hits are narrowed to beside their words.

    Args:
        since: only texts of this instant or later.
        until: only texts before this instant.
        after: only what comes after this place, newest first.
        marks: further parts of a tsquery that the index must hold; a condition of ``rows`` must
            say the same exactly.
        rows: a statement that returns the keys of the rows that may be found at all.
        scarce: the marks leave few texts, as those of one unit: the newest are hardly among them.
    """

    since: datetime | None = None
    until: datetime | None = None
    after: Place | None = None
    marks: tuple[str, ...] = ()
    rows: Sql | None = None
    scarce: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """The places of what was found, newest first, and whether there is more."""

    places: list[Place] = field(default_factory=list)
    more: bool = False


def newest(source: Source, asked: Asked, bounds: Bounds, *, size: int) -> Found:
    """Return the newest ``size`` texts that hold every term. Three to five queries.

    Exact: the windows only decide how much is read, never what is found.
    """
    if not asked:
        return Found()
    found: list[Place] = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        for statement, values in _statements(source, asked, bounds, size + 1, cursor):
            cursor.execute(statement, values)
            found = [Place(at, key) for key, at in cursor.fetchall()]
            if len(found) > size:
                break
    return Found(found[:size], len(found) > size)


def _statements(
    source: Source, asked: Asked, bounds: Bounds, most: int, cursor: Any
) -> Iterator[tuple[str, list[Any]]]:
    """Yield one statement per window, the last without an end; the caller stops when it has enough.

    The peek is over once it has read all there is. Where few texts are in question and the planner
    expects few hits, the index is asked for all at once.
    """
    if bounds.scarce and _expected(source, asked, bounds, cursor) <= FEW:
        yield indexed(source, asked, bounds, most)
        return
    yield peek(source, asked, bounds, most)
    where, values = _in_time(source, bounds)
    cursor.execute(
        f"select {source.at} from {source.table} where {where}"  # noqa: S608 - names of our own
        f" order by {source.at} desc, {source.key} desc limit 1 offset {PEEK}",
        values,
    )
    reached = cursor.fetchone()
    if reached is None:
        return
    begin = reached[0] - WINDOW
    if bounds.since is None or begin > bounds.since:
        yield indexed(source, asked, bounds, most, begin=begin)
    yield indexed(source, asked, bounds, most)


def peek(source: Source, asked: Asked, bounds: Bounds, most: int) -> tuple[str, list[Any]]:
    """Return the statement that reads the newest texts as they are."""
    where, values = _in_time(source, bounds)
    holds, words = _holding(source, asked)
    ordered = f"order by {source.at} desc, {source.key} desc"
    hits = (
        f"with recent as materialized (select {source.key}, {source.at}, {source.body}"  # noqa: S608
        f" from {source.table} where {where} {ordered} limit {PEEK}),"
        f" hit as materialized (select {source.key}, {source.at} from recent where {holds})"
    )
    return _taken(source, bounds, hits, [*values, *words], most)


def indexed(
    source: Source, asked: Asked, bounds: Bounds, most: int, *, begin: datetime | None = None
) -> tuple[str, list[Any]]:
    """Return the statement that asks the index, back to ``begin``."""
    found, values = _in_index(source, asked, bounds, begin)
    loose = Asked(tuple(term for term in asked.terms if not term.is_exact))
    holds, words = _holding(source, loose)
    hits = (
        f"with hit as materialized (select {source.key}, {source.at} from {source.table}"  # noqa: S608
        f" where {found} and {holds})"
    )
    return _taken(source, bounds, hits, [*values, *words], most)


def _expected(source: Source, asked: Asked, bounds: Bounds, cursor: Any) -> float:
    """Return how many texts the planner expects of the index; wrong only costs time. One query."""
    found, values = _in_index(source, asked, bounds)
    cursor.execute(
        f"explain (format json) select from {source.table} where {found}",  # noqa: S608
        values,
    )
    return float(cursor.fetchone()[0][0]["Plan"]["Plan Rows"])


def _in_index(
    source: Source, asked: Asked, bounds: Bounds, begin: datetime | None = None
) -> tuple[str, list[Any]]:
    where, values = _in_time(source, bounds, begin)
    query = " & ".join((*asked.lexemes, *bounds.marks))
    return f"{source.index} @@ %s::tsquery and {where}", [query, *values]


def _taken(
    source: Source, bounds: Bounds, hits: str, values: list[Any], most: int
) -> tuple[str, list[Any]]:
    """Return the statement that takes the newest of the hits that may be found.

    They are sorted first and asked one by one until there are enough: ``offset 0`` keeps the
    planner from joining with all the rows that may be found.
    """
    ordered = f"order by {source.at} desc, {source.key} desc"
    allowed = ""
    if bounds.rows is not None:
        sql, more = bounds.rows
        allowed = (
            f" where exists (select from ({sql}) own (key) where own.key = h.{source.key} offset 0)"  # noqa: S608, E501
        )
        values = [*values, *more]
    return (
        f"{hits} select {source.key}, {source.at}"  # noqa: S608
        f" from (select {source.key}, {source.at} from hit {ordered} offset 0) h{allowed}"
        f" {ordered} limit {most}",
        values,
    )


def _holding(source: Source, asked: Asked) -> Sql:
    parts = [each for term in asked.terms for each in term.conditions(source.body)]
    return " and ".join(["true", *(sql for sql, _ in parts)]), [value for _, value in parts]


def _in_time(source: Source, bounds: Bounds, begin: datetime | None = None) -> Sql:
    parts: list[tuple[str, list[Any]]] = []
    since = max((each for each in (bounds.since, begin) if each), default=None)
    if since:
        parts.append((f"{source.at} >= %s", [since]))
    if bounds.until:
        parts.append((f"{source.at} < %s", [bounds.until]))
    if bounds.after:
        parts.append(
            (f"({source.at}, {source.key}) < (%s, %s)", [bounds.after.at, bounds.after.key])
        )
    sql = " and ".join(["true", *(each for each, _ in parts)])
    return sql, [value for _, values in parts for value in values]
