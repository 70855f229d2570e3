"""The escalation ladder: what went a level up and why, and the rows by which it did."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.ladder import actions, policy, queries
from huiyin.followup.ladder.models import Escalation
from huiyin.followup.ladder.rules import Rung
from huiyin.followup.ladder.states import Addressee
from huiyin.followup.mandates import queries as mandates
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orders import queries as orders
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress, note_field
from huiyin.web.workbench.steps import put_on
from huiyin.worktime import limits


class AnswerForm(forms.Form):
    """What was done about it."""

    use_required_attribute = False

    said = note_field("办理情况", rows=4)


@require_GET
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of escalations, those that are due first. Two queries beside the session."""
    now, show = clock.now(), request.GET.get("show", "open")
    show = show if show in ("open", "all") else "open"
    page = queries.listed(request.actor, show=show, cursor=request.GET.get("cursor", ""))
    found = {
        "page": page,
        "rows": [(row, _whom(row.to)) for row in page.rows],
        "show": show,
        "now": now,
        "supervises": Perm.SUPERVISE in request.actor.perms,
        "ladder": [_rung(rung, {k.code: k.name for k in mandates.kinds(now)})
                   for rung in queries.rungs(now)],
    }  # fmt: skip
    return render(request, "workbench/escalations.html", found)


def _rung(rung: Rung, kinds: dict[str, str]) -> dict[str, object]:
    what = f"拟{kinds.get(rung.kind, rung.kind)}单" if rung.kind else "告知"
    return {
        "level": rung.level,
        "name": rung.name,
        "why": queries.why(rung),
        "to": "、".join(each.label for each in rung.to),
        "what": what,
        "within": limits.amount_in_words(limits.parse(rung.within)),
    }


def _whom(to: list[str]) -> str:
    return "、".join(Addressee(each).label for each in to)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def escalation(request: StaffRequest, key: int) -> HttpResponse:
    """Show one escalation, and write down what was done about it."""
    row = queries.get_visible(request.actor, key)
    if row is None:
        raise NotFound("没有找到这条升级提醒")
    if request.method == "GET":
        return _page(request, row, AnswerForm())
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        actions.answer(key, by=request.actor, said=form.cleaned_data["said"], now=clock.now())
    except Invalid as refusal:
        put_on(form, refusal)
        return _page(request, row, form, status=422)
    return redirect("workbench:escalations")


def _page(
    request: StaffRequest, row: Escalation, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    dress(form)
    found = {
        "row": row,
        "form": form,
        "whom": _whom(row.to),
        "may_answer": row.answered_at is None and policy.may_answer(request.actor, row),
        "may_open": orders.visible_key(request.actor, row.order.number) is not None,
        "tried": mandates.tried([row.order.pk])[row.order.pk],
        "now": clock.now(),
    }
    return render(request, "workbench/escalation.html", found, status=status)
