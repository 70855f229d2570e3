"""Correcting the words of rules in force: one person asks, another agrees, old words stay."""

from __future__ import annotations

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huiyin.kernel import clock
from huiyin.kernel.errors import NotFound, Refused
from huiyin.knowledge import actions, wording_queries
from huiyin.knowledge.actions.wordings import LONGEST
from huiyin.knowledge.states import WordingKind, WordingState
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm
from huiyin.web.console.forms import HouseForm
from huiyin.web.console.rules import READERS
from huiyin.web.staff import StaffRequest, staff_page

_STATES = {state.value: state for state in WordingState}


class WordingForm(HouseForm):
    """The corrected words of a rule, and why."""

    text = forms.CharField(
        label="说明", max_length=LONGEST["text"], widget=forms.Textarea(attrs={"rows": 2})
    )
    source = forms.CharField(label="出处", max_length=LONGEST["source"])
    reason = forms.CharField(label="更正原因", max_length=LONGEST["reason"])


@require_GET
@staff_page(*READERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of corrections, the latest first. Two queries."""
    show = _STATES.get(request.GET.get("show", ""))
    found = {
        "page": wording_queries.wordings(show or "", cursor=request.GET.get("cursor", "")),
        "show": show,
        "states": list(WordingState),
        "tab": "wordings",
        "may_decide": Perm.CONTENT in request.staff.perms,
    }
    return render(request, "console/wordings.html", found)


@require_http_methods(["GET", "POST"])
@staff_page(*READERS)
def wording(request: StaffRequest, kind: str, key: int) -> HttpResponse:
    """Show what a rule says and said before; ask for a correction. Two queries."""
    row = wording_queries.rule_row(WordingKind(kind), key) if kind in set(WordingKind) else None
    if row is None:
        raise NotFound("没有这条规则", remedy="请从列表重新进入")
    asks = request.method == "POST"
    if asks:
        require(request.actor, Perm.CONTENT)
    words = wording_queries.text_of(WordingKind(kind), row)
    form = WordingForm(
        request.POST if asks else None, initial={"text": words, "source": row.source}
    )
    status = 422 if asks else 200
    if asks and form.is_valid():
        clean = form.cleaned_data
        try:
            actions.ask_wording(
                WordingKind(kind), key, words=clean["text"], source=clean["source"],
                reason=clean["reason"], by=request.actor, now=clock.now(),
            )  # fmt: skip
            return redirect("console:wording", kind=kind, key=key)
        except Refused as refusal:
            status = form.refuse(refusal)
    history = list(wording_queries.wordings_of(WordingKind(kind), row))
    waits = any(each.state == WordingState.ASKED for each in history)
    found = {
        "row": row,
        "words": words,
        "kind": WordingKind(kind),
        "among_classes": kind in (WordingKind.CLASS, WordingKind.SCORING),
        "code": wording_queries.code_of(WordingKind(kind), row),
        "form": form if Perm.CONTENT in request.staff.perms and not waits else None,
        "rows": history,
        "may_decide": Perm.CONTENT in request.staff.perms,
    }
    return render(request, "console/wording.html", found, status=status)


@require_POST
@staff_page(Perm.CONTENT)
def decide(request: StaffRequest, key: int) -> HttpResponse:
    """Make a correction that another person asked for, or refuse it."""
    actions.decide_wording(
        key, agreed=request.POST.get("do") == "agree", note=request.POST.get("note", "")[:300],
        by=request.actor, now=clock.now(),
    )  # fmt: skip
    return redirect("console:wordings")
