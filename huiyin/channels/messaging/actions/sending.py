"""Sending what is due: claim and commit, send outside any transaction, write what became of it.

Two senders never hold one message, since claiming locks it. A sender that dies in between leaves
the row in ``sending``; after ``LEASE`` it is sent again only where the other side drops a
repetition, and is given up, visibly, everywhere else.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction

from huiyin.channels.messaging import queries, rules
from huiyin.channels.messaging.drivers import registry
from huiyin.channels.messaging.drivers.base import (
    Driver,
    NotSent,
    Parcel,
    Receipt,
    Rejected,
    TryLater,
    Unknown,
)
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import Medium, MessageState
from huiyin.followup.callbacks import actions as callbacks
from huiyin.kernel import crypto, log

# Longer than BUDGET and the longest send together, so that a living sender is never overtaken.
LEASE = timedelta(minutes=10)
BUDGET_SECONDS = 45.0
_INTERRUPTED = "发送中断，不能确定是否已送达；请核实后再重发"
_log = log.logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one attempt."""

    state: MessageState
    next_attempt_at: datetime | None = None
    error: str = ""
    external_id: str = ""


def send_due(*, now: datetime, limit: int = 2000) -> int:
    """Send up to ``limit`` messages that are due; return how many were dealt with.

    Safe late, twice and in parallel; must not run inside a transaction. Ends within a minute, so
    that ``now`` is never far from the truth. A medium whose settings are faulty waits, untouched.

    Source: R-74 (own default).
    """
    drivers, faults = registry.ready()
    for medium, why in faults.items():
        _log.error("%s cannot be sent: %s", medium.value, why)
    started, done = time.monotonic(), 0
    while done < limit and time.monotonic() - started < BUDGET_SECONDS:
        if not _send_next(drivers, now):
            break
        done += 1
    return done


def _send_next(drivers: Mapping[Medium, Driver], now: datetime) -> bool:
    claim = _claim(drivers, now)
    if claim is None:
        return False
    if claim.state == MessageState.SENDING:
        driver = drivers[Medium(claim.medium)]
        _settle(claim, _attempt(claim, driver, now), now)
    return True


@transaction.atomic(durable=True)
def _claim(drivers: Mapping[Medium, Driver], now: datetime) -> Message | None:
    """Take the next due message, mark it ``sending`` and commit; give it up if it was lost."""
    message = (
        Message.objects.select_for_update(skip_locked=True)
        .filter(next_attempt_at__lte=now, medium__in=[medium.value for medium in drivers])
        .order_by("next_attempt_at", "id")
        .first()
    )
    if message is None:
        return None
    driver = drivers[Medium(message.medium)]
    if message.state == MessageState.SENDING and not rules.may_send_again(
        interrupted_driver=message.driver, driver=driver.name, idempotent=driver.idempotent
    ):
        message.state, message.next_attempt_at = MessageState.GIVEN_UP.value, None
        message.last_error = _INTERRUPTED
    else:
        message.state, message.next_attempt_at = MessageState.SENDING.value, now + LEASE
        message.attempts += 1
        message.driver = driver.name
    message.save(update_fields=["state", "next_attempt_at", "last_error", "attempts", "driver"])
    return message


def _attempt(message: Message, driver: Driver, now: datetime) -> Outcome:
    address = ""
    try:
        address = crypto.unseal(message.address_sealed, "message.address")
        receipt = driver.send(_parcel(message, address))
    except Exception as error:  # noqa: BLE001 - one message must not stop the others; it is kept
        outcome = _failure(message, _as_not_sent(error), driver, address, now)
        _log.warning("message %s not sent: %s", message.pk, outcome.error)
        return outcome
    return _success(receipt)


def _parcel(message: Message, address: str) -> Parcel:
    return Parcel(
        key=crypto.keyed_digest(message.dedupe.encode(), "message-key")[1:17].hex(),
        to=address,
        subject=message.subject,
        body=crypto.unseal(message.body_sealed, "message.body"),
        signature=queries.signature(),
        template=message.template,
        written_at=message.created_at,
    )


def _success(receipt: Receipt) -> Outcome:
    return Outcome(receipt.state, external_id=receipt.external_id)


def _as_not_sent(error: Exception) -> NotSent:
    """Return what an error means; one that no driver foresaw may have come after the sending."""
    if isinstance(error, NotSent):
        return error
    if isinstance(error, crypto.Unreadable):
        return TryLater("密文无法解读，请检查密钥文件")
    return Unknown(f"程序出错：{type(error).__name__}")


def _failure(
    message: Message, error: NotSent, driver: Driver, address: str, now: datetime
) -> Outcome:
    reason = rules.without_personal_data(str(error), address, Medium(message.medium))
    again = None if isinstance(error, Rejected) else rules.next_attempt(message.attempts, now)
    if isinstance(error, Unknown) and not driver.idempotent:
        again, reason = None, f"{reason}；{_INTERRUPTED}"
    if again is None:
        return Outcome(MessageState.GIVEN_UP, error=reason)
    quiet = queries.quiet_hours(now)
    again = rules.not_before(again, quiet, at_once=message.at_once)
    return Outcome(MessageState.FAILED, again, reason)


def _settle(message: Message, outcome: Outcome, now: datetime) -> None:
    """Write the outcome, unless another sender has taken the message over meanwhile."""
    values: dict[str, Any] = {
        "state": outcome.state.value,
        "next_attempt_at": outcome.next_attempt_at,
        "last_error": outcome.error[:300],
        "external_id": outcome.external_id,
    }
    if outcome.state is MessageState.SENT:
        values["sent_at"] = now
    held = Message.objects.filter(
        pk=message.pk, state=MessageState.SENDING, attempts=message.attempts
    )
    with transaction.atomic():
        asked = rules.counts_as_survey(message.template, outcome.state, demo=settings.DEMO)
        if held.update(**values) and asked and message.order_id is not None:
            callbacks.record_survey_sent(message.order_id, now=now)
