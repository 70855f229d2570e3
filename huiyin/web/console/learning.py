"""What was learned: versions of models with their figures, and routes that went wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from huiyin.dispatch.learning import actions, queries
from huiyin.dispatch.learning.models import ModelVersion
from huiyin.dispatch.learning.states import ModelState, Purpose
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page

MEASURED = timedelta(days=180)
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
