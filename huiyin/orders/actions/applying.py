"""What a unit applies for while it holds an order: extension, suspension, termination."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import LimitRule, Reason
from huiyin.knowledge.states import ClockKind, ReasonGroup
from huiyin.orders import rules
from huiyin.orders.actions import levels, timing
from huiyin.orders.actions.files import Upload, accept, attach
from huiyin.orders.actions.turn import Turn, begin, finish, matter_of
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Attachment, ReplyDraft, WorkOrder
from huiyin.orders.reply_states import DraftState
from huiyin.orders.states import (
    ASK_EXTENSION,
    ASK_SUSPENSION,
    ASK_TERMINATION,
)
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.worktime import deadline as worktime
from huiyin.worktime import limits
from huiyin.worktime.limits import LimitUnit

LONGEST = 500
_BY_DAY = frozenset({LimitUnit.CALENDAR_DAYS, LimitUnit.WORKING_DAYS})


@transaction.atomic
def ask_extension(
    order_id: int,
    *,
    by: Actor,
    reason: Reason,
    basis: str,
    until: datetime,
    explanation: str = "",
    now: datetime,
) -> WorkOrder:
    """Ask for a later due time before the present one, within what the city allows.

    The finish clock keeps running while the request is considered.

    Args:
        order_id: the order.
        by: staff of the lead unit.
        reason: a code of the group of extensions.
        basis: why, in words.
        until: the new due time; exclusive.
        explanation: what the citizen is told, unless the city leaves that to the unit.
        now: when.

    Raises:
        TooLate: the due time has come.
        NotAllowed: the extensions are used up.
        Invalid: reason, basis, explanation or date is missing or not within the limit.

    Source: R-105 (handbook domain.md 2.1 art. 15, 2.8).
    """
    turn = begin(ASK_EXTENSION, order_id, by, now)
    order = turn.order
    _check_nothing_waits(order)
    if reason.group != ReasonGroup.EXTENSION.value:
        raise Invalid("请选择延期原因", fields={"reason": "原因不在列表内"})
    rules.check_note(basis, "basis", "延期理由")
    if knowledge.parameter("extension.notify_citizen", now, default=True):
        rules.check_note(explanation, "explanation", "给诉求人的说明")
    granted = Application.objects.filter(
        order=order, round=order.round, kind=ApplicationKind.EXTENSION, outcome=Decision.GRANTED
    )
    rules.check_extension(
        now=now,
        due_at=order.due_at,
        until=until,
        latest=latest_extension(order, now),
        granted=granted.count(),
        most=int(knowledge.parameter("extension.max_times", now, default=1)),
    )
    _apply(
        turn,
        ApplicationKind.EXTENSION,
        reason=reason,
        basis=basis,
        explanation=explanation,
        until=until,
    )
    note = f"{reason.name}：{basis.strip()}；申请延期至 {timing.moment(until)}"
    return finish(turn, note=note, data={"reason": reason.code, "until": until.isoformat()})


def latest_extension(order: WorkOrder, now: datetime) -> datetime | None:
    """Return the latest due time that an extension may give; None when the city sets no limit.

    The limit runs from the due time as it stands. No query while rules are remembered.

    Source: R-105 (handbook domain.md 2.7, Shandong: ten working days).
    """
    rule: LimitRule | None = knowledge.limit_for("extension", matter_of(order), now)
    if rule is None or order.due_at is None:
        return None
    limit = limits.parse(rule.limit)
    # A due time at midnight ends the day before it, from which the days are counted.
    last = order.due_at - timedelta(microseconds=1) if limit.unit in _BY_DAY else order.due_at
    return worktime.deadline(last, limit, orgs.calendar()).due_at


@transaction.atomic
def ask_suspension(
    order_id: int,
    *,
    by: Actor,
    basis: str,
    explanation: str,
    until: datetime,
    files: Sequence[Upload] = (),
    attached: Sequence[int] = (),
    now: datetime,
) -> WorkOrder:
    """Ask to suspend an order that cannot be solved yet, with a sealed report and a review date.

    Nothing stops before somebody else has approved.

    Args:
        order_id: the order.
        by: staff of the lead unit.
        basis: why it cannot be solved yet.
        explanation: what the citizen is told when it is approved.
        until: when it is to be looked at again.
        files: the sealed report; the first file is taken for it.
        attached: or keys of files that the order already has.
        now: when.

    Raises:
        Invalid: basis, explanation, report or date is missing or out of bounds.
        Refused: one is waiting already.
        TooLarge, WrongType: a file is refused.

    Source: R-106 (handbook domain.md 2.8, 4.3: sealed report; approved; review date).
    """
    accepted = accept(list(files))
    turn = begin(ASK_SUSPENSION, order_id, by, now)
    order = turn.order
    _check_nothing_waits(order)
    rules.check_note(basis, "basis", "不能按期办结的原因")
    rules.check_note(explanation, "explanation", "给诉求人的说明")
    rules.check_review_date(now=now, until=until, latest=latest_review(order, now))
    report = _report(turn, list(attached)) if not accepted else None
    if accepted:
        report = attach(order, accepted, by=by, now=now)[0]
    if report is None:
        raise Invalid("请上传盖章的书面报告", fields={"report": "请上传盖章的书面报告"})
    _apply(
        turn,
        ApplicationKind.SUSPENSION,
        basis=basis,
        explanation=explanation,
        until=until,
        report=report,
    )
    order.pending = ApplicationKind.SUSPENSION.value
    note = f"{basis.strip()}；复核日期 {timing.moment(until)}；报告“{report.name}”"
    return finish(turn, note=note, data={"until": until.isoformat(), "report": report.pk})


def latest_review(order: WorkOrder, now: datetime) -> datetime | None:
    """Return until when an order may be suspended at most; None when the city sets no limit.

    Source: R-106 (handbook domain.md 4.3: review date).
    """
    rule = knowledge.limit_for(ClockKind.SUSPENSION, matter_of(order), now)
    if rule is None:
        return None
    return worktime.deadline(now, limits.parse(rule.limit), orgs.calendar()).due_at


@transaction.atomic
def ask_termination(
    order_id: int, *, by: Actor, reason: Reason, basis: str, explanation: str, now: datetime
) -> WorkOrder:
    """Ask to end an order that cannot or must not be handled further; the auditor decides.

    The unit's clocks stand still while it is considered and run on as before when it is refused.

    Raises:
        Invalid: reason, basis or explanation is missing.

    Source: R-108 (handbook domain.md 2.8, Weifang art. 21).
    """
    turn = begin(ASK_TERMINATION, order_id, by, now)
    if reason.group != ReasonGroup.TERMINATION.value:
        raise Invalid("请选择终止办理的原因", fields={"reason": "原因不在列表内"})
    rules.check_note(basis, "basis", "终止办理的依据")
    rules.check_note(explanation, "explanation", "给诉求人的说明")
    lapse(turn)
    _apply(turn, ApplicationKind.TERMINATION, reason=reason, basis=basis, explanation=explanation)
    timing.pause(turn)
    turn.order.pending = ApplicationKind.TERMINATION.value
    note = f"{reason.name}：{basis.strip()}"
    return finish(turn, note=note, data={"reason": reason.code})


def apply_for_return(turn: Turn, **facts: Any) -> Application:
    """Store that a unit asked to return an order; for ``assigning.ask_return``."""
    return _apply(turn, ApplicationKind.RETURN, **facts)


def apply_for_raising(turn: Turn, **facts: Any) -> Application:
    """Store that a unit asked the level above; for ``raising.ask_raise``."""
    return _apply(turn, ApplicationKind.RAISING, **facts)


def lapse(turn: Turn, *, every: bool = False) -> None:
    """Let an application that still waits lapse: the order moves on without it.

    No query when nothing is pending; with ``every`` those that are a state of their own as well.
    """
    if not turn.order.pending and not every:
        return
    waiting = Application.objects.filter(order=turn.order, outcome=Decision.WAITING)
    waiting.update(outcome=Decision.LAPSED, decided_at=turn.now)
    if turn.order.pending == ApplicationKind.RAISING:
        levels.release(turn)
    turn.order.pending = ""


def withdraw_drafts(turn: Turn, why: str) -> None:
    """Return drafts that wait for a signature to their authors: they are of use to nobody now.

    One statement.

    Source: R-159 (requirement 197).
    """
    waiting = ReplyDraft.objects.filter(order=turn.order, state=DraftState.WAITING.value)
    waiting.update(state=DraftState.RETURNED.value, decided_at=turn.now, reason=why)


def _check_nothing_waits(order: WorkOrder) -> None:
    """Raise Refused while another application waits: there is one at a time."""
    if order.pending:
        raise Refused(f"已申请{ApplicationKind(order.pending).label}，等待审批")


def _apply(turn: Turn, kind: ApplicationKind, **facts: Any) -> Application:
    mine = present(turn.mine)
    for name in ("basis", "explanation"):
        said = text.clean(facts.get(name, ""), lines=True)
        if len(said) > LONGEST:
            raise Invalid("填写过长", fields={name: f"最多 {LONGEST} 个字"})
        facts[name] = said
    return Application.objects.create(
        order=turn.order,
        assignment=mine,
        unit=mine.unit,
        kind=kind.value,
        round=turn.order.round,
        asked_at=turn.now,
        asked_by=turn.by.staff,
        due_before=turn.order.due_at,
        **facts,
    )


def _report(turn: Turn, keys: list[int]) -> Attachment | None:
    """Return the first of the named files. Raises Invalid when one is not the order's."""
    rows = {a.pk: a for a in Attachment.objects.filter(order=turn.order, pk__in=keys)}
    if len(rows) != len(set(keys)):
        raise Invalid("没有这个附件", fields={"report": "附件不在这件工单上"})
    return rows[keys[0]] if keys else None
