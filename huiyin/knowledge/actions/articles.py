"""News of the hotline: drafts, published, withdrawn; questions with answers are in ``answers``."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, NotFound, WrongState
from huiyin.knowledge.models import Article, Category
from huiyin.knowledge.states import ArticleKind, Kind
from huiyin.orgs import policy
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm

LONGEST_TITLE, LONGEST_BODY = 100, 10_000


@dataclass(frozen=True, slots=True)
class ArticleText:
    """What an editor writes; a draft may have an empty body."""

    kind: ArticleKind
    title: str
    body: str = ""
    request_kind: Kind | None = None
    category: Category | None = None
    unit: Unit | None = None


@transaction.atomic
def create_article(written: ArticleText, *, by: Actor) -> Article:
    """Store a draft.

    Raises:
        NotAllowed: the actor does not look after the content.
        Invalid: title or body is missing or too long.

    Source: R-33 (handbook domain.md 1.1).
    """
    policy.require(by, Perm.CONTENT)
    article = Article(code=f"a-{secrets.token_hex(6)}")
    _put(article, written)
    article.save()
    return article


@transaction.atomic
def edit_article(article_id: int, written: ArticleText, *, by: Actor) -> Article:
    """Change the text; a published one is changed for its readers at once.

    Raises:
        NotAllowed: the actor does not look after the content.
        NotFound: there is no such article.
        Invalid: title or body is missing or too long.

    Source: R-33 (handbook domain.md 1.1).
    """
    article = _locked(article_id, by)
    _put(article, written)
    if article.published_at is not None:
        _check_complete(article)
    article.save()
    return article


@transaction.atomic
def publish_article(article_id: int, *, by: Actor, now: datetime) -> Article:
    """Show an article in the portal from now on.

    Raises:
        WrongState: it is published already.
        Invalid: there is no body.

    Source: R-33 (handbook domain.md 1.1).
    """
    article = _locked(article_id, by)
    if article.published_at is not None:
        raise WrongState("这篇已经发布")
    _check_complete(article)
    article.published_at = now
    article.save(update_fields=["published_at"])
    return article


@transaction.atomic
def withdraw_article(article_id: int, *, by: Actor) -> Article:
    """Take an article out of the portal; its text stays as a draft.

    Raises:
        WrongState: it is not published.

    Source: R-33 (handbook domain.md 1.1).
    """
    article = _locked(article_id, by)
    if article.published_at is None:
        raise WrongState("这篇没有发布，不用撤下")
    article.published_at = None
    article.save(update_fields=["published_at"])
    return article


def _locked(article_id: int, by: Actor) -> Article:
    policy.require(by, Perm.CONTENT)
    rows = Article.objects.select_for_update().filter(kind=ArticleKind.NEWS.value)
    article = rows.filter(pk=article_id).first()
    if article is None:
        raise NotFound("没有这篇内容")
    return article


def _put(article: Article, written: ArticleText) -> None:
    if written.kind is not ArticleKind.NEWS:
        raise Invalid(
            "问答须经审核发布", remedy="请到知识库起草", fields={"kind": "只能是热线动态"}
        )
    title, body = text.clean(written.title), text.clean(written.body, lines=True)
    faults = {}
    if not title or len(title) > LONGEST_TITLE:
        faults["title"] = f"请填写标题，不超过 {LONGEST_TITLE} 个字"
    if len(body) > LONGEST_BODY:
        faults["body"] = f"正文不超过 {LONGEST_BODY} 个字"
    if faults:
        raise Invalid("内容填写有误", fields=faults)
    article.kind, article.title, article.body = written.kind.value, title, body
    article.request_kind = written.request_kind.value if written.request_kind else ""
    article.category, article.unit = written.category, written.unit


def _check_complete(article: Article) -> None:
    if not article.body:
        raise Invalid("正文还是空的，不能发布", fields={"body": "请填写正文"})
