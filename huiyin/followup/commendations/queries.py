"""Questions about the register of commendations."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, F, QuerySet

from huiyin.followup.commendations import policy
from huiyin.followup.commendations.models import Commendation
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit


@dataclass(frozen=True, slots=True)
class CommendationFilter:
    """What the register is narrowed to."""

    form: str = ""
    unit: Unit | None = None
    since: date | None = None
    until: date | None = None


def _found(actor: Actor, wanted: CommendationFilter) -> QuerySet[Commendation]:
    rows = Commendation.objects.filter(policy.visible_to(actor))
    if wanted.form:
        rows = rows.filter(form=wanted.form)
    if wanted.unit:
        rows = rows.filter(unit__in=orgs.subtree_ids(wanted.unit.path))
    if wanted.since:
        rows = rows.filter(on__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(on__lte=wanted.until)
    return rows


def listed(
    actor: Actor, wanted: CommendationFilter, *, cursor: str = "", size: int = 50
) -> Page[Commendation]:
    """Return one page of the register, the latest first. One query; two more with a unit."""
    rows = _found(actor, wanted).select_related("unit", "order", "added_by").defer("giver_sealed")
    return page(rows, by=("-id",), cursor=cursor, size=size)


def by_unit(actor: Actor, wanted: CommendationFilter) -> list[tuple[str, int]]:
    """Return how many thanks each unit had, the most first. One query; two more with a unit.

    Source: R-135 (requirements 51, 92).
    """
    rows = _found(actor, wanted).order_by().values(name=F("unit__name")).annotate(n=Count("pk"))
    return sorted(((row["name"], row["n"]) for row in rows), key=lambda each: (-each[1], each[0]))


def of_order(order: WorkOrder) -> list[Commendation]:
    """Return the thanks that name an order. One query."""
    rows = Commendation.objects.filter(order=order).select_related("unit")
    return list(rows.defer("giver_sealed").order_by("pk"))


def photo_for(actor: Actor, key: int) -> Commendation | None:
    """Return an entry with a photo that ``actor`` may see. One query."""
    rows = Commendation.objects.filter(policy.visible_to(actor)).exclude(photo_digest="")
    return rows.filter(pk=key).first()
