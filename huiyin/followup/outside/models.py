"""Contacts at agencies outside the units, their changes, and what they were told."""

from __future__ import annotations

from django.db import models

from huiyin.followup.outside.states import AGENCIES, Agency, Occasion
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff


class OutsideContact(models.Model):
    """A person at an agency outside the units; the number is sealed, its reading is logged."""

    agency = models.CharField(max_length=12, choices=[(a.value, v) for a, v in AGENCIES.items()])
    office = models.CharField(max_length=60)
    name = models.CharField(max_length=40)
    post = models.CharField(max_length=60)
    phone_sealed = models.BinaryField()
    phone_masked = models.CharField(max_length=20)
    active = models.BooleanField(default=True)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = (models.Index(fields=["agency", "id"], name="outside_listed"),)

    def __str__(self) -> str:
        return f"{self.office} {self.post} {self.name}"

    @property
    def kind(self) -> Agency:
        """Return the agency as its enumeration."""
        return Agency(self.agency)


class OutsideChange(models.Model):
    """One change of a contact, numbers masked. Rows are only added."""

    contact = models.ForeignKey(OutsideContact, models.PROTECT, related_name="changes")
    at = models.DateTimeField()
    by = models.CharField(max_length=60)
    before = models.CharField(max_length=220, blank=True, default="")
    after = models.CharField(max_length=220)

    def __str__(self) -> str:
        return f"{self.contact_id}: {self.after}"


class OutsideNotice(models.Model):
    """That a contact was told of a matter: a referral, a media follow-up or an order at risk.

    ``subject`` is the key of the matter, ``document`` the number by which both sides name it.
    """

    contact = models.ForeignKey(OutsideContact, models.PROTECT, related_name="notices")
    occasion = models.CharField(max_length=10, choices=[(o.value, o.label) for o in Occasion])
    subject = models.BigIntegerField()
    document = models.CharField(max_length=40)
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    day = models.DateField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["occasion", "subject"], name="outside_notice_of"),)
        constraints = (
            models.UniqueConstraint(
                fields=["contact", "occasion", "subject", "day"], name="outside_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.occasion} {self.document} {self.contact_id}"
