"""Changes of the organisation: the list, a plan with what it would move, cancelling."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.orders import actions as order_actions
from huiyin.orders import queries as orders
from huiyin.orgs import actions, succession
from huiyin.orgs.models import UnitChange
from huiyin.orgs.states import ChangeKind, ChangeState, Perm
from huiyin.web.console.forms_change import FORMS, MergeForm, RenameForm, SplitForm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.console import CONSOLE
from huiyin.worktime.calendar import SHANGHAI

_SHOWN = 50
_STATES = {state.value: state for state in ChangeState}
_KINDS = {kind.value: kind for kind in ChangeKind}


@require_GET
@staff_page(*CONSOLE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of changes, latest first. Two queries."""
    show = _STATES.get(request.GET.get("show", ""))
    page = succession.changes_listed(show or "", cursor=request.GET.get("cursor", ""))
    found = {
        "page": page,
        "show": show,
        "states": list(ChangeState),
        "kinds": list(ChangeKind),
        "may_plan": Perm.STAFF in request.staff.perms,
    }
    return render(request, "console/changes.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.STAFF)
def new(request: StaffRequest) -> HttpResponse:
    """Plan a change of the kind in the address."""
    kind = _KINDS.get(request.GET.get("kind", ""), ChangeKind.RENAME)
    form = FORMS[kind](
        request.POST if request.method == "POST" else None,
        initial={"unit": request.GET.get("unit", "")[:80]},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                plans = _planned(request, form)
            except Refused as refusal:
                status = form.refuse(refusal)
            else:
                return _back(plans[0].pk, "planned")
    found = {"form": form, "kind": kind, "kinds": list(ChangeKind)}
    return render(request, "console/change_new.html", found, status=status)


def _planned(request: StaffRequest, form: RenameForm | MergeForm | SplitForm) -> list[UnitChange]:
    asked, terms = form.cleaned_data, form.terms()
    by, now = request.actor, clock.now()
    if isinstance(form, RenameForm):
        name, short = asked["name"], asked["short_name"]
        return [
            actions.plan_rename(
                asked["unit"], name=name, short_name=short, terms=terms, by=by, now=now
            )
        ]
    if isinstance(form, MergeForm):
        return actions.plan_merge(
            asked["unit"], into=asked["successor"], terms=terms, by=by, now=now
        )
    return [
        order_actions.plan_split(
            asked["unit"],
            [*asked["parts"], *asked["listed"]],
            rest=asked["successor"],
            terms=terms,
            by=by,
            now=now,
        )
    ]


@require_GET
@staff_page(*CONSOLE)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show a change and what it moves: orders, accounts, sub-units, rows of the catalogue."""
    change = succession.change(key)
    if change is None:
        raise NotFound("没有这项机构调整", remedy="请从列表重新进入")
    sees_all = Perm.SEE_ALL in request.staff.perms
    ends = change.successor is not None
    day = clock.now().astimezone(SHANGHAI).date()
    found = {
        "change": change,
        "planned": change.state == ChangeState.PLANNED.value,
        "due": change.effective <= day,
        "moves": orders.moves_of(change) if ends else [],
        "orders": orders.orders_moving(change, _SHOWN) if ends and sees_all else [],
        "touched": succession.touched(change.unit) if ends else None,
        "led": knowledge.led_by(change.unit, day)[:_SHOWN] if ends else [],
        "may_cancel": Perm.STAFF in request.staff.perms,
        "said": _SAID.get(request.GET.get("done", ""), ""),
    }
    return render(request, "console/change.html", found)


@require_POST
@staff_page(Perm.STAFF)
def cancel(request: StaffRequest, key: int) -> HttpResponse:
    """Cancel a change that has not been carried out."""
    actions.cancel_change(key, by=request.actor, now=clock.now())
    return _back(key, "cancelled")


@require_POST
@staff_page(Perm.STAFF)
def carry_out(request: StaffRequest, key: int) -> HttpResponse:
    """Carry out a change whose day has come now, instead of waiting for the job."""
    if succession.change(key) is None:
        raise NotFound("没有这项机构调整", remedy="请从列表重新进入")
    order_actions.carry_out(key, by=request.actor, now=clock.now())
    return _back(key, "done")


_SAID = {
    "done": "已执行，在办工单已划转，时限不变。",
    "planned": "已安排，到生效日由系统自动执行；在此之前可以取消。",
    "cancelled": "已取消，什么也没有改变。",
}


def _back(key: int, done: str) -> HttpResponse:
    response = redirect("console:change", key=key)
    response["Location"] += f"?done={done}"
    return response
