"""Missed calls: merged by number, called back in order, with an end to the attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import F

from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.facts import CallOver
from huiyin.callcentre.telephony.models import LiveCall, Missed, Wish
from huiyin.callcentre.telephony.states import Leave, MissedState, NumberKind
from huiyin.kernel import crypto, masks, text
from huiyin.kernel.errors import Conflict, NotFound, Refused


def check_call_back(key: int, now: datetime) -> None:
    """Refuse to call a missed number that is settled, that sleeps, or that a colleague calls now.

    The row is locked: of two who press at once one calls.

    Raises:
        NotFound: no such row; Conflict: settled, or being called; Refused: not at this hour.

    Source: R-572 (requirement 10; handbook domain.md 5.3: in order, not at night unless danger).
    """
    row = Missed.objects.select_for_update().filter(pk=key).first()
    if row is None:
        raise NotFound("没有这条漏接记录")
    if row.state != MissedState.OPEN.value:
        raise Conflict(f"这个号码“{MissedState(row.state).label}”，不用再拨")
    if not queries.may_call_back(row, now):
        raise Refused("夜里只回拨危险紧急的号码", remedy="请天亮后再拨")
    asked = Wish.objects.filter(verb="dial", words__missed=key, done_at__isnull=True)
    if LiveCall.objects.filter(missed=row).exists() or asked.exists():
        raise Conflict("同事正在回拨这个号码")


def settle(ended: Sequence[CallOver]) -> None:
    """Draw from calls that have ended what they mean for missed numbers, in their order.

    A caller nobody answered is put on the list, once for each number. Whoever calls again and is
    answered leaves it. A call back that was answered settles it, one that was not is an attempt.

    Source: R-226 (requirement 10; handbook domain.md 3.3 K06, 5.3).
    """
    served: dict[bytes, datetime] = {}
    for over in ended:
        at = datetime.fromtimestamp(over.ended, UTC)
        if over.missed is not None:
            _attempted(over.missed, at, reached=over.leave is Leave.SERVED)
            continue
        key = crypto.lookup(text.phone_digits(over.number), "phone")
        if over.direction is Direction.OUT or not key:
            continue
        if over.leave is Leave.SERVED:
            served[key] = at
            continue
        if key in served:  # answered first, and missed again since
            _came_back({key: served.pop(key)})
        _missed(over, key, at)
    if served:
        _came_back(served)


def _came_back(served: Mapping[bytes, datetime]) -> None:
    """Let answered numbers leave the list. One query unless one of them was on it."""
    waiting = Missed.objects.filter(number_key__in=list(served), state=MissedState.OPEN.value)
    for key in {bytes(each) for each in waiting.values_list("number_key", flat=True)}:
        waiting.filter(number_key=key).update(
            state=MissedState.CAME_BACK.value, settled_at=served[key]
        )


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
