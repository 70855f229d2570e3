"""Writing calls down, one or many at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.callcentre.calls import rules
from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.kernel import crypto, masks, text

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
