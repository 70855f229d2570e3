"""Supervision teams: who is in them and what they look after."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiyin.followup.mandates import actions, queries
from huiyin.followup.mandates.models import Team
from huiyin.kernel.errors import Conflict, Invalid, NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_mandate import TeamForm
from huiyin.web.workbench.steps import put_on


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show the teams, and make a new one."""
    return _kept(request, None)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def team(request: StaffRequest, key: int) -> HttpResponse:
    """Change one team."""
    found = queries.team(key)
    if found is None:
        raise NotFound("没有这个督办组")
    return _kept(request, found)


def _kept(request: StaffRequest, team: Team | None) -> HttpResponse:
    if request.method == "GET":
        return _page(request, TeamForm(initial=_held(team)), team)
    form = TeamForm(request.POST)
    if not form.is_valid():
        return _page(request, form, team, status=422)
    try:
        actions.set_team(team.pk if team else None, by=request.actor, **form.cleaned_data)
    except (Invalid, Conflict) as refusal:
        put_on(form, refusal)
        return _page(request, form, team, status=refusal.status)
    return redirect("workbench:teams")


def _held(team: Team | None) -> dict[str, object]:
    if team is None:
        return {"active": True}
    return {
        "name": team.name,
        "members": [str(each.pk) for each in team.members.all()],
        "units": ",".join(each.code for each in team.units.all()),
        "categories": " ".join(team.categories),
        "active": team.active,
    }


def _page(
    request: StaffRequest, form: TeamForm, team: Team | None, *, status: int = 200
) -> HttpResponse:
    dress(form)
    found = {"form": form, "team": team, "teams": list(queries.every_team())}
    return render(request, "workbench/teams.html", found, status=status)
