"""Questions about tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet

from huiyin.followup.tasks import policy
from huiyin.followup.tasks.models import Task, TaskEvent, TaskFile, TaskSheet
from huiyin.followup.tasks.states import RUNNING, TaskState
from huiyin.kernel.paging import Page, page
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

_RUNNING = sorted(state.value for state in RUNNING)


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; ``late`` are the open ones past their day."""

    state: str = ""
    origin: str = ""
    late: bool = False
    unit: Unit | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How many tasks wait for a person: open, late among them, reported and not confirmed."""

    open: int
    late: int
    reported: int


def _seen(actor: Actor) -> QuerySet[Task]:
    rows = Task.objects.filter(policy.visible_to(actor))
    return rows.select_related("sheet__order", "unit", "given_by")


def listed(
    actor: Actor, wanted: TaskFilter, *, now: datetime, cursor: str = "", size: int = 50
) -> Page[Task]:
    """Return one page of the tasks that ``actor`` may read, the first due first. At most two."""
    rows = _seen(actor)
    if wanted.late:
        rows = rows.filter(state=TaskState.OPEN.value, due_at__lte=now)
    elif wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.origin:
        rows = rows.filter(sheet__origin=wanted.origin)
    if wanted.unit is not None:
        rows = rows.filter(unit=wanted.unit)
    return page(rows, by=("due_at", "id"), cursor=cursor, size=size)


def standing(actor: Actor, now: datetime) -> Standing:
    """Return how many tasks that ``actor`` may read wait. At most two queries."""
    late = Q(state=TaskState.OPEN.value, due_at__lte=now)
    told = Task.objects.filter(policy.visible_to(actor), state__in=_RUNNING).aggregate(
        open=Count("pk", filter=Q(state=TaskState.OPEN.value)),
        late=Count("pk", filter=late),
        reported=Count("pk", filter=Q(state=TaskState.REPORTED.value)),
    )
    return Standing(told["open"], told["late"], told["reported"])


def get_visible(actor: Actor, key: int) -> Task | None:
    """Return one task with files and history, if ``actor`` may read it. At most five queries."""
    return _seen(actor).prefetch_related("events__by", "files").filter(pk=key).first()


def file_for(actor: Actor, key: int) -> TaskFile | None:
    """Return one file of a task that ``actor`` may read. At most two queries."""
    visible = Task.objects.filter(policy.visible_to(actor))
    return TaskFile.objects.filter(pk=key, task__in=visible).first()


def history(task: Task) -> list[TaskEvent]:
    """Return what happened to a task, in order; no query for one of ``get_visible``."""
    return sorted(task.events.all(), key=lambda event: event.pk)


def of_sheet(sheet: TaskSheet) -> list[Task]:
    """Return the tasks of one sheet, the lead first, then by day. One query."""
    rows = Task.objects.filter(sheet=sheet).select_related("unit", "given_by")
    return sorted(rows, key=lambda task: (task.part != "lead", task.due_at, task.pk))


def unfinished(sheet: TaskSheet) -> int:
    """Return how many tasks of a sheet are neither confirmed nor cancelled. One query."""
    return Task.objects.filter(sheet=sheet, state__in=_RUNNING).count()
