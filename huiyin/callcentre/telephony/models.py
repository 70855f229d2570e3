"""Seats, lines, lists of numbers, agents' sessions, calls under way, missed calls, recordings."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony.states import (
    AgentState,
    CallMark,
    CallState,
    MissedState,
    NumberKind,
    Pool,
    SeatKind,
    Skill,
    Surge,
    SurgeAct,
    Why,
)
from huiyin.orders.models import WorkOrder
from huiyin.orgs.models import Staff


class Seat(models.Model):
    """A place where calls are taken: extension, kind, skills.

    ``address`` is that of a desk telephone which does not register (``host:port``); empty for one
    that does, and for the browser.
    """

    extension = models.CharField(max_length=8, unique=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in SeatKind])
    skills = ArrayField(models.CharField(max_length=12), default=list)
    address = models.CharField(max_length=80, blank=True, default="")
    note = models.CharField(max_length=60, blank=True, default="")
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.extension


class Line(models.Model):
    """A number of ours, or a group of lines for calls out: never both."""

    number = models.CharField(max_length=20)
    pool = models.CharField(max_length=3, choices=[(p.value, p.label) for p in Pool])
    capacity = models.PositiveIntegerField()
    skill = models.CharField(max_length=12, default=Skill.GENERAL.value)
    closed = models.BooleanField(default=False)
    note = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["number", "pool"], name="line_once_in_pool"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="line_has_capacity"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.pool}"


class KnownNumber(models.Model):
    """A number on a list: served first, cared for, or known for nuisance."""

    number_sealed = models.BinaryField()
    number_masked = models.CharField(max_length=20)
    number_key = models.BinaryField()
    kind = models.CharField(max_length=8, choices=[(k.value, k.label) for k in NumberKind])
    note = models.CharField(max_length=200, blank=True, default="")
    added_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    until = models.DateField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["number_key", "kind"], name="number_once_on_list"),
        )

    def __str__(self) -> str:
        return f"{self.number_masked} {self.kind}"


class LeaderDay(models.Model):
    """A span in which a leader answers calls in person, on a line with a queue of its own."""

    leader = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    topic = models.CharField(max_length=100)
    line = models.CharField(max_length=20)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("begins_at")), name="leader_day_in_order"
            ),
        )

    def __str__(self) -> str:
        return f"{self.begins_at:%F} {self.topic}"


class Session(models.Model):
    """Somebody signed in at a seat, with the state they are in now; kept when they have left."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    seat = models.ForeignKey(Seat, models.PROTECT, related_name="+")
    signed_in_at = models.DateTimeField()
    signed_out_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10, choices=[(s.value, s.label) for s in AgentState])
    since = models.DateTimeField()
    call = models.CharField(max_length=64, blank=True, default="")
    password_sealed = models.BinaryField(default=b"")
    marks: Sequence[CallMark] = ()  # no column: put there by a page that shows them

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["seat"], condition=Q(signed_out_at__isnull=True), name="one_at_a_seat"
            ),
            models.UniqueConstraint(
                fields=["staff"], condition=Q(signed_out_at__isnull=True), name="one_seat_each"
            ),
        )

    def __str__(self) -> str:
        return f"{self.staff} {self.seat}"


class AgentChange(models.Model):
    """Every change of an agent's state: who, when, why. Rows are only added."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="changes")
    was = models.CharField(max_length=10)
    to = models.CharField(max_length=10, choices=[(s.value, s.label) for s in AgentState])
    at = models.DateTimeField()
    why = models.CharField(max_length=12, choices=[(w.value, w.label) for w in Why])
    call = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = (models.Index(fields=["at"], name="agent_change_at"),)

    def __str__(self) -> str:
        return f"{self.was} → {self.to}"


class LiveCall(models.Model):
    """A call under way: enough to show it, and to take it back when the distributor dies.

    ``order`` is set when an order was taken down in it; ``said`` holds what only the distributor
    reads (its legs and its stretches so far).
    """

    key = models.CharField(max_length=64, unique=True)
    direction = models.CharField(max_length=3, choices=[(d.value, d.label) for d in Direction])
    state = models.CharField(max_length=10, choices=[(s.value, s.label) for s in CallState])
    number_sealed = models.BinaryField(default=b"")
    number_masked = models.CharField(max_length=20, blank=True, default="")
    number_key = models.BinaryField(default=b"")
    line = models.CharField(max_length=20)
    skill = models.CharField(max_length=12)
    priority = models.SmallIntegerField(default=0)
    arrived_at = models.DateTimeField()
    waits_since = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    seat = models.CharField(max_length=8, blank=True, default="")
    agent = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    order = models.ForeignKey(WorkOrder, models.PROTECT, null=True, related_name="+")
    missed = models.ForeignKey("Missed", models.PROTECT, null=True, related_name="+")
    recording = models.CharField(max_length=80, blank=True, default="")
    said = models.JSONField(default=dict)

    class Meta:
        indexes = (models.Index(fields=["seat"], name="live_call_seat"),)

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class Missed(models.Model):
    """A number whose call nobody answered: called back in order; its calls are one row."""

    number_sealed = models.BinaryField()
    number_masked = models.CharField(max_length=20)
    number_key = models.BinaryField()
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    calls = models.PositiveIntegerField(default=1)
    promised = models.BooleanField(default=False)
    urgent = models.BooleanField(default=False)
    care = models.BooleanField(default=False)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.label) for s in MissedState],
        default=MissedState.OPEN.value,
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    calling: bool = False  # no column: a list tells whether somebody calls it now

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["number_key"], condition=Q(state="open"), name="missed_number_once"
            ),
        )
        indexes = (models.Index(fields=["state", "first_at"], name="missed_open"),)

    def __str__(self) -> str:
        return f"{self.number_masked} {self.state}"


class Recording(models.Model):
    """The sound of one call, both sides in it; the bytes lie encrypted in a folder.

    ``digest`` is that of the encrypted bytes and names the file. A held one (``held``) is kept
    beyond its time, as long as somebody needs it as evidence.
    """

    name = models.CharField(max_length=80, unique=True)
    call = models.OneToOneField(Call, models.PROTECT, related_name="recording")
    digest = models.CharField(max_length=64, blank=True, default="")
    size = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0)
    fetched_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    held = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["id"],
                condition=Q(fetched_at__isnull=True, removed_at__isnull=True),
                name="recording_to_fetch",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Wish(models.Model):
    """What somebody at a seat asks of the distributor, which is another process; done once."""

    seat = models.CharField(max_length=8)
    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    verb = models.CharField(max_length=20)
    words = models.JSONField(default=dict)
    asked_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    refused = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(fields=["id"], condition=Q(done_at__isnull=True), name="wish_open"),
        )

    def __str__(self) -> str:
        return f"{self.seat} {self.verb}"


class SurgeStep(models.Model):
    """One prepared action of a surge: who started it at which level, who stopped it. Kept.

    ``tag`` is the event tag that it gives to new orders, ``note`` why it was started.
    """

    act = models.CharField(max_length=10, choices=[(a.value, a.label) for a in SurgeAct])
    level = models.CharField(max_length=6, choices=[(s.value, s.label) for s in Surge])
    tag = models.CharField(max_length=20, blank=True, default="")
    note = models.CharField(max_length=100, blank=True, default="")
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField(null=True)
    stopped_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["act"], condition=Q(stopped_at__isnull=True), name="surge_act_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.act} {self.started_at:%F %R}"


class Standby(models.Model):
    """Somebody who can be called to the telephones in a surge; the number is sealed."""

    staff = models.OneToOneField(Staff, models.PROTECT, related_name="+")
    number_sealed = models.BinaryField()
    number_masked = models.CharField(max_length=20)
    note = models.CharField(max_length=60, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.staff} {self.number_masked}"


class PromptVersion(models.Model):
    """A recorded sound that callers hear instead of ours; every version is kept, one is in use."""

    name = models.CharField(max_length=20)
    sound = models.BinaryField()
    seconds = models.FloatField()
    note = models.CharField(max_length=100, blank=True, default="")
    in_use = models.BooleanField(default=True)
    added_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name"], condition=Q(in_use=True), name="prompt_one_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.added_at:%F %R}"


class Shift(models.Model):
    """Hours in which somebody is on duty at the telephones 班次."""

    staff = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    note = models.CharField(max_length=60, blank=True, default="")
    planned_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    planned_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["staff", "begins_at"], name="shift_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("begins_at")), name="shift_in_order"
            ),
        )
        indexes = (models.Index(fields=["begins_at", "ends_at"], name="shift_days"),)

    def __str__(self) -> str:
        return f"{self.staff} {self.begins_at:%F %R}"


class MarkedCall(models.Model):
    """What an agent noted of a caller during a call; ``key`` is the name that the call has.

    A row per note, taken back by removing it while the call goes on.
    """

    key = models.CharField(max_length=64)
    mark = models.CharField(max_length=10, choices=[(m.value, m.label) for m in CallMark])
    number_key = models.BinaryField(default=b"")
    marked_by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["key", "mark"], name="call_marked_once"),)
        indexes = (
            models.Index(
                fields=["number_key"], condition=~Q(number_key=b""), name="marked_call_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.mark}"
