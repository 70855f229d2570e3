"""Cases that several units handle jointly: list, opening, one case with milestones and log."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.coordination import actions, policy, queries
from huiyin.followup.coordination.actions import Opening
from huiyin.followup.coordination.models import JointCase
from huiyin.followup.coordination.states import JointState
from huiyin.followup.tasks.actions import Duty
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid, NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_coordination import (
    DutyForm,
    EntryForm,
    JointForm,
    JointOrdersForm,
    SummaryForm,
)
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.steps import put_on

READERS = (Perm.SUPERVISE, Perm.DISPATCH, Perm.HANDLE)
_KINDS: dict[str, type[forms.Form]] = {
    "milestone": DutyForm, "log": EntryForm, "orders": JointOrdersForm, "close": SummaryForm,
}  # fmt: skip


@require_GET
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of joint cases, newest first. Two queries beside the session."""
    state, words = request.GET.get("state", ""), request.GET.get("q", "")[:60]
    found = {
        "page": queries.joint_listed(
            request.actor, state=state, words=words, cursor=request.GET.get("cursor", "")
        ),
        "state": state,
        "words": words,
        "states": list(JointState),
        "may_open": policy.is_office(request.actor),
    }
    return render(request, "workbench/joint_cases.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def new(request: StaffRequest) -> HttpResponse:
    """Open a joint case."""
    start = {"orders": request.GET.get("order", "")[:24]}
    form, status = JointForm(request.POST or None, initial=start), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            clean = form.cleaned_data
            opening = Opening(**(clean | {"lead": next(iter(clean["lead"]), None)}))
            now = clock.now()
            try:
                key = made_once(
                    request,
                    lambda: actions.open_joint(opening, by=request.actor, now=now).pk,
                    now=now,
                )
                return redirect("workbench:joint_case", key=key)
            except (NotFound, Conflict) as refusal:
                form.add_error("orders", refusal.message)
            except Invalid as refusal:
                put_on(form, refusal)
    dress(form)
    return render(request, "workbench/joint_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one joint case; set a milestone, write in the log, add orders, close it."""
    case = queries.joint(request.actor, key)
    if case is None:
        raise NotFound("没有找到这项联合办理")
    sent = request.POST.get("do", "") if request.method == "POST" else ""
    made = {
        name: kind(request.POST if name == sent else None, auto_id=f"{name}_%s")
        for name, kind in _KINDS.items()
    }
    status = 200
    if request.method == "POST":
        if sent not in made:
            raise NotFound("没有这个步骤")
        status = 422
        if made[sent].is_valid():
            try:
                made_once(
                    request,
                    lambda: _take(request, key, sent, made[sent].cleaned_data),
                    now=clock.now(),
                )
                return redirect("workbench:joint_case", key=key)
            except (Invalid, Conflict) as refusal:
                put_on(made[sent], refusal)
                status = refusal.status
    for each in made.values():
        dress(each)
    return render(request, "workbench/joint_case.html", _facts(request, case, made), status=status)


def _take(request: StaffRequest, key: int, do: str, clean: dict[str, Any]) -> int:
    by, now = request.actor, clock.now()
    doings: dict[str, Callable[[], Any]] = {
        "milestone": lambda: actions.add_milestone(
            key, Duty(next(iter(clean["unit"]), None), clean["what"], clean["due_on"]),
            by=by, now=now,
        ),
        "log": lambda: actions.log_joint(key, by=by, said=clean["said"], now=now),
        "orders": lambda: actions.add_orders(key, clean["orders"], by=by, now=now),
        "close": lambda: actions.close_joint(key, by=by, summary=clean["summary"], now=now),
    }  # fmt: skip
    doings[do]()
    return key


def _facts(request: StaffRequest, case: JointCase, made: dict[str, forms.Form]) -> dict[str, Any]:
    is_open = case.standing is JointState.OPEN
    office = policy.is_office(request.actor)
    return {
        "case": case,
        "tasks": list(case.sheet.tasks.all()) if case.sheet else [],
        "forms": made,
        "coordinates": policy.coordinates(request.actor),
        "may_change": office and is_open,
        "may_log": is_open and queries.is_member(request.actor, case),
        "now": clock.now(),
    }
