"""An instruction is registered, given to units, answered to the leader, and closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from huiyin.followup.instructions import policy, rules
from huiyin.followup.instructions.models import Instruction, InstructionFile
from huiyin.followup.instructions.states import (
    ASSIGN,
    CLOSE,
    FEED_BACK,
    REOPEN,
    FileKind,
    Priority,
    Step,
)
from huiyin.followup.tasks import actions as tasks
from huiyin.followup.tasks import queries as task_queries
from huiyin.followup.tasks.actions import Duty
from huiyin.followup.tasks.models import Task
from huiyin.followup.tasks.rules import ends_at
from huiyin.followup.tasks.states import Origin
from huiyin.kernel import access, text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import NotFound
from huiyin.orders import actions as orders
from huiyin.orders import queries as orders_queries
from huiyin.orders import rules as order_rules
from huiyin.orders.actions.files import Accepted, Upload, accept, keep
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import OPEN
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.worktime.calendar import SHANGHAI

PURPOSE = "查阅批示"
Files = Mapping[FileKind, Sequence[Upload]]
_NO_FILES: Files = {}


@dataclass(frozen=True, slots=True)
class Instructing:
    """Who instructed what, on which order or report, and until when the answer is wanted."""

    leader: str
    office: str
    given_on: date | None
    reply_by: date | None
    words: str = ""
    title: str = ""
    order: str = ""
    account: str = ""
    priority: Priority = Priority.NORMAL
    confidential: bool = False


@transaction.atomic
def register(
    form: Instructing,
    files: Files = _NO_FILES,
    *,
    duties: Sequence[Duty] = (),
    by: Actor,
    now: datetime,
) -> Instruction:
    """Register an instruction and give the tasks that come from it.

    The history of an open order tells that there is one; its words only when not confidential.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: names every missing field; nothing is stored.
        NotFound: there is no such order.

    Source: R-447 (requirements 111, 154).
    """
    policy.require_office(by, "登记批示")
    accepted = [(kind, each) for kind, some in files.items() for each in accept(list(some))]
    order = _order(form.order, by)
    said = {name: text.clean(getattr(form, name)) for name in ("title", "leader", "office")}
    said["title"] = said["title"] or (order.title if order else "")
    said["words"] = text.clean(form.words, lines=True)
    rules.check_instruction(
        said,
        pictures=sum(kind is FileKind.WORDS for kind, _ in accepted),
        given_on=form.given_on,
        reply_by=form.reply_by,
        today=now.astimezone(SHANGHAI).date(),
    )
    made = Instruction.objects.create(
        **said,
        order=order,
        staff=orgs.staff_named(form.account) if form.account else None,
        given_on=present(form.given_on),
        priority=form.priority.value,
        confidential=form.confidential,
        due_at=ends_at(present(form.reply_by)),
        registered_at=now,
        registered_by=present(by.staff),
    )
    for kind, each in accepted:
        _keep(made, kind, each)
    made.sheet = tasks.open_sheet(
        Origin.INSTRUCTION, document=made.number, title=made.title,
        basis=f"{made.leader}（{made.office}）批示：{made.words or '见批示件'}"[:2000],
        order=order, confidential=made.confidential,
    )  # fmt: skip
    made.save(update_fields=["sheet"])
    if duties:
        tasks.give(made.sheet.pk, duties, by=by, now=now)
    if order is not None and order.standing in OPEN:
        orders.add_note(order.pk, by=by, note=_told(made), now=now)
    return made


@transaction.atomic
def assign(key: int, duties: Sequence[Duty], *, by: Actor, now: datetime) -> list[Task]:
    """Give further tasks from an instruction.

    Source: R-447 (requirement 111: tasks and deadlines).
    """
    found = _locked(key, ASSIGN, by)
    return tasks.give(present(found.sheet).pk, duties, by=by, now=now)


@transaction.atomic
def feed_back(
    key: int, *, by: Actor, said: str, files: Sequence[Upload] = (), now: datetime
) -> Instruction:
    """Write down what the leader was told of the result.

    Raises:
        Conflict: tasks are open, or none was given.
        Invalid: nothing is said.

    Source: R-450 (requirements 111, 154).
    """
    found = _locked(key, FEED_BACK, by)
    accepted = accept(list(files))
    sheet, words = present(found.sheet), text.clean(said, lines=True)
    given = len(task_queries.of_sheet(sheet))
    rules.check_feedback(words, tasks=given, unfinished=task_queries.unfinished(sheet))
    for each in accepted:
        _keep(found, FileKind.FEEDBACK, each)
    found.feedback, found.fed_back_at, found.fed_back_by = words, now, by.staff
    return _moved(found, FEED_BACK)


@transaction.atomic
def reopen(key: int, *, by: Actor, note: str) -> Instruction:
    """Go on after the leader wants more; raises Invalid without what the leader said.

    Source: R-450 (requirement 111).
    """
    found = _locked(key, REOPEN, by)
    order_rules.check_note(note, "note", "领导的意见")
    found.note = text.clean(note)[:500]
    return _moved(found, REOPEN)


@transaction.atomic
def close(key: int, *, by: Actor, note: str = "", now: datetime) -> Instruction:
    """Close an instruction that the leader was answered on.

    Source: R-450 (requirement 111: closed by the office).
    """
    found = _locked(key, CLOSE, by)
    found.note = text.clean(note)[:500] or found.note
    found.closed_at, found.closed_by = now, by.staff
    return _moved(found, CLOSE)


def log_reading(
    found: Instruction, *, by: Actor, address: str | None, now: datetime, what: str = "words"
) -> None:
    """Write down that somebody reads an instruction.

    Source: R-448 (handbook domain.md 7.2).
    """
    access.record(
        reader=by.reference, subject=f"instruction:{found.number}", fields=[what],
        purpose=PURPOSE, now=now, address=address,
    )  # fmt: skip


def _keep(made: Instruction, kind: FileKind, file: Accepted) -> None:
    InstructionFile.objects.create(
        instruction=made,
        kind=kind.value,
        name=file.name,
        media_type=file.media_type,
        size=len(file.content),
        digest=keep(file),
    )


def _told(made: Instruction) -> str:
    if made.confidential:
        return f"有领导批示 {made.number}（保密），{made.reply_by:%Y-%m-%d} 前反馈"
    said = made.words or "见批示件"
    return (
        f"{made.leader}（{made.office}）批示 {made.number}：{said}；{made.reply_by:%Y-%m-%d} 前反馈"
    )


def _order(number: str, by: Actor) -> WorkOrder | None:
    if not number:
        return None
    key = orders_queries.visible_key(by, number)
    order = WorkOrder.objects.filter(pk=key).first() if key else None
    if order is None:
        raise NotFound("没有找到这件工单", remedy="请核对编号")
    return order


def _moved(found: Instruction, step: Step) -> Instruction:
    found.state = step.target.value
    found.save()
    return found


def _locked(key: int, step: Step, by: Actor) -> Instruction:
    policy.require_office(by, step.label)
    rows = Instruction.objects.select_for_update(of=("self",)).select_related("sheet")
    found = rows.filter(pk=key).first()
    if found is None:
        raise NotFound("没有这件批示")
    rules.check_standing(found.standing, step)
    return found
