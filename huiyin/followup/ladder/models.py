"""Which order reached which level of the ladder, why, who was told, and what came of it."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.followup.ladder.states import Action
from huiyin.followup.mandates.models import Mandate
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class Escalation(models.Model):
    """An order that reached a level of the ladder; once per order and level.

    ``to`` are the addressees of the row, ``superior`` and ``supervising`` the units that they mean.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="escalations")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    level = models.SmallIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=40)
    why = models.CharField(max_length=100)
    to = ArrayField(models.CharField(max_length=20))
    superior = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    supervising = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    action = models.CharField(max_length=10, choices=[(a.value, a.label) for a in Action])
    mandate = models.ForeignKey(Mandate, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    said = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at", "id"],
                condition=Q(answered_at__isnull=True),
                name="escalation_open",
            ),
        )
        constraints = (models.UniqueConstraint(fields=["order", "level"], name="escalation_once"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.level}"
