"""Rows of the dispatch catalogue that a ruling entered. They are ended, not rewritten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import transaction

from huiyin.kernel import text
from huiyin.kernel.errors import Invalid
from huiyin.knowledge import rules
from huiyin.knowledge.models import CatalogueItem, Category
from huiyin.knowledge.rules import Span
from huiyin.orgs.models import Unit

LONGEST = {"matter": 200, "basis": 300}
SHORTEST = 2


@dataclass(frozen=True, slots=True)
class RuledRow:
    """Who is responsible for a matter by a ruling; ``ruling`` is the number of the order.

    ``regions`` are the codes of the places in which it holds; none means the whole city.
    """

    code: str
    ruling: str
    matter: str
    category: Category
    lead: Unit
    assist: Sequence[Unit]
    basis: str
    valid_from: date
    valid_to: date | None = None
    regions: tuple[str, ...] = ()


@transaction.atomic
def enter_ruled(row: RuledRow, *, today: date) -> CatalogueItem:
    """Enter a row, follow the one that the same ruling entered before, or end that one.

    The caller holds the lock of the order, so that one ruling is entered once at a time.

    Raises:
        Invalid: words are missing or too long, or the past would be rewritten.

    Source: R-390 (requirements 47, 152; handbook domain.md 2.8: decided cases guide later ones).
    """
    matter, basis = text.clean(row.matter), text.clean(row.basis)
    _check_words({"matter": matter, "basis": basis})
    assist = tuple(unit.code for unit in row.assist)
    content = (matter, row.category.pk, row.lead.pk, assist, basis, row.regions)
    last = CatalogueItem.objects.filter(code=row.code).order_by("-valid_from").first()
    wanted = Span(row.valid_from, row.valid_to)
    if last is not None and _content(last) == content and last.valid_from == row.valid_from:
        rules.check_end(Span(last.valid_from, last.valid_to), wanted, today)
        return _ended(last, row.valid_to)
    held = Span(last.valid_from, last.valid_to) if last else None
    rules.check_follows(held, wanted, today)
    if last is not None and (last.valid_to is None or last.valid_to > row.valid_from):
        _ended(last, row.valid_from)
    return CatalogueItem.objects.create(
        code=row.code, ruling=row.ruling, matter=matter, category=row.category, lead=row.lead,
        assist_codes=list(assist), basis=basis, regions=list(row.regions),
        valid_from=row.valid_from, valid_to=row.valid_to,
    )  # fmt: skip


@transaction.atomic
def end_ruled(code: str, *, today: date) -> bool:
    """End the row of a ruling because it was ruled otherwise; tell whether there was one.

    It holds no more from today, or, entered today or for a later day, after its first day.

    Source: R-595 (requirements 47, 152; handbook domain.md 2.8).
    """
    last = CatalogueItem.objects.filter(code=code).order_by("-valid_from").first()
    if last is None or (last.valid_to is not None and last.valid_to <= today):
        return False
    _ended(last, max(today, last.valid_from + timedelta(days=1)))
    return True


def _content(item: CatalogueItem) -> tuple[object, ...]:
    words = item.matter, item.category_id, item.lead_id, tuple(item.assist_codes), item.basis
    return *words, tuple(item.regions)


def _ended(item: CatalogueItem, until: date | None) -> CatalogueItem:
    item.valid_to = until
    item.save(update_fields=["valid_to"])
    return item


def _check_words(words: dict[str, str]) -> None:
    wrong = {name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(words[name]) > most}
    wrong |= {name: "请填写" for name in LONGEST if len(words[name]) < SHORTEST}
    if wrong:
        raise Invalid("事项和依据须写明，也不能过长", fields=wrong)
