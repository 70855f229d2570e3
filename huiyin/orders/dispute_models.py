"""Tables of disputes about who handles an order 派单异议, with the ruling that ends each."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.orders.kinds import AssignmentRole
from huiyin.orgs.models import Staff, Unit


class Dispute(models.Model):
    """One dispute: who raised it and why, and how it was ruled.

    ``unit`` is the lead unit that contests the dispatch; none when the dispatcher lets units
    confer before anybody holds the order. ``proposal`` is what the first of two people would rule.
    An order that is voided leaves its dispute unruled. ``anew`` is told by ``disputes_of``: whether
    it is there because the ruling before it turned out wrong.
    """

    anew = False

    order = models.ForeignKey("WorkOrder", models.PROTECT, related_name="disputes")
    round = models.SmallIntegerField()
    raised_at = models.DateTimeField()
    raised_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    basis = models.CharField(max_length=500)
    suggested = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(null=True)
    proposed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    proposed_lead = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    proposal = models.CharField(max_length=500, blank=True, default="")
    ruled_at = models.DateTimeField(null=True)
    ruled_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    ruling = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["order"], condition=Q(ruled_at__isnull=True), name="dispute_open_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.raised_at:%F}"


class DisputeUnit(models.Model):
    """A unit that a dispute is about: a candidate with its opinion, and its part in the ruling.

    A unit that the ruling names without its having been a candidate has a row as well.
    """

    dispute = models.ForeignKey(Dispute, models.PROTECT, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    candidate = models.BooleanField(default=True)
    opinion = models.CharField(max_length=500, blank=True, default="")
    basis = models.CharField(max_length=500, blank=True, default="")
    given_at = models.DateTimeField(null=True)
    given_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    role = models.CharField(
        max_length=10, blank=True, default="", choices=[(r.value, r.label) for r in AssignmentRole]
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["dispute", "unit"], name="dispute_unit_once"),
        )

    def __str__(self) -> str:
        return f"{self.dispute_id} {self.unit_id}"
