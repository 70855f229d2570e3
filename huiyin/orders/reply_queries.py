"""What the city asks of replies and their audit on a day, and the ledgers that follow from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Avg, Count, Q, QuerySet

from huiyin.kernel.paging import Page, page
from huiyin.kernel.prepared import Prepared
from huiyin.knowledge import queries as knowledge
from huiyin.orders import policy, reply_rules
from huiyin.orders.models import (
    Attachment,
    Explanation,
    LocalCall,
    OrderMatter,
    PlannedSolution,
    Reply,
    ReplyDraft,
    WorkOrder,
)
from huiyin.orders.reply_rules import ReplyNeeds, ScoreItem, is_drawn
from huiyin.orders.states import (
    AuditOutcome,
    Outcome,
    ScorePart,
)
from huiyin.orgs.actors import CITIZEN, Actor
from huiyin.orgs.models import Signature
from huiyin.worktime.calendar import SHANGHAI

PASS_MARK = 60
LAST_REPLY = Prepared(lambda order: Reply.objects.filter(order_id=order).order_by("-pk")[:1])
"""The last reply to an order, by its key."""
_MATTERS = Prepared(lambda order: OrderMatter.objects.filter(order_id=order).order_by("seq"))
_EXPLANATIONS = Prepared(lambda order: Explanation.objects.filter(order_id=order))


def scorecard(at: datetime) -> tuple[ScoreItem, ...]:
    """Return the scorecard in force, empty when the city has none. No query while remembered."""
    rows = knowledge.parameter("audit.scorecard", at, default=[])
    return tuple(
        ScoreItem(ScorePart(row["part"]), row["code"], row["name"], int(row["points"]))
        for row in rows
    )


def pass_mark(at: datetime) -> int:
    """Return the percent that each part of an audit must reach."""
    return int(knowledge.parameter("audit.pass_mark", at, default=PASS_MARK))


def audit_outcomes(at: datetime) -> tuple[str, ...]:
    """Return the outcomes of an audit that the city uses."""
    every = [outcome.value for outcome in AuditOutcome]
    return tuple(knowledge.parameter("audit.outcomes", at, default=every))


def calls_back_first(at: datetime) -> bool:
    """Tell whether the city calls back before the audit."""
    order = knowledge.parameter("callback.order", at, default="audit_then_callback")
    return bool(order == "callback_then_audit")


def is_called_back(number: str, at: datetime) -> bool:
    """Tell whether the citizen of an order is to be asked, by the plan of the day."""
    scope = str(knowledge.parameter("callback.scope", at, default="all"))
    return is_drawn(number, scope, int(knowledge.parameter("callback.sample_share", at, 100)))


def needs_of(
    order: WorkOrder, *, since: datetime | None, at: datetime, files: int = 0
) -> ReplyNeeds:
    """Return what a reply to ``order`` must hold; ``files`` come with it. Two queries.

    One more where the city asks for evidence: files added since the order was given to the unit.

    Source: R-140, R-515 (requirement 168; handbook domain.md 4.3).
    """

    def asked(key: str, *, default: bool) -> bool:
        return bool(knowledge.parameter(key, at, default=default))

    evidence = asked("reply.evidence_required", default=False)
    return ReplyNeeds(
        contact=asked("reply.contact_required", default=True),
        basis=asked("reply.basis_required_when_unsolved", default=True),
        sign_off=asked("reply.signoff_required", default=True),
        per_matter=asked("reply.each_matter", default=True),
        dual=asked("reply.dual_feedback", default=False),
        matters=tuple(matter.seq for matter in _MATTERS(order.pk)),
        since=since,
        explained=len(_EXPLANATIONS(order.pk)),
        explain_least=int(knowledge.parameter("reply.explanations", at, default=1)),
        evidence=evidence,
        files=files or (_files_since(order, since) if evidence else 0),
    )


def _files_since(order: WorkOrder, since: datetime | None) -> int:
    """Return how many files staff have added since then. One query."""
    rows = Attachment.objects.filter(order=order).exclude(added_by=CITIZEN.label)
    return (rows.filter(added_at__gte=since) if since else rows).count()


def signatures_of(order: WorkOrder) -> dict[int, Signature]:
    """Return the pictures with which replies of an order were signed, by reply. One query at most.

    None where the replies, which are at hand, have no picture.

    Source: R-511 (requirement 106).
    """
    used = {reply.pk: reply.signature_id for reply in order.replies.all() if reply.signature_id}
    held = Signature.objects.in_bulk(used.values()) if used else {}
    return {reply: held[key] for reply, key in used.items() if key}


def waiting_draft(order: WorkOrder) -> ReplyDraft | None:
    """Return the draft that waits for a signature in the present round. One query."""
    rows = ReplyDraft.objects.filter(order=order, state="waiting", round=order.round)
    return rows.select_related("by", "assignment__unit").first()


def check_called_locally(order: WorkOrder, at: datetime) -> None:
    """Refuse a reply before the unit's own call-back, where the city asks for it. One query."""
    if not knowledge.parameter("local_callback.required", at, default=False):
        return
    rows = LocalCall.objects.filter(order=order, round=order.round).order_by("nth")
    reply_rules.check_local_calls(
        list(rows.values_list("content", flat=True)),
        required=True,
        second=int(knowledge.parameter("local_callback.second_handlings", at, default=1)),
    )


def must_tell(order: WorkOrder) -> bool:
    """Tell whether the hotline has yet to tell the answer itself, by the rule of the reply's day.

    One query.

    Source: R-162 (requirement 20).
    """
    last = LAST_REPLY.one(order.pk)
    if last is None or last.told_at is not None:
        return False
    return bool(knowledge.parameter("answer.by_office", last.at, default=False))


def matters_of(order: WorkOrder) -> QuerySet[OrderMatter]:
    """Return the listed matters of an order. One query."""
    return OrderMatter.objects.filter(order=order).order_by("seq")


def explanations_of(order: WorkOrder) -> QuerySet[Explanation]:
    """Return how often and how the citizen was told why not, oldest first. One query."""
    return Explanation.objects.filter(order=order).select_related("unit", "by").order_by("nth")


def beside(order: WorkOrder) -> dict[str, list[Any]]:
    """Return what the page of an order shows beside it: matters, explanations, plans.

    No query for orders without them: the history that has been read already tells.
    """
    verbs = {event.verb for event in order.events.all()}
    outcomes = {reply.outcome for reply in order.replies.all()}
    explained = "explain" in verbs or Outcome.EXPLAINED in outcomes
    plans_ = PlannedSolution.objects.filter(order=order).select_related("unit").order_by("pk")
    return {
        "matters": list(matters_of(order)) if "list_matters" in verbs else [],
        "explanations": list(explanations_of(order)) if explained else [],
        "plans": list(plans_) if Outcome.PLANNED in outcomes else [],
        "drafts": list(_drafts(order)) if "draft_reply" in verbs else [],
        "local_calls": list(_local_calls(order)) if "local_call" in verbs else [],
    }


def _drafts(order: WorkOrder) -> QuerySet[ReplyDraft]:
    return ReplyDraft.objects.filter(order=order).select_related("by", "decided_by").order_by("pk")


def _local_calls(order: WorkOrder) -> QuerySet[LocalCall]:
    return LocalCall.objects.filter(order=order).select_related("by").order_by("nth")


def plan_of(order: WorkOrder) -> PlannedSolution | None:
    """Return the latest planned solution of an order. One query."""
    rows = PlannedSolution.objects.filter(order=order).select_related("unit")
    return rows.order_by("-pk").first()


def plans(
    actor: Actor, *, show: str, today: date, cursor: str = "", size: int = 50
) -> Page[PlannedSolution]:
    """Return one page of the ledger of planned solutions by date. Two queries at most.

    Args:
        actor: whose orders; units see those in which they have a part.
        show: ``open``, ``late``, ``reported`` or ``done``.
        today: the local day; a plan is late after its day.
        cursor: where the page begins.
        size: how many rows.
    """
    rows = PlannedSolution.objects.filter(done_at__isnull=show != "done")
    if show == "late":
        rows = rows.filter(due_on__lt=today)
    elif show == "reported":
        rows = rows.filter(reported_at__isnull=False)
    visible = WorkOrder.objects.filter(policy.visible_to(actor))
    rows = rows.filter(order__in=visible).select_related("order", "unit")
    return page(rows, by=("due_on", "id"), cursor=cursor, size=size)


@dataclass(frozen=True, slots=True)
class AuditFigures:
    """What the audits of a span gave for one unit; averages in percent, None without points."""

    code: str
    unit: str
    audited: int
    passed: int
    sent_back: int
    substance: float | None
    wording: float | None


def audit_figures(actor: Actor, since: date, until: date) -> list[AuditFigures]:
    """Return the audits from ``since`` up to ``until`` (both days counted) per unit. One query.

    Source: R-150 (requirements 19, 167).
    """
    begin = datetime.combine(since, datetime.min.time(), SHANGHAI)
    end = datetime.combine(until, datetime.max.time(), SHANGHAI)
    rows = Reply.objects.filter(audited_at__gte=begin, audited_at__lte=end)
    if not policy.sees_all(actor):
        path = actor.unit.path if actor.unit else "-"
        rows = rows.filter(assignment__unit__path__startswith=path)
    found = (
        rows.values("assignment__unit__code", "assignment__unit__name")
        .annotate(
            audited=Count("pk"),
            passed_=Count("pk", filter=Q(passed=True)),
            substance_=Avg("substance"),
            wording_=Avg("wording"),
        )
        .order_by("-audited", "assignment__unit__code")
    )
    return [_figures(cast("Mapping[str, object]", row)) for row in found]


def _figures(row: Mapping[str, object]) -> AuditFigures:
    audited, passed = int(str(row["audited"])), int(str(row["passed_"]))
    return AuditFigures(
        code=str(row["assignment__unit__code"]),
        unit=str(row["assignment__unit__name"]),
        audited=audited,
        passed=passed,
        sent_back=audited - passed,
        substance=_mean(row["substance_"]),
        wording=_mean(row["wording_"]),
    )


def _mean(value: object) -> float | None:
    return None if value is None else round(float(str(value)), 1)
