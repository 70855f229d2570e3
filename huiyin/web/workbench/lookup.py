"""Finding a unit while typing."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.orgs import queries
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page

MOST = 20


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def units(request: StaffRequest) -> HttpResponse:
    """Return the units that can be given work and fit ``q``: as data or as a fragment."""
    found = list(queries.units_to_assign(request.GET.get("q", "")[:60])[:MOST])
    if request.GET.get("as") == "json":
        rows = [{"value": u.code, "name": str(u), "more": about(u)} for u in found]
        return JsonResponse({"units": rows}, json_dumps_params={"ensure_ascii": False})
    return render(request, "workbench/_units.html", {"units": [(u, about(u)) for u in found]})


def about(unit: Unit) -> str:
    """Return what tells a unit from others of the same name: its full name or the one above it."""
    parts = [unit.name] if unit.name != str(unit) else []
    if unit.parent:
        parts.append(f"属{unit.parent}")
    return " · ".join(parts)
