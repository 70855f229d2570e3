"""Reading bulletins: lists, one with all that belongs to it, what waits, to whom it goes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

from huiyin.assessment import definitions
from huiyin.assessment.bulletins import policy, rules
from huiyin.assessment.bulletins.models import (
    Addressee,
    Bulletin,
    BulletinCase,
    BulletinInstruction,
    BulletinRead,
)
from huiyin.assessment.bulletins.rules import Kind, Period
from huiyin.assessment.bulletins.states import BulletinState
from huiyin.assessment.models import Round
from huiyin.assessment.states import FIXED
from huiyin.followup.instructions import policy as instructed
from huiyin.followup.instructions.models import Instruction
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.orders.models import WorkOrder
from huiyin.orders.policy import visible_to
from huiyin.orders.states import State
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Region, Unit
from huiyin.orgs.states import UnitKind

KINDS = "bulletin.kinds"


def kinds(at: datetime) -> tuple[Kind, ...]:
    """Return the kinds that the city has at a moment. No query while remembered.

    Source: R-491 (requirements 24, 109; handbook domain.md 6.1).
    """
    return rules.kinds_of(knowledge.parameter(KINDS, at, default=[]))


def kind(code: str, at: datetime) -> Kind | None:
    """Return one kind of the city. No query while remembered."""
    return next((each for each in kinds(at) if each.code == code), None)


def listed(
    actor: Actor, *, kind: str = "", state: str = "", cursor: str = "", size: int = 30
) -> Page[Bulletin]:
    """Return one page of the bulletins that ``actor`` may read, newest first. One query.

    Each row knows to how many it went, how many people read it, and whether this one did.
    """
    rows = Bulletin.objects.filter(policy.visible_to(actor)).select_related("county", "made_by")
    if kind:
        rows = rows.filter(kind=kind)
    if state:
        rows = rows.filter(state=state)
    key = actor.staff.pk if actor.staff else None
    mine = BulletinRead.objects.filter(bulletin=OuterRef("pk"), staff=key)
    rows = rows.annotate(
        sent=_count_of(Addressee), readers=_count_of(BulletinRead), was_read=Exists(mine)
    )
    return page(rows.defer("parts", "text"), by=("-id",), cursor=cursor, size=size)


def _count_of(model: type[Addressee] | type[BulletinRead]) -> Coalesce:
    """Return how many rows hang on a bulletin; counted apart, or they would multiply."""
    rows = model.objects.filter(bulletin=OuterRef("pk")).order_by().values("bulletin")
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def get_visible(actor: Actor, key: int) -> Bulletin | None:
    """Return one bulletin with its orders and chosen addressees, if ``actor`` may read it.

    Three queries.
    """
    rows = Bulletin.objects.filter(policy.visible_to(actor)).select_related(
        "county", "made_by", "submitted_by", "issued_by", "corrects"
    )
    cases = BulletinCase.objects.select_related("order").order_by("pk")
    to = Addressee.objects.filter(named=True).select_related("unit", "staff").order_by("pk")
    return (
        rows.prefetch_related(Prefetch("cases", cases), Prefetch("addressees", to))
        .filter(pk=key)
        .first()
    )


def published(limit: int) -> list[Bulletin]:
    """Return the newest issues for everybody, without those that were put right. Two queries.

    Source: R-496 (requirement 173: typical solved problems published).
    """
    issued = Bulletin.objects.filter(state=BulletinState.ISSUED.value)
    rows = issued.filter(public=True).exclude(Exists(issued.filter(corrects=OuterRef("pk"))))
    cases = BulletinCase.objects.order_by("pk")
    return list(rows.prefetch_related(Prefetch("cases", cases)).order_by("-pk")[:limit])


def corrections(bulletin: Bulletin) -> list[Bulletin]:
    """Return the issues that put this one right. One query."""
    rows = bulletin.corrections.filter(state=BulletinState.ISSUED.value).order_by("pk")
    return list(rows.defer("parts", "text"))


def reads(bulletin: Bulletin) -> list[BulletinRead]:
    """Return who opened a bulletin, the first first. One query."""
    return list(bulletin.reads.select_related("staff__unit").order_by("at", "pk"))


def unread_by(bulletin: Bulletin) -> list[Addressee]:
    """Return the addressees for whom nobody has opened it yet. One query."""
    of_unit = BulletinRead.objects.filter(bulletin=bulletin, staff__unit=OuterRef("unit"))
    of_person = BulletinRead.objects.filter(bulletin=bulletin, staff=OuterRef("staff"))
    rows = bulletin.addressees.select_related("unit", "staff").order_by("pk")
    return list(rows.exclude(Exists(of_unit)).exclude(Exists(of_person)))


def unread(actor: Actor) -> int:
    """Return how many issued bulletins to ``actor`` they have not opened yet. One query."""
    if actor.staff is None:
        return 0
    to = Addressee.objects.filter(policy.addressed_to(actor), bulletin=OuterRef("pk"))
    done = BulletinRead.objects.filter(bulletin=OuterRef("pk"), staff=actor.staff.pk)
    rows = Bulletin.objects.filter(Exists(to), state=BulletinState.ISSUED.value)
    return rows.exclude(Exists(done)).count()


def waiting(actor: Actor) -> int:
    """Return how many bulletins wait for ``actor`` to issue them. One query, none for others."""
    if actor.staff is None or not policy.drafts(actor):
        return 0
    rows = Bulletin.objects.filter(
        policy.visible_to(actor), state=BulletinState.SUBMITTED.value
    ).exclude(submitted_by=actor.staff.pk)
    return rows.count()


def instructions(actor: Actor, bulletin: Bulletin) -> list[BulletinInstruction]:
    """Return the instructions on a bulletin that ``actor`` may read, the latest first. One query.

    Source: R-496 (requirements 110, 111).
    """
    seen = Instruction.objects.filter(instructed.visible_to(actor))
    rows = bulletin.instructed.filter(instruction__in=seen).select_related("instruction")
    return list(rows.order_by("-pk"))


def has_one(kind: Kind, county: Unit | None, period: Period) -> bool:
    """Tell whether a kind has a bulletin for a period already, dropped ones too. One query."""
    rows = Bulletin.objects.filter(kind=kind.code, first_day=period.first, last_day=period.last)
    return rows.filter(county=county).exists()


def round_of(period: Period, scheme: str) -> Round | None:
    """Return the fixed round of exactly these days, by a scheme or by any. One query.

    Source: R-493 (requirements 117, 156).
    """
    fixed = [state.value for state in FIXED]
    rows = Round.objects.filter(
        first_day=period.first, last_day=period.last, state__in=fixed
    ).order_by("-pk")
    return (rows.filter(rules__scheme__code=scheme) if scheme else rows).first()


def standing_before(fixed: Round) -> dict[str, dict[str, Any]]:
    """Return score and rank of each unit in the round with which a fixed one was compared.

    So that a bulletin says of rise and fall what the round says. No query.

    Source: R-604 (requirements 117, 156).
    """
    before = fixed.basis["before"]
    return {code: {"score": score, "rank": rank} for code, (score, rank) in before.items()}


def void_before(end: datetime) -> int:
    """Return how many requests made before a moment were void. One query."""
    rows = WorkOrder.objects.filter(state=State.VOID.value, created_at__lt=end)
    return rows.count()


def orders_named(actor: Actor, numbers: Iterable[str]) -> dict[str, WorkOrder]:
    """Return the orders with these numbers that ``actor`` may see, by number. One query."""
    rows = WorkOrder.objects.filter(visible_to(actor), number__in=list(numbers))
    return {order.number: order for order in rows.select_related("lead_unit", "category")}


def matters() -> dict[int, Category]:
    """Return every category by key, those that ended too. One query."""
    return Category.objects.in_bulk()


def places() -> dict[int, Region]:
    """Return every region by key, those that ended too. One query."""
    return Region.objects.in_bulk()


def counties() -> list[Unit]:
    """Return the active counties, by code. One query."""
    rows = Unit.objects.filter(kind=UnitKind.COUNTY.value, active=True)
    return list(rows.select_related("region").order_by("code"))


def units_within(county: Unit | None) -> list[int]:
    """Return the keys of the active units that are assessed, in the city or a county. One query."""
    rows = Unit.objects.filter(active=True)
    if county is not None:
        rows = rows.filter(path__startswith=county.path)
    found = rows.order_by("pk").values_list("pk", "kind")
    return [key for key, kind in found if definitions.group_of(kind)]


@dataclass(frozen=True, slots=True)
class Receipts:
    """How far a bulletin has been read: by whom, and by which addressees not yet."""

    reads: list[BulletinRead]
    missing: list[Addressee]


def receipts(bulletin: Bulletin) -> Receipts:
    """Return the read receipts of an issued bulletin. Two queries.

    Source: R-496 (requirement 58: read receipt).
    """
    return Receipts(reads(bulletin), unread_by(bulletin))
