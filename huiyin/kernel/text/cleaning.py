"""Cleaning and bounding of text that people send."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"[ \t\u00a0\u3000]+")
_LINES = re.compile(r"\n{3,}")
_NOT_DIGIT = re.compile(r"\D")
_FULL_WIDTH = re.compile("[\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")


def clean(raw: str, *, lines: bool = False) -> str:
    """Return ``raw`` without control characters and with folded white space.

    Full-width letters and digits become half-width (NFKC would also change Chinese punctuation,
    so only those ranges are folded). With ``lines`` line breaks stay, at most two in a row.
    """
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if not text.replace("\n", "").isprintable():
        text = "".join(c for c in text if c == "\n" or not _is_control(c))
    text = _FULL_WIDTH.sub(_half_width, text)
    text = _SPACES.sub(" ", text)
    if not lines:
        return " ".join(text.split())
    return _LINES.sub("\n\n", "\n".join(line.strip() for line in text.split("\n"))).strip()


def phone_digits(raw: str) -> str:
    """Return the digits of a telephone number, without +86 or 0086 and separators."""
    digits = _NOT_DIGIT.sub("", unicodedata.normalize("NFKC", raw))
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and len(digits) - len(prefix) == 11:
            return digits[len(prefix) :]
    return digits


def shorten(text: str, limit: int) -> str:
    """Return ``text`` cut to ``limit`` characters, the last one an ellipsis when cut."""
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


def _is_control(char: str) -> bool:
    return char != "\t" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co"}


def _half_width(found: re.Match[str]) -> str:
    return chr(ord(found[0]) - 0xFEE0)
