"""Supervision orders: the ledger, one with its history, writing them and their steps."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.mandates import actions, policy, queries
from huiyin.followup.mandates.actions import MandateForm
from huiyin.followup.mandates.models import Mandate
from huiyin.followup.mandates.queries import MandateFilter, Told
from huiyin.followup.mandates.states import BY_VERB, MandateSide, MandateStep
from huiyin.kernel import clock, masks
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.orders import numbers
from huiyin.orders import queries as orders
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench import papers
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_mandate import SHOWN, LedgerForm, MandateStepForm, WriteForm
from huiyin.web.workbench.lists import MOST_EXPORTED, harmless
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.papers import Paper, Table, said_moment, said_until
from huiyin.web.workbench.registers import send_file
from huiyin.web.workbench.steps import put_on
from huiyin.worktime.calendar import SHANGHAI

COLUMNS = (
    "编号", "类型", "状态", "事项", "被督办单位", "督办组", "检查单位", "发出时间", "反馈时限",
    "反馈时间", "延期次数", "退回次数", "是否超期", "销号或撤回理由", "工单", "已采取的措施",
)  # fmt: skip
CHUNK = 200


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the ledger with what was tried about each order. Seven queries at most."""
    now = clock.now()
    form = LedgerForm(request.GET, now=now)
    wanted = form.wanted()
    page = queries.listed(request.actor, wanted, now=now, cursor=request.GET.get("cursor", ""))
    dress(form)
    query = request.GET.copy()
    query.pop("cursor", None)
    found = {
        "page": page,
        "rows": queries.fill(request.actor, page.rows),
        "form": form,
        "show": wanted.show,
        "choices": SHOWN,
        "query": query.urlencode(),
        "now": now,
        "supervises": Perm.SUPERVISE in request.actor.perms,
    }
    return render(request, "workbench/mandates.html", found)


@require_GET
@staff_page(Perm.SUPERVISE, Perm.REPORTS)
def export(request: StaffRequest) -> HttpResponse:
    """Send the ledger as a table for spreadsheets, at most 5,000 rows."""
    now = clock.now()
    wanted = LedgerForm(request.GET, now=now).wanted()
    response = StreamingHttpResponse(
        _lines(request.actor, wanted, now), content_type="text/csv; charset=utf-8"
    )
    name = f"supervision-{now.astimezone(SHANGHAI):%Y%m%d-%H%M}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response  # type: ignore[return-value]  # a streaming answer has the same headers


def _lines(actor: Actor, wanted: MandateFilter, now: datetime) -> Iterator[str]:
    yield "\ufeff" + _line(list(COLUMNS))
    cursor, sent = "", 0
    while sent < MOST_EXPORTED:
        page = queries.listed(actor, wanted, now=now, cursor=cursor, size=CHUNK)
        for row, told in queries.fill(actor, page.rows):
            yield _line(_cells(row, told, now))
        sent, cursor = sent + len(page.rows), page.next
        if not cursor:
            return
    yield _line([f"只导出前 {MOST_EXPORTED} 张，请缩小范围后分次导出"])


def _cells(row: Mandate, told: list[Told], now: datetime) -> list[str]:
    late = row.due_at is not None and row.standing.value in ("to_sign", "in_progress")
    return [
        row.number, row.kind_name, row.standing.label, masks.in_text(row.title), row.unit.name,
        str(row.team or ""), str(row.supervising or ""), _moment(row.issued_at),
        _moment(row.due_at), _moment(row.replied_at), str(row.extensions), str(row.sent_back),
        "是" if row.late_at or (late and row.due_at and row.due_at <= now) else "",
        masks.in_text(row.end_reason), " ".join(numbers.spoken(o.number) for o, _ in told),
        "；".join(f"{o.number[-8:]}：{tried.line}" for o, tried in told),
    ]  # fmt: skip


def _moment(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""


def _line(cells: list[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow([harmless(cell) for cell in cells])
    return line.getvalue()


def found_or_404(request: StaffRequest, key: int) -> Mandate:
    """Return a supervision order that this person may see. Raises NotFound."""
    found = queries.get_visible(request.actor, key)
    if found is None:
        raise NotFound("没有找到这张督办单", remedy="请核对编号，或确认发给了本单位")
    return found


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one supervision order. A fixed number of queries."""
    now, mandate = clock.now(), found_or_404(request, key)
    orders_of = [line.order for line in mandate.lines.all()]
    tried = queries.tried([order.pk for order in orders_of])
    files = list(mandate.files.all())
    offered = policy.offered(request.actor, mandate)
    found = {
        "mandate": mandate,
        "orders": [(order, tried[order.pk]) for order in orders_of],
        "events": [
            (event, BY_VERB[event.verb], [f for f in files if f.seq == event.seq])
            for event in mandate.events.all()
        ],
        "steps": [step for step in offered if step.verb != "revise"],
        "may_revise": any(step.verb == "revise" for step in offered),
        "late": mandate.due_at is not None
        and mandate.due_at <= now
        and mandate.standing.value in ("to_sign", "in_progress"),
        "check": next((c for c in mandate.checks.all() if c.done_at is None), None),
        "now": now,
        "done": BY_VERB.get(request.GET.get("done", "")),
    }
    return render(request, "workbench/mandate.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def new(request: StaffRequest) -> HttpResponse:
    """Write a supervision order, begun from an order when one is named."""
    now = clock.now()
    if request.method == "GET":
        return _written(request, WriteForm(now=now, initial=_begun(request)))
    form = WriteForm(request.POST, now=now)
    return _write(request, form, lambda f: actions.draft(f, by=request.actor, now=now))


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE)
def edit(request: StaffRequest, key: int) -> HttpResponse:
    """Change what was not issued yet."""
    now, mandate = clock.now(), found_or_404(request, key)
    if request.method == "GET":
        return _written(request, WriteForm(now=now, initial=_held(mandate)), mandate)
    form = WriteForm(request.POST, now=now)
    return _write(
        request, form, lambda f: actions.revise(key, f, by=request.actor, now=now), mandate
    )


def _write(
    request: StaffRequest,
    form: WriteForm,
    write: Callable[[MandateForm], Mandate],
    mandate: Mandate | None = None,
) -> HttpResponse:
    if not form.is_valid():
        return _written(request, form, mandate, status=422)
    wanted = MandateForm(**form.cleaned_data)
    try:
        key = made_once(request, lambda: write(wanted).pk, now=clock.now())
    except Invalid as refusal:
        put_on(form, refusal)
        return _written(request, form, mandate, status=422)
    return redirect("workbench:mandate", key=key)


def _written(
    request: StaffRequest, form: WriteForm, mandate: Mandate | None = None, *, status: int = 200
) -> HttpResponse:
    dress(form)
    found = {"form": form, "mandate": mandate}
    return render(request, "workbench/mandate_new.html", found, status=status)


def _begun(request: StaffRequest) -> dict[str, Any]:
    number = request.GET.get("order", "")
    order = orders.get_visible(request.actor, number) if number else None
    if order is None:
        return {}
    return {
        "orders": order.number,
        "title": f"关于“{order.title}”的督办"[:80],
        "unit": order.lead_unit.code if order.lead_unit else "",
    }


def _held(mandate: Mandate) -> dict[str, Any]:
    return {
        "kind": mandate.kind,
        "orders": "\n".join(line.order.number for line in mandate.lines.all()),
        "unit": mandate.unit.code,
        "title": mandate.title,
        "demands": mandate.demands,
        "due_at": mandate.due_at,
        "supervising": mandate.supervising.code if mandate.supervising else "",
        "team": str(mandate.team_id or ""),
    }


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SUPERVISE, Perm.HANDLE)
def step(request: StaffRequest, key: int, verb: str) -> HttpResponse:
    """Show the form of a step, or take it; what is refused leaves the words where they were."""
    known = BY_VERB.get(verb)
    if known is None or known.side is MandateSide.SYSTEM or verb in ("draft", "revise"):
        raise NotFound("没有这个步骤")
    now, mandate = clock.now(), found_or_404(request, key)
    policy.require_step(request.actor, known, mandate)
    if request.method == "GET":
        return _step(request, mandate, known, MandateStepForm(known, now=now))
    form = MandateStepForm(known, request.POST, request.FILES, now=now)
    if not form.is_valid():
        return _step(request, mandate, known, form, status=422)
    clean = dict(form.cleaned_data)
    if "photos" in clean:
        clean["files"] = clean.pop("photos")
    act: Callable[..., Mandate] = getattr(actions, verb)
    try:
        made_once(request, lambda: act(key, by=request.actor, now=now, **clean).pk, now=now)
    except Refused as refusal:
        if isinstance(refusal, NotAllowed | NotFound | WrongState):
            raise
        put_on(form, refusal)
        return _step(request, mandate, known, form, status=refusal.status)
    return redirect(f"{reverse('workbench:mandate', kwargs={'key': key})}?done={verb}")


def _step(
    request: StaffRequest,
    mandate: Mandate,
    known: MandateStep,
    form: MandateStepForm,
    *,
    status: int = 200,
) -> HttpResponse:
    dress(form)
    found = {"mandate": mandate, "step": known, "form": form}
    return render(request, "workbench/mandate_step.html", found, status=status)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def file(request: StaffRequest, key: int) -> HttpResponse:
    """Send one file of a supervision order."""
    found = queries.file_for(request.actor, key)
    if found is None:
        raise NotFound("没有找到这个附件")
    return send_file(found.digest, found.name, found.media_type)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def paper(request: StaffRequest, key: int) -> HttpResponse:
    """Show the supervision order as a page to print."""
    return papers.shown(request, paper_of(request.actor, found_or_404(request, key), clock.now()))


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def paper_pdf(request: StaffRequest, key: int) -> HttpResponse:
    """Send the supervision order as PDF."""
    found = paper_of(request.actor, found_or_404(request, key), clock.now())
    return papers.sent(found, f"supervision-{key}")


def paper_of(actor: Actor, mandate: Mandate, now: datetime) -> Paper:
    """Return what the paper says: item, unit, demands, due, orders and what was tried.

    Source: R-418 (handbook domain.md 5: 督办单; requirement 163).
    """
    orders_of = [line.order for line in mandate.lines.all()]
    tried = queries.tried([order.pk for order in orders_of])
    issued = papers.said_day(mandate.issued_at) if mandate.issued_at else "尚未发出"
    return Paper(
        title=f"{papers.city_name()} 12345 热线{mandate.kind_name}单",
        number=mandate.number or "拟稿",
        facts=(
            ("被督办单位", mandate.unit.name),
            ("事项", mandate.title),
            ("反馈时限", said_until(mandate.due_at)),
            ("督办组", str(mandate.team or "—")),
            ("检查单位", str(mandate.supervising or "—")),
        ),
        parts=(("督办要求", tuple(mandate.demands.split("\n"))),),
        tables=(
            Table(
                "督办的工单", ("编号", "标题", "已采取的措施"), (40, 70, 60),
                tuple(
                    (numbers.spoken(o.number), masks.in_text(o.title), tried[o.pk].line)
                    for o in orders_of
                ),
            ),
        ),
        closing=(f"{papers.city_name()} 12345 热线", issued),
        printed=f"{said_moment(now)} {actor.label}打印",
        back=reverse("workbench:mandate", kwargs={"key": mandate.pk}),
        back_label="督办单",
        pdf=reverse("workbench:mandate_pdf", kwargs={"key": mandate.pk}),
    )  # fmt: skip
