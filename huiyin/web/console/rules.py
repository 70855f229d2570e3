"""Which limits, parameters, matters and reasons are in force: read only, by date."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby
from typing import Any, Protocol

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.kernel import clock
from huiyin.knowledge import queries
from huiyin.knowledge.models import CaseClass, LimitRule
from huiyin.knowledge.rules import valid_on
from huiyin.knowledge.states import (
    CLOCK_LABELS,
    KIND_LABELS,
    REASON_LABELS,
    URGENCY_LABELS,
    Indicator,
    Kind,
    ReasonGroup,
    Urgency,
)
from huiyin.orders.queries import figures_by_line
from huiyin.orders.states import CHANNEL_LABELS
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import AsOfForm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.worktime import limits
from huiyin.worktime.calendar import SHANGHAI

READERS = (Perm.RULES, Perm.REPORTS)
# Limits that are no clocks of an order.
OTHER_CLOCKS = {
    "extension": "延期最长",
    "urge": "答复催办",
    "missed_call": "漏接回拨",
    "knowledge_update": "更新知识库",
}
_CLOCK_ORDER = {kind.value: n for n, kind in enumerate(CLOCK_LABELS)}


class Dated(Protocol):
    """A row that holds on the half-open days from ``valid_from`` to ``valid_to``."""

    @property
    def valid_from(self) -> date: ...  # noqa: D102
    @property
    def valid_to(self) -> date | None: ...  # noqa: D102


@require_GET
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show limits and parameters as of a day, and the rows before and after. Two queries."""
    form, day, status = _as_of(request)
    limit_rows = [_limit(row, day) for row in queries.limit_rules()]
    limit_rows.sort(key=lambda row: _CLOCK_ORDER.get(row["clock"], len(_CLOCK_ORDER)))
    parameters = [{"row": row, "when": when(row, day)} for row in queries.parameters()]
    in_force = [row for row in limit_rows if row["when"] == "now"]
    others = sum(row["when"] != "now" for row in (*limit_rows, *parameters))
    found = {
        "form": form,
        "day": day,
        "clocks": [(label, list(rows)) for label, rows in groupby(in_force, lambda r: r["label"])],
        "other_limits": [row for row in limit_rows if row["when"] != "now"],
        "parameters": [row for row in parameters if row["when"] == "now"],
        "other_parameters": [row for row in parameters if row["when"] != "now"],
        "others": others,
        "may_word": Perm.CONTENT in request.staff.perms,
        "tab": "rules",
    }
    return render(request, "console/rules.html", found, status=status)


@require_GET
@staff_page(*READERS)
def catalogue(request: StaffRequest) -> HttpResponse:
    """Show who is responsible for what, as of a day. One query."""
    form, day, status = _as_of(request)
    words = form.cleaned_data.get("q", "")
    page = queries.catalogue(words, day, cursor=request.GET.get("cursor", ""))
    found = {"form": form, "day": day, "page": page, "tab": "catalogue"}
    return render(request, "console/catalogue.html", found, status=status)


@require_GET
@staff_page(*READERS)
def reasons(request: StaffRequest) -> HttpResponse:
    """Show the reasons by group. One query."""
    rows = groupby(queries.all_reasons(), lambda row: row.group)
    known = {group.value: REASON_LABELS[group] for group in ReasonGroup}
    groups = [(known.get(group, group), list(found)) for group, found in rows]
    return render(request, "console/reasons.html", {"groups": groups, "tab": "reasons"})


@require_GET
@staff_page(*READERS)
def classes(request: StaffRequest) -> HttpResponse:
    """Show classes, weights, merged lines and the lines' figures of the month. Two queries."""
    form, day, status = _as_of(request)
    weights = [
        (row, [(each.label, row.weights[each]) for each in Indicator if each in row.weights])
        for row in valid_on(queries.scoring_schemes(), day)
    ]
    found = {
        "form": form,
        "day": day,
        "classes": [_class(row) for row in valid_on(queries.every_class(), day)],
        "weights": weights,
        "figures": figures_by_line(day.replace(day=1), day),
        "may_word": Perm.CONTENT in request.staff.perms,
        "tab": "classes",
    }
    return render(request, "console/classes.html", found, status=status)


def _class(row: CaseClass) -> dict[str, Any]:
    named = (queries.category(code) for code in row.categories)
    words = [each.full_name for each in named if each]
    words += [Kind(kind).label for kind in row.kinds]
    words += [Urgency(urgency).label for urgency in row.urgencies]
    chosen = "只由人选择" if row.by_hand else "其余诉求"
    return {"row": row, "for": "、".join(words) or chosen, "by_hand": row.by_hand}


def when(row: Dated, day: date) -> str:
    """Return whether a row holds on ``day``: "now", "past" or "future"."""
    if row.valid_from > day:
        return "future"
    return "past" if row.valid_to is not None and row.valid_to <= day else "now"


def _as_of(request: StaffRequest) -> tuple[AsOfForm, date, int]:
    today = clock.now().astimezone(SHANGHAI).date()
    asked = request.GET.copy()
    asked.setdefault("as_of", today.isoformat())
    form = AsOfForm(asked)
    fine = form.is_valid()
    return form, form.cleaned_data.get("as_of") or today, 200 if fine else 422


def _limit(row: LimitRule, day: date) -> dict[str, Any]:
    limit = limits.parse(row.limit, postpone=row.postpone)
    return {
        "row": row,
        "clock": row.clock,
        "label": {k.value: v for k, v in CLOCK_LABELS.items()}.get(
            row.clock, OTHER_CLOCKS.get(row.clock, row.clock)
        ),
        "words": limits.amount_in_words(limit),
        "postpone": limit.postpone,
        "for": "，".join(_selectors(row)) or "全部诉求",
        "when": when(row, day),
    }


def _selectors(row: LimitRule) -> Iterable[str]:
    """Say for which orders a limit is."""
    labels: tuple[tuple[str, dict[str, str]], ...] = (
        (row.urgency, {k.value: v for k, v in URGENCY_LABELS.items()}),
        (row.kind, {k.value: v for k, v in KIND_LABELS.items()}),
        (row.channel, {k.value: f"{v}渠道" for k, v in CHANNEL_LABELS.items()}),
    )
    for value, names in labels:
        if value:
            yield names.get(value, value)
    if row.case_class:
        yield queries.class_names().get(row.case_class, row.case_class)
    if row.category:
        category = queries.category(row.category)
        yield category.full_name if category else f"分类 {row.category}"
    if row.round:
        yield f"第 {row.round} 轮起"
