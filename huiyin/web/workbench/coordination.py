"""What is to be coordinated: flagged cases and questions of duties, with their evidence."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.dispatch.boundaries import queries as boundaries
from huiyin.followup.coordination import actions, queries
from huiyin.followup.coordination.states import FlagKind, FlagState
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid, NotFound, TooLarge, WrongState, WrongType
from huiyin.orders import queries as orders
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_coordination import FlagForm, ReasonForm
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.registers import send_file
from huiyin.web.workbench.steps import put_on

COORDINATORS = (Perm.SUPERVISE, Perm.DISPATCH)
READERS = (*COORDINATORS, Perm.HANDLE)


@require_GET
@staff_page(*COORDINATORS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the flags, the longest waiting first. Three queries beside the session."""
    state = request.GET.get("state", FlagState.WAITING.value)
    kind = request.GET.get("kind", "")
    counts = queries.flags_counted()
    found = {
        "page": queries.flags_listed(
            state=state if state in set(FlagState) else "",
            kind=kind if kind in set(FlagKind) else "",
            cursor=request.GET.get("cursor", ""),
        ),
        "counts": [(each, counts[each]) for each in FlagState],
        "state": state,
        "may_call": Perm.SUPERVISE in request.actor.perms,
    }
    return render(request, "workbench/flags.html", found)


@require_GET
@staff_page(*READERS)
def rulings(request: StaffRequest) -> HttpResponse:
    """Show one page of the rulings about duties, the latest first. Two queries."""
    past = request.GET.get("past") == "1"
    found = {
        "page": boundaries.listed(past=past, cursor=request.GET.get("cursor", "")),
        "past": past,
    }
    return render(request, "workbench/rulings.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(*COORDINATORS)
def new(request: StaffRequest) -> HttpResponse:
    """Flag a case or a question of duties."""
    if request.method == "GET":
        return _new(request, FlagForm(initial=_begun(request)))
    form = FlagForm(request.POST, request.FILES)
    if not form.is_valid():
        return _new(request, form, status=422)
    clean = form.cleaned_data
    files = clean.pop("photos")
    raising = actions.Raising(**(clean | {"kind": FlagKind(clean["kind"])}))
    now = clock.now()
    try:
        key = made_once(
            request, lambda: actions.flag(raising, files, by=request.actor, now=now).pk, now=now
        )
    except NotFound as refusal:
        form.add_error("order", refusal.message)
        return _new(request, form, status=422)
    except (Invalid, TooLarge, WrongType, Conflict, WrongState) as refusal:
        put_on(form, refusal)
        return _new(request, form, status=refusal.status)
    return redirect("workbench:flag", key=key)


def _begun(request: StaffRequest) -> dict[str, Any]:
    number = request.GET.get("order", "")
    order = orders.get_visible(request.actor, number) if number else None
    if order is None:
        return {}
    return {
        "order": order.number,
        "title": order.title,
        "category": order.category.code if order.category else "",
        "region": order.region.code if order.region else "",
        "units": order.lead_unit.name if order.lead_unit else "",
    }


def _new(request: StaffRequest, form: FlagForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    return render(request, "workbench/flag_new.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(*COORDINATORS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one flag with its evidence and meetings; take it back."""
    flag = queries.flag(key)
    if flag is None:
        raise NotFound("没有找到这件协调事项")
    form, status = ReasonForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        status = 422
        try:
            actions.withdraw(
                key, by=request.actor, reason=form.cleaned_data["note"], now=clock.now()
            )
            return redirect("workbench:flag", key=key)
        except Invalid as refusal:
            put_on(form, refusal)
    dress(form)
    found = {
        "flag": flag,
        "form": form,
        "may_withdraw": flag.standing is FlagState.WAITING,
        "may_call": Perm.SUPERVISE in request.actor.perms,
    }
    return render(request, "workbench/flag.html", found, status=status)


@require_GET
@staff_page(*READERS)
def evidence(request: StaffRequest, key: int) -> HttpResponse:
    """Send one piece of evidence."""
    found = queries.file_for(request.actor, key)
    if found is None:
        raise NotFound("没有找到这个附件")
    return send_file(found.digest, found.name, found.media_type, cached=False)
