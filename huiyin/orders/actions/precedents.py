"""What a ruling decided becomes a row of the dispatch catalogue, cited by later suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiyin.kernel.errors import Invalid, WrongState
from huiyin.knowledge import actions as knowledge
from huiyin.knowledge.actions import RuledRow
from huiyin.knowledge.models import Category
from huiyin.orders import dispute_queries
from huiyin.orders.actions.turn import begin, finish
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import ENTER_RULING
from huiyin.orgs import queries as orgs
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class RuledMatter:
    """What of a ruling is entered: the matter in words, its class, who leads, from when to when.

    ``place`` is the code of the county or street for which it is to hold; empty for the whole city.
    """

    matter: str
    category: Category | None
    lead: Unit | None
    assist: Sequence[Unit]
    basis: str
    valid_from: date | None
    valid_to: date | None = None
    place: str = ""


@transaction.atomic
def enter_ruling(order_id: int, entry: RuledMatter, *, by: Actor, now: datetime) -> WorkOrder:
    """Enter what the last ruling of an order decided into the dispatch catalogue.

    Entering it again on a later day makes a new version; the same words with another end give the
    version that holds an end. What the city profile says stays as it is and comes after it.

    Raises:
        WrongState: nobody has ruled on this order, or it is archived or void.
        NotAllowed: the actor does not decide.
        Invalid: another lead than was ruled, another class or place than the order's, words, days.

    Source: R-390, R-510 (requirements 47, 152; handbook domain.md 2.8: cases guide later ones).
    """
    turn = begin(ENTER_RULING, order_id, by, now)
    order, today = turn.order, now.astimezone(SHANGHAI).date()
    ruled = dispute_queries.last_ruled(order)
    if ruled is None:
        raise WrongState(f"工单 {order.number} 没有裁定", remedy="裁定承办单位以后才能写入目录")
    category, places = _fitting(order, entry.category), _places(order, entry.place)
    lead = entry.lead or ruled.lead
    if lead.pk not in (ruled.lead.pk, succession.heir(ruled.lead, category.code).pk):
        raise Invalid("主办单位与裁定不一致", fields={"lead": f"裁定为{ruled.lead}"})
    row = knowledge.enter_ruled(
        RuledRow(
            ruled.code, order.number, entry.matter, category, lead, entry.assist, entry.basis,
            entry.valid_from or today, entry.valid_to, places,
        ),
        today=today,
    )  # fmt: skip
    until = f"，至 {row.valid_to:%Y-%m-%d}（不含）" if row.valid_to else ""
    where = f"在{orgs.region_names(places)}" if places else ""
    return finish(
        turn,
        note=f"{row.code} {row.matter}：{where}由{lead}主办，{row.valid_from:%Y-%m-%d} 起{until}",
        data={"code": row.code, "lead": lead.code, "valid_from": row.valid_from.isoformat()},
    )


def _places(order: WorkOrder, code: str) -> tuple[str, ...]:
    """Return where the entry holds: everywhere, or in the county or street of the order."""
    if not code:
        return ()
    own = orgs.places_of(order.region_id).values()
    if code not in {place.code for place in own if place.level != "city"}:
        raise Invalid("地点与本单不符", fields={"place": "须是本单所在的县区或街道"})
    return (code,)


def _fitting(order: WorkOrder, category: Category | None) -> Category:
    """Return the class of the entry: the order's own, or one above it."""
    if order.category is None:
        raise WrongState("这件工单还没有分类")
    found = category or order.category
    if not order.category.code.startswith(found.code):
        raise Invalid(
            "分类与本单不符", fields={"category": f"须是{order.category.full_name}或其上级"}
        )
    return found
