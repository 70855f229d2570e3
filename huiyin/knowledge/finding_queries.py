"""Finding answers and news by what somebody typed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from huiyin.kernel import search
from huiyin.knowledge import article_queries
from huiyin.knowledge.models import Article
from huiyin.knowledge.states import ArticleKind

MOST = 30


def articles_meant(typed: str, now: datetime, *, most: int = MOST) -> list[Article]:
    """Return the answers that fit what was typed, the likeliest first, then news. Three queries.

    Answers are ranked (``article_queries.suggest``), then those that hold every word; news are
    those that hold every word, the newest first.

    Source: R-304 (requirement 162).
    """
    asked = search.ask(typed)
    if not asked:
        return []
    ranked = [each.article for each in article_queries.suggest(
        typed, now, staff=True, most=most, always=True
    )]  # fmt: skip
    in_force = article_queries.in_force(now, staff=True).values("pk")
    news = Q(kind=ArticleKind.NEWS.value, published_at__lte=now)
    rows = Article.objects.filter(news | Q(pk__in=in_force)).select_related("category", "unit")
    for term in asked.terms:
        rows = rows.filter(Q(title__icontains=term.words) | Q(body__icontains=term.words))
    held = rows.order_by("kind", "-published_at", "-pk")[:most]
    return list({each.pk: each for each in (*ranked, *held)}.values())[:most]
