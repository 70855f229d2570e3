"""Bulletins and reports: the list, drafting, editing, approval, the paper, its receipts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.assessment import behind_queries
from huiyin.assessment.bulletins import actions, figures, leads, policy, queries, rules
from huiyin.assessment.bulletins import behind_queries as behind
from huiyin.assessment.bulletins.actions import Drafting, Editing
from huiyin.assessment.bulletins.models import Addressee, Bulletin
from huiyin.assessment.bulletins.states import EDIT, Audience, BulletinState, Scope
from huiyin.kernel import clock
from huiyin.kernel.checks import present
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused
from huiyin.orders import numbers
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench import papers
from huiyin.web.workbench.assessment_told import count
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_bulletin import DraftForm, EditForm
from huiyin.web.workbench.papers import Paper, Table, said_day, said_moment
from huiyin.web.workbench.steps import put_on
from huiyin.web.workbench.tables import sheet

MOST_NAMED = 12
_NOTHING = frozenset({"", "—", "0", "0 件"})
_STEPS: dict[str, Callable[..., Bulletin]] = {
    "submit": actions.submit,
    "send_back": actions.send_back,
    "issue": actions.issue,
    "drop": actions.drop,
    "refresh": actions.refresh,
    "correct": actions.correct,
}
_NOTED = frozenset({"send_back", "drop"})
_OFFERED = {
    BulletinState.DRAFT: (("submit", "送审"), ("refresh", "重新取数"), ("drop", "作废")),
    BulletinState.SUBMITTED: (("issue", "签发"), ("send_back", "退回修改"), ("drop", "作废")),
    BulletinState.ISSUED: (("correct", "出更正"),),
    BulletinState.DROPPED: (),
}


@require_GET
@staff_page()
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the bulletins that the person may read. One query beside the session."""
    asked = request.GET.get("state", "")
    state = asked if asked in set(BulletinState) else ""
    kinds = queries.kinds(clock.now())
    kind = request.GET.get("kind", "")[:20]
    found = {
        "page": queries.listed(
            request.actor, kind=kind, state=state, cursor=request.GET.get("cursor", "")
        ),
        "kinds": [(each.code, _called(each)) for each in kinds],
        "kind": kind,
        "state": state,
        "states": [(each.value, each.label) for each in BulletinState],
        "may_draft": policy.drafts(request.actor),
    }
    return render(request, "workbench/bulletins.html", found)


def _called(kind: rules.Kind) -> str:
    return f"{'县区' if kind.scope is Scope.COUNTY else ''}{kind.name}"


@require_http_methods(["GET", "POST"])
@staff_page(Perm.ASSESS, Perm.REPORTS)
def new(request: StaffRequest) -> HttpResponse:
    """Draft a bulletin by hand."""
    if not policy.drafts(request.actor):
        raise NotAllowed("您的岗位不能拟写通报、报告", remedy="请由督办员或中心负责人拟写")
    now = clock.now()
    begun = {"order": request.GET.get("order", "")[:24]}
    form = DraftForm(request.POST if request.method == "POST" else None, initial=begun)
    kinds = queries.kinds(now)
    if not policy.is_editor(request.actor):
        kinds = tuple(each for each in kinds if each.scope is Scope.COUNTY)
    form.offer(kinds)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.draft(
                    Drafting(**form.cleaned_data), by=request.actor, now=now
                )  # fmt: skip
                return redirect("workbench:bulletin", key=made.pk)
            except (Invalid, Conflict) as refusal:
                put_on(form, refusal)
                status = refusal.status
    dress(form)
    return render(request, "workbench/bulletin_new.html", {"form": form}, status=status)


@require_GET
@staff_page()
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show a bulletin; the first opening by each addressee is a read receipt. Ten queries."""
    found = _found(request, key)
    actions.read(found, by=request.actor, now=clock.now())
    return _shown(request, found)


def _shown(request: StaffRequest, found: Bulletin, *, refusal: str = "") -> HttpResponse:
    editor, issued = policy.may_edit(request.actor, found), bool(found.number)
    named = [case.order.number for case in found.cases.all()]
    seen = queries.orders_named(request.actor, named) if named else {}
    facts = {
        "paper": paper_of(request.actor, found, clock.now()),
        "bulletin": found,
        "editor": editor,
        "refusal": refusal,
        "steps": _OFFERED[found.standing] if editor else (),
        "receipts": queries.receipts(found) if editor and issued else None,
        "corrections": queries.corrections(found) if issued else [],
        "instructions": queries.instructions(request.actor, found) if editor and issued else [],
        "may_instruct": issued and Perm.SUPERVISE in request.actor.perms,
        "orders": list(seen.values()),
        "has_tables": bool(found.parts),
    }
    return render(request, "workbench/bulletin.html", facts)


@require_GET
@staff_page()
def pdf(request: StaffRequest, key: int) -> HttpResponse:
    """Send a bulletin as PDF; it counts as reading it."""
    found, now = _found(request, key), clock.now()
    actions.read(found, by=request.actor, now=now)
    return papers.sent(paper_of(request.actor, found, now), f"bulletin-{key}")


@require_GET
@staff_page()
def tables(request: StaffRequest, key: int) -> HttpResponse:
    """Send the tables of a bulletin as one sheet, one under the other."""
    found = _found(request, key)
    return sheet([str(found)], figures.lines_of(found.parts), f"bulletin-{key}")


@require_http_methods(["GET", "POST"])
@staff_page(Perm.ASSESS, Perm.REPORTS)
def edit(request: StaffRequest, key: int) -> HttpResponse:
    """Write a draft: title, text, orders, and to whom it goes."""
    found = _found(request, key)
    policy.require_editor(request.actor, found)
    rules.check_step(found.standing, EDIT)
    status = 200
    if request.method == "POST":
        form, status = EditForm(request.POST), 422
        if form.is_valid():
            clean = form.cleaned_data
            try:
                said = Editing(**(clean | {"audience": Audience(clean["audience"])}))
                actions.edit(key, said, by=request.actor, now=clock.now())
                return redirect("workbench:bulletin", key=key)
            except Invalid as refusal:
                put_on(form, refusal)
    else:
        form = EditForm(initial=_written(found))
    dress(form)
    facts = {"form": form, "bulletin": found}
    return render(request, "workbench/bulletin_edit.html", facts, status=status)


def _written(found: Bulletin) -> dict[str, str]:
    """Return what an editor has written so far, as the form takes it."""
    to = list(found.addressees.all())
    return {
        "title": found.title,
        "text": found.text,
        "audience": found.audience,
        "units": ",".join(each.unit.code for each in to if each.unit),
        "leaders": ",".join(each.staff.username for each in to if each.staff),
        "cases": "\n".join(
            f"{case.order.number} {case.remark}".strip() for case in found.cases.all()
        ),
    }


@require_POST
@staff_page(Perm.ASSESS, Perm.REPORTS)
def step(request: StaffRequest, key: int, verb: str) -> HttpResponse:
    """Hand in, send back, issue, drop, draw again or correct."""
    found = _found(request, key)
    if verb not in _STEPS:
        raise NotFound("没有这一步")
    more: dict[str, Any] = {"note": request.POST.get("note", "")[:500]} if verb in _NOTED else {}
    try:
        made = _STEPS[verb](found.pk, by=request.actor, now=clock.now(), **more)
    except Refused as refusal:
        if refusal.status == 403:  # noqa: PLR2004 - the status of a person who may not
            raise
        words = f"{refusal.message} {refusal.remedy}".strip()
        response = _shown(request, found, refusal=words)
        response.status_code = refusal.status
        return response
    return redirect("workbench:bulletin", key=made.pk)


def _found(request: StaffRequest, key: int) -> Bulletin:
    found = queries.get_visible(request.actor, key) if key < 2**63 else None
    if found is None:
        raise NotFound("没有找到这份通报或报告")
    return found


def paper_of(actor: Actor, found: Bulletin, now: datetime) -> Paper:
    """Return what a bulletin says, for its page and its PDF.

    Source: R-492, R-496 (handbook domain.md 6.1; docs/decisions/0011-order-sheet.md).
    """
    cases = tuple(
        (numbers.spoken(case.told["number"]), case.told["title"], case.told["unit"],
         case.told["state"], case.remark)
        for case in found.cases.all()
    )  # fmt: skip
    drawn = [
        Table(part["head"], tuple(part["columns"]), tuple(part["widths"]),
              tuple(tuple(row) for row in part["rows"]), part["note"], _links(found, nth))
        for nth, part in enumerate(found.parts)
    ]  # fmt: skip
    if cases:
        columns = ("工单", "事项", "主办单位", "当时状态", "说明")
        drawn.append(Table("列入的工单", columns, (32, 44, 30, 22, 42), cases))
    words = tuple(line for line in found.text.split("\n") if line.strip())
    issuer = str(found.county) if found.county else papers.city_name()
    closing = [f"{issuer} 12345 热线"]
    if found.issued_by is not None and found.issued_at is not None:
        closing += [f"签发人：{found.issued_by.name}", said_day(found.issued_at)]
    state = found.standing
    notice = ("", "") if found.number else ("amber", f"{state.label}，还没有签发，不得外传。")
    return Paper(
        title=found.title,
        number=found.number or state.label,
        facts=tuple(_facts(found)),
        parts=(("", words),) if words else (),
        tables=tuple(drawn),
        closing=tuple(closing),
        printed=f"{said_moment(now)} {actor.label}打印",
        back=reverse("workbench:bulletins"),
        back_label="通报和报告",
        pdf=reverse("workbench:bulletin_pdf", kwargs={"key": found.pk}),
        notice=notice,
    )


def _links(found: Bulletin, nth: int) -> tuple[tuple[str, ...], ...]:
    """Return where the cells of a table lead: to their orders, where they have any.

    The address is put together from one that is resolved once: a ranking has thousands of cells.
    """
    part = found.parts[nth]
    numbers_ = {"key": found.pk, "table": nth, "row": 0, "column": 0}
    start = reverse("workbench:bulletin_orders", kwargs=numbers_).removesuffix("0/0")
    return tuple(
        tuple(
            f"{start}{row}/{column}"
            if cell not in _NOTHING and leads.lead_of(part, row, column)
            else ""
            for column, cell in enumerate(cells)
        )
        for row, cells in enumerate(part["rows"])
    )


@require_GET
@staff_page()
def orders(request: StaffRequest, key: int, table: int, row: int, column: int) -> HttpResponse:
    """Show one page of the orders behind a cell of a table; only those the person may see."""
    found, side = _found(request, key), request.GET.get("side", behind_queries.NUMERATOR)
    if side not in behind.SIDES:
        raise NotFound("没有这样的清单")
    told = behind.cell(
        request.actor, found, (table, row, column), side=side,
        cursor=request.GET.get("cursor", ""),
    )  # fmt: skip
    if told is None:
        raise NotFound("这个数字没有工单清单")
    if isinstance(told, behind.InRound):
        return redirect("workbench:round_orders", told.round, told.code, told.key, side)
    facts = {
        "bulletin": found, "cell": told, "found": told.found, "page": told.found.page,
        "side": side, "figure": count(told.found.figure),
    }  # fmt: skip
    return render(request, "workbench/bulletin_orders.html", facts)


def _facts(found: Bulletin) -> Iterable[tuple[str, str]]:
    if found.period is not None:
        span = f"{found.period.first:%Y年%-m月%-d日}至{found.period.last:%Y年%-m月%-d日}"
        yield "期间", span
    if found.as_of is not None:
        yield "数据截至", f"{found.as_of:%Y年%-m月%-d日}结转的事实"
    yield "发给", _to(found)
    if found.public:
        yield "公开", "签发后在门户公布正文和工单的分类、单位、说明，请不要写个人信息"
    if found.corrects is not None:
        yield "更正", f"《{found.corrects.number}》"


def _to(found: Bulletin) -> str:
    named = [_name(each) for each in found.addressees.all()]
    everybody = [f"{found.county or ''}各承办单位"] if found.audience == Audience.UNITS else []
    more = f"等 {len(named)} 个" if len(named) > MOST_NAMED else ""
    nobody = "社会公开" if found.public else "还没有选定"
    return "、".join([*everybody, *named[:MOST_NAMED]]) + more or nobody


def _name(to: Addressee) -> str:
    return str(to.unit) if to.unit else present(to.staff).name
