"""Flags, meetings with agenda and invitations, joint cases with partners, orders and log."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.dispatch.boundaries.models import BoundaryRuling
from huiyin.followup.coordination.states import (
    LIVE,
    Coming,
    FlagKind,
    FlagState,
    JointState,
    MeetingKind,
    MeetingState,
    Outcome,
)
from huiyin.followup.tasks.models import TaskSheet
from huiyin.knowledge.models import Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Region, Staff, Unit

_LIVE = sorted(state.value for state in LIVE)


class Flag(models.Model):
    """A case, or a question of duties, that is to be coordinated by a meeting."""

    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in FlagKind])
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in FlagState],
        default=FlagState.WAITING.value,
    )
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="flags")
    title = models.CharField(max_length=80)
    reason = models.TextField(max_length=1000)
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    flagged_at = models.DateTimeField()
    flagged_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["state", "flagged_at", "id"], name="flag_listed"),)
        constraints = (
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(state__in=_LIVE, order__isnull=False),
                name="flag_live_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"

    @property
    def standing(self) -> FlagState:
        """Return the state as its enumeration."""
        return FlagState(self.state)


class FlagUnit(models.Model):
    """A unit that a flag is about."""

    flag = models.ForeignKey(Flag, models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["flag", "unit"], name="flag_unit_once"),)

    def __str__(self) -> str:
        return f"{self.flag_id} {self.unit_id}"


class FlagFile(models.Model):
    """A piece of evidence; its bytes lie where those of orders lie."""

    flag = models.ForeignKey(Flag, models.PROTECT, related_name="files")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class Meeting(models.Model):
    """A meeting with its minutes: 协调会, the weekly one of the grid, or one on site 现场办公会."""

    kind = models.CharField(
        max_length=12,
        choices=[(k.value, k.label) for k in MeetingKind],
        default=MeetingKind.COORDINATION.value,
    )
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in MeetingState],
        default=MeetingState.PLANNED.value,
    )
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=80)
    held_at = models.DateTimeField()
    chair = models.CharField(max_length=40)
    minutes = models.TextField(max_length=8000, blank=True, default="")
    planned_at = models.DateTimeField()
    planned_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    called_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["-held_at", "-id"], name="meeting_listed"),)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """Return the number by which people call it."""
        return f"XT{self.pk:06d}"

    @property
    def standing(self) -> MeetingState:
        """Return the state as its enumeration."""
        return MeetingState(self.state)


class MeetingTurn(models.Model):
    """Whose turn it is to go to the weekly meeting of the grid on a day 轮值."""

    day = models.DateField(unique=True)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")
    set_at = models.DateTimeField()
    set_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.day} {self.staff_id}"


class AgendaItem(models.Model):
    """A point of the agenda and what was decided about it."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="items")
    flag = models.ForeignKey(Flag, models.PROTECT, related_name="items")
    outcome = models.CharField(
        max_length=10, blank=True, default="", choices=[(o.value, o.label) for o in Outcome]
    )
    decision = models.TextField(max_length=2000, blank=True, default="")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    sheet = models.OneToOneField(TaskSheet, models.PROTECT, null=True, related_name="item")
    ruling = models.OneToOneField(BoundaryRuling, models.PROTECT, null=True, related_name="item")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["meeting", "flag"], name="agenda_item_once"),
            models.CheckConstraint(
                condition=Q(outcome="") | ~Q(decision=""), name="agenda_outcome_has_words"
            ),
        )

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.flag_id}"


class Invitation(models.Model):
    """A unit that is asked to a meeting, whom it should send, and what it answered."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="invitations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    wanted = models.CharField(max_length=60, blank=True, default="")
    sent_at = models.DateTimeField(null=True)
    coming = models.CharField(
        max_length=4, blank=True, default="", choices=[(c.value, c.label) for c in Coming]
    )
    attendee = models.CharField(max_length=60, blank=True, default="")
    note = models.CharField(max_length=200, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["meeting", "unit"], name="invitation_once"),)
        indexes = (
            models.Index(
                fields=["unit"], condition=Q(coming="", sent_at__isnull=False),
                name="invitation_unanswered",
            ),
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.unit_id}"


class JointCase(models.Model):
    """Several orders, or one that is hard, handled jointly under one lead unit 联合办理.

    Its milestones are the tasks on its sheet.
    """

    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in JointState],
        default=JointState.OPEN.value,
    )
    title = models.CharField(max_length=80)
    goal = models.TextField(max_length=1000)
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    sheet = models.OneToOneField(TaskSheet, models.PROTECT, related_name="joint_case", null=True)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    summary = models.TextField(max_length=2000, blank=True, default="")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["state", "-id"], name="joint_listed"),)

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """Return the number by which people call it."""
        return f"LH{self.pk:06d}"

    @property
    def standing(self) -> JointState:
        """Return the state as its enumeration."""
        return JointState(self.state)


class JointPartner(models.Model):
    """A unit of the working group beside the lead, and what it answers for."""

    case = models.ForeignKey(JointCase, models.CASCADE, related_name="partners")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    duty = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["case", "unit"], name="joint_unit_once"),)

    def __str__(self) -> str:
        return f"{self.case_id} {self.unit_id}"


class JointOrder(models.Model):
    """An order that a joint case is about; in one joint case at most."""

    case = models.ForeignKey(JointCase, models.CASCADE, related_name="orders")
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="joint")
    added_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.order_id}"


class JointEntry(models.Model):
    """A line in the log of the working group; only added."""

    case = models.ForeignKey(JointCase, models.PROTECT, related_name="entries")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    said = models.CharField(max_length=2000)

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"
