"""A text as counted pieces: runs of characters, words, pairs of words, and how it begins.

Pieces are packed into 64-bit numbers, so that a model needs no dictionary and looks up thousands of
them at once: three bits say which family, the rest holds one or two characters of twenty bits, or
the check sums of one or two words. Raw text and the same text cut into words give the same pieces.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, Any
from zlib import crc32

from huiyin.kernel.text import cut, is_word, normalise

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, np.dtype[Any]]

MOST_CHARACTERS = 4000
BEGINNING = 60
"""Characters in which people say what they want: title or first sentence."""
_BITS, _TAG = 20, 61
_MASK = (1 << _BITS) - 1


def spelling(title: str, detail: str) -> str:
    """Return a message as a model reads it: one spelling, without blanks, at most 4,000 long.

    Without blanks a text that was cut into words and the same text uncut look alike. A title that
    the detail begins with is not counted twice.
    """
    head, body = (normalise(part[:MOST_CHARACTERS]).replace(" ", "") for part in (title, detail))
    return (body if body.startswith(head) else f"{head}{body}")[:MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of several texts: the number of each, in no order, and which text it stands in.

    ``words`` are the words of each text as cut, with what lies between, ``numbers`` the pieces that
    they are, 0 for what is no word.
    """

    keys: Array
    rows: Array
    words: list[list[str]]
    numbers: list[list[int]]


def pieces(texts: Sequence[str]) -> Pieces:
    """Return the pieces of several spelt texts at once."""
    import numpy as np

    words = [cut(text) for text in texts]
    numbers = [list(map(_key_of, each)) for each in words]
    found = [*_runs(texts), *_word_pieces(numbers)]
    return Pieces(
        keys=np.concatenate([keys for keys, _ in found]),
        rows=np.concatenate([rows for _, rows in found]),
        words=words,
        numbers=numbers,
    )


def _runs(texts: Sequence[str]) -> Iterator[tuple[Array, Array]]:
    """Yield the packed characters and pairs of characters of texts, then those they begin with."""
    import numpy as np

    points = np.frombuffer("".join(texts).encode("utf-32-le", "replace"), dtype="<u4")
    points = points.astype(np.uint64) & np.uint64(_MASK)
    sizes = np.array([len(text) for text in texts], np.int64)
    rows = np.repeat(np.arange(len(texts)), sizes)
    place = np.arange(len(points)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    inside = place[1:] > 0
    pairs = ((points[:-1] << np.uint64(_BITS)) | points[1:])[inside]
    paired, second = rows[1:][inside], place[1:][inside]
    yield points, rows
    yield pairs, paired
    tag = np.uint64(1 << _TAG)
    first, early = place < BEGINNING, second < BEGINNING
    yield points[first] | tag, rows[first]
    yield pairs[early] | tag, paired[early]


def _word_pieces(numbers: Sequence[Sequence[int]]) -> Iterator[tuple[Array, Array]]:
    """Yield the words of texts and their pairs; what lies between words parts no pair."""
    import numpy as np

    sizes = [len(each) for each in numbers]
    keys = np.fromiter(chain.from_iterable(numbers), np.uint64, sum(sizes))
    rows = np.repeat(np.arange(len(numbers)), sizes)
    keys, rows = keys[keys > 0], rows[keys > 0]
    yield keys, rows
    inside = rows[:-1] == rows[1:]
    sums = keys & np.uint64(0xFFFF_FFFF)
    pairs = (sums[:-1] << np.uint64(28)) ^ sums[1:] | np.uint64(3 << _TAG)
    yield pairs[inside], rows[1:][inside]


@lru_cache(maxsize=200_000)
def _key_of(word: str) -> int:
    """Return the number of a word; 0 for what is none."""
    return crc32(word.encode()) | 2 << _TAG if is_word(word) else 0


def family(keys: Array) -> Array:
    """Return the family of each piece: 0 characters, 1 beginning, 2 words and their pairs."""
    import numpy as np

    number: Array = np.minimum(keys >> np.uint64(_TAG), 2).astype(np.int64)
    return number


def shown(key: int) -> str:
    """Return the characters of a packed run of the text or its beginning; empty for words."""
    family, key = key >> _TAG, key & ((1 << _TAG) - 1)
    found = ""
    while key and family < 2:  # noqa: PLR2004 - the families of characters
        found = chr(key & _MASK) + found
        key >>= _BITS
    return found
