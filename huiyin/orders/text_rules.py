"""What an order is found by: which words of it, in which spelling, and which marks. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from huiyin.kernel import masks, text

LONGEST_BODY = 30_000


def body_of(title: str, place: str, others: Iterable[str], number: str) -> str:
    """Return the words of an order, one field a line: title, place, all else, number.

    Telephone and identity numbers are masked: people are found by the keyed digest of their number
    only, where that is allowed, and never by a number in the text.

    Source: R-300 (requirement 162; handbook domain.md 4.4, 7.2).
    """
    lines = [title, place, *others]
    words = (text.normalise(masks.in_text(line)) for line in lines)
    return "\n".join([*words, number])[:LONGEST_BODY]


def marks_of(
    kind: str, channel: str, category: str, region: int | None, units: Iterable[int]
) -> str:
    """Return the attributes by which the index narrows a search, as words of its own.

    They only make a search quick; whether an order fits is asked of the order itself.
    """
    words = [f"k{_plain(kind)}", f"h{_plain(channel)}"]
    if category:
        words.append(f"c{category}")
    if region:
        words.append(f"r{region}")
    return " ".join([*words, *(f"u{unit}" for unit in sorted(set(units)))])


def narrowing(
    *,
    kind: str = "",
    channel: str = "",
    category: str = "",
    regions: Sequence[int] = (),
    units: Sequence[int] = (),
    mine: Sequence[int] = (),
) -> tuple[str, ...]:
    """Return the parts of a tsquery that the marks of a fitting order hold.

    Args:
        kind: of the request.
        channel: by which it came.
        category: code of a category or of one above it.
        regions: keys of places, one of which it must have.
        units: keys of units, one of which must have or have had a part.
        mine: the same again, for who asks.
    """
    parts = [f"'k{_plain(kind)}'"] if kind else []
    if channel:
        parts.append(f"'h{_plain(channel)}'")
    if category:
        parts.append(f"'c{_plain(category)}':*")
    for letter, keys in (("r", regions), ("u", units), ("u", mine)):
        if 0 < len(keys) <= MOST_ALTERNATIVES:
            parts.append("(" + " | ".join(f"'{letter}{key}'" for key in keys) + ")")
    return tuple(parts)


MOST_ALTERNATIVES = 300
"""With more units than these the index would look longer than it saves."""


def _plain(code: str) -> str:
    """Return a code as one word of the index: letters and digits only."""
    return "".join(c for c in code.lower() if c.isascii() and c.isalnum())
