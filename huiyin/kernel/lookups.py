"""A look-up of our own: ``pk__in_array=ArraySubquery(...)`` takes the keys first, then the rows."""

from __future__ import annotations

from typing import Any

from django.db.models import BigAutoField, Lookup


class InArray(Lookup):
    """``column = any(array)``: unlike ``in (select ...)`` it leaves the planner no choice of order.

    For a few keys out of very many rows, where a semi-join may walk through all of them.
    """

    lookup_name = "in_array"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return the condition and its parameters."""
        column, first = self.process_lhs(compiler, connection)
        array, rest = self.process_rhs(compiler, connection)
        return f"{column} = any({array})", (*first, *rest)


def register() -> None:
    """Make the look-up known; called once, when the kernel is ready."""
    BigAutoField.register_lookup(InArray)
