"""Questions about the catalogue, limits, parameters, reasons and articles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.knowledge import rules
from huiyin.knowledge.article_states import Visibility
from huiyin.knowledge.models import (
    Article,
    CaseClass,
    CatalogueItem,
    Category,
    LimitRule,
    Line,
    Parameter,
    Reason,
    RuleTrial,
    ScoringScheme,
    Tag,
)
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ArticleKind, ReasonGroup
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Unit
from huiyin.worktime.calendar import SHANGHAI
from huiyin.worktime.deadline import AMBER_PERCENT


@remembered()
def _limits() -> tuple[LimitRule, ...]:
    return tuple(LimitRule.objects.all())


@remembered()
def _parameters() -> tuple[Parameter, ...]:
    return tuple(Parameter.objects.all())


@remembered()
def _choice(clock: str, matter: Matter, day: date) -> LimitRule | None:
    return rules.choose_limit(_limits(), clock, matter, day)


def limit_for(clock: str, matter: Matter, at: datetime) -> LimitRule | None:
    """Return the limit of ``clock`` for ``matter`` in force on the local day of ``at``.

    ``clock`` is a ``ClockKind`` or the name of a limit that is no clock of an order.

    None when the city sets no such limit. No query while the rows are remembered.
    """
    return _choice(str(clock), matter, at.astimezone(SHANGHAI).date())


def parameter(key: str, at: datetime, default: Any) -> Any:
    """Return the value of a parameter in force on the local day of ``at``, else ``default``."""
    valid = rules.valid_on(
        (p for p in _parameters() if p.key == key), at.astimezone(SHANGHAI).date()
    )
    return max(valid, key=lambda p: p.valid_from).value if valid else default


@remembered()
def _classes() -> tuple[CaseClass, ...]:
    return tuple(CaseClass.objects.order_by("code", "valid_from"))


def case_classes(at: datetime) -> list[CaseClass]:
    """Return the classes in force on the local day of ``at``, by code. No query while remembered.

    Source: R-165 (requirements 17, 105; handbook domain.md 2.2).
    """
    return rules.valid_on(_classes(), at.astimezone(SHANGHAI).date())


def class_for(matter: Matter, at: datetime) -> CaseClass | None:
    """Return the class that ``matter`` falls into by itself. No query while remembered."""
    return rules.choose_class(_classes(), matter, at.astimezone(SHANGHAI).date())


def case_class(code: str, at: datetime) -> CaseClass | None:
    """Return the class with this code that is in force. No query while remembered."""
    return next((c for c in case_classes(at) if c.code == code), None)


def class_by_id(key: int | None) -> CaseClass | None:
    """Return a class by its key, ended ones too. No query while remembered."""
    return next((c for c in _classes() if c.pk == key), None) if key else None


def class_names() -> dict[str, str]:
    """Return the names of all classes, past ones too, by code. No query while remembered."""
    return {row.code: row.name for row in _classes()}


@remembered(60)
def every_line() -> tuple[Line, ...]:
    """Return the merged lines, those switched off too. One query, remembered for a minute."""
    return tuple(Line.objects.select_related("owner").order_by("code"))


def lines() -> list[Line]:
    """Return the merged lines in use, by code. No query while remembered.

    Source: R-166 (requirements 61, 94; handbook domain.md 1.1 row 1).
    """
    return [each for each in every_line() if each.active]


def line(code: str) -> Line | None:
    """Return the merged line in use with this code. No query while remembered."""
    return next((each for each in lines() if each.code == code), None)


def line_by_id(key: int | None) -> Line | None:
    """Return a merged line by its key, ended ones too. No query while remembered."""
    return next((each for each in every_line() if each.pk == key), None) if key else None


def every_class() -> tuple[CaseClass, ...]:
    """Return every class of orders, by code and date. No query while remembered."""
    return _classes()


def scoring_schemes() -> QuerySet[ScoringScheme]:
    """Return every weighting, by code and date. One query."""
    return ScoringScheme.objects.order_by("code", "valid_from")


def scoring(code: str, at: datetime) -> ScoringScheme | None:
    """Return the weights in force on the local day of ``at``. One query."""
    rows = ScoringScheme.objects.filter(code=code)
    valid = rules.valid_on(rows, at.astimezone(SHANGHAI).date())
    return max(valid, key=lambda row: row.valid_from, default=None)


def checklist(verb: str, at: datetime) -> tuple[str, ...]:
    """Return the standard items of a step in force, to be read beside its form. No query.

    Source: R-157 (requirement 135: standard items as checklists in each step).
    """
    rows = parameter("step.checklists", at, default=[])
    return next((tuple(row["items"]) for row in rows if row["verb"] == verb), ())


def amber(at: datetime) -> int:
    """Return from which per cent of its time on a limit is shown as amber.

    Source: R-09 (own default; handbook domain.md 4.3, timers).
    """
    return int(parameter("warn.amber_percent", at, default=AMBER_PERCENT))


def limit_rules() -> QuerySet[LimitRule]:
    """Return every limit, by clock and date. One query."""
    return LimitRule.objects.order_by("clock", "code", "valid_from")


def parameters() -> QuerySet[Parameter]:
    """Return every parameter, by key and date. One query."""
    return Parameter.objects.order_by("key", "valid_from")


@remembered(60)
def categories() -> tuple[Category, ...]:
    """Return the active categories by code. One query, remembered for a minute."""
    return tuple(Category.objects.filter(active=True).order_by("code"))


def category(code: str) -> Category | None:
    """Return the active category with this code. No query while remembered."""
    return next((c for c in categories() if c.code == code), None)


def category_by_id(key: int) -> Category | None:
    """Return the active category with this key. No query while remembered."""
    return next((c for c in categories() if c.pk == key), None)


@remembered(60)
def reasons(group: ReasonGroup) -> tuple[Reason, ...]:
    """Return the active reasons of a group by code. One query, remembered for a minute."""
    return tuple(Reason.objects.filter(group=group.value, active=True).order_by("code"))


def reason(group: ReasonGroup, code: str) -> Reason | None:
    """Return one active reason. No query while remembered."""
    return next((r for r in reasons(group) if r.code == code), None)


@remembered(60)
def tags() -> tuple[Tag, ...]:
    """Return the active tags by group and code. One query, remembered for a minute."""
    return tuple(Tag.objects.filter(active=True).order_by("group", "code"))


@remembered(60)
def _tag_names() -> dict[str, str]:
    return dict(Tag.objects.values_list("code", "name"))


def tag_name(code: str) -> str:
    """Return the name of a tag, also of one that is no longer in use. No query while remembered."""
    return _tag_names().get(code, code)


def responsible_for(
    category: Category, day: date, places: Sequence[str] = ()
) -> list[CatalogueItem]:
    """Return the catalogue items of a category or of those above it that hold there. One query.

    The narrowest place comes first, then the nearest category. Of one place and category, what a
    ruling entered comes before what the profile says, the latest first. ``places`` are the codes of
    where the matter lies, from the city to the street; without them only what holds everywhere.

    Source: R-391, R-510 (requirements 152, 211; handbook domain.md 1.2 (五), 2.8).
    """
    codes = [category.code[:length] for length in range(len(category.code), 0, -2)]
    items = CatalogueItem.objects.select_related("lead", "category").filter(
        category__code__in=codes, valid_from__lte=day
    )
    there = [
        (-narrow, _nearest(item), item)
        for item in rules.valid_on(items, day)
        if (narrow := rules.narrowness(item.regions, places)) is not None
    ]
    return [item for _, _, item in sorted(there, key=lambda found: found[:2])]


def _nearest(item: CatalogueItem) -> tuple[int, bool, int, str]:
    age = -item.valid_from.toordinal() if item.ruling else 0
    return -len(item.category.code), not item.ruling, age, item.code


def catalogue(
    words: str,
    day: date,
    *,
    every: bool = False,
    below: str = "",
    cursor: str = "",
    size: int = 50,
) -> Page[CatalogueItem]:
    """Return one page of the catalogue by code: what holds on ``day``, or every row. One query.

    ``below`` narrows it to a branch of the tree, by the code of its category. The words may also
    name the place to which a row is limited.
    """
    rows = CatalogueItem.objects.select_related("category", "lead")
    if not every:
        open_end = Q(valid_to__isnull=True) | Q(valid_to__gt=day)
        rows = rows.filter(open_end, valid_from__lte=day)
    if below:
        rows = rows.filter(category__code__startswith=below)
    for word in words.split()[:5]:
        matter = Q(matter__icontains=word) | Q(category__full_name__icontains=word)
        lead = Q(lead__name__icontains=word) | Q(lead__short_name__icontains=word)
        named = [place.code for place in orgs.all_regions() if word in place.name]
        rows = rows.filter(matter | lead | Q(code__iexact=word) | Q(regions__overlap=named))
    return page(rows, by=("code", "id"), cursor=cursor, size=size)


def all_reasons() -> QuerySet[Reason]:
    """Return every reason, by group and code, those switched off too. One query."""
    return Reason.objects.order_by("group", "-active", "code")


def articles_listed(
    kind: ArticleKind | None, show: str, *, now: datetime, cursor: str = "", size: int = 50
) -> Page[Article]:
    """Return one page of articles, newest first; ``show`` is published, draft or "". One query."""
    rows = Article.objects.select_related("category", "unit")
    if kind:
        rows = rows.filter(kind=kind.value)
    if show == "published":
        rows = rows.filter(published_at__lte=now)
    elif show == "draft":
        rows = rows.filter(published_at__isnull=True)
    return page(rows, by=("-id",), cursor=cursor, size=size)


def article_by_key(key: int) -> Article | None:
    """Return one piece of news, published or not. One query."""
    rows = Article.objects.select_related("category", "unit")
    return rows.filter(pk=key, kind=ArticleKind.NEWS.value).first()


def published(kind: ArticleKind, now: datetime) -> QuerySet[Article]:
    """Return the articles of a kind that everybody may read now, newest first. One query."""
    today = now.astimezone(SHANGHAI).date()
    rows = Article.objects.filter(
        Q(expires_on__isnull=True) | Q(expires_on__gt=today),
        kind=kind.value,
        published_at__lte=now,
        visibility=Visibility.PUBLIC.value,
    )
    return rows.order_by("-published_at", "-pk")


def article(kind: ArticleKind, code: str, now: datetime) -> Article | None:
    """Return one published article. One query."""
    return published(kind, now).filter(code=code).select_related("category", "unit").first()


def trials() -> QuerySet[RuleTrial]:
    """Return the trials of changed rules, latest first, without their texts. One query."""
    return RuleTrial.objects.defer("text", "result").order_by("-pk")


def trial(key: int) -> RuleTrial | None:
    """Return one trial. One query."""
    return RuleTrial.objects.defer("text").filter(pk=key).first()


def led_by(unit: Unit, day: date) -> list[CatalogueItem]:
    """Return the rows of the catalogue in force that name a unit as lead, by code. One query."""
    rows = CatalogueItem.objects.select_related("category").filter(lead=unit, valid_from__lte=day)
    return rules.valid_on(rows.order_by("code"), day)
