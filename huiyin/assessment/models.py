"""Rounds of assessment, what units ask of them, and what was found wrong afterwards."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.assessment.states import GROUNDS, OPEN_REQUESTS, RequestState, RoundState
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff, Unit


class Round(models.Model):
    """One assessment of a period by one scheme.

    ``rules`` are scheme, template and indicators as they were when it was opened; ``basis`` is
    everything else that the result was computed from: day of the facts, units, exclusions, the
    round before. ``result`` is what came out, ``digest`` goes over its bytes.
    """

    title = models.CharField(max_length=60)
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in RoundState],
        default=RoundState.OPEN.value,
    )
    rules = models.JSONField()
    basis = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True, default="")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    previewed_at = models.DateTimeField(null=True)
    ask_until = models.DateField(null=True)
    frozen_at = models.DateTimeField(null=True)
    frozen_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(last_day__gte=models.F("first_day")), name="round_days"
            ),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def standing(self) -> RoundState:
        """Return the state as its enumeration."""
        return RoundState(self.state)


class UnitResult(models.Model):
    """The result of one unit in a round, one row for pages and history."""

    round = models.ForeignKey(Round, models.CASCADE, related_name="results")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    group = models.CharField(max_length=20)
    rank = models.IntegerField(null=True)
    score = models.DecimalField(max_digits=9, decimal_places=4, null=True)
    told = models.JSONField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["round", "unit"], name="result_once"),)

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.score}"


class ExclusionRequest(models.Model):
    """A unit asks to leave an order out 剔除, or objects to a figure 异议 (no ground, no order).

    ``second_by`` is the other reviewer where a ground asks for two; ``appeal`` is decided by
    somebody who has decided nothing before.
    """

    round = models.ForeignKey(Round, models.PROTECT, related_name="requests")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    ground = models.CharField(
        max_length=4,
        blank=True,
        default="",
        choices=[(each.code, each.label) for each in GROUNDS.values()],
    )
    reason = models.CharField(max_length=500)
    proof = models.CharField(max_length=300)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in RequestState],
        default=RequestState.WAITING.value,
    )
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=500, blank=True, default="")
    second_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    appeal = models.CharField(max_length=500, blank=True, default="")
    appealed_at = models.DateTimeField(null=True)
    appeal_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    appeal_decided_at = models.DateTimeField(null=True)
    appeal_decision = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["round", "asked_at"],
                condition=Q(state__in=sorted(s.value for s in OPEN_REQUESTS)),
                name="exclusion_waiting",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["round", "unit", "order"],
                condition=Q(order__isnull=False),
                name="exclusion_once",
            ),
            models.CheckConstraint(
                condition=Q(order__isnull=True, ground="")
                | (Q(order__isnull=False) & ~Q(ground="")),
                name="exclusion_has_ground",
            ),
        )

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.ground or '异议'}"

    @property
    def standing(self) -> RequestState:
        """Return the state as its enumeration."""
        return RequestState(self.state)


class Correction(models.Model):
    """An entry beside a fixed round: by what a unit's score is changed, and why. Only added."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="corrections")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    points = models.DecimalField(max_digits=7, decimal_places=4)
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit_id} {self.points:+}"
