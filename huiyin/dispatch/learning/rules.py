"""When a suggestion is worth making, how good a model is, and when a new one takes over. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil, floor
from typing import Any

BINS = 15
MANUAL_MINUTES, WRONG_MINUTES = 6, 30
ENOUGH_UNSEEN = 50
ALIKE = 0.005
FAR_WORSE = 0.1
CONFIDENT_SHARE = 0.9
LEVELS = (0.0, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 0.98)
"""Thresholds for which it is told what would be accepted."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What it costs a city, in minutes of work, to decide by hand and to correct a wrong dispatch.

    ``wrong_of`` names dearer or cheaper labels by the beginning of their code.
    """

    manual: float = MANUAL_MINUTES
    wrong: float = WRONG_MINUTES
    wrong_of: Mapping[str, float] = field(default_factory=dict)

    def of(self, label: str) -> float:
        """Return what it costs when ``label`` was wrongly suggested and taken."""
        found = [key for key in self.wrong_of if label.startswith(key)]
        return self.wrong_of[max(found, key=len)] if found else self.wrong


def threshold(costs: Costs, label: str = "") -> float:
    """Return the probability from which a suggestion costs less than deciding by hand.

    Taking it costs (1 - p) x wrong, deciding by hand costs manual, so it is worth while from
    p = 1 - manual / wrong; never below 0, and 1 is never reached where nothing speaks for it.

    Source: R-371 (requirement 211; the city's own costs).
    """
    wrong = costs.of(label)
    return max(0.0, 1 - costs.manual / wrong) if wrong > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Judged:
    """One message of the hold-out: what it was, what the model said and how surely."""

    label: str
    guess: str
    probability: float

    @property
    def right(self) -> bool:
        """Tell whether the model was right."""
        return self.label == self.guess


@dataclass(frozen=True, slots=True)
class Accepted:
    """What would be accepted from a threshold on: its share, and how much of it is right."""

    threshold: float
    share: float
    accuracy: float

    def cost(self, costs: Costs) -> float:
        """Return the minutes per 100 messages that this costs, wrong ones and those by hand.

        Source: R-560 (requirement 211; the city sets the threshold by cost).
        """
        wrong = self.share * (1 - self.accuracy) * costs.wrong
        return 100 * (wrong + (1 - self.share) * costs.manual)


@dataclass(frozen=True, slots=True)
class Figures:
    """How good a model is on messages that it has not seen.

    ``threshold_at_90`` is the probability from which nine of ten suggestions are accepted.
    """

    rows: int
    macro_f1: float
    accuracy: float
    recall: dict[str, float]
    precision: dict[str, float]
    ece: float
    accuracy_at_90: float
    accepted_share: float
    accepted_accuracy: float
    cost_by_hand: float
    cost_with_model: float
    threshold_at_90: float = 0.0
    acceptance: tuple[Accepted, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the figures for storing and showing, rounded."""
        return {key: _rounded(value) for key, value in asdict(self).items()}


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(each) for each in value]
    return round(value, 4)


def figures(judged: Sequence[Judged], costs: Costs) -> Figures:
    """Return the figures of a hold-out; costs are minutes per 100 messages.

    Source: R-372 (requirement 211; issue of learning: macro-F1, recall, calibration, cost).
    """
    labels = sorted({each.label for each in judged})
    right = Counter(each.label for each in judged if each.right)
    given, guessed = Counter(e.label for e in judged), Counter(e.guess for e in judged)
    recall = {label: right[label] / given[label] for label in labels}
    precision = {label: right[label] / max(1, guessed[label]) for label in labels}
    f1 = [_harmonic(recall[label], precision[label]) for label in labels]
    taken = [each for each in judged if each.probability >= threshold(costs, each.guess)]
    surest = sorted(judged, key=lambda each: -each.probability)
    surest = surest[: max(1, round(CONFIDENT_SHARE * len(judged)))]
    wrong = sum(costs.of(each.guess) for each in taken if not each.right)
    by_hand = costs.manual * (len(judged) - len(taken))
    hundred = 100 / max(1, len(judged))
    return Figures(
        rows=len(judged),
        macro_f1=sum(f1) / max(1, len(f1)),
        accuracy=_share([each.right for each in judged]),
        recall=recall,
        precision=precision,
        ece=calibration_error([(each.probability, each.right) for each in judged]),
        accuracy_at_90=_share([each.right for each in surest]),
        accepted_share=len(taken) / max(1, len(judged)),
        accepted_accuracy=_share([each.right for each in taken]),
        cost_by_hand=costs.manual * 100,
        cost_with_model=(wrong + by_hand) * hundred,
        threshold_at_90=floor(surest[-1].probability * 10_000) / 10_000 if surest else 0.0,
        acceptance=acceptance(judged),
    )


def acceptance(judged: Sequence[Judged], levels: Sequence[float] = LEVELS) -> tuple[Accepted, ...]:
    """Return what would be accepted from each of several thresholds on.

    Source: R-560 (requirement 211; the city sets the threshold by cost).
    """
    found = []
    for level in levels:
        taken = [each.right for each in judged if each.probability >= level]
        found.append(Accepted(level, len(taken) / max(1, len(judged)), _share(taken)))
    return tuple(found)


def calibration_error(said: Sequence[tuple[float, bool]], bins: int = BINS) -> float:
    """Return the expected calibration error over equal bins of probability, each ``(from, to]``.

    Source: R-372 (requirement 211; 15 bins).
    """
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for probability, right in said:
        held[min(bins - 1, max(0, ceil(probability * bins) - 1))].append((probability, right))
    gap = 0.0
    for each in held:
        if each:
            meant = sum(p for p, _ in each) / len(each)
            gap += len(each) * abs(meant - _share([right for _, right in each]))
    return gap / max(1, len(said))


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the model in use when a new one wants its place.

    ``macro_f1`` is what it reached on its own hold-out, ``unseen_f1`` and ``new_unseen_f1`` what
    both reach on those messages of the new hold-out that it has not learned from.
    """

    macro_f1: float
    labels: frozenset[str]
    unseen: int = 0
    unseen_f1: float = 0.0
    new_unseen_f1: float = 0.0


def takes_over(new_f1: float, new_labels: frozenset[str], old: Standing | None) -> tuple[bool, str]:
    """Tell whether a new model takes over, and why in words.

    The two are compared on messages that neither has learned from, where there are enough of them,
    else by the figures that each reached on its own; a new one may be worse by 0.005. One that is
    worse by far on its own figures never takes over. Other labels make another task.

    Source: R-373 (requirement 211; a worse model never replaces a better one).
    """
    if old is None:
        return True, "此前没有模型"
    if not new_labels & old.labels:
        return True, "类别与原模型完全不同，按新任务启用"
    gap = f"新 {new_f1:.3f}，原 {old.macro_f1:.3f}"
    if new_f1 < old.macro_f1 - FAR_WORSE:
        return False, f"新模型明显较差（宏平均 F1：{gap}），保留原模型"
    if old.unseen >= ENOUGH_UNSEEN:
        gap = f"新 {old.new_unseen_f1:.3f}，原 {old.unseen_f1:.3f}"
        ground = f"在两个模型都没学过的 {old.unseen} 条上"
        is_worse = old.new_unseen_f1 < old.unseen_f1 - ALIKE
    else:
        ground, is_worse = "各自留出的数据上", new_f1 < old.macro_f1 - ALIKE
    if is_worse:
        return False, f"新模型较差（{ground}宏平均 F1：{gap}），保留原模型"
    return True, f"新模型不差于原模型（{ground}宏平均 F1：{gap}）"


def macro_f1(judged: Sequence[Judged]) -> float:
    """Return the mean of F1 over the labels that occur.

    Source: R-372 (requirement 211; issue of learning: macro-F1).
    """
    return figures(judged, Costs()).macro_f1 if judged else 0.0


def _share(right: Sequence[bool]) -> float:
    return sum(right) / len(right) if right else 0.0


def _harmonic(a: float, b: float) -> float:
    return 2 * a * b / (a + b) if a + b else 0.0


RIGHT_BEFORE, WRONG_BEFORE = 19, 1
TERRITORY_SURE = 0.5
# Decided for such matters in general, not for one order.
BOUNDARY_SURE = 0.95


def share_wrong(dispatched: int, returned: int) -> float:
    """Return the share of dispatches along a route that went wrong, few cases drawn to the usual.

    As if twenty had gone that way before, one of them wrong.

    Source: R-378 (requirement 211; measured from accepted returns).
    """
    return (returned + WRONG_BEFORE) / (dispatched + RIGHT_BEFORE + WRONG_BEFORE)


def share_right(times: int, others: int) -> float:
    """Return how surely a ruling holds again: by how often it was ruled so, and otherwise.

    Source: R-377 (requirement 211; a ruling of a past dispute comes second).
    """
    return (times + RIGHT_BEFORE * 0.2) / (times + others + RIGHT_BEFORE * 0.2 + WRONG_BEFORE * 0.6)
