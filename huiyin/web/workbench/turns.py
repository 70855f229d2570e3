"""Whose turn it is to go to the weekly meeting of the grid: shown, laid out, exchanged."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiyin.followup.coordination import actions, policy, queries
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_coordination import ExchangeForm, TurnsForm
from huiyin.web.workbench.steps import put_on
from huiyin.worktime.calendar import SHANGHAI

_PAST = timedelta(weeks=4)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE, Perm.DISPATCH)
def listed(request: StaffRequest) -> HttpResponse:
    """Show whose turn it is from four weeks ago on; the office lays out the turns."""
    if request.method == "GET":
        return _listed(request, TurnsForm())
    form = TurnsForm(request.POST)
    policy.require_office(request.actor, "排例会轮值")
    if form.is_valid():
        try:
            actions.lay_out(**form.cleaned_data, by=request.actor, now=clock.now())
            return redirect("workbench:turns")
        except Invalid as refusal:
            put_on(form, refusal)
    return _listed(request, form, status=422)


def _listed(request: StaffRequest, form: TurnsForm, *, status: int = 200) -> HttpResponse:
    today = clock.now().astimezone(SHANGHAI).date()
    dress(form)
    found = {
        "turns": queries.turns(today - _PAST),
        "today": today,
        "form": form,
        "may_plan": policy.is_office(request.actor),
    }
    return render(request, "workbench/turns.html", found, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def turn(request: StaffRequest, day: str) -> HttpResponse:
    """Let another person go on one day."""
    try:
        when = date.fromisoformat(day)
    except ValueError as error:
        raise NotFound("没有这一天") from error
    found = next((each for each in queries.turns(when, 1) if each.day == when), None)
    if found is None:
        raise NotFound("这一天没有例会轮值")
    form, status = ExchangeForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            clean = form.cleaned_data
            try:
                actions.exchange(
                    when, clean["account"], clean["note"], by=request.actor, now=clock.now()
                )
                return redirect("workbench:turns")
            except Invalid as refusal:
                put_on(form, refusal)
    dress(form)
    return render(request, "workbench/turn.html", {"turn": found, "form": form}, status=status)
