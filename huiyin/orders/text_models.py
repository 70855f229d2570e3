"""What orders are found by: their words in one spelling, beside the order itself."""

from __future__ import annotations

from django.db import models


class OrderText(models.Model):
    """The words of an order for search, written by a worker after each step that changed them.

    ``body`` is in one spelling and masked, one field a line: title, place, then all else; ``marks``
    are attributes as words of the index (``orders.text_rules``). ``events`` is how many events the
    order had when this was written. An index over ``bigrams(marks || ' ' || body)`` finds both
    (migration ``0010``). It can be thrown away and written anew at any time.
    """

    order = models.OneToOneField(
        "orders.WorkOrder", models.CASCADE, primary_key=True, related_name="text"
    )
    at = models.DateTimeField()
    marks = models.TextField()
    body = models.TextField()
    events = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["-at", "-order"], name="order_text_newest"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.body[:20]}"
