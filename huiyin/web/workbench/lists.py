"""The list of orders: filters in the address, stable pages, export."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from django.http import HttpRequest, HttpResponse, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from huiyin.kernel import clock, masks
from huiyin.orders import numbers, queries
from huiyin.orders.queries import OrderFilter
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.huiyin import moment
from huiyin.web.workbench.forms_list import ListForm
from huiyin.web.workbench.home import counted_in_words
from huiyin.web.workbench.rows import Row, rows_for
from huiyin.worktime.calendar import SHANGHAI

MOST_EXPORTED, CHUNK = 5000, 200
# Whoever only takes calls, possibly for a vendor, does not carry lists away.
EXPORTERS = (Perm.REPORTS, Perm.DISPATCH, Perm.AUDIT, Perm.CALL_BACK, Perm.HANDLE)
COLUMNS = (
    "编号", "状态", "标题", "类型", "分类", "来源", "地点", "承办单位", "诉求人", "登记时间",
    "等待", "时限", "剩余", "轮次", "办结方式", "满意度",
)  # fmt: skip


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def orders(request: StaffRequest) -> HttpResponse:
    """Show one page of orders. A number typed in full opens its order.

    Nine queries or fewer beside the session, whatever the number of rows.
    """
    now, form = clock.now(), ListForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "workbench/orders.html", _facts(request, form), status=422)
    if number := numbers.read(form.cleaned_data["q"]):
        return redirect("workbench:order", number=number)
    wanted = form.wanted(now)
    page = queries.listed(
        request.actor, wanted, cursor=request.GET.get("cursor", ""), newest=form.newest
    )
    found = _facts(request, form) | {
        "rows": rows_for(request.actor, page.rows, now),
        "count": counted_in_words(queries.counted(request.actor, wanted)),
        "next": _with(request, cursor=page.next) if page.next else "",
        "may_export": set(EXPORTERS) & request.actor.perms,
    }
    return render(request, "workbench/orders.html", found)


@require_GET
@staff_page(*EXPORTERS)
def export(request: StaffRequest) -> HttpResponse:
    """Send the list as a table for spreadsheets: masked, at most 5,000 rows, as it is read."""
    form = ListForm(request.GET, actor=request.actor)
    if not form.is_valid():
        return render(request, "workbench/orders.html", _facts(request, form), status=422)
    now = clock.now()
    lines = _lines(request.actor, form.wanted(now), newest=form.newest)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    name = f"orders-{now.astimezone(SHANGHAI):%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response  # type: ignore[return-value]  # a streaming answer has the same headers


def _facts(request: StaffRequest, form: ListForm) -> dict[str, object]:
    return {
        "form": form,
        "queue": form.cleaned_data.get("queue"),
        "paged": bool(request.GET.get("cursor")),
        "first": _with(request, cursor=""),
        "query": _without_cursor(request).urlencode(),
        "active_scope": _scope(form),
    }


def _scope(form: ListForm) -> str:
    clean = form.cleaned_data
    if clean.get("queue") or clean.get("state"):
        return ""
    return clean.get("scope") or ("all" if clean.get("number") or clean.get("phone") else "open")


def _without_cursor(request: HttpRequest) -> QueryDict:
    query = request.GET.copy()
    query.pop("cursor", None)
    return query


def _with(request: HttpRequest, *, cursor: str) -> str:
    query = _without_cursor(request)
    if cursor:
        query["cursor"] = cursor
    return f"?{query.urlencode()}"


def _lines(actor: Actor, wanted: OrderFilter, *, newest: bool) -> Iterator[str]:
    """Yield the lines of the table: a byte order mark, the heads, then rows as they are read."""
    yield "\ufeff" + _line(COLUMNS)
    cursor, sent = "", 0
    while sent < MOST_EXPORTED:
        page = queries.listed(actor, wanted, cursor=cursor, size=CHUNK, newest=newest)
        yield from (_line(_cells(row)) for row in rows_for(actor, page.rows, clock.now()))
        sent, cursor = sent + len(page.rows), page.next
        if not cursor:
            return
    yield _line([f"只导出前 {MOST_EXPORTED} 件，请缩小范围后分次导出"])


def _cells(row: Row) -> list[str]:
    order = row.order
    return [
        f"{order.number}\t", row.state, masks.in_text(order.title), row.kind,
        order.category.full_name if order.category else "", row.channel, masks.in_text(order.place),
        row.unit, row.asker, moment(order.created_at), f"{row.who}{row.to_do}" if row.who else "",
        moment(row.until), row.left, str(order.round), order.get_close_type_display(),
        order.get_satisfaction_display(),
    ]  # fmt: skip


def _line(cells: list[str] | tuple[str, ...]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell
