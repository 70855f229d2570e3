"""Pages that everybody may read: home, news, selected answers, about the line, letter size."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_safe

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.kernel.paging import page
from huiyin.knowledge import article_queries
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ArticleKind, ReasonGroup
from huiyin.web.portal import facts
from huiyin.web.portal.bulletins import public_bulletins, public_rounds

ON_HOME = 3
ON_LIST = 20
ROUNDS = 6
LETTERS = "huiyin_type"
_YEAR = 365 * 24 * 3600
ROBOTS = """User-agent: *
Disallow: /case
Disallow: /c/
Disallow: /rate/
Disallow: /submitted
Disallow: /letters/
Disallow: /desk/
Disallow: /console/
Disallow: /api/
"""


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the ways in, and below them what is new. Two queries."""
    now = clock.now()
    return render(
        request,
        "portal/home.html",
        {
            "words": facts.words(),
            "news": knowledge.published(ArticleKind.NEWS, now)[:ON_HOME],
            "answers": knowledge.published(ArticleKind.ANSWER, now)[:ON_HOME],
        },
    )


@require_safe
def assessment(request: HttpRequest) -> HttpResponse:
    """Show the lists of the published rounds, names of units alone, and typical cases.

    Three queries.
    """
    facts = {"rounds": public_rounds(ROUNDS), "bulletins": public_bulletins(ROUNDS)}
    return render(request, "portal/assessment.html", facts)


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """List the news of the hotline. One query."""
    return articles(request, ArticleKind.NEWS)


@require_safe
def news_item(request: HttpRequest, code: str) -> HttpResponse:
    """Show one piece of news."""
    return _shown(request, ArticleKind.NEWS, code)


@require_safe
def answer_item(request: HttpRequest, code: str) -> HttpResponse:
    """Show one selected answer."""
    return _shown(request, ArticleKind.ANSWER, code)


def articles(request: HttpRequest, kind: ArticleKind) -> HttpResponse:
    """Show one page of articles, newest first. One query."""
    rows = knowledge.published(kind, clock.now()).select_related("category")
    found = page(
        rows, by=("-published_at", "-id"), cursor=request.GET.get("after", ""), size=ON_LIST
    )
    return render(request, "portal/articles.html", {"kind": kind.value, "page": found})


def _shown(request: HttpRequest, kind: ArticleKind, code: str) -> HttpResponse:
    article = knowledge.article(kind, code, clock.now())
    if article is None:
        raise NotFound("没有找到这篇内容", remedy="它可能已经撤下，请从列表重新打开")
    found = {
        "kind": kind.value,
        "article": article,
        "source": article_queries.document_public(article.source_code, clock.now()),
        "said": request.GET.get("said", ""),
    }
    return render(request, "portal/article.html", found)


@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """Say what the line takes and what it does not, how to use it, and what happens to data."""
    return render(
        request,
        "portal/about.html",
        {
            "words": facts.words(),
            "emergencies": knowledge.reasons(ReasonGroup.EMERGENCY),
            "elsewhere": knowledge.reasons(ReasonGroup.REFER),
        },
    )


@require_safe
def letters(request: HttpRequest, size: str) -> HttpResponse:
    """Switch to large letters or back, and return to the page that asked."""
    back = request.GET.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None) or not back.startswith("/"):
        back = "/"
    response = redirect(back)
    if size == "large":
        response.set_cookie(
            LETTERS, "large", _YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
        )
    else:
        response.delete_cookie(LETTERS)
    return response


@require_safe
def robots(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Tell crawlers to leave cases and staff pages alone."""
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Send old browsers to the mark."""
    return redirect(static("portal/mark.svg"), permanent=True)
