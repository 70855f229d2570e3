"""Referrals, their orders, and how the histories of those stood when they were sent."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.followup.referrals.states import ReferralState
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class Referral(models.Model):
    """A matter that goes to discipline inspection 问责移送: proposed by one, decided by another."""

    state = models.CharField(max_length=10, choices=[(s.value, s.label) for s in ReferralState])
    number = models.CharField(max_length=40, blank=True, default="")
    title = models.CharField(max_length=80)
    agency = models.CharField(max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    facts = models.TextField(max_length=3000)
    basis = models.CharField(max_length=500)
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=1000, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    result = models.CharField(max_length=1000, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["state", "-id"], name="referral_listed"),)
        constraints = (
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="referral_number_once"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["sent", "ended"])
                | (~Q(number="") & Q(decided_by__isnull=False)),
                name="referral_sent_by_two",
            ),
        )

    def __str__(self) -> str:
        return self.number or f"拟移送 {self.pk}"

    @property
    def standing(self) -> ReferralState:
        """Return the state as its enumeration."""
        return ReferralState(self.state)


class ReferralOrder(models.Model):
    """An order of a referral; ``events`` and ``head`` tell how its history stood when it was sent.

    ``head`` is the digest of the last event then, as hexadecimal: whoever has the paper can tell
    later whether the history up to there is still the same.
    """

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="lines")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    events = models.IntegerField(default=0)
    head = models.CharField(max_length=66, blank=True, default="")
    whole = models.BooleanField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["referral", "order"], name="referral_order_once"),
        )

    def __str__(self) -> str:
        return f"{self.referral_id} {self.order_id}"
