"""Versions of the answers that a city profile brings: each load that changes one adds a version."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db.models import Max

from huiyin.kernel import bulk
from huiyin.knowledge import rules
from huiyin.knowledge.article_states import VersionState
from huiyin.knowledge.models import Article, ArticleEvent, ArticleVersion, Document
from huiyin.worktime.calendar import SHANGHAI

LOADER = "城市配置"
_SHOWN = (
    "title", "body", "wordings", "request_kind", "category_id", "unit_id", "visibility",
    "source_code", "clause", "review_on", "expires_on",
)  # fmt: skip


def load_versions(articles: Sequence[Article], now: datetime) -> None:
    """Publish a version of each article as it stands; the one before is kept as replaced."""
    if not articles:
        return
    _leave(articles, VersionState.REPLACED)
    rows = ArticleVersion.objects.filter(article__in=articles).values_list("article")
    last: dict[int, int] = dict(rows.annotate(last=Max("number")))
    sources = _sources(articles, now)
    versions = [
        ArticleVersion(
            article=each, number=last.get(each.pk, 0) + 1, state=VersionState.PUBLISHED.value,
            **{name: getattr(each, name) for name in _SHOWN},
            source_from=sources.get(each.source_code), written_at=now, reviewed_at=now,
        )
        for each in articles
    ]  # fmt: skip
    bulk.add(ArticleVersion, versions)
    _log([(version.article, version.number) for version in versions], "load", now)


def end_versions(articles: Sequence[Article], now: datetime) -> None:
    """Withdraw the published versions of articles that a profile no longer holds."""
    rows = ArticleVersion.objects.filter(
        article__in=articles, state=VersionState.PUBLISHED.value
    ).select_related("article")
    gone = [(version.article, version.number) for version in rows]
    _leave(articles, VersionState.WITHDRAWN)
    _log(gone, "withdraw", now)


def _leave(articles: Sequence[Article], state: VersionState) -> None:
    shown = ArticleVersion.objects.filter(article__in=articles, state=VersionState.PUBLISHED.value)
    shown.update(state=state.value)


def _log(steps: Sequence[tuple[Article, int]], verb: str, now: datetime) -> None:
    events = [
        ArticleEvent(article=article, number=number, verb=verb, by=LOADER, at=now)
        for article, number in steps
    ]
    bulk.add(ArticleEvent, events)


def _sources(articles: Sequence[Article], now: datetime) -> dict[str, date]:
    """Return from which day the documents in force hold, by code."""
    codes = {each.source_code for each in articles if each.source_code}
    rows = Document.objects.filter(code__in=codes).defer("body") if codes else ()
    valid = rules.valid_on(rows, now.astimezone(SHANGHAI).date())
    return {each.code: each.valid_from for each in valid}
