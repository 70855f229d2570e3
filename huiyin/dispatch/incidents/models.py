"""Suggestions that several requests are one event, with the requests."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.dispatch.incidents.states import IncidentState
from huiyin.knowledge.models import Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Region, Staff


class Incident(models.Model):
    """Several requests that look like one event; a person decides, once."""

    state = models.CharField(
        max_length=10, choices=[(s.value, s.label) for s in IncidentState], default="open"
    )
    title = models.CharField(max_length=80)
    place = models.CharField(max_length=200, blank=True, default="")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    found_at = models.DateTimeField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    main = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["-last_at", "id"], condition=Q(state="open"), name="incident_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.pk} {self.title}"


class IncidentOrder(models.Model):
    """One request of an incident; each belongs to one at most."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="members")
    order = models.OneToOneField(WorkOrder, models.CASCADE, related_name="incident_member")

    def __str__(self) -> str:
        return f"{self.incident_id} {self.order_id}"
