"""Tables of messages: texts by date, and every message with what became of it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from huiyin.channels.messaging.states import MEDIUM_LABELS, STATE_LABELS, WAITING
from huiyin.knowledge.models import VALID
from huiyin.orders.models import WorkOrder

_MEDIA = [(medium.value, label) for medium, label in MEDIUM_LABELS.items()]
_STATES = [(state.value, label) for state, label in STATE_LABELS.items()]
_WAITING = sorted(state.value for state in WAITING)


class MessageTemplate(models.Model):
    """One text of one medium, in force on the half-open days ``[valid_from, valid_to)``."""

    key = models.CharField(max_length=40)
    medium = models.CharField(max_length=8, choices=_MEDIA)
    subject = models.CharField(max_length=120, blank=True, default="")
    body = models.TextField(max_length=2000)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    source = models.CharField(max_length=200)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["key", "medium", "valid_from"], name="message_template_once"
            ),
            models.CheckConstraint(condition=VALID, name="message_template_dates"),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.medium} {self.valid_from}"


class Message(models.Model):
    """One message about one event, from the moment it is due to be sent.

    To a citizen about their order, or to somebody outside the units without one.

    Address and text are sealed, with masked copies to show; ``next_attempt_at`` is set exactly
    while there is something left to do. ``dedupe`` names the event: one event makes one message.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    dedupe = models.CharField(max_length=80, unique=True)
    template = models.CharField(max_length=40, blank=True, default="")
    medium = models.CharField(max_length=8, choices=_MEDIA)
    address_sealed = models.BinaryField(default=b"")
    address_masked = models.CharField(max_length=120)
    subject = models.CharField(max_length=120, blank=True, default="")
    body_sealed = models.BinaryField(default=b"")
    body_masked = models.TextField(max_length=4000)
    at_once = models.BooleanField(default=False)
    written_by = models.CharField(max_length=60)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=_STATES)
    next_attempt_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    driver = models.CharField(max_length=20, blank=True, default="")
    external_id = models.CharField(max_length=200, blank=True, default="")
    last_error = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["next_attempt_at", "id"],
                condition=Q(next_attempt_at__isnull=False),
                name="message_due",
            ),
            models.Index(fields=["state", "-id"], name="message_by_state"),
            models.Index(fields=["created_at"], condition=~Q(body_sealed=b""), name="message_kept"),
        )
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=_WAITING, next_attempt_at__isnull=False)
                | (~Q(state__in=_WAITING) & Q(next_attempt_at__isnull=True)),
                name="message_waits_or_is_done",
            ),
        )

    def __str__(self) -> str:
        return f"{self.medium} {self.dedupe}"
