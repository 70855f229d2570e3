"""The knowledge base at the desk: find, read, write, review and judge questions with answers."""

from __future__ import annotations

import difflib
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock
from huiyin.kernel.errors import BadRequest, NotAllowed, NotFound, Refused
from huiyin.knowledge import actions, article_queries, policy
from huiyin.knowledge.article_states import BY_VERB, UNDER_WORK, UseKind, VersionState
from huiyin.knowledge.models import Article, ArticleVersion
from huiyin.orders import questions
from huiyin.orgs.states import Perm
from huiyin.web.gaps import note_gap
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_knowledge import AnswerForm, begun
from huiyin.web.workbench.steps import put_on
from huiyin.worktime.calendar import SHANGHAI

MOST_FOUND = 20
SHOWS = (("", "已发布"), ("mine", "本单位的"), ("draft", "草稿"), ("review", "待审核"))
DONE = {
    "saved": "已保存为草稿。",
    "submit": "已送审，由所属单位的另一人审核。",
    "publish": "已发布。",
    "send_back": "已退回修改。",
    "confirm": "已记下核对无误，核对日期顺延。",
    "withdraw": "已撤下，各版本留存。",
    "drop": "已作废。",
    "right": "谢谢，已记下。",
    "wrong": "已记下，所属单位会收到待办。",
    "gap": "已记为缺口，责任单位会收到待办。",
}


@require_GET
@staff_page()
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of answers, or those that fit a question. Six queries beside the session."""
    now, words = clock.now(), request.GET.get("q", "").strip()[:100]
    show = request.GET.get("show", "")
    found: dict[str, Any] = {"words": words, "show": show, "shows": SHOWS}
    if words and not show:
        suggested = article_queries.suggest(words, now, staff=True, most=MOST_FOUND, always=True)
        found["suggested"] = suggested
        if not suggested:
            note_gap(words, by=request.actor, now=now)
    else:
        found["page"] = article_queries.listed(
            request.actor, show, words, now, cursor=request.GET.get("cursor", "")
        )
    return render(request, "workbench/knowledge.html", found | _around(request))


@require_http_methods(["GET", "POST"])
@staff_page(Perm.CONTENT, Perm.HANDLE)
def new(request: StaffRequest) -> HttpResponse:
    """Write a new answer."""
    given = {"title": request.GET.get("title", "")[:100], "category": request.GET.get("c", "")}
    example = questions.example(request.actor, request.GET.get("order", "")[:24])
    if example is not None:
        given |= {
            "title": example.title[:100], "body": example.answer, "category": example.category,
        }  # fmt: skip
    if Perm.CONTENT not in request.actor.perms:
        given["unit"] = request.staff.unit.code
    form = AnswerForm(request.POST or None, initial=given)
    return _written(request, form, None, example=example)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.CONTENT, Perm.HANDLE)
def edit(request: StaffRequest, key: int) -> HttpResponse:
    """Change the draft of an answer, or write its next version."""
    article = _article(request, key)
    if not policy.may_write(request.actor, article.unit):
        raise NotAllowed("您不能改这条问答", remedy=f"请由{article.unit or '热线中心'}的人员修改")
    versions = article_queries.versions_of(article)
    form = AnswerForm(request.POST or None, initial=begun(versions[0]))
    return _written(request, form, article)


@require_GET
@staff_page()
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show an answer with its versions and steps. Eight queries beside the session."""
    return _shown(request, _article(request, key))


@require_POST
@staff_page()
def step(request: StaffRequest, key: int, verb: str) -> HttpResponse:
    """Take one step of an answer's life."""
    article = _article(request, key)
    number = request.POST.get("number", "0")
    try:
        actions.take_step(
            article.pk, verb, by=request.actor, now=clock.now(),
            note=request.POST.get("note", "")[:500],
            number=int(number) if number.isdecimal() else 0,
        )  # fmt: skip
    except Refused as refusal:
        if verb not in BY_VERB or refusal.status in (403, 404):
            raise
        return _shown(request, _article(request, key), refusal=refusal)
    return _to(key, verb)


@require_POST
@staff_page()
def opinion(request: StaffRequest, key: int) -> HttpResponse:
    """Note that the answer was right or wrong."""
    article = _article(request, key)
    kind = request.POST.get("kind", "")
    if kind not in (UseKind.RIGHT, UseKind.WRONG):
        raise BadRequest("请选择有用或不对")
    note = request.POST.get("note", "")[:200]
    actions.record_use(article.pk, UseKind(kind), by=request.actor, now=clock.now(), note=note)
    return _to(key, kind)


@require_POST
@staff_page()
def gap(request: StaffRequest) -> HttpResponse:
    """Note that nothing answers a question."""
    words = request.POST.get("q", "")[:100]
    category = request.POST.get("category", "")[:12]
    note_gap(words, category=category, by=request.actor, now=clock.now())
    return redirect(f"{reverse('workbench:knowledge')}?{urlencode({'done': 'gap'})}")


@require_POST
@staff_page(Perm.INTAKE)
def answers(request: StaffRequest) -> HttpResponse:
    """Show what may answer the words being typed. Three queries at most.

    By POST, so that no citizen's words stand in an address or a log.
    """
    words = request.POST.get("content", "")[:2000]
    found = article_queries.suggest(words, clock.now(), staff=True)
    page = "workbench/_answers.html" if request.headers.get("HX-Request") else (
        "workbench/answers.html"
    )  # fmt: skip
    return render(request, page, {"answers": found, "asked": bool(words.strip())})


def _around(request: StaffRequest) -> dict[str, Any]:
    return {
        "here": "answers",
        "waiting": article_queries.waiting(request.actor),
        "may_write": bool({Perm.CONTENT, Perm.HANDLE} & request.actor.perms),
        "said": DONE.get(request.GET.get("done", ""), ""),
    }


def _article(request: StaffRequest, key: int) -> Article:
    """Return an answer that the person may read: what is published, or theirs to work on."""
    article = article_queries.answer_by_key(key)
    if article is None or (
        article.published_at is None and not policy.may_read_drafts(request.actor, article)
    ):
        raise NotFound("没有这条问答", remedy="请从列表重新进入")
    return article


def _written(
    request: StaffRequest, form: AnswerForm, article: Article | None,
    *, example: questions.Example | None = None,
) -> HttpResponse:  # fmt: skip
    dress(form)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            written, by, now = form.written(), request.actor, clock.now()
            try:
                version = (
                    actions.revise_answer(article.pk, written, by=by, now=now)
                    if article
                    else actions.write_answer(written, by=by, now=now)
                )
            except Refused as refusal:
                if refusal.status in (403, 404):
                    raise
                put_on(form, refusal)
                status = refusal.status
            else:
                return _to(version.article_id, "saved")
    today = clock.now().astimezone(SHANGHAI).date()
    papers = article_queries.documents(None, "", today)
    found = {"form": form, "article": article, "papers": papers, "example": example}
    return render(request, "workbench/answer_edit.html", found | _around(request), status=status)


def _shown(
    request: StaffRequest, article: Article, *, refusal: Refused | None = None
) -> HttpResponse:
    now = clock.now()
    versions = article_queries.versions_of(article)
    worked_on = next((v for v in versions if v.standing in UNDER_WORK), None)
    up = next((v for v in versions if v.standing is VersionState.PUBLISHED), None)
    may_read = policy.may_read_drafts(request.actor, article)
    now_at = (worked_on if may_read else None) or up or versions[0]
    steps = [(s, v) for v in (worked_on, up) if v for s in policy.steps_for(request.actor, v)]
    found = {
        "article": article,
        "version": now_at,
        "versions": versions if may_read else [],
        "changes": _changes(versions) if may_read and len(versions) > 1 else [],
        "steps": [(s, v) for s, v in steps if s.verb != "edit"],
        "may_edit": policy.may_write(request.actor, article.unit)
        and (worked_on is None or worked_on.standing is VersionState.DRAFT),
        "events": article_queries.events_of(article) if may_read else [],
        "verbs": BY_VERB,
        "uses": article_queries.uses_of(article),
        "source": article_queries.document_on(now_at.source_code, now.astimezone(SHANGHAI).date()),
        "group": _group(article),
        "refusal": refusal,
    }
    status = refusal.status if refusal else 200
    return render(request, "workbench/answer.html", found | _around(request), status=status)


def _group(article: Article) -> str:
    code = article.category.code if article.category else ""
    return article_queries.reporting_group(code, clock.now())


def _changes(versions: list[ArticleVersion]) -> list[tuple[str, str]]:
    """Return the lines of the last version against the one before: kept, new or gone."""
    new, old = versions[0], versions[1]
    lines = difflib.ndiff([old.title, *old.body.splitlines()], [new.title, *new.body.splitlines()])
    told = {"+ ": "new", "- ": "gone", "  ": "kept"}
    return [(told[line[:2]], line[2:]) for line in lines if line[:2] in told]


def _to(key: int, done: str) -> HttpResponse:
    return redirect(f"{reverse('workbench:answer', args=[key])}?done={done}")
