"""What stands around an order on its page: group, links, likely duplicates, calls, facts, tags."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from huiyin.channels.assistant import queries as assistant
from huiyin.channels.assistant.states import Task
from huiyin.dispatch.duplicates.queries import Likely, likely_duplicates
from huiyin.followup.commendations import queries as commendations
from huiyin.followup.filings import queries as filings
from huiyin.followup.filings.models import Filing
from huiyin.followup.replychecks import queries as replychecks
from huiyin.followup.replychecks.queries import Advice
from huiyin.followup.writeoffs import queries as writeoffs
from huiyin.knowledge import queries as knowledge
from huiyin.orders import around, policy
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import OrderLink, WorkOrder
from huiyin.orders.states import OPEN, State
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.workbench.rows import asker_of
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Linked:
    """Another order, what it is to this one, and who asked for it."""

    order: WorkOrder
    what: str
    asker: str
    link: OrderLink


def around_facts(actor: Actor, order: WorkOrder, now: datetime) -> dict[str, Any]:
    """Return what the page shows around an order. Three queries, five more for the centre."""
    links = around.links_of(order)
    centre = policy.sees_all(actor)
    merged = [
        _linked(actor, each, each.order)
        for each in links
        if each.kind == LinkKind.MERGED and each.other_id == order.pk
    ]
    main = next((e for e in links if e.kind == LinkKind.MERGED and e.order_id == order.pk), None)
    others = [
        _linked(actor, each, each.other if each.order_id == order.pk else each.order)
        for each in links
        if each.kind != LinkKind.MERGED
    ]
    likely = _likely(order, now) if centre else []
    filed = _filed(order, now) if centre else []
    return {
        "tags": [knowledge.tag_name(code) for code in order.tags],
        "merged": merged,
        "main_link": main,
        "linked": others,
        "sees_all": centre,
        "call_throughs": around.call_throughs_of(order),
        "case_facts": around.facts_of(order),
        "aid": around.aid_to(order) if centre else [],
        "likely": likely,
        "filings_found": filed,
        "like_filings": [each for each in _like_filed(order, likely, now) if each not in filed]
        if centre
        else [],
        "write_offs": writeoffs.requests_of(order),
        "thanks": commendations.of_order(order) if order.closed_at else [],
        "may_draft": assistant.is_on(Task.SUMMARY, now),
        "advice": _advice(actor, order, now),
        "may_file": Perm.HANDLE in actor.perms and order.standing is State.IN_PROGRESS,
        "may_merge": Perm.DISPATCH in actor.perms and order.standing is State.TO_DISPATCH,
        "may_join": Perm.INTAKE in actor.perms and order.standing is State.DRAFT,
        "may_follow": Perm.INTAKE in actor.perms,
    }


def _linked(actor: Actor, link: OrderLink, other: WorkOrder) -> Linked:
    kind = LinkKind(link.kind)
    what = kind.label if link.other_id == other.pk else kind.back
    return Linked(other, what, asker_of(actor, other), link)


def _filed(order: WorkOrder, now: datetime) -> list[Filing]:
    """Return the filings in force that answer an order before it is dispatched."""
    if not _may_be_filed(order, now):
        return []
    return filings.matching(order, now.astimezone(SHANGHAI).date())


def _likely(order: WorkOrder, now: datetime) -> list[Likely]:
    """Return the likely duplicates of an open order, but those linked with it are left in."""
    return likely_duplicates(order, now) if order.standing in OPEN else []


def _advice(actor: Actor, order: WorkOrder, now: datetime) -> Advice | None:
    """Return a look at the reply that waits for this auditor. Four queries at most."""
    waits = order.standing is State.REPLY_REVIEW and not order.pending
    return replychecks.advice_for(order, now) if waits and Perm.AUDIT in actor.perms else None


def _like_filed(order: WorkOrder, likely: list[Likely], now: datetime) -> list[Filing]:
    """Return the filings that an order resembles in words, before it is dispatched."""
    if not _may_be_filed(order, now):
        return []
    keys = [each.order.pk for each in likely]
    today = now.astimezone(SHANGHAI).date()
    return filings.like(order.content, orders=keys, category=order.category, today=today)


def _may_be_filed(order: WorkOrder, now: datetime) -> bool:
    before = order.standing in (State.DRAFT, State.REVIEW, State.TO_DISPATCH)
    return before and filings.is_on(now)
