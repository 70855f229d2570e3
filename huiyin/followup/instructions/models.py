"""Instructions of leaders and their files."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models

from huiyin.followup.instructions.states import FileKind, InstructionState, Priority
from huiyin.followup.tasks.models import TaskSheet
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff
from huiyin.worktime.calendar import SHANGHAI


class Instruction(models.Model):
    """What a leader instructed on an order or a report, and what became of it.

    ``staff`` is the leader's account, where there is one. ``due_at`` is the midnight after the day
    until which the leader is to be answered. A confidential one is read by the office and by the
    leaders of the units that have a task from it.
    """

    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in InstructionState],
        default=InstructionState.OPEN.value,
    )
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="instructed")
    title = models.CharField(max_length=120)
    leader = models.CharField(max_length=40)
    office = models.CharField(max_length=60)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    given_on = models.DateField()
    words = models.TextField(max_length=2000, blank=True, default="")
    priority = models.CharField(
        max_length=8,
        choices=[(p.value, p.label) for p in Priority],
        default=Priority.NORMAL.value,
    )
    confidential = models.BooleanField(default=False)
    due_at = models.DateTimeField()
    registered_at = models.DateTimeField()
    registered_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    sheet = models.OneToOneField(TaskSheet, models.PROTECT, null=True, related_name="instruction")
    feedback = models.TextField(max_length=2000, blank=True, default="")
    fed_back_at = models.DateTimeField(null=True)
    fed_back_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=["state", "due_at", "id"], name="instruction_queue"),
            models.Index(fields=["due_at", "id"], name="instruction_listed"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title[:20]}"

    @property
    def number(self) -> str:
        """Return the number by which people call it."""
        return f"PS{self.pk:06d}"

    @property
    def standing(self) -> InstructionState:
        """Return the state as its enumeration."""
        return InstructionState(self.state)

    @property
    def reply_by(self) -> date:
        """Return the last day on which the leader is answered in time."""
        return (self.due_at - timedelta(seconds=1)).astimezone(SHANGHAI).date()


class InstructionFile(models.Model):
    """A picture of the instruction, the report it is on, or proof for the leader."""

    instruction = models.ForeignKey(Instruction, models.PROTECT, related_name="files")
    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in FileKind])
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name
