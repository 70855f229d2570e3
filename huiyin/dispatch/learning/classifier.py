"""A trained model: how it reads a message, what it answers, why, and how it is stored.

It is one table of weights (pieces by labels) and three small vectors; nothing in it is code, so a
stored model can do no more than answer wrongly.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import orjson

from huiyin.dispatch.learning import grams
from huiyin.kernel.errors import Invalid

if TYPE_CHECKING:
    import numpy as np

    from huiyin.dispatch.learning.grams import Pieces

    Array = np.ndarray[Any, np.dtype[Any]]

FORM = 1
MOST_REASONS = 4
MOST_OTHERS = 4
"""Labels that are told, the likeliest included."""
FAMILY_WEIGHTS = (0.7, 0.7, 1.0)
"""How much a text counts as characters, by its beginning, and as words."""
AT_ONCE = 64
"""Messages that are read together: enough to share the work, few enough for a small cache."""
_ROW = 32
_LOOKED_AT = 24
_FEWEST_PIECES = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """A label with its probability, the words that led to it, and the next likely labels."""

    label: str
    probability: float
    because: tuple[str, ...] = ()
    others: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Classifier:
    """Labels, the pieces that it knows in ascending order, and what each piece says for each label.

    ``temperature`` turns scores into probabilities, ``sureness`` says how the likeliest label's
    follows from how far it is ahead, where enough was measured; ``about`` is what the version says
    of itself.
    """

    labels: tuple[str, ...]
    keys: Array
    rarity: Array
    weights: Array
    bias: Array
    temperature: float
    sureness: tuple[float, ...] = ()
    about: dict[str, Any] = field(default_factory=dict)

    def weighed(self, pieces: Pieces) -> tuple[Array, Array, Array]:
        """Return where the known pieces of each text begin, their places, and their values.

        Each family of a text has one length. There is one beginning more than there are texts.
        """
        import numpy as np

        count = len(pieces.words)
        if not len(self.keys):
            return np.zeros(count + 1, np.int64), np.zeros(0, np.int64), np.zeros(0, np.float32)
        # Looked up in ascending order, neighbours find each other in the cache.
        met, which = np.unique(pieces.keys, return_inverse=True)
        at = np.searchsorted(self.keys, met)
        at[at == len(self.keys)] = 0
        known, at = (self.keys[at] == met)[which], at[which]
        marks, counts = np.unique((pieces.rows[known] << _ROW) | at[known], return_counts=True)
        rows, places = marks >> _ROW, marks & ((1 << _ROW) - 1)
        families = grams.family(self.keys[places])
        values = (1 + np.log(counts)) * self.rarity[places]
        slots = rows * len(FAMILY_WEIGHTS) + families
        lengths = np.sqrt(np.bincount(slots, values**2, minlength=1))
        values *= np.array(FAMILY_WEIGHTS)[families] / lengths[slots]
        return np.searchsorted(rows, np.arange(count + 1)), places, values.astype(np.float32)

    def guess(self, title: str, detail: str, *, reasons: bool = True) -> Guess:
        """Return the likeliest label of a message; see ``guesses``."""
        return self.guesses([(title, detail)], reasons=reasons)[0]

    def guesses(self, messages: Sequence[tuple[str, str]], *, reasons: bool = True) -> list[Guess]:
        """Return the likeliest label of each message, given as title and detail.

        A message in which nothing is known has the probability of a blind guess.
        """
        found: list[Guess] = []
        for at in range(0, len(messages), AT_ONCE):
            some = messages[at : at + AT_ONCE]
            pieces = grams.pieces([grams.spelling(title, detail) for title, detail in some])
            found += self._guessed(pieces, reasons=reasons)
        return found

    def _guessed(self, pieces: Pieces, *, reasons: bool) -> list[Guess]:
        import numpy as np

        begins, places, values = self.weighed(pieces)
        parts = [slice(*each) for each in pairwise(begins.tolist())]
        scores = np.stack([self._scores(places[part], values[part]) for part in parts])
        odds = probabilities(scores, self.temperature)
        if self.sureness:
            odds = surer(odds, scores, self.sureness)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :MOST_OTHERS]
        likely = np.take_along_axis(odds, order, axis=1).tolist()
        spoke = self._spoke(begins, places, values, order) if reasons else values
        found = []
        for at, (part, best, sure) in enumerate(zip(parts, order.tolist(), likely, strict=True)):
            if part.stop - part.start < _FEWEST_PIECES:
                found.append(Guess(self.labels[int(self.bias.argmax())], 1 / len(self.labels)))
                continue
            because: tuple[str, ...] = ()
            if reasons:
                known = dict(zip(pieces.numbers[at], pieces.words[at], strict=True))
                because = self._because(known, places[part], spoke[part])
            others = tuple((self.labels[n], odd) for n, odd in zip(best, sure, strict=True))
            found.append(Guess(self.labels[best[0]], sure[0], because, others[1:]))
        return found

    def _scores(self, places: Array, values: Array) -> Array:
        """Return one score per label for one text."""
        import numpy as np

        table = np.take(self.weights, places, axis=0).astype(np.float32)
        return np.asarray(values @ table + self.bias)

    def _spoke(self, begins: Array, places: Array, values: Array, order: Array) -> Array:
        """Return how much each piece speaks for the best label of its text against the next."""
        import numpy as np

        rows = np.repeat(np.arange(len(order)), np.diff(begins))
        table, first = self.weights.reshape(-1), places * len(self.labels)
        best, next_ = order[:, 0][rows], order[:, min(1, order.shape[1] - 1)][rows]
        lead = np.take(table, first + best).astype(np.float32) - np.take(table, first + next_)
        return np.asarray(values * lead)

    def _because(self, known: Mapping[int, str], places: Array, spoke: Array) -> tuple[str, ...]:
        """Return the words of the text that spoke most for its label against the next one."""
        import numpy as np

        spoken: dict[str, float] = {}
        most = min(_LOOKED_AT, len(spoke))
        loudest = np.argpartition(-spoke, most - 1)[:most]
        keys, loud = self.keys[places[loudest]].tolist(), spoke[loudest].tolist()
        for key, weight in zip(keys, loud, strict=True):
            word = known.get(key) or grams.shown(key)
            if weight > 0 and len(word) > 1 and word.isalnum():
                spoken[word] = spoken.get(word, 0.0) + weight
        return _longest_first(spoken)

    def to_bytes(self) -> bytes:
        """Return the model as an npz archive without any object in it."""
        import numpy as np

        head = {
            "form": FORM,
            "labels": self.labels,
            "temperature": self.temperature,
            "sureness": self.sureness,
            "about": self.about,
        }
        into = io.BytesIO()
        np.savez_compressed(
            into,
            head=np.frombuffer(orjson.dumps(head), np.uint8),
            keys=self.keys,
            rarity=self.rarity,
            weights=self.weights,
            bias=self.bias,
        )
        return into.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> Classifier:
        """Return a stored model. Raises Invalid when it is none of ours or damaged."""
        import numpy as np

        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as parts:
                head = orjson.loads(parts["head"].tobytes())
                made = cls(
                    labels=tuple(str(label) for label in head["labels"]),
                    keys=parts["keys"],
                    rarity=parts["rarity"],
                    weights=parts["weights"],
                    bias=parts["bias"],
                    temperature=float(head["temperature"]),
                    sureness=tuple(float(each) for each in head.get("sureness", ())),
                    about=dict(head["about"]),
                )
        except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
            raise Invalid("这不是回音的模型文件，或文件已损坏", remedy="请重新训练") from error
        shape = (len(made.keys), len(made.labels))
        if made.weights.shape != shape or made.rarity.shape != shape[:1] or head["form"] != FORM:
            raise Invalid("模型文件的内容不一致", remedy="请重新训练")
        return made


def probabilities(scores: Array, temperature: float) -> Array:
    """Return scores as probabilities, row by row: softmax of scores over temperature."""
    import numpy as np

    scaled = scores.astype(np.float64) / temperature
    scaled = np.exp(scaled - scaled.max(axis=-1, keepdims=True))
    return np.asarray(scaled / scaled.sum(axis=-1, keepdims=True))


def ahead(scores: Array) -> Array:
    """Return, row by row, the best score, and how far it is ahead of the second and the third."""
    import numpy as np

    best = -np.sort(-np.atleast_2d(scores), axis=-1)[:, :3]
    third = best[:, min(2, best.shape[1] - 1)]
    return np.stack([best[:, 0], best[:, 0] - best[:, 1], best[:, 0] - third], axis=-1)


def surer(odds: Array, scores: Array, sureness: Sequence[float]) -> Array:
    """Return probabilities with that of the best label as measured, the others in proportion.

    The best label stays the likeliest.
    """
    import numpy as np

    rows, table = np.atleast_2d(odds), np.atleast_2d(scores)
    best, at = table.argmax(axis=-1), np.arange(len(rows))
    heard = (ahead(table) * np.asarray(sureness[1:])).sum(axis=-1) + sureness[0]
    sure = 1 / (1 + np.exp(-np.clip(heard, -30, 30)))
    left = np.maximum(1 - rows[at, best], 1e-12)
    second = -np.sort(-rows, axis=-1)[:, 1]
    sure = np.maximum(sure, second / (left + second) + 1e-9)
    told = rows * ((1 - sure) / left)[:, None]
    told[at, best] = sure
    return np.asarray(told.reshape(odds.shape))


def _longest_first(spoken: dict[str, float]) -> tuple[str, ...]:
    """Return the weightiest words, a piece of a longer one giving its weight to that one."""
    for part in sorted(spoken, key=len):
        whole = [word for word in spoken if word != part and part in word]
        if whole:
            spoken[max(whole, key=lambda word: spoken[word])] += spoken.pop(part)
    ranked: Sequence[str] = sorted(spoken, key=lambda word: (-spoken[word], word))
    return tuple(ranked[:MOST_REASONS])
