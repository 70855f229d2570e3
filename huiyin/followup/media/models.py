"""Matters that media follow, their orders, and what was published."""

from __future__ import annotations

from django.db import models

from huiyin.followup.media.states import FORMS, MediaState
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class MediaCase(models.Model):
    """A matter that a medium follows 媒体监督, until there is a result."""

    state = models.CharField(max_length=8, choices=[(s.value, s.label) for s in MediaState])
    form = models.CharField(max_length=12, choices=[(k.value, v) for k, v in FORMS.items()])
    outlet = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    about = models.CharField(max_length=1000, blank=True, default="")
    on = models.DateField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    orders = models.ManyToManyField(WorkOrder, related_name="media_cases")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    result = models.CharField(max_length=1000, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["state", "-id"], name="media_listed"),)

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> MediaState:
        """Return the state as its enumeration."""
        return MediaState(self.state)


class Publication(models.Model):
    """One article or broadcast about a matter 刊播."""

    case = models.ForeignKey(MediaCase, models.PROTECT, related_name="publications")
    on = models.DateField()
    outlet = models.CharField(max_length=40)
    title = models.CharField(max_length=80)
    link = models.CharField(max_length=300, blank=True, default="")
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["-on", "-id"], name="publication_listed"),)

    def __str__(self) -> str:
        return f"{self.on} {self.title}"
