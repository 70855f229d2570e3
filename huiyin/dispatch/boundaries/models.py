"""Rulings about where the duties of units meet."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.knowledge.models import Category
from huiyin.orgs.models import Region, Staff, Unit


class BoundaryRuling(models.Model):
    """Which unit is in charge of a class of matters, in a region or in the whole city.

    It holds from the day on which it was made until a later one about the same class and place
    replaces it; ``basis`` names the document that decided.
    """

    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    matter = models.CharField(max_length=120)
    basis = models.CharField(max_length=500)
    document = models.CharField(max_length=12)
    ruled_at = models.DateTimeField()
    ruled_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["category", "region"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="boundary_one_in_force",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document} {self.matter}"


class BoundaryAssist(models.Model):
    """A unit that assists by a ruling."""

    ruling = models.ForeignKey(BoundaryRuling, models.CASCADE, related_name="assists")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.ruling_id} {self.unit_id}"
