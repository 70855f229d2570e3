"""Is the installation well: one page of numbers, each a link; and what the machinery is doing."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.channels.messaging import queries as messaging
from huiyin.channels.messaging.states import MessageState
from huiyin.kernel import clock
from huiyin.kernel import queries as kernel
from huiyin.orders import queries as orders
from huiyin.orders.states import FACES
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.console import CONSOLE
from huiyin.worktime.calendar import SHANGHAI


@require_GET
@staff_page(*CONSOLE)
def overview(request: StaffRequest) -> HttpResponse:
    """Show what is well and what needs somebody. At most nine queries."""
    now = clock.now()
    year = now.astimezone(SHANGHAI).year
    found: dict[str, Any] = {
        **_machinery(now),
        "years": orgs.calendar_years(year, year + 1),
        "demo": orgs.demo_accounts().count(),
        "may_manage_staff": Perm.STAFF in request.staff.perms,
    }
    if Perm.MESSAGES in request.staff.perms:
        found |= _messages(request, now)
    if Perm.SEE_ALL in request.staff.perms:
        counts = orders.open_by_state(request.actor)
        found["orders"] = [(s, counts[s]) for s in FACES if s in counts]
        found["orders_total"] = sum(counts.values())
    return render(request, "console/overview.html", found)


@require_GET
@staff_page(*CONSOLE)
def health(request: StaffRequest) -> HttpResponse:
    """Show the outbox and the periodic jobs row by row. Five queries."""
    now = clock.now()
    failed = request.GET.get("show") == "failed"
    found = _machinery(now) | {
        "page": kernel.outbox_rows(failed=failed, cursor=request.GET.get("cursor", "")),
        "failed": failed,
    }
    return render(request, "console/health.html", found)


def _machinery(now: datetime) -> dict[str, Any]:
    backlogs = kernel.backlogs()
    jobs = kernel.job_standings(now)
    return {
        "backlogs": backlogs,
        "waiting": sum(each.waiting for each in backlogs),
        "failing": sum(each.failing for each in backlogs),
        "given_up": sum(each.given_up for each in backlogs),
        "stuck": [each for each in backlogs if each.is_stuck(now)],
        "jobs": jobs,
        "missed": [each for each in jobs if each.missed],
    }


def _messages(request: StaffRequest, now: datetime) -> dict[str, Any]:
    counts = messaging.counted_by_state(request.actor)
    return {
        "messages": [(state, counts[state]) for state in MessageState if counts[state]],
        "messages_lost": counts[MessageState.GIVEN_UP],
        "capped": messaging.CAPPED,
        "problems": messaging.problems(now),
    }
