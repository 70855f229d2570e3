"""Small checks that all records share: doubled keys, overlapping validity, unknown codes."""

from collections.abc import Callable, Hashable
from datetime import date
from typing import Protocol, TypeVar

from huiyin.cities.draft import Listing
from huiyin.cities.reading import Notebook


class Placed(Protocol):
    """A record that knows its line."""

    @property
    def line(self) -> int:
        """The line of the file."""


class Dated(Placed, Protocol):
    """A record that holds from one day until the day before another."""

    @property
    def valid_from(self) -> date:
        """The first day."""

    @property
    def valid_to(self) -> date | None:
        """The first day on which it no longer holds; None for no end."""


P = TypeVar("P", bound=Placed)
D = TypeVar("D", bound=Dated)


def note_doubles(
    listing: Listing[P], key: Callable[[P], Hashable], label: str, notebook: Notebook
) -> None:
    """Note every record whose key an earlier record of the same file has."""
    first: dict[Hashable, int] = {}
    for record in listing.records:
        found = key(record)
        line = first.setdefault(found, record.line)
        if line != record.line:
            notebook.note(listing.file, record.line, f"{label}与第 {line} 行重复")


def note_overlaps(
    listing: Listing[D], key: Callable[[D], Hashable], label: str, notebook: Notebook
) -> None:
    """Note every record that holds on a day on which an earlier one with the same key holds."""
    earlier: dict[Hashable, list[D]] = {}
    for record in listing.records:
        if record.valid_to is not None and record.valid_to <= record.valid_from:
            notebook.note(listing.file, record.line, "valid_to 应晚于 valid_from")
            continue
        same = earlier.setdefault(key(record), [])
        for other in same:
            if _overlap(record, other):
                reason = f"{label}与第 {other.line} 行相同，有效期重叠"
                notebook.note(listing.file, record.line, reason)
                break
        same.append(record)


def _overlap(one: Dated, other: Dated) -> bool:
    """Say whether there is a day on which both hold."""
    return (one.valid_to is None or other.valid_from < one.valid_to) and (
        other.valid_to is None or one.valid_from < other.valid_to
    )


def note_unknown(
    listing: Listing[P],
    codes: Callable[[P], tuple[str, ...]],
    target: Listing[object],
    label: str,
    notebook: Notebook,
) -> None:
    """Note every code named by a record that the target file does not hold; empty ones pass."""
    for record in listing.records:
        for code in codes(record):
            if code and not target.may_hold(code):
                notebook.note(listing.file, record.line, f"{label}“{code}”不存在")
