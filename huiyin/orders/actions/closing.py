"""How an order ends after the call-back, or goes into its next round."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from huiyin.kernel.checks import present
from huiyin.kernel.errors import Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Reason
from huiyin.orders import rules
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.models import Reply, WorkOrder
from huiyin.orders.states import (
    ARCHIVE,
    CLOSE,
    CLOSE_UNREACHED,
    CLOSE_UNSATISFIED,
    REDO,
    CloseType,
    Outcome,
    Satisfaction,
    Solved,
    State,
)
from huiyin.orgs.actors import SYSTEM, Actor


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


def archive_closed(*, until: datetime, limit: int = 500) -> int:
    """Archive closed orders whose days are over at ``until``; return how many.

    Each order in its own transaction; safe to repeat and in parallel.

    Source: R-66 (handbook domain.md 4.3 归档, 4.6).
    """
    days = int(knowledge.parameter("archive.after_days", until, default=30))
    due = (
        WorkOrder.objects.filter(state=State.CLOSED, closed_at__lt=until - timedelta(days=days))
        .order_by("closed_at", "pk")
        .values_list("pk", flat=True)[:limit]
    )
    return sum(_archive(order_id, until) for order_id in due)


@transaction.atomic
def _archive(order_id: int, now: datetime) -> bool:
    taken = WorkOrder.objects.select_for_update(skip_locked=True).filter(
        pk=order_id, state=State.CLOSED
    )
    if not taken.exists():
        return False
    finish(begin(ARCHIVE, order_id, SYSTEM, now))
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
    audited = Reply.objects.filter(order=order).order_by("-pk").values_list("passed", flat=True)
    if not audited.first():
        raise Refused("回复还没有审核，不能办结", remedy="请记录回访结果，转审核后办结")


def _outcome(order: WorkOrder) -> Outcome:
    last = Reply.objects.filter(order=order).order_by("-pk").values_list("outcome", flat=True)
    return Outcome(present(last.first()))
