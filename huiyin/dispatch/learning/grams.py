"""A text as counted pieces: runs of characters, words, pairs of words, and how it begins.

Pieces are packed into 64-bit numbers, so that a model needs no dictionary and looks up thousands of
them at once: three bits say which family, the rest holds one or two characters of twenty bits, or
the check sums of one or two words. Raw text and the same text cut into words give the same pieces.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
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
_BLANKS = re.compile(r"\s+")


def spelling(title: str, detail: str) -> str:
    """Return a message as a model reads it: one spelling, without blanks, at most 4,000 long.

    Without blanks a text that was cut into words and the same text uncut look alike. A title that
    the detail begins with is not counted twice.
    """
    head, body = (_BLANKS.sub("", normalise(part[:MOST_CHARACTERS])) for part in (title, detail))
    return (body if body.startswith(head) else f"{head}{body}")[:MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Pieces:
    """The pieces of a text by family - characters, beginning, words - and its words in order.

    Each family is its numbers in ascending order, and how often each occurs; ``keys`` are the
    numbers of the words.
    """

    families: tuple[tuple[Array, Array], ...]
    words: list[str]
    keys: Array


def pieces(text: str) -> Pieces:
    """Return the pieces of a spelt text."""
    import numpy as np

    known = [(word, key) for word in cut(text) if (key := _key_of(word))]
    said = [word for word, _ in known]
    keys = np.array([key for _, key in known], np.uint64)
    families = (
        runs(text),
        runs(text[:BEGINNING]) | np.uint64(1 << _TAG),
        np.concatenate([keys, _pair_keys(keys)]),
    )
    return Pieces(tuple(np.unique(each, return_counts=True) for each in families), said, keys)


def runs(text: str) -> Array:
    """Return the packed characters and pairs of characters of a text, in no order."""
    import numpy as np

    points = np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4")
    points = points.astype(np.uint64) & np.uint64(_MASK)
    return np.concatenate([points, (points[:-1] << np.uint64(_BITS)) | points[1:]])


@lru_cache(maxsize=200_000)
def _key_of(word: str) -> int:
    """Return the number of a word; 0 for what is none."""
    return crc32(word.encode()) | 2 << _TAG if is_word(word) else 0


def _pair_keys(keys: Array) -> Array:
    """Return the number of each pair of neighbouring words."""
    import numpy as np

    sums = keys & np.uint64(0xFFFF_FFFF)
    pairs: Array = (sums[:-1] << np.uint64(28)) ^ sums[1:] | np.uint64(3 << _TAG)
    return pairs


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
