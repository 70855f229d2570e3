"""Filings, their sealed reports, and the orders that were answered from them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.followup.filings.states import FilingState
from huiyin.knowledge.models import Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class Filing(models.Model):
    """A difficult matter on file: why it cannot be solved now, and what the citizen is told.

    It holds from ``valid_from`` until the day before ``valid_to``; the caller's number is sealed.
    """

    state = models.CharField(max_length=10, choices=[(s.value, s.label) for s in FilingState])
    title = models.CharField(max_length=80)
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    place = models.CharField(max_length=200, blank=True, default="")
    place_key = models.CharField(max_length=60, blank=True, default="")
    phone_sealed = models.BinaryField(default=b"")
    phone_masked = models.CharField(max_length=20, blank=True, default="")
    phone_key = models.BinaryField(default=b"")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="filings")
    cause = models.TextField(max_length=2000)
    process = models.TextField(max_length=3000)
    basis = models.CharField(max_length=500)
    public_answer = models.TextField(max_length=3000)
    applied_at = models.DateTimeField()
    applied_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    review_note = models.CharField(max_length=500, blank=True, default="")
    valid_from = models.DateField(null=True)
    valid_to = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=500, blank=True, default="")
    uses = models.IntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(
                fields=["place_key"],
                condition=Q(state="valid") & ~Q(place_key=""),
                name="filing_at_place",
            ),
            models.Index(
                fields=["phone_key"],
                condition=Q(state="valid") & ~Q(phone_key=b""),
                name="filing_of_caller",
            ),
            models.Index(fields=["state", "-id"], name="filing_listed"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="valid") | Q(valid_to__gt=models.F("valid_from")),
                name="filing_valid_has_dates",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def number(self) -> str:
        """Return the number by which people call it."""
        return f"BA{self.pk:06d}"

    @property
    def standing(self) -> FilingState:
        """Return the state as its enumeration."""
        return FilingState(self.state)


class FilingReport(models.Model):
    """A file of the sealed written report; its bytes lie where those of orders lie."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="reports")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.name


class FilingUse(models.Model):
    """An order that was answered from a filing; once per order."""

    filing = models.ForeignKey(Filing, models.PROTECT, related_name="used")
    order = models.OneToOneField(WorkOrder, models.PROTECT, related_name="filed_by")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.filing_id} {self.order_id}"
