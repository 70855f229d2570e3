"""Stable paging by key: the next page begins after the last row seen, whatever was added since."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import orjson
from django.db.models import CharField, DateTimeField, Model, Q, QuerySet

from huiyin.kernel.errors import BadRequest

M = TypeVar("M", bound=Model)
LARGEST_PAGE = 200


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """One page of rows and the cursor of the next, empty at the end."""

    rows: Sequence[M]
    next: str


def page(rows: QuerySet[M], *, by: tuple[str, ...], cursor: str = "", size: int = 50) -> Page[M]:
    """Return one page of ``rows`` sorted by the fields ``by``, the last of them unique.

    A leading ``-`` sorts downwards. Fields must not be null, or the caller excludes those rows.
    One query.

    Raises:
        BadRequest: the cursor was not made by this function for these fields.
    """
    size = max(1, min(size, LARGEST_PAGE))
    if cursor:
        rows = _begun(rows, by, cursor)
    found = list(rows.order_by(*by)[: size + 1])
    more = len(found) > size
    found = found[:size]
    return Page(found, _encode(found[-1], by) if more else "")


def _begun(rows: QuerySet[M], by: tuple[str, ...], cursor: str) -> QuerySet[M]:
    try:
        return rows.filter(_after(by, _decode(cursor, by, rows.model)))
    except (ValueError, TypeError, OverflowError) as error:
        raise BadRequest("翻页位置无效，请从第一页重新打开") from error


def _after(by: tuple[str, ...], values: list[Any]) -> Q:
    """Return the condition "sorted after ``values``", written so that an index can serve it."""
    condition = Q()
    same = Q()
    for field, value in zip(by, values, strict=True):
        name = field.lstrip("-")
        step = "lt" if field.startswith("-") else "gt"
        condition |= same & Q(**{f"{name}__{step}": value})
        same &= Q(**{name: value})
    first = by[0].lstrip("-")
    bound = "lte" if by[0].startswith("-") else "gte"
    return Q(**{f"{first}__{bound}": values[0]}) & condition


def _encode(row: Model, by: tuple[str, ...]) -> str:
    values = [getattr(row, field.lstrip("-")) for field in by]
    return base64.urlsafe_b64encode(orjson.dumps([*by, *values])).decode().rstrip("=")


def _decode(cursor: str, by: tuple[str, ...], model: type[Model]) -> list[Any]:
    """Return the values in a cursor. Raises ValueError or TypeError for any other text."""
    raw = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    if not isinstance(raw, list) or tuple(raw[: len(by)]) != by or len(raw) != 2 * len(by):
        raise ValueError("another list's cursor")
    fields = (model._meta.get_field(name.lstrip("-")) for name in by)
    return [_value(field, v) for field, v in zip(fields, raw[len(by) :], strict=True)]


def _value(field: Any, raw: Any) -> Any:
    """Return ``raw`` as a value of ``field``. Raises ValueError for a value of another kind."""
    if isinstance(field, DateTimeField):
        moment = datetime.fromisoformat(raw)
        if moment.tzinfo is None:
            raise ValueError("a moment without its zone")
        return moment.astimezone(UTC)
    wanted = str if isinstance(field, CharField) else int
    if not isinstance(raw, wanted) or (isinstance(raw, str) and "\0" in raw):
        raise ValueError("a cursor of another kind")
    return raw
