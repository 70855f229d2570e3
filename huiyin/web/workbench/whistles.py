"""Figures of whistles: which street called whom, who came in time, how it was judged."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import clock
from huiyin.orders import calling_queries, policy
from huiyin.orders.calling_queries import CallFilter
from huiyin.orders.models import WhistleUnit
from huiyin.orders.numbers import spoken
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.huiyin import moment
from huiyin.web.workbench.tables import Days, days_asked, sheet
from huiyin.worktime.calendar import SHANGHAI

MOST_EXPORTED = 5000
_HEADS = (
    "吹哨时间", "街道", "部门", "工单", "分类", "报到时限", "报到时间", "按时", "到场", "反馈时间",
    "评价", "评价说明",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One department that was called, as the page shows it."""

    call: WhistleUnit
    came: str
    tone: str


@require_GET
@staff_page(Perm.REPORTS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show who whistled, who was called and what came of it. Five queries beside the session."""
    days = days_asked(request.GET, clock.now())
    wanted = _wanted(request, days)
    page = calling_queries.calls(wanted, cursor=request.GET.get("cursor", ""))
    found: dict[str, Any] = {
        "days": days,
        "departments": calling_queries.called_by_unit(wanted.since, wanted.until, wanted.within),
        "streets": calling_queries.callers(wanted.since, wanted.until, wanted.within),
        "rows": [row_of(call) for call in page.rows],
        "page": page,
        "wanted": wanted,
    }
    status = 422 if days.wrong else 200
    return render(request, "workbench/whistles.html", found, status=status)


@require_GET
@staff_page(Perm.REPORTS)
def table(request: StaffRequest) -> HttpResponse:
    """Send the calls of the page as a table, at most five thousand rows."""
    days = days_asked(request.GET, clock.now())
    wanted, cursor = _wanted(request, days), ""
    rows: list[list[object]] = []
    while len(rows) < MOST_EXPORTED:
        page = calling_queries.calls(wanted, cursor=cursor, size=200)
        rows += [_cells(row_of(call)) for call in page.rows]
        cursor = page.next
        if not cursor:
            break
    return sheet(_HEADS, rows, f"whistles-{days.name}")


def _wanted(request: StaffRequest, days: Days) -> CallFilter:
    return CallFilter(
        since=datetime.combine(days.since, time.min, SHANGHAI),
        until=datetime.combine(days.until + timedelta(1), time.min, SHANGHAI),
        within=policy.figures_below(request.actor),
        department=request.GET.get("department", "")[:40],
        street=request.GET.get("street", "")[:40],
    )


def row_of(call: WhistleUnit) -> Row:
    """Return one call with how the department came, in words. No query."""
    if call.reported_at is None:
        return Row(call, "未报到", "red")
    if calling_queries.was_in_time(call):
        return Row(call, "按时报到", "green")
    return Row(call, "迟到", "amber")


def _cells(row: Row) -> list[object]:
    call = row.call
    order = call.whistle.order
    return [
        moment(call.whistle.at), call.whistle.unit, call.unit, spoken(order.number),
        order.category.full_name if order.category else "", moment(call.due_at),
        moment(call.reported_at), row.came,
        "" if call.on_site is None else ("是" if call.on_site else "否"),
        moment(call.answered_at), call.get_grade_display(), call.judgement,
    ]  # fmt: skip
