"""What a look at each reply found, by what weights, and what the auditor then decided."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.orders.models import Reply
from huiyin.orgs.models import Unit


class ReplyWeights(models.Model):
    """A version of the weights by which replies are judged; rows are only added.

    The last one that was adopted is in force; one that judges worse is kept with its figures.
    """

    made_at = models.DateTimeField()
    source = models.CharField(max_length=120)
    rows = models.IntegerField()
    auc = models.FloatField()
    auc_before = models.FloatField()
    adopted = models.BooleanField()
    bias = models.FloatField()
    weights = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.made_at:%F %R} {self.auc:.3f}"


class ReplyCheck(models.Model):
    """A look at one reply: the chance that it is poor, the findings, its numbers, the decision.

    ``returned`` is what the auditor decided; it teaches, whatever the look had said.
    """

    reply = models.OneToOneField(Reply, models.CASCADE, primary_key=True, related_name="check_made")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    poor = models.FloatField()
    found = models.JSONField(default=list)
    numbers = ArrayField(models.FloatField(), default=list)
    weights = models.ForeignKey(ReplyWeights, models.PROTECT, null=True, related_name="+")
    hashes = ArrayField(models.IntegerField(), default=list)
    returned = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["decided_at"],
                condition=Q(returned__isnull=False),
                name="reply_check_decided",
            ),
        )

    def __str__(self) -> str:
        return f"{self.reply_id} {self.poor:.2f}"


class ReplyHash(models.Model):
    """One hash of the sketch of a unit's reply, by which replies that repeat it are found."""

    pk = models.CompositePrimaryKey("unit_key", "value", "reply_key")
    unit_key = models.BigIntegerField()
    value = models.IntegerField()
    reply_key = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.unit_key} {self.value} {self.reply_key}"
