"""Beside the sending: try again by hand, read an address, change a text, forget what is old."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q

from huiyin.channels.messaging import policy, queries, rules
from huiyin.channels.messaging.models import Message, MessageTemplate
from huiyin.channels.messaging.states import WAITING, Medium, MessageState, Text
from huiyin.kernel import access, cached, crypto
from huiyin.kernel.errors import Invalid, NotFound, Refused, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orgs import policy as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm

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


@transaction.atomic
def put_template(
    key: str,
    medium: Medium,
    words: Text,
    *,
    valid_from: date,
    source: str,
    by: Actor,
    valid_to: date | None = None,
) -> str:
    """Let a text hold from a day on; the one before ends on that day. Repeating changes nothing.

    Args:
        key: which message.
        medium: by what it travels.
        words: subject (e-mail) and body.
        valid_from: the first day.
        source: where it comes from, for people.
        by: the system when a profile is loaded, or staff who may set rules.
        valid_to: the first day on which it no longer holds.

    Returns:
        ``same``, ``new`` or ``changed`` (a text that began on the very same day was replaced).

    Raises:
        Invalid: a placeholder is unknown, or something is missing or too long.

    Source: R-76 (architecture 4; handbook domain.md 2.9).
    """
    if by.staff:
        orgs.require(by, Perm.RULES)
    _check_template(key, medium, words)
    rows = MessageTemplate.objects.select_for_update().filter(key=key, medium=medium.value)
    present = rules.choose_template(list(rows), key, medium, valid_from)
    if present and (present.subject, present.body, present.valid_to) == (*words, valid_to):
        return "same"
    changed = present is not None and present.valid_from == valid_from
    rows.filter(valid_from__lt=valid_from).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=valid_from)
    ).update(valid_to=valid_from)
    MessageTemplate.objects.update_or_create(
        key=key,
        medium=medium.value,
        valid_from=valid_from,
        defaults={
            "subject": words.subject,
            "body": words.body,
            "valid_to": valid_to,
            "source": source,
        },
    )
    cached.forget_all()
    return "changed" if changed else "new"


def _check_template(key: str, medium: Medium, words: Text) -> None:
    wrong = {}
    for name, value, most in (("subject", words.subject, 120), ("body", words.body, 2000)):
        if len(value) > most:
            wrong[name] = f"最多 {most} 个字"
        try:
            rules.check_text(value)
        except ValueError as error:
            wrong[name] = str(error)
    if not words.body.strip():
        wrong["body"] = "不能为空"
    if (medium is Medium.EMAIL) != bool(words.subject.strip()):
        wrong["subject"] = "邮件须有标题，短信没有标题"
    if wrong:
        raise Invalid(f"模板 {key} 有误：" + "；".join(wrong.values()), fields=wrong)


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
