"""The audit of a reply in two parts, its four outcomes, and the plans that follow from it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import NotAllowed, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Reason
from huiyin.knowledge.states import ClockKind
from huiyin.orders import reply_queries, reply_rules, rules
from huiyin.orders.actions.turn import Turn, begin, clock_for, finish, lead_of
from huiyin.orders.models import Assignment, Clock, PlannedSolution, Reply, WorkOrder
from huiyin.orders.reply_rules import Judgement
from huiyin.orders.states import (
    CONFIRM_PLAN,
    HANDLE_AGAIN,
    PASS_AUDIT,
    REJECT_REPLY,
    REPORT_PLAN,
    SUPERVISE_REPLY,
    VERIFY,
    AssignmentRole,
    AuditOutcome,
    Outcome,
    Satisfaction,
    Solved,
    State,
)
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

Scores = Mapping[str, int]
LONGEST_REPORT = 1000


@transaction.atomic
def pass_audit(
    order_id: int, *, by: Actor, note: str = "", scores: Scores | None = None, now: datetime
) -> WorkOrder:
    """Accept a reply: its answer becomes the order's answer.

    The call-back begins, or the order ends: when the citizen has been asked before, or is not
    among those who are asked.

    Raises:
        Invalid: the points do not fit the scorecard.
        Refused: they do not reach the pass mark.

    Source: R-63, R-146, R-148, R-149 (requirements 19, 165, 167; handbook domain.md 4.3 通过).
    """
    turn = begin(PASS_AUDIT, order_id, by, now)
    last = _audit(turn, AuditOutcome.CLOSE, note=note, scores=scores)
    turn.order.answer = last.public_answer
    _open_plan(turn, last)
    if last.verified_at is None and reply_queries.is_called_back(turn.order.number, last.at):
        return finish(turn, note=note.strip(), public_note=last.public_answer)
    return _end(turn, last, note)


def _end(turn: Turn, last: Reply, note: str) -> WorkOrder:
    """End an order whose citizen has been asked, or by the plan is not asked."""
    order = turn.order
    asked = last.verified_at is not None
    kind = reply_rules.close_type_after_audit(
        Outcome(last.outcome),
        Solved(order.solved) if order.solved else None,
        Satisfaction(order.satisfaction) if order.satisfaction else None,
        unreached=asked and not (order.solved or order.satisfaction or order.reason_id),
    )
    order.close_type, order.closed_at = kind.value, turn.now
    why = "" if asked else "按回访计划不回访"
    return finish(
        turn,
        target=State.CLOSED,
        note="；".join(filter(None, [note.strip(), why])),
        public_note=last.public_answer,
        data={"close_type": kind.value, "no_callback": "" if asked else "not_drawn"},
        starts=False,
    )


@transaction.atomic
def reject_reply(
    order_id: int, *, by: Actor, note: str, scores: Scores | None = None, now: datetime
) -> WorkOrder:
    """Send a reply back to be done again in a new round. Raises Invalid without a reason.

    Source: R-50, R-147 (requirement 167; handbook domain.md 4.3 退回).
    """
    turn = begin(REJECT_REPLY, order_id, by, now)
    rules.check_note(note, "note", "退回原因")
    _audit(turn, AuditOutcome.RETURN, note=note, scores=scores)
    return finish(turn, note=note.strip())


@transaction.atomic
def handle_again(
    order_id: int, *, by: Actor, note: str, scores: Scores | None = None, now: datetime
) -> WorkOrder:
    """Let the same unit go on in the same round: the reply is not whole yet.

    The unit's deadline goes on; where it has passed, the limit of the next round is given.

    Raises:
        Invalid: it is not said what is missing.

    Source: R-147 (requirement 167: handle again).
    """
    turn = begin(HANDLE_AGAIN, order_id, by, now)
    rules.check_note(note, "note", "要继续办理的内容")
    _audit(turn, AuditOutcome.HANDLE_AGAIN, note=note, scores=scores)
    return _back_to_unit(turn, note, ClockKind.FINISH)


@transaction.atomic
def supervise_reply(
    order_id: int, *, by: Actor, note: str, scores: Scores | None = None, now: datetime
) -> WorkOrder:
    """Give the matter back to the unit under supervision, with the time of a supervision order.

    Raises:
        Invalid: it is not said what is asked.

    Source: R-147 (requirement 167: supervise).
    """
    turn = begin(SUPERVISE_REPLY, order_id, by, now)
    rules.check_note(note, "note", "督办要求")
    _audit(turn, AuditOutcome.SUPERVISE, note=note, scores=scores)
    return _back_to_unit(turn, note, ClockKind.SUPERVISION)


def _back_to_unit(turn: Turn, note: str, limit: ClockKind) -> WorkOrder:
    """Give the order back to its lead unit within the round, and time it."""
    order, now, head = turn.order, turn.now, lead_of(turn.order)
    due = order.due_at if order.due_at and limit is ClockKind.FINISH else None
    clock = _finish_clock(turn, limit)
    if clock is not None:
        clock.assignment = head
        if due is not None and due > now:
            clock.due_at, clock.words = due, "继续办理，原期限不变。"
            clock.provisional = False  # not the end of this limit, so no calendar moves it
    head.replied_at = None
    head.due_at = order.due_at = clock.due_at if clock else None
    head.save(update_fields=["replied_at", "due_at"])
    clocks = [clock, *_below_again(turn, clock.due_at)] if clock else []
    return finish(
        turn,
        note=note.strip(),
        data={"unit": head.unit.code},
        clocks=clocks,
        starts=False,
    )


def _below_again(turn: Turn, due_at: datetime) -> list[Clock]:
    """Give those who have not reported yet their time again, never more than the lead has.

    Who works below is timed by a clock, who assists or supervises shares the lead's due time.
    Returns unsaved clocks; three queries and one for each part below.

    Source: R-558 (requirements 23, 167; handbook domain.md 2.1 art. 14).
    """
    parts = Assignment.objects.filter(order=turn.order, ended_at__isnull=True)
    top = parts.filter(parent__isnull=True)
    top.exclude(role=AssignmentRole.LEAD.value).update(due_at=due_at)
    until = dict.fromkeys(top.values_list("pk", flat=True), due_at)
    clocks = []
    for part in parts.filter(parent__isnull=False).order_by("pk"):
        above = until.get(part.parent_id or 0)
        if above is None:  # the unit above has reported, so nobody waits for this part
            continue
        own = part.due_at
        part.due_at = min(own, above) if own is not None and own > turn.now else above
        until[part.pk] = part.due_at
        part.save(update_fields=["due_at"])
        clocks.append(
            Clock(
                order=turn.order, assignment=part, kind=ClockKind.FINISH.value,
                started_at=turn.now, due_at=part.due_at, words="上级单位继续办理，恢复计时。",
            )
        )  # fmt: skip
    return clocks


def _finish_clock(turn: Turn, limit: ClockKind) -> Clock | None:
    """Return a clock for finishing, by the limit of the next round or of a supervision order."""
    order, round_ = turn.order, turn.order.round
    order.round = round_ + 1
    clock = clock_for(order, limit, turn.now) or clock_for(order, ClockKind.FINISH, turn.now)
    order.round = round_
    if clock is not None:
        clock.kind = ClockKind.FINISH.value
    return clock


def _audit(turn: Turn, outcome: AuditOutcome, *, note: str, scores: Scores | None) -> Reply:
    """Store what the audit says of the last reply.

    Source: R-145, R-146, R-147 (requirements 19, 167).
    """
    now, order = turn.now, turn.order
    if order.pending:
        raise Refused("承办单位申请终止办理，没有待审核的回复", remedy="请审核终止申请")
    reply_rules.check_outcome(outcome, reply_queries.audit_outcomes(now))
    mark = reply_queries.pass_mark(now)
    judged = reply_rules.judge(
        reply_queries.scorecard(now),
        scores,
        pass_mark=mark,
        required=bool(knowledge.parameter("audit.score_required", now, default=False)),
    )
    passed = outcome is AuditOutcome.CLOSE
    if passed:
        reply_rules.check_passed(judged, mark)
    else:
        order.solved, order.satisfaction, order.reason = "", "", None
    row = present(reply_queries.LAST_REPLY.one(order.pk))
    row.passed, row.audit_note = passed, note.strip()[:500]
    row.audited_at, row.audited_by, row.audit_outcome = now, turn.by.staff, outcome.value
    _score(row, judged)
    row.save()
    return row


def _score(row: Reply, judged: Judgement | None) -> None:
    if judged is None:
        return
    row.substance, row.wording = judged.substance, judged.wording
    row.scores = [
        {
            "part": item.part.label,
            "code": item.code,
            "name": item.name,
            "points": got,
            "of": item.points,
        }
        for item, got in judged.scores
    ]


@transaction.atomic
def verify(
    order_id: int,
    *,
    by: Actor,
    solved: Solved | None = None,
    grade: Satisfaction | None = None,
    no_callback: Reason | None = None,
    unreached: bool = False,
    note: str = "",
    now: datetime,
) -> WorkOrder:
    """Record the call-back of a city that asks before the audit; the audit comes next.

    Args:
        order_id: the order.
        by: the clerk, or the citizen.
        solved: the citizen's answer; ``grade`` likewise.
        grade: see above.
        no_callback: why nobody is called.
        unreached: the citizen could not be reached; the caller has counted the attempts.
        note: what was said.
        now: when.

    Raises:
        Refused: no call-back and no reason, the citizen is not satisfied, or the reply has been
            audited already.

    Source: R-54, R-148 (requirement 165: call-back, then audit).
    """
    turn = begin(VERIFY, order_id, by, now)
    order = turn.order
    last = present(reply_queries.LAST_REPLY.one(order.pk))
    if last.passed is not None:
        raise Refused("这份回复已经审核", remedy="请直接按回访结果办结")
    if not unreached:
        rules.check_close(
            called_back=solved is not None or grade is not None,
            reason_code=no_callback.code if no_callback else "",
            solved=solved,
            grade=grade,
        )
    order.solved = solved.value if solved else ""
    order.satisfaction = grade.value if grade else ""
    order.reason = no_callback
    last.verified_at = now
    last.save(update_fields=["verified_at"])
    said = [no_callback.name] if no_callback else []
    said += [each.label for each in (solved, grade) if each is not None]
    return finish(
        turn,
        note="；".join(filter(None, [*said, note.strip()])),
        public_note="感谢您的评价" if solved or grade else "",
        data={"no_callback": no_callback.code if no_callback else "", "unreached": unreached},
    )


def _open_plan(turn: Turn, last: Reply) -> None:
    """Put an accepted plan with a date into the ledger.

    Source: R-143 (requirement 137: planned-solution ledger).
    """
    if last.outcome != Outcome.PLANNED or last.planned_on is None:
        return
    PlannedSolution.objects.create(
        order=turn.order,
        reply=last,
        unit_id=last.assignment.unit_id,
        text=last.result,
        due_on=last.planned_on,
        opened_at=turn.now,
    )


@transaction.atomic
def report_plan(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Report that a planned solution has been carried out; the centre then asks the citizen.

    Raises:
        Invalid: nothing is said.
        NotAllowed: the plan is another unit's.
        Refused: there is no plan to report on.

    Source: R-151 (requirement 137: follow-up).
    """
    turn = begin(REPORT_PLAN, order_id, by, now)
    rules.check_note(note, "note", "落实情况")
    plan = _plan(turn.order)
    owner = _owner(plan, turn.order)
    if by.unit is None or by.unit.pk != owner.pk:
        raise NotAllowed(f"这项计划由{owner}落实", remedy="请由列入计划的单位申报")
    plan.reported_at, plan.report = now, text.clean(note, lines=True)[:LONGEST_REPORT]
    plan.save(update_fields=["reported_at", "report"])
    return finish(turn, note=plan.report, data={"plan": plan.pk})


def _owner(plan: PlannedSolution, order: WorkOrder) -> Unit:
    """Return who is to carry out a plan today: its unit, or who took over from it."""
    category = order.category.code if order.category else ""
    region = order.region.code if order.region else ""
    return succession.heir(plan.unit, category, region)


@transaction.atomic
def confirm_plan(order_id: int, *, by: Actor, done: bool, note: str, now: datetime) -> WorkOrder:
    """Confirm with the citizen that a plan was carried out, or send it back to the unit.

    Raises:
        Invalid: nothing is said.
        Refused: there is no plan, or the unit has not reported.

    Source: R-151 (requirement 137: follow-up).
    """
    turn = begin(CONFIRM_PLAN, order_id, by, now)
    rules.check_note(note, "note", "核实情况")
    plan = _plan(turn.order)
    if plan.reported_at is None:
        raise Refused("单位还没有申报落实", remedy="请先催请单位申报")
    if done:
        plan.done_at, plan.done_note = now, text.clean(note)[:500]
    else:
        plan.reported_at = None
    plan.save(update_fields=["done_at", "done_note", "reported_at"])
    said = "已落实" if done else "未落实，退回单位"
    return finish(turn, note=f"{said}：{note.strip()}", data={"plan": plan.pk, "done": done})


def _plan(order: WorkOrder) -> PlannedSolution:
    rows = PlannedSolution.objects.select_related("unit").filter(order=order, done_at__isnull=True)
    found = rows.order_by("-pk").first()
    if found is None:
        raise Refused("没有待落实的计划", remedy="请在计划台账中核对")
    return found
