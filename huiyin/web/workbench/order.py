"""The page of one order: who waits for whom until when, and everything that happened."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.callcentre.telephony import queries as telephony
from huiyin.channels.messaging.queries import messages_of
from huiyin.followup.callbacks import queries as callbacks
from huiyin.followup.ladder import queries as ladder
from huiyin.followup.mandates import queries as mandates
from huiyin.followup.supervision import queries as supervision
from huiyin.followup.supervision.policy import may_urge
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid
from huiyin.knowledge.states import Kind
from huiyin.orders import actions, calling_queries, dispute_queries, policy, queries, reply_queries
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import BY_VERB, FACES, Channel, State
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, address_of, order_or_404, staff_page
from huiyin.web.workbench import story
from huiyin.web.workbench.around import around_facts
from huiyin.web.workbench.errands import beside_order
from huiyin.web.workbench.forms_audit import VERB_OF
from huiyin.web.workbench.queues import Queue, queues_of
from huiyin.web.workbench.rows import asker_of, is_hidden

PURPOSES = ("联系诉求人", "上门核实", "回访", "补充信息")
MOST_EARLIER = 5
CALLERS = frozenset({Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE})


class RevealForm(forms.Form):
    """Why somebody wants to read the requester's data."""

    purpose = forms.CharField(
        label="用途", max_length=100, error_messages={"required": "请写明查看用途"}
    )


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def order(request: StaffRequest, number: str) -> HttpResponse:
    """Show an order. A fixed number of queries, whatever its history."""
    found = order_or_404(request, number)
    facts = order_facts(request.actor, found, clock.now())
    done = BY_VERB.get(request.GET.get("done", ""))
    if done is not None:
        facts |= {"done": done, "next_queue": _next_queue(request.actor, done.sources)}
    elif request.GET.get("done") == "taken":
        facts |= {"taken": True}
    return render(request, "workbench/order.html", facts)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.REVEAL)
def reveal(request: StaffRequest, number: str) -> HttpResponse:
    """Ask for a purpose; then show the requester's data for this one view and log the reading."""
    found, now = order_or_404(request, number), clock.now()
    form, status = RevealForm(request.POST or None), 200
    clear: dict[str, str] | None = None
    if request.method == "POST":
        if form.is_valid():
            try:
                clear = actions.reveal(
                    found,
                    by=request.actor,
                    purpose=form.cleaned_data["purpose"],
                    now=now,
                    address=address_of(request),
                )
            except Invalid as refusal:
                form.add_error("purpose", refusal.facts["fields"]["purpose"])
        status = 200 if clear is not None else 422
    facts = {"asking": clear is None, "reveal_form": form, "clear": clear}
    if request.headers.get("HX-Request"):
        facts |= {"order": found} | asker_facts(request.actor, found)
        return render(request, "workbench/_asker.html", facts, status=status)
    page = order_facts(request.actor, found, now) | facts
    return render(request, "workbench/order.html", page, status=status)


def order_facts(actor: Actor, order: WorkOrder, now: datetime) -> dict[str, Any]:
    """Return what the page shows. At most nineteen queries beside those of the order itself."""
    mine = queries.my_part(actor, order)
    open_parts, past_parts = story.parts(order, now)
    replies = list(order.replies.all())
    files = list(order.attachments.all())
    return {
        "order": order,
        "now": now,
        "mine": mine,
        "face": FACES[order.standing],
        "wait": queries.waiting(order, now),
        "kind": Kind(order.kind).label,
        "channel": Channel(order.channel).label,
        "buttons": story.buttons(actor, order, mine, now=now, but=_unused(actor, order, now)),
        "lines": story.timeline(order),
        "parts": list(story.flat(open_parts)),
        "past_parts": list(story.flat(past_parts)),
        "limits": story.limits(order, now),
        "files": [f for f in files if f.reply_id is None],
        "replies": [(r, [f for f in files if f.reply_id == r.pk]) for r in replies],
        **reply_queries.beside(order),
        "applications": list(order.applications.all()),
        "whistles": calling_queries.whistles_of(order),
        "raised_to": _raised_to(order),
        "disputes": dispute_queries.disputes_of(order),
        "calls": list(callbacks.attempts_of(order)),
        "messages": messages_of(order),
        "urgings": supervision.urgings_of(order),
        "may_urge": may_urge(actor, order),
        "mandates": mandates.of_order(actor, order),
        "escalations": ladder.of_order(actor, order),
        "is_open": order.standing is not State.VOID and bool(FACES[order.standing].waits_for),
        "earlier": _earlier(actor, order),
        **around_facts(actor, order, now),
        **beside_order(actor, order),
        **asker_facts(actor, order),
    }


def _raised_to(order: WorkOrder) -> str:
    """Return who studies a raised matter, for the notice at the top. No query."""
    if order.pending != ApplicationKind.RAISING:
        return ""
    asked = next((a for a in order.applications.all() if a.outcome == Decision.WAITING), None)
    return str(asked.suggested or "热线中心") if asked else ""


def _unused(actor: Actor, order: WorkOrder, now: datetime) -> list[str]:
    """Return what this city does not use here: decisions of an audit, telling by the hotline."""
    used = reply_queries.audit_outcomes(now)
    found = [verb for outcome, verb in VERB_OF.items() if outcome.value not in used]
    tells = order.standing is State.TO_CALLBACK and Perm.CALL_BACK in actor.perms
    return found if tells and reply_queries.must_tell(order) else [*found, "tell"]


def asker_facts(actor: Actor, order: WorkOrder) -> dict[str, Any]:
    """Return how the requester is shown to this person, and whether the data may be read."""
    mine = queries.my_part(actor, order)
    no_reveal = policy.may_reveal(actor, order, mine)
    return {
        "asker": asker_of(actor, order),
        "hidden": is_hidden(actor, order),
        "no_reveal": no_reveal,
        "purposes": PURPOSES,
        "may_dial": not no_reveal and bool(order.requester.phone_masked) and is_seated(actor),
    }


def is_seated(actor: Actor) -> bool:
    """Tell whether this person is signed in at a seat and can call somebody. One query at most."""
    if actor.staff is None or not actor.perms & CALLERS:
        return False
    return telephony.session_of(actor.staff.pk) is not None


def _earlier(actor: Actor, order: WorkOrder) -> list[tuple[str, list[WorkOrder]]]:
    """Return what the same caller and place had before: for the centre only. Two queries."""
    if not policy.sees_all(actor):
        return []
    caller = queries.same_caller(bytes(order.requester.phone_key), limit=MOST_EARLIER, but=order.pk)
    place = queries.same_place(order.place_key, limit=MOST_EARLIER, but=order.pk)
    known = {o.pk for o in caller}
    found = [("同一号码", caller), ("同一地点", [o for o in place if o.pk not in known])]
    return [(label, orders) for label, orders in found if orders]


def _next_queue(actor: Actor, sources: frozenset[State]) -> Queue | None:
    """Return the person's queue from which the step that was just done is taken."""
    return next((q for q in queues_of(actor) if set(q.base.states) & sources), None)
