"""Answers to common questions: found by asking, offered while writing, judged by readers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from huiyin.kernel import clock
from huiyin.kernel.errors import BadRequest, NotFound
from huiyin.knowledge import actions, article_queries
from huiyin.knowledge.article_states import UseKind
from huiyin.knowledge.states import ArticleKind
from huiyin.orgs.actors import CITIZEN
from huiyin.web import tries
from huiyin.web.gaps import note_gap
from huiyin.web.portal import pages

MOST_FOUND = 10


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """List the answers, or those that fit a question; one without an answer is noted as a gap."""
    words = request.GET.get("q", "").strip()[:100]
    if not words:
        return pages.articles(request, ArticleKind.ANSWER)
    now = clock.now()
    tries.question(request, now)
    found = article_queries.suggest(words, now, staff=False, most=MOST_FOUND, always=True)
    if not found:
        note_gap(words, by=CITIZEN, now=now)
    facts: dict[str, Any] = {"kind": "answer", "words": words, "found": found, "page": None}
    return render(request, "portal/articles.html", facts)


@never_cache
@require_POST
def while_writing(request: HttpRequest) -> HttpResponse:
    """Return the answers that fit what is being written, as a part of the page.

    By POST, so that nobody's words stand in an address or a log.
    """
    now = clock.now()
    tries.question(request, now)
    found = article_queries.suggest(request.POST.get("content", "")[:1000], now, staff=False)
    return render(request, "portal/_like.html", {"found": found})


@require_POST
def opinion(request: HttpRequest, code: str) -> HttpResponse:
    """Note whether an answer has helped."""
    now = clock.now()
    tries.opinion(request, now)
    kind = request.POST.get("kind", "")
    if kind not in (UseKind.RIGHT, UseKind.WRONG):
        raise BadRequest("请选择解决了或不对")
    article = article_queries.answer_by_code(code, now)
    if article is None:
        raise NotFound("没有找到这条答复", remedy="它可能已经撤下")
    note = request.POST.get("note", "")[:200]
    actions.record_use(article.pk, UseKind(kind), by=CITIZEN, now=now, note=note)
    return redirect(f"{reverse('portal:answer_item', args=[code])}?said={kind}#opinion")
