"""The desk of the call-back clerk: the next number, the matter, the answers, the next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.callbacks import queries as callbacks
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, Refused, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import queries, reply_queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.queries import OrderFilter
from huiyin.orders.states import Outcome, State
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, order_or_404, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_callback import CallForm
from huiyin.web.workbench.home import counted_in_words
from huiyin.web.workbench.order import asker_facts
from huiyin.web.workbench.steps import go, put_on

_WAITING = OrderFilter(states=(State.TO_CALLBACK,))


@require_GET
@staff_page(Perm.CALL_BACK)
def desk(request: StaffRequest) -> HttpResponse:
    """Go to the next order to call; say so when there is none."""
    last, now = request.GET.get("last", ""), clock.now()
    not_now = callbacks.not_now(now)
    number = "" if not_now else callbacks.next_to_call(request.actor, now, but=last)
    if not number:
        waiting = counted_in_words(queries.counted(request.actor, _WAITING))
        facts = {"waiting": waiting, "last": last, "not_now": not_now}
        return render(request, "workbench/no_call.html", facts)
    url = reverse("workbench:call", kwargs={"number": number})
    return redirect(f"{url}?last={last}" if last else url)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.CALL_BACK)
def call(request: StaffRequest, number: str) -> HttpResponse:
    """Show one order to call, and record what came of it; then go to the next."""
    order, now = order_or_404(request, number), clock.now()
    if order.standing is not State.TO_CALLBACK:
        raise WrongState(
            f"这件工单现为“{order.standing.label}”，不用回访", remedy="请从“回访”打开下一件"
        )
    if request.method == "GET":
        return _page(request, order, CallForm(order, _reasons()), now)
    form = CallForm(order, _reasons(), request.POST)
    if not form.is_valid():
        return _page(request, order, form, now, status=422)
    if form.cleaned_data["seen"] != order.event_count:
        return _page(request, order, _refreshed(request, order), now, status=409, stale=True)
    try:
        form.take(by=request.actor, now=now)
    except Invalid as refusal:
        _put_on(form, refusal)
        return _page(request, order, form, now, status=422)
    except WrongState:
        raise
    except Refused as refusal:
        form.add_error(None, "。".join(filter(None, (refusal.message, refusal.remedy))))
        return _page(request, order, form, now, status=refusal.status)
    return go(request, f"{reverse('workbench:callback')}?last={order.number}")


def _refreshed(request: StaffRequest, order: WorkOrder) -> CallForm:
    """Return the form with what was filled in, now about the order as it stands."""
    data = request.POST.copy()
    data["seen"] = str(order.event_count)
    return CallForm(order, _reasons(), data)


def _put_on(form: CallForm, refusal: Invalid) -> None:
    """Put the words beside the fields; the action knows the explanation as ``note``."""
    found = dict(refusal.facts.get("fields", {}))
    if "note" in found:
        found["explanation"] = found.pop("note")
    put_on(form, Invalid(refusal.message, fields=found))


def _reasons() -> list[tuple[str, str]]:
    return [(r.code, r.name) for r in knowledge.reasons(ReasonGroup.UNSATISFIED)]


def _page(
    request: StaffRequest,
    order: WorkOrder,
    form: CallForm,
    now: datetime,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    dress(form)
    reply = order.replies.first()
    found = {
        "order": order,
        "form": form,
        "kind": Kind(order.kind).label,
        "reply": reply,
        "outcome": Outcome(reply.outcome).label if reply else "",
        "wait": queries.waiting(order, now),
        "calls": list(callbacks.attempts_of(order)),
        "waiting": counted_in_words(queries.counted(request.actor, _WAITING)),
        "last": request.GET.get("last", ""),
        "reveal_purpose": "回访",
        "must_tell": reply_queries.must_tell(order),
        "script": callbacks.script_for(order, now),
        "not_now": callbacks.not_now(now),
        "proofs": callbacks.proofs(order, now),
    }
    return render(
        request,
        "workbench/call.html",
        found | asker_facts(request.actor, order) | more,
        status=status,
    )
