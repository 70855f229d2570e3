"""To which orders the cells of a bulletin's tables lead, kept beside their words.

A table keeps for each row and for each column a part of what a cell counts; both together say it.
A cell whose row or column says nothing of a figure leads nowhere: calls, comparisons, names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from huiyin.assessment.definitions import Indicator, Terms
from huiyin.assessment.rules import HUNDRED, Shares

Lead = Mapping[str, Any]
NOW, BEFORE, YEAR, EVER = "now", "before", "year", "ever"
# What the product counts beside the indicators, whose keys bear no mark: name, day, measures.
PLAIN: dict[str, tuple[str, str, tuple[tuple[str, int], ...]]] = {
    "#valid": ("有效诉求", "accepted_on", (("valid", HUNDRED),)),
    "#direct": ("直接答复", "accepted_on", (("direct", HUNDRED),)),
    "#repeat": ("重复反映", "accepted_on", (("repeat", HUNDRED),)),
    "#closed_of": ("已办结", "accepted_on", (("closed", HUNDRED),)),
    "#volume": ("派单", "dispatched_on", (("dispatched", HUNDRED),)),
    "#closed": ("办结", "closed_on", (("closed", HUNDRED),)),
    "#due": ("到期", "due_on", (("due", HUNDRED),)),
    "#late": ("超期", "due_on", (("due", HUNDRED), ("on_time", -HUNDRED))),
    "#reached": ("有效回访", "closed_on", (("reached", HUNDRED),)),
    "#unsatisfied": ("不满意", "closed_on", (("grade_2", HUNDRED), ("grade_1", HUNDRED))),
}


def figures_of(indicators: Iterable[Indicator], shares: Shares) -> dict[str, Any]:
    """Return the indicators of a table with the shares of its scheme, as plain data."""
    return {
        each.key: {
            "name": each.name, "window": each.window.value, "text": each.text,
            "numerator": _worth(each.numerator, shares),
            "denominator": _worth(each.denominator, shares),
        }
        for each in indicators
    }  # fmt: skip


def _worth(terms: Terms, shares: Shares) -> list[list[Any]]:
    found = ([name, shares.of(share)] for name, share in terms)
    return [each for each in found if each[1]]


def lead_of(part: Mapping[str, Any], row: int, column: int) -> Lead | None:
    """Return what the cell of a table counts; None when it leads to no orders.

    Tables that were drawn before cells led anywhere keep no leads.

    Source: R-583 (requirements 12, 24).
    """
    rows: Sequence[Lead] = part.get("leads", ())
    columns: Sequence[Lead | None] = part.get("cells", ())
    if row >= len(rows) or column >= len(columns) or columns[column] is None:
        return None
    found = {**part.get("lead", {}), **rows[row], **(columns[column] or {})}
    return found if "key" in found else None
