"""Training of a model: what it knows, what it weighs, how surely it says so, and how good it is.

scikit-learn and scipy are loaded by the first training, never by a page.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

from huiyin.dispatch.learning import machines, reading, rules
from huiyin.dispatch.learning.classifier import Classifier, ahead, probabilities, surer
from huiyin.dispatch.learning.reading import Read
from huiyin.dispatch.learning.rules import Costs, Figures, Judged
from huiyin.dispatch.learning.samples import Sample
from huiyin.kernel.errors import Invalid

if TYPE_CHECKING:
    from huiyin.dispatch.learning.classifier import Array

FEWEST_ROWS, FEWEST_OF_LABEL, FEWEST_WRONG = 20, 2, 15
FEWEST_SHIFTED = 40
"""Messages per label from which a label is given more or less than its machine says."""
_SMALL = 1e-3
TIMED_SHARE, HOLD_OUT = 0.8, 5
CHECKED = 160_000
"""Messages times labels up to which fifth after fifth is set aside, to learn how sure to be."""
SUM = 4
"""Bytes of the check sum of a text."""


@dataclass(frozen=True, slots=True)
class Held:
    """A message of the hold-out, the check sum of its text, and how it was judged."""

    sample: Sample
    seen: bytes
    judged: Judged


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with its figures, the hold-out on which they were measured, and what it has seen."""

    model: Classifier
    figures: Figures
    hold_out: tuple[Held, ...]
    hold_out_by: str
    rows: int
    left_out: int
    seconds: float
    seen: bytes


@dataclass(frozen=True, slots=True)
class _Heard:
    """What models say of messages that they have not seen, and the labels that these have."""

    scores: Array
    wanted: Array

    def part(self, chosen: Array) -> _Heard:
        """Return some of it."""
        return _Heard(self.scores[chosen], self.wanted[chosen])


@dataclass(frozen=True, slots=True)
class _Sure:
    """How scores become probabilities; ``shift`` is what each label is given first."""

    shift: Array
    temperature: float
    sureness: tuple[float, ...]

    @classmethod
    def of(cls, heard: _Heard) -> _Sure:
        """Return what fits best what was heard."""
        shift = _shift(heard.scores, heard.wanted)
        scores = heard.scores + shift
        return cls(shift, _temperature(scores, heard.wanted), _sureness(scores, heard.wanted))

    def odds(self, scores: Array) -> Array:
        """Return scores as probabilities."""
        shifted = scores + self.shift
        odds = probabilities(shifted, self.temperature)
        return surer(odds, shifted, self.sureness) if self.sureness else odds


def sum_of(text: str) -> bytes:
    """Return the check sum of a spelt text."""
    return crc32(text.encode()).to_bytes(SUM, "big")


def train(samples: Sequence[Sample], costs: Costs) -> Trained:
    """Train a model on labelled messages and measure it on a fifth that it has not seen.

    The fifth is the latest one where most messages have a time, else one of every label. Repeats of
    a text stay on one side. How sure the model is follows from other fifths, set aside in turn, or
    with very many messages each half from the other, so that the figures are honest; the model that
    is kept has then learned from everything.

    Raises:
        Invalid: too few messages, or fewer than two labels.

    Source: R-370 (requirement 211; handbook domain.md 3.4).
    """
    began = time.monotonic()
    kept = _usable(samples)
    read = reading.read(kept)
    folds, by = _folds(kept, read.texts)
    import numpy as np

    tested = folds == 0
    heard = [_heard(read, folds == number) for number in _set_aside(read, folds)]
    held = _held(kept, read, tested, _odds(heard))
    whole = _fit(read, np.ones(len(kept), bool))
    sure = _Sure.of(_together(heard))
    return Trained(
        model=replace(
            whole,
            weights=whole.weights.astype(np.float16),
            bias=(whole.bias + sure.shift).astype(np.float32),
            temperature=sure.temperature,
            sureness=sure.sureness,
        ),
        figures=rules.figures([each.judged for each in held], costs),
        hold_out=held,
        hold_out_by=by,
        rows=len(kept),
        left_out=len(samples) - len(kept),
        seconds=time.monotonic() - began,
        seen=b"".join(sorted({sum_of(text) for text in read.texts})),
    )


def _usable(samples: Sequence[Sample]) -> list[Sample]:
    """Return the samples whose label occurs often enough to be learned and measured."""
    often = Counter(sample.label for sample in samples)
    kept = [sample for sample in samples if often[sample.label] >= FEWEST_OF_LABEL]
    if len({sample.label for sample in kept}) < FEWEST_OF_LABEL:
        raise Invalid("至少要有两个类别、每类两条以上，才能训练")
    if len(kept) < FEWEST_ROWS:
        raise Invalid(f"可用的只有 {len(kept)} 条，至少要 {FEWEST_ROWS} 条才能训练")
    return kept


def _folds(samples: Sequence[Sample], texts: Sequence[str]) -> tuple[Array, str]:
    """Return for each message its fifth, 0 being the hold-out, and by what they were parted."""
    import numpy as np

    folds = np.zeros(len(samples), np.int64)
    timed = [sample.at for sample in samples if sample.at is not None]
    if len(timed) >= TIMED_SHARE * len(samples):
        order = sorted(range(len(samples)), key=lambda i: _moment(samples[i]))
        size = max(1, len(samples) // HOLD_OUT)
        folds[:] = [1 + crc32(text.encode()) % (HOLD_OUT - 1) for text in texts]
        folds[order[-size:]] = 0
        by = "time"
    else:
        by, turn = "label", Counter[str]()
        for at in sorted(range(len(samples)), key=lambda i: crc32(texts[i].encode())):
            folds[at] = turn[samples[at].label] % HOLD_OUT
            turn[samples[at].label] += 1
    first: dict[str, int] = {}
    for at, text in enumerate(texts):
        folds[at] = first.setdefault(text, int(folds[at]))
    return folds, by


def _moment(sample: Sample) -> float:
    return sample.at.timestamp() if sample.at else float("-inf")


def _fit(read: Read, chosen: Array) -> Classifier:
    """Return a model of the chosen messages, its temperature still 1.

    Two linear machines in one table: on the weighed pieces as they are, and on the same scaled by
    how much oftener a piece stands in a label than outside it. The sum of both is linear again.
    """
    import numpy as np

    kept, rarity = reading.vocabulary(read, chosen)
    weights = np.zeros((len(kept), len(read.labels)), np.float32)
    bias = np.zeros(len(read.labels), np.float32)
    model = Classifier(read.labels, read.keys[kept], rarity, weights, bias, 1.0)
    seen = reading.weighed(model, read, chosen)
    columns = machines.taught(seen, read.wanted[chosen], len(read.labels))
    for number, (column, at) in enumerate(columns):
        weights[:, number], bias[number] = column, at
    return model


def _set_aside(read: Read, folds: Array) -> list[int]:
    """Return the fifths that are set aside in turn, the hold-out first: as many as time allows."""
    most = CHECKED // (len(read.texts) * len(read.labels))
    others = [number for number in range(1, HOLD_OUT) if number < most and (folds == number).any()]
    return [0, *others]


def _heard(read: Read, tested: Array) -> _Heard:
    """Return what a model that learns from all others says of some messages."""
    model = _fit(read, ~tested)
    scores = reading.weighed(model, read, tested) @ model.weights + model.bias
    return _Heard(scores, read.wanted[tested])


def _together(heard: Sequence[_Heard]) -> _Heard:
    import numpy as np

    return _Heard(
        np.concatenate([each.scores for each in heard]),
        np.concatenate([each.wanted for each in heard]),
    )


def _odds(heard: Sequence[_Heard]) -> Array:
    """Return probabilities of the hold-out by what the other fifths show, else half by half."""
    import numpy as np

    mine, others = heard[0], heard[1:]
    if others:
        return _Sure.of(_together(others)).odds(mine.scores)
    odds = np.zeros(mine.scores.shape)
    even = np.arange(len(mine.wanted)) % 2 == 0
    for half in (even, ~even):
        odds[half] = _Sure.of(mine.part(~half)).odds(mine.scores[half])
    return odds


def _shift(scores: Array, wanted: Array) -> Array:
    """Return what to add to the score of each label, so that all of them are heard alike.

    Each machine was taught alone, so those of rare labels are shy. The shift that makes the labels
    likeliest is found where there are enough messages for it, and kept small.
    """
    import numpy as np
    from scipy.optimize import minimize

    labels = scores.shape[1]
    if len(wanted) < FEWEST_SHIFTED * labels:
        return np.zeros(labels)
    given = np.eye(labels)[wanted]

    def doubt(guess: Array) -> tuple[float, Array]:
        sharp, shift = float(np.exp(guess[0])), guess[1:]
        odds = probabilities(scores * sharp + shift, 1.0)
        loss = -np.log((odds * given).sum(axis=1) + 1e-12).mean() + _SMALL * (shift**2).sum()
        apart = (odds - given) / len(wanted)
        slope = apart.sum(axis=0) + 2 * _SMALL * shift
        return float(loss), np.concatenate([[(apart * scores).sum() * sharp], slope])

    first = np.concatenate([[1.0], np.zeros(labels)])
    found = minimize(doubt, first, jac=True, method="L-BFGS-B").x
    return np.asarray(found[1:] / np.exp(found[0]))


def _sureness(scores: Array, wanted: Array) -> tuple[float, ...]:
    """Return how sure the best label is by how far it is ahead: where enough of them were wrong.

    One temperature for all is too sure where two labels are close and too little sure where none
    is; the best score and its lead over the second and third tell more.
    """
    right = scores.argmax(axis=-1) == wanted
    if min(right.sum(), (~right).sum()) < FEWEST_WRONG:
        return ()
    from sklearn.linear_model import LogisticRegression

    fitted = LogisticRegression(C=10.0, max_iter=500).fit(ahead(scores), right)
    return (float(fitted.intercept_[0]), *(float(each) for each in fitted.coef_[0]))


def _temperature(scores: Array, wanted: Array) -> float:
    """Return the temperature under which the labels are likeliest, by golden section."""
    import numpy as np

    if not len(wanted):
        return 1.0

    def doubt(log_temperature: float) -> float:
        odds = probabilities(scores, float(np.exp(log_temperature)))
        return float(-np.log(odds[np.arange(len(wanted)), wanted] + 1e-12).mean())

    low, high, golden = float(np.log(0.02)), float(np.log(5.0)), (5**0.5 - 1) / 2
    for _ in range(40):
        left, right = high - golden * (high - low), low + golden * (high - low)
        if doubt(left) < doubt(right):
            high = right
        else:
            low = left
    return float(np.exp((low + high) / 2))


def _held(samples: Sequence[Sample], read: Read, tested: Array, odds: Array) -> tuple[Held, ...]:
    places = [at for at, held in enumerate(tested) if held]
    return tuple(
        Held(samples[at], sum_of(read.texts[at]), _judged(read, at, row))
        for at, row in zip(places, odds, strict=True)
    )


def _judged(read: Read, at: int, row: Array) -> Judged:
    best = int(row.argmax())
    return Judged(read.labels[int(read.wanted[at])], read.labels[best], float(row[best]))
