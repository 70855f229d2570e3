"""Analysis of returns 退单分析: units, reasons and matters, and the orders behind each figure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import clock, masks
from huiyin.orders import policy, return_queries
from huiyin.orders.models import Application
from huiyin.orders.numbers import spoken
from huiyin.orders.return_queries import ReturnFilter
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.huiyin import moment
from huiyin.web.workbench.tables import Days, days_asked, sheet
from huiyin.worktime.calendar import SHANGHAI

MOST_EXPORTED = 5000
_NARROWED = ("unit", "reason", "category")
_HEADS = (
    "申请时间", "单位", "工单", "分类", "原因", "依据", "建议承办", "结果", "审批意见", "审批时间",
)  # fmt: skip


@require_GET
@staff_page(Perm.REPORTS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show who returned what and why. Eight queries beside the session."""
    days = days_asked(request.GET, clock.now())
    wanted, whole = _wanted(request, days), _wanted(request, days, narrowed=False)
    found: dict[str, Any] = {
        "days": days,
        "units": return_queries.by_unit(whole),
        "reasons": return_queries.by_reason(whole),
        "categories": return_queries.by_category(whole),
        "page": return_queries.returns(wanted, cursor=request.GET.get("cursor", "")),
        "wanted": wanted,
        "narrowed": any(getattr(wanted, name) for name in _NARROWED),
    }
    status = 422 if days.wrong else 200
    return render(request, "workbench/returns.html", found, status=status)


@require_GET
@staff_page(Perm.REPORTS)
def table(request: StaffRequest) -> HttpResponse:
    """Send the returns of the page as a table, at most five thousand rows."""
    days = days_asked(request.GET, clock.now())
    wanted, cursor = _wanted(request, days), ""
    rows: list[list[object]] = []
    while len(rows) < MOST_EXPORTED:
        page = return_queries.returns(wanted, cursor=cursor, size=200)
        rows += [_cells(each) for each in page.rows]
        cursor = page.next
        if not cursor:
            break
    return sheet(_HEADS, rows, f"returns-{days.name}")


def _wanted(request: StaffRequest, days: Days, *, narrowed: bool = True) -> ReturnFilter:
    asked = {name: request.GET.get(name, "")[:40] for name in _NARROWED} if narrowed else {}
    return ReturnFilter(
        since=datetime.combine(days.since, time.min, SHANGHAI),
        until=datetime.combine(days.until + timedelta(1), time.min, SHANGHAI),
        within=policy.figures_below(request.actor),
        **asked,
    )


def _cells(row: Application) -> list[object]:
    order = row.order
    return [
        moment(row.asked_at), row.unit, spoken(order.number),
        order.category.full_name if order.category else "", row.reason or "",
        masks.in_text(row.basis), row.suggested or "", row.get_outcome_display(),
        masks.in_text(row.decision), moment(row.decided_at),
    ]  # fmt: skip
