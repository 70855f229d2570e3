"""The part of a text in which something was found, as plain pieces; a page marks the hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from huiyin.kernel import text
from huiyin.kernel.search.asking import Asked

LONGEST, BEFORE = 90, 24


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text; ``hit`` says that it is what was looked for."""

    words: str
    hit: bool = False


Excerpt = tuple[Piece, ...]


def marked(written: str, asked: Asked) -> Excerpt:
    """Return the whole of a short text in pieces, its hits marked."""
    return _cut(written, _spans(written, asked), 0, len(written))


def excerpt(written: Sequence[str], asked: Asked) -> Excerpt:
    """Return the part of the first text with the most terms around its first hit; never HTML.

    Without any hit it is the beginning of the first text that is not empty.
    """
    flat = [" ".join(each.split()) for each in written]
    spans = [_spans(each, asked) for each in flat]
    most = max(range(len(flat)), key=lambda i: (_terms(spans[i]), -i), default=0)
    if not flat or not spans[most]:
        first = next((each for each in flat if each), "")
        return (Piece(text.shorten(first, LONGEST)),) if first else ()
    found = flat[most]
    start = max(0, spans[most][0][0] - BEFORE)
    end = min(len(found), start + LONGEST)
    start = max(0, min(start, end - LONGEST))
    cut = _cut(found, spans[most], start, end)
    head = (Piece("…"),) if start else ()
    tail = (Piece("…"),) if end < len(found) else ()
    return (*head, *cut, *tail)


def _terms(spans: Sequence[tuple[int, int, int]]) -> int:
    return len({term for _, _, term in spans})


def _spans(written: str, asked: Asked) -> list[tuple[int, int, int]]:
    """Return start, end and number of the term of each hit in the text as it was written."""
    if not written or not asked:
        return []
    lower = written.lower()
    found = _found(lower, asked) if len(lower) == len(written) else []
    there = {number for _, _, number in found}
    if len(there) == len(asked.terms):
        return found  # as it mostly is: written in the very spelling
    spelled = text.normalise(written)
    lacking = (term for number, term in enumerate(asked.terms) if number not in there)
    if not any(term.words in spelled for term in lacking):
        return found
    spelling, places = text.normalise_with_places(written)
    return [(places[a], places[b - 1] + 1, term) for a, b, term in _found(spelling, asked)]


def _found(spelling: str, asked: Asked) -> list[tuple[int, int, int]]:
    return sorted(
        (a, b, number)
        for number, term in enumerate(asked.terms)
        for a, b in term.places_in(spelling)
    )


def _cut(written: str, spans: Sequence[tuple[int, int, int]], start: int, end: int) -> Excerpt:
    pieces: list[Piece] = []
    done = start
    for a, b, _ in spans:
        a, b = max(a, done), min(b, end)
        if a >= b:
            continue
        if a > done:
            pieces.append(Piece(written[done:a]))
        pieces.append(Piece(written[a:b], hit=True))
        done = b
    if done < end:
        pieces.append(Piece(written[done:end]))
    return tuple(pieces)
