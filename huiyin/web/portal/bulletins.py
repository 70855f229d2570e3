"""What the public is told: which units are on which list, and typical cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from huiyin.assessment import queries
from huiyin.assessment.bulletins import queries as bulletins
from huiyin.assessment.bulletins.actions import HIDDEN
from huiyin.assessment.states import LISTINGS
from huiyin.kernel import masks
from huiyin.kernel.checks import present
from huiyin.worktime.calendar import SHANGHAI


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
        PublicRound(
            masks.in_text(each.title),
            each.first_day,
            each.last_day,
            each.rules,
            _lists(each.result),
        )
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


@dataclass(frozen=True, slots=True)
class PublicBulletin:
    """An issue for everybody: what its editors wrote, and of each order matter, unit, remark."""

    number: str
    title: str
    day: date
    text: list[str]
    cases: list[tuple[str, str, str]]


def public_bulletins(limit: int) -> list[PublicBulletin]:
    """Return the newest issues for everybody. Two queries.

    Source: R-496 (requirement 173; handbook domain.md 7.2).
    """
    return [
        PublicBulletin(
            each.number,
            masks.in_text(each.title),
            present(each.issued_at).astimezone(SHANGHAI).date(),
            [masks.in_text(line) for line in each.text.split("\n") if line.strip()],
            [
                (case.told["category"], case.told["unit"], masks.in_text(case.remark))
                for case in each.cases.all()
                if case.told["title"] != HIDDEN
            ],
        )
        for each in bulletins.published(limit)
    ]
