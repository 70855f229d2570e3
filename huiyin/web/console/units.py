"""Units: the tree, one unit with its named contact and its staff."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orgs import actions, queries, succession
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm, UnitKind
from huiyin.web.console.forms import ContactForm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.templatetags.console import CONSOLE

_SHOWN = 100


@require_GET
@staff_page(*CONSOLE)
def tree(request: StaffRequest) -> HttpResponse:
    """Show the top units to open level by level, or those that a search finds."""
    words = request.GET.get("q", "").strip()[:60]
    if words:
        page = queries.units_listed(words, cursor=request.GET.get("cursor", ""))
        return render(request, "console/units_found.html", {"page": page, "words": words})
    top = list(queries.units_under(None))
    groups = [(kind.label, [u for u in top if u.kind == kind.value]) for kind in UnitKind]
    found = {"groups": [(label, units) for label, units in groups if units]}
    return render(request, "console/units.html", found)


@require_GET
@staff_page(*CONSOLE)
def below(request: StaffRequest, code: str) -> HttpResponse:
    """Show the units directly below one, as a part of the tree."""
    parent = _unit(code)
    return render(request, "console/_units.html", {"units": queries.units_under(parent)})


@require_http_methods(["GET", "POST"])
@staff_page(*CONSOLE)
def shown(request: StaffRequest, code: str) -> HttpResponse:
    """Show a unit; name its contact."""
    unit = _unit(code)
    form = ContactForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _name_contact(request, unit, form)
        if status == 200:
            response = redirect("console:unit", code=code)
            response["Location"] += "?named"
            return response
    found = {
        "unit": unit,
        "kind": UnitKind(unit.kind).label,
        "contact": getattr(unit, "contact", None),
        "changes": queries.contact_changes(unit)[:_SHOWN],
        "people": queries.staff_of(unit)[:_SHOWN],
        "units": queries.units_under(unit),
        "former": succession.former_names(unit),
        "unit_changes": succession.changes_of(unit),
        "form": form,
        "named": "named" in request.GET,
        "modes": list(queries.modes_of(unit)[:_SHOWN]),
        "mode_set": "mode" in request.GET,
        "perms_staff": Perm.STAFF in request.staff.perms,
        "may_edit": Perm.STAFF in request.staff.perms or request.staff.unit_id == unit.pk,
    }
    return render(request, "console/unit.html", found, status=status)


@require_POST
@staff_page(*CONSOLE)
def mode(request: StaffRequest, code: str) -> HttpResponse:
    """Let a unit answer directly or signed; the change is kept."""
    unit = _unit(code)
    signed = request.POST.get("signed") == "yes"
    actions.set_mode(unit, signed=signed, by=request.actor, now=clock.now())
    response = redirect("console:unit", code=code)
    response["Location"] += "?mode"
    return response


def _name_contact(request: StaffRequest, unit: Unit, form: ContactForm) -> int:
    """Name the contact; return 200, or the status of the refusal that now stands on the form."""
    if not form.is_valid():
        return 422
    try:
        actions.name_contact(unit, by=request.actor, now=clock.now(), **form.cleaned_data)
    except Invalid as refusal:
        return form.refuse(refusal)
    return 200


def _unit(code: str) -> Unit:
    unit = queries.unit_shown(code)
    if unit is None:
        raise NotFound("没有这个单位", remedy="请从单位列表重新进入")
    return unit
