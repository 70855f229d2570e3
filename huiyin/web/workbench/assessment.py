"""Assessment: rounds, rankings, a unit's figures, the orders behind them, and what units ask."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.assessment import actions, behind_queries, policy, queries, trying
from huiyin.assessment.actions import Asking, Opening
from huiyin.assessment.limit_trial import Limits
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
from huiyin.web.workbench.tables import sheet

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
    facts = {
        "page": page,
        "form": form,
        "may_open": Perm.ASSESS in request.actor.perms,
        **({} if request.GET.get("cursor") else _first_look(request, page.rows)),
    }
    return render(request, "workbench/assessment.html", facts, status=status)


def _first_look(request: StaffRequest, rounds: Sequence[Round]) -> dict[str, Any]:
    """Return where the city, or one's own unit, stands in the newest computed round."""
    latest = next((each for each in rounds if each.standing is not RoundState.OPEN), None)
    if latest is None:
        return {}
    if Perm.ASSESS in request.actor.perms:
        headlines = told.headlines(latest, queries.city_figures(latest, PAST_ROUNDS))
        return {"latest": latest, "headlines": headlines}
    unit = request.actor.unit
    result = queries.result_of(latest, unit) if unit else None
    if result is None:
        return {}
    result.round = latest  # known already
    return {"latest": latest, "own": told.own(result, request.actor)}


@require_GET
@staff_page(*READERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show a round: its ranking, lists and figures of the city. Seven queries."""
    return _shown(request, _round(request, key))


def _shown(
    request: StaffRequest, round_: Round, *, form: CorrectForm | None = None, refusal: str = ""
) -> HttpResponse:
    rows = [
        row for row in queries.results(round_) if policy.sees_result(request.actor, round_, row)
    ]
    weighted = told.columns(round_)
    shown = [key for key, _ in weighted]
    whole = Perm.ASSESS in request.actor.perms
    everybody = whole or round_.standing is RoundState.PUBLISHED
    if form is None and whole and round_.standing in FIXED:
        form = CorrectForm(units=_members(rows))
    if form is not None:
        dress(form)
    before = queries.scores_before(round_)
    facts = {
        "round": round_,
        "rows": [told.row(row, shown, request.actor, before=before) for row in rows],
        "lists": told.lists(rows) if everybody else [],
        "weighted": weighted,
        "indicators": told.city(round_, queries.city_figures(round_, PAST_ROUNDS)) if whole else [],
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


def day_typed(typed: str) -> date:
    """Return a day as a date field sends it. Raises Invalid."""
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise Invalid("日期格式不对", fields={"ask_until": "日期格式不对"}) from error


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
    typed = request.POST.get("ask_until", "")
    try:
        more = {"ask_until": day_typed(typed)} if verb == "preview" and typed else {}
        _STEPS[verb](round_.pk, by=request.actor, now=clock.now(), **more)
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
    """Show a unit's figures of a round, its history and the units below it. Seven queries."""
    round_, whose = _round(request, key), _unit(request, code)
    result = queries.result_of(round_, whose)
    below = queries.results_below(round_, whose)
    if result is None and not below:
        raise NotFound("这个单位不在这一考核期内")
    past = queries.history(whose, until=round_.last_day)
    last, year = queries.compared(whose, round_)
    weighted = told.columns(round_)
    shown = [key for key, _ in weighted]
    facts = {
        "round": round_,
        "unit": whose,
        "row": told.row(result, shown, request.actor) if result else None,
        "figures": told.figures(round_, result, last, year) if result else [],
        "signals": told.signals(result) if result else [],
        "past": [told.row(each, shown, request.actor) | {"round": each.round} for each in past],
        "trend": told.trend(past, round_),
        "weighted": weighted,
        "below": [told.row(each, shown, request.actor) for each in below],
        "may_ask": round_.standing is RoundState.PREVIEW,
        "corrections": queries.corrections(round_).filter(unit=whose)
        if round_.standing in FIXED
        else [],
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
    heading = behind_queries.heading(round_, indicator)
    if side not in behind_queries.SIDES or heading is None:
        raise NotFound("没有这样的清单")
    before = whose is not None and "before" in request.GET
    found = behind_queries.of_round(
        request.actor, round_, whose, indicator, side=side, before=before,
        cursor=request.GET.get("cursor", ""),
    )  # fmt: skip
    if found is None:
        raise NotFound("没有这样的清单", remedy="按人口计算的指标没有分母的工单")
    facts = {
        "round": round_, "unit": whose, "found": found, "page": found.page, "side": side,
        "heading": heading, "indicator": indicator, "before": before,
        "figure": told.count(found.figure), "sides": _sides(heading),
    }  # fmt: skip
    return render(request, "workbench/round_orders.html", facts)


def _sides(heading: behind_queries.Heading) -> list[tuple[str, str]]:
    found = [("numerator", "计入的（分子）"), ("denominator", "全部（分母）")]
    return [*found, ("rest", "没有计入的")] if heading.rest else found


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
    page = queries.requests(request.actor, round_, cursor=request.GET.get("cursor", ""))
    facts = {
        "round": round_,
        "page": page,
        "form": form,
        "may_ask": round_.standing is RoundState.PREVIEW and Perm.HANDLE in request.actor.perms,
        "deciding": [each.pk for each in page.rows if policy.may_decide(request.actor, each)],
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
    heads, *lines = told.table(round_, rows, queries.corrections(round_))
    return sheet(heads, lines, f"assessment-{round_.first_day:%Y%m%d}-{round_.last_day:%Y%m%d}")


@require_GET
@staff_page(Perm.ASSESS)
def trial(request: StaffRequest, key: int) -> HttpResponse:
    """Try other rules over this round and the fixed ones before it; nothing is stored."""
    round_ = _round(request, key)
    form = TrialForm(request.GET or None)
    found: list[Any] = []
    status = 422 if form.is_bound and not form.is_valid() else 200
    if form.is_bound and form.is_valid():
        clean = form.cleaned_data
        try:
            changes = Changes(
                weights=trying.weights_typed(clean["weights"]),
                partly_solved=clean["partly_solved"],
                fairly_satisfied=clean["fairly_satisfied"],
                least_valid=clean["least_valid"],
                exclusions=not clean["without_exclusions"],
                kept_in=frozenset(clean["kept_in"]),
                limits=Limits(*(clean[name].strip() for name in ("sign", "contact", "finish"))),
            )
            found = trying.tried(queries.rounds_before(round_, TRIED_ROUNDS), changes)
        except Refused as refusal:
            put_on(form, refusal)
            status = refusal.status
    dress(form)
    facts = {"round": round_, "form": form, "found": found, "indicators": told.keys(round_)}
    return render(request, "workbench/round_trial.html", facts, status=status)
