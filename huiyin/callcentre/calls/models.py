"""One row per telephone call."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from huiyin.callcentre.calls.states import OUTCOME_LABELS, Direction, SpanKind
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff


class Call(models.Model):
    """One call with its moments: arrived, answered, ended. Rows are only added.

    ``reference`` is the name that the switch gave it, so that a repeat is not counted twice;
    ``line`` is the number that was called, as merged lines are counted apart. The caller's number
    is sealed, and found again by its key.
    """

    reference = models.CharField(max_length=64, blank=True, default="")
    direction = models.CharField(max_length=3, choices=[(d.value, d.label) for d in Direction])
    line = models.CharField(max_length=20)
    number_sealed = models.BinaryField(default=b"")
    number_masked = models.CharField(max_length=20, blank=True, default="")
    number_key = models.BinaryField(default=b"")
    arrived_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField()
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(
        max_length=12, choices=[(o.value, label) for o, label in OUTCOME_LABELS.items()]
    )
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=["-arrived_at"], name="call_newest"),
            models.Index(fields=["number_key"], condition=~Q(number_key=b""), name="call_number"),
            models.Index(fields=["order"], condition=Q(order__isnull=False), name="call_order"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["reference"], condition=~Q(reference=""), name="call_told_once"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("arrived_at"))
                & (
                    Q(answered_at__isnull=True)
                    | Q(answered_at__gte=F("arrived_at"), answered_at__lte=F("ended_at"))
                ),
                name="call_moments_in_order",
            ),
        )

    def __str__(self) -> str:
        return f"{self.direction} {self.arrived_at:%F %R}"


class CallSpan(models.Model):
    """One stretch of a call: waiting, ringing, talking, on hold. Rows are only added.

    ``seat`` is the extension, or the number outside, that had it; ``agent`` who sat there.
    """

    call = models.ForeignKey(Call, models.CASCADE, related_name="spans")
    kind = models.CharField(max_length=8, choices=[(k.value, k.label) for k in SpanKind])
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    seat = models.CharField(max_length=20, blank=True, default="")
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=12, blank=True, default="")

    class Meta:
        ordering = ("began_at", "pk")
        constraints = (
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("began_at")), name="call_span_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.began_at:%T}"
