"""A trained model: how it reads a message, what it answers, why, and how it is stored.

It is one table of weights (pieces by labels) and three small vectors; nothing in it is code, so a
stored model can do no more than answer wrongly.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import exp
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
FAMILY_WEIGHTS = (0.7, 0.7, 1.0)
"""How much a text counts as characters, by its beginning, and as words."""
_NUMBERS = tuple(range(len(FAMILY_WEIGHTS)))
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

    def read(self, text: str) -> tuple[Array, Array]:
        """Return the places of the known pieces of a spelt text, and their values."""
        return self._weighed(grams.pieces(text))

    def _weighed(self, pieces: Pieces) -> tuple[Array, Array]:
        """Return the places of the known pieces, and their values, each family of one length."""
        import numpy as np

        if not len(self.keys):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        found = np.concatenate([keys for keys, _ in pieces.families])
        at = np.searchsorted(self.keys, found)
        at[at == len(self.keys)] = 0
        known = self.keys[at] == found
        at = at[known]
        counts = np.concatenate([counts for _, counts in pieces.families])[known]
        family = np.repeat(_NUMBERS, [len(keys) for keys, _ in pieces.families])[known]
        values = (1 + np.log(counts)) * self.rarity[at]
        lengths = np.sqrt(np.bincount(family, values**2, minlength=len(_NUMBERS)))
        lengths[lengths == 0] = 1
        values *= (FAMILY_WEIGHTS / lengths)[family]
        return at, values.astype(np.float32)

    def scores(self, text: str) -> Array:
        """Return one score per label for a spelt text."""
        places, values = self.read(text)
        found: Array = values @ self.weights[places].astype("float32") + self.bias
        return found

    def guess(self, title: str, detail: str, *, reasons: bool = True) -> Guess:
        """Return the likeliest label of a message.

        A message in which nothing is known has the probability of a blind guess.
        """
        import numpy as np

        text = grams.spelling(title, detail)
        pieces = grams.pieces(text)
        places, values = self._weighed(pieces)
        if len(places) < _FEWEST_PIECES:
            blind = 1 / len(self.labels)
            return Guess(self.labels[int(np.argmax(self.bias))], blind)
        table = self.weights[places].astype(np.float32)
        scores = values @ table + self.bias
        odds = probabilities(scores, self.temperature)
        order = np.argsort(-scores, kind="stable")[:4]
        if self.sureness:
            odds = _sure_of_one(odds, scores[order[:3]].tolist(), self.sureness, int(order[0]))
        best, next_ = int(order[0]), int(order[1]) if len(order) > 1 else int(order[0])
        because: tuple[str, ...] = ()
        if reasons:
            spoke = values * (table[:, best] - table[:, next_])
            because = self._because(pieces, places, spoke)
        others = tuple((self.labels[int(i)], float(odds[i])) for i in order[1:])
        return Guess(self.labels[best], float(odds[best]), because, others)

    def _because(self, pieces: Pieces, places: Array, spoke: Array) -> tuple[str, ...]:
        """Return the words of the text that spoke most for its label against the next one."""
        import numpy as np

        spoken: dict[str, float] = {}
        known = dict(zip(pieces.keys.tolist(), pieces.words, strict=True))
        most = min(_LOOKED_AT, len(spoke))
        for i in np.argpartition(-spoke, most - 1)[:most].tolist():
            key = int(self.keys[places[i]])
            word = known.get(key) or grams.shown(key)
            if spoke[i] > 0 and len(word) > 1 and word.isalnum():
                spoken[word] = spoken.get(word, 0.0) + float(spoke[i])
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
    heard = ahead(table) @ np.asarray(sureness[1:]) + sureness[0]
    sure = 1 / (1 + np.exp(-np.clip(heard, -30, 30)))
    left = np.maximum(1 - rows[at, best], 1e-12)
    second = -np.sort(-rows, axis=-1)[:, 1]
    sure = np.maximum(sure, second / (left + second) + 1e-9)
    told = rows * ((1 - sure) / left)[:, None]
    told[at, best] = sure
    return np.asarray(told.reshape(odds.shape))


def _sure_of_one(odds: Array, first: list[float], sureness: Sequence[float], best: int) -> Array:
    """Return what ``surer`` does for a single row whose first three scores are given."""
    base, *weights = sureness
    lead = (first[0], first[0] - first[1], first[0] - first[-1])
    heard = base + sum(weight * value for weight, value in zip(weights, lead, strict=True))
    sure = 1 / (1 + exp(-max(-30.0, min(30.0, heard))))
    left = max(1 - float(odds[best]), 1e-12)
    odds[best] = 0.0
    second = float(odds.max())
    sure = max(sure, second / (left + second) + 1e-9)
    odds *= (1 - sure) / left
    odds[best] = sure
    return odds


def _longest_first(spoken: dict[str, float]) -> tuple[str, ...]:
    """Return the weightiest words, a piece of a longer one giving its weight to that one."""
    for part in sorted(spoken, key=len):
        whole = [word for word in spoken if word != part and part in word]
        if whole:
            spoken[max(whole, key=lambda word: spoken[word])] += spoken.pop(part)
    ranked: Sequence[str] = sorted(spoken, key=lambda word: (-spoken[word], word))
    return tuple(ranked[:MOST_REASONS])
