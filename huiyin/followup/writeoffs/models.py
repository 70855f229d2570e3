"""Requests of units to be called again after an improvement."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class WriteOffRequest(models.Model):
    """What a unit improved for an unsatisfied citizen, and what the call after it brought.

    ``granted`` is empty while the call is waited for; ``calls`` counts those that reached nobody.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="write_offs")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    improvement = models.TextField(max_length=2000)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    calls = models.SmallIntegerField(default=0)
    granted = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["order"], condition=Q(granted__isnull=True), name="write_off_one_waits"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.asked_at:%F}"
