"""The register of commendations."""

from __future__ import annotations

from django.db import models

from huiyin.followup.commendations.states import LABELS
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class Commendation(models.Model):
    """Thanks from a citizen or enterprise to a unit or a person; who gave them is sealed."""

    form = models.CharField(max_length=8, choices=[(k.value, v) for k, v in LABELS.items()])
    on = models.DateField()
    giver_sealed = models.BinaryField(default=b"")
    giver_masked = models.CharField(max_length=40, blank=True, default="")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    person = models.CharField(max_length=40, blank=True, default="")
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="commendations")
    words = models.CharField(max_length=500)
    photo_name = models.CharField(max_length=120, blank=True, default="")
    photo_digest = models.CharField(max_length=64, blank=True, default="")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["unit", "-on"], name="commendation_of_unit"),)

    def __str__(self) -> str:
        return f"{self.get_form_display()} {self.on}"
