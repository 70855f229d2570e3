"""How an order ends after the call-back, or goes into its next round."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from huiyin.kernel import masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import NotAllowed, Refused
from huiyin.kernel.prepared import Prepared
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Reason
from huiyin.orders import moving, rules
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import OrderLink, WorkOrder
from huiyin.orders.reply_queries import LAST_REPLY
from huiyin.orders.states import (
    ANSWER_FROM_FILE,
    ARCHIVE,
    ASK_WRITE_OFF,
    CLOSE,
    CLOSE_UNREACHED,
    CLOSE_UNSATISFIED,
    OPEN,
    REDO,
    STAY_UNSATISFIED,
    WRITE_OFF,
    CloseType,
    Outcome,
    Satisfaction,
    Solved,
    State,
)
from huiyin.orgs import succession
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Unit

# An order that nobody else has locked at this moment.
_FREE = Prepared(lambda key: WorkOrder.objects.select_for_update(skip_locked=True).filter(pk=key))


@transaction.atomic
def close(
    order_id: int,
    *,
    by: Actor,
    solved: Solved | None = None,
    grade: Satisfaction | None = None,
    no_callback: Reason | None = None,
    note: str = "",
    now: datetime,
) -> WorkOrder:
    """Close after a call-back with its answers, or without one for a recorded reason.

    Raises:
        Refused: no call-back and no reason, or the citizen is not satisfied.

    Source: R-54 (requirements 1, 9, 91; handbook rule 5).
    """
    turn = begin(CLOSE, order_id, by, now)
    _check_audited(turn.order)
    kind = rules.check_close(
        called_back=solved is not None or grade is not None,
        reason_code=no_callback.code if no_callback else "",
        solved=solved,
        grade=grade,
    )
    kind = rules.close_type_for(_outcome(turn.order), kind)
    _end(turn, kind, solved, grade)
    turn.order.reason = no_callback
    said = [no_callback.name] if no_callback else []
    said += [s.label for s in (solved, grade) if s is not None]
    return finish(
        turn,
        note="；".join([*said, *([note.strip()] if note.strip() else [])]),
        public_note="感谢您的评价" if solved or grade else "",
        data={"close_type": kind.value, "no_callback": no_callback.code if no_callback else ""},
    )


@transaction.atomic
def redo(
    order_id: int,
    *,
    by: Actor,
    solved: Solved | None,
    grade: Satisfaction | None,
    note: str = "",
    now: datetime,
) -> WorkOrder:
    """Send an order whose citizen is not satisfied into the next round.

    Raises:
        Refused: the rounds are used up.

    Source: R-56 (handbook domain.md 2.8, 4.3).
    """
    turn = begin(REDO, order_id, by, now)
    rules.check_round(turn.order.round, int(knowledge.parameter("redo.max_rounds", now, default=3)))
    said = [s.label for s in (solved, grade) if s is not None]
    return finish(
        turn,
        note="；".join([*said, *([note.strip()] if note.strip() else [])]),
        public_note="将重新安排办理",
        data={
            "round": turn.order.round,
            "solved": solved.value if solved else "",
            "satisfaction": grade.value if grade else "",
        },
    )


@transaction.atomic
def close_unsatisfied(
    order_id: int,
    *,
    by: Actor,
    solved: Solved | None,
    grade: Satisfaction | None,
    note: str,
    now: datetime,
) -> WorkOrder:
    """Close as unsatisfied when everything lawful was done; the order is followed until 销号.

    The caller has counted the attempts (``followup``).

    Raises:
        Invalid: no explanation is given.

    Source: R-64 (handbook domain.md 2.8 unsatisfied closing, Zhuzhou).
    """
    turn = begin(CLOSE_UNSATISFIED, order_id, by, now)
    rules.check_note(note, "note", "结案说明")
    _end(turn, CloseType.UNSATISFIED, solved, grade)
    return finish(
        turn,
        note=note.strip(),
        public_note="已向您说明，继续跟踪",
        data={"close_type": "unsatisfied"},
    )


@transaction.atomic
def close_unreached(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Close because the citizen could not be reached; the caller has counted the attempts.

    Source: R-65 (handbook domain.md 4.3: n attempts on two days or more).
    """
    turn = begin(CLOSE_UNREACHED, order_id, by, now)
    _check_audited(turn.order)
    _end(turn, CloseType.UNREACHED, None, None)
    return finish(turn, note=note.strip(), data={"close_type": "unreached"})


@transaction.atomic
def answer_from_file(
    order_id: int, *, by: Actor, filing: str, answer: str, now: datetime
) -> WorkOrder:
    """Close with the answer of a filing in force instead of dispatching.

    The caller has found the filing in force and counts its use (``followup.filings``).

    Args:
        order_id: the order.
        by: the dispatcher.
        filing: number of the filing.
        answer: its public answer.
        now: when.

    Source: R-126 (requirements 112, 113; handbook domain.md 2.8, 4.3 备案答复).
    """
    turn = begin(ANSWER_FROM_FILE, order_id, by, now)
    rules.check_note(answer, "answer", "备案的答复口径")
    turn.order.answer = text.clean(answer, lines=True)
    _end(turn, CloseType.FILED, None, None)
    return finish(
        turn,
        note=f"依据备案 {filing} 答复，不再派单",
        public_note=turn.order.answer,
        data={"filing": filing, "close_type": CloseType.FILED.value},
    )


@transaction.atomic
def ask_write_off(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Report what was improved for an unsatisfied citizen and ask the hotline to call again.

    The caller keeps the request (``followup.writeoffs``).

    Raises:
        NotAllowed: another unit than the one that led the order, or took over from it.
        Invalid: the improvement is not described.

    Source: R-128, R-554 (requirements 116, 126; handbook domain.md 2.8 销号).
    """
    turn = begin(ASK_WRITE_OFF, order_id, by, now)
    owners = _owners(turn.order)
    if by.unit is None or by.unit.pk not in {unit.pk for unit in owners}:
        raise NotAllowed(
            "只有原主办单位能申请销号", remedy=f"请由{owners[0]}申请" if owners else ""
        )
    rules.check_note(note, "note", "改进情况")
    return finish(turn, note=f"{by.unit}：{masks.in_text(text.clean(note, lines=True))}")


def _owners(order: WorkOrder) -> list[Unit]:
    """Return who is to improve an order that has ended: its unit, or who took over from it.

    Of a unit that was split both may: who took over such matters, and who took over the rest and
    with it the past. No query while the unit lives.

    Source: R-554 (requirement 126: register of units).
    """
    lead = order.lead_unit
    if lead is None or lead.active:
        return [lead] if lead else []
    category = order.category.code if order.category else ""
    region = order.region.code if order.region else ""
    return [succession.heir(lead, category, region), succession.heir(lead)]


@transaction.atomic
def write_off(
    order_id: int,
    *,
    by: Actor,
    solved: Solved,
    grade: Satisfaction,
    note: str = "",
    now: datetime,
) -> WorkOrder:
    """Take an order off the list of the unsatisfied: called again, the citizen is satisfied now.

    The caller has recorded the call (``followup.writeoffs``).

    Raises:
        Refused: the citizen is not satisfied.

    Source: R-128 (requirement 116; handbook domain.md 2.8 销号).
    """
    turn = begin(WRITE_OFF, order_id, by, now)
    rules.check_close(called_back=True, reason_code="", solved=solved, grade=grade)
    _end(turn, CloseType.WRITTEN_OFF, solved, grade)
    said = [solved.label, grade.label, *([note.strip()] if note.strip() else [])]
    return finish(
        turn,
        note="；".join(said),
        public_note="感谢您的评价",
        data={"close_type": CloseType.WRITTEN_OFF.value},
    )


@transaction.atomic
def stay_unsatisfied(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Record that the call after an improvement did not lead to a write-off.

    Source: R-128 (requirement 116; handbook domain.md 2.8 销号).
    """
    turn = begin(STAY_UNSATISFIED, order_id, by, now)
    rules.check_note(note, "note", "回访情况")
    return finish(turn, note=note.strip())


def archive_closed(*, until: datetime, limit: int = 500) -> int:
    """Archive closed orders whose days are over at ``until``; return how many.

    Each order in its own transaction; safe to repeat and in parallel. A merged order waits for its
    main order, so that it can still be split off.

    Source: R-66 (handbook domain.md 4.3 归档, 4.6).
    """
    days = int(knowledge.parameter("archive.after_days", until, default=30))
    follows = OrderLink.objects.filter(
        order=OuterRef("pk"),
        kind=LinkKind.MERGED.value,
        ended_at__isnull=True,
        other__state__in=[state.value for state in OPEN],
    )
    due = (
        WorkOrder.objects.filter(state=State.CLOSED, closed_at__lt=until - timedelta(days=days))
        .exclude(Exists(follows))
        .order_by("closed_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    return sum(_archive(order_id, until) for order_id in due)


@transaction.atomic
def _archive(order_id: int, now: datetime) -> bool:
    order = _FREE.one(order_id)
    if order is None or order.standing not in ARCHIVE.sources:
        return False
    finish(Turn(ARCHIVE, order, SYSTEM, now, was=moving.snapshot(order)))
    return True


def _end(turn: Turn, kind: CloseType, solved: Solved | None, grade: Satisfaction | None) -> None:
    order = turn.order
    order.close_type, order.closed_at = kind.value, turn.now
    order.solved = solved.value if solved else ""
    order.satisfaction = grade.value if grade else ""


def _check_audited(order: WorkOrder) -> None:
    """Refuse to close what nobody has audited: a city that calls back first audits afterwards.

    Source: R-148 (requirement 165).
    """
    last = LAST_REPLY.one(order.pk)
    if last is None or not last.passed:
        raise Refused("回复还没有审核，不能办结", remedy="请记录回访结果，转审核后办结")


def _outcome(order: WorkOrder) -> Outcome:
    return Outcome(present(LAST_REPLY.one(order.pk)).outcome)
