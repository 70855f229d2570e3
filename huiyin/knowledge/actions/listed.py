"""Lists without dates: matters, reasons, articles. Rows are switched off, never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from django.db import transaction

from huiyin.kernel import bulk
from huiyin.kernel.compare import Changes, compare
from huiyin.knowledge.actions.versions import end_versions, load_versions
from huiyin.knowledge.article_states import Visibility
from huiyin.knowledge.models import Article, Category, Line, Reason, Tag
from huiyin.knowledge.states import ArticleKind
from huiyin.orgs.models import Unit


@dataclass(frozen=True, slots=True)
class CategoryRow:
    """One node of the tree of matters; ``parent`` is a code, empty at the top."""

    code: str
    parent: str
    name: str
    aliases: str


@dataclass(frozen=True, slots=True)
class ReasonRow:
    """A reason of a group, what the citizen is told, and the proof it needs."""

    group: str
    code: str
    name: str
    advice: str
    needs: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """A hotline that was merged into this one; ``owner`` is the code of who owns its policy."""

    code: str
    name: str
    mode: str
    number: str
    owner: str
    since: date
    service: str


@dataclass(frozen=True, slots=True)
class TagRow:
    """One tag of the city's taxonomy."""

    code: str
    group: str
    name: str
    note: str


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """News or a selected answer; ``category`` and ``unit`` are codes, empty for none."""

    code: str
    kind: ArticleKind
    title: str
    body: str
    published_at: datetime
    demo: bool
    category: str = ""
    unit: str = ""
    wordings: tuple[str, ...] = ()
    visibility: Visibility = Visibility.PUBLIC
    source: str = ""
    clause: str = ""
    review_on: date | None = None
    expires_on: date | None = None


@transaction.atomic(savepoint=False)
def sync_categories(rows: Sequence[CategoryRow]) -> Changes:
    """Let the tree of matters be these rows; others are switched off. Up to three statements."""
    held = {category.code: category for category in Category.objects.order_by("pk")}
    new = [Category(code=row.code) for row in rows if row.code not in held]
    held |= {each.code: each for each in bulk.add(Category, new)}
    names = _full_names(rows)
    wanted: dict[str, dict[str, object]] = {
        row.code: {
            "parent_id": held[row.parent].pk if row.parent else None,
            "name": row.name,
            "aliases": row.aliases,
            "full_name": names[row.code],
            "active": True,
        }
        for row in rows
    }
    found = compare(held, wanted, off={"active": False})
    bulk.store(Category, found.touched, found.fields)
    return found.told("诉求分类", new, lambda each: each.full_name)


def _full_names(rows: Sequence[CategoryRow]) -> dict[str, str]:
    """Return the names from the top down, parted by slashes; parents stand anywhere in ``rows``."""
    by_code: Mapping[str, CategoryRow] = {row.code: row for row in rows}
    names: dict[str, str] = {}
    for row in sorted(rows, key=lambda each: len(each.code)):
        above = names[by_code[row.parent].code] + "/" if row.parent else ""
        names[row.code] = above + row.name
    return names


@transaction.atomic(savepoint=False)
def sync_reasons(rows: Sequence[ReasonRow]) -> Changes:
    """Let the reasons be these rows; others are switched off. Up to three statements."""
    held = {(reason.group, reason.code): reason for reason in Reason.objects.order_by("pk")}
    wanted = {(row.group, row.code): asdict(row) | {"active": True} for row in rows}
    found = compare(held, wanted, off={"active": False})
    new = [Reason(**wanted[key]) for key in found.missing]
    bulk.add(Reason, new)
    bulk.store(Reason, found.touched, found.fields)
    return found.told("原因", new, lambda each: each.name)


@transaction.atomic(savepoint=False)
def sync_lines(rows: Sequence[LineRow]) -> Changes:
    """Let the merged lines be these rows; others are switched off. Up to four statements.

    Source: R-166 (requirements 61, 94; handbook domain.md 1.1 row 1).
    """
    units: dict[str, int] = dict(Unit.objects.values_list("code", "pk")) if rows else {}
    held = {each.code: each for each in Line.objects.order_by("pk")}
    wanted: dict[str, dict[str, object]] = {
        row.code: {
            "name": row.name,
            "mode": row.mode,
            "number": row.number,
            "owner_id": units[row.owner],
            "since": row.since,
            "service": row.service,
            "active": True,
        }
        for row in rows
    }
    found = compare(held, wanted, off={"active": False})
    new = [Line(code=code, **wanted[code]) for code in found.missing]
    bulk.add(Line, new)
    bulk.store(Line, found.touched, found.fields)
    return found.told("归并热线", new, lambda each: each.name)


@transaction.atomic(savepoint=False)
def sync_tags(rows: Sequence[TagRow]) -> Changes:
    """Let the tags be these rows; others are switched off. Up to three statements."""
    held = {tag.code: tag for tag in Tag.objects.order_by("pk")}
    wanted = {row.code: asdict(row) | {"active": True} for row in rows}
    found = compare(held, wanted, off={"active": False})
    new = [Tag(**wanted[key]) for key in found.missing]
    bulk.add(Tag, new)
    bulk.store(Tag, found.touched, found.fields)
    return found.told("标签", new, lambda each: each.name)


@transaction.atomic(savepoint=False)
def sync_articles(rows: Sequence[ArticleRow], *, now: datetime | None = None) -> Changes:
    """Let these articles be published as written here. Up to nine statements.

    Articles that are not among them belong to the city's editors and are left alone, except those
    written for demonstrations, which are taken down. A changed answer becomes a new version.
    """
    categories: dict[str, int] = dict(Category.objects.values_list("code", "pk"))
    units: dict[str, int] = dict(Unit.objects.values_list("code", "pk"))
    wanted: dict[str, dict[str, object]] = {
        row.code: {
            "kind": row.kind.value,
            "title": row.title,
            "body": row.body,
            "wordings": list(row.wordings),
            "category_id": categories.get(row.category),
            "unit_id": units.get(row.unit),
            "visibility": row.visibility.value,
            "source_code": row.source,
            "clause": row.clause,
            "review_on": row.review_on,
            "expires_on": row.expires_on,
            "demo": row.demo,
            "published_at": row.published_at,
        }
        for row in rows
    }
    held = {
        article.code: article
        for article in Article.objects.order_by("pk")
        if article.demo or article.code in wanted
    }
    found = compare(held, wanted, off={"published_at": None})
    at = now or max((row.published_at for row in rows), default=None)
    new = [Article(code=code, **wanted[code], changed_at=at) for code in found.missing]
    for article in found.touched:
        article.changed_at = at
    bulk.add(Article, new)
    bulk.store(Article, found.touched, (*found.fields, "changed_at") if found.touched else ())
    ended = {id(article) for article in found.ended}
    shown = [a for a in (*new, *found.touched) if a.kind == ArticleKind.ANSWER.value]
    if shown and at:
        load_versions([a for a in shown if id(a) not in ended], at)
        end_versions([a for a in shown if id(a) in ended], at)
    return found.told("动态和答复", new, lambda each: each.title)
