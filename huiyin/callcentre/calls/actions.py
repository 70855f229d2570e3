"""Writing calls down, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.callcentre.calls import rules
from huiyin.callcentre.calls.models import Call, CallSpan
from huiyin.callcentre.calls.states import CallOutcome, Direction, SpanKind
from huiyin.kernel import crypto, masks, text
from huiyin.kernel.errors import Invalid

BATCH = 1000


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What happened in one call; ``number`` is in the clear here and sealed when stored.

    Attributes:
        line: the number of ours that was called, or from which we called.
        agent: key of the member of staff who spoke; order: key of the order it is about.
        reference: the name that the switch gave the call; empty for none.
    """

    direction: Direction
    outcome: CallOutcome
    arrived_at: datetime
    ended_at: datetime
    answered_at: datetime | None = None
    line: str = "12345"
    number: str = ""
    agent: int | None = None
    order: int | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SpanFacts:
    """One stretch of a call, as ``CallSpan`` keeps it."""

    kind: SpanKind
    began_at: datetime
    ended_at: datetime
    seat: str = ""
    agent: int | None = None
    result: str = ""


@transaction.atomic
def record_whole(calls: Sequence[tuple[CallFacts, Sequence[SpanFacts]]]) -> dict[str, int]:
    """Store calls that have ended with all their stretches; one told again is left as it is.

    Returns:
        the key of every row by reference. Four statements, however many calls.

    Raises:
        Invalid: one has no reference, or contradicts itself; nothing is stored.

    Source: R-237 (requirement 36; issue of calls 7).
    """
    if not all(call.reference for call, _ in calls):
        raise Invalid("通话须有编号")
    references = [call.reference for call, _ in calls]
    known = set(Call.objects.filter(reference__in=references).values_list("reference", flat=True))
    new = {call.reference: (call, spans) for call, spans in calls if call.reference not in known}
    record([call for call, _ in new.values()])
    rows = Call.objects.filter(reference__in=references).values_list("reference", "pk")
    keys = dict(rows)
    CallSpan.objects.bulk_create(
        [
            CallSpan(
                call_id=keys[call.reference], kind=each.kind.value, began_at=each.began_at,
                ended_at=each.ended_at, seat=each.seat, agent_id=each.agent, result=each.result,
            )
            for call, spans in new.values()
            for each in spans
        ],
        batch_size=BATCH,
    )  # fmt: skip
    return keys


def concern(reference: str, order: int) -> bool:
    """Note that an answered call has become an order, after it ended; tell whether it was there.

    Source: R-181 (requirement 54).
    """
    waiting = Call.objects.filter(reference=reference, order__isnull=True)
    answered = waiting.filter(outcome=CallOutcome.ANSWERED.value)
    return bool(answered.update(order=order, outcome=CallOutcome.REQUEST.value))


@transaction.atomic
def record(calls: Sequence[CallFacts]) -> int:
    """Store calls that have ended, all of them or none; one statement for each thousand.

    A call whose reference is known already is left as it is, so a switch may tell it twice.

    Returns:
        How many were told.

    Raises:
        Invalid: a call contradicts itself; nothing is stored.

    Source: R-180 (requirements 36, 54).
    """
    for call in calls:
        rules.check_call(
            call.direction,
            call.outcome,
            arrived_at=call.arrived_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
        )
    rows = [_row(call) for call in calls]
    Call.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)
    return len(rows)


def _row(call: CallFacts) -> Call:
    digits = text.phone_digits(call.number)
    return Call(
        reference=call.reference,
        direction=call.direction.value,
        line=call.line,
        number_sealed=crypto.seal(digits, "call.number"),
        number_masked=masks.phone(digits),
        number_key=crypto.lookup(digits, "phone"),
        arrived_at=call.arrived_at,
        answered_at=call.answered_at,
        ended_at=call.ended_at,
        agent_id=call.agent,
        outcome=call.outcome.value,
        order_id=call.order,
    )
