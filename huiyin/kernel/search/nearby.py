"""What somebody meant who typed a word as it sounds: known words of the same sound."""

from __future__ import annotations

from collections.abc import Mapping
from math import log

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.models import HeardWord
from huiyin.kernel.search.asking import Asked, of

SHORTEST, LONGEST, MOST_WORDS = 2, 6, 50_000


@transaction.atomic
def learn(uses: Mapping[str, int]) -> int:
    """Know these words and no others from now on, the most used ones; return how many."""
    han = {word: n for word, n in uses.items() if _is_han(word) and len(word) <= LONGEST}
    kept = sorted(han, key=lambda word: (-han[word], word))[:MOST_WORDS]
    HeardWord.objects.all().delete()
    HeardWord.objects.bulk_create(
        [HeardWord(word=word, sound=text.sound(word), uses=han[word]) for word in kept],
        batch_size=5000,
        ignore_conflicts=True,
    )
    return len(kept)


def meant(asked: Asked) -> list[Asked]:
    """Return what may have been meant, the likeliest first: the same words, then their parts.

    Empty when no known word sounds like what was typed. One query for each term.
    """
    heard = [_heard(term.words) for term in asked.terms]
    whole = of("".join(parts) for parts in heard)
    parted = of(part for parts in heard for part in parts)
    return [each for each in dict.fromkeys((whole, parted)) if each != asked]


def _heard(term: str) -> list[str]:
    """Return ``term`` in known words of the same sound, as few and as long as can be.

    What no known word sounds like stays as it was typed.
    """
    if not _is_han(term):
        return [term]
    sounds = text.sounds(term)
    if len(sounds) != len(term):
        return [term]
    known = _known(sounds)
    best: list[tuple[float, list[str]]] = [(0.0, [])]
    for end in range(1, len(term) + 1):
        options = [(best[end - 1][0], [*best[end - 1][1], term[end - 1]])]
        for start in range(max(0, end - LONGEST), end - SHORTEST + 1):
            word = known.get(" ".join(sounds[start:end]))
            if word:
                score = best[start][0] + (end - start) ** 2 + log(1 + word[1]) / 20
                options.append((score, [*best[start][1], word[0]]))
        best.append(max(options, key=lambda option: option[0]))
    return _joined(best[-1][1])


def _joined(parts: list[str]) -> list[str]:
    """Return the parts with neighbouring single characters put together."""
    found: list[str] = []
    single = False
    for part in parts:
        if len(part) == 1 and single:
            found[-1] += part
        else:
            found.append(part)
        single = len(part) == 1
    return found


def _known(sounds: list[str]) -> dict[str, tuple[str, int]]:
    """Return the most used known word for each stretch of sounds."""
    stretches = {
        " ".join(sounds[start:end])
        for start in range(len(sounds))
        for end in range(start + SHORTEST, min(start + LONGEST, len(sounds)) + 1)
    }
    rows = HeardWord.objects.filter(sound__in=stretches).order_by("uses", "word")
    return {row.sound: (row.word, row.uses) for row in rows}


def _is_han(word: str) -> bool:
    return SHORTEST <= len(word) <= 60 and text.pieces(word) == [word] and not word.isascii()
