"""Looking for orders by whatever a person typed: a number, a telephone, words."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from huiyin.kernel import access, masks
from huiyin.orders import numbers
from huiyin.orders import search_queries as queries
from huiyin.orders.listing import BY_NEWEST, OrderFilter, filtered
from huiyin.orders.search_queries import SIZE, Hits
from huiyin.orgs.actors import Actor


def find(
    typed: str,
    wanted: OrderFilter,
    *,
    by: Actor,
    now: datetime,
    address: str | None = None,
    cursor: str = "",
    size: int = SIZE,
    relevant: bool = False,
) -> Hits:
    """Return the orders that ``by`` may see and that fit what was typed.

    The number of an order finds that order, a telephone number those of its caller, by its keyed
    digest and with a row in the access log; anything else is words (``search_queries.found``).

    Raises:
        BadRequest: the cursor was not made here.

    Source: R-301 (requirement 162; handbook domain.md 4.4, 7.2).
    """
    if number := numbers.read(typed):
        hits = _listed(by, replace(wanted, number=number), size)
        if hits.rows:
            return hits
    if phone := queries.phone_in(typed):
        access.record(
            reader=by.reference,
            subject=f"phone:{masks.phone(phone)}",
            fields=["phone"],
            purpose="按电话查找工单",
            now=now,
            address=address,
        )
        hits = _listed(by, replace(wanted, phone=phone), size)
        if hits.rows:
            return hits
    return queries.found(by, typed, wanted, cursor=cursor, size=size, relevant=relevant)


def _listed(by: Actor, wanted: OrderFilter, size: int) -> Hits:
    """Return the newest orders of a list without words. Two queries."""
    keys = filtered(by, wanted).order_by(*BY_NEWEST).values_list("pk", flat=True)[:size]
    return queries.shown(by, list(keys))
