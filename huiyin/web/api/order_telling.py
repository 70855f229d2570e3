"""Orders as the API tells them: how the shapes are filled from rows that have been read."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from huiyin.knowledge import queries as knowledge
from huiyin.orders import calling_queries, dispute_queries, policy, queries
from huiyin.orders.models import (
    NEVER,
    Application,
    Assignment,
    Attachment,
    Clock,
    Dispute,
    OrderEvent,
    Reply,
    Whistle,
    WorkOrder,
)
from huiyin.orders.policy import Offer
from huiyin.orders.states import BY_VERB
from huiyin.orgs.actors import Actor
from huiyin.web.api.order_shapes import (
    ApplicationTold,
    Asker,
    DisputeTold,
    EventTold,
    FileTold,
    Named,
    OrderRow,
    OrderTold,
    Part,
    ReplyTold,
    StepOffered,
    StepTaken,
    Timer,
    Waits,
    WhistleTold,
)
from huiyin.worktime.calendar import SHANGHAI

ROOT = "/api/v1"
# Steps that follow from a call-back are taken where call-backs are recorded.
ADDRESSES = {
    "close": "callbacks",
    "redo": "callbacks",
    "verify": "callbacks",
    "close_unreached": "callbacks/close_unreached",
    "close_unsatisfied": "callbacks/close_unsatisfied",
    "stay_unsatisfied": "steps/write_off",
}


class Coded(Protocol):
    """A row of reference data."""

    code: str
    name: str


def local(moment: datetime | None) -> datetime | None:
    """Return a moment in local time; None for one that never comes."""
    if moment is None or moment >= NEVER:
        return None
    return moment.astimezone(SHANGHAI)


def here(moment: datetime) -> datetime:
    """Return a moment in local time."""
    return moment.astimezone(SHANGHAI)


def href(number: str, *rest: str) -> str:
    """Return the address of an order, or of a part of it."""
    return "/".join((f"{ROOT}/orders/{number}", *rest))


def row(actor: Actor, order: WorkOrder) -> OrderRow:
    """Tell an order as a row. No query after ``queries.filtered``."""
    return {
        "number": order.number,
        "title": order.title,
        "state": order.standing,
        "state_label": order.standing.label,
        "kind": order.kind,
        "channel": order.channel,
        "urgency": order.urgency,
        "case_class": named(knowledge.class_by_id(order.case_class_id)),
        "line": named(knowledge.line_by_id(order.line_id)),
        "tags": list(order.tags),
        "merged_count": order.merged_count,
        "category": named(order.category),
        "place": order.place,
        "lead_unit": named(order.lead_unit),
        "requester": asker(order) if policy.shows_requester(actor, order) else None,
        "confidential": order.confidential,
        "round": order.round,
        "created_at": here(order.created_at),
        "due_at": local(order.due_at),
        "waits_until": local(order.waits_until),
        "closed_at": local(order.closed_at),
        "close_type": order.close_type,
        "event_count": order.event_count,
        "href": href(order.number),
    }


def asker(order: WorkOrder) -> Asker:
    """Tell the requester, masked."""
    who = order.requester
    return {
        "name": who.name_masked,
        "phone": who.phone_masked,
        "is_enterprise": who.is_enterprise,
    }


def whole(actor: Actor, order: WorkOrder, now: datetime) -> OrderTold:
    """Tell an order with all that belongs to it. No query after ``queries.get_visible``."""
    units = {part.pk: part.unit.code for part in order.assignments.all()}
    return {
        **row(actor, order),
        "content": order.content,
        "region": named(order.region),
        "longitude": order.longitude,
        "latitude": order.latitude,
        "occurred_at": local(order.occurred_at),
        "wants_reply": order.wants_reply,
        "created_by": order.created_by.name if order.created_by else "",
        "summary": order.summary,
        "changed_since": order.changed_since,
        "proposal": order.proposal,
        "answer": order.answer,
        "reason": named(order.reason),
        "solved": order.solved,
        "satisfaction": order.satisfaction,
        "waiting": _waits(order, now),
        "parts": [_part(part, units) for part in order.assignments.all()],
        "clocks": [_timer(clock, units) for clock in order.clocks.all()],
        "replies": [_reply(reply) for reply in order.replies.all()],
        "attachments": [file_told(file) for file in order.attachments.all()],
        "applications": [_application(row_) for row_ in order.applications.all()],
        "disputes": [_dispute(row_) for row_ in dispute_queries.disputes_of(order)],
        "whistles": [_whistle(row_) for row_ in calling_queries.whistles_of(order)],
        "pending": order.pending,
    }


def event(row_: OrderEvent) -> EventTold:
    """Tell one step of the history."""
    step = BY_VERB.get(row_.verb)
    return {
        "seq": row_.seq,
        "verb": row_.verb,
        "label": step.past if step else row_.verb,
        "at": here(row_.at),
        "actor": row_.actor,
        "by": row_.actor_label,
        "unit": named(row_.unit),
        "state": row_.state_after,
        "note": row_.note,
        "public_note": row_.public_note,
    }


def offered(order: WorkOrder, offer: Offer) -> StepOffered:
    """Tell one step that is offered, and where it is taken."""
    verb = offer.step.verb
    return {
        "verb": verb,
        "label": offer.step.label,
        "allowed": offer.allowed,
        "refusal": offer.refusal,
        "guard": offer.step.guard,
        "href": href(order.number, ADDRESSES.get(verb, f"steps/{verb}")),
    }


def taken(order: WorkOrder) -> StepTaken:
    """Tell where an order stands after a step. No query."""
    return {
        "number": order.number,
        "state": order.standing,
        "state_label": order.standing.label,
        "round": order.round,
        "due_at": local(order.due_at),
        "waits_until": local(order.waits_until),
        "close_type": order.close_type,
        "event_count": order.event_count,
        "href": href(order.number),
    }


def file_told(file: Attachment) -> FileTold:
    """Tell one attachment."""
    return {
        "id": file.pk,
        "name": file.name,
        "media_type": file.media_type,
        "size": file.size,
        "added_at": here(file.added_at),
        "added_by": file.added_by,
        "public": file.public,
        "href": f"{ROOT}/attachments/{file.pk}",
    }


def _waits(order: WorkOrder, now: datetime) -> Waits:
    waiting = queries.waiting(order, now)
    return {
        "line": waiting.line,
        "who": waiting.who,
        "to_do": waiting.to_do,
        "until": local(waiting.until),
        "tone": waiting.tone,
        "why": waiting.why,
    }


def _part(part: Assignment, units: dict[int, str]) -> Part:
    return {
        "unit": {"code": part.unit.code, "name": part.unit.name},
        "role": part.role,
        "role_label": part.get_role_display(),
        "parent": units.get(part.parent_id or 0, ""),
        "round": part.round,
        "instructions": part.instructions,
        "dispatched_at": here(part.dispatched_at),
        "signed_at": local(part.signed_at),
        "contacted_at": local(part.contacted_at),
        "due_at": local(part.due_at),
        "replied_at": local(part.replied_at),
        "ended_at": local(part.ended_at),
        "returns": part.returns,
        "shared_score": part.shared_score,
    }


def _timer(clock: Clock, units: dict[int, str]) -> Timer:
    return {
        "kind": clock.kind,
        "label": clock.get_kind_display(),
        "unit": units.get(clock.assignment_id or 0, ""),
        "started_at": here(clock.started_at),
        "due_at": local(clock.due_at),
        "stopped_at": local(clock.stopped_at),
        "replaced": clock.replaced,
        "provisional": clock.provisional,
        "rule": clock.rule.code if clock.rule else "",
        "words": clock.words,
    }


def _reply(reply: Reply) -> ReplyTold:
    unit = reply.assignment.unit
    return {
        "round": reply.round,
        "at": here(reply.at),
        "unit": {"code": unit.code, "name": unit.name},
        "by": reply.by.name,
        "outcome": reply.outcome,
        "outcome_label": reply.get_outcome_display(),
        "process": reply.process,
        "result": reply.result,
        "public_answer": reply.public_answer,
        "basis": reply.basis,
        "answers": [
            {
                "seq": answer["seq"],
                "matter": answer["matter"],
                "outcome": answer["outcome"],
                "outcome_label": answer["label"],
                "result": answer["result"],
            }
            for answer in reply.answers
        ],
        "planned_on": reply.planned_on,
        "enforcement": reply.enforcement,
        "contacted_at": local(reply.contacted_at),
        "contact": reply.contact_masked,
        "sign_off": reply.sign_off,
        "passed": reply.passed,
        "audited_at": local(reply.audited_at),
        "audit_note": reply.audit_note,
        "audit_outcome": reply.audit_outcome,
        "scores": [
            {"code": s["code"], "name": s["name"], "points": s["points"], "of": s["of"]}
            for s in reply.scores
        ],
        "substance": reply.substance,
        "wording": reply.wording,
    }


def _application(asked: Application) -> ApplicationTold:
    return {
        "kind": asked.kind,
        "kind_label": asked.get_kind_display(),
        "unit": {"code": asked.unit.code, "name": asked.unit.name},
        "round": asked.round,
        "asked_at": here(asked.asked_at),
        "reason": named(asked.reason),
        "basis": asked.basis,
        "explanation": asked.explanation,
        "suggested": named(asked.suggested),
        "until": local(asked.until),
        "due_before": local(asked.due_before),
        "report": asked.report_id,
        "outcome": asked.outcome,
        "decided_at": local(asked.decided_at),
        "decided_by": asked.decided_by.name if asked.decided_by else "",
        "decision": asked.decision,
        "resumed_at": local(asked.resumed_at),
    }


def _dispute(row_: Dispute) -> DisputeTold:
    return {
        "unit": named(row_.unit),
        "anew": row_.anew,
        "raised_at": here(row_.raised_at),
        "raised_by": row_.raised_by.name if row_.raised_by else "",
        "basis": row_.basis,
        "suggested": named(row_.suggested),
        "units": [
            {
                "unit": {"code": each.unit.code, "name": each.unit.name},
                "candidate": each.candidate,
                "opinion": each.opinion,
                "basis": each.basis,
                "role": each.role,
            }
            for each in row_.units.all()
        ],
        "ruled_at": local(row_.ruled_at),
        "ruled_by": row_.ruled_by.name if row_.ruled_by else "",
        "ruling": row_.ruling,
    }


def _whistle(row_: Whistle) -> WhistleTold:
    return {
        "unit": {"code": row_.unit.code, "name": row_.unit.name},
        "at": here(row_.at),
        "why": row_.why,
        "meet_at": local(row_.meet_at),
        "meet_place": row_.meet_place,
        "units": [
            {
                "unit": {"code": each.unit.code, "name": each.unit.name},
                "due_at": local(each.due_at),
                "reported_at": local(each.reported_at),
                "on_site": each.on_site,
                "person": each.person,
                "answered_at": local(each.answered_at),
                "answer": each.answer,
                "grade": each.grade,
                "judgement": each.judgement,
            }
            for each in row_.units.all()
        ],
    }


def named(thing: Coded | None) -> Named | None:
    """Tell a row of reference data by code and name."""
    return None if thing is None else {"code": thing.code, "name": thing.name}
