"""Attempts to ask the citizen "was it solved, are you satisfied?"."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.followup.callbacks.states import Method
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import SATISFACTION_LABELS, Solved
from huiyin.orgs.models import Staff


class CallbackAttempt(models.Model):
    """One attempt of one round, reached or not, with the answers. Rows are only added."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="callbacks")
    round = models.SmallIntegerField()
    method = models.CharField(max_length=8, choices=[(m.value, m.label) for m in Method])
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    number_masked = models.CharField(max_length=20, blank=True, default="")
    reached = models.BooleanField()
    solved = models.CharField(
        max_length=8, blank=True, default="", choices=[(s.value, s.label) for s in Solved]
    )
    satisfaction = models.CharField(
        max_length=20,
        blank=True,
        default="",
        choices=[(g.value, label) for g, label in SATISFACTION_LABELS.items()],
    )
    reasons = ArrayField(models.CharField(max_length=20), default=list)
    comment = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["order", "round"], name="callback_of_round"),)
        constraints = (
            models.UniqueConstraint(
                fields=["order", "round"], condition=Q(method="web"), name="callback_web_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.method} {self.at:%F %R}"
