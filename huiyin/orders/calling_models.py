"""Tables of the whistle 吹哨报到: a street calls departments, they come, it judges them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.orders.kinds import WHISTLE_GRADES
from huiyin.orgs.models import Staff, Unit


class Whistle(models.Model):
    """One whistle: which unit called, why, and where and when it wants to meet."""

    order = models.ForeignKey("WorkOrder", models.PROTECT, related_name="whistles")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    round = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    why = models.CharField(max_length=500)
    meet_at = models.DateTimeField(null=True)
    meet_place = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["unit", "at"], name="whistle_of_unit"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.at:%F}"


class WhistleUnit(models.Model):
    """One department that was called: when it came, what it did, and how it was judged.

    ``due_at`` is until when it had to report, exclusive; none where the city sets no limit.
    """

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    assignment = models.ForeignKey("Assignment", models.PROTECT, related_name="+")
    due_at = models.DateTimeField(null=True)
    reported_at = models.DateTimeField(null=True)
    on_site = models.BooleanField(null=True)
    person = models.CharField(max_length=60, blank=True, default="")
    answered_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1000, blank=True, default="")
    grade = models.CharField(
        max_length=4,
        blank=True,
        default="",
        choices=[(str(key), label) for key, label in WHISTLE_GRADES.items()],
    )
    judgement = models.CharField(max_length=500, blank=True, default="")
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=["unit"], condition=Q(judged_at=None), name="whistled_waiting"),
        )
        constraints = (
            models.UniqueConstraint(fields=["whistle", "unit"], name="whistle_unit_once"),
        )

    def __str__(self) -> str:
        return f"{self.whistle_id} {self.unit_id}"
