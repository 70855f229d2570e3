"""What came in, exactly as it came, sealed."""

from __future__ import annotations

from django.db import models

from huiyin.orders.models import WorkOrder


class Submission(models.Model):
    """A raw submission 原始诉求 of any channel; kept unchanged beside the order made from it."""

    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="submission")
    channel = models.CharField(max_length=10)
    source = models.CharField(max_length=80)
    external_number = models.CharField(max_length=80, blank=True, default="")
    body_sealed = models.BinaryField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["source", "external_number"],
                condition=~models.Q(external_number=""),
                name="submission_external_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.channel} {self.order_id}"
