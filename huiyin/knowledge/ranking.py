"""Which articles answer a question: ranked by words and character n-grams, in this process.

Pure: texts come in, keys and scores go out. Texts are compared in one spelling, so traditional and
simplified characters, wide and narrow letters are alike.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from huiyin.kernel import text
from huiyin.knowledge.synonyms import ASKING, GROUP_OF, POLITE

READ_OF_ANSWER = 600
"""How many characters of an answer are read; what is asked stands near its beginning."""
QUESTION, ANSWER, OWNER = 1.0, 0.45, 0.25
_SATURATION, _LENGTH = 1.2, 0.4
_WEIGHTS = {"c": 0.25, "b": 1.0, "t": 0.6, "w": 0.9, "s": 0.8}
_LONGEST_QUESTION = 400
_ASKING = 0.25
"""What words of asking weigh against words that name the matter."""
_PARTICLES = frozenset("了的吗呢么吧啊怎什哪")
_SMALLEST = 50
_LOOKED_AT = 20
"""How many of the nearest articles are looked at from their own side as well."""
_UNKNOWN = 0.5
"""What a piece that no article knows weighs against the rarest that one knows."""
_LIKE = re.compile("|".join(sorted(map(re.escape, GROUP_OF), key=len, reverse=True)))


@dataclass(frozen=True, slots=True)
class Entry:
    """What the index reads of an article: questions (its title and other wordings) and answer."""

    key: int
    questions: tuple[str, ...]
    answer: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """An article with how sure it is, between 0 and 1, and the words that led to it."""

    key: int
    score: float
    because: tuple[str, ...]


def grams(words: str, *, whole: bool = True) -> Counter[str]:
    """Return the pieces of a text by which it is compared, each marked with its kind.

    Pairs of characters and the groups of like words that the text names; when ``whole``, single
    characters, triples and dictionary words as well.
    """
    spelt = text.normalise(words)
    if whole:
        for polite in POLITE:
            spelt = spelt.replace(polite, " ")
    found: Counter[str] = Counter()
    for run in text.pieces(spelt):
        if run[0] < "\u3007":
            found["w" + run] += 1
            continue
        found.update("b" + run[i : i + 2] for i in range(len(run) - 1))
        if whole:
            found.update("c" + char for char in run)
            found.update("t" + run[i : i + 3] for i in range(len(run) - 2))
    if whole:
        found.update("w" + word for word in text.words(spelt, least=2))
    found.update("s" + group for group in {GROUP_OF[each] for each in _LIKE.findall(spelt)})
    return found


class Index:
    """A set of articles ready to be asked; made once for each version of the set."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._keys: list[int] = []
        self._postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
        self._held: list[frozenset[str]] = []
        self._questions: list[list[frozenset[str]]] = []
        spread: Counter[str] = Counter()
        fields: list[tuple[int, float, Counter[str]]] = []
        for entry in entries:
            at = len(self._keys)
            self._keys.append(entry.key)
            own = [(QUESTION, grams(asked)) for asked in entry.questions]
            self._questions.append([frozenset(counted) for _, counted in own if counted])
            own.append((ANSWER, grams(entry.answer[:READ_OF_ANSWER], whole=False)))
            own.append((OWNER, grams(entry.owner, whole=False)))
            fields += [(at, weight, counted) for weight, counted in own if counted]
            held = frozenset(gram for _, counted in own for gram in counted)
            self._held.append(held)
            spread.update(held)
        total = max(_SMALLEST, len(self._keys))  # rarity means nothing among a few
        self._rarity = {
            gram: math.log(1 + (total - held + 0.5) / (held + 0.5)) for gram, held in spread.items()
        }
        self._unknown = _UNKNOWN * math.log(1 + (total + 0.5) / 0.5)
        self._fill(fields)

    def _fill(self, fields: Sequence[tuple[int, float, Counter[str]]]) -> None:
        """Keep for each piece in which articles it stands, and how much it says there."""
        usual: dict[float, float] = {}
        for weight in {field[1] for field in fields}:
            sizes = [sum(field[2].values()) for field in fields if field[1] == weight]
            usual[weight] = sum(sizes) / len(sizes)
        best: dict[tuple[str, int], float] = {}
        for at, weight, counted in fields:
            size = sum(counted.values()) / usual[weight]
            damped = _SATURATION * (1 - _LENGTH + _LENGTH * size)
            for gram, times in counted.items():
                says = weight * times * (_SATURATION + 1) / (times + damped)
                known = best.get((gram, at), 0.0)
                best[gram, at] = max(known, says) + 0.3 * min(known, says)
        for (gram, at), says in best.items():
            self._postings[gram].append((at, says))

    def __len__(self) -> int:
        """Return how many articles it holds."""
        return len(self._keys)

    def ask(self, question: str, *, most: int = 3, least: float = 0.0) -> list[Found]:
        """Return up to ``most`` articles for a question, the surest first.

        Args:
            question: what was typed; only its beginning is read.
            most: how many at most.
            least: below this score nothing is said; silence is better than a wrong hint.

        Source: R-351 (requirement 162; handbook domain.md 1.2 (九)).
        """
        asked = grams(question[:_LONGEST_QUESTION])
        weights = {gram: _weight(gram) * self._rarity.get(gram, self._unknown) for gram in asked}
        reach = sum(weights.values()) * QUESTION
        if not reach:
            return []
        scores: dict[int, float] = defaultdict(float)
        for gram, weight in weights.items():
            for at, says in self._postings.get(gram, ()):
                scores[at] += weight * says
        near = sorted(scores.items(), key=lambda pair: (-pair[1], self._keys[pair[0]]))
        sure = [
            (self._both_ways(at, min(1.0, score / reach), weights), at)
            for at, score in near[: most + _LOOKED_AT]
        ]
        ranked = sorted(sure, key=lambda pair: (-pair[0], self._keys[pair[1]]))[:most]
        found = [
            Found(self._keys[at], round(score, 4), self._because(at, weights))
            for score, at in ranked
            if score >= least
        ]
        return [each for each in found if each.because or not least]

    def _both_ways(self, at: int, score: float, asked: Mapping[str, float]) -> float:
        """Return how near an article is, seen from both sides.

        A long story shares little of itself with a short question, but may hold all of it: then the
        mean of the two shares says more.
        """
        best = 0.0
        for question in self._questions[at]:
            whole = {gram: _weight(gram) * self._rarity[gram] for gram in question}
            held = sum(weight for gram, weight in whole.items() if gram in asked)
            best = max(best, held / sum(whole.values()))
        return max(score, math.sqrt(score * best))

    def _because(self, at: int, weights: Mapping[str, float]) -> tuple[str, ...]:
        """Return the words that question and article have in common, words of asking left out."""
        shared = [
            (weight, gram[1:])
            for gram, weight in weights.items()
            if gram[0] in "wbs" and not _is_asking(gram[1:]) and gram in self._held[at]
        ]
        told: list[str] = []
        for _, word in sorted(shared, key=lambda each: (-len(each[1]), -each[0])):
            if not any(word in longer for longer in told):
                told.append(word)
        return tuple(told[:4])


def _weight(gram: str) -> float:
    kind, piece = gram[0], gram[1:]
    return _WEIGHTS[kind] * (_ASKING if _is_asking(piece) else 1.0)


def _is_asking(piece: str) -> bool:
    """Tell whether a piece is a word of asking, or holds a particle and so joins two words."""
    return piece in ASKING or not _PARTICLES.isdisjoint(piece)
