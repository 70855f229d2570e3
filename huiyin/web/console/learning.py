"""What was learned: versions of models with their figures, and routes that went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from huiyin.channels.assistant.states import Task
from huiyin.dispatch.learning import actions, queries, rules
from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.rules import Accepted, Costs
from huiyin.dispatch.learning.states import Field, ModelState, Purpose
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import CostsForm
from huiyin.web.staff import StaffRequest, staff_page

MEASURED = timedelta(days=180)
SWITCHES: tuple[tuple[str, str, bool], ...] = (
    *((f"suggest.{each.value}", f"登记和派单：{each.label}", True) for each in Field),
    ("suggest.articles", "知识库问答", True),
    ("suggest.duplicates", "像是同一件事", True),
    ("suggest.filings", "备案的疑难事项", True),
    ("suggest.incidents", "群体事件", True),
    ("suggest.replies", "回复体检", True),
    *((f"assistant.{each.value}", f"助手：{each.label}", False) for each in Task),
)
"""What a city may switch on and off: the parameter, its name, and what holds without it."""
MOST_ROUTES = 100


@require_GET
@staff_page(Perm.RULES, Perm.CONTENT)
def models(request: StaffRequest) -> HttpResponse:
    """Show one page of versions, newest first, with what people took. Two queries."""
    page = queries.versions(cursor=request.GET.get("cursor", ""))
    since = clock.now() - MEASURED
    found = {
        "page": page,
        "models": [_shown(row) for row in page.rows],
        "taken": queries.taken_shares(since),
        "tab": "models",
    }
    return render(request, "console/models.html", found)


@require_GET
@staff_page(Perm.RULES, Perm.CONTENT)
def model(request: StaffRequest, key: int) -> HttpResponse:
    """Show one version, its figures beside those of the version in use. Two queries."""
    row = queries.version(key)
    if row is None:
        raise NotFound("没有这个版本")
    used = queries.in_use(Purpose(row.purpose))
    other = used if used is not None and used.pk != row.pk else None
    found = _shown(row) | {
        "other": _shown(other) if other else None,
        "recall": _recall(row, other),
        "may": Perm.RULES in request.staff.perms,
    }
    return render(request, "console/model.html", found)


@require_POST
@staff_page(Perm.RULES)
def activate(request: StaffRequest, key: int) -> HttpResponse:
    """Take a version into use."""
    actions.activate(key, by=request.actor, now=clock.now())
    return redirect("console:model", key=key)


@require_POST
@staff_page(Perm.RULES)
def switch_off(request: StaffRequest, key: int) -> HttpResponse:
    """Stop using a version."""
    actions.switch_off(key, by=request.actor, now=clock.now())
    return redirect("console:model", key=key)


@require_GET
@staff_page(Perm.RULES, Perm.CONTENT)
def routes(request: StaffRequest) -> HttpResponse:
    """Show the routes that were accepted as wrong in the last half year. Two queries."""
    now = clock.now()
    found = queries.wrong_routes(now - MEASURED, now)
    shown = [(each, f"{100 * each.rate:.1f}%") for each in found[:MOST_ROUTES]]
    facts = {"routes": shown, "days": MEASURED.days, "tab": "routes"}
    facts["sees_all"] = Perm.SEE_ALL in request.staff.perms
    return render(request, "console/routes.html", facts)


@dataclass(frozen=True, slots=True)
class Level:
    """A threshold on the page: what it would accept, what that costs, and where it stands."""

    of: Accepted
    cost: float
    cheapest: bool


@require_GET
@staff_page(Perm.RULES, Perm.CONTENT)
def thresholds(request: StaffRequest) -> HttpResponse:
    """Show from when on the platform suggests, and what other costs would lead to. One query.

    Source: R-560 (requirement 211; the city sets the threshold by cost).
    """
    now = clock.now()
    held = queries.costs(now)
    asked = CostsForm(request.GET if "wrong" in request.GET else None, held=held)
    tried = asked.costs(held)
    found = {
        "tab": "thresholds",
        "form": asked,
        "held": held,
        "least": _percent(rules.threshold(held)),
        "of_class": [
            (knowledge.category(code) or code, minutes, _percent(rules.threshold(held, code)))
            for code, minutes in sorted(held.wrong_of.items())
        ],
        "tried": tried if asked.is_bound and asked.is_valid() else None,
        "tried_least": _percent(rules.threshold(tried)),
        "models": [
            (row, Purpose(row.purpose), _levels(queries.acceptance_of(row), tried))
            for row in queries.all_in_use()
        ],
        "switches": _switches(now),
    }
    status = 422 if asked.is_bound and not asked.is_valid() else 200
    return render(request, "console/thresholds.html", found, status=status)


def _levels(found: Sequence[Accepted], costs: Costs) -> list[Level]:
    """Return each threshold with what it costs, the cheapest marked."""
    prices = [each.cost(costs) for each in found]
    least = min(prices, default=0.0)
    return [Level(each, price, price == least) for each, price in zip(found, prices, strict=True)]


def _switches(now: datetime) -> list[tuple[str, str, bool]]:
    return [
        (key, label, bool(knowledge.parameter(key, now, default=usual)))
        for key, label, usual in SWITCHES
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"


def _shown(row: ModelVersion) -> dict[str, Any]:
    figures = row.figures
    return {
        "model": row,
        "purpose": Purpose(row.purpose),
        "state": ModelState(row.state),
        "by": "最近的五分之一" if row.hold_out_by == "time" else "每类的五分之一",
        "f1": f"{figures['macro_f1']:.3f}",
        "ece": f"{figures['ece']:.3f}",
        "at_90": f"{figures['accuracy_at_90']:.3f}",
        "from_90": f"{figures['threshold_at_90']:.2f}" if "threshold_at_90" in figures else "",
        "accepted": f"{figures['accepted_share']:.0%}",
        "right": f"{figures['accepted_accuracy']:.3f}",
        "cost": f"{figures['cost_with_model']:.0f}",
        "by_hand": f"{figures['cost_by_hand']:.0f}",
        "size": f"{row.size / 1e6:.1f}",
    }


def _recall(row: ModelVersion, other: ModelVersion | None) -> list[tuple[str, str, str]]:
    """Return each label with its recall here and in the version in use, the lowest first."""
    theirs: dict[str, float] = other.figures["recall"] if other else {}
    mine: dict[str, float] = row.figures["recall"]
    return [
        (label, f"{mine[label]:.3f}", f"{theirs[label]:.3f}" if label in theirs else "")
        for label in sorted(mine, key=lambda each: (mine[each], each))
    ]
