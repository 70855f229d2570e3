"""What must hold of a call. Pure."""

from __future__ import annotations

from datetime import datetime

from huiyin.callcentre.calls.states import OUTGOING, UNANSWERED, CallOutcome, Direction
from huiyin.kernel.errors import Invalid


def check_call(
    direction: Direction,
    outcome: CallOutcome,
    *,
    arrived_at: datetime,
    answered_at: datetime | None,
    ended_at: datetime,
) -> None:
    """Refuse a call whose moments or outcome contradict each other.

    Raises:
        Invalid: it ends before it begins, was answered outside that time, or its outcome belongs
            to the other direction or to a call that was answered.

    Source: R-180 (requirements 36, 54; handbook domain.md 3.3 K01-K05).
    """
    wrong = {}
    if ended_at < arrived_at:
        wrong["ended_at"] = "结束不能早于呼入"
    if answered_at is not None and not arrived_at <= answered_at <= ended_at:
        wrong["answered_at"] = "应答须在呼入和结束之间"
    if (outcome in OUTGOING) != (direction is Direction.OUT):
        wrong["outcome"] = f"{direction.label}电话没有“{outcome.label}”这种结果"
    elif (outcome in UNANSWERED) != (answered_at is None):
        wrong["outcome"] = f"“{outcome.label}”与是否应答不符"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
