"""Tables of the kernel."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class OutboxRow(models.Model):
    """News of one event for one consumer, written in the transaction of the event itself.

    A worker takes rows with SKIP LOCKED and deletes each in the transaction that does its work.
    """

    consumer = models.CharField(max_length=40)
    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    available_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    last_error = models.TextField(blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["consumer", "available_at", "id"], name="outbox_next"),)

    def __str__(self) -> str:
        return f"{self.topic} -> {self.consumer}"


class AccessLog(models.Model):
    """Who read whose personal data, when, and for what purpose. Rows are only added.

    Kept at least six months (handbook domain.md 7.2, point 7).
    """

    at = models.DateTimeField()
    reader = models.CharField(max_length=80)
    subject = models.CharField(max_length=80)
    fields = ArrayField(models.CharField(max_length=40))
    purpose = models.CharField(max_length=200)
    address = models.GenericIPAddressField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["subject", "at"], name="access_subject"),
            models.Index(fields=["reader", "at"], name="access_reader"),
        )

    def __str__(self) -> str:
        return f"{self.reader} read {self.subject}"


class IdempotencyKey(models.Model):
    """One key of one caller and what was answered to it, so that a repeat makes nothing twice."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=80)
    fingerprint = models.BinaryField(max_length=33)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["caller", "key"], name="idempotency_once"),)
        indexes = (models.Index(fields=["created_at"], name="idempotency_age"),)

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"


class AttemptCounter(models.Model):
    """How often something was tried in one window of time (rate limits)."""

    scope = models.CharField(max_length=120)
    window_start = models.DateTimeField()
    count = models.IntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["scope", "window_start"], name="attempts_once"),
        )
        indexes = (models.Index(fields=["window_start"], name="attempts_age"),)

    def __str__(self) -> str:
        return f"{self.scope}: {self.count}"


class JobRun(models.Model):
    """One run of a periodic job: when it was due, began and ended, how much it did, what failed."""

    name = models.CharField(max_length=120)
    scheduled_for = models.DateTimeField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    done = models.IntegerField(null=True)
    error = models.TextField(blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["name", "-started_at"], name="jobrun_latest"),)

    def __str__(self) -> str:
        return f"{self.name} {self.scheduled_for:%F %T}"


class HeardWord(models.Model):
    """A word that occurs in stored texts, how it sounds and how often: for slips of the ear."""

    word = models.CharField(max_length=12, primary_key=True)
    sound = models.CharField(max_length=100)
    uses = models.IntegerField()

    class Meta:
        indexes = (models.Index(fields=["sound", "-uses"], name="heard_sound"),)

    def __str__(self) -> str:
        return self.word
