"""One row per simulated year."""

from __future__ import annotations

from django.db import models

from huiyin.insight.runs.states import RunState


class SimulationRun(models.Model):
    """A run of ``huiyin simulate --year``: its size, how far it is, its figures at the end.

    The simulated orders lie in a database of their own; only figures come here. ``figures`` holds
    what was measured beside what was published, as ``queries.Compared`` reads it.
    """

    city = models.CharField(max_length=40)
    city_name = models.CharField(max_length=40)
    seed = models.BigIntegerField()
    scale = models.FloatField()
    processes = models.SmallIntegerField()
    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(
        max_length=8,
        choices=[(s.value, s.label) for s in RunState],
        default=RunState.RUNNING.value,
    )
    began_at = models.DateTimeField()
    told_at = models.DateTimeField()
    day = models.DateField(null=True)
    orders = models.IntegerField(default=0)
    steps = models.IntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    figures = models.JSONField(default=list)
    digest = models.CharField(max_length=64, blank=True, default="")
    error = models.CharField(max_length=300, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.city} {self.seed} {self.state}"
