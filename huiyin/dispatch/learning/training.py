"""Training of a model: what it knows, what it weighs, how surely it says so, and how good it is.

scikit-learn and scipy are loaded by the first training, never by a page.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from zlib import crc32

from huiyin.dispatch.learning import grams, rules
from huiyin.dispatch.learning.classifier import (
    FAMILY_WEIGHTS,
    Classifier,
    ahead,
    probabilities,
    surer,
)
from huiyin.dispatch.learning.rules import Costs, Figures, Judged
from huiyin.dispatch.learning.samples import Sample
from huiyin.kernel.errors import Invalid

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from huiyin.dispatch.learning.classifier import Array

FEWEST_ROWS, FEWEST_OF_LABEL, FEWEST_WRONG = 20, 2, 15
TIMED_SHARE, HOLD_OUT = 0.8, 5
MOST_WEIGHTS = 14_000_000
THREADS = 2
_RARE = 2
_SMOOTH = 0.3
SUM = 4
"""Bytes of the check sum of a text."""
_C, _C_RATIO = 1.0, 0.5


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
class _Read:
    """The messages of a training as one table: how often each piece stands in each message.

    ``keys`` are all pieces in ascending order, ``wanted`` the number of each message's label.
    """

    texts: list[str]
    keys: Array
    counts: csr_matrix
    wanted: Array
    labels: tuple[str, ...]


def sum_of(text: str) -> bytes:
    """Return the check sum of a spelt text."""
    return crc32(text.encode()).to_bytes(SUM, "big")


def train(samples: Sequence[Sample], costs: Costs) -> Trained:
    """Train a model on labelled messages and measure it on a fifth that it has not seen.

    The fifth is the latest one where most messages have a time, else one of every label. Repeats of
    a text stay on one side. How sure each half of it is follows from the other half, so that the
    figures are honest; the model that is kept has then learned from everything.

    Raises:
        Invalid: too few messages, or fewer than two labels.

    Source: R-370 (requirement 211; handbook domain.md 3.4).
    """
    began = time.monotonic()
    kept = _usable(samples)
    read = _read(kept)
    folds, by = _folds(kept, read.texts)
    import numpy as np

    tested = folds == 0
    scores = _scores(_fit(read, ~tested), read, tested)
    held = _held(kept, read, tested, _crossed(scores, read.wanted[tested]))
    whole = _fit(read, np.ones(len(kept), bool))
    stored = replace(whole, weights=whole.weights.astype(np.float16))
    return Trained(
        model=replace(
            stored,
            temperature=_temperature(scores, read.wanted[tested]),
            sureness=_sureness(scores, read.wanted[tested]),
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


def _read(samples: Sequence[Sample]) -> _Read:
    import numpy as np
    from scipy.sparse import csr_matrix

    labels = tuple(sorted({sample.label for sample in samples}))
    number = {label: at for at, label in enumerate(labels)}
    texts = [grams.spelling(sample.title, sample.detail) for sample in samples]
    found, often, ends = [], [], [0]
    for text in texts:
        families = grams.pieces(text).families
        found += [keys for keys, _ in families]
        often += [counts for _, counts in families]
        ends.append(ends[-1] + sum(len(keys) for keys, _ in families))
    keys, places = np.unique(np.concatenate(found), return_inverse=True)
    counts = np.concatenate(often).astype(np.float32)
    return _Read(
        texts=texts,
        keys=keys,
        counts=csr_matrix((counts, places, ends), shape=(len(texts), len(keys))),
        wanted=np.array([number[sample.label] for sample in samples]),
        labels=labels,
    )


def _folds(samples: Sequence[Sample], texts: Sequence[str]) -> tuple[Array, str]:
    """Return for each message its fifth, 0 being the hold-out, and by what they were parted."""
    import numpy as np

    folds = np.zeros(len(samples), np.int64)
    timed = [sample.at for sample in samples if sample.at is not None]
    if len(timed) >= TIMED_SHARE * len(samples):
        order = sorted(range(len(samples)), key=lambda i: _moment(samples[i]))
        size = max(1, len(samples) // HOLD_OUT)
        folds[:] = 1
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


def _fit(read: _Read, chosen: Array) -> Classifier:
    """Return a model of the chosen messages, its temperature still 1.

    Two linear machines in one table: on the weighed pieces as they are, and on the same scaled by
    how much oftener a piece stands in a label than outside it. The sum of both is linear again.
    """
    import numpy as np

    kept, rarity = _vocabulary(read, chosen)
    weights = np.zeros((len(kept), len(read.labels)), np.float32)
    bias = np.zeros(len(read.labels), np.float32)
    model = Classifier(read.labels, read.keys[kept], rarity, weights, bias, 1.0)
    seen, wanted = _weighed(model, read, chosen), read.wanted[chosen]
    with ThreadPoolExecutor(THREADS) as pool:
        columns = pool.map(lambda n: _column(seen, wanted == n), range(len(read.labels)))
        for number, (column, at) in enumerate(columns):
            weights[:, number], bias[number] = column, at
    return model


def _column(seen: csr_matrix, is_it: Array) -> tuple[Array | float, float]:
    """Return what speaks for one label. The machines run outside Python's lock."""
    if is_it.all() or not is_it.any():
        return 0.0, 1.0 if is_it.any() else -2.0
    ratio = _ratio(seen, is_it)
    plain, at = _machine(seen, is_it, _C)
    scaled, scaled_at = _machine(_scaled(seen, ratio), is_it, _C_RATIO)
    return (plain + scaled * ratio) / 2, (at + scaled_at) / 2


def _scaled(seen: csr_matrix, by: Array) -> csr_matrix:
    """Return a table with each column multiplied."""
    from scipy.sparse import csr_matrix

    return csr_matrix((seen.data * by[seen.indices], seen.indices, seen.indptr), seen.shape)


def _machine(seen: csr_matrix, is_it: Array, c: float) -> tuple[Array, float]:
    """Return weights and bias of one linear support vector machine."""
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=c, tol=1e-2, random_state=0, max_iter=2000).fit(seen, is_it)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _ratio(seen: csr_matrix, is_it: Array) -> Array:
    """Return for each piece the logarithm of how much oftener it stands in a label."""
    import numpy as np

    inside = np.asarray(seen[is_it].sum(axis=0)).ravel() + _SMOOTH
    outside = np.asarray(seen[~is_it].sum(axis=0)).ravel() + _SMOOTH
    ratio = np.log((inside / inside.sum()) / (outside / outside.sum()))
    return np.asarray(ratio, np.float32)


def _vocabulary(read: _Read, chosen: Array) -> tuple[Array, Array]:
    """Return the places of pieces that stand in two messages or more, and how rare each is.

    With many labels only the commonest, so that a model stays within its size.
    """
    import numpy as np

    held = np.bincount(read.counts[chosen].indices, minlength=len(read.keys))
    most, least = MOST_WEIGHTS // len(read.labels), _RARE
    if (held >= least).sum() > most:
        least = int(np.sort(held)[-most]) + 1
    kept = np.flatnonzero(held >= least)
    rarity = np.log((1 + int(chosen.sum())) / (1 + held[kept])) + 1
    return kept, rarity.astype(np.float32)


def _weighed(model: Classifier, read: _Read, chosen: Array) -> csr_matrix:
    """Return the chosen messages as ``Classifier.read`` would, in one table."""
    import numpy as np
    from scipy.sparse import csr_matrix

    seen = read.counts[chosen][:, np.searchsorted(read.keys, model.keys)].tocsr()
    values = (1 + np.log(seen.data)) * model.rarity[seen.indices]
    rows = np.repeat(np.arange(seen.shape[0]), np.diff(seen.indptr))
    families = grams.family(model.keys)[seen.indices]
    slots = rows * len(FAMILY_WEIGHTS) + families
    lengths = np.sqrt(np.bincount(slots, values**2, minlength=1))[slots]
    values *= np.array(FAMILY_WEIGHTS, np.float32)[families] / lengths
    return csr_matrix((values.astype(np.float32), seen.indices, seen.indptr), seen.shape)


def _scores(model: Classifier, read: _Read, chosen: Array) -> Array:
    scores: Array = _weighed(model, read, chosen) @ model.weights + model.bias
    return scores


def _crossed(scores: Array, wanted: Array) -> Array:
    """Return probabilities of a hold-out, each half by what the other half shows."""
    import numpy as np

    odds = np.zeros(scores.shape)
    even = np.arange(len(wanted)) % 2 == 0
    for mine in (even, ~even):
        odds[mine] = probabilities(scores[mine], _temperature(scores[~mine], wanted[~mine]))
        if sureness := _sureness(scores[~mine], wanted[~mine]):
            odds[mine] = surer(odds[mine], scores[mine], sureness)
    return odds


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


def _held(samples: Sequence[Sample], read: _Read, tested: Array, odds: Array) -> tuple[Held, ...]:
    places = [at for at, held in enumerate(tested) if held]
    return tuple(
        Held(samples[at], sum_of(read.texts[at]), _judged(read, at, row))
        for at, row in zip(places, odds, strict=True)
    )


def _judged(read: _Read, at: int, row: Array) -> Judged:
    best = int(row.argmax())
    return Judged(read.labels[int(read.wanted[at])], read.labels[best], float(row[best]))
