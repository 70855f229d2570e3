"""What if: other weights, shares, exclusions or limits over past rounds, and who would move."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from huiyin.assessment import limit_trial, queries
from huiyin.assessment.limit_trial import Limits
from huiyin.assessment.models import Round
from huiyin.kernel.errors import Invalid

WHOLE = 100


@dataclass(frozen=True, slots=True)
class Changes:
    """What is tried; None leaves a figure as the round has it.

    ``kept_in`` are grounds on which orders would not be left out any more.
    """

    weights: Mapping[str, int] | None = None
    partly_solved: int | None = None
    fairly_satisfied: int | None = None
    least_valid: int | None = None
    exclusions: bool = True
    kept_in: frozenset[str] = frozenset()
    limits: Limits = Limits()


@dataclass(frozen=True, slots=True)
class Move:
    """Where a unit stands in a round, and where it would stand."""

    unit: str
    name: str
    group: str
    rank: int | None
    score: str
    new_rank: int | None
    new_score: str

    @property
    def rise(self) -> int:
        """Return by how many places it would rise; below nothing when it falls."""
        return (self.rank or 0) - (self.new_rank or 0) if self.rank and self.new_rank else 0


def tried(
    rounds: Sequence[Round], changes: Changes, *, most: int | None = limit_trial.MOST
) -> list[tuple[Round, list[Move]]]:
    """Return for each computed round who would move; nothing is stored. Up to nine sums each.

    Args:
        rounds: over which it is tried.
        changes: what is tried.
        most: of how many orders of a round other limits are tried; None for any number.

    Raises:
        Invalid: the weights name something unknown or do not add up to a hundred, or a limit
            cannot be read.
        Refused: there are more orders.

    Source: R-275 (requirement 175: methods are revised; tried before they hold).
    """
    for each in rounds:
        _check(changes.weights, {row["key"] for row in each.rules["indicators"]})
    return [(each, _moves(each, changes, most)) for each in rounds if each.basis]


def _check(weights: Mapping[str, int] | None, known: Collection[str]) -> None:
    if weights is None:
        return
    unknown = [key for key in weights if key not in known]
    if unknown:
        raise Invalid(f"没有指标“{unknown[0]}”", fields={"weights": "没有这样的指标"})
    if sum(weights.values()) != WHOLE or min(weights.values()) < 0:
        raise Invalid("权重合计须为 100", fields={"weights": "权重合计须为 100"})


def _moves(round_: Round, changes: Changes, most: int | None) -> list[Move]:
    scheme = dict(round_.rules["scheme"])
    for name in ("weights", "partly_solved", "fairly_satisfied", "least_valid"):
        value = getattr(changes, name)
        if value is not None:
            scheme[name] = value
    kept = round_.rules | {"scheme": scheme}
    left = [row for row in round_.basis["left"] if row[2] not in changes.kept_in]
    basis = round_.basis | {"left": left if changes.exclusions else []}
    shift = limit_trial.shifted(round_, basis, changes.limits, most=most) if changes.limits else {}
    source = queries.lake_until(date.fromisoformat(basis["as_of"]))
    result = queries.computed(round_, basis, source=source, kept=kept, shift=shift)
    new = {row["unit"]: row for row in result["units"]}
    return sorted(
        (
            Move(
                row["unit"], row["name"], row["group"], row["rank"], row["score"],
                new[row["unit"]]["rank"], new[row["unit"]]["score"],
            )
            for row in round_.result["units"]
            if row["unit"] in new
        ),
        key=lambda move: (-abs(move.rise), move.unit),
    )  # fmt: skip


def weights_typed(typed: str) -> dict[str, int] | None:
    """Return weights typed as ``response=20 solved=40 satisfied=40``; None for nothing typed.

    Raises:
        Invalid: not of this form.
    """
    found: dict[str, Any] = {}
    for word in typed.replace("，", " ").replace(",", " ").split():
        key, _, share = word.partition("=")
        if not share.isascii() or not share.isdigit():
            raise Invalid("权重写成“指标=份额”", fields={"weights": f"看不懂“{word[:20]}”"})
        found[key] = int(share)
    return found or None
