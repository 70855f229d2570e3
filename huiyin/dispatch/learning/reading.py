"""The messages of a training as one table: which pieces stand in which message, and how often.

They are read in parts, so that a hundred thousand messages need no more at once than the table of
what is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from huiyin.dispatch.learning import grams
from huiyin.dispatch.learning.classifier import FAMILY_WEIGHTS, Classifier
from huiyin.dispatch.learning.samples import Sample

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

    from huiyin.dispatch.learning.classifier import Array

MOST_WEIGHTS = 14_000_000
AT_ONCE = 512
RARE = 2
TELLS_LEAST = 0.2
"""What a piece counts that stands in all labels alike; one that tells all counts about 1 more."""
_BELIEVED = 1.0
"""So many messages of the usual mixture are added to what is counted of a piece."""
_ROW = 32


@dataclass(frozen=True, slots=True)
class Read:
    """Messages as a table: spelt texts, the pieces, how often each occurs, and their labels."""

    texts: list[str]
    keys: Array
    counts: csr_matrix
    wanted: Array
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """Some of the messages: their pieces, and row by row which occur and how often."""

    keys: Array
    places: Array
    counts: Array
    sizes: Array


def read(samples: Sequence[Sample]) -> Read:
    """Return labelled messages as a table of the pieces that stand in two of them or more."""
    import numpy as np

    labels = tuple(sorted({sample.label for sample in samples}))
    number = {label: at for at, label in enumerate(labels)}
    texts = [grams.spelling(sample.title, sample.detail) for sample in samples]
    parts = [_part(texts[at : at + AT_ONCE]) for at in range(0, len(texts), AT_ONCE)]
    keys, held = _common(parts)
    kept = commonest(held, len(labels))
    return Read(
        texts=texts,
        keys=keys[kept],
        counts=_joined(parts, keys[kept]),
        wanted=np.array([number[sample.label] for sample in samples]),
        labels=labels,
    )


def _part(texts: Sequence[str]) -> _Part:
    import numpy as np

    found = grams.pieces(texts)
    keys, places = np.unique(found.keys, return_inverse=True)
    marks, counts = np.unique((found.rows << _ROW) | places, return_counts=True)
    return _Part(
        keys=keys,
        places=(marks & ((1 << _ROW) - 1)).astype(np.int32),
        counts=counts.astype(np.float32),
        sizes=np.bincount(marks >> _ROW, minlength=len(texts)),
    )


def _common(parts: Sequence[_Part]) -> tuple[Array, Array]:
    """Return the pieces of all parts in ascending order, and in how many messages each stands."""
    import numpy as np

    keys = np.unique(np.concatenate([part.keys for part in parts]))
    held = np.zeros(len(keys), np.int64)
    for part in parts:
        held[np.searchsorted(keys, part.keys)] += np.bincount(part.places, minlength=len(part.keys))
    return keys, held


def commonest(held: Array, labels: int) -> Array:
    """Return the places of pieces that stand in two messages or more.

    With many labels only the commonest, so that a model stays within its size.
    """
    import numpy as np

    most, least = MOST_WEIGHTS // labels, RARE
    if (held >= least).sum() > most:
        least = int(np.sort(held)[-most]) + 1
    return np.asarray(np.flatnonzero(held >= least))


def _joined(parts: Sequence[_Part], keys: Array) -> csr_matrix:
    """Return the parts as one table with only these pieces."""
    import numpy as np
    from scipy.sparse import csr_matrix

    data, columns, sizes = [], [], []
    for part in parts:
        at = np.searchsorted(keys, part.keys)
        at[at == len(keys)] = 0
        known = (keys[at] == part.keys)[part.places]
        rows = np.repeat(np.arange(len(part.sizes)), part.sizes)[known]
        data.append(part.counts[known])
        columns.append(at[part.places[known]].astype(np.int32))
        sizes.append(np.bincount(rows, minlength=len(part.sizes)))
    ends = np.concatenate([[0], np.cumsum(np.concatenate(sizes))])
    shape = (len(ends) - 1, len(keys))
    return csr_matrix((np.concatenate(data), np.concatenate(columns), ends), shape=shape)


def vocabulary(read: Read, chosen: Array) -> tuple[Array, Array]:
    """Return the places of the pieces that the chosen messages teach, and what each weighs.

    A piece weighs the more the rarer it is and the more it tells of the label: greetings, names of
    places and figures are rare as well, and tell nothing.
    """
    import numpy as np

    counts, wanted = read.counts[chosen], read.wanted[chosen]
    held = np.bincount(counts.indices, minlength=len(read.keys))
    kept = commonest(held, len(read.labels))
    rarity = np.log((1 + len(wanted)) / (1 + held[kept])) + 1
    of_labels = (
        (len(mine) / len(wanted), np.bincount(counts[mine].indices, minlength=len(held))[kept])
        for mine in (np.flatnonzero(wanted == label) for label in range(len(read.labels)))
    )
    weight = rarity * told(of_labels, held[kept], len(read.labels))
    return kept, weight.astype(np.float32)


def told(of_labels: Iterable[tuple[float, Array]], held: Array, labels: int) -> Array:
    """Return how much pieces tell of the label, from ``TELLS_LEAST`` for those that tell nothing.

    It is the root of what one learns of the label (relative entropy) by hearing that a piece is
    there, as a share of all there is to learn where labels are equally frequent.

    Args:
        of_labels: for each label its share of all messages, and how many of them hold each piece.
        held: how many messages hold each piece.
        labels: how many labels there are.
    """
    import numpy as np

    learned = np.zeros(len(held))
    for usual, count in of_labels:
        if usual > 0:
            share = (count + _BELIEVED * usual) / (held + _BELIEVED)
            learned += share * np.log(share / usual)
    return np.asarray(TELLS_LEAST + np.sqrt(np.maximum(learned, 0) / np.log(max(labels, 2))))


def weighed(model: Classifier, read: Read, chosen: Array) -> csr_matrix:
    """Return the chosen messages as ``Classifier.weighed`` would, in one table."""
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
