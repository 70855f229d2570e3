"""Questions about corrections of what rules say of themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from huiyin.kernel.cached import remembered
from huiyin.kernel.paging import Page, page
from huiyin.knowledge.models import CaseClass, LimitRule, Parameter, RuleWording, ScoringScheme
from huiyin.knowledge.states import WordingKind, WordingState

Worded = LimitRule | Parameter | ScoringScheme | CaseClass


@dataclass(frozen=True, slots=True)
class Table:
    """Where the rules of a kind lie: the field that names one, and the field of its words."""

    model: type[Worded]
    code: str = "code"
    text: str = "text"


TABLES: dict[WordingKind, Table] = {
    WordingKind.LIMIT: Table(LimitRule),
    WordingKind.PARAMETER: Table(Parameter, code="key"),
    WordingKind.SCORING: Table(ScoringScheme),
    WordingKind.CLASS: Table(CaseClass, text="standard"),
}


def rule_row(kind: WordingKind, key: int) -> Worded | None:
    """Return one dated row of a rule. One query."""
    found: Worded | None = TABLES[kind].model._default_manager.filter(pk=key).first()
    return found


def code_of(kind: WordingKind, row: Worded) -> str:
    """Return what a rule is called."""
    return str(getattr(row, TABLES[kind].code))


def text_of(kind: WordingKind, row: Worded) -> str:
    """Return what a rule says of itself; for a class of orders, its handling standard."""
    return str(getattr(row, TABLES[kind].text))


def row_of(wording: RuleWording) -> Worded | None:
    """Return the row that a correction is about; None once it is gone. One query."""
    table = TABLES[WordingKind(wording.kind)]
    named = {table.code: wording.code, "valid_from": wording.valid_from}
    found: Worded | None = table.model._default_manager.filter(**named).first()
    return found


def wordings_of(kind: WordingKind, row: Worded) -> QuerySet[RuleWording]:
    """Return the corrections of one row, the latest first. One query."""
    rows = RuleWording.objects.select_related("asked_by", "decided_by").order_by("-pk")
    return rows.filter(kind=kind.value, code=code_of(kind, row), valid_from=row.valid_from)


def wordings(show: str, *, cursor: str = "", size: int = 50) -> Page[RuleWording]:
    """Return one page of corrections, the latest first; ``show`` is a state or "". One query."""
    rows = RuleWording.objects.select_related("asked_by", "decided_by")
    if show:
        rows = rows.filter(state=show)
    return page(rows, by=("-id",), cursor=cursor, size=size)


def wording(key: int) -> RuleWording | None:
    """Return one correction. One query."""
    return RuleWording.objects.select_related("asked_by", "decided_by").filter(pk=key).first()


def wordings_waiting() -> int:
    """Return how many corrections wait for the second person. One query."""
    return RuleWording.objects.filter(state=WordingState.ASKED.value).count()


@remembered()
def _done() -> tuple[RuleWording, ...]:
    return tuple(RuleWording.objects.filter(state=WordingState.DONE.value).order_by("pk"))


def as_corrected(kind: WordingKind, wanted: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Return rows of a profile in the corrected words where they still have words of before.

    So a profile that is older than a correction neither undoes it nor is refused. One query in
    a load of all kinds.

    Source: R-392 (handbook domain.md 2.9, rules with effective dates).
    """
    table = TABLES[kind]
    past: dict[tuple[str, date], set[tuple[str, str]]] = {}
    now: dict[tuple[str, date], tuple[str, str]] = {}
    for row in _done():
        if row.kind != kind:
            continue
        key = (row.code, row.valid_from)
        past.setdefault(key, set()).add((row.old_text, row.old_source))
        now[key] = (row.text, row.source)
    return [_corrected(table, row, past, now) for row in wanted]


def _corrected(
    table: Table,
    row: Mapping[str, Any],
    past: Mapping[tuple[str, date], set[tuple[str, str]]],
    now: Mapping[tuple[str, date], tuple[str, str]],
) -> Mapping[str, Any]:
    key = (row[table.code], row["valid_from"])
    if (row[table.text], row["source"]) not in past.get(key, ()):
        return row
    text, source = now[key]
    return {**row, table.text: text, "source": source}
