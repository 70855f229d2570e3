"""Raising a matter 提级: a unit asks the level above, which takes it over or answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ClockKind
from huiyin.orders import calling_queries, calling_rules, rules
from huiyin.orders.actions import levels, timing
from huiyin.orders.actions.applying import apply_for_raising, withdraw_drafts
from huiyin.orders.actions.assigning import (
    assist_with,
    check_new,
    check_units,
    given_to,
    in_care,
    lead_clocks,
)
from huiyin.orders.actions.deciding import decided
from huiyin.orders.actions.turn import Turn, begin, clock_for, finish, lead_of
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import Application, Assignment, Clock, WorkOrder
from huiyin.orders.states import (
    ACCEPT_RAISE,
    ANSWER_RAISE,
    ASK_RAISE,
    SETTLE_RAISE,
    AssignmentRole,
    State,
)
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

LONGEST = 500


@transaction.atomic
def ask_raise(
    order_id: int, *, by: Actor, to: Unit | None, basis: str, tried: str, now: datetime
) -> WorkOrder:
    """Ask the level above to take up a matter that goes beyond the unit; its clocks run on.

    The unit above gets a part with a clock of its own, so that it sees the order and its silence is
    recorded under its name. The centre may decide in its place at any time.

    Args:
        order_id: the order.
        by: staff of the lead unit.
        to: the unit above, one of ``calling_queries.above``; None for the city's hotline centre.
        basis: why it goes beyond the unit.
        tried: what has been done so far.
        now: when.

    Raises:
        Refused: another application waits.
        NotAllowed: asked too often, or this level has answered in this round.
        Invalid: a reason is missing, or the unit does not stand above.

    Source: R-113 (handbook domain.md 2.1 art. 20; requirement 204).
    """
    turn = begin(ASK_RAISE, order_id, by, now)
    mine, order = present(turn.mine), turn.order
    if order.pending:
        raise Refused("还有申请等待审批", remedy="请等答复后再申请提级")
    why, done = _said(basis, "basis", "超出本级的原因"), _said(tried, "tried", "已做的工作")
    if to is not None and to.pk not in {unit.pk for unit in calling_queries.above(mine.unit)}:
        raise Invalid(f"{to}不是本单位的上级", fields={"to": "请选择上级单位"})
    asked = list(
        Application.objects.filter(
            order=order, round=order.round, kind=ApplicationKind.RAISING
        ).values_list("suggested", "outcome")
    )
    answered = {unit for unit, outcome in asked if outcome != Decision.LAPSED}
    calling_rules.check_raise(
        asked=len(asked),
        most=int(knowledge.parameter("raising.max_times", now, default=2)),
        refused=(to.pk if to else None) in answered,
    )
    _check_free(order, to)
    apply_for_raising(turn, basis=why, explanation=done, suggested=to)
    order.pending = ApplicationKind.RAISING.value
    clock = clock_for(order, ClockKind.RAISING, now)
    if to is not None:
        part = levels.hold(turn, to, clock.due_at if clock else None, why)
        if clock:
            clock.assignment = part
    return finish(
        turn,
        note=f"{mine.unit}提请{to or '热线中心'}研究：{why}",
        data={"to": to.code if to else ""},
        clocks=[clock] if clock else [],
        starts=False,
    )


def _check_free(order: WorkOrder, to: Unit | None) -> None:
    """Refuse a unit that works on the order already: below somebody, or called by a whistle."""
    if to is None:
        return
    held = Assignment.objects.filter(order=order, unit=to, ended_at__isnull=True).first()
    if held is not None and (held.parent_id is not None or held.role == AssignmentRole.WHISTLE):
        raise Refused(f"{to}正在办理本单的一部分", remedy="请等它反馈后再申请提级")


@transaction.atomic
def accept_raise(order_id: int, *, by: Actor, note: str = "", now: datetime) -> WorkOrder:
    """Take a raised matter over: the unit above leads now, the one that asked assists.

    The due time stays what the citizen was promised, unless the city gives a new one.

    Source: R-113 (handbook domain.md 2.8: raise level).
    """
    turn = begin(ACCEPT_RAISE, order_id, by, now)
    mine = present(turn.mine)
    asked = _decided(turn, Decision.GRANTED, note)
    head, clocks, said = _take_over(turn, mine.unit, signed=True)
    return finish(
        turn,
        note="；".join(
            [f"{head.unit}接办，{asked.unit}协办", *said, *([note.strip()] if note.strip() else [])]
        ),
        public_note=f"已提级，由{head.unit.name}办理",
        data={"lead": head.unit.code, "from": asked.unit.code},
        clocks=clocks,
    )


@transaction.atomic
def answer_raise(
    order_id: int, *, by: Actor, note: str, assist: Sequence[Unit] = (), now: datetime
) -> WorkOrder:
    """Answer without taking over: how it is to be handled, and which of the own units assist.

    Raises:
        Invalid: no answer, or a unit with a part already.
        NotAllowed: a unit that is not in the care of the one that answers.

    Source: R-113 (handbook domain.md 2.1 art. 20: must study and decide).
    """
    turn = begin(ANSWER_RAISE, order_id, by, now)
    mine = present(turn.mine)
    said = _said(note, "note", "研究意见")
    other = next((unit for unit in assist if not in_care(unit, mine.unit)), None)
    if other is not None:
        raise NotAllowed(f"{other}不归本单位管辖", remedy="请联系热线中心指定")
    _decided(turn, Decision.GRANTED if assist else Decision.REFUSED, said)
    levels.release(turn)
    _assist(turn, assist, lead_of(turn.order))
    named = "、".join(str(unit) for unit in assist)
    return finish(
        turn,
        note=f"{mine.unit}：{said}" + (f"；协办 {named}" if named else ""),
        data={"assist": [unit.code for unit in assist]},
    )


@transaction.atomic
def settle_raise(  # noqa: PLR0913 - a decision names who leads, who assists, and why
    order_id: int,
    *,
    by: Actor,
    lead: Unit | None,
    assist: Sequence[Unit] = (),
    note: str,
    now: datetime,
) -> WorkOrder:
    """Decide on a raised matter in the centre: another unit leads, or the same one with help.

    Args:
        order_id: the order.
        by: who decides in the centre.
        lead: who leads from now on; None leaves it where it is.
        assist: who assists.
        note: why, and how it is to be handled.
        now: when.

    Raises:
        Invalid: no reason, or a unit that cannot be given the order.

    Source: R-113 (handbook domain.md 2.8: city office, standing meeting).
    """
    turn = begin(SETTLE_RAISE, order_id, by, now)
    why, old = _said(note, "note", "意见"), lead_of(turn.order)
    if turn.order.pending != ApplicationKind.RAISING:
        raise Refused("尚无人申请提级", remedy="须先由承办单位申请")
    moves = lead is not None and lead.pk != old.unit_id
    check_units([lead or old.unit, *assist], turn)
    _decided(turn, Decision.GRANTED if moves or assist else Decision.REFUSED, why)
    clocks: list[Clock] = []
    said: list[str] = []
    if moves:
        old, clocks, said = _take_over(turn, present(lead), signed=False)
    else:
        levels.release(turn)
    _assist(turn, assist, old)
    to_sign = moves and old.signed_at is None
    return finish(
        turn,
        target=State.TO_SIGN if to_sign else State.IN_PROGRESS,
        note=given_to(old.unit, assist, None, [why, *said]),
        public_note=f"已提级，由{old.unit.name}办理" if moves else "",
        data={"lead": old.unit.code, "assist": [unit.code for unit in assist]},
        clocks=clocks,
    )


def _assist(turn: Turn, units: Sequence[Unit], head: Assignment) -> None:
    check_new(turn.order, units, "assist")
    assist_with(turn, units, head, shared=False)


def _decided(turn: Turn, outcome: Decision, note: str) -> Application:
    """Store the answer. Raises Refused when nothing waits."""
    if turn.order.pending != ApplicationKind.RAISING:
        raise Refused("尚无人申请提级")
    turn.order.pending = ""
    return decided(turn, ApplicationKind.RAISING, outcome, note)


def _take_over(
    turn: Turn, unit: Unit, *, signed: bool
) -> tuple[Assignment, list[Clock], list[str]]:
    """Let ``unit`` lead, with the due time as it stood; return its part, clocks and words.

    The unit that led assists from now on, and keeps what it passed down and whom it called.
    """
    order, old = turn.order, lead_of(turn.order)
    levels.release(turn)
    held = Assignment.objects.filter(order=order, unit=unit, ended_at__isnull=True)
    before = held.first()
    if before is not None and before.signed_at is not None:
        signed = True
    running = timing.finish_clock(turn)
    old.role = AssignmentRole.ASSIST.value
    old.save(update_fields=["role"])
    if before is None:
        head = Assignment(order=order, unit=unit, round=order.round, dispatched_at=turn.now)
        head.dispatched_by = turn.by.staff
    else:
        head = before
    head.role, head.parent = AssignmentRole.LEAD.value, None
    head.contacted_at = head.contacted_at or old.contacted_at
    if signed and head.signed_at is None:
        head.signed_at, head.signed_by = turn.now, turn.by.staff
    head.due_at = old.due_at
    head.save()
    clocks, said = _clocks(turn, head, old, running)
    if not signed and (sign := clock_for(order, ClockKind.SIGN, turn.now)):
        sign.assignment = head
        clocks.append(sign)
    told = (ClockKind.CONTACT.value, ClockKind.FEEDBACK.value)
    Clock.objects.filter(
        order=order, kind__in=told, assignment=old, stopped_at__isnull=True
    ).update(assignment=head)
    old.due_at, order.lead_unit, order.due_at = head.due_at, unit, head.due_at
    old.save(update_fields=["due_at"])
    withdraw_drafts(turn, "已提级办理")
    return head, clocks, said


def _clocks(
    turn: Turn, head: Assignment, old: Assignment, running: Clock | None
) -> tuple[list[Clock], list[str]]:
    """Return the finish clock of the new lead: anew where the city says so, else the old one.

    A part that the new lead had before may have a clock of its own, which ends.
    """
    Clock.objects.filter(
        assignment=head, kind=ClockKind.FINISH.value, stopped_at__isnull=True
    ).update(stopped_at=turn.now, replaced=True)
    if knowledge.parameter("raising.new_deadline", turn.now, default=False):
        if running is not None:
            timing.replace([running.pk], turn.now)
        clocks = lead_clocks(turn, head, kinds=(ClockKind.FINISH,))
        due = timing.moment(head.due_at) if head.due_at else "未设"
        return clocks, [f"时限重新计算，至 {due}"]
    if running is not None:
        Clock.objects.filter(pk=running.pk).update(assignment=head)
    return [], ["时限不变"] if old.due_at else []


def _said(words: str, name: str, what: str) -> str:
    rules.check_note(words, name, what)
    said = text.clean(words, lines=True)
    if len(said) > LONGEST:
        raise Invalid("填写过长", fields={name: f"最多 {LONGEST} 个字"})
    return said
