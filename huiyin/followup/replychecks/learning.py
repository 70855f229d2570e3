"""Learning the weights of the judge, with an honest measure: each reply judged by weights that
have not seen it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from huiyin.followup.replychecks.features import NAMES, SHIPPED, Weights
from huiyin.kernel.errors import Refused

FOLDS = 5
_STRENGTH, _LEANING = 0.01, 5.0
_SEED = 0


@dataclass(frozen=True, slots=True)
class Learned:
    """New weights, how well they judge by cross-validation, and how those before judge the same."""

    weights: Weights
    auc: float
    auc_before: float
    auc_length: float
    rows: int
    poor: int

    @property
    def better(self) -> bool:
        """Tell whether the new weights judge at least as well as those before."""
        return self.auc >= self.auc_before


def learn(numbers: Sequence[Sequence[float]], poor: Sequence[bool], *, before: Weights) -> Learned:
    """Learn weights from judged replies.

    Raises:
        Refused: fewer than ``FOLDS`` of one kind.

    Source: R-203 (requirement 170).
    """
    import numpy as np
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold

    if min(sum(poor), len(poor) - sum(poor)) < FOLDS:
        raise Refused(
            "判过的回复太少，学不了", remedy=f"好的和差的各至少要 {FOLDS} 份", poor=int(sum(poor))
        )
    table, labels = np.asarray(numbers, dtype=float), np.asarray(poor, dtype=bool)
    judged = np.zeros(len(labels))
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=_SEED)
    for seen, unseen in folds.split(table, labels):
        weights = _fitted(table[seen], labels[seen])
        judged[unseen] = [weights.poor(row) for row in table[unseen]]
    return Learned(
        weights=_fitted(table, labels),
        auc=round(float(roc_auc_score(labels, judged)), 4),
        auc_before=round(float(roc_auc_score(labels, [before.poor(r) for r in table])), 4),
        auc_length=round(float(roc_auc_score(labels, -table[:, NAMES.index("length")])), 4),
        rows=len(labels),
        poor=int(labels.sum()),
    )


def _fitted(table: Any, labels: Any) -> Weights:
    """Return weights that start from those that ship and leave them only as far as rows ask.

    The shipped judgement is one more column, on which leaning costs little; few audits move the
    weights little, many move them far.
    """
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.preprocessing import StandardScaler

    shipped = np.array([SHIPPED.weights.get(name, 0.0) for name in NAMES])
    scale = StandardScaler().fit(table)
    columns = np.hstack([scale.transform(table), (table @ shipped)[:, None] * _LEANING])
    model = LogisticRegression(C=_STRENGTH, max_iter=3000).fit(columns, labels)
    own = model.coef_[0][:-1] / scale.scale_
    each = own + model.coef_[0][-1] * _LEANING * shipped
    bias = float(model.intercept_[0] - (own * scale.mean_).sum())
    return Weights(bias, {name: float(w) for name, w in zip(NAMES, each, strict=True)})
