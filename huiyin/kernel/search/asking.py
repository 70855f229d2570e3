"""What a person types, as terms; and terms as conditions on a text.

Texts are stored in one spelling (``text.normalise``), so that terms only need the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from huiyin.kernel import text

MOST_TERMS, LONGEST_TERM = 8, 60
_QUOTES = str.maketrans("“”„‟「」『』＂", '"' * 9)
_PARTS = re.compile(r'"([^"]*)"?|([^\s"]+)')
_LIKE = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})


@dataclass(frozen=True, slots=True)
class Term:
    """One word or phrase, in one spelling, as it must stand in the text."""

    words: str

    @property
    def begins_a_word(self) -> bool:
        """Tell whether it begins with a letter or digit, and so must begin a word of the text."""
        return self.words[:1].isascii() and self.words[:1].isalnum()

    def lexemes(self) -> Iterator[str]:
        """Yield what the index must hold, as parts of a tsquery.

        The last piece of a term may go on in the text: a number may be the beginning of a longer
        one, and one character alone begins a pair unless its run ends there.
        """
        runs = text.pieces(self.words)
        for place, run in enumerate(runs):
            last = place == len(runs) - 1 and self.words.endswith(run)
            if run.isascii():
                yield f"'{run[: text.LONGEST_PIECE]}'{':*' if last else ''}"
            elif len(run) == 1:
                yield f"'{run}'{':*' if last else ''}"
            else:
                yield from (f"'{run[i : i + 2]}'" for i in range(len(run) - 1))

    def conditions(self, column: str) -> Iterator[tuple[str, str]]:
        """Yield conditions that say exactly that ``column`` holds the term, with their values."""
        yield f"{column} like %s", f"%{self.words.translate(_LIKE)}%"
        if self.begins_a_word:
            yield f"{column} ~ %s", f"(^|[^0-9a-z]){re.escape(self.words)}"

    @property
    def is_exact(self) -> bool:
        """Tell whether the index alone answers: one or two Chinese characters."""
        return (
            len(self.words) <= 2
            and text.pieces(self.words) == [self.words]
            and (not self.words.isascii())
        )

    def places_in(self, spelling: str) -> list[tuple[int, int]]:
        """Return where the term stands in a text of one spelling, as half-open spans."""
        found: list[tuple[int, int]] = []
        start = spelling.find(self.words)
        while start >= 0:
            before = spelling[start - 1] if start else " "
            if not (self.begins_a_word and before.isascii() and before.isalnum()):
                found.append((start, start + len(self.words)))
            start = spelling.find(self.words, start + len(self.words))
        return found


@dataclass(frozen=True)
class Asked:
    """Terms that must all stand in a text."""

    terms: tuple[Term, ...]

    @cached_property
    def lexemes(self) -> tuple[str, ...]:
        """Return what the index must hold, each once."""
        return tuple(dict.fromkeys(part for term in self.terms for part in term.lexemes()))

    def __bool__(self) -> bool:
        return bool(self.terms)

    def __str__(self) -> str:
        return " ".join(term.words for term in self.terms)


def ask(raw: str) -> Asked:
    """Return the terms of what was typed: words between blanks, phrases between quotes.

    What nobody sees, as the marks that copied text carries inside its words, does not part them.
    Terms without any letter, digit or Chinese character are left out, as are repeats and all beyond
    ``MOST_TERMS``.
    """
    return of(quoted or word for quoted, word in _PARTS.findall(text.clean(raw).translate(_QUOTES)))


def of(words: Iterable[str]) -> Asked:
    """Return ``words`` as terms, each in one spelling."""
    spelled = (text.normalise(word)[:LONGEST_TERM].strip() for word in words)
    kept = dict.fromkeys(word for word in spelled if text.pieces(word))
    return Asked(tuple(Term(word) for word in list(kept)[:MOST_TERMS]))
