"""Which dated row applies. Pure: rows are given, nothing is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar


class Dated(Protocol):
    """A row that is valid on the half-open range of days ``[valid_from, valid_to)``."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102
    @property
    def valid_to(self) -> date | None: ...  # noqa: D102


class LimitLike(Dated, Protocol):
    """A limit with its selectors; empty selectors match everything."""

    @property
    def clock(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def category(self) -> str: ...  # noqa: D102
    @property
    def urgency(self) -> str: ...  # noqa: D102
    @property
    def channel(self) -> str: ...  # noqa: D102
    @property
    def round(self) -> int | None: ...  # noqa: D102


D = TypeVar("D", bound=Dated)
L = TypeVar("L", bound=LimitLike)


@dataclass(frozen=True, slots=True)
class Matter:
    """What of an order decides its limits."""

    kind: str
    category: str
    urgency: str = "normal"
    channel: str = ""
    round: int = 1


def valid_on(rows: Iterable[D], day: date) -> list[D]:
    """Return the rows valid on ``day``: from ``valid_from``, up to but not on ``valid_to``.

    Source: R-30 (handbook domain.md 2.9, rules with effective dates).
    """
    return [r for r in rows if r.valid_from <= day and (r.valid_to is None or day < r.valid_to)]


def choose_limit(rows: Iterable[L], clock: str, matter: Matter, day: date) -> L | None:
    """Return the most specific limit of ``clock`` for ``matter`` valid on ``day``; None if none.

    Urgency outweighs category, category (the longer the better) outweighs round, round outweighs
    kind, kind outweighs channel; among equals the younger row wins.

    Source: R-31 (handbook domain.md 2.7: limits differ by urgency, matter and kind).
    """
    fitting = [r for r in valid_on(rows, day) if r.clock == clock and _fits(r, matter)]
    return max(fitting, key=_weight, default=None)


def _fits(row: LimitLike, matter: Matter) -> bool:
    return (
        row.kind in ("", matter.kind)
        and matter.category.startswith(row.category)
        and row.urgency in ("", matter.urgency)
        and row.channel in ("", matter.channel)
        and (row.round is None or row.round <= matter.round)
    )


def _weight(row: LimitLike) -> tuple[bool, int, int, bool, bool, date]:
    return (
        bool(row.urgency),
        len(row.category),
        row.round or 0,
        bool(row.kind),
        bool(row.channel),
        row.valid_from,
    )
