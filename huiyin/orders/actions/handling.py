"""What a unit does with its part before it replies: sign, contact, report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from huiyin.kernel import masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.knowledge.states import ClockKind
from huiyin.orders import policy, rules
from huiyin.orders.actions.calling import answered
from huiyin.orders.actions.files import Upload, accept, attach
from huiyin.orders.actions.turn import Turn, begin, finish, lead_of
from huiyin.orders.kinds import AssignmentRole
from huiyin.orders.models import Assignment, Clock, WorkOrder
from huiyin.orders.states import CONTACT, PROGRESS, SIGN, SUB_REPLY, SUB_SIGN
from huiyin.orgs.actors import Actor

LONGEST_PROGRESS = 500

LONGEST = {"process": 3000, "result": 3000}


@transaction.atomic
def sign(order_id: int, *, by: Actor, now: datetime) -> WorkOrder:
    """Sign for an order on behalf of the lead unit.

    Source: R-57 (handbook domain.md 4.3 签收).
    """
    turn = begin(SIGN, order_id, by, now)
    _sign(present(turn.mine), turn)
    return finish(turn, note=f"{present(turn.mine).unit}签收")


@transaction.atomic
def sub_sign(order_id: int, *, by: Actor, now: datetime) -> WorkOrder:
    """Sign for an assisting, supervising or passed-down part. Raises WrongState when signed."""
    turn = begin(SUB_SIGN, order_id, by, now)
    mine = present(turn.mine)
    if policy.is_lead(mine):
        raise NotAllowed("主办单位请直接签收工单")
    if mine.signed_at is not None:
        raise WrongState(f"{mine.unit}已经签收", state=turn.order.state)
    _sign(mine, turn)
    return finish(turn, note=f"{mine.unit}签收任务")


@transaction.atomic
def contact(
    order_id: int, *, by: Actor, at: datetime, number: str, note: str = "", now: datetime
) -> WorkOrder:
    """Record that the citizen was contacted: when, on which number, what was said.

    Raises:
        Invalid: no number, or a time in the future or before the order was made.

    Source: R-58 (requirements 164, 182; handbook domain.md 2.1 art. 15).
    """
    turn = begin(CONTACT, order_id, by, now)
    digits = text.phone_digits(number)
    wrong = {}
    if not 3 <= len(digits) <= 20:
        wrong["number"] = "请填写联系所用的号码"
    if not turn.order.created_at <= at <= now:
        wrong["at"] = "联系时间须在登记之后、现在之前"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)
    mine = present(turn.mine)
    lead = mine if mine.parent_id is None else lead_of(turn.order)
    for part in {mine.pk: mine, lead.pk: lead}.values():
        if part.contacted_at is None:
            part.contacted_at = at
            part.save(update_fields=["contacted_at"])
    shown = masks.phone(digits)
    said = f"：{note.strip()}" if note.strip() else ""
    return finish(
        turn,
        note=f"{mine.unit}用 {shown} 联系诉求人{masks.in_text(said)}",
        public_note="承办单位已与您联系",
        data={"contacted_at": at.isoformat()},
    )


@transaction.atomic
def progress(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Tell the hotline and the citizen how far a matter is; the deadline keeps running.

    Raises:
        Invalid: nothing is told, or too much.

    Source: R-516 (handbook domain.md 2.1 art. 14, 15: report the stage; 4.3: first feedback).
    """
    turn = begin(PROGRESS, order_id, by, now)
    rules.check_note(note, "note", "进展")
    said = text.clean(note, lines=True)
    if len(said) > LONGEST_PROGRESS:
        raise Invalid("进展过长", fields={"note": f"最多 {LONGEST_PROGRESS} 个字"})
    unit = present(turn.mine).unit
    words = masks.in_text(said)
    return finish(turn, note=f"{unit}：{words}", public_note=f"{unit.name}反馈进展：{words}")


@transaction.atomic
def sub_reply(
    order_id: int,
    *,
    by: Actor,
    process: str,
    result: str,
    files: Sequence[Upload] = (),
    now: datetime,
) -> WorkOrder:
    """Report the result of an assisting or passed-down part to the unit above it, with photos.

    Raises:
        Invalid: process or result is missing.
        NotAllowed: the actor's unit leads the order.
        WrongState: the part is not signed for, or already reported.

    Source: R-59 (requirement 126; handbook domain.md 2.1 art. 14).
    """
    accepted = accept(list(files))
    turn = begin(SUB_REPLY, order_id, by, now)
    mine = present(turn.mine)
    if policy.is_lead(mine):
        raise NotAllowed("主办单位请直接回复", remedy="在“回复”中填写办理结果")
    if mine.signed_at is None or mine.replied_at is not None:
        raise WrongState("请先签收任务，每项任务只报送一次", state=turn.order.state)
    rules.check_note(process, "process", "办理过程")
    rules.check_note(result, "result", "办理结果")
    mine.replied_at = mine.ended_at = now
    mine.save(update_fields=["replied_at", "ended_at"])
    Clock.objects.filter(assignment=mine, stopped_at__isnull=True).update(stopped_at=now)
    done = {
        "process": process.strip()[: LONGEST["process"]],
        "result": result.strip()[: LONGEST["result"]],
    }
    attach(turn.order, accepted, by=by, now=now)
    if mine.role == AssignmentRole.WHISTLE:
        answered(mine, done["result"], now)
    return finish(turn, note=f"{mine.unit}报送：{done['result']}", data=done)


def _sign(mine: Assignment, turn: Turn) -> None:
    mine.signed_at, mine.signed_by = turn.now, turn.by.staff
    mine.save(update_fields=["signed_at", "signed_by"])
    Clock.objects.filter(
        assignment=mine, kind=ClockKind.SIGN.value, stopped_at__isnull=True
    ).update(stopped_at=turn.now)
