"""How alike two texts are, what differs between them, and a small sketch by which to find both.

A text counts as the set of its neighbouring pairs of characters, punctuation and spaces left out.
The sketch of a text is the smallest hashes of its runs of three characters: two texts that have
much in common share several of them, whichever of the two is the longer, and the same words give
the same sketch. Nothing is read or stored here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice
from zlib import crc32

from huiyin.kernel.text import normalise

SKETCH = 24
"""Hashes in a sketch: at a likeness of a third, two texts share about eight."""
_RUN = 3
_MIX = 0x9E3779B1  # spreads the hashes: neighbouring runs would else keep their order
_WORD = 1 << 32
_LEFT_OUT = re.compile(r"[\W_]+")
_SHORT = 12  # pairs; a shorter text is contained in many others by chance
_CONTAINED = 0.9
LONGEST = 5000


def folded(text: str) -> str:
    """Return what of a text is compared: one spelling, letters and figures only."""
    return _LEFT_OUT.sub("", normalise(text[: LONGEST * 2]))[:LONGEST]


def pairs(text: str) -> frozenset[str]:
    """Return the pairs of neighbouring characters of a folded text."""
    if len(text) < 2:
        return frozenset((text,) if text else ())
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how alike two texts are, from 0 to 1: 1 when they have the same pairs.

    The share of common pairs in all, or somewhat less than their share in the shorter text, when
    that is not so short that it is contained by chance: who adds a sentence tells the same.
    """
    if not one or not other:
        return 0.0
    common = len(one & other)
    alike = common / len(one | other)
    least = min(len(one), len(other))
    return max(alike, _CONTAINED * common / least) if least >= _SHORT else alike


def sketch(text: str, *, size: int = SKETCH) -> list[int]:
    """Return up to ``size`` hashes of a folded text, as signed words of 32 bits, smallest first."""
    if not text:
        return []
    runs = {text[i : i + _RUN] for i in range(max(1, len(text) - _RUN + 1))}
    hashes = {crc32(run.encode()) * _MIX % _WORD for run in runs}
    return [value - (_WORD >> 1) for value in islice(sorted(hashes), size)]


def fingerprint(text: str) -> int:
    """Return one number for a folded text, as a signed word of 64 bits; 0 for an empty one."""
    if not text:
        return 0
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that the other one has too, or has not."""

    text: str
    same: bool


_ISLAND = 2


def compared(one: str, other: str, *, longest: int = 1500) -> tuple[list[Passage], list[Passage]]:
    """Return both texts in passages: what they share in order, and what only one of them has.

    Shared passages of one or two characters between differences are shown as differing: they are
    the same by chance, and a text in crumbs cannot be read. Looks at ``longest`` characters.
    """
    from rapidfuzz.distance import Indel

    left, right = one[:longest], other[:longest]
    parts: tuple[list[Passage], list[Passage]] = ([], [])
    for step in Indel.opcodes(left, right):
        same = step.tag == "equal" and step.src_end - step.src_start > _ISLAND
        parts[0].append(Passage(left[step.src_start : step.src_end], same))
        parts[1].append(Passage(right[step.dest_start : step.dest_end], same))
    return list(_joined(parts[0])), list(_joined(parts[1]))


def _joined(parts: list[Passage]) -> Iterator[Passage]:
    """Join neighbours of one kind and drop empty ones."""
    held = Passage("", same=True)
    for part in parts:
        if not part.text:
            continue
        if held.text and held.same is part.same:
            held = Passage(held.text + part.text, held.same)
            continue
        if held.text:
            yield held
        held = part
    if held.text:
        yield held
