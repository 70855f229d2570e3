"""The log of the assistant. Rows are only added; no word of a person is in them."""

from __future__ import annotations

from django.db import models

from huiyin.channels.assistant.states import Ended, Task
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff


class AssistantUse(models.Model):
    """One question to the language model: who, when, of what kind, how it ended, how much."""

    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    task = models.CharField(max_length=10, choices=[(t.value, t.label) for t in Task])
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    ended = models.CharField(max_length=10, choices=[(e.value, e.label) for e in Ended])
    model = models.CharField(max_length=80, blank=True, default="")
    tokens_in = models.IntegerField(default=0)
    tokens_out = models.IntegerField(default=0)
    milliseconds = models.IntegerField(default=0)
    dropped = models.SmallIntegerField(default=0)

    class Meta:
        indexes = (models.Index(fields=["-at"], name="assistant_latest"),)

    def __str__(self) -> str:
        return f"{self.at:%F %R} {self.task} {self.ended}"
