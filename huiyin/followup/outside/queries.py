"""Questions about people outside the units: the register, whom to offer, who was told what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from huiyin.followup.media import queries as media
from huiyin.followup.media.states import MediaState
from huiyin.followup.outside.models import OutsideChange, OutsideContact, OutsideNotice
from huiyin.followup.outside.states import OFFERED, Occasion
from huiyin.followup.referrals import queries as referrals
from huiyin.followup.referrals.states import ReferralState
from huiyin.followup.supervision import queries as supervision
from huiyin.kernel.errors import NotFound, WrongState
from huiyin.kernel.paging import Page, page
from huiyin.orders import numbers
from huiyin.orders import queries as orders
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import Actor


@dataclass(frozen=True, slots=True)
class About:
    """The matter that somebody is told of: never more than its number leaves the house."""

    occasion: Occasion
    subject: int
    document: str
    order: WorkOrder | None = None


def listed(*, agency: str = "", cursor: str = "", size: int = 50) -> Page[OutsideContact]:
    """Return one page of the register, by agency. One query."""
    rows = OutsideContact.objects.defer("phone_sealed")
    if agency:
        rows = rows.filter(agency=agency)
    return page(rows, by=("agency", "id"), cursor=cursor, size=size)


def get(key: int) -> OutsideContact | None:
    """Return one contact with its changes. Two queries."""
    changes = Prefetch("changes", OutsideChange.objects.order_by("-pk"))
    return OutsideContact.objects.prefetch_related(changes).filter(pk=key).first()


def offered(occasion: Occasion) -> list[OutsideContact]:
    """Return whom to offer on an occasion, the likeliest agency first. One query."""
    agencies = OFFERED[occasion]
    rows = OutsideContact.objects.filter(agency__in=[a.value for a in agencies], active=True)
    return sorted(rows.defer("phone_sealed"), key=lambda row: (agencies.index(row.kind), row.pk))


def told(occasion: Occasion, subjects: Collection[int]) -> dict[int, list[OutsideNotice]]:
    """Return by matter who was told of it, oldest first. One query."""
    rows = OutsideNotice.objects.filter(occasion=occasion.value, subject__in=list(subjects))
    found: dict[int, list[OutsideNotice]] = {}
    for row in rows.select_related("contact", "by").order_by("pk"):
        found.setdefault(row.subject, []).append(row)
    return found


def notice(key: int) -> OutsideNotice | None:
    """Return one notice with its contact and who sent it. One query."""
    return OutsideNotice.objects.select_related("contact", "by").filter(pk=key).first()


def about(actor: Actor, occasion: Occasion, subject: int, now: datetime) -> About:
    """Return a matter that ``actor`` may tell of.

    Raises:
        NotFound: there is no such matter for this person.
        WrongState: a referral is not sent, a follow-up has its result, an order is no risk (any
            more).

    Source: R-504 (requirements 27, 56).
    """
    if occasion is Occasion.REFERRAL:
        return _referral(actor, subject)
    if occasion is Occasion.MEDIA:
        return _media(actor, subject)
    return _risk(actor, subject, now)


def _referral(actor: Actor, key: int) -> About:
    found = referrals.get(actor, key)
    if found is None:
        raise NotFound("没有找到这份移送")
    if found.standing is not ReferralState.SENT:
        raise WrongState(f"这份移送现为“{found.standing.label}”，同意移送后、反馈前才通知")
    return About(Occasion.REFERRAL, found.pk, found.number)


def _media(actor: Actor, key: int) -> About:
    found = media.get_visible(actor, key)
    if found is None:
        raise NotFound("没有找到这件媒体跟踪")
    if found.standing is not MediaState.OPEN:
        raise WrongState("这件事已有结果，不再通知")
    return About(Occasion.MEDIA, found.pk, f"媒体{found.pk:06d}")


def _risk(actor: Actor, key: int, now: datetime) -> About:
    number = WorkOrder.objects.filter(pk=key).values_list("number", flat=True).first()
    found = orders.get_visible(actor, number) if number else None
    if found is None:
        raise NotFound("没有找到这件工单")
    if found.standing not in OPEN or not set(found.tags) & set(supervision.risk_tags(now)):
        raise WrongState("这件工单不在风险清单里", remedy="请刷新页面查看")
    return About(Occasion.RISK, found.pk, numbers.spoken(found.number), found)
