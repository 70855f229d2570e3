"""Reminding, asking for calls, and writing down that somebody has urged."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from django.db import IntegrityError, connection, transaction

from huiyin.followup.supervision import policy, queries, rules
from huiyin.followup.supervision.models import Letter, LetterLine, LetterRead, Urging
from huiyin.followup.supervision.queries import Named
from huiyin.followup.supervision.states import BY_PERSON, FOR_LETTERS, UrgeKind, UrgeReason
from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orders import actions as orders
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.worktime.calendar import SHANGHAI

BATCH = 500
LONGEST = 500
LONGEST_SIGNER = 40
LETTER_SERIES, SYSTEM_SIGNER = "提醒", "12345 热线中心"
LEAST_FOR_LETTER = 3
_NEXT = """
    insert into supervision_series (series, year, last) values (%s, %s, 1)
    on conflict (series, year) do update set last = supervision_series.last + 1 returning last
"""


@transaction.atomic
def remind_due(*, until: datetime, limit: int = BATCH) -> int:
    """Write a reminder for each part that has passed a mark of ``urge.at_percent``; how many.

    Safe late, twice or in parallel: one reminder per part, limit and mark; a late run reminds once,
    of the highest mark that has passed.

    Source: R-182, R-553 (handbook domain.md 2.8, 4.3: at 50, 80 and 100 per cent).
    """
    percents = knowledge.parameter("urge.at_percent", until, default=[])
    found = queries.to_remind(until, percents, limit=limit)
    Urging.objects.bulk_create(
        (
            Urging(
                order_id=slow.order,
                assignment_id=slow.assignment,
                unit_id=slow.unit,
                kind=UrgeKind.AUTOMATIC.value,
                reason=rules.reason_of_mark(slow.mark).value,
                mark=slow.mark,
                clock_id=slow.clock,
                wanted_at=until,
                at=until,
            )
            for slow in found
        ),
        ignore_conflicts=True,
    )
    return len(found)


@transaction.atomic
def ask_for_calls(*, until: datetime, limit: int = BATCH) -> int:
    """Put down a telephone task for each unit that has not signed for days or is overdue.

    Safe late, twice or in parallel: one task per part and reason.

    Source: R-183 (requirement 59; handbook domain.md 2.8).
    """
    found = queries.to_call(
        until,
        unread_days=int(knowledge.parameter("urge.unread_days", until, default=0)),
        overdue=bool(knowledge.parameter("urge.call_when_overdue", until, default=False)),
        limit=limit,
    )
    Urging.objects.bulk_create(
        (
            Urging(
                order_id=slow.order,
                assignment_id=slow.assignment,
                unit_id=slow.unit,
                kind=UrgeKind.TELEPHONE.value,
                reason=slow.reason.value,
                wanted_at=until,
            )
            for slow in found
        ),
        ignore_conflicts=True,
    )
    return len(found)


@transaction.atomic
def urge(order_id: int, *, by: Actor, kind: UrgeKind, said: str, now: datetime) -> WorkOrder:
    """Write down that somebody has urged the lead unit; the order's history tells it too.

    A task that was waiting for this is done with it.

    Args:
        order_id: the order.
        by: who called or wrote.
        kind: by telephone or by notice.
        said: what was said and answered, or the text of the notice.
        now: when.

    Raises:
        NotAllowed: the actor does not supervise.
        WrongState: no unit is working on the order.
        Invalid: nothing is said, or the kind is the system's.

    Source: R-184, R-185 (requirements 59, 74; handbook domain.md 2.8).
    """
    policy.require(by)
    words = text.clean(said)
    if kind not in BY_PERSON:
        raise Invalid("请选择电话催办或催办通知", fields={"kind": "不能选择"})
    if not 2 <= len(words) <= LONGEST:
        raise Invalid("请写明催办情况", fields={"said": f"请写 2–{LONGEST} 个字"})
    order = WorkOrder.objects.select_for_update().filter(pk=order_id).first()
    if order is None:
        raise NotFound("没有这件工单")
    part = _part(order)
    reason = rules.reason_now(signed=part.signed_at is not None, due_at=part.due_at, now=now)
    _store(order, part, kind, reason, words, by, now)
    note = f"{kind.label}{part.unit}（{reason.label}）：{words}"
    return orders.add_note(order.pk, by=by, note=note, now=now)


def _part(order: WorkOrder) -> Assignment:
    """Return the lead unit's part; the order must lie with it."""
    part = (
        Assignment.objects.select_related("unit")
        .filter(order=order, ended_at__isnull=True, role="lead", parent__isnull=True)
        .first()
    )
    if part is None or order.standing not in policy.WITH_THE_UNIT:
        raise WrongState(
            f"工单 {order.number} 现为“{order.standing.label}”，没有单位可催",
            state=order.state,
        )
    return part


def _store(
    order: WorkOrder,
    part: Assignment,
    kind: UrgeKind,
    reason: UrgeReason,
    words: str,
    by: Actor,
    now: datetime,
) -> None:
    waiting = Urging.objects.filter(
        assignment=part, kind=UrgeKind.TELEPHONE.value, at__isnull=True
    ).order_by("wanted_at", "pk")
    row = waiting.first() or Urging(
        order=order, assignment=part, unit_id=part.unit_id, reason=reason.value, wanted_at=now
    )
    row.kind, row.said, row.at, row.by = kind.value, words, now, by.staff
    row.save()
    waiting.exclude(pk=row.pk).update(at=now, by=by.staff, said="同一次催办")


def next_number(series: str, now: datetime) -> str:
    """Take the next number of a series in the local year: ``督〔2026〕12号``; without gaps.

    Runs in the caller's transaction: the row stays locked until it ends, so a number that was not
    used comes back.

    Source: R-411 (handbook domain.md 3.2: supervision number).
    """
    year = now.astimezone(SHANGHAI).year
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [series, year])
        (last,) = cursor.fetchone()
    return rules.number(series, year, last)


@transaction.atomic
def send_letters(
    units: Collection[int],
    *,
    reasons: Collection[UrgeReason],
    signed_by: str,
    remark: str = "",
    by: Actor,
    now: datetime,
) -> list[Letter]:
    """Write one letter to each of these units about all its slow orders; each counts as urged.

    A unit that has no slow order any more gets none.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: no unit, reason or signer is given.

    Source: R-419 (handbook domain.md 2.8, 5: 工作提醒函).
    """
    policy.require(by)
    signer, said = text.clean(signed_by), text.clean(remark)
    wrong: dict[str, str] = {}
    if not units:
        wrong["units"] = "请选择单位"
    if not reasons:
        wrong["reasons"] = "请选择提醒哪些工单"
    if not 2 <= len(signer) <= LONGEST_SIGNER:
        wrong["signed_by"] = f"请填写签发人，2–{LONGEST_SIGNER} 个字"
    if len(said) > LONGEST:
        wrong["remark"] = f"最多 {LONGEST} 个字"
    if wrong:
        raise Invalid("提醒函没有填好：" + "；".join(wrong.values()), fields=wrong)
    found = queries.slow_parts(now, reasons=[reason.value for reason in reasons])
    written = []
    for unit, parts in groupby(found, key=lambda part: part.unit):
        if unit in units:
            letter = _letter(unit, list(parts), signer, by=by, now=now, remark=said)
            _urge_lines(letter, by, now)
            written.append(letter)
    return written


def write_due_letters(*, until: datetime) -> int:
    """Write the letters of the city's schedule: one to each unit with enough slow orders; how many.

    Safe late, twice or in parallel: one a day for each unit. These are the system's own and do not
    count as urging.

    Source: R-419 (handbook domain.md 2.8, 5: 工作提醒函).
    """
    day = until.astimezone(SHANGHAI).date()
    if day.isoweekday() not in knowledge.parameter("letter.weekdays", until, default=[]):
        return 0
    least = int(knowledge.parameter("letter.least", until, default=LEAST_FOR_LETTER))
    found = queries.slow_parts(until, reasons=[reason.value for reason in FOR_LETTERS])
    return sum(
        _write_due(unit, parts, until)
        for unit, each in groupby(found, key=lambda part: part.unit)
        if len(parts := list(each)) >= least
    )


def _write_due(unit: int, parts: list[Named], now: datetime) -> bool:
    day = now.astimezone(SHANGHAI).date()
    if Letter.objects.filter(unit=unit, day=day, by__isnull=True).exists():
        return False
    try:
        with transaction.atomic():
            _letter(unit, parts, SYSTEM_SIGNER, by=SYSTEM, now=now)
    except IntegrityError:  # another worker was faster; its letter stands
        return False
    return True


def _letter(
    unit: int, parts: list[Named], signer: str, *, by: Actor, now: datetime, remark: str = ""
) -> Letter:
    letter = Letter.objects.create(
        number=next_number(LETTER_SERIES, now),
        unit_id=unit,
        day=now.astimezone(SHANGHAI).date(),
        at=now,
        by=by.staff,
        signed_by=signer,
        remark=remark,
    )
    LetterLine.objects.bulk_create(
        LetterLine(
            letter=letter, order_id=part.order, assignment_id=part.assignment,
            reason=part.reason, due_at=part.due_at,
        )
        for part in parts
    )  # fmt: skip
    return letter


def _urge_lines(letter: Letter, by: Actor, now: datetime) -> None:
    Urging.objects.bulk_create(
        Urging(
            order_id=line.order_id, assignment_id=line.assignment_id, unit_id=letter.unit_id,
            kind=UrgeKind.WRITTEN.value, reason=line.reason, wanted_at=now, at=now, by=by.staff,
            said=f"列入工作提醒函 {letter.number}",
        )
        for line in letter.lines.order_by("pk")
    )  # fmt: skip


def read_letter(letter: Letter, *, by: Actor, now: datetime) -> bool:
    """Write down that somebody of the unit opened its letter; only the first time counts.

    Source: R-419 (handbook domain.md 5: 工作提醒函; read receipt our own).
    """
    if by.staff is None or by.unit is None or by.unit.pk != letter.unit_id:
        return False
    if not policy.reads_letters(by):
        return False
    _, new = LetterRead.objects.get_or_create(letter=letter, staff=by.staff, defaults={"at": now})
    return new


@transaction.atomic
def answer_letter(key: int, *, by: Actor, said: str, now: datetime) -> Letter:
    """Write down what a unit arranges about the orders of a letter, once; it has read it then.

    Raises:
        NotFound: there is no such letter.
        NotAllowed: the actor is not of the unit that it was sent to.
        WrongState: the unit has answered.
        Invalid: nothing is said.

    Source: R-501 (handbook domain.md 5: 工作提醒函).
    """
    rows = Letter.objects.select_for_update(of=("self",)).select_related("unit")
    letter = rows.filter(pk=key).first()
    if letter is None:
        raise NotFound("没有找到这份提醒函")
    if by.unit is None or by.unit.pk != letter.unit_id or not policy.reads_letters(by):
        raise NotAllowed("提醒函由收到的单位反馈", remedy=f"收到单位：{letter.unit}")
    if letter.answered_at is not None:
        raise WrongState("这份提醒函已经反馈", remedy="请刷新页面查看")
    words = text.clean(said, lines=True)
    if not 2 <= len(words) <= LONGEST:
        raise Invalid("请写明办理安排", fields={"said": f"请写 2–{LONGEST} 个字"})
    read_letter(letter, by=by, now=now)
    letter.answer, letter.answered_at, letter.answered_by = words, now, by.staff
    letter.save(update_fields=["answer", "answered_at", "answered_by"])
    return letter
