"""Questions of the simulation about the loaded city, and about what the platform has recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from django.db.models import Count
from django.db.models.expressions import RawSQL

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.orders.models import OrderEvent, WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Region, Staff, Unit
from huiyin.orgs.states import Role, UnitKind


def centre() -> Unit | None:
    """Return the hotline centre. One query."""
    return Unit.objects.filter(kind=UnitKind.CENTRE.value, active=True).order_by("code").first()


def units_to_assign() -> list[Unit]:
    """Return the units that can be given work, by code. One query."""
    return list(orgs.units_to_assign().order_by("code"))


def places() -> list[Region]:
    """Return the streets and towns, by code; the city itself where it has none. Two queries."""
    return list(orgs.regions("street")) or list(orgs.regions("city"))


def narrowest_categories() -> list[Category]:
    """Return the active categories that have none below them, by code. One query."""
    every = knowledge.categories()
    parents = {c.parent_id for c in every}
    return [c for c in every if c.pk not in parents]


def days_of_catalogue() -> list[date]:
    """Return the days on which something in the catalogue begins or ends, in order. One query."""
    rows = CatalogueItem.objects.values_list("valid_from", "valid_to")
    return sorted({day for days in rows for day in days if day is not None})


def staff_of(unit: Unit, role: Role) -> Staff | None:
    """Return the first active member of a unit who has a role. One query."""
    rows = Staff.objects.filter(unit=unit, roles__contains=[role.value], is_active=True)
    return rows.order_by("pk").first()


def staff_named(username: str) -> Staff | None:
    """Return an account with its unit. One query."""
    return Staff.objects.select_related("unit").filter(username=username, is_active=True).first()


def as_it_stands(order: WorkOrder) -> WorkOrder:
    """Return an order as the platform has left it. One query."""
    return WorkOrder.objects.select_related("category", "lead_unit").get(pk=order.pk)


def how_many(made: Sequence[int]) -> int:
    """Return how many of these orders there are. One query."""
    return WorkOrder.objects.filter(pk__in=these(made)).count()


def steps(made: Sequence[int]) -> int:
    """Return how many steps these orders have taken. One query."""
    return OrderEvent.objects.filter(order__in=these(made)).count()


def by(made: Sequence[int], field: str) -> dict[str, int]:
    """Return how many of these orders have each value of a field; none are left out. One query."""
    rows = WorkOrder.objects.filter(pk__in=these(made)).exclude(**{field: ""}).order_by(field)
    return {row[field]: row["n"] for row in rows.values(field).annotate(n=Count("pk"))}


def stories(made: Sequence[int], chunk: int = 1000) -> Iterator[list[object]]:
    """Yield what happened to each order in turn, without any key or number. Two queries a chunk."""
    for start in range(0, len(made), chunk):
        part = made[start : start + chunk]
        found = WorkOrder.objects.select_related("category", "lead_unit").in_bulk(list(part))
        told: dict[int, list[object]] = {}
        events = OrderEvent.objects.filter(order__in=these(part)).order_by("order_id", "seq")
        for key, *facts in events.values_list(
            "order_id", "verb", "state_after", "at", "actor_label"
        ):
            told.setdefault(key, []).append(facts)
        for key in part:
            yield [*_facts(found[key]), told.get(key, [])]


def these(made: Sequence[int]) -> RawSQL:
    """Return orders of these keys as one parameter, however many there are."""
    return RawSQL("select unnest(%s::bigint[])", [list(made)])  # noqa: S611 - a constant


def _facts(order: WorkOrder) -> list[object]:
    return [
        order.created_at,
        order.channel,
        order.kind,
        order.urgency,
        order.category.code if order.category else "",
        order.title,
        order.content,
        order.place,
        order.lead_unit.code if order.lead_unit else "",
        order.state,
        order.close_type,
        order.round,
        order.due_at,
        order.closed_at,
        order.solved,
        order.satisfaction,
        order.answer,
    ]
