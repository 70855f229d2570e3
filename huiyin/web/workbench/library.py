"""Beside the answers: the catalogue of matters, documents, duty telephones, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock, text
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import actions, article_queries, policy
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.article_states import DocumentKind
from huiyin.knowledge.models import CatalogueItem, Duty
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ClockKind, Kind
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import ROLE_LABELS, Perm, Role
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_knowledge import DocumentForm
from huiyin.web.workbench.steps import put_on
from huiyin.worktime import limits
from huiyin.worktime.calendar import SHANGHAI

_KINDS = {kind.value: kind for kind in DocumentKind}


@dataclass(frozen=True, slots=True)
class Matters:
    """A row of the catalogue as the page shows it."""

    item: CatalogueItem
    assist: str
    limit: str
    group: str
    places: str


@require_GET
@staff_page()
def catalogue(request: StaffRequest) -> HttpResponse:
    """Show the catalogue of matters: by words or by branch of the tree. Three queries.

    Source: R-362 (requirements 55, 211; handbook domain.md 1.2 (五)).
    """
    now = clock.now()
    branch = text.clean(request.GET.get("c", ""))[:6]
    page = knowledge.catalogue(
        text.clean(request.GET.get("q", ""))[:60],
        now.astimezone(SHANGHAI).date(),
        every="every" in request.GET,
        below=branch,
        cursor=request.GET.get("cursor", ""),
    )
    categories = knowledge.categories()
    found = {
        "here": "catalogue",
        "rows": _matters(page.rows),
        "page": page,
        "words": text.clean(request.GET.get("q", ""))[:60],
        "branch": knowledge.category(branch) if branch else None,
        "tree": [c for c in categories if len(c.code) == (len(branch) + 2 if branch else 2)
                 and c.code.startswith(branch)],
    }  # fmt: skip
    return render(request, "workbench/catalogue.html", found)


@require_GET
@staff_page()
def matter(request: StaffRequest, code: str) -> HttpResponse:
    """Show every version of a row of the catalogue. Three queries."""
    rows = article_queries.catalogue_history(code)
    if not rows:
        raise NotFound("派单目录里没有这一条")
    found = {"here": "catalogue", "rows": _matters(rows), "last": rows[0]}
    return render(request, "workbench/matter.html", found)


@require_GET
@staff_page()
def documents(request: StaffRequest) -> HttpResponse:
    """Show the library: policies, rules of work, procedures, those of one's own role first."""
    day = clock.now().astimezone(SHANGHAI).date()
    kind, words = _KINDS.get(request.GET.get("kind", "")), text.clean(request.GET.get("q", ""))[:60]
    every = "every" in request.GET
    mine = article_queries.procedures_for(request.staff.roles, day)
    found = {
        "here": "documents",
        "rows": article_queries.documents(kind, words, day, every=every),
        "mine": [] if words or kind or every else mine,
        "kinds": list(DocumentKind),
        "kind": kind,
        "words": words,
        "every": every,
        "may_add": Perm.CONTENT in request.actor.perms,
    }
    return render(request, "workbench/documents.html", found)


@require_GET
@staff_page()
def document(request: StaffRequest, code: str) -> HttpResponse:
    """Show a document with all its versions; ``at`` names another than the one in force."""
    rows = article_queries.document_versions(code)
    if not rows:
        raise NotFound("没有这份文件")
    day = clock.now().astimezone(SHANGHAI).date()
    asked = next((r for r in rows if str(r.pk) == request.GET.get("at", "")), None)
    held = article_queries.document_on(code, day)
    found = {
        "here": "documents",
        "row": asked or held or rows[0],
        "held": held,
        "rows": rows,
        "may_add": Perm.CONTENT in request.actor.perms,
    }
    row = found["row"]
    roles = [ROLE_LABELS[Role(each)] for each in getattr(row, "roles", [])]
    return render(request, "workbench/document.html", found | {"roles": "、".join(roles)})


@require_http_methods(["GET", "POST"])
@staff_page(Perm.CONTENT)
def document_new(request: StaffRequest) -> HttpResponse:
    """Put a document, or the next version of one, into the library."""
    code = text.clean(request.GET.get("code", ""))[:40]
    last = next(iter(article_queries.document_versions(code)), None) if code else None
    names = ("code", "kind", "title", "number", "issuer", "visibility", "roles", "body")
    form = DocumentForm(
        request.POST or None, request.FILES or None,
        initial={n: getattr(last, n) for n in names} if last else {},
    )  # fmt: skip
    dress(form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = actions.add_document(form.written(), by=request.actor)
            except Refused as refusal:
                put_on(form, refusal)
                status = refusal.status
            else:
                return redirect("workbench:document", code=made.code)
    found = {"here": "documents", "form": form, "last": last}
    return render(request, "workbench/document_new.html", found, status=status)


@require_GET
@staff_page()
def duty(request: StaffRequest) -> HttpResponse:
    """Show whom to call at once, with one touch to dial. No query while remembered."""
    return _duty(request)


@require_POST
@staff_page()
def duty_phone(request: StaffRequest, key: int) -> HttpResponse:
    """Fill in a duty telephone."""
    try:
        actions.set_duty_phone(
            key, phone=request.POST.get("phone", "")[:30], hint=request.POST.get("hint", "")[:300],
            by=request.actor, now=clock.now(),
        )  # fmt: skip
    except Refused as refusal:
        if refusal.status != 422:
            raise
        return _duty(request, wrong=key, refusal=refusal)
    return redirect(f"{reverse('workbench:duty')}?done=1")


def _duty(request: StaffRequest, *, wrong: int = 0, refusal: Refused | None = None) -> HttpResponse:
    now = clock.now()
    rows: list[tuple[Duty, bool, bool]] = [
        (each, article_queries.on_duty(each, now), policy.may_write(request.actor, each.unit))
        for each in article_queries.duties_now()
    ]
    found: dict[str, Any] = {
        "here": "duty",
        "rows": rows,
        "wrong": wrong,
        "refusal": refusal,
        "said": "已保存。" if "done" in request.GET else "",
    }
    return render(request, "workbench/duty.html", found, status=refusal.status if refusal else 200)


@require_GET
@staff_page(Perm.CONTENT, Perm.HANDLE)
def tasks(request: StaffRequest) -> HttpResponse:
    """Show what is missing or doubtful, the most asked for first. Two queries."""
    rows = list(article_queries.tasks(request.actor)[:100])
    found = {"here": "tasks", "rows": rows, "said": "已处理。" if "done" in request.GET else ""}
    return render(request, "workbench/knowledge_tasks.html", found)


@require_POST
@staff_page(Perm.CONTENT, Perm.HANDLE)
def task(request: StaffRequest, key: int) -> HttpResponse:
    """Close a task as done or as not needed."""
    actions.close_task(
        key, by=request.actor, now=clock.now(), note=request.POST.get("note", "")[:500],
        dismissed=request.POST.get("do") == "dismiss",
    )  # fmt: skip
    return redirect(f"{reverse('workbench:knowledge_tasks')}?done=1")


def _matters(items: Sequence[CatalogueItem]) -> list[Matters]:
    """Return rows with the names of assisting units and the limit in words. One query."""
    codes = {code for item in items for code in item.assist_codes}
    names = orgs.names_by_code(codes) if codes else {}
    now = clock.now()
    return [
        Matters(
            item,
            "、".join(names.get(code, code) for code in item.assist_codes),
            _limit(item.category.code),
            article_queries.reporting_group(item.category.code, now),
            orgs.region_names(item.regions),
        )
        for item in items
    ]


def _limit(category: str) -> str:
    """Return within how long a matter is handled, per kind where that differs. No query."""
    told: dict[str, str] = {}
    for kind in (Kind.HELP, Kind.COMPLAINT, Kind.INQUIRY):
        found = knowledge.limit_for(ClockKind.FINISH, Matter(kind, category), clock.now())
        if found:
            told[kind.label] = limits.amount_in_words(limits.parse(found.limit))
    if len(set(told.values())) == 1:
        return next(iter(told.values()))
    return "，".join(f"{kind} {limit}" for kind, limit in told.items())
