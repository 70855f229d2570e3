"""Which other orders are likely about the same event, and why, for the one who decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from huiyin.dispatch import rules
from huiyin.dispatch.rules import Sameness, Spot
from huiyin.knowledge import queries as knowledge
from huiyin.orders import around
from huiyin.orders.around import Near
from huiyin.orders.models import WorkOrder

METRES, DAYS = 50, 30


@dataclass(frozen=True, slots=True)
class Likely:
    """An order that is likely about the same event, and why in words."""

    order: WorkOrder
    why: tuple[str, ...]


def likely_duplicates(order: WorkOrder, now: datetime, *, limit: int = 8) -> list[Likely]:
    """Return the orders that are likely about the same event as ``order``, newest first.

    An order that is merged stands for its main order, which is named once. Empty without a class.
    At most four queries.

    Source: R-125 (handbook domain.md 4.3 duplicate rule; requirement 48).
    """
    if order.category is None:
        return []
    metres = int(knowledge.parameter("duplicate.metres", now, default=METRES))
    days = int(knowledge.parameter("duplicate.days", now, default=DAYS))
    here = _spot(order)
    near = Near(
        category=order.category,
        phone_key=here.phone_key,
        place_key=here.place_key,
        box=rules.box_around(here, metres),
        closed_after=now - timedelta(days=days),
    )
    rows = around.same_event(near, but=order.pk)
    mains = around.mains_of(rows)
    found: dict[int, Likely] = {}
    for row in rows:
        why = rules.sameness(here, _spot(row), metres=metres)
        shown = mains.get(row.pk, row)
        if why and shown.pk != order.pk:
            words = [_say(each, apart) for each, apart in why.items()]
            if shown is not row:
                words.append(f"{row.number} 已并入此单")
            found.setdefault(shown.pk, Likely(shown, tuple(words)))
    return list(found.values())[:limit]


def _spot(order: WorkOrder) -> Spot:
    return Spot(
        phone_key=bytes(order.requester.phone_key),
        place_key=order.place_key,
        longitude=order.longitude,
        latitude=order.latitude,
    )


def _say(why: Sameness, apart: int) -> str:
    if why is Sameness.NEAR:
        return f"相距 {apart} 米"
    return "同一号码" if why is Sameness.CALLER else "同一地点"
