"""Reads that are asked again and again: their SQL is composed once, and only the values change.

Composing a query takes Django longer than PostgreSQL needs to answer it by key. A prepared read is
written as an ordinary query set, is composed at its first use in a process, and gives ordinary
rows. For the reads of every step; anything else stays an ordinary query.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=Model)

# Stand for the values while the query is composed: small enough for every integer column, and like
# no constant that a query may hold.
_FIRST = -31_001


@dataclass(frozen=True, slots=True)
class _Composed:
    """What of a composed query does not change: text, places of the values, how rows are built."""

    sql: str
    params: tuple[Any, ...]
    places: tuple[tuple[int, int], ...]
    model: type[Model]
    start: int
    end: int
    names: list[str]
    converters: tuple[tuple[int, Any, Any], ...]
    populators: list[Any]
    locks: bool


class Prepared(Generic[Row]):
    """A read of whole rows by integer values, composed once per process.

    Args:
        build: returns the query set for values; called once. Each value must be compared with an
            integer column, and nothing else of the query may depend on it.
        values: how many.
    """

    def __init__(self, build: Callable[..., QuerySet[Row]], values: int = 1) -> None:
        self._build, self._values = build, values
        self._composed: _Composed | None = None
        self._lock = threading.Lock()

    def __call__(self, *values: int) -> list[Row]:
        """Return the rows for these values. One query."""
        if len(values) != self._values:
            raise TypeError(f"takes {self._values} values")
        found = self._composed or self._compose()
        if found.locks and not connection.in_atomic_block:
            raise TransactionManagementError("rows are locked inside a transaction only")
        params = list(found.params)
        for place, which in found.places:
            params[place] = values[which]
        with connection.cursor() as cursor:
            cursor.execute(found.sql, params)
            return [self._row(found, list(row)) for row in cursor.fetchall()]

    def one(self, *values: int) -> Row | None:
        """Return the first row for these values, if any. One query."""
        rows = self(*values)
        return rows[0] if rows else None

    def _row(self, found: _Composed, row: list[Any]) -> Row:
        for at, converters, expression in found.converters:
            for convert in converters:
                row[at] = convert(row[at], expression, connection)
        made = found.model.from_db("default", found.names, row[found.start : found.end])
        for populator in found.populators:
            populator.populate(row, made)
        return made  # type: ignore[return-value]

    def _compose(self) -> _Composed:
        with self._lock:
            stands = [_FIRST - n for n in range(self._values)]
            query = self._build(*stands)
            compiler = query.query.get_compiler("default")
            sql, params = compiler.as_sql()
            places = tuple((at, stands.index(p)) for at, p in enumerate(params) if p in stands)
            if {which for _, which in places} != set(range(self._values)):
                raise ValueError("a value is not in the query as it was given")
            about = compiler.klass_info
            fields = about["select_fields"]
            columns = compiler.select[fields[0] : fields[-1] + 1]
            self._composed = _Composed(
                sql=sql,
                params=tuple(params),
                places=places,
                model=about["model"],
                start=fields[0],
                end=fields[-1] + 1,
                names=[column[0].target.attname for column in columns],
                converters=tuple(
                    (at, found, expression)
                    for at, (found, expression) in compiler.get_converters(
                        [column[0] for column in compiler.select]
                    ).items()
                ),
                locks=query.query.select_for_update,
                populators=_populators(about, compiler.select),
            )
            return self._composed


def _populators(about: Any, select: Any) -> list[Any]:
    return list(get_related_populators(about, select, "default"))  # type: ignore[call-arg]
