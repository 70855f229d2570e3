"""Questions about answers, their versions, documents, duty telephones, and tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, F, Max, Q, QuerySet, Sum

from huiyin.kernel import text
from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import queries, rules
from huiyin.knowledge.article_states import (
    UNDER_WORK,
    DocumentKind,
    TaskState,
    UseKind,
    VersionState,
    Visibility,
)
from huiyin.knowledge.models import (
    Article,
    ArticleEvent,
    ArticleVersion,
    CatalogueItem,
    Document,
    Duty,
    KnowledgeTask,
)
from huiyin.knowledge.ranking import Entry, Found, Index
from huiyin.knowledge.states import ArticleKind
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

MOST_SUGGESTED = 3
LEAST_SCORE = 24
SHORTEST_QUESTION = 4


@dataclass(frozen=True, slots=True)
class Suggested:
    """An article that may answer what was typed, how sure that is, and why."""

    article: Article
    score: float
    because: tuple[str, ...]

    @property
    def percent(self) -> int:
        """Return the score in per cent."""
        return round(self.score * 100)


def in_force(now: datetime, *, staff: bool) -> QuerySet[Article]:
    """Return the published answers; those for staff only when ``staff``."""
    today = now.astimezone(SHANGHAI).date()
    rows = Article.objects.filter(
        Q(expires_on__isnull=True) | Q(expires_on__gt=today),
        kind=ArticleKind.ANSWER.value,
        published_at__lte=now,
    )
    return rows if staff else rows.filter(visibility=Visibility.PUBLIC.value)


def suggest(
    question: str, now: datetime, *, staff: bool, most: int = MOST_SUGGESTED, always: bool = False
) -> list[Suggested]:
    """Return the articles that likely answer a question, or none when none is likely.

    One query to see that the set has not changed and one for the articles found.

    Args:
        question: what was typed.
        now: the moment.
        staff: also what only staff may read.
        most: how many at most.
        always: for a search that a person asks for: also what is less sure, and although the
            city has switched suggestions off.

    Source: R-351 (requirement 162; handbook domain.md 1.2 (九)).
    """
    if len(text.clean(question)) < (1 if always else SHORTEST_QUESTION):
        return []
    if not always and not queries.parameter("suggest.articles", now, default=True):
        return []
    index = _index_now(now, staff=staff)
    percent = int(queries.parameter("suggest.articles_least", now, LEAST_SCORE))
    least = percent / 100
    found = index.ask(question, most=most, least=least / 4 if always else least)
    return _with_articles(found)


def _with_articles(found: Sequence[Found]) -> list[Suggested]:
    rows = Article.objects.select_related("category", "unit").in_bulk([each.key for each in found])
    return [Suggested(rows[e.key], e.score, e.because) for e in found if e.key in rows]


def _index_now(now: datetime, *, staff: bool) -> Index:
    """Return the index of the articles as they are now; made anew when one was changed."""
    rows = in_force(now, staff=staff)
    version = rows.aggregate(
        last=Max("changed_at"), shown=Max("published_at"), count=Count("pk"), which=Sum("pk")
    )
    key = tuple(version.values())
    kept = _kept.get(staff)
    if kept is None or kept[0] != key:
        found = rows.select_related("unit").only(
            "title", "wordings", "body", "unit__name", "unit__short_name"
        )
        entries = [
            Entry(a.pk, (a.title, *a.wordings), a.body, a.unit.name if a.unit else "")
            for a in found
        ]
        kept = _kept[staff] = (key, Index(entries))
    return kept[1]


_kept: dict[bool, tuple[tuple[object, ...], Index]] = {}


def listed(
    actor: Actor, show: str, words: str, now: datetime, *, cursor: str = "", size: int = 30
) -> Page[Article]:
    """Return one page of answers, the latest change first, with how often each was used. One query.

    ``show`` is empty for what is published, ``mine`` for what the actor's unit owns, or the name
    of a state under work.
    """
    rows = Article.objects.filter(kind=ArticleKind.ANSWER.value).select_related("category", "unit")
    if show in {state.value for state in UNDER_WORK}:
        rows = _owned(rows, actor).filter(versions__state=show)
    elif show == "mine":
        rows = _owned(rows, actor)
    else:
        rows = rows.filter(pk__in=in_force(now, staff=True).values("pk"))
    for word in words.split()[:5]:
        rows = rows.filter(Q(title__icontains=word) | Q(body__icontains=word))
    counted = rows.annotate(
        used=Count("uses", Q(uses__kind=UseKind.USED.value)),
        right=Count("uses", Q(uses__kind=UseKind.RIGHT.value)),
        wrong=Count("uses", Q(uses__kind=UseKind.WRONG.value)),
    )
    return page(counted, by=("-id",), cursor=cursor, size=size)


def _owned(rows: QuerySet[Article], actor: Actor) -> QuerySet[Article]:
    if Perm.CONTENT in actor.perms:
        return rows
    own = actor.unit
    return rows.filter(unit__path__startswith=own.path) if own else rows.none()


def waiting(actor: Actor) -> dict[str, int]:
    """Return how much waits for the actor: drafts, reviews and tasks of theirs. Two queries."""
    versions = ArticleVersion.objects.filter(state__in=UNDER_WORK)
    if Perm.CONTENT not in actor.perms:
        path = actor.unit.path if actor.unit else "-"
        versions = versions.filter(unit__path__startswith=path)
    told = versions.aggregate(
        draft=Count("pk", Q(state=VersionState.DRAFT.value)),
        review=Count("pk", Q(state=VersionState.REVIEW.value)),
    )
    return told | {"tasks": tasks(actor).count()}


def answer_by_key(key: int) -> Article | None:
    """Return one answer, published or not. One query."""
    rows = Article.objects.select_related("category", "unit")
    return rows.filter(pk=key, kind=ArticleKind.ANSWER.value).first()


def versions_of(article: Article) -> list[ArticleVersion]:
    """Return the versions of an answer, the latest first. One query."""
    rows = article.versions.select_related("category", "unit", "written_by", "reviewed_by")
    return list(rows.order_by("-number"))


def events_of(article: Article) -> list[ArticleEvent]:
    """Return the steps of an answer, the latest first. One query."""
    return list(article.events.order_by("-pk"))


def uses_of(article: Article) -> dict[str, int]:
    """Return how often an answer was used, found right and found wrong. One query."""
    told: dict[str, int] = dict.fromkeys(UseKind, 0)
    counts = article.uses.values_list("kind").annotate(Count("pk"))
    return told | dict(counts)


def tasks(actor: Actor, *, every: bool = False) -> QuerySet[KnowledgeTask]:
    """Return the open tasks of the actor's unit, or all for editors; the most asked for first."""
    rows = KnowledgeTask.objects.select_related("unit", "category", "article")
    if not every:
        rows = rows.filter(state=TaskState.OPEN.value)
    if Perm.CONTENT not in actor.perms:
        own = actor.unit
        ours = Perm.HANDLE in actor.perms
        rows = rows.filter(unit__path__startswith=own.path) if own and ours else rows.none()
    return rows.order_by("-times", "opened_at")


def task_by_key(key: int) -> KnowledgeTask | None:
    """Return one task. One query."""
    return KnowledgeTask.objects.select_related("unit", "category").filter(pk=key).first()


def documents(
    kind: DocumentKind | None, words: str, day: date, *, every: bool = False, public: bool = False
) -> list[Document]:
    """Return the documents in force on a day, by kind and code; every version when ``every``."""
    rows = Document.objects.select_related("unit").defer("body")
    if kind:
        rows = rows.filter(kind=kind.value)
    if public:
        rows = rows.filter(visibility=Visibility.PUBLIC.value)
    for word in words.split()[:5]:
        told = Q(title__icontains=word) | Q(number__icontains=word) | Q(body__icontains=word)
        rows = rows.filter(told)
    found = list(rows.order_by("kind", "code", F("valid_from").desc()))
    return found if every else rules.valid_on(found, day)


def document_versions(code: str) -> list[Document]:
    """Return every version of a document, the latest first. One query."""
    return list(Document.objects.filter(code=code).select_related("unit").order_by("-valid_from"))


def document_on(code: str, day: date) -> Document | None:
    """Return the version of a document that is in force on a day. One query."""
    if not code:
        return None
    valid = rules.valid_on(Document.objects.filter(code=code), day)
    return max(valid, key=lambda row: row.valid_from, default=None)


def document_public(code: str, now: datetime) -> Document | None:
    """Return the version of a document in force, if everybody may read it. Up to one query."""
    found = document_on(code, now.astimezone(SHANGHAI).date())
    return found if found and found.visibility == Visibility.PUBLIC.value else None


def answer_by_code(code: str, now: datetime) -> Article | None:
    """Return one answer that everybody may read now. One query."""
    return in_force(now, staff=False).filter(code=code).select_related("category", "unit").first()


def procedures_for(roles: Sequence[str], day: date) -> list[Document]:
    """Return the rules and procedures that stand with these roles. One query.

    Source: R-357 (requirement 101; handbook domain.md 3.4).
    """
    rows = Document.objects.filter(roles__overlap=list(roles)).defer("body").order_by("code")
    return rules.valid_on(rows, day)


@remembered(30)
def _duties() -> tuple[Duty, ...]:
    return tuple(Duty.objects.filter(active=True).select_related("unit").order_by("code"))


def duties(category: str = "", *, every: bool = False) -> list[Duty]:
    """Return the duty telephones, those of a category (by its code) first. No query, remembered.

    With a category only those that it falls under, unless ``every``.

    Source: R-355 (requirement 81; handbook domain.md 1.2 (二)).
    """
    rows = _duties()
    mine = [row for row in rows if any(category.startswith(code) for code in row.categories)]
    if not category:
        return list(rows)
    return [*mine, *(row for row in rows if row not in mine)] if every else mine


def duties_now() -> list[Duty]:
    """Return the duty directory as it stands this moment, for those who keep it. One query."""
    return list(Duty.objects.filter(active=True).select_related("unit").order_by("code"))


def on_duty(duty: Duty, now: datetime) -> bool:
    """Tell whether the telephone is answered at this time of day; hours may pass midnight.

    Source: R-355 (requirement 81; handbook domain.md 1.2 (二)).
    """
    if duty.opens is None or duty.closes is None:
        return True
    at = now.astimezone(SHANGHAI).time()
    if duty.opens <= duty.closes:
        return duty.opens <= at < duty.closes
    return at >= duty.opens or at < duty.closes


def scripts(now: datetime) -> list[dict[str, str]]:
    """Return what agents say, per kind of request and category, as the city has it. No query.

    Source: R-356 (requirement 35; handbook domain.md 3.4).
    """
    return list(queries.parameter("intake.scripts", now, []))


def reporting_group(category: str, now: datetime) -> str:
    """Return the group under which the city reports a category, or nothing. No query.

    Source: R-358 (requirement 55; handbook domain.md 3.4).
    """
    groups = queries.parameter("report.groups", now, [])
    fits = [
        (len(code), group["name"])
        for group in groups
        for code in group["categories"]
        if category.startswith(code)
    ]
    return max(fits)[1] if fits else ""


def catalogue_history(code: str) -> list[CatalogueItem]:
    """Return every version of a row of the catalogue, the latest first. One query."""
    rows = CatalogueItem.objects.select_related("category", "lead").filter(code=code)
    return list(rows.order_by("-valid_from"))


def owner_of(category_code: str, day: date) -> Unit | None:
    """Return the unit that the catalogue holds responsible for a category. Up to one query."""
    category = queries.category(category_code) if category_code else None
    if category is None:
        return None
    return next((i.lead for i in queries.responsible_for(category, day) if i.lead), None)
