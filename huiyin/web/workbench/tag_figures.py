"""What requests are about by their tags, beside the same number of days before."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import clock
from huiyin.orders import tag_queries
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.huiyin import percent
from huiyin.web.workbench.tables import days_asked, sheet

_HEADS = ("组", "标签", "件数", "占本组", "之前件数", "之前占本组")


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


@require_GET
@staff_page(Perm.REPORTS)
def table(request: StaffRequest) -> HttpResponse:
    """Send the figures of the page as a table. Two queries beside the session."""
    days = days_asked(request.GET, clock.now())
    groups = tag_queries.figures_by_tag(request.actor, days.since, days.until)
    rows = [
        [group, row.tag.name, row.count, percent(row.share), row.before, percent(row.share_before)]
        for group, found in groups
        for row in found
    ]
    return sheet(_HEADS, rows, f"tags-{days.name}")
