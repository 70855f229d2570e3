"""What speaks for each label: two linear machines, taught on every message or on a sample.

With a few labels each machine sees every message. With hundreds that would take hours, and most of
it would be spent on what is obviously something else: then a machine sees the messages of its
label, of the labels most like it, and some of all others, each counting for those it stands for.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from huiyin.dispatch.learning.classifier import Array

THREADS = 2
MOST_TAUGHT = 600_000
"""Messages times labels up to which every machine sees every message."""
FEWEST_TAUGHT = 600
NEAR = 10
MOST_COUNTED = 8.0
"""What one message of a sample counts at most; more would make a few of them the whole lesson."""
_SMOOTH = 0.1
_C, _C_RATIO = 1.0, 1.0


@dataclass(frozen=True, slots=True)
class _Course:
    """What is taught: the messages, their labels, and how much of each piece each label has.

    ``near`` are the labels most like each, where samples are taken, else None.
    """

    seen: csr_matrix
    wanted: Array
    sums: Array
    total: Array
    near: Array | None


def taught(
    seen: csr_matrix, wanted: Array, labels: int, *, most: int | None = None
) -> Iterator[tuple[Array | float, float]]:
    """Yield for each label the weights of the pieces, and what it has before anything is read.

    Args:
        seen: the weighed pieces of each message.
        wanted: the number of its label.
        labels: how many labels there are.
        most: messages times labels up to which nothing is left out; the usual when not given.

    Source: R-531 (requirement 211; learning ends in minutes, however many classes a city has).
    """
    most = MOST_TAUGHT if most is None else most
    sums = _sums(seen, wanted, labels)
    is_small = seen.shape[0] * labels <= most
    near = None if is_small else _near(sums, wanted, min(NEAR, labels - 1))
    course = _Course(seen, wanted, sums, sums.sum(axis=0), near)
    each = max(FEWEST_TAUGHT, most // labels)
    # The machines run outside Python's lock.
    with ThreadPoolExecutor(THREADS) as pool:
        yield from pool.map(lambda label: _column(course, label, each), range(labels))


def _sums(seen: csr_matrix, wanted: Array, labels: int) -> Array:
    """Return how much of each piece the messages of each label hold together."""
    import numpy as np
    from scipy.sparse import csr_matrix

    ones = np.ones(len(wanted), np.float32)
    whose = csr_matrix((ones, (wanted, np.arange(len(wanted)))), (labels, len(wanted)))
    return np.asarray((whose @ seen).toarray())


def _near(sums: Array, wanted: Array, count: int) -> Array:
    """Return for each label the ones whose messages differ from the usual in the same way."""
    import numpy as np

    often = np.maximum(np.bincount(wanted, minlength=len(sums)), 1)
    apart = sums / often[:, None] - sums.sum(axis=0) / len(wanted)
    apart /= np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), 1e-9)
    alike = apart @ apart.T
    np.fill_diagonal(alike, -np.inf)
    return np.asarray(np.argpartition(-alike, count - 1, axis=1)[:, :count])


def _column(course: _Course, label: int, each: int) -> tuple[Array | float, float]:
    """Return what speaks for one label."""
    is_it = course.wanted == label
    if is_it.all() or not is_it.any():
        return 0.0, 1.0 if is_it.any() else -2.0
    seen, counts = course.seen, None
    if course.near is not None:
        rows, counts = _lesson(course.wanted, is_it, course.near[label], each, seed=label)
        seen, is_it = seen[rows], is_it[rows]
    ratio = _ratio(course.sums[label], course.total)
    plain, at = _machine(seen, is_it, counts, _C)
    scaled, scaled_at = _machine(_scaled(seen, ratio), is_it, counts, _C_RATIO)
    return (plain + scaled * ratio) / 2, (at + scaled_at) / 2


def _lesson(
    wanted: Array, is_it: Array, near: Array, each: int, *, seed: int
) -> tuple[Array, Array]:
    """Return the messages from which a label is learned, and how much each of them counts.

    At most half are of the label itself, the rest of labels like it and of all others alike.
    """
    import numpy as np

    dice = np.random.default_rng(seed)
    beside = np.isin(wanted, near)
    rows, counts, left = [], [], each
    for group, share in ((is_it, 2), (beside, 2), (~(is_it | beside), 1)):
        found = np.flatnonzero(group)
        if taken := min(len(found), left // share):
            rows.append(np.sort(dice.choice(found, taken, replace=False)))
            counts.append(np.full(taken, min(MOST_COUNTED, len(found) / taken)))
            left -= taken
    return np.concatenate(rows), np.concatenate(counts)


def _ratio(inside: Array, total: Array) -> Array:
    """Return for each piece the logarithm of how much oftener it stands in a label."""
    import numpy as np

    within, outside = inside + _SMOOTH, np.maximum(total - inside, 0) + _SMOOTH
    return np.asarray(np.log((within / within.sum()) / (outside / outside.sum())), np.float32)


def _scaled(seen: csr_matrix, by: Array) -> csr_matrix:
    """Return a table with each column multiplied."""
    from scipy.sparse import csr_matrix

    return csr_matrix((seen.data * by[seen.indices], seen.indices, seen.indptr), seen.shape)


def _machine(seen: csr_matrix, is_it: Array, counts: Array | None, c: float) -> tuple[Array, float]:
    """Return weights and bias of one linear support vector machine."""
    from sklearn.svm import LinearSVC

    machine = LinearSVC(C=c, tol=1e-2, random_state=0, max_iter=2000)
    fitted = machine.fit(seen, is_it, sample_weight=counts)
    return fitted.coef_[0], float(fitted.intercept_[0])
