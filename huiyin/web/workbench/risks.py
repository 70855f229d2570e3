"""Open orders with a tag of risk, and whom to call at their units."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from huiyin.followup.mandates import queries as mandates
from huiyin.followup.outside.states import Occasion
from huiyin.followup.supervision import queries
from huiyin.kernel import clock
from huiyin.knowledge import queries as knowledge
from huiyin.orgs import queries as orgs
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.outside import outside_of
from huiyin.web.workbench.rows import rows_for


@require_GET
@staff_page(Perm.SUPERVISE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of open orders at risk with their units' contacts. Ten queries at most."""
    now, actor = clock.now(), request.actor
    known = queries.risk_tags(now)
    tag = request.GET.get("tag", "")
    wanted = [tag] if tag in known else list(known)
    page = queries.risks(actor, wanted, cursor=request.GET.get("cursor", ""))
    cards = orgs.contact_cards([o.lead_unit_id for o in page.rows if o.lead_unit_id])
    keys = [order.pk for order in page.rows]
    tried, outside = mandates.tried(keys), outside_of(Occasion.RISK, keys)
    found = {
        "page": page,
        "rows": [
            (
                row,
                [knowledge.tag_name(code) for code in row.order.tags if code in known],
                cards.get(row.order.lead_unit_id or 0, ""),
                tried[row.order.pk],
                outside[row.order.pk],
            )
            for row in rows_for(actor, page.rows, now)
        ],
        "may_tell": True,
        "tags": [(code, knowledge.tag_name(code)) for code in known],
        "tag": tag if tag in known else "",
    }
    return render(request, "workbench/risks.html", found)
