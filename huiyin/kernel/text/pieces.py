"""Texts in pieces: pairs of characters, which find everything, and words, which people think in."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

HAN = "\u3007\u3400-\u9fff\U00020000-\U000323af"
"""The Chinese characters, as a range of a regular expression."""
LONGEST_PIECE = 64
_RUNS = re.compile(f"[{HAN}]+|[0-9a-z]+")


def bigrams(text: str) -> list[str]:
    """Return the pieces by which a normalised text is found, in order and with repeats.

    A run of Chinese characters gives each pair of neighbours and its last character alone, so that
    every character begins a piece; a run of letters and digits is one piece, cut at 64 characters.
    All else is left out.
    The SQL function ``bigrams`` (migrations of the kernel) gives the same.
    """
    found: list[str] = []
    for run in _RUNS.findall(text):
        if run[0] < "\u3007":
            found.append(run[:LONGEST_PIECE])
        else:
            found += [run[i : i + 2] for i in range(len(run))]
    return found


def pieces(text: str) -> list[str]:
    """Return the runs of Chinese characters, and of letters and digits, of a normalised text."""
    return _RUNS.findall(text)


def words(text: str, *, least: int = 1) -> list[str]:
    """Return the words of a normalised text, in order, those of ``least`` characters or more.

    Punctuation and white space are left out. By the dictionary: a word that it does not know comes
    in parts, so words are for counting and learning, never the only way to find.
    """
    return [word for word in cut(text) if len(word) >= least and is_word(word)]


def cut(text: str) -> list[str]:
    """Return a normalised text in words and what lies between them, in order."""
    parts: list[str] = _cutter().cut(text)
    return parts


def is_word(part: str) -> bool:
    """Tell whether a part of a text is a word and not punctuation or white space."""
    return _RUNS.match(part) is not None


@cache
def _cutter() -> Any:
    import rjieba

    return rjieba
