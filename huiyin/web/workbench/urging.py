"""The supervisor's desk: which units to call about which orders, and what they said."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.supervision import actions, policy, queries, rules
from huiyin.followup.supervision.actions import LONGEST
from huiyin.followup.supervision.states import KIND_LABELS, UrgeKind, UrgeReason
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, WrongState
from huiyin.knowledge import article_queries
from huiyin.orders.models import WorkOrder
from huiyin.orders.queries import waiting
from huiyin.orders.states import FACES
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, order_or_404, staff_page
from huiyin.web.templatetags.huiyin import moment, spoken
from huiyin.web.workbench.forms import dress, note_field
from huiyin.web.workbench.order import is_seated
from huiyin.web.workbench.steps import put_on


class UrgeForm(forms.Form):
    """How the unit was urged and what came of it."""

    use_required_attribute = False

    kind = forms.ChoiceField(
        label="方式",
        choices=[(k.value, KIND_LABELS[k]) for k in (UrgeKind.TELEPHONE, UrgeKind.WRITTEN)],
        initial=UrgeKind.TELEPHONE.value,
        widget=forms.RadioSelect,
        error_messages={"required": "请选择方式", "invalid_choice": "请选择方式"},
    )
    said = note_field("催办情况", hint="电话：对方怎么说、承诺何时办。通知：通知的内容。", rows=4)


@require_GET
@staff_page(Perm.SUPERVISE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the units to call, the longest waiting first. Three queries at most."""
    page = queries.tasks_listed(cursor=request.GET.get("cursor", ""))
    found = {
        "page": page,
        "count": queries.how_many_tasks(),
        "done": request.GET.get("done", "")[:24],
    }
    return render(request, "workbench/urging.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def urge(request: StaffRequest, number: str) -> HttpResponse:
    """Show whom to call and what to say; write down what came of it, then go back to the list."""
    order = order_or_404(request, number)
    if not policy.may_urge(request.actor, order):
        raise WrongState(f"工单现为“{order.standing.label}”，没有单位可催", state=order.state)
    form = UrgeForm(request.POST if request.method == "POST" else None)
    if request.method == "GET":
        return _page(request, order, form)
    if not form.is_valid():
        return _page(request, order, form, status=422)
    try:
        actions.urge(
            order.pk,
            by=request.actor,
            kind=UrgeKind(form.cleaned_data["kind"]),
            said=form.cleaned_data["said"],
            now=clock.now(),
        )
    except Invalid as refusal:
        put_on(form, refusal)
        return _page(request, order, form, status=422)
    return redirect(f"{reverse('workbench:urging')}?done={order.number}")


def _page(
    request: StaffRequest, order: WorkOrder, form: UrgeForm, *, status: int = 200
) -> HttpResponse:
    now = clock.now()
    dress(form)
    lead = next(
        (
            a
            for a in order.assignments.all()
            if a.role == "lead" and a.parent_id is None and a.ended_at is None
        ),
        None,
    )
    reason = rules.reason_now(signed=bool(lead and lead.signed_at), due_at=order.due_at, now=now)
    found: dict[str, Any] = {
        "order": order,
        "form": form,
        "face": FACES[order.standing],
        "wait": waiting(order, now),
        "unit": orgs.unit_shown(lead.unit.code) if lead else None,
        "reason": reason.label,
        "late": reason is UrgeReason.OVERDUE,
        "script": rules.script(
            reason, number=spoken(order.number), title=order.title, due=moment(order.due_at)
        ),
        "longest": LONGEST,
        "seated": is_seated(request.actor),
        "duties": [d for d in article_queries.duties() if d.phone and lead and d.unit == lead.unit],
        "urgings": queries.urgings_of(order),
    }
    return render(request, "workbench/urge.html", found, status=status)
