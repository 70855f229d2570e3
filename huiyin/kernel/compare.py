"""Comparing a table with the rows that a file wants it to hold, and telling people what changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
M = TypeVar("M")

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done to one kind of rows; every row that was touched is named for people."""

    kind: str
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    unchanged: int = 0

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing was touched."""
        return not (self.added or self.changed or self.ended)


@dataclass(frozen=True, slots=True)
class Comparison(Generic[K, M]):
    """How held objects differ from the wanted rows; they already have the wanted values."""

    missing: tuple[K, ...]
    changed: tuple[M, ...]
    ended: tuple[M, ...]
    fields: tuple[str, ...]
    wanted: int

    @property
    def touched(self) -> tuple[M, ...]:
        """Return the objects that must be stored."""
        return self.changed + self.ended

    def told(self, kind: str, new: Sequence[M], name: Callable[[M], str]) -> Changes:
        """Say it for people; ``new`` are the objects made for the wanted rows."""
        fresh = {id(each) for each in new}
        changed = tuple(name(each) for each in self.changed if id(each) not in fresh)
        return Changes(
            kind,
            added=tuple(name(each) for each in new),
            changed=changed,
            ended=tuple(name(each) for each in self.ended),
            unchanged=self.wanted - len(new) - len(changed),
        )


def compare(held: Mapping[K, M], wanted: Mapping[K, Values], *, off: Values) -> Comparison[K, M]:
    """Give held objects the values of their wanted rows, and ``off`` to those without one.

    Only objects in memory are changed; the caller stores them.
    """
    fields: set[str] = set()
    changed = [
        held[key] for key, row in wanted.items() if key in held and _set(held[key], row, fields)
    ]
    ended = [each for key, each in held.items() if key not in wanted and _set(each, off, fields)]
    return Comparison(
        missing=tuple(key for key in wanted if key not in held),
        changed=tuple(changed),
        ended=tuple(ended),
        fields=tuple(sorted(fields)),
        wanted=len(wanted),
    )


def _set(target: object, values: Values, fields: set[str]) -> bool:
    """Set the values that differ, note their fields, and say whether there were any."""
    different = [name for name, value in values.items() if getattr(target, name) != value]
    for name in different:
        setattr(target, name, values[name])
    fields.update(different)
    return bool(different)
