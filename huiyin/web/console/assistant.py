"""The language model in the console: where it is, what is switched on, who asked."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.channels.assistant import queries
from huiyin.channels.assistant.states import Task
from huiyin.kernel import clock
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page


@require_GET
@staff_page(Perm.RULES, Perm.REPORTS)
def log(request: StaffRequest) -> HttpResponse:
    """Show where the language model is, what is switched on, and who asked. One query."""
    now = clock.now()
    found = {
        "service": queries.service(),
        "tasks": [(task, queries.is_on(task, now)) for task in Task],
        "page": queries.listed(cursor=request.GET.get("cursor", "")),
    }
    return render(request, "console/assistant.html", found)
