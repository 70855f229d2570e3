"""What the centre decides on a unit's application: extension, suspension, termination."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Refused
from huiyin.knowledge.states import ClockKind
from huiyin.orders import rules
from huiyin.orders.actions import timing
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Clock, WorkOrder
from huiyin.orders.states import (
    DECIDE_EXTENSION,
    GRANT_TERMINATION,
    REFUSE_EXTENSION,
    REFUSE_SUSPENSION,
    REFUSE_TERMINATION,
    RESUME,
    SUSPEND,
    CloseType,
    State,
)
from huiyin.orgs.actors import SYSTEM, Actor


@transaction.atomic
def decide_extension(order_id: int, *, by: Actor, note: str = "", now: datetime) -> WorkOrder:
    """Grant an extension: the old finish clock is stopped in words, a new one runs to the new time.

    Parts whose due time was the order's go with it.

    Raises:
        NotAllowed: the person asked for it themselves.

    Source: R-105 (handbook domain.md 2.8: approval, notice to the person).
    """
    turn = begin(DECIDE_EXTENSION, order_id, by, now)
    asked = decided(turn, ApplicationKind.EXTENSION, Decision.GRANTED, note)
    until = present(asked.until)
    why = asked.reason.name if asked.reason else ""
    clocks = timing.move_finish(turn, until, f"经批准延期：{why}")
    said = f"原时限 {_moment(asked.due_before)}，延期至 {timing.moment(until)}"
    return finish(
        turn,
        note=_joined(said, note),
        public_note=_joined(asked.explanation, f"办理时限延长至 {timing.moment(until)}"),
        data={"until": until.isoformat(), "before": _iso(asked.due_before)},
        clocks=clocks,
    )


@transaction.atomic
def refuse_extension(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Refuse an extension; the clock has never stopped. Raises Invalid without a reason.

    Source: R-105 (handbook domain.md 2.8).
    """
    turn = begin(REFUSE_EXTENSION, order_id, by, now)
    rules.check_note(note, "note", "驳回理由")
    decided(turn, ApplicationKind.EXTENSION, Decision.REFUSED, note)
    return finish(turn, note=note.strip())


@transaction.atomic
def suspend(order_id: int, *, by: Actor, note: str = "", now: datetime) -> WorkOrder:
    """Approve a suspension: only now do the unit's clocks stand still, until the review date.

    Raises:
        Refused: nobody has asked, or the review date has passed meanwhile.
        NotAllowed: the person asked for it themselves.

    Source: R-106 (handbook domain.md 4.3: the clock never pauses without approval).
    """
    turn = begin(SUSPEND, order_id, by, now)
    _check_pending(turn, ApplicationKind.SUSPENSION)
    asked = decided(turn, ApplicationKind.SUSPENSION, Decision.GRANTED, note)
    until = present(asked.until)
    if until <= now:
        raise Refused("申请的复核日期已过", remedy="请驳回，由承办单位重新申请")
    timing.pause(turn)
    turn.order.pending = ""
    review = Clock(
        order=turn.order,
        kind=ClockKind.SUSPENSION.value,
        started_at=now,
        due_at=until,
        words=f"经批准挂账，办理时限暂停，至 {timing.moment(until)} 复核；到时自动恢复办理",
    )
    return finish(
        turn,
        note=_joined(f"办理时限自此暂停，{timing.moment(until)} 复核", note),
        public_note=asked.explanation,
        data={"until": until.isoformat(), "before": _iso(asked.due_before)},
        clocks=[review],
        starts=False,
    )


@transaction.atomic
def refuse_suspension(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Refuse a suspension; nothing has stopped. Raises Invalid without a reason.

    Source: R-106 (handbook domain.md 4.3).
    """
    turn = begin(REFUSE_SUSPENSION, order_id, by, now)
    _check_pending(turn, ApplicationKind.SUSPENSION)
    rules.check_note(note, "note", "驳回理由")
    decided(turn, ApplicationKind.SUSPENSION, Decision.REFUSED, note)
    turn.order.pending = ""
    return finish(turn, note=note.strip())


@transaction.atomic
def resume(order_id: int, *, by: Actor, note: str = "", now: datetime) -> WorkOrder:
    """End a suspension: every clock goes on with the time that was left when it was paused.

    Source: R-107 (handbook domain.md 4.3 销账/到期).
    """
    turn = begin(RESUME, order_id, by, now)
    rows = Application.objects.filter(
        order=turn.order,
        kind=ApplicationKind.SUSPENSION,
        outcome=Decision.GRANTED,
        resumed_at__isnull=True,
    )
    last = present(rows.order_by("-pk").first())
    last.resumed_at = now
    last.save(update_fields=["resumed_at"])
    paused_at = present(last.decided_at)
    why = f"{timing.moment(paused_at)} 至 {timing.moment(now)} 挂账，余下的时间接续计算"
    clocks = timing.resumed(turn, paused_at, why)
    due = turn.order.due_at
    said = f"挂账自 {timing.moment(paused_at)} 起" + (
        f"，办理时限由 {_moment(last.due_before)} 改为 {timing.moment(due)}" if due else ""
    )
    return finish(
        turn,
        note=_joined(said, note),
        public_note="恢复办理",
        data={"paused_at": paused_at.isoformat(), "due_at": _iso(due)},
        clocks=clocks,
        starts=False,
    )


def resume_due(*, until: datetime, limit: int = 500) -> int:
    """Resume suspended orders whose review date has come; return how many.

    Safe late, twice or in parallel: each order is locked and looked at again.

    Source: R-106 (handbook domain.md 4.3 到期).
    """
    rows = WorkOrder.objects.filter(state=State.SUSPENDED, waits_until__lte=until)
    keys = rows.order_by("waits_until", "pk").values_list("pk", flat=True)[:limit]
    return sum(_resume_one(key, until) for key in list(keys))


@transaction.atomic
def _resume_one(order_id: int, now: datetime) -> bool:
    taken = WorkOrder.objects.select_for_update(skip_locked=True).filter(
        pk=order_id, state=State.SUSPENDED, waits_until__lte=now
    )
    if not taken.exists():
        return False
    resume(order_id, by=SYSTEM, note="到复核日期，自动销账", now=now)
    return True


@transaction.atomic
def grant_termination(
    order_id: int, *, by: Actor, explanation: str = "", now: datetime
) -> WorkOrder:
    """End an order as terminated: the caller is told why, so nobody calls back.

    Args:
        order_id: the order.
        by: the auditor.
        explanation: what the caller is told; the unit's own words when empty.
        now: when.

    Raises:
        Refused: nobody asked for it.

    Source: R-108 (handbook domain.md 2.8: written request, audit, explanation to caller).
    """
    turn = begin(GRANT_TERMINATION, order_id, by, now)
    _check_pending(turn, ApplicationKind.TERMINATION)
    asked = decided(turn, ApplicationKind.TERMINATION, Decision.GRANTED, explanation)
    order = turn.order
    order.pending, order.reason = "", asked.reason
    order.answer = text.clean(explanation, lines=True) or asked.explanation
    order.close_type, order.closed_at = CloseType.TERMINATED.value, now
    why = asked.reason.name if asked.reason else ""
    return finish(
        turn,
        note=f"{why}；已向诉求人说明，不再回访",
        public_note=order.answer,
        data={"close_type": order.close_type, "reason": asked.reason.code if asked.reason else ""},
    )


@transaction.atomic
def refuse_termination(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Refuse to end an order: it goes on with the clocks exactly as they were.

    Raises:
        Invalid: no reason is given.
        Refused: nobody asked for it.

    Source: R-108 (handbook domain.md 4.3).
    """
    turn = begin(REFUSE_TERMINATION, order_id, by, now)
    _check_pending(turn, ApplicationKind.TERMINATION)
    rules.check_note(note, "note", "驳回理由")
    asked = decided(turn, ApplicationKind.TERMINATION, Decision.REFUSED, note)
    timing.reopen(turn, asked.asked_at)
    turn.order.pending = ""
    return finish(turn, note=note.strip())


def decided(turn: Turn, kind: ApplicationKind, outcome: Decision, note: str) -> Application:
    """Store the decision on the order's waiting application, by somebody else than who asked.

    Raises:
        NotAllowed: the same person asked.

    Source: R-53 (handbook domain.md 4.3: two persons).
    """
    rows = Application.objects.select_related("reason")
    asked = rows.get(order=turn.order, kind=kind, outcome=Decision.WAITING)
    by = turn.by.staff
    rules.check_different_person(asked.asked_by_id, by.pk if by else None, "申请和审批")
    asked.outcome, asked.decision = outcome.value, note.strip()[:500]
    asked.decided_at, asked.decided_by = turn.now, by
    asked.save(update_fields=["outcome", "decision", "decided_at", "decided_by"])
    return asked


def _check_pending(turn: Turn, kind: ApplicationKind) -> None:
    if turn.order.pending != kind:
        raise Refused(f"尚无人申请{kind.label}", remedy="须先由承办单位申请")


def _moment(at: datetime | None) -> str:
    return timing.moment(at) if at else "未设"


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""


def _joined(*parts: str) -> str:
    return "；".join(part.strip() for part in parts if part.strip())
