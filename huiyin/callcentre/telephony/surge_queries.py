"""Questions about a surge: what is prepared, what runs, who can be called to the telephones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from huiyin.callcentre.telephony.models import Session, Standby, SurgeStep
from huiyin.callcentre.telephony.states import SURGE_LEVELS, SURGE_PLAN, Surge, SurgeAct
from huiyin.knowledge import queries as knowledge

LATEST = 10


def plan(at: datetime) -> Mapping[Surge, tuple[SurgeAct, ...]]:
    """Return the actions that the city has prepared for each level. No query while remembered.

    Source: R-460 (requirement 80; handbook domain.md 5.3).
    """
    return {Surge.NONE: ()} | {
        level: tuple(
            SurgeAct(act)
            for act in knowledge.parameter(
                f"telephony.surge_{level.value}", at, default=list(SURGE_PLAN[level])
            )
        )
        for level in SURGE_LEVELS
    }


def running() -> dict[SurgeAct, SurgeStep]:
    """Return the actions that run now. One query."""
    rows = SurgeStep.objects.filter(stopped_at__isnull=True).select_related("started_by")
    return {SurgeAct(row.act): row for row in rows}


def latest_steps() -> list[SurgeStep]:
    """Return the actions that were started last, with who started and stopped them. One query."""
    rows = SurgeStep.objects.select_related("started_by", "stopped_by")
    return list(rows.order_by("-started_at", "-pk")[:LATEST])


def standby() -> list[Standby]:
    """Return who can be called and is not at a seat. One query."""
    here = Session.objects.filter(signed_out_at__isnull=True).values("staff_id")
    rows = Standby.objects.filter(staff__is_active=True).exclude(staff_id__in=here)
    return list(rows.select_related("staff", "staff__unit").order_by("pk"))
