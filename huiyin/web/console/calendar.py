"""The working calendar, year by year; a year's published table is loaded here."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiyin.kernel import clock
from huiyin.kernel.errors import Refused
from huiyin.orgs import actions, policy, queries
from huiyin.orgs.queries import YearStanding
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import YearForm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.worktime.calendar import SHANGHAI


@require_http_methods(["GET", "POST"])
@staff_page(Perm.RULES, Perm.REPORTS)
def years(request: StaffRequest) -> HttpResponse:
    """Show the years around this one; load a year's table."""
    form = YearForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        policy.require(request.actor, Perm.RULES)
        status = _load(request, form)
        if status == 200:
            response = redirect("console:calendar")
            response["Location"] += f"?loaded={form.cleaned_data['year']}"
            return response
    this = clock.now().astimezone(SHANGHAI).year
    found = {
        "years": [_shown(each) for each in queries.calendar_years(this - 1, this + 2)],
        "own": [row for row in queries.own_days() if row.closed or row.opened],
        "form": form,
        "loaded": request.GET.get("loaded", "")[:4],
        "may_load": Perm.RULES in request.staff.perms,
        "this": this,
    }
    return render(request, "console/calendar.html", found, status=status)


def _load(request: StaffRequest, form: YearForm) -> int:
    """Load the table; return 200, or the status of the refusal that now stands on the form."""
    if not form.is_valid():
        return 422
    asked = form.cleaned_data
    try:
        actions.load_calendar_year(
            asked["year"],
            closed=form.weekdays_off(),
            opened=sorted({day for day, _ in asked["opened"]}),
            names=form.names(),
            source=asked["source"],
            by=request.actor,
            now=clock.now(),
        )
    except Refused as refusal:
        return form.refuse(refusal)
    return 200


def _shown(standing: YearStanding) -> dict[str, Any]:
    table = standing.table
    off = sorted(set(table.closed) | {day for day in table.names})
    return {
        "year": table.year,
        "standing": standing,
        "runs": _runs(off, table.names),
        "opened": sorted(table.opened),
    }


def _runs(days: list[date], names: Any) -> list[dict[str, Any]]:
    """Return neighbouring days of one name as one line."""
    runs: list[dict[str, Any]] = []
    for day in days:
        name = names.get(day, "")
        last = runs[-1] if runs else None
        if last and (day - last["last"]).days == 1 and last["name"] == name:
            last["last"] = day
        else:
            runs.append({"first": day, "last": day, "name": name})
    for run in runs:
        run["days"] = (run["last"] - run["first"]).days + 1
    return runs
