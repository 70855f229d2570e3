"""Use and judgement of articles, and the tasks that come of them, of gaps and of dates."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from huiyin.kernel import text
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge import article_queries, policy, queries
from huiyin.knowledge.article_states import TaskKind, TaskState, UseKind
from huiyin.knowledge.models import Article, ArticleUse, Category, KnowledgeTask
from huiyin.knowledge.rules import Matter
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor, ActorKind
from huiyin.orgs.models import Unit
from huiyin.worktime import limits
from huiyin.worktime.calendar import SHANGHAI
from huiyin.worktime.deadline import deadline

MOST_EVIDENCE = 20
SHORTEST_GAP = 2
_LONG_NUMBER = re.compile(r"\d{5,}")


@dataclass(frozen=True, slots=True)
class Missing:
    """A matter that is asked often and has no article: its category, how often, and examples."""

    category: Category
    times: int
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Wish:
    """A task that shall be open."""

    kind: TaskKind
    key: str
    words: str
    unit: Unit | None = None
    category: Category | None = None
    article: Article | None = None
    evidence: Sequence[str] = ()
    times: int = 1


@transaction.atomic
def record_use(
    article_id: int, kind: UseKind, *, by: Actor, now: datetime, number: str = "", note: str = ""
) -> None:
    """Count that an article was used for an answer, or found right or wrong.

    Found wrong, its owner unit gets a task. Citizens judge what is public only.

    Raises:
        NotFound: there is no such published article.

    Source: R-359 (requirements 98, 162; handbook domain.md 1.2 (一)).
    """
    staff = by.kind is ActorKind.STAFF
    rows = article_queries.in_force(now, staff=staff).select_related("unit", "category")
    article = rows.filter(pk=article_id).first()
    if article is None:
        raise NotFound("没有这条问答，或已撤下")
    said = _masked(text.clean(note))[:200]
    ArticleUse.objects.create(
        article=article, kind=kind.value, by_staff=staff, note=said, number=number[:24], at=now
    )
    if kind is UseKind.WRONG:
        wish = _Wish(
            TaskKind.WRONG, f"article:{article.pk}", article.title, article.unit,
            article.category, article, (said,) if said else (),
        )  # fmt: skip
        _open(wish, now)


@transaction.atomic
def report_gap(words: str, *, category: str = "", by: Actor, now: datetime) -> KnowledgeTask | None:
    """Note a search that found nothing; the owner unit of the category, or the centre, gets a task.

    The same question again only counts. Numbers of five figures and more are left out, so that no
    telephone or identity number is kept. Nothing comes of a single character.

    Source: R-360 (requirement 99; handbook domain.md 1.2 (一)).
    """
    said = _masked(text.clean(words))[:100]
    key = "".join(text.pieces(text.normalise(said)))[:120]
    if len(key) < SHORTEST_GAP:
        return None
    found = queries.category(category) if category else None
    owner = article_queries.owner_of(category, now.astimezone(SHANGHAI).date())
    return _open(_Wish(TaskKind.GAP, key, said, owner, found, evidence=(by.label[:40],)), now)


@transaction.atomic
def close_task(
    key: int, *, by: Actor, now: datetime, note: str = "", dismissed: bool = False
) -> KnowledgeTask:
    """Close a task as done, or as not needed with the reason.

    Raises:
        NotFound, NotAllowed: there is no such task, or it is another unit's.
        WrongState: it is closed already.
        Invalid: it is not needed, and no reason is given.

    Source: R-360 (requirement 99; handbook domain.md 1.2 (一)).
    """
    rows = KnowledgeTask.objects.select_for_update(of=("self",)).select_related("unit")
    task = rows.filter(pk=key).first()
    if task is None:
        raise NotFound("没有这个待办")
    if not policy.may_close_task(by, task):
        raise NotAllowed("这是别的单位的待办", remedy=f"请由{task.unit or '热线中心'}办理")
    if task.state != TaskState.OPEN.value:
        raise WrongState("这个待办已经处理过了")
    said = text.clean(note)[:500]
    if dismissed and not said:
        raise Invalid("请写明为什么不需要", fields={"note": "请写明为什么不需要"})
    task.state = (TaskState.DISMISSED if dismissed else TaskState.DONE).value
    task.closed_at, task.closed_by, task.note = now, by.label[:60], said
    task.save()
    return task


@transaction.atomic
def suggest_from_orders(rows: Sequence[Missing], *, now: datetime) -> int:
    """Open a task for each matter that is asked often and has no article; return how many rows.

    Source: R-361 (requirement 99; handbook domain.md 1.2 (一)).
    """
    today = now.astimezone(SHANGHAI).date()
    for row in rows:
        owner = article_queries.owner_of(row.category.code, today)
        wish = _Wish(
            TaskKind.FREQUENT, f"category:{row.category.code}", row.category.full_name, owner,
            row.category, None, row.examples, row.times,
        )  # fmt: skip
        _open(wish, now, counted=False)
    return len(rows)


@transaction.atomic
def look_after_dates(*, today: date, now: datetime) -> int:
    """Open tasks for answers whose review date is near or whose source changed; return how many.

    Source: R-354 (requirement 98; handbook domain.md 3.4).
    """
    ahead = int(queries.parameter("knowledge.review_days", now, 14))
    rows = article_queries.in_force(now, staff=True).select_related("unit", "category")
    done = 0
    for article in rows.filter(review_on__lte=today + timedelta(days=ahead)):
        key = f"review:{article.pk}:{article.review_on}"
        wish = _Wish(
            TaskKind.REVIEW_DUE, key, article.title, article.unit, article.category, article
        )
        done += bool(_open(wish, now, counted=False))
    for article in rows.exclude(source_code=""):
        version = article.versions.filter(state="published").first()
        source = article_queries.document_on(article.source_code, today)
        if version is None or (source and source.valid_from == version.source_from):
            continue
        key = f"source:{article.pk}:{source.valid_from if source else 'ended'}"
        wish = _Wish(
            TaskKind.SOURCE_CHANGED, key, article.title, article.unit, article.category, article
        )
        done += bool(_open(wish, now, counted=False))
    return done


def _open(wish: _Wish, now: datetime, *, counted: bool = True) -> KnowledgeTask | None:
    """Open a task, or count once more on the open one; one that was closed is not asked again.

    Gaps and judgements may come again after they were closed; dates and frequent matters not.
    """
    rows = KnowledgeTask.objects.filter(kind=wish.kind.value, key=wish.key)
    known = rows.select_for_update().filter(state=TaskState.OPEN.value).first()
    if known is None and not counted and rows.exists():
        return None
    if known is None:
        try:
            with transaction.atomic():
                return KnowledgeTask.objects.create(**_new(wish, now))
        except IntegrityError:  # somebody else opened it meanwhile
            known = rows.get(state=TaskState.OPEN.value)
    kept = list(dict.fromkeys([*known.evidence, *wish.evidence]))[:MOST_EVIDENCE]
    rows.filter(pk=known.pk).update(
        times=F("times") + 1 if counted else wish.times, last_at=now, evidence=kept
    )
    return known


def _new(wish: _Wish, now: datetime) -> dict[str, Any]:
    category = wish.category.code if wish.category else ""
    limit = queries.limit_for("knowledge_update", Matter("", category), now)
    due = deadline(now, limits.parse(limit.limit), orgs.calendar()).due_at if limit else None
    return {
        "kind": wish.kind.value,
        "key": wish.key,
        "words": wish.words[:200],
        "unit": wish.unit,
        "category": wish.category,
        "article": wish.article,
        "evidence": list(wish.evidence)[:MOST_EVIDENCE],
        "times": wish.times,
        "opened_at": now,
        "last_at": now,
        "due_at": due,
    }


def _masked(words: str) -> str:
    return _LONG_NUMBER.sub("…", words)
