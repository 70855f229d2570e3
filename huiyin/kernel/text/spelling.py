"""One spelling for all that is compared: width, letters, traditional and simplified characters."""

from __future__ import annotations

import unicodedata
from functools import cache
from typing import Any

_WIDE = tuple((wide, unicodedata.normalize("NFKC", wide)) for wide in "，：；？！（）～…\u3000")
"""Signs of nearly every Chinese text. Changed first, they spare most texts the slow way."""


def simplify(text: str) -> str:
    """Return ``text`` with traditional characters as simplified ones, by phrase."""
    return text if text.isascii() else str(_converter().convert(text))


def normalise(text: str) -> str:
    """Return the spelling by which texts are compared.

    NFKC (full width, ligatures, circled figures), lower case, simplified characters; everything
    that is white space or not printable becomes one blank.
    """
    folded = text
    for wide, narrow in _WIDE:
        folded = folded.replace(wide, narrow)
    folded = unicodedata.normalize("NFKC", folded).lower()
    if not folded.isprintable():
        folded = "".join(c if c.isprintable() else " " for c in folded)
    return " ".join(simplify(folded).split())


def normalise_with_places(text: str) -> tuple[str, list[int]]:
    """Return ``text`` in one spelling, and for each of its characters the place in ``text``.

    For showing the original where the spelling was found: unlike ``normalise`` it does not fold
    white space. Where the conversion by phrase changes the length, characters stay as they are.
    """
    folded: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        for part in unicodedata.normalize("NFKC", char).lower():
            folded.append(part if part.isprintable() else " ")
            places.append(place)
    whole = "".join(folded)
    simple = simplify(whole)
    return (simple if len(simple) == len(whole) else whole), places


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")
