"""Tables of the work order. ``WorkOrder`` holds the present, ``OrderEvent`` the past."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from huiyin.knowledge.models import CaseClass, Category, LimitRule, Line, Reason
from huiyin.knowledge.states import CLOCK_LABELS, KIND_LABELS, URGENCY_LABELS
from huiyin.orders.application_states import APPLICATION_LABELS, DECISION_LABELS
from huiyin.orders.calling_models import Whistle as Whistle
from huiyin.orders.calling_models import WhistleUnit as WhistleUnit
from huiyin.orders.dispute_models import Dispute as Dispute
from huiyin.orders.dispute_models import DisputeUnit as DisputeUnit
from huiyin.orders.kinds import FactKind, Handing, LinkKind
from huiyin.orders.reply_states import DraftState, Told
from huiyin.orders.states import (
    AUDIT_LABELS,
    CHANNEL_LABELS,
    CLOSE_LABELS,
    OPEN,
    OUTCOME_LABELS,
    SATISFACTION_LABELS,
    AssignmentRole,
    Solved,
    State,
)
from huiyin.orders.text_models import OrderText as OrderText
from huiyin.orgs.models import Region, Signature, Staff, Unit

NEVER = datetime(9999, 1, 1, tzinfo=UTC)
"""Stands in ``waits_until`` when nothing is waited for or the city sets no limit."""

_OPEN = sorted(state.value for state in OPEN)


def _choices(labels: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(str(key), label) for key, label in labels.items()]


class WorkOrder(models.Model):
    """A work order 工单: the present standing of one request.

    Changed only by ``orders.actions``, together with the event that says why. ``news_at`` is when
    the citizen added something that the unit has not read yet, ``merged_count`` how many other
    orders are merged into this one now.
    ``waits_until`` is when the present wait ends, ``due_at`` when the result is due; both are
    exclusive and moved only by recorded steps.
    """

    number = models.CharField(max_length=14, unique=True)
    state = models.CharField(max_length=16, choices=[(s.value, s.label) for s in State])
    channel = models.CharField(max_length=10, choices=_choices(CHANNEL_LABELS))
    kind = models.CharField(max_length=12, choices=_choices(KIND_LABELS))
    category = models.ForeignKey(Category, models.PROTECT, null=True, related_name="+")
    urgency = models.CharField(max_length=10, choices=_choices(URGENCY_LABELS), default="normal")
    case_class = models.ForeignKey(CaseClass, models.PROTECT, null=True, related_name="+")
    line = models.ForeignKey(Line, models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=80)
    content = models.TextField(max_length=5000)
    summary = models.CharField(max_length=200, blank=True, default="")
    changed_since = models.CharField(max_length=500, blank=True, default="")
    proposal = models.CharField(max_length=500, blank=True, default="")
    tags = ArrayField(models.CharField(max_length=20), default=list)
    place = models.CharField(max_length=200, blank=True, default="")
    place_key = models.CharField(max_length=60, blank=True, default="")
    region = models.ForeignKey(Region, models.PROTECT, null=True, related_name="+")
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)
    occurred_at = models.DateTimeField(null=True)
    confidential = models.BooleanField(default=False)
    wants_reply = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    lead_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    round = models.SmallIntegerField(default=1)
    due_at = models.DateTimeField(null=True)
    waits_until = models.DateTimeField(default=NEVER)
    answer = models.TextField(max_length=5000, blank=True, default="")
    reason = models.ForeignKey(Reason, models.PROTECT, null=True, related_name="+")
    close_type = models.CharField(
        max_length=12, blank=True, default="", choices=_choices(CLOSE_LABELS)
    )
    closed_at = models.DateTimeField(null=True)
    solved = models.CharField(
        max_length=8, blank=True, default="", choices=[(s.value, s.label) for s in Solved]
    )
    satisfaction = models.CharField(
        max_length=20, blank=True, default="", choices=_choices(SATISFACTION_LABELS)
    )
    news_at = models.DateTimeField(null=True)
    merged_count = models.SmallIntegerField(default=0)
    pending = models.CharField(
        max_length=12, blank=True, default="", choices=_choices(APPLICATION_LABELS)
    )
    void_asked_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    event_count = models.IntegerField(default=0)
    head = models.BinaryField(max_length=33, default=b"")

    class Meta:
        indexes = (
            models.Index(
                fields=["state", "waits_until", "id"],
                condition=Q(state__in=_OPEN),
                name="order_open_queue",
            ),
            models.Index(
                fields=["waits_until", "id"], condition=Q(state__in=_OPEN), name="order_open_due"
            ),
            models.Index(
                fields=["state", "closed_at"], condition=Q(state="closed"), name="order_closed"
            ),
            models.Index(fields=["lead_unit", "-id"], name="order_of_unit"),
            models.Index(fields=["category", "-id"], name="order_of_category"),
            models.Index(
                fields=["place_key", "-id"], condition=~Q(place_key=""), name="order_at_place"
            ),
            GinIndex(fields=["tags"], condition=~Q(tags=[]), name="order_tags"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state__in=["closed", "unsat", "archived"]) | ~Q(close_type=""),
                name="order_closed_has_type",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["to_sign", "in_progress", "reply_review", "to_callback"])
                | Q(lead_unit__isnull=False),
                name="order_held_has_lead",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def standing(self) -> State:
        """Return the state as its enumeration."""
        return State(self.state)


class Requester(models.Model):
    """Who asked 诉求人: sealed, with masked copies to show and a keyed digest to find by."""

    order = models.OneToOneField(
        WorkOrder, models.PROTECT, primary_key=True, related_name="requester"
    )
    name_sealed = models.BinaryField(default=b"")
    name_masked = models.CharField(max_length=20, blank=True, default="")
    phone_sealed = models.BinaryField(default=b"")
    phone_masked = models.CharField(max_length=20, blank=True, default="")
    phone_key = models.BinaryField(default=b"")
    email_sealed = models.BinaryField(default=b"")
    address_sealed = models.BinaryField(default=b"")
    is_enterprise = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(
                fields=["phone_key", "-order"], condition=~Q(phone_key=b""), name="requester_phone"
            ),
        )

    def __str__(self) -> str:
        return self.name_masked or "未留姓名"


class Assignment(models.Model):
    """A unit's part in an order 承办任务; passed down, it makes a child and stays accountable.

    ``continues`` names the part of a unit that ended, of which this one took over times and clocks.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="assignments")
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=[(r.value, r.label) for r in AssignmentRole])
    round = models.SmallIntegerField(default=1)
    dispatched_at = models.DateTimeField()
    dispatched_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    signed_at = models.DateTimeField(null=True)
    signed_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    contacted_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    replied_at = models.DateTimeField(null=True)
    returns = models.SmallIntegerField(default=0)
    no_return = models.BooleanField(default=False)
    shared_score = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    instructions = models.CharField(max_length=500, blank=True, default="")
    continues = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    handed_by = models.CharField(
        max_length=10, choices=[(h.value, h.label) for h in Handing], default=Handing.NETWORK.value
    )

    class Meta:
        indexes = (
            models.Index(
                fields=["unit", "due_at"],
                condition=Q(ended_at__isnull=True),
                name="assignment_open",
            ),
            models.Index(fields=["unit", "-order"], name="assignment_unit"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["order", "unit"],
                condition=Q(ended_at__isnull=True),
                name="assignment_open_once",
            ),
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(ended_at__isnull=True, role="lead", parent__isnull=True),
                name="assignment_one_lead",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.role} {self.unit_id}"


class Clock(models.Model):
    """One running or stopped limit of an order, with the rule that made it and why, in words.

    A clock that was ``replaced`` was not met: another one goes on in its place.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="clocks")
    assignment = models.ForeignKey(Assignment, models.PROTECT, null=True, related_name="clocks")
    kind = models.CharField(max_length=20, choices=_choices(CLOCK_LABELS))
    rule = models.ForeignKey(LimitRule, models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    words = models.CharField(max_length=400)
    provisional = models.BooleanField(default=False)
    stopped_at = models.DateTimeField(null=True)
    overdue_recorded = models.BooleanField(default=False)
    replaced = models.BooleanField(default=False)

    class Meta:
        indexes = (
            models.Index(
                fields=["due_at"],
                condition=Q(stopped_at__isnull=True, overdue_recorded=False),
                name="clock_next_overdue",
            ),
            models.Index(
                fields=["id"],
                condition=Q(stopped_at__isnull=True, provisional=True),
                name="clock_provisional",
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["order", "kind", "assignment"],
                condition=Q(stopped_at__isnull=True),
                nulls_distinct=False,
                name="clock_runs_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.due_at:%F %R}"


class Application(models.Model):
    """What a unit applied for 申请 - return, extension, suspension, raising - and the decision.

    ``until`` is the later due time or the review date that is asked for, ``due_before`` the due
    time as it stood; ``report`` is the sealed report. ``explanation`` is what the citizen is told,
    of a raising what was done; ``suggested`` who should handle it, of a raising who is asked.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="applications")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=_choices(APPLICATION_LABELS))
    round = models.SmallIntegerField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    reason = models.ForeignKey(Reason, models.PROTECT, null=True, related_name="+")
    basis = models.CharField(max_length=500, blank=True, default="")
    explanation = models.CharField(max_length=500, blank=True, default="")
    suggested = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    until = models.DateTimeField(null=True)
    due_before = models.DateTimeField(null=True)
    report = models.ForeignKey("Attachment", models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=8, default="waiting", choices=_choices(DECISION_LABELS))
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    decision = models.CharField(max_length=500, blank=True, default="")
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["unit", "kind", "asked_at"], name="application_of_unit"),
            models.Index(
                fields=["kind", "asked_at"], condition=Q(outcome="waiting"), name="application_open"
            ),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["order"], condition=Q(outcome="waiting"), name="application_waits_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.outcome}"


class OrderEvent(models.Model):
    """One step in the history of an order. Rows are only added: a trigger refuses anything else.

    ``digest`` is a keyed digest over this event and the digest before it (``orders.history``).
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="events")
    seq = models.IntegerField()
    verb = models.CharField(max_length=30)
    state_before = models.CharField(max_length=16, blank=True, default="")
    state_after = models.CharField(max_length=16)
    at = models.DateTimeField()
    actor = models.CharField(max_length=10)
    actor_label = models.CharField(max_length=60)
    staff = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    note = models.TextField(blank=True, default="")
    public_note = models.TextField(blank=True, default="")
    data = models.JSONField(default=dict)
    digest = models.BinaryField(max_length=33)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["order", "seq"], name="event_once"),)

    def __str__(self) -> str:
        return f"{self.order_id}#{self.seq} {self.verb}"


class Reply(models.Model):
    """What a unit reports 办理回复: process, result, contact, basis, sign-off; and the audit.

    ``answers`` tells the result of each matter as it stood then; ``verified_at`` is when the
    citizen was called back before the audit; ``scores`` are the points of the audit by item.
    ``signature`` is the picture that the one who signed used then, where they had one.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="replies")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="replies")
    round = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=_choices(OUTCOME_LABELS))
    process = models.TextField(max_length=3000)
    result = models.TextField(max_length=3000)
    public_answer = models.TextField(max_length=3000)
    basis = models.CharField(max_length=500, blank=True, default="")
    answers = models.JSONField(default=list)
    planned_on = models.DateField(null=True)
    enforcement = models.CharField(max_length=80, blank=True, default="")
    contacted_at = models.DateTimeField(null=True)
    contact_sealed = models.BinaryField(default=b"")
    contact_masked = models.CharField(max_length=20, blank=True, default="")
    sign_off = models.CharField(max_length=40, blank=True, default="")
    signature = models.ForeignKey(Signature, models.PROTECT, null=True, related_name="+")
    verified_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    told_how = models.CharField(
        max_length=8, blank=True, default="", choices=[(t.value, t.label) for t in Told]
    )
    audited_at = models.DateTimeField(null=True)
    audited_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    passed = models.BooleanField(null=True)
    audit_note = models.CharField(max_length=500, blank=True, default="")
    audit_outcome = models.CharField(
        max_length=12, blank=True, default="", choices=_choices(AUDIT_LABELS)
    )
    scores = models.JSONField(default=list)
    substance = models.SmallIntegerField(null=True)
    wording = models.SmallIntegerField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["audited_at"],
                condition=Q(audited_at__isnull=False),
                name="reply_audited",
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} round {self.round}"


class ReplyDraft(models.Model):
    """A reply drafted in a section, waiting for its leader's signature 签批; sealed as a whole."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="drafts")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    round = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, related_name="+")
    form_sealed = models.BinaryField()
    state = models.CharField(max_length=10, choices=[(d.value, d.label) for d in DraftState])
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["order"], condition=Q(state="waiting"), name="draft_waits_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.state}"


class LocalCall(models.Model):
    """A unit's own call-back before it replies 本级回访; rows are only added."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="local_calls")
    assignment = models.ForeignKey(Assignment, models.PROTECT, related_name="+")
    round = models.SmallIntegerField()
    nth = models.SmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    number_masked = models.CharField(max_length=20, blank=True, default="")
    content = models.BooleanField()
    said = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["order", "nth"], name="local_call_once"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.nth}"


class OrderMatter(models.Model):
    """One matter 诉求事项 of an order that holds several; a reply answers each of them."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="matters")
    seq = models.SmallIntegerField()
    text = models.CharField(max_length=200)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["order", "seq"], name="matter_once"),)

    def __str__(self) -> str:
        return self.text


class Explanation(models.Model):
    """One time that a unit explained to the citizen why not 解释记录. Rows are only added."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="explanations")
    nth = models.SmallIntegerField()
    round = models.SmallIntegerField()
    at = models.DateTimeField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    said = models.CharField(max_length=1000)
    basis = models.CharField(max_length=500)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["order", "nth"], name="explanation_once"),)

    def __str__(self) -> str:
        return f"{self.order_id} {self.nth}"


class PlannedSolution(models.Model):
    """What a unit cannot solve now and has planned with a date 列入计划; followed until done."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="plans")
    reply = models.OneToOneField(Reply, models.PROTECT, related_name="plan")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    text = models.TextField(max_length=3000)
    due_on = models.DateField()
    opened_at = models.DateTimeField()
    reported_at = models.DateTimeField(null=True)
    report = models.CharField(max_length=1000, blank=True, default="")
    done_at = models.DateTimeField(null=True)
    done_note = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes = (
            models.Index(
                fields=["due_on", "id"], condition=Q(done_at__isnull=True), name="plan_open"
            ),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.due_on:%F}"


class Attachment(models.Model):
    """A file of an order; its bytes lie outside the web root and are served through policy."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="attachments")
    reply = models.ForeignKey(Reply, models.PROTECT, null=True, related_name="attachments")
    name = models.CharField(max_length=120)
    media_type = models.CharField(max_length=40)
    size = models.IntegerField()
    digest = models.CharField(max_length=64)
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=60)
    public = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class OrderLink(models.Model):
    """One order hangs together with an earlier one 关联工单; never deleted, only ended.

    ``order`` is the later one: merged into, a sequel of, a part of, or related to ``other``.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="links")
    other = models.ForeignKey(WorkOrder, models.PROTECT, related_name="linked_from")
    kind = models.CharField(max_length=10, choices=[(k.value, k.label) for k in LinkKind])
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(fields=["other", "kind"], name="link_back"),)
        constraints = (
            models.UniqueConstraint(
                fields=["order"],
                condition=Q(kind="merged", ended_at__isnull=True),
                name="link_merged_once",
            ),
            models.UniqueConstraint(
                fields=["order", "other", "kind"],
                condition=Q(ended_at__isnull=True),
                name="link_once",
            ),
            models.CheckConstraint(condition=~Q(order=models.F("other")), name="link_two_orders"),
        )

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.other_id}"


class CallThrough(models.Model):
    """A telephone call that told somebody of an order at once 电话通知; rows are only added."""

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="call_throughs")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    told = models.CharField(max_length=60)
    number_sealed = models.BinaryField(default=b"")
    number_masked = models.CharField(max_length=20, blank=True, default="")
    at = models.DateTimeField()
    answered = models.BooleanField()
    said = models.CharField(max_length=500, blank=True, default="")
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")
    handing_over = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.order_id} {self.told}"


class CaseFact(models.Model):
    """Aid given, a result of law enforcement, or another fact beside the flow; only added.

    ``document`` is the number of the document by which the law was enforced.
    """

    order = models.ForeignKey(WorkOrder, models.PROTECT, related_name="facts")
    kind = models.CharField(max_length=12, choices=[(k.value, k.label) for k in FactKind])
    on = models.DateField()
    giver = models.CharField(max_length=60, blank=True, default="")
    what = models.CharField(max_length=500)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    document = models.CharField(max_length=60, blank=True, default="")
    at = models.DateTimeField()
    by = models.ForeignKey(Staff, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} {self.on}"
