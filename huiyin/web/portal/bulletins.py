"""What the public is told of assessments: which units are on which list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from huiyin.assessment import queries
from huiyin.assessment.states import LISTINGS


@dataclass(frozen=True, slots=True)
class PublicRound:
    """A published round as everybody may read it: no figure of a single unit, no order."""

    title: str
    first_day: date
    last_day: date
    rules: dict[str, Any]
    lists: list[tuple[str, list[str]]]


def public_rounds(limit: int) -> list[PublicRound]:
    """Return the newest published rounds. One query."""
    return [
        PublicRound(each.title, each.first_day, each.last_day, each.rules, _lists(each.result))
        for each in queries.published()[:limit]
    ]


def _lists(result: dict[str, Any]) -> list[tuple[str, list[str]]]:
    """Return the lists in their order.

    Source: R-276 (handbook domain.md 2.1 art. 34; requirement 25).
    """
    found: dict[str, list[str]] = {}
    for row in result["units"]:
        for key in row["lists"]:
            found.setdefault(key, []).append(row["name"])
    return [(label, found[key]) for key, label in LISTINGS.items() if key in found]
