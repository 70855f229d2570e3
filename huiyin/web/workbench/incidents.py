"""Group incidents before the dispatcher: many like requests at one place, one press groups them."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from huiyin.dispatch.incidents import actions, queries
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page


@require_GET
@staff_page(Perm.DISPATCH)
def listed(request: StaffRequest) -> HttpResponse:
    """Show the incidents that wait for a decision, the latest first. Three queries at most."""
    return _page(request)


@require_POST
@staff_page(Perm.DISPATCH)
def decide(request: StaffRequest, key: int) -> HttpResponse:
    """Make one group order of the chosen requests, or say that they are not one event."""
    now = clock.now()
    try:
        if request.POST.get("do") == "dismiss":
            note = request.POST.get("note", "")
            actions.dismiss(key, note=note, by=request.actor, now=now)
            return redirect("workbench:incidents")
        raw = request.POST.getlist("order")[:500]
        members = [int(each) for each in raw if each.isdecimal() and len(each) < 16]
        main = actions.group(key, members=members, by=request.actor, now=now)
    except (Invalid, Conflict) as refusal:
        return _page(request, refusal=refusal.message, status=refusal.status)
    return redirect(f"{reverse('workbench:incidents')}?done={main.number}")


def _page(request: StaffRequest, *, refusal: str = "", status: int = 200) -> HttpResponse:
    found = {
        "page": queries.listed(cursor=request.GET.get("cursor", "")),
        "count": queries.counted(),
        "done": request.GET.get("done", "")[:24],
        "refusal": refusal,
    }
    return render(request, "workbench/incidents.html", found, status=status)
