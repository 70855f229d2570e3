"""Ledgers beside the lists: planned solutions, and what the audits gave."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.followup.callbacks import queries as callbacks
from huiyin.kernel import clock
from huiyin.orders import policy, reply_queries
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.worktime.calendar import SHANGHAI

SHOWN = (("open", "待落实"), ("late", "已过期"), ("reported", "待核实"), ("done", "已落实"))
_SPAN = timedelta(days=30)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def plans(request: StaffRequest) -> HttpResponse:
    """Show one page of planned solutions by date. Two queries beside those of the page."""
    today = clock.now().astimezone(SHANGHAI).date()
    show = request.GET.get("show", "open")
    show = show if show in dict(SHOWN) else "open"
    found = reply_queries.plans(
        request.actor, show=show, today=today, cursor=request.GET.get("cursor", "")
    )
    facts = {"page": found, "show": show, "choices": SHOWN, "today": today}
    return render(request, "workbench/plans.html", facts)


@require_GET
@staff_page(Perm.AUDIT, Perm.SUPERVISE, Perm.REPORTS)
def audits(request: StaffRequest) -> HttpResponse:
    """Show what the audits of a span gave per unit, and how many citizens were called back."""
    today = clock.now().astimezone(SHANGHAI).date()
    until = _day(request.GET.get("until", "")) or today
    since = _day(request.GET.get("since", "")) or until - _SPAN
    facts = {
        "rows": reply_queries.audit_figures(request.actor, since, until),
        "since": since,
        "until": until,
        "coverage": callbacks.coverage(since, until) if policy.sees_all(request.actor) else None,
    }
    return render(request, "workbench/audits.html", facts)


def _day(raw: str) -> date | None:
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        return None
    return found if date(2000, 1, 1) <= found <= date(2100, 1, 1) else None
