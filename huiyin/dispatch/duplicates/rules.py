"""When two requests are likely the same event, by caller, place and words. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from huiyin.dispatch.rules import Sameness
from huiyin.kernel import likeness

LIKE, LIKE_HERE = 50, 25
"""Percent from which words alone tell the same event, and with the same caller or place."""
SHORTEST = 12
"""Characters from which the content speaks for itself; the title is read with a shorter one."""


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a request as they are compared."""

    text: str
    pairs: frozenset[str] = field(repr=False)
    fingerprint: int

    @classmethod
    def of(cls, title: str, content: str) -> Words:
        """Return the words of a request; a short content is read together with its title."""
        text = likeness.folded(content)
        if len(text) < SHORTEST:
            text = likeness.folded(title + content)
        return cls(text, likeness.pairs(text), likeness.fingerprint(text))


@dataclass(frozen=True, slots=True)
class Alike:
    """How alike the words of two requests are."""

    percent: int
    verbatim: bool = False


def alike(one: Words, other: Words) -> Alike:
    """Return how alike two requests are in words, in percent; word for word is told apart.

    Spelling, spaces and punctuation do not count, nor which of the two says more.

    Source: R-190 (handbook domain.md 4.3: text similarity; requirement 69).
    """
    if one.fingerprint and one.fingerprint == other.fingerprint:
        return Alike(100, verbatim=True)
    return Alike(int(100 * likeness.likeness(one.pairs, other.pairs)))


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why two requests may be the same event: where and who, of what class, in which words."""

    sameness: dict[Sameness, int]
    same_class: bool
    words: Alike


def is_likely(found: Reasons, *, like: int = LIKE, like_here: int = LIKE_HERE) -> bool:
    """Tell whether two requests are likely the same event.

    Of one class, the same caller or place is enough. Of another class, or of none yet, the words
    must agree as well; and words that agree much are enough alone, since several callers rarely
    name a place alike.

    Source: R-191 (handbook domain.md 4.3 duplicate rule; requirement 69).
    """
    if found.words.verbatim or found.words.percent >= like:
        return True
    if not found.sameness:
        return False
    return found.same_class or found.words.percent >= like_here


def weight(found: Reasons) -> int:
    """Return what the suggestions are ordered by: agreeing words first, then caller and place.

    Source: R-191 (handbook domain.md 4.3 duplicate rule).
    """
    return (
        found.words.percent
        + 50 * found.words.verbatim
        + 40 * len(found.sameness)
        + 10 * found.same_class
    )
