"""Bulletins, the orders in them, to whom they go, who read them, and their numbering."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.assessment.bulletins.rules import LONGEST, Period
from huiyin.assessment.bulletins.states import Audience, BulletinState, Rhythm
from huiyin.followup.instructions.models import Instruction
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit

_ALIVE = ~Q(state=BulletinState.DROPPED.value)


class Bulletin(models.Model):
    """A bulletin or report, from draft to issue.

    ``parts`` are its tables in words as they were drawn, from what was closed until ``as_of``;
    nothing in them changes by itself. ``made_by`` is empty when the schedule drafted it; ``county``
    is set when it tells of the units of one county alone. ``corrects`` is the issue that this one
    puts right. A ``public`` one is read by everybody on the portal once it is issued.
    """

    kind = models.CharField(max_length=20)
    name = models.CharField(max_length=60)
    rhythm = models.CharField(max_length=8, blank=True, default="")
    county = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=LONGEST["title"])
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    as_of = models.DateField(null=True)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in BulletinState],
        default=BulletinState.DRAFT.value,
    )
    parts = models.JSONField(default=list)
    text = models.TextField(max_length=LONGEST["text"], blank=True, default="")
    public = models.BooleanField(default=False)
    audience = models.CharField(max_length=8, choices=[(a.value, a.label) for a in Audience])
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=LONGEST["note"], blank=True, default="")
    number = models.CharField(max_length=120, blank=True, default="")
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = (models.Index(fields=["state", "-id"], name="bulletin_state"),)
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "county", "first_day", "last_day"],
                condition=_ALIVE & ~Q(rhythm="") & Q(corrects__isnull=True),
                nulls_distinct=False,
                name="bulletin_once_a_period",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="bulletin_number_once"
            ),
            models.CheckConstraint(
                condition=Q(first_day__isnull=True, last_day__isnull=True, as_of__isnull=True)
                | Q(last_day__gte=models.F("first_day"), as_of__gte=models.F("last_day")),
                name="bulletin_days",
            ),
            models.CheckConstraint(
                condition=~Q(state="issued") | (~Q(number="") & Q(issued_at__isnull=False)),
                name="bulletin_issued_whole",
            ),
        )

    def __str__(self) -> str:
        return f"《{self.number}》{self.title}" if self.number else self.title

    @property
    def standing(self) -> BulletinState:
        """Return the state as its enumeration."""
        return BulletinState(self.state)

    @property
    def beat(self) -> Rhythm:
        """Return the rhythm as its enumeration."""
        return Rhythm(self.rhythm)

    @property
    def period(self) -> Period | None:
        """Return the days that it tells of; None when it tells of no period."""
        if self.first_day is None or self.last_day is None:
            return None
        return Period(self.first_day, self.last_day)


class BulletinCase(models.Model):
    """An order in a bulletin, told as it stood then: no person in it, a secret one without title.

    ``told`` holds number, title, unit, and where it stood; ``remark`` is the editor's.
    """

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="cases")
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    told = models.JSONField()
    remark = models.CharField(max_length=LONGEST["remark"], blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["bulletin", "order"], name="bulletin_case_once"),
        )

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.order_id}"


class Addressee(models.Model):
    """A unit, or a leader by account, to whom a bulletin goes.

    ``named``: chosen by the editor, not one of all the units to which it went.
    """

    bulletin = models.ForeignKey(Bulletin, models.CASCADE, related_name="addressees")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    named = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["bulletin", "unit", "staff"], nulls_distinct=False, name="addressee_once"
            ),
            models.CheckConstraint(
                condition=Q(unit__isnull=True, staff__isnull=False)
                | Q(unit__isnull=False, staff__isnull=True),
                name="addressee_is_one",
            ),
        )

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.unit_id or ''} {self.staff_id or ''}"


class BulletinRead(models.Model):
    """Who opened an issued bulletin, and when first: the read receipt."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="reads")
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["bulletin", "staff"], name="bulletin_read_once"),
        )

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.staff_id}"


class BulletinInstruction(models.Model):
    """An instruction that a leader gave on an issued bulletin 批示."""

    bulletin = models.ForeignKey(Bulletin, models.PROTECT, related_name="instructed")
    instruction = models.OneToOneField(Instruction, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.bulletin_id} {self.instruction_id}"


class Numbering(models.Model):
    """The last number of a kind in a year, and of all years; one row for each kind and county."""

    kind = models.CharField(max_length=20)
    county = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    year = models.SmallIntegerField(default=0)
    last = models.IntegerField(default=0)
    total = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["kind", "county"], nulls_distinct=False, name="numbering_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.last} {self.total}"
