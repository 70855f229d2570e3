"""The whistle 吹哨报到: a street calls departments, they report, tell what they did, are judged."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from huiyin.kernel import masks, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ClockKind
from huiyin.orders import calling_rules, rules
from huiyin.orders.actions.assigning import (
    NEVER_ASSIGNED,
    assign,
    check_new,
    check_units,
    in_care,
    words_below,
)
from huiyin.orders.actions.timing import counted_in
from huiyin.orders.actions.turn import Turn, begin, clock_for, finish
from huiyin.orders.kinds import AssignmentRole, WhistleGrade
from huiyin.orders.models import Assignment, Clock, Whistle, WhistleUnit, WorkOrder
from huiyin.orders.states import JUDGE_WHISTLE, REPORT_IN, WHISTLE
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import UnitKind

LONGEST = 500
NEVER_CALLED = frozenset({UnitKind.COMMUNITY.value, *NEVER_ASSIGNED})


@dataclass(frozen=True, slots=True)
class Calling:
    """What a whistle says: whom, why, when and where to meet, until when to tell the result."""

    units: Sequence[Unit]
    why: str
    meet_at: datetime | None = None
    meet_place: str = ""
    due_at: datetime | None = None


@transaction.atomic
def whistle(order_id: int, calling: Calling, *, by: Actor, now: datetime) -> WorkOrder:
    """Call departments to a matter; each must report within the city's limit.

    Each gets a part below the caller's, with a clock for its report and a due time for its result,
    as for a part that is passed down. The caller stays accountable.

    Raises:
        NotAllowed: this kind of unit does not whistle here.
        Invalid: no reason, nobody, too many, a unit below the caller, or one with a part already.

    Source: R-111, R-109 (handbook domain.md 2.1 art. 14, 16).
    """
    turn = begin(WHISTLE, order_id, by, now)
    mine = present(turn.mine)
    calling_rules.check_whistle(
        kind=mine.unit.kind,
        callers=knowledge.parameter("whistle.callers", now, default=list(calling_rules.CALLERS)),
        called=[unit.kind for unit in calling.units],
        never=NEVER_CALLED,
    )
    why, place = _said(calling.why, "why", LONGEST), text.clean(calling.meet_place)
    rules.check_note(why, "why", "吹哨的事由")
    if len(place) > 100:
        raise Invalid("填写过长", fields={"meet_place": "最多 100 个字"})
    for name, moment in (("meet_at", calling.meet_at), ("due_at", calling.due_at)):
        if moment is not None and moment <= now:
            raise Invalid("时间已过", fields={name: "须晚于现在"})
    _check_called(turn, mine, calling.units)
    row = Whistle.objects.create(
        order=turn.order, unit=mine.unit, round=turn.order.round, at=now, by=by.staff, why=why,
        meet_at=calling.meet_at, meet_place=place,
    )  # fmt: skip
    clocks: list[Clock] = []
    for unit in calling.units:
        clocks += _call(turn, row, mine, unit, calling.due_at)
    named = "、".join(str(unit) for unit in calling.units)
    return finish(
        turn,
        note=f"{mine.unit}向{named}吹哨：{why}" + (f"；集合地点 {place}" if place else ""),
        data={"whistle": row.pk, "units": [unit.code for unit in calling.units]},
        clocks=clocks,
    )


def _check_called(turn: Turn, mine: Assignment, units: Sequence[Unit]) -> None:
    check_units(units)
    below = next((unit for unit in units if in_care(unit, mine.unit)), None)
    if below is not None or any(unit.pk == mine.unit_id for unit in units):
        raise Invalid("下属单位不用吹哨", remedy="请下派", fields={"units": "下属单位请用下派"})
    check_new(turn.order, units, "units")


def _call(
    turn: Turn, row: Whistle, mine: Assignment, unit: Unit, asked: datetime | None
) -> list[Clock]:
    """Give one department its part; return its clocks for reporting and for the result."""
    share = int(knowledge.parameter("pass_down.share", turn.now, default=80))
    due = rules.due_below(
        turn.now, mine.due_at, asked, share, counted_in(turn.order.pk), orgs.calendar()
    )
    part = assign(turn, unit, AssignmentRole.WHISTLE, parent=mine, due_at=due, instructions=row.why)
    clocks = []
    report = clock_for(turn.order, ClockKind.WHISTLE, turn.now)
    if report is not None:
        report.assignment = part
        clocks.append(report)
    if due is not None:
        clocks.append(
            Clock(
                order=turn.order, assignment=part, kind=ClockKind.FINISH.value,
                started_at=turn.now, due_at=due,
                words=words_below(mine, due, asked=asked is not None, share=share),
            )
        )  # fmt: skip
    WhistleUnit.objects.create(
        whistle=row, unit=unit, assignment=part, due_at=report.due_at if report else None
    )
    return clocks


@transaction.atomic
def report_in(
    order_id: int, *, by: Actor, on_site: bool, person: str, note: str = "", now: datetime
) -> WorkOrder:
    """Report after a whistle: who comes, on the spot or otherwise. Stops the clock for reporting.

    Raises:
        Invalid: nobody is named.
        Refused: the department has reported already.
        NotAllowed: the actor's unit was not called.

    Source: R-111 (handbook domain.md 2.1 art. 16: response record).
    """
    turn = begin(REPORT_IN, order_id, by, now)
    mine = present(turn.mine)
    if mine.signed_at is not None:
        raise Refused("本单位已经报到")
    who, said = text.clean(person), masks.in_text(text.clean(note))
    if not 2 <= len(who) <= 60:
        raise Invalid("请写明谁来办理", fields={"person": "请写明姓名或科室，2–60 个字"})
    mine.signed_at, mine.signed_by = now, by.staff
    mine.save(update_fields=["signed_at", "signed_by"])
    Clock.objects.filter(
        assignment=mine, kind=ClockKind.WHISTLE.value, stopped_at__isnull=True
    ).update(stopped_at=now)
    _rows(mine).update(reported_at=now, on_site=on_site, person=who, unit=mine.unit)
    how = "到场" if on_site else "线上或电话配合"
    return finish(
        turn,
        note=f"{mine.unit}{how}，{who}" + (f"：{said}" if said else ""),
        data={"on_site": on_site},
    )


def answered(part: Assignment, result: str, now: datetime) -> None:
    """Keep what a department that was called has done; for ``handling.sub_reply``."""
    _rows(part).update(answered_at=now, answer=result[:1000])


@transaction.atomic
def judge_whistle(
    order_id: int, *, by: Actor, unit: Unit, grade: WhistleGrade, note: str = "", now: datetime
) -> WorkOrder:
    """Judge a department that the actor's unit called; one that never came is released.

    Raises:
        Invalid: no such department was called, or a bad grade lacks its reason.
        WrongState: it still has time to report or to answer.

    Source: R-111 (handbook domain.md 2.1 art. 33).
    """
    turn = begin(JUDGE_WHISTLE, order_id, by, now)
    mine = present(turn.mine)
    rows = WhistleUnit.objects.select_related("assignment", "unit").filter(
        whistle__order=turn.order, whistle__unit=mine.unit, unit=unit, judged_at=None
    )
    row = rows.order_by("pk").first()
    if row is None:
        raise Invalid("没有等待评价的这个部门", fields={"unit": "请选择被吹哨、还没有评价的部门"})
    calling_rules.check_judgement(
        grade=grade, note=note, answered=row.answered_at is not None, due_at=_until(row), now=now
    )
    row.grade, row.judgement = grade.value, _said(note, "note", LONGEST)
    row.judged_at, row.judged_by = now, by.staff
    row.save(update_fields=["grade", "judgement", "judged_at", "judged_by"])
    _let_go(turn, row)
    missing = "，没有报到" if row.reported_at is None else ""
    why = f"：{row.judgement}" if row.judgement else ""
    return finish(
        turn,
        note=f"{row.unit}{missing}，{grade.label}{why}",
        data={"unit": row.unit.code, "grade": grade.value},
    )


def _until(row: WhistleUnit) -> datetime | None:
    """Return until when a department still has time: to report, then to tell its result."""
    return row.due_at if row.reported_at is None else row.assignment.due_at


def _let_go(turn: Turn, row: WhistleUnit) -> None:
    """End a part that is still open: its department has been judged without an answer."""
    parts = Assignment.objects.filter(
        order=turn.order, unit=row.unit, role=AssignmentRole.WHISTLE.value, ended_at__isnull=True
    )
    keys = below = list(parts.values_list("pk", flat=True))
    while below:
        lower = Assignment.objects.filter(parent__in=below, ended_at__isnull=True)
        below = list(lower.values_list("pk", flat=True))
        keys = [*keys, *below]
    Assignment.objects.filter(pk__in=keys).update(ended_at=turn.now)
    Clock.objects.filter(assignment__in=keys, stopped_at__isnull=True).update(stopped_at=turn.now)


def _rows(part: Assignment) -> QuerySet[WhistleUnit]:
    """Return the row of a called department, also when another took its part over."""
    keys = [part.pk]
    before = part.continues
    while before is not None:
        keys.append(before.pk)
        before = before.continues
    if part.role != AssignmentRole.WHISTLE:
        raise NotAllowed("没有向本单位吹哨")
    return WhistleUnit.objects.filter(assignment__in=keys, judged_at=None)


def _said(words: str, name: str, longest: int) -> str:
    found = masks.in_text(text.clean(words, lines=True))
    if len(found) > longest:
        raise Invalid("填写过长", fields={name: f"最多 {longest} 个字"})
    return found
