"""Beside the sending: try again by hand, read an address, forget what is old."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from huiyin.channels.messaging import policy, queries, rules
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import WAITING, MessageState
from huiyin.kernel import access, crypto
from huiyin.kernel.errors import NotFound, Refused, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.actors import Actor

_AGAIN = frozenset({MessageState.FAILED, MessageState.GIVEN_UP})
KEEP_DAYS = 180
_BATCH = 1000


@transaction.atomic
def retry(message_id: int, *, by: Actor, now: datetime) -> Message:
    """Let a message that failed or was given up start anew, with all its attempts.

    Raises:
        NotAllowed: the actor does not look after the messages.
        NotFound: there is no such message.
        WrongState: it is not one that failed.
        Refused: its text has been forgotten.

    Source: R-74 (own default).
    """
    policy.require_messages(by)
    message = Message.objects.select_for_update().filter(pk=message_id).first()
    if message is None:
        raise NotFound("没有这条消息")
    if message.state not in _AGAIN:
        label = MessageState(message.state).label
        raise WrongState(f"这条消息现为“{label}”，不能重发", state=message.state)
    if not message.body_sealed:
        raise Refused("这条消息的内容已按期删除", remedy="请重新写一条消息")
    message.state, message.attempts = MessageState.QUEUED.value, 0
    message.next_attempt_at = rules.not_before(
        now, queries.quiet_hours(now), at_once=message.at_once
    )
    message.save(update_fields=["state", "attempts", "next_attempt_at"])
    return message


@transaction.atomic
def reveal(
    message_id: int, *, by: Actor, purpose: str, now: datetime, address: str | None = None
) -> dict[str, str]:
    """Return the address of a message in the clear, and log who read it and why.

    The text, with the code and the rating link that only its reader should hold, is shown only of a
    message that was never sent to anybody.

    Raises:
        NotAllowed: the actor does not look after the messages.
        NotFound: there is no such message.
        Invalid: no purpose is given.

    Source: R-75 (handbook domain.md 4.4, 7.2).
    """
    policy.require_messages(by)
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        raise NotFound("没有这条消息")
    clear = {"address": crypto.unseal(message.address_sealed, "message.address")}
    if message.state == MessageState.LOGGED:
        clear["body"] = crypto.unseal(message.body_sealed, "message.body")
    access.record(
        reader=by.reference,
        subject=f"message:{message.pk}",
        fields=[name for name, value in clear.items() if value],
        purpose=purpose,
        now=now,
        address=address,
    )
    return clear


def forget_old(*, until: datetime, limit: int = _BATCH) -> int:
    """Empty address and text of finished messages whose days are over; return how many.

    The row stays, with its masked copies, as proof that the citizen was told.

    Source: R-75 (handbook domain.md 7.1: no longer than needed; own default of days).
    """
    days = int(knowledge.parameter("messaging.keep_days", until, default=KEEP_DAYS))
    old = Message.objects.filter(created_at__lt=until - timedelta(days=days)).exclude(
        Q(body_sealed=b"") | Q(state__in=[state.value for state in WAITING])
    )
    keys = list(old.order_by("created_at").values_list("pk", flat=True)[:limit])
    return Message.objects.filter(pk__in=keys).update(body_sealed=b"", address_sealed=b"")
