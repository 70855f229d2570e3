"""Versions of what was learned, with their figures."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.dispatch.learning.states import Field, ModelState, Purpose, Source
from huiyin.orders.models import WorkOrder


class ModelVersion(models.Model):
    """One trained model 模型版本: what it suggests, from what it learned, how good it is, its data.

    At most one version of each purpose is in use. ``stored`` is what ``Classifier.to_bytes`` gives,
    ``seen`` the check sums of the texts that it has learned from, so that another version can be
    compared with it on messages that neither knows. Rows are never changed but for their state.
    """

    purpose = models.CharField(max_length=10, choices=[(p.value, p.label) for p in Purpose])
    number = models.IntegerField()
    state = models.CharField(max_length=10, choices=[(s.value, s.label) for s in ModelState])
    source = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=60)
    state_at = models.DateTimeField()
    state_by = models.CharField(max_length=60)
    why = models.CharField(max_length=300)
    rows = models.IntegerField()
    left_out = models.IntegerField(default=0)
    hold_out_by = models.CharField(max_length=10)
    macro_f1 = models.FloatField()
    figures = models.JSONField()
    labels = models.JSONField()
    seconds = models.FloatField()
    size = models.IntegerField()
    stored = models.BinaryField()
    seen = models.BinaryField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["purpose", "number"], name="model_number_once"),
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(state=ModelState.ACTIVE.value),
                name="model_active_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.purpose} {self.number}"


class Suggested(models.Model):
    """What was suggested for a field of an order, and what the person chose. Rows are only added.

    ``chosen`` is empty where the person left the field empty; ``taken`` tells that both agree.
    """

    order = models.ForeignKey(WorkOrder, models.CASCADE, related_name="suggested")
    field = models.CharField(max_length=10, choices=[(f.value, f.label) for f in Field])
    value = models.CharField(max_length=40)
    label = models.CharField(max_length=200)
    probability = models.FloatField()
    source = models.CharField(max_length=10, choices=[(s.value, s.label) for s in Source])
    because = models.CharField(max_length=200, blank=True, default="")
    chosen = models.CharField(max_length=400, blank=True, default="")
    taken = models.BooleanField()
    at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["field", "-at"], name="suggested_latest"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.field}: {self.value}"
