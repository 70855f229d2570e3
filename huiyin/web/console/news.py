"""News for the portal: write, look, publish, withdraw. Answers: the knowledge base."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock, text
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import actions, queries
from huiyin.knowledge.actions import ArticleText
from huiyin.knowledge.models import Article
from huiyin.knowledge.states import ArticleKind, Kind
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import ArticleForm
from huiyin.web.staff import StaffRequest, staff_page

DONE = {
    "saved": "已保存。",
    "published": "已发布，门户上可以看到了。",
    "withdrawn": "已撤下，原文留作草稿。",
}


@require_GET
@staff_page(Perm.CONTENT)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of news, newest first."""
    kind, show = ArticleKind.NEWS, request.GET.get("show", "")
    page = queries.articles_listed(
        kind, show, now=clock.now(), cursor=request.GET.get("cursor", "")
    )
    found = {"page": page, "kind": kind, "show": show, "kinds": ()}
    return render(request, "console/news.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.CONTENT)
def new(request: StaffRequest) -> HttpResponse:
    """Write something new."""
    form = ArticleForm(
        request.POST if request.method == "POST" else None,
        initial={"kind": request.GET.get("kind", "news")},
    )
    return _written(request, form, None)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.CONTENT)
def edit(request: StaffRequest, key: int) -> HttpResponse:
    """Show and change one text."""
    article = _article(key)
    form = ArticleForm(
        request.POST if request.method == "POST" else None, initial=_initial(article)
    )
    return _written(request, form, article)


@require_POST
@staff_page(Perm.CONTENT)
def publish(request: StaffRequest, key: int) -> HttpResponse:
    """Publish what is stored."""
    actions.publish_article(key, by=request.actor, now=clock.now())
    return _back(key, "published")


@require_POST
@staff_page(Perm.CONTENT)
def withdraw(request: StaffRequest, key: int) -> HttpResponse:
    """Take it out of the portal."""
    actions.withdraw_article(key, by=request.actor)
    return _back(key, "withdrawn")


def _written(request: StaffRequest, form: ArticleForm, article: Article | None) -> HttpResponse:
    """Answer the editor: show, preview, or store."""
    if request.method == "GET":
        return _page(request, form, article, 200)
    if not form.is_valid():
        return _page(request, form, article, 422)
    written = _text(form)
    if "preview" in request.POST:
        return _page(request, form, article, 200, preview=written)
    try:
        if article is None:
            article = actions.create_article(written, by=request.actor)
        else:
            article = actions.edit_article(article.pk, written, by=request.actor)
    except Refused as refusal:
        return _page(request, form, article, form.refuse(refusal))
    return _back(article.pk, "saved")


def _page(
    request: StaffRequest,
    form: ArticleForm,
    article: Article | None,
    status: int,
    *,
    preview: ArticleText | None = None,
) -> HttpResponse:
    found = {
        "form": form,
        "article": article,
        "preview": preview,
        "preview_body": text.clean(preview.body, lines=True) if preview else "",
        "said": DONE.get(request.GET.get("done", ""), ""),
    }
    return render(request, "console/article.html", found, status=status)


def _text(form: ArticleForm) -> ArticleText:
    asked = form.cleaned_data
    return ArticleText(
        kind=ArticleKind(asked["kind"]),
        title=asked["title"],
        body=asked["body"],
        request_kind=Kind(asked["request_kind"]) if asked["request_kind"] else None,
        category=asked["category"],
        unit=asked["unit"],
    )


def _initial(article: Article) -> dict[str, str]:
    return {
        "kind": article.kind,
        "title": article.title,
        "body": article.body,
        "request_kind": article.request_kind,
        "category": article.category.code if article.category else "",
        "unit": article.unit.code if article.unit else "",
    }


def _article(key: int) -> Article:
    article = queries.article_by_key(key)
    if article is None:
        raise NotFound("没有这篇内容", remedy="请从列表重新进入")
    return article


def _back(key: int, done: str) -> HttpResponse:
    response = redirect("console:article", key=key)
    response["Location"] += f"?done={done}"
    return response
