"""Simulated years: how far each run is, and its figures beside the published ones."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.insight.runs import queries
from huiyin.insight.runs.models import SimulationRun
from huiyin.insight.runs.queries import Compared
from huiyin.insight.runs.states import RunState
from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page

CLOSE = 0.02
"""A measured figure is called close to the published one within two points, or two per cent."""


@require_GET
@staff_page(Perm.RULES, Perm.CONTENT)
def runs(request: StaffRequest) -> HttpResponse:
    """Show one page of runs, newest first. One query beside the session."""
    page = queries.listed(cursor=request.GET.get("cursor", ""))
    now = clock.now()
    found = {"page": page, "runs": [_shown(run, now) for run in page.rows]}
    return render(request, "console/simulation.html", found)


@require_GET
@staff_page(Perm.RULES, Perm.CONTENT)
def run(request: StaffRequest, key: int) -> HttpResponse:
    """Show one run with its figures. One query beside the session."""
    found = queries.by_key(key)
    if found is None:
        raise NotFound("没有这次模拟")
    shown = _shown(found, clock.now())
    figures = [_figure(each) for each in queries.figures_of(found)]
    return render(request, "console/simulation_run.html", shown | {"figures": figures})


def _shown(run: SimulationRun, now: datetime) -> dict[str, Any]:
    state = RunState(run.state)
    return {
        "run": run,
        "state": state,
        "silent": queries.is_silent(run, now),
        "percent": round(100 * queries.share_done(run)),
        "speed": round(run.steps / run.seconds) if run.seconds else 0,
        "minutes": round(run.seconds / 60, 1),
    }


def _figure(each: Compared) -> dict[str, Any]:
    gap = each.difference
    return {
        "figure": each,
        "measured": _said(each.measured, share=each.share),
        "published": _said(each.published, share=each.share),
        "gap": "" if gap is None else f"{100 * gap:+.1f} {'个百分点' if each.share else '%'}",
        "tone": "" if gap is None else "green" if abs(gap) <= CLOSE else "amber",
    }


def _said(value: float | None, *, share: bool) -> str:
    if value is None:
        return ""
    return f"{100 * value:.1f}%" if share else f"{value:,.0f}"
