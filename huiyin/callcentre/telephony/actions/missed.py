"""Missed calls: merged by number, called back in order, with an end to the attempts."""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F

from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.facts import CallOver
from huiyin.callcentre.telephony.models import Missed
from huiyin.callcentre.telephony.states import Leave, MissedState, NumberKind
from huiyin.kernel import crypto, masks, text


def settle(over: CallOver) -> None:
    """Draw from a call that has ended what it means for missed numbers.

    A caller nobody answered is put on the list, once for each number. Whoever calls again and is
    answered leaves it. A call back that was answered settles it, one that was not is an attempt.

    Source: R-226 (requirement 10; handbook domain.md 3.3 K06, 5.3).
    """
    at = datetime.fromtimestamp(over.ended, UTC)
    served = over.leave is Leave.SERVED
    if over.missed is not None:
        _attempted(over.missed, at, reached=served)
        return
    key = crypto.lookup(text.phone_digits(over.number), "phone")
    if over.direction is Direction.OUT or not key:
        return
    if served:
        Missed.objects.filter(number_key=key, state=MissedState.OPEN.value).update(
            state=MissedState.CAME_BACK.value, settled_at=at
        )
        return
    _missed(over, key, at)


def _missed(over: CallOver, key: bytes, at: datetime) -> None:
    promised = over.leave is Leave.CALL_BACK
    waiting = Missed.objects.filter(number_key=key, state=MissedState.OPEN.value)
    if waiting.update(calls=F("calls") + 1, last_at=at):
        if promised:
            waiting.update(promised=True)
        return
    digits = text.phone_digits(over.number)
    kinds = queries.kinds_of(key, at)
    Missed.objects.create(
        number_sealed=crypto.seal(digits, "missed.number"), number_masked=masks.phone(digits),
        number_key=key, first_at=at, last_at=at, promised=promised,
        urgent=NumberKind.PRIORITY in kinds, care=NumberKind.CARE in kinds,
    )  # fmt: skip


@transaction.atomic
def _attempted(key: int, at: datetime, *, reached: bool) -> None:
    row = Missed.objects.select_for_update().get(pk=key)
    if row.state != MissedState.OPEN.value:
        return
    row.attempts += 1
    row.tried_at = at
    if reached:
        row.state, row.settled_at = MissedState.REACHED.value, at
    elif row.attempts >= queries.most_attempts(at):
        row.state, row.settled_at = MissedState.GIVEN_UP.value, at
    row.save(update_fields=["attempts", "tried_at", "state", "settled_at"])
