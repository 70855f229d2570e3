"""The orders behind a figure: which of them count, how often each does, and who may see them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum

from huiyin.assessment import queries
from huiyin.assessment.definitions import Indicator, Terms
from huiyin.assessment.models import Round
from huiyin.assessment.rules import (
    DEDUCTED,
    DEDUCTED_AS,
    DEDUCTED_LABELS,
    DEDUCTED_WINDOWS,
    HUNDRED,
    LOST,
    Shares,
)
from huiyin.assessment.states import GROUNDS
from huiyin.insight.facts import queries as facts
from huiyin.insight.facts.states import Window
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import sees_all, visible_to
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

NUMERATOR, DENOMINATOR, REST = "numerator", "denominator", "rest"
SIDES = (NUMERATOR, DENOMINATOR, REST)
_SIZE = 50


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure that is no rate: its name, what it counts, and by which heap (``key``, least).

    ``left_as`` names the indicator with which orders are left out of it; None: it counts all.
    """

    name: str
    window: Window
    terms: Terms
    text: str
    heap: tuple[str, int] | None = None
    left_as: str | None = None


_GIVEN: Terms = (("dispatched", 1),)
COUNTS: dict[str, Counted] = {
    "volume": Counted("派单", Window.DISPATCHED, _GIVEN, "派给本单位的件数，剔除前。"),
    "return_late": Counted(
        "过了签收时限才退单", Window.DISPATCHED, (("return_late", 1),),
        "签收时限过后才申请退单的。",
    ),
    "alike": Counted(
        "答复文字与他件完全相同", Window.CLOSED, _GIVEN,
        f"公开答复一字不差的有 {queries.SAME_ANSWERS} 件以上。",
        ("answer_key", queries.SAME_ANSWERS),
    ),
    "split": Counted(
        "同一诉求人同日同类多件", Window.DISPATCHED, _GIVEN,
        f"同一诉求人同一天同一类事项有 {queries.SAME_CASES} 件以上。",
        ("case_key", queries.SAME_CASES),
    ),
} | {
    f"{LOST}{key}": Counted(
        DEDUCTED_LABELS[key], Window(DEDUCTED_WINDOWS[key]), terms, "按件扣分的件数，剔除后。",
        left_as=DEDUCTED_AS.get(key, ""),
    )
    for key, terms in DEDUCTED.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Asked:
    """What a sum is over: measures in hundredths, by which day, of which days, for whom.

    ``units`` None is the whole city, where parts that are only assessed with others are not
    counted. ``categories`` and ``regions`` None are all; a None among them is what has none.
    """

    window: Window
    terms: tuple[tuple[str, int], ...]
    first: date
    last: date
    as_of: date
    units: Sequence[int] | None = None
    without: Collection[int] = ()
    categories: Sequence[int | None] | None = None
    regions: Sequence[int | None] | None = None
    heap: tuple[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """One page of orders, what they add up to in hundredths, how many there are, and hidden ones.

    An order counts more than once in a sum over units when it was given to several of them, and
    with a share of one when the scheme says so.
    """

    page: Page[WorkOrder]
    figure: int
    orders: int
    hidden: int

    @property
    def is_plain(self) -> bool:
        """Tell whether each order counts exactly once."""
        return self.figure == self.orders * HUNDRED


@dataclass(frozen=True, slots=True)
class Heading:
    """What a list of orders is called: the figure, by which day it counts, in words."""

    name: str
    window: Window
    text: str
    rate: bool
    rest: bool = False


def behind(actor: Actor, asked: Asked, *, cursor: str = "") -> Behind:
    """Return one page of the orders that a sum counts, with what they add up to.

    Only orders that this person may see anyway are on the page; of others the number alone. Three
    queries, two for those who see all.

    Source: R-582 (requirements 12, 126; handbook domain.md 3.3).
    """
    counted = facts.summed_behind(_lines(asked), asked.terms)
    told = counted.order_by().aggregate(orders=Count("order_id"), figure=Sum("times"))
    keys = counted.order_by().values("order_id")
    seen = WorkOrder.objects.filter(visible_to(actor), pk__in=keys)
    rows = seen.select_related("category", "lead_unit")
    whole = int(told["orders"] or 0)
    return Behind(
        page=page(rows, by=("-id",), cursor=cursor, size=_SIZE),
        figure=int(told["figure"] or 0),
        orders=whole,
        hidden=0 if sees_all(actor) else whole - seen.count(),
    )


def _lines(asked: Asked) -> facts.Lines:
    lines = facts.lines_in(
        asked.window, first=asked.first, last=asked.last, as_of=asked.as_of, units=asked.units
    )
    for name, wanted in (("category", asked.categories), ("region", asked.regions)):
        if wanted is not None:
            known = Q(**{f"{name}__in": [each for each in wanted if each is not None]})
            lines = lines.filter(
                known | Q(**{f"{name}__isnull": True}) if None in wanted else known
            )
    if asked.heap is not None:
        lines = facts.in_heaps(lines, *asked.heap, units=asked.units or ())
    return lines.exclude(order__in=asked.without) if asked.without else lines


def heading(round_: Round, key: str) -> Heading | None:
    """Return what a figure of a round is called; None when there is no such figure. No query."""
    counted, each = COUNTS.get(key), queries.indicator_of(round_, key)
    if counted is not None:
        return Heading(counted.name, counted.window, counted.text, rate=False)
    return (
        Heading(each.name, each.window, each.text, rate=True, rest=each.is_rate) if each else None
    )


def of_round(
    actor: Actor, round_: Round, unit: Unit | None, key: str, *, side: str,
    before: bool = False, cursor: str = "",
) -> Behind | None:  # fmt: skip
    """Return the orders behind the numerator, the denominator or the rest of a figure of a round.

    The rest is the denominator less the numerator: of a rate of solved orders those that were not
    solved, and those that were in part, with what the scheme does not give them.

    For a unit without those that were left out of the round, unless they are asked for with
    ``before``; for the whole city with all, for nothing is left out of its figures. None when there
    is no such indicator, or it has no orders on that side.

    Source: R-267, R-582, R-590 (requirements 12, 126).
    """
    asked = _asked(round_, unit, key, side=side, before=before) if round_.basis else None
    return behind(actor, asked, cursor=cursor) if asked else None


def _asked(
    round_: Round, unit: Unit | None, key: str, *, side: str, before: bool
) -> Asked | None:  # fmt: skip
    basis = round_.basis
    units = queries.units_behind(round_, unit) if unit is not None else None
    span = (round_.first_day, round_.last_day, date.fromisoformat(basis["as_of"]))
    counted, each = COUNTS.get(key), queries.indicator_of(round_, key)
    if counted is not None:
        if units is None or side != NUMERATOR:
            return None
        once = tuple((name, int(times) * HUNDRED) for name, times in counted.terms)
        without = _left(basis, units, counted.left_as) if not before else set()
        return Asked(counted.window, once, *span, units=units, heap=counted.heap, without=without)
    if each is None:
        return None
    shares = queries.method_of(round_.rules).shares
    if side == REST and not each.is_rate:
        return None
    terms = _terms(each, side, shares)
    without = _left(basis, units or (), key) if not before else set()
    return Asked(each.window, terms, *span, units=units, without=without) if terms else None


def _left(basis: Mapping[str, Any], units: Collection[int], key: str | None) -> set[int]:
    """Return the orders of units that are left out of one figure of a round; none without a key."""
    return {
        order
        for order, whose, ground in (basis["left"] if key is not None else ())
        if whose in units and (not GROUNDS[ground].only or key in GROUNDS[ground].only)
    }


def _terms(each: Indicator, side: str, shares: Shares) -> tuple[tuple[str, int], ...]:
    if side != REST:
        return worth(each.numerator if side == NUMERATOR else each.denominator, shares)
    sums: dict[str, int] = dict(worth(each.denominator, shares))
    for name, share in worth(each.numerator, shares):
        sums[name] = sums.get(name, 0) - share
    return tuple((name, share) for name, share in sums.items() if share)


def worth(terms: Terms, shares: Shares) -> tuple[tuple[str, int], ...]:
    """Return terms with the shares that the scheme gives them; what is worth nothing is left out.

    No query.
    """
    found = ((name, shares.of(share)) for name, share in terms)
    return tuple((name, share) for name, share in found if share)
