"""Call tests, and the calls that were drawn for them with what was found."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.listening.states import Verdict
from huiyin.orgs.models import Staff


class CallTest(models.Model):
    """A sample of recorded calls of some days, of everybody or of one agent."""

    since = models.DateField()
    until = models.DateField()
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    drawn_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["-id"], name="call_test_newest"),)

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Return the number by which people call it."""
        return f"CT{self.pk:06d}"


class DrawnCall(models.Model):
    """One drawn call; judged once."""

    test = models.ForeignKey(CallTest, models.PROTECT, related_name="calls")
    call = models.ForeignKey(Call, models.PROTECT, related_name="+")
    verdict = models.CharField(
        max_length=4, blank=True, default="", choices=[(v.value, v.label) for v in Verdict]
    )
    faults = ArrayField(models.CharField(max_length=10), default=list)
    note = models.CharField(max_length=500, blank=True, default="")
    judged_at = models.DateTimeField(null=True)
    judged_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["test", "call"], name="tested_call_once"),
            models.CheckConstraint(
                condition=Q(verdict="", judged_at__isnull=True)
                | (~Q(verdict="") & Q(judged_at__isnull=False)),
                name="tested_call_judged_whole",
            ),
        )
        indexes = (
            models.Index(fields=["test"], condition=Q(verdict=""), name="tested_call_to_hear"),
        )

    def __str__(self) -> str:
        return f"{self.test_id} {self.call_id}"

    @property
    def standing(self) -> Verdict | None:
        """Return the verdict as its enumeration; None before it was heard."""
        return Verdict(self.verdict) if self.verdict else None
