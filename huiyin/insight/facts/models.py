"""Tables of facts. Rows are only added: a trigger refuses anything else."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.knowledge.models import Category
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Region, Unit


class FactLine(models.Model):
    """How one unit's part in one order stood when a day was closed.

    ``day`` is the day that was closed. When a later day finds the part changed, it adds the old
    line once more with ``sign`` -1 and the new one with +1, so that sums over all lines until a day
    say how things stood that day. The line without unit stands for an order that nobody was given.
    ``shared`` marks an assisting unit that is assessed together with the lead. ``answer_key`` and
    ``case_key`` are equal for equal public answers, and for requests of one caller about one kind
    of matter on one day; they cannot be turned back into either.
    """

    day = models.DateField()
    sign = models.SmallIntegerField()
    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", db_index=False)
    shared = models.SmallIntegerField(default=0)
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, related_name="+", db_index=False
    )
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+", db_index=False)
    channel = models.CharField(max_length=10)
    kind = models.CharField(max_length=12)
    accepted_on = models.DateField()
    dispatched_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    answer_key = models.BigIntegerField(null=True)
    case_key = models.BigIntegerField(null=True)
    valid = models.SmallIntegerField(default=0)
    accepted = models.SmallIntegerField(default=0)
    direct = models.SmallIntegerField(default=0)
    handed = models.SmallIntegerField(default=0)
    sent = models.SmallIntegerField(default=0)
    sent_in_time = models.SmallIntegerField(default=0)
    repeat = models.SmallIntegerField(default=0)
    closed = models.SmallIntegerField(default=0)
    asked_for = models.SmallIntegerField(default=0)
    redone = models.SmallIntegerField(default=0)
    once = models.SmallIntegerField(default=0)
    tried = models.SmallIntegerField(default=0)
    reached = models.SmallIntegerField(default=0)
    solved_yes = models.SmallIntegerField(default=0)
    solved_partly = models.SmallIntegerField(default=0)
    grade_5 = models.SmallIntegerField(default=0)
    grade_4 = models.SmallIntegerField(default=0)
    grade_3 = models.SmallIntegerField(default=0)
    grade_2 = models.SmallIntegerField(default=0)
    grade_1 = models.SmallIntegerField(default=0)
    first_reached = models.SmallIntegerField(default=0)
    first_content = models.SmallIntegerField(default=0)
    first_fair = models.SmallIntegerField(default=0)
    dispatched = models.SmallIntegerField(default=0)
    owed = models.SmallIntegerField(default=0)
    signed = models.SmallIntegerField(default=0)
    contacted = models.SmallIntegerField(default=0)
    responded = models.SmallIntegerField(default=0)
    returned = models.SmallIntegerField(default=0)
    return_granted = models.SmallIntegerField(default=0)
    return_refused = models.SmallIntegerField(default=0)
    return_late = models.SmallIntegerField(default=0)
    extended = models.SmallIntegerField(default=0)
    due = models.SmallIntegerField(default=0)
    on_time = models.SmallIntegerField(default=0)
    replied = models.SmallIntegerField(default=0)
    urged = models.SmallIntegerField(default=0)

    class Meta:
        indexes = (
            models.Index(fields=["unit", "closed_on"], name="fact_unit_closed"),
            models.Index(fields=["unit", "due_on"], name="fact_unit_due"),
            models.Index(fields=["unit", "dispatched_on"], name="fact_unit_dispatched"),
            models.Index(fields=["day", "id"], name="fact_day"),
        )
        constraints = (
            models.CheckConstraint(condition=Q(sign__in=[-1, 1]), name="fact_sign"),
            models.UniqueConstraint(
                fields=["order", "unit", "shared", "day", "sign"],
                nulls_distinct=False,
                name="fact_once_a_day",
            ),
        )

    def __str__(self) -> str:
        return f"{self.day} {self.sign:+d} {self.order_id} {self.unit_id}"


class ClosedDay(models.Model):
    """A day that was closed: how many lines it added, and a digest over them and the day before."""

    day = models.DateField(primary_key=True)
    lines = models.IntegerField()
    corrections = models.IntegerField()
    digest = models.CharField(max_length=64)
    closed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day} {self.lines}"


class LakeMonth(models.Model):
    """A closed month that was written into the lake, with the digest of its bytes."""

    month = models.DateField(primary_key=True)
    lines = models.BigIntegerField()
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"
