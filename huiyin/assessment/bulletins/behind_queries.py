"""The orders behind the cells of a bulletin, as they were counted when it was drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from huiyin.assessment import behind_queries
from huiyin.assessment.behind_queries import DENOMINATOR, NUMERATOR, Asked, Behind
from huiyin.assessment.bulletins import leads, rules
from huiyin.assessment.bulletins.figures import EARLIEST
from huiyin.assessment.bulletins.leads import Lead
from huiyin.assessment.bulletins.models import Bulletin
from huiyin.assessment.bulletins.rules import Period
from huiyin.insight.facts.states import Window
from huiyin.kernel.checks import present
from huiyin.orgs.actors import Actor

SIDES = (NUMERATOR, DENOMINATOR)
"""A cell was counted with these; what counts to neither was not looked at."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell of a table tells: the words about it, its days, and its orders."""

    name: str
    row: str
    window: Window
    period: Period
    two_sides: bool
    found: Behind


@dataclass(frozen=True, slots=True)
class InRound:
    """A cell that was taken from a fixed round: where its orders are shown."""

    round: int
    code: str
    key: str


def cell(
    actor: Actor, bulletin: Bulletin, place: tuple[int, int, int], *, side: str, cursor: str = ""
) -> Cell | InRound | None:
    """Return what a cell counts and one page of its orders; None when it leads to none.

    Only orders that this person may see anyway. Three queries.

    Source: R-583 (requirements 12, 24).
    """
    table, row, column = place
    part = bulletin.parts[table] if table < len(bulletin.parts) else {}
    lead = leads.lead_of(part, row, column)
    if lead is None or bulletin.period is None:
        return None
    if "round" in lead:
        return InRound(lead["round"], lead["code"], lead["key"].removeprefix("#"))
    return _cell(actor, bulletin, part["rows"][row][0], lead, side=side, cursor=cursor)


def _cell(
    actor: Actor, bulletin: Bulletin, said: str, lead: Lead, *, side: str, cursor: str
) -> Cell | None:  # fmt: skip
    name, window, terms, two_sides = _terms(lead, side)
    if not terms or ("code" in lead and "units" not in lead):
        return None
    period = _period(bulletin, lead.get("when", leads.NOW))
    asked = Asked(
        window, terms, period.first, period.last, present(bulletin.as_of),
        units=lead.get("units"), categories=lead.get("categories"), regions=lead.get("regions"),
    )  # fmt: skip
    found = behind_queries.behind(actor, asked, cursor=cursor)
    return Cell(name, said, window, period, two_sides, found)


def _terms(lead: Lead, side: str) -> tuple[str, Window, tuple[tuple[str, int], ...], bool]:
    figure: dict[str, Any] | None = lead.get("figures", {}).get(lead["key"])
    if figure is not None:
        terms = tuple((measure, share) for measure, share in figure[side])
        return figure["name"], Window(figure["window"]), terms, bool(figure["denominator"])
    name, window, counted = leads.PLAIN[lead["key"]]
    return name, Window(window), counted if side == NUMERATOR else (), False


def _period(bulletin: Bulletin, when: str) -> Period:
    period = present(bulletin.period)
    if when == leads.BEFORE:
        return rules.before(bulletin.beat, period)
    if when == leads.YEAR:
        return rules.year_before(period)
    return Period(EARLIEST, period.last) if when == leads.EVER else period
