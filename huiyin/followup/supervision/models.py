"""Urgings of units, beside the orders that they are about."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.followup.supervision.states import BY_PERSON, KIND_LABELS, REASON_LABELS
from huiyin.orders.models import Assignment, Clock, WorkOrder
from huiyin.orgs.models import Staff, Unit

_PERSON = sorted(kind.value for kind in BY_PERSON)


class Urging(models.Model):
    """One reminder or urging of one unit about its part in an order.

    ``wanted_at`` is when it became necessary, ``at`` when it was done: a telephone urging that the
    platform asks for is a task until somebody has called. ``mark`` is the share of the time, in
    per cent, at which the system reminds, and ``clock`` the limit that runs: one that was extended
    or continued is another limit.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="urgings")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=[(k.value, v) for k, v in KIND_LABELS.items()])
    reason = models.CharField(
        max_length=10, choices=[(r.value, v) for r, v in REASON_LABELS.items()]
    )
    mark = models.SmallIntegerField(default=0)
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, related_name="+")
    wanted_at = models.DateTimeField()
    at = models.DateTimeField(null=True)
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    said = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["wanted_at", "id"], condition=Q(at__isnull=True), name="urging_to_do"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["assignment", "mark", "clock"],
                condition=Q(kind="automatic"),
                name="urging_one_reminder",
            ),
            models.UniqueConstraint(
                fields=["assignment", "reason"],
                condition=Q(kind="telephone", at__isnull=True),
                name="urging_one_task",
            ),
            models.CheckConstraint(
                condition=Q(at__isnull=True) | ~Q(kind__in=_PERSON) | ~Q(said=""),
                name="urging_says_something",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.reason}"


class Series(models.Model):
    """The last number of a series of letters or supervision orders in a year; without gaps."""

    series = models.CharField(max_length=20)
    year = models.SmallIntegerField()
    last = models.IntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["series", "year"], name="series_once"),)

    def __str__(self) -> str:
        return f"{self.series} {self.year} {self.last}"


class Letter(models.Model):
    """A reminder letter 工作提醒函: all slow orders of one unit at a time, signed by somebody.

    ``by`` is who sent it, empty when the schedule of the city did; then one a day for each unit.
    ``answer`` is what the unit says it arranges, once.
    """

    number = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    signed_by = models.CharField(max_length=40)
    remark = models.CharField(max_length=500, blank=True, default="")
    answer = models.CharField(max_length=500, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["unit", "-id"], name="letter_unit"),)
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True) | ~Q(answer=""),
                name="letter_answer_has_words",
            ),
            models.UniqueConstraint(
                fields=["unit", "day"], condition=Q(by__isnull=True), name="letter_one_a_day"
            ),
        )

    def __str__(self) -> str:
        return self.number


class LetterLine(models.Model):
    """One order of a letter as it stood then: why it is named and when it was due."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="lines")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="letter_lines")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    reason = models.CharField(
        max_length=10, choices=[(r.value, v) for r, v in REASON_LABELS.items()]
    )
    due_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["letter", "order"], name="letter_order_once"),
        )

    def __str__(self) -> str:
        return f"{self.letter_id} {self.order_id} {self.reason}"


class LetterRead(models.Model):
    """Who of the unit opened a letter, and when first: the read receipt."""

    letter = models.ForeignKey(Letter, models.PROTECT, related_name="reads")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["letter", "staff"], name="letter_read_once"),
        )

    def __str__(self) -> str:
        return f"{self.letter_id} {self.staff_id}"
