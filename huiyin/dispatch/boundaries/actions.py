"""A boundary ruling is written down; the one before about the same class and place ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from huiyin.dispatch.boundaries.models import BoundaryAssist, BoundaryRuling
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.models import Category
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Region, Unit

SHORTEST = 4
LONGEST = 500
_LOCK = 0x5EB0


@dataclass(frozen=True, slots=True)
class Boundary:
    """What is ruled: the class, where, who leads and assists, and by which document."""

    category: Category | None
    region: Region | None
    lead: Unit | None
    matter: str
    basis: str
    document: str
    assist: Sequence[Unit] = ()


@transaction.atomic
def rule(boundary: Boundary, *, by: Actor, now: datetime) -> BoundaryRuling:
    """Write a ruling down; whoever may decide it was checked by what decided.

    Raises:
        Invalid: no class, no lead or no basis.

    Source: R-446 (requirement 138; handbook domain.md 2.8).
    """
    wrong = {}
    if boundary.category is None:
        wrong["category"] = "请选择分类"
    if boundary.lead is None:
        wrong["lead"] = "请选择牵头单位"
    if not SHORTEST <= len(boundary.basis) <= LONGEST:
        wrong["basis"] = f"请写明依据，{SHORTEST}–{LONGEST} 个字"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    # Two rulings at once: the later waits, then replaces the earlier.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
    BoundaryRuling.objects.filter(
        category=present(boundary.category), region=boundary.region, ended_at__isnull=True
    ).update(ended_at=now)
    ruling = BoundaryRuling.objects.create(
        category=present(boundary.category),
        region=boundary.region,
        lead=present(boundary.lead),
        matter=boundary.matter[:120],
        basis=boundary.basis,
        document=boundary.document,
        ruled_at=now,
        ruled_by=present(by.staff),
    )
    BoundaryAssist.objects.bulk_create(
        BoundaryAssist(ruling=ruling, unit=unit)
        for unit in boundary.assist
        if unit != boundary.lead
    )
    return ruling
