"""The pgbench script that runs the very statements of one create, taken from the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from psycopg.types.json import Jsonb


@dataclass(slots=True)
class Captured:
    """The statements of one create, in order, with their values."""

    statements: list[tuple[str, list[Any]]]


def capture(create: Any) -> Captured:
    """Run ``create`` once and return what it sent to the database, with values."""
    from django.db import connection

    seen: list[tuple[str, list[Any]]] = []

    def wrap(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        seen.append((sql, list(params or [])))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrap):
        create()
    return Captured(seen)


def script(captured: Captured, number: str) -> str:
    """Return a pgbench script of one transaction; the order number is taken from the sequence.

    Every value stands as a literal, so that pgbench has nothing to compute but the number, which
    must be unique. Begin and commit stand around it exactly when the create sends them, which is
    when it writes with more than one statement.
    """
    writes = sum("insert" in sql or "update" in sql for sql, _ in captured.statements)
    lines = ["begin;"] if writes > 1 else []
    for sql, params in captured.statements:
        text = _filled(sql, params, number)
        if "nextval" in sql:
            lines.append(text.strip() + " as seq \\gset")
        else:
            lines.append(" ".join(text.split()) + ";")
    if writes > 1:
        lines.append("commit;")
    return "\n".join(lines) + "\n"


def _filled(sql: str, params: list[Any], number: str) -> str:
    parts = sql.split("%s")
    if len(parts) != len(params) + 1:
        raise ValueError("a statement that cannot be taken apart")
    out = [parts[0]]
    for value, rest in zip(params, parts[1:], strict=True):
        out += [_literal(value, number), rest]
    return "".join(out)


def _literal(value: Any, number: str) -> str:
    if value == number:
        return "lpad((:seq)::text, 14, '9')"
    for kind, write in _WRITERS:
        if isinstance(value, kind):
            return write(value)
    return _quoted(str(value))


_WRITERS: tuple[tuple[Any, Callable[[Any], str]], ...] = (
    (type(None), lambda _: "null"),
    (Jsonb, lambda v: _quoted(orjson.dumps(v.obj).decode()) + "::jsonb"),
    (bool, lambda v: "true" if v else "false"),
    (int | float, repr),
    (bytes | memoryview, lambda v: f"'\\x{bytes(v).hex()}'::bytea"),
    (datetime, lambda v: f"'{v.isoformat()}'::timestamptz"),
    (list, lambda v: "array[" + ", ".join(_quoted(str(item)) for item in v) + "]::text[]"),
)


def _quoted(text: str) -> str:
    # pgbench reads a colon before a letter as the beginning of a variable.
    spaced = re.sub(r":(?=[^\W\d])", ": ", text.replace("'", "''").replace("\n", " "))
    return f"'{spaced}'"
