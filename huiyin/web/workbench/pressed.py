"""What of the supervision waits for a person, as the start page tells it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from huiyin.callcentre.listening import queries as listening
from huiyin.followup.ladder import queries as ladder
from huiyin.followup.mandates import queries as mandates
from huiyin.followup.referrals import queries as referrals
from huiyin.followup.supervision import queries as supervision
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

# Key of the count, its name, what the ledger is narrowed to.
_MANDATES = (
    ("to_sign", "督办单待签收", "state=to_sign"),
    ("to_answer", "督办单待反馈", "state=in_progress"),
    ("review", "督办反馈待审核", "show=review"),
    ("late", "督办反馈超期", "show=late"),
    ("checks", "该检查督促", "show=checks"),
    ("drafts", "督办单待发出", "state=draft"),
)


def pressed(actor: Actor, now: datetime) -> list[tuple[str, int, str]]:
    """Return names, counts and addresses of what waits; nothing that is empty.

    Five queries at most.
    """
    counts = mandates.waiting(actor, now)
    ledger = reverse("workbench:mandates")
    found = [
        (name, counts[key], f"{ledger}?{of}") for key, name, of in _MANDATES if counts.get(key)
    ]
    if unread := supervision.unread_letters(actor):
        found.append(("工作提醒函未读", unread, reverse("workbench:letters")))
    if raised := _raised(actor):
        found.append(("升级提醒", raised, reverse("workbench:escalations")))
    if Perm.DECIDE in actor.perms and (asked := referrals.counted(actor)):
        found.append(("问责移送待审批", asked, f"{reverse('workbench:referrals')}?state=proposed"))
    if heard := listening.to_hear(actor):
        found.append(("电话测听待听", heard, reverse("workbench:call_tests")))
    return found


def _raised(actor: Actor) -> int:
    return ladder.counted(actor) if {Perm.SUPERVISE, Perm.HANDLE} & actor.perms else 0
