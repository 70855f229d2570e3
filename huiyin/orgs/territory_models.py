"""Areas of the city as polygons: streets, communities, grids 网格."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Area(models.Model):
    """One area of a level, with its polygons as rings of longitude and latitude.

    Files repeat codes; all shapes of one code are one area. ``region_code`` is the street that it
    is or lies in, where that is known, ``unit_code`` the unit that looks after it.
    """

    LEVELS: ClassVar = (("street", "街道"), ("community", "社区"), ("grid", "网格"))

    level = models.CharField(max_length=10, choices=LEVELS)
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    region_code = models.CharField(max_length=12, blank=True, default="")
    unit_code = models.CharField(max_length=40, blank=True, default="")
    shapes = ArrayField(models.BinaryField())
    loaded_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["level", "code"], name="area_once"),)

    def __str__(self) -> str:
        return self.name
