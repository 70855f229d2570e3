"""Writing a message down, once per event. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from huiyin.channels.messaging import policy, queries, rules
from huiyin.channels.messaging.drivers import registry
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import (
    LONGEST_EMAIL,
    LONGEST_SMS,
    LONGEST_SUBJECT,
    ONLY_WHILE,
    WANTED,
    Medium,
    MessageState,
)
from huiyin.kernel import crypto, masks, text
from huiyin.kernel.errors import Invalid, Refused
from huiyin.kernel.outbox import Payload
from huiyin.orders import actions as orders
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import DECIDE_EXTENSION, OPEN
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.worktime.calendar import SHANGHAI

LONGEST = {Medium.SMS: LONGEST_SMS, Medium.EMAIL: LONGEST_EMAIL}
LONGEST_FREE_TEXT = 300


def hear(topic: str, payload: Payload, now: datetime) -> None:
    """Write the message that an event of an order asks for, if any (outbox consumer).

    Only rows are written; the same event heard twice makes one message.

    Source: R-70, R-71 (requirements 41, 148, 182).
    """
    hear_all([(topic, payload)], now)


def hear_all(news: Sequence[tuple[str, Payload]], now: datetime) -> None:
    """Write the messages that many events ask for, as ``hear`` does for one. Two statements.

    Source: R-70, R-71 (requirements 41, 148, 182).
    """
    table = queries.events(now)
    telling = {verb: rules.may_send(table, verb) for verb in {_verb(topic) for topic, _ in news}}
    asked = [(t, p) for t, p in news if t == WANTED or telling[_verb(t)]]
    found = _orders(asked)
    made = []
    for topic, payload in asked:
        order = found[payload["order"]]
        if topic == WANTED:
            made.append(_wanted(order, payload, now))
        else:
            made.append(_of_event(order, _verb(topic), payload, table, now))
    rows = [message for message in made if message is not None]
    Message.objects.bulk_create(rows, ignore_conflicts=True)


def _verb(topic: str) -> str:
    return topic.removeprefix("order.")


def _orders(news: Sequence[tuple[str, Payload]]) -> dict[int, WorkOrder]:
    keys = {payload["order"] for _, payload in news}
    if not keys:
        return {}
    rows = WorkOrder.objects.select_related("requester", "lead_unit").filter(pk__in=keys)
    return {order.pk: order for order in rows}


def _of_event(
    order: WorkOrder, verb: str, payload: Payload, table: Mapping[str, str], now: datetime
) -> Message | None:
    if verb == DECIDE_EXTENSION.verb and not queries.tells_of_extension(now):
        return None
    cause = queries.cause_of(order, payload["seq"]) if rules.depends_on_cause(table, verb) else ""
    state = str(payload.get("state", ""))
    template = rules.template_of(table, verb, cause=cause, channel=order.channel, state=state)
    if not template:
        return None
    return _composed(order, template, f"order:{order.pk}:{payload['seq']}", now)


def _wanted(order: WorkOrder, payload: Payload, now: datetime) -> Message | None:
    """Return what another package asked for: {order, template, key, at_once}."""
    at_once = bool(payload.get("at_once", False))
    return _composed(order, payload["template"], f"wanted:{payload['key']}", now, at_once=at_once)


def queue(
    order: WorkOrder,
    template: str,
    *,
    dedupe: str,
    now: datetime,
    at_once: bool = False,
    by: Actor = SYSTEM,
) -> Message | None:
    """Write the message of a template to the requester of an order; it is sent by ``send_due``.

    Args:
        order: with ``requester`` and ``lead_unit``.
        template: key of the text.
        dedupe: names the occasion; a second message with the same one is not made.
        now: when.
        at_once: do not wait for the end of the quiet hours.
        by: on whose behalf.

    Returns:
        The message, new or already there; None when nobody is to be told, or it is too late for it.

    Raises:
        ValueError: there is no such template.

    Source: R-71, R-72, R-73 (requirements 41, 148).
    """
    message = _composed(order, template, dedupe, now, at_once=at_once, by=by)
    return _store(message) if message else None


def _composed(
    order: WorkOrder,
    template: str,
    dedupe: str,
    now: datetime,
    *,
    at_once: bool = False,
    by: Actor = SYSTEM,
) -> Message | None:
    """Return the unsaved message; None when nobody is to be told, or it is too late for it."""
    while_in = ONLY_WHILE.get(template)
    chosen = _address(order)
    if chosen is None or (while_in is not None and order.standing not in while_in):
        return None
    found = queries.written(order, template, chosen[0], now)
    if found is None:
        raise ValueError(f"no template {template!r}")
    message = Message(
        order=order,
        dedupe=dedupe,
        template=template,
        subject=text.shorten(found.subject, LONGEST_SUBJECT),
        body_masked=found.masked,
        at_once=at_once or queries.goes_at_once(order, template, now),
        written_by=by.label,
    )
    return sealed(message, chosen, found.body, now)


@transaction.atomic
def send_text(
    order: WorkOrder, body: str, *, by: Actor, now: datetime, at_once: bool = False
) -> Message:
    """Write a clerk's own words to the requester; an open order's history keeps them.

    The same words to the same order on the same day are one message, however often asked for.

    Raises:
        NotAllowed: the actor does not speak for the hotline.
        Invalid: no text, or too long.
        Refused: the requester left nothing to write to, or wants no messages.

    Source: R-71, R-73, R-75 (requirement 41).
    """
    policy.require_writer(by)
    words = text.clean(body)
    if not 2 <= len(words) <= LONGEST_FREE_TEXT:
        reason = f"请写 2–{LONGEST_FREE_TEXT} 个字"
        raise Invalid(reason, fields={"body": reason})
    chosen = _address(order)
    if chosen is None:
        raise Refused("诉求人没有留下手机号或邮箱，或不愿接收消息", remedy="请电话联系诉求人")
    digest = crypto.keyed_digest(words.encode(), "message-text")[1:13].hex()
    dedupe = f"text:{order.pk}:{now.astimezone(SHANGHAI):%Y%m%d}:{digest}"
    WorkOrder.objects.select_for_update().get(pk=order.pk)
    if earlier := Message.objects.filter(dedupe=dedupe).first():
        return earlier
    if order.standing in OPEN:
        said = f"向诉求人发送{chosen[0].label}：{masks.in_text(words)}"
        orders.add_note(order.pk, by=by, note=said, now=now)
    message = Message(
        order=order,
        dedupe=dedupe,
        subject=f"关于您的诉求：{order.number}" if chosen[0] is Medium.EMAIL else "",
        body_masked=masks.in_text(words),
        at_once=at_once,
        written_by=by.label,
    )
    return _store(sealed(message, chosen, words, now))


def _address(order: WorkOrder) -> tuple[Medium, str] | None:
    asked = order.requester
    return rules.choose_address(
        phone=crypto.unseal(asked.phone_sealed, "requester.phone"),
        email=crypto.unseal(asked.email_sealed, "requester.email"),
        wants_reply=order.wants_reply,
        live=registry.live(),
    )


def sealed(message: Message, to: tuple[Medium, str], body: str, now: datetime) -> Message:
    """Return the message with address and text sealed, and with the moment it may be sent.

    Source: R-72, R-75.
    """
    medium, address = to
    most = LONGEST[medium]
    message.medium = medium.value
    message.address_sealed = crypto.seal(address, "message.address")
    message.address_masked = rules.mask_address(medium, address)
    message.body_sealed = crypto.seal(body[:most], "message.body")
    message.body_masked = message.body_masked[:most]
    message.created_at = now
    message.state = MessageState.QUEUED.value
    message.next_attempt_at = rules.not_before(
        now, queries.quiet_hours(now), at_once=message.at_once
    )
    return message


def _store(message: Message) -> Message:
    """Insert; the constraint on ``dedupe`` decides which of two is kept.

    Source: R-71.
    """
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.get(dedupe=message.dedupe)
