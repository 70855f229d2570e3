"""Questions about media follow-ups and what was published."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count, Prefetch, QuerySet

from huiyin.followup.media import policy
from huiyin.followup.media.models import MediaCase, Publication
from huiyin.kernel.paging import Page, page
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import visible_to
from huiyin.orgs.actors import Actor


@dataclass(frozen=True, slots=True)
class MediaFilter:
    """What the list is narrowed to."""

    state: str = ""
    form: str = ""


def _seen(actor: Actor) -> QuerySet[MediaCase]:
    rows = MediaCase.objects.filter(policy.visible_to(actor))
    return rows.select_related("unit", "made_by", "ended_by")


def listed(
    actor: Actor, wanted: MediaFilter, *, cursor: str = "", size: int = 50
) -> Page[MediaCase]:
    """Return one page, newest first; each row knows how much was published. One query."""
    rows = _seen(actor)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.form:
        rows = rows.filter(form=wanted.form)
    rows = rows.annotate(published=Count("publications"))
    return page(rows, by=("-id",), cursor=cursor, size=size)


def get_visible(actor: Actor, key: int) -> MediaCase | None:
    """Return one with its publications and the orders that ``actor`` may see. Three queries."""
    shown = Publication.objects.select_related("by").order_by("-on", "-pk")
    orders = WorkOrder.objects.filter(visible_to(actor)).order_by("pk")
    rows = _seen(actor).prefetch_related(
        Prefetch("publications", shown), Prefetch("orders", orders)
    )
    return rows.filter(pk=key).first()


def published(actor: Actor) -> Iterator[Publication]:
    """Yield everything that was published, newest first, for the publication list. One query."""
    cases = MediaCase.objects.filter(policy.visible_to(actor))
    rows = Publication.objects.filter(case__in=cases).select_related("case__unit")
    yield from rows.order_by("-on", "-pk").iterator(chunk_size=500)
