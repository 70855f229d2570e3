"""Sketches of orders, by which those that say the same are found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.orders.models import WorkOrder


class Sketch(models.Model):
    """What of the words of an order is looked for: one number for all, and a few hashes.

    Made by a worker shortly after the order, taken away when the order has long been closed.
    """

    order = models.OneToOneField(WorkOrder, models.CASCADE, primary_key=True, related_name="sketch")
    fingerprint = models.BigIntegerField()
    hashes = ArrayField(models.IntegerField(), default=list)

    class Meta:
        indexes = (
            models.Index(
                fields=["fingerprint", "-order"],
                condition=~Q(fingerprint=0),
                name="sketch_fingerprint",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id}"


class SketchHash(models.Model):
    """One hash of one order's sketch; ``order_key`` is the order's key.

    A narrow table with its key as the only index, so that the newest orders with a hash are read
    off one leaf, however common the hash is. Written and taken away with its ``Sketch`` only.
    """

    pk = models.CompositePrimaryKey("value", "order_key")
    value = models.IntegerField()
    order_key = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.value} {self.order_key}"
