"""Sheets of tasks, tasks, and what happened to each."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import Q

from huiyin.followup.tasks.states import STEPS, Origin, TaskPart, TaskState
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit
from huiyin.worktime.calendar import SHANGHAI


class TaskSheet(models.Model):
    """The tasks that come from one decision, instruction or joint case.

    ``document`` is the number of what they came from. A confidential sheet is read by the office
    and by the leaders of the units that have a task on it.
    """

    origin = models.CharField(max_length=12, choices=[(o.value, o.label) for o in Origin])
    document = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    basis = models.TextField(max_length=2000, blank=True, default="")
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="task_sheets")
    confidential = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.document} {self.title}"


class Task(models.Model):
    """What one unit is to do until the midnight ``due_at``; reported by it, confirmed by us.

    ``reminded_for`` is the day of the rhythm for which the unit was last reminded.
    """

    sheet = models.ForeignKey(TaskSheet, models.PROTECT, related_name="tasks")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    part = models.CharField(max_length=6, choices=[(p.value, p.label) for p in TaskPart])
    what = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in TaskState],
        default=TaskState.OPEN.value,
    )
    given_at = models.DateTimeField()
    given_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    report = models.TextField(max_length=2000, blank=True, default="")
    reported_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reminded_for = models.DateField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["due_at", "id"], name="task_listed"),
            models.Index(
                fields=["unit", "due_at"], condition=Q(state="open"), name="task_open_of_unit"
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.what[:20]}"

    @property
    def number(self) -> str:
        """Return the number by which people call it."""
        return f"RW{self.pk:06d}"

    @property
    def standing(self) -> TaskState:
        """Return the state as its enumeration."""
        return TaskState(self.state)

    @property
    def due_on(self) -> date:
        """Return the last day on which it is in time."""
        return (self.due_at - timedelta(seconds=1)).astimezone(SHANGHAI).date()


class TaskFile(models.Model):
    """Proof that a unit sent with its report; its bytes lie where those of orders lie."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class TaskEvent(models.Model):
    """One thing that happened to a task; only added."""

    task = models.ForeignKey(Task, models.PROTECT, related_name="events")
    verb = models.CharField(max_length=10, choices=[(s.verb, s.past) for s in STEPS])
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=2000, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.task_id} {self.verb}"
