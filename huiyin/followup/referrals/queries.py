"""Questions about referrals: the ledger, one, and the evidence as it is at this moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Prefetch

from huiyin.followup.mandates import queries as mandates
from huiyin.followup.referrals import policy
from huiyin.followup.referrals.models import Referral, ReferralOrder
from huiyin.kernel.paging import Page, page
from huiyin.orders import queries as orders
from huiyin.orders.models import Attachment, OrderEvent, WorkOrder
from huiyin.orgs.actors import Actor


def listed(actor: Actor, *, state: str = "", cursor: str = "", size: int = 50) -> Page[Referral]:
    """Return one page of the ledger, newest first. One query. Raises NotAllowed."""
    policy.require_reader(actor)
    rows = Referral.objects.select_related("unit", "proposed_by", "decided_by", "ended_by")
    if state:
        rows = rows.filter(state=state)
    return page(rows.annotate(about=Count("lines")), by=("-id",), cursor=cursor, size=size)


def get(actor: Actor, key: int) -> Referral | None:
    """Return one with its orders. Two queries. Raises NotAllowed."""
    policy.require_reader(actor)
    lines = ReferralOrder.objects.select_related("order__lead_unit").order_by("pk")
    rows = Referral.objects.select_related("unit", "proposed_by", "decided_by", "ended_by")
    return rows.prefetch_related(Prefetch("lines", lines)).filter(pk=key).first()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One order of the package: its history verified now, its files, what was tried.

    ``same`` tells whether the history up to the sending is still the one that was sent; None before
    it was sent. ``broken`` is where the chain does not fit, empty when it is whole.
    """

    order: WorkOrder
    events: Sequence[OrderEvent]
    files: Sequence[Attachment]
    tried: str
    broken: str
    same: bool | None
    head: str
    sent_head: str


def evidence(referral: Referral) -> list[Evidence]:
    """Return the evidence package, every chain verified anew. Six queries.

    Source: R-425 (requirements 27, 155; architecture 3).
    """
    lines = list(referral.lines.all())
    keys = [line.order_id for line in lines]
    broken = orders.broken_among(keys)
    events: dict[int, list[OrderEvent]] = {}
    for event in OrderEvent.objects.filter(order__in=keys).select_related("unit").order_by("seq"):
        events.setdefault(event.order_id, []).append(event)
    files: dict[int, list[Attachment]] = {}
    for each in Attachment.objects.filter(order__in=keys).order_by("pk"):
        files.setdefault(each.order_id, []).append(each)
    tried = mandates.tried(keys)
    return [
        Evidence(
            order=line.order,
            events=events.get(line.order_id, []),
            files=files.get(line.order_id, []),
            tried=tried[line.order_id].line,
            broken=_said(broken.get(line.order.number)),
            same=_same(line, events.get(line.order_id, [])),
            head=bytes(line.order.head).hex(),
            sent_head=line.head,
        )
        for line in lines
    ]


def _said(found: object) -> str:
    return f"第 {getattr(found, 'seq', 0)} 条：{getattr(found, 'reason', '')}" if found else ""


def _same(line: ReferralOrder, events: Sequence[OrderEvent]) -> bool | None:
    if not line.head:
        return None
    then = next((event for event in events if event.seq == line.events), None)
    return then is not None and bytes(then.digest).hex() == line.head


def counted(actor: Actor) -> int:
    """Return how many wait for a decision. One query."""
    return Referral.objects.filter(state="proposed").exclude(proposed_by=actor.staff).count()
