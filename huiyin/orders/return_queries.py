"""Analysis of returns 退单分析: which units gave back what, why, and what was decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from huiyin.kernel.paging import Page, page
from huiyin.knowledge.models import Category, Reason
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Assignment
from huiyin.orgs.models import Unit

MOST_CATEGORIES = 10


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """Which returns: asked for in ``[since, until)``, of units below a path, of one unit or reason.

    ``within`` is what the reader may see at all, empty for the whole city.
    """

    since: datetime
    until: datetime
    within: str = ""
    unit: str = ""
    reason: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """How many returns were asked for under one heading, and what was decided.

    ``given`` is how many orders a unit was given to lead in the same days; 0 under other headings.
    """

    code: str
    name: str
    asked: int
    granted: int
    refused: int
    given: int = 0

    @property
    def waiting(self) -> int:
        """Return how many are undecided, or lapsed because the order moved on."""
        return self.asked - self.granted - self.refused

    @property
    def rate(self) -> float | None:
        """Return the share of the given orders that the unit asked to return 退单率."""
        return self.asked / self.given if self.given else None

    @property
    def improper_rate(self) -> float | None:
        """Return the share of decided returns that were refused 不当退单率; None without any."""
        decided = self.granted + self.refused
        return self.refused / decided if decided else None


def _asked(wanted: ReturnFilter) -> QuerySet[Application]:
    rows = Application.objects.filter(
        kind=ApplicationKind.RETURN,
        asked_at__gte=wanted.since,
        asked_at__lt=wanted.until,
        unit__path__startswith=wanted.within,
    )
    if wanted.unit:
        rows = rows.filter(unit__code=wanted.unit)
    if wanted.reason:
        rows = rows.filter(reason__code=wanted.reason)
    if wanted.category:
        rows = rows.filter(order__category__code=wanted.category)
    return rows


def _counted(wanted: ReturnFilter, by: str) -> dict[int, dict[str, Any]]:
    rows = _asked(wanted).order_by().values(by).annotate(
        asked=Count("pk"),
        granted=Count("pk", filter=Q(outcome=Decision.GRANTED)),
        refused=Count("pk", filter=Q(outcome=Decision.REFUSED)),
    )  # fmt: skip
    return {row.pop(by): row for row in rows if row[by] is not None}


def _shares(
    counted: dict[int, dict[str, Any]], names: Iterable[tuple[int, str, str]]
) -> list[Share]:
    found = [Share(code, name, **counted[key]) for key, code, name in names]
    return sorted(found, key=lambda share: (-share.asked, share.code))


def by_unit(wanted: ReturnFilter) -> list[Share]:
    """Return how often each unit asked, most first, beside how many orders it was given to lead.

    Rounds after the first are not given to anybody to return. Three queries.

    Source: R-505 (requirement 57).
    """
    counted = _counted(wanted, "unit")
    led = Assignment.objects.filter(
        unit__in=counted, role="lead", parent__isnull=True, round=1,
        dispatched_at__gte=wanted.since, dispatched_at__lt=wanted.until,
    )  # fmt: skip
    for key, given in led.order_by().values_list("unit").annotate(n=Count("pk")):
        counted[key]["given"] = given
    units = Unit.objects.filter(pk__in=counted).values_list("pk", "code", "name")
    return _shares(counted, units)


def by_reason(wanted: ReturnFilter) -> list[Share]:
    """Return why units asked, the most frequent reason first. Two queries.

    Source: R-505 (requirement 57).
    """
    counted = _counted(wanted, "reason")
    return _shares(counted, Reason.objects.filter(pk__in=counted).values_list("pk", "code", "name"))


def by_category(wanted: ReturnFilter) -> list[Share]:
    """Return about which matters units asked most: where the catalogue is in doubt. Two queries.

    Source: R-505 (requirement 57).
    """
    counted = _counted(wanted, "order__category")
    rows = Category.objects.filter(pk__in=counted).values_list("pk", "code", "full_name")
    return _shares(counted, rows)[:MOST_CATEGORIES]


def returns(wanted: ReturnFilter, *, cursor: str = "", size: int = 50) -> Page[Application]:
    """Return one page of the returns behind the figures, the latest first. One query.

    Source: R-505 (requirement 57).
    """
    rows = _asked(wanted).select_related("unit", "reason", "suggested", "order__category")
    return page(rows, by=("-id",), cursor=cursor, size=size)
