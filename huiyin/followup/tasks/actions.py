"""Tasks are given, reported, confirmed or sent back, put off, cancelled; units are reminded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from huiyin.followup.tasks import policy, rules
from huiyin.followup.tasks.models import Task, TaskEvent, TaskFile, TaskSheet
from huiyin.followup.tasks.states import (
    CANCEL,
    CONFIRM,
    GIVE,
    POSTPONE,
    REMIND,
    REPORT,
    SEND_BACK,
    Origin,
    Step,
    TaskPart,
    TaskState,
)
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.knowledge import queries as knowledge
from huiyin.orders import rules as order_rules
from huiyin.orders.actions.files import Upload, accept, keep
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI

MOST_DUTIES = 20
LONGEST_NOTE = 500
DAYS_BEFORE = (3, 0)
EVERY_DAYS = 3


@dataclass(frozen=True, slots=True)
class Duty:
    """What one unit is asked to do until a day."""

    unit: Unit | None
    what: str
    due_on: date | None
    part: TaskPart = TaskPart.LEAD


def open_sheet(  # noqa: PLR0913 - what the tasks on it are told by
    origin: Origin,
    *,
    document: str,
    title: str,
    basis: str = "",
    order: WorkOrder | None = None,
    confidential: bool = False,
) -> TaskSheet:
    """Make the sheet on which tasks are given, in the transaction of what they come from."""
    return TaskSheet.objects.create(
        origin=origin.value,
        document=document,
        title=title[:120],
        basis=basis,
        order=order,
        confidential=confidential,
    )


@transaction.atomic
def give(sheet_id: int, duties: Sequence[Duty], *, by: Actor, now: datetime) -> list[Task]:
    """Give tasks to units; all of them or none.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: a task says not what, by whom or until when.

    Source: R-440 (requirements 111, 138).
    """
    policy.require_office(by, "交办任务")
    if not 1 <= len(duties) <= MOST_DUTIES:
        raise Invalid(f"一次交办 1–{MOST_DUTIES} 项任务", fields={"what": "请写明任务"})
    today = now.astimezone(SHANGHAI).date()
    made = []
    for duty in duties:
        what = text.clean(duty.what, lines=True)
        rules.check_duty(what=what, unit=duty.unit is not None, due_on=duty.due_on, today=today)
        task = Task.objects.create(
            sheet_id=sheet_id,
            unit=present(duty.unit),
            part=duty.part.value,
            what=what,
            due_at=rules.ends_at(present(duty.due_on)),
            given_at=now,
            given_by=present(by.staff),
        )
        _record(task, GIVE, by, now, f"{task.unit}，{task.due_on:%Y-%m-%d} 前完成")
        made.append(task)
    return made


@transaction.atomic
def report(key: int, *, by: Actor, said: str, files: Sequence[Upload] = (), now: datetime) -> Task:
    """Report what was done, with proof.

    Raises:
        NotAllowed: the task is another unit's.
        WrongState: it was reported or has ended.
        Invalid: nothing is said.
        TooLarge, WrongType: a file is not taken.

    Source: R-441 (requirement 138).
    """
    accepted = accept(list(files))
    task = _locked(key)
    policy.require_unit(by, task)
    rules.check_standing(task.standing, REPORT)
    words = text.clean(said, lines=True)
    rules.check_report(words)
    TaskFile.objects.bulk_create(
        TaskFile(
            task=task, name=file.name, media_type=file.media_type, size=len(file.content),
            digest=keep(file), added_at=now,
        )
        for file in accepted
    )  # fmt: skip
    task.report, task.reported_at = words, now
    return _moved(task, REPORT, by, now, words)


@transaction.atomic
def confirm(key: int, *, by: Actor, note: str = "", now: datetime) -> Task:
    """Confirm that a task is done.

    Raises:
        NotAllowed: the actor does not supervise.
        WrongState: nothing was reported.

    Source: R-441 (requirement 138).
    """
    task = _decided(key, CONFIRM, by)
    task.ended_at = now
    return _moved(task, CONFIRM, by, now, _note(note))


@transaction.atomic
def send_back(key: int, *, by: Actor, note: str, now: datetime) -> Task:
    """Send a report back; the task goes on until the same day. Raises Invalid without a reason.

    Source: R-441 (requirement 138).
    """
    task = _decided(key, SEND_BACK, by)
    order_rules.check_note(note, "note", "退回的原因")
    return _moved(task, SEND_BACK, by, now, _note(note))


@transaction.atomic
def postpone(key: int, *, by: Actor, due_on: date | None, note: str, now: datetime) -> Task:
    """Move the day of an open task, with a reason; the old day stays in its history.

    Raises:
        Invalid: no reason, or a day in the past.

    Source: R-441 (requirement 138).
    """
    task = _decided(key, POSTPONE, by)
    order_rules.check_note(note, "note", "改期的原因")
    today = now.astimezone(SHANGHAI).date()
    rules.check_duty(what=task.what, unit=True, due_on=due_on, today=today)
    before, task.due_at, task.reminded_for = task.due_on, rules.ends_at(present(due_on)), None
    said = f"由 {before:%Y-%m-%d} 改为 {task.due_on:%Y-%m-%d}：{_note(note)}"
    return _moved(task, POSTPONE, by, now, said)


@transaction.atomic
def cancel(key: int, *, by: Actor, note: str, now: datetime) -> Task:
    """Cancel a task that is no longer wanted. Raises Invalid without a reason.

    Source: R-441 (requirement 138).
    """
    task = _decided(key, CANCEL, by)
    order_rules.check_note(note, "note", "取消的原因")
    task.ended_at = now
    return _moved(task, CANCEL, by, now, _note(note))


@transaction.atomic
def remind_due(*, until: datetime) -> int:
    """Remind the units of open tasks that come near or are late; return how many reminders.

    Safe late, twice or in parallel: one reminder per task and day of the rhythm, and tasks that
    another run holds are left to it.

    Source: R-442 (requirement 138).
    """
    before = knowledge.parameter("task.remind_before_days", until, default=list(DAYS_BEFORE))
    every = int(knowledge.parameter("task.remind_late_days", until, default=EVERY_DAYS))
    today = until.astimezone(SHANGHAI).date()
    nearest = rules.ends_at(today + timedelta(days=max(before, default=0)))
    rows = Task.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=TaskState.OPEN.value, due_at__lte=nearest
    )
    done = 0
    for task in rows.order_by("pk"):
        day = rules.reminder_day(task.due_on, today, before=before, every=every)
        given_on = task.given_at.astimezone(SHANGHAI).date()
        told = task.reminded_for or given_on
        if day is None or day <= told:
            continue
        task.reminded_for = day
        task.save(update_fields=["reminded_for"])
        late = (today - task.due_on).days
        said = f"已超期 {late} 天" if late > 0 else f"{task.due_on:%Y-%m-%d} 前完成"
        _record(task, REMIND, SYSTEM, until, said)
        done += 1
    return done


def _decided(key: int, step: Step, by: Actor) -> Task:
    policy.require_office(by, step.label)
    task = _locked(key)
    rules.check_standing(task.standing, step)
    return task


def _note(note: str) -> str:
    words = text.clean(note, lines=True)
    if len(words) > LONGEST_NOTE:
        raise Invalid(f"最多 {LONGEST_NOTE} 个字", fields={"note": f"最多 {LONGEST_NOTE} 个字"})
    return words


def _moved(task: Task, step: Step, by: Actor, now: datetime, note: str) -> Task:
    task.state = step.target.value
    task.save()
    _record(task, step, by, now, note)
    return task


def _record(task: Task, step: Step, by: Actor, now: datetime, note: str) -> None:
    TaskEvent.objects.create(task=task, verb=step.verb, at=now, by=by.staff, note=note)


def _locked(key: int) -> Task:
    rows = Task.objects.select_for_update(of=("self",)).select_related("sheet", "unit")
    task = rows.filter(pk=key).first()
    if task is None:
        raise NotFound("没有这项任务")
    return task
