"""Telling people outside the units of a referral, a media follow-up or an order at risk."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from huiyin.channels.messaging import queries as messaging
from huiyin.channels.messaging.states import MessageState
from huiyin.followup.outside import actions, queries
from huiyin.followup.outside.models import OutsideContact, OutsideNotice
from huiyin.followup.outside.states import Occasion
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.once import made_once


@dataclass(frozen=True, slots=True)
class Outside:
    """What a page shows of one matter: who may be told, and who was, with the message's state."""

    occasion: Occasion
    subject: int
    offered: list[OutsideContact]
    told: list[tuple[OutsideNotice, MessageState | None]]


def outside_of(occasion: Occasion, subjects: Collection[int]) -> dict[int, Outside]:
    """Return by matter who may be told and who was. Three queries, whatever their number."""
    told = queries.told(occasion, subjects)
    sent = messaging.sent_to_outside([row.pk for rows in told.values() for row in rows])
    offered = queries.offered(occasion)
    return {
        key: Outside(occasion, key, offered, [(r, sent.get(r.pk)) for r in told.get(key, [])])
        for key in subjects
    }


@require_POST
@staff_page(Perm.SUPERVISE)
def notify(request: StaffRequest, occasion: str, key: int) -> HttpResponse:
    """Tell the chosen contact, and go back to where the matter stands."""
    if occasion not in set(Occasion):
        raise NotFound("没有这种通知")
    now, chosen = clock.now(), request.POST.get("contact", "")
    contact = int(chosen) if chosen.isdecimal() and len(chosen) < 12 else None
    matter = queries.about(request.actor, Occasion(occasion), key, now)
    made_once(
        request,
        lambda: actions.notify(contact, matter, by=request.actor, now=now).pk,
        now=now,
    )
    return redirect(_page_of(matter))


def _page_of(matter: queries.About) -> str:
    if matter.occasion is Occasion.REFERRAL:
        return reverse("workbench:referral", kwargs={"key": matter.subject})
    if matter.occasion is Occasion.MEDIA:
        return reverse("workbench:media_case", kwargs={"key": matter.subject})
    return reverse("workbench:risks")
