"""Trying changed rules on past orders: ask, wait, read what came of it."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import actions, queries
from huiyin.knowledge.actions import TRIERS
from huiyin.knowledge.states import TrialState
from huiyin.orgs.states import Perm
from huiyin.web.console.forms_change import TrialForm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.worktime.calendar import SHANGHAI

_SHOWN = 20


@require_http_methods(["GET", "POST"])
@staff_page(*TRIERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show the latest trials; ask for a new one."""
    now = clock.now()
    if request.method == "GET":
        return _page(request, TrialForm.of_last_quarter(now.astimezone(SHANGHAI).date()), 200)
    form = TrialForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, 422)
    asked = form.cleaned_data
    try:
        made = actions.ask_trial(
            form.rules(),
            first=asked["first"],
            last=asked["last"],
            as_of=asked["as_of"],
            by=request.actor,
            now=now,
        )
    except Refused as refusal:
        return _page(request, form, form.refuse(refusal))
    return redirect("console:trial", key=made.pk)


@require_GET
@staff_page(*TRIERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one trial: that it waits, why the text is refused, or the result. One query."""
    trial = queries.trial(key)
    if trial is None:
        raise NotFound("没有这次试算", remedy="只保留最近几次，请重新试算")
    found = {
        "trial": trial,
        "waiting": trial.state == TrialState.WAITING.value,
        "result": trial.result,
        "tables": _tables(trial.result) if trial.result else [],
        "sees_all": Perm.SEE_ALL in request.staff.perms,
        "tab": "trials",
    }
    return render(request, "console/trial.html", found)


def _tables(result: dict[str, list[dict[str, object]]]) -> list[tuple[str, object]]:
    """Return the tables of the result with their titles, those with rows only."""
    named = (("环节", "clocks"), ("单位", "units"), ("分类", "categories"))
    return [(title, result[key]) for title, key in named if result[key]]


def _page(request: StaffRequest, form: TrialForm, status: int) -> HttpResponse:
    found = {"form": form, "trials": queries.trials()[:_SHOWN], "tab": "trials"}
    return render(request, "console/trials.html", found, status=status)
