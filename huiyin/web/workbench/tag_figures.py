"""What requests are about by their tags, beside the same number of days before."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import clock
from huiyin.orders import tag_queries
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.tables import days_asked


@require_GET
@staff_page(Perm.REPORTS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show how often each tag was given. Two queries beside the session."""
    days = days_asked(request.GET, clock.now())
    groups = tag_queries.figures_by_tag(request.actor, days.since, days.until)
    found = {
        "days": days,
        "groups": [(group, rows, any(r.count or r.before for r in rows)) for group, rows in groups],
    }
    return render(request, "workbench/tags.html", found, status=422 if days.wrong else 200)
