"""Writing a message down, once per event. Nothing is sent here."""

from __future__ import annotations

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
from huiyin.orders.states import OPEN
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.worktime.calendar import SHANGHAI

LONGEST = {Medium.SMS: LONGEST_SMS, Medium.EMAIL: LONGEST_EMAIL}
LONGEST_FREE_TEXT = 300


def hear(topic: str, payload: Payload, now: datetime) -> None:
    """Write the message that an event of an order asks for, if any (outbox consumer).

    Only rows are written; the same event heard twice makes one message.

    Source: R-70, R-71 (requirements 41, 148, 182).
    """
    if topic == WANTED:
        _write_wanted(payload, now)
        return
    verb = topic.removeprefix("order.")
    table = queries.events(now)
    if not rules.may_send(table, verb):
        return
    order = _order(payload["order"])
    cause = queries.cause_of(order, payload["seq"]) if rules.depends_on_cause(table, verb) else ""
    template = rules.template_of(table, verb, cause=cause, channel=order.channel)
    if template:
        queue(order, template, dedupe=f"order:{order.pk}:{payload['seq']}", now=now)


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
    while_in = ONLY_WHILE.get(template)
    chosen = _address(order)
    if chosen is None or (while_in is not None and order.standing not in while_in):
        return None
    found = queries.written(order, template, chosen[0], now)
    if found is None:
        raise ValueError(f"no template {template!r}")
    return _store(
        Message(
            order=order,
            dedupe=dedupe,
            template=template,
            subject=text.shorten(found.subject, LONGEST_SUBJECT),
            body_masked=found.masked,
            at_once=at_once or queries.goes_at_once(order, template, now),
            written_by=by.label,
        ),
        chosen,
        found.body,
        now,
    )


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
    return _store(message, chosen, words, now)


def _write_wanted(payload: Payload, now: datetime) -> None:
    """Write what another package asked for: {order, template, key, at_once}."""
    order = _order(payload["order"])
    queue(
        order,
        payload["template"],
        dedupe=f"wanted:{payload['key']}",
        now=now,
        at_once=bool(payload.get("at_once", False)),
    )


def _order(order_id: int) -> WorkOrder:
    return WorkOrder.objects.select_related("requester", "lead_unit").get(pk=order_id)


def _address(order: WorkOrder) -> tuple[Medium, str] | None:
    asked = order.requester
    return rules.choose_address(
        phone=crypto.unseal(asked.phone_sealed, "requester.phone"),
        email=crypto.unseal(asked.email_sealed, "requester.email"),
        wants_reply=order.wants_reply,
        live=registry.live(),
    )


def _store(message: Message, to: tuple[Medium, str], body: str, now: datetime) -> Message:
    """Seal and insert; the constraint on ``dedupe`` decides which of two is kept.

    Source: R-71, R-75.
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
    Message.objects.bulk_create([message], ignore_conflicts=True)
    return Message.objects.get(dedupe=message.dedupe)
