"""Assessment: rounds, rankings, a unit's figures, the orders behind them, and what units ask."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.assessment import actions, policy, queries, trying
from huiyin.assessment.actions import Asking, Opening
from huiyin.assessment.models import Round, UnitResult
from huiyin.assessment.states import FIXED, RoundState
from huiyin.assessment.trying import Changes
from huiyin.kernel import clock
from huiyin.kernel.errors import BadRequest, Invalid, NotFound, Refused
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench import assessment_told as told
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_assess import AskForm, CorrectForm, OpenForm, TrialForm
from huiyin.web.workbench.steps import put_on

READERS = (Perm.ASSESS, Perm.HANDLE, Perm.REPORTS)
TRIED_ROUNDS, PAST_ROUNDS = 3, 12
_STEPS: dict[str, Callable[..., Round]] = {
    "preview": actions.preview,
    "freeze": actions.freeze,
    "publish": actions.publish,
}


def _round(request: StaffRequest, key: int) -> Round:
    found = queries.round_by_key(key)
    if found is None or not policy.sees_round(request.actor, found):
        raise NotFound("没有这一考核期")
    return found


def _unit(request: StaffRequest, code: str) -> Unit:
    found = orgs.unit_with_code(code)
    if found is None or not policy.sees_unit(request.actor, found):
        raise NotFound("没有这个单位")
    return found


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of rounds; those who run assessments open a new one here."""
    form = OpenForm(request.POST or None)
    status = 200
    if request.method == "POST":
        policy.require_manager(request.actor)
        if form.is_valid():
            try:
                made = actions.open_round(
                    Opening(**form.cleaned_data), by=request.actor, now=clock.now()
                )
                return redirect("workbench:round", key=made.pk)
            except Invalid as refusal:
                put_on(form, refusal)
        status = 422
    dress(form)
    page = queries.rounds(request.actor, cursor=request.GET.get("cursor", ""))
    facts = {"page": page, "form": form, "may_open": Perm.ASSESS in request.actor.perms}
    return render(request, "workbench/assessment.html", facts, status=status)


@require_GET
@staff_page(*READERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show a round: its ranking, lists and figures of the city. Six queries beside the session."""
    return _shown(request, _round(request, key))


def _shown(
    request: StaffRequest, round_: Round, *, form: CorrectForm | None = None, refusal: str = ""
) -> HttpResponse:
    rows = [
        row for row in queries.results(round_) if policy.sees_result(request.actor, round_, row)
    ]
    whole = Perm.ASSESS in request.actor.perms
    everybody = whole or round_.standing is RoundState.PUBLISHED
    if form is None and whole and round_.standing in FIXED:
        form = CorrectForm(units=_members(rows))
    if form is not None:
        dress(form)
    facts = {
        "round": round_,
        "rows": [told.row(row, request.actor) for row in rows],
        "lists": told.lists(rows) if everybody else [],
        "weighted": told.weighted(round_),
        "city": told.city(round_, queries.city_figures(round_, PAST_ROUNDS)) if whole else [],
        "form": form,
        "refusal": refusal,
        "steps": _offered(round_) if whole else [],
        "corrections": [
            each
            for each in queries.corrections(round_)
            if everybody or policy.sees_unit(request.actor, each.unit)
        ],
    }
    status = 422 if refusal or (form is not None and form.errors) else 200
    return render(request, "workbench/round.html", facts, status=status)


def _members(rows: list[UnitResult]) -> Any:
    return orgs.units_with_keys([row.unit_id for row in rows])


def _offered(round_: Round) -> list[tuple[str, str]]:
    labels = {"preview": "计算并预告", "freeze": "冻结", "publish": "发布"}
    by_state = {
        RoundState.OPEN: ["preview"],
        RoundState.PREVIEW: ["preview", "freeze"],
        RoundState.FROZEN: ["publish"],
        RoundState.PUBLISHED: [],
    }
    return [(verb, labels[verb]) for verb in by_state[round_.standing]]


@require_POST
@staff_page(*READERS)
def step(request: StaffRequest, key: int, verb: str) -> HttpResponse:
    """Compute and show, freeze or publish a round."""
    round_ = _round(request, key)
    if verb not in _STEPS:
        raise NotFound("没有这一步")
    try:
        _STEPS[verb](round_.pk, by=request.actor, now=clock.now())
    except Refused as refusal:
        if refusal.status == 403:  # noqa: PLR2004 - the status of a person who may not
            raise
        response = _shown(request, round_, refusal=f"{refusal.message} {refusal.remedy}".strip())
        response.status_code = refusal.status
        return response
    return redirect("workbench:round", key=round_.pk)


@require_POST
@staff_page(*READERS)
def correct(request: StaffRequest, key: int) -> HttpResponse:
    """Enter a correction beside a fixed round."""
    round_ = _round(request, key)
    policy.require_manager(request.actor)
    form = CorrectForm(request.POST, units=_members(list(queries.results(round_))))
    if form.is_valid():
        clean = form.cleaned_data
        try:
            actions.correct(round_.pk, by=request.actor, now=clock.now(), **clean)
            return redirect("workbench:round", key=round_.pk)
        except Invalid as refusal:
            put_on(form, refusal)
    return _shown(request, round_, form=form)


@require_GET
@staff_page(*READERS)
def unit(request: StaffRequest, key: int, code: str) -> HttpResponse:
    """Show a unit's figures of a round, its history and the units below it. Five queries."""
    round_, whose = _round(request, key), _unit(request, code)
    result = queries.result_of(round_, whose)
    below = queries.results_below(round_, whose)
    if result is None and not below:
        raise NotFound("这个单位不在这一考核期内")
    past = queries.history(whose, until=round_.last_day)
    facts = {
        "round": round_,
        "unit": whose,
        "row": told.row(result, request.actor) if result else None,
        "figures": told.figures(round_, result, past) if result else [],
        "signals": told.signals(result) if result else [],
        "past": [told.row(each, request.actor) | {"round": each.round} for each in past],
        "trend": told.trend(past),
        "weighted": told.weighted(round_),
        "below": [told.row(each, request.actor) for each in below],
        "may_ask": round_.standing is RoundState.PREVIEW,
    }
    return render(request, "workbench/round_unit.html", facts)


@require_GET
@staff_page(*READERS)
def orders(request: StaffRequest, key: int, code: str, indicator: str, side: str) -> HttpResponse:
    """Show one page of the orders behind a figure; only those that this person may see anyway."""
    return _orders(request, _round(request, key), _unit(request, code), indicator, side)


@require_GET
@staff_page(Perm.ASSESS)
def city_orders(request: StaffRequest, key: int, indicator: str, side: str) -> HttpResponse:
    """Show one page of the orders behind a figure of the whole city."""
    return _orders(request, _round(request, key), None, indicator, side)


def _orders(
    request: StaffRequest, round_: Round, whose: Unit | None, indicator: str, side: str
) -> HttpResponse:
    if side not in ("numerator", "denominator"):
        raise NotFound("没有这样的清单")
    page = queries.orders_behind(
        request.actor, round_, whose, indicator, side=side, cursor=request.GET.get("cursor", "")
    )
    if page is None:
        raise NotFound("没有这项指标")
    facts = {
        "round": round_, "unit": whose, "page": page, "side": side,
        "indicator": queries.indicator_of(round_, indicator),
    }  # fmt: skip
    return render(request, "workbench/round_orders.html", facts)


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def requests(request: StaffRequest, key: int) -> HttpResponse:
    """Show what units ask of a round, and take a new request. Two queries beside the session."""
    round_ = _round(request, key)
    form = AskForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                actions.ask(
                    round_.pk, Asking(**form.cleaned_data), by=request.actor, now=clock.now()
                )
                return redirect("workbench:round_requests", key=round_.pk)
            except Refused as refusal:
                if refusal.status == 403:  # noqa: PLR2004 - the status of a person who may not
                    raise
                put_on(form, refusal)
                status = refusal.status
    dress(form)
    facts = {
        "round": round_,
        "page": queries.requests(request.actor, round_, cursor=request.GET.get("cursor", "")),
        "form": form,
        "may_ask": round_.standing is RoundState.PREVIEW and Perm.HANDLE in request.actor.perms,
        "may_decide": Perm.ASSESS in request.actor.perms,
    }
    return render(request, "workbench/round_requests.html", facts, status=status)


@require_POST
@staff_page(*READERS)
def request_step(request: StaffRequest, key: int) -> HttpResponse:
    """Decide a request, appeal against a refusal, or decide an appeal."""
    found = queries.request_by_key(key)
    if found is None or not policy.sees_unit(request.actor, found.unit):
        raise NotFound("没有这件申请")
    do, note, now = request.POST.get("do", ""), request.POST.get("note", "")[:500], clock.now()
    if do == "appeal":
        actions.appeal(key, by=request.actor, words=note, now=now)
    elif do in ("agree", "refuse"):
        decide = actions.decide_appeal if found.state == "appealed" else actions.decide
        decide(key, by=request.actor, agreed=do == "agree", note=note, now=now)
    else:
        raise BadRequest("请选择同意、不同意或申诉")
    return redirect("workbench:round_requests", key=found.round_id)


@require_GET
@staff_page(*READERS)
def table(request: StaffRequest, key: int) -> HttpResponse:
    """Send the ranking as a table for spreadsheets and for a city's performance system."""
    round_ = _round(request, key)
    rows = [
        row for row in queries.results(round_) if policy.sees_result(request.actor, round_, row)
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    for line in told.table(round_, rows):
        writer.writerow(line)
    response = HttpResponse(
        ("\ufeff" + text.getvalue()).encode(), content_type="text/csv; charset=utf-8"
    )
    name = f"assessment-{round_.first_day:%Y%m%d}-{round_.last_day:%Y%m%d}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_GET
@staff_page(Perm.ASSESS)
def trial(request: StaffRequest, key: int) -> HttpResponse:
    """Try other rules over this round and the fixed ones before it; nothing is stored."""
    round_ = _round(request, key)
    form = TrialForm(request.GET or None)
    found: list[Any] = []
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            changes = Changes(
                weights=trying.weights_typed(clean["weights"]),
                partly_solved=clean["partly_solved"],
                fairly_satisfied=clean["fairly_satisfied"],
                least_valid=clean["least_valid"],
                exclusions=not clean["without_exclusions"],
            )
            found = trying.tried(queries.rounds_before(round_, TRIED_ROUNDS), changes)
        except Invalid as refusal:
            put_on(form, refusal)
    dress(form)
    facts = {"round": round_, "form": form, "found": found, "indicators": told.keys(round_)}
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "workbench/round_trial.html", facts, status=status)
