"""Supervision orders, the teams that keep them, check-ins, files and their own history."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.followup.mandates.states import OPEN, MandateState, Origin
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit

_OPEN = sorted(state.value for state in OPEN)


class Team(models.Model):
    """A supervision team 督办组: its people, and the units and categories that it looks after."""

    name = models.CharField(max_length=40, unique=True)
    members = models.ManyToManyField(Staff, related_name="+")
    units = models.ManyToManyField(Unit, related_name="+")
    categories = ArrayField(models.CharField(max_length=12), default=list)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Mandate(models.Model):
    """A supervision order 督办单 to one unit about one or several orders.

    ``supervising`` is the unit that checks regularly, the team where there is none; ``check_days``
    how often. ``extend_until`` waits for a decision while it is set. ``why`` tells what made the
    ladder draft it.
    """

    state = models.CharField(max_length=12, choices=[(s.value, s.label) for s in MandateState])
    kind = models.CharField(max_length=20)
    kind_name = models.CharField(max_length=40)
    number = models.CharField(max_length=40, blank=True, default="")
    origin = models.CharField(max_length=8, choices=[(o.value, o.label) for o in Origin])
    why = models.CharField(max_length=300, blank=True, default="")
    title = models.CharField(max_length=80)
    demands = models.TextField(max_length=2000)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    supervising = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    team = models.ForeignKey(Team, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    replied_at = models.DateTimeField(null=True)
    extend_until = models.DateTimeField(null=True)
    extensions = models.SmallIntegerField(default=0)
    sent_back = models.SmallIntegerField(default=0)
    late_at = models.DateTimeField(null=True)
    check_days = models.SmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=1000, blank=True, default="")
    event_count = models.IntegerField(default=0)
    orders = models.ManyToManyField(WorkOrder, through="MandateOrder", related_name="mandates")

    class Meta:
        indexes = (
            models.Index(fields=["state", "-id"], name="mandate_listed"),
            models.Index(fields=["unit", "-id"], name="mandate_unit"),
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=["to_sign", "in_progress"], late_at__isnull=True),
                name="mandate_due",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="mandate_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=_OPEN) | (~Q(number="") & Q(due_at__isnull=False)),
                name="mandate_issued_has_number",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"拟稿 {self.pk}"

    @property
    def standing(self) -> MandateState:
        """Return the state as its enumeration."""
        return MandateState(self.state)


class MandateOrder(models.Model):
    """An order that a supervision order is about."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="lines")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="mandate_lines")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mandate", "order"], name="mandate_order_once"),
        )

    def __str__(self) -> str:
        return f"{self.mandate_id} {self.order_id}"


class MandateEvent(models.Model):
    """One step in the history of a supervision order. Rows are only added."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="events")
    seq = models.IntegerField()
    verb = models.CharField(max_length=20)
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["mandate", "seq"], name="mandate_event_once"),
        )

    def __str__(self) -> str:
        return f"{self.mandate_id}#{self.seq} {self.verb}"


class MandateFile(models.Model):
    """A file that came with a step; its bytes lie where those of orders lie."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="files")
    seq = models.IntegerField()
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class CheckIn(models.Model):
    """A regular look at the handling unit 定期检查: a task until it is done, late after its day."""

    mandate = models.ForeignKey(Mandate, models.PROTECT, related_name="checks")
    due_at = models.DateTimeField()
    missed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    said = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at", "id"], condition=Q(done_at__isnull=True), name="check_in_to_do"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["mandate"], condition=Q(done_at__isnull=True), name="check_in_one_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.mandate_id} {self.due_at:%F}"
