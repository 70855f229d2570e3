"""Rules with dates: limits, parameters, the dispatch catalogue. They are ended, not rewritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, TypeVar

from django.db import transaction

from huiyin.kernel import bulk
from huiyin.kernel.compare import Changes
from huiyin.kernel.errors import Refused
from huiyin.knowledge import rules, wording_queries
from huiyin.knowledge.models import (
    CaseClass,
    CatalogueItem,
    Category,
    Document,
    LimitRule,
    Parameter,
    ScoringScheme,
)
from huiyin.knowledge.rules import Key, Plan, Version
from huiyin.knowledge.states import WordingKind
from huiyin.orgs.models import Unit

M = TypeVar("M", LimitRule, Parameter, CatalogueItem, CaseClass, ScoringScheme, Document)


class PastRewritten(Refused):
    """A row would change what has held already; ``rows`` tells each and why."""

    def __init__(self, kind: str, rows: Sequence[tuple[Key, str]]) -> None:
        self.rows = tuple(rows)
        told = [f"{kind} {code}（{day:%Y-%m-%d} 起）{why}" for (code, day), why in self.rows]
        super().__init__("\n".join(told))


@dataclass(frozen=True, slots=True)
class LimitRow:
    """One limit of one clock; empty selectors match everything."""

    code: str
    clock: str
    kind: str
    category: str
    urgency: str
    channel: str
    round: int | None
    limit: str
    postpone: bool
    valid_from: date
    valid_to: date | None
    source: str
    text: str
    case_class: str = ""


@dataclass(frozen=True, slots=True)
class ClassRow:
    """One class of orders, with its standard and the conditions under which it is given."""

    code: str
    name: str
    standard: str
    checklist: list[str]
    categories: list[str]
    kinds: list[str]
    urgencies: list[str]
    by_hand: bool
    valid_from: date
    valid_to: date | None
    source: str


@dataclass(frozen=True, slots=True)
class ScoringRow:
    """The weights of a city's indicators, in hundredths."""

    code: str
    name: str
    weights: dict[str, int]
    partly_solved: int
    fairly_satisfied: int
    least_valid: int
    valid_from: date
    valid_to: date | None
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class ParameterRow:
    """One figure or choice; ``value`` is as JSON knows it."""

    key: str
    value: object
    valid_from: date
    valid_to: date | None
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class CatalogueRow:
    """Who is responsible for a matter, and where; category, units and places are codes."""

    code: str
    category: str
    matter: str
    lead: str
    lead_level: str
    assist: tuple[str, ...]
    basis: str
    valid_from: date
    valid_to: date | None
    regions: tuple[str, ...] = ()


@transaction.atomic(savepoint=False)
def sync_limits(rows: Sequence[LimitRow], *, today: date, in_use: bool) -> Changes:
    """Let the limits be these rows from now on. Three to six statements.

    Raises:
        PastRewritten: a row would change what has held already.

    Source: R-32 (handbook domain.md 2.9, rules with effective dates).
    """
    wanted = wording_queries.as_corrected(WordingKind.LIMIT, [asdict(row) for row in rows])
    return _sync("时限", LimitRule, wanted, today=today, in_use=in_use)


@transaction.atomic(savepoint=False)
def sync_classes(rows: Sequence[ClassRow], *, today: date, in_use: bool) -> Changes:
    """Let the classes of orders be these rows from now on. Three to six statements.

    Raises:
        PastRewritten: a row would change what has held already.

    Source: R-165, R-512 (requirements 17, 105; handbook domain.md 2.2, 2.9).
    """
    wanted = wording_queries.as_corrected(WordingKind.CLASS, [asdict(row) for row in rows])
    return _sync("工单类别", CaseClass, wanted, today=today, in_use=in_use)


@transaction.atomic(savepoint=False)
def sync_scoring(rows: Sequence[ScoringRow], *, today: date, in_use: bool) -> Changes:
    """Let the weights be these rows from now on. Three to six statements.

    Raises:
        PastRewritten: a row would change what has held already.

    Source: R-171 (requirement 175; handbook domain.md 2.3, 2.9, 2.10).
    """
    wanted = wording_queries.as_corrected(WordingKind.SCORING, [asdict(row) for row in rows])
    return _sync("计分办法", ScoringScheme, wanted, today=today, in_use=in_use)


@transaction.atomic(savepoint=False)
def sync_parameters(rows: Sequence[ParameterRow], *, today: date, in_use: bool) -> Changes:
    """Let the parameters be these rows from now on. Three to six statements.

    Raises:
        PastRewritten: a row would change what has held already.

    Source: R-32 (handbook domain.md 2.9, rules with effective dates).
    """
    wanted = wording_queries.as_corrected(WordingKind.PARAMETER, [asdict(row) for row in rows])
    return _sync("参数", Parameter, wanted, code="key", today=today, in_use=in_use)


@transaction.atomic(savepoint=False)
def sync_catalogue(rows: Sequence[CatalogueRow], *, today: date, in_use: bool) -> Changes:
    """Let the dispatch catalogue be these rows from now on, but for what rulings have entered.

    Four to seven statements.

    Raises:
        PastRewritten: a row would change what has held already.

    Source: R-32 (handbook domain.md 2.9, rules with effective dates).
    """
    categories: dict[str, int] = dict(Category.objects.values_list("code", "pk"))
    units: dict[str, int] = dict(Unit.objects.values_list("code", "pk"))
    wanted = [
        {
            "code": row.code,
            "category_id": categories[row.category],
            "matter": row.matter,
            "lead_id": units[row.lead],
            "lead_level": row.lead_level,
            "assist_codes": list(row.assist),
            "basis": row.basis,
            "regions": list(row.regions),
            "valid_from": row.valid_from,
            "valid_to": row.valid_to,
        }
        for row in rows
    ]
    return _sync("派单目录", CatalogueItem, wanted, today=today, in_use=in_use, only={"ruling": ""})


def _sync(
    kind: str,
    model: type[M],
    wanted: Sequence[Mapping[str, Any]],
    *,
    code: str = "code",
    today: date,
    in_use: bool,
    only: Mapping[str, object] | None = None,
) -> Changes:
    """Carry out ``rules.succession`` for one table; ``code`` is the field that names a rule.

    With ``only`` rows that have other values in these columns are left alone.
    """
    told = wanted[0] if wanted else {}
    fields = [name for name in told if name not in (code, "valid_from", "valid_to")]
    rows = {(row[code], row["valid_from"]): row for row in wanted}
    held = {
        (getattr(each, code), each.valid_from): each
        for each in model._default_manager.filter(**(only or {})).order_by("pk")
    }
    plan: Plan = rules.succession(
        {key: _version(vars(each), fields) for key, each in held.items()},
        {key: _version(row, fields) for key, row in rows.items()},
        today=today,
        in_use=in_use,
    )
    if plan.refused:
        raise PastRewritten(kind, plan.refused)
    _carry_out(plan, model, rows, held)
    return Changes(
        kind,
        added=_names(plan.add),
        changed=_names(plan.replace),
        ended=_names([*plan.end, *plan.drop]),
        unchanged=plan.same,
    )


def _carry_out(
    plan: Plan, model: type[M], rows: Mapping[Key, Mapping[str, Any]], held: Mapping[Key, M]
) -> None:
    for key in plan.replace:
        for name, value in rows[key].items():
            setattr(held[key], name, value)
    for key, until in plan.end.items():
        held[key].valid_to = until
    touched = [held[key] for key in (*plan.replace, *plan.end)]
    dropped = [held[key].pk for key in plan.drop]
    if dropped:
        model._default_manager.filter(pk__in=dropped).delete()
    names = [field.name for field in model._meta.concrete_fields if not field.primary_key]
    bulk.store(model, touched, names)
    bulk.add(model, [model(**rows[key]) for key in plan.add])


def _version(values: Mapping[str, Any], fields: Sequence[str]) -> Version:
    return Version(tuple(values[name] for name in fields), values["valid_to"])


def _names(keys: Sequence[Key]) -> tuple[str, ...]:
    return tuple(f"{code}（{day:%Y-%m-%d} 起）" for code, day in sorted(keys))
