"""What of the supervision waits for a person, as the start page tells it."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from huiyin.followup.mandates import queries as mandates
from huiyin.followup.supervision import queries as supervision
from huiyin.orgs.actors import Actor

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
    """Return names, counts and addresses of what waits; nothing that is empty. Two queries."""
    counts = mandates.waiting(actor, now)
    ledger = reverse("workbench:mandates")
    found = [
        (name, counts[key], f"{ledger}?{of}") for key, name, of in _MANDATES if counts.get(key)
    ]
    if unread := supervision.unread_letters(actor):
        found.append(("工作提醒函未读", unread, reverse("workbench:letters")))
    return found
