"""Call tests 电话测听 on the desk: drawing a sample, hearing its calls, judging them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from huiyin.callcentre.listening import actions, queries
from huiyin.callcentre.listening.models import CallTest
from huiyin.callcentre.listening.policy import HEARERS
from huiyin.callcentre.listening.rules import LONGEST_NOTE, MOST_CALLS
from huiyin.callcentre.listening.states import FAULTS, Fault, Verdict
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.orgs import queries as orgs
from huiyin.orgs.models import Staff
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.steps import put_on

_DAY = {"invalid": "日期格式不对"}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, error_messages=_DAY,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip


class DrawForm(forms.Form):
    """Which calls are drawn from, and how many."""

    use_required_attribute = False

    since = _day("从")
    until = _day("到")
    calls = forms.IntegerField(
        label="抽几段", required=False, initial=10, help_text=f"1–{MOST_CALLS}，随机抽取",
        error_messages={"invalid": "请填写数字"},
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    agent = forms.CharField(
        label="受理员账号", max_length=60, required=False, help_text="不填为全部受理员"
    )

    def clean_agent(self) -> Staff | None:
        """Return the person with this account."""
        account = self.cleaned_data["agent"].strip()
        found = orgs.staff_named(account) if account else None
        if account and found is None:
            raise forms.ValidationError("没有这个账号")
        return found


class JudgeForm(forms.Form):
    """What was heard."""

    use_required_attribute = False

    verdict = forms.ChoiceField(
        label="结论", choices=[(v.value, v.label) for v in Verdict], widget=forms.RadioSelect,
        error_messages={"required": "请选择结论", "invalid_choice": "请选择结论"},
    )  # fmt: skip
    faults = forms.MultipleChoiceField(
        label="问题", choices=[(f.value, label) for f, label in FAULTS.items()], required=False,
        widget=forms.CheckboxSelectMultiple, error_messages={"invalid_choice": "请重新选择"},
    )  # fmt: skip
    note = forms.CharField(
        label="情况（可不填）", max_length=LONGEST_NOTE, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": "最多 %(limit_value)d 个字"},
    )  # fmt: skip

    def read(self) -> dict[str, Any]:
        """Return the judgement as the action takes it."""
        clean = self.cleaned_data
        return {
            "verdict": Verdict(clean["verdict"]),
            "faults": [Fault(each) for each in clean["faults"]],
            "note": clean["note"],
        }


@require_http_methods(["GET", "POST"])
@staff_page(*HEARERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the tests, and draw one. One query beside the session."""
    form, status = DrawForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status, now = 422, clock.now()
        if form.is_valid():
            clean = form.cleaned_data
            try:
                key = made_once(
                    request, lambda: actions.draw(**clean, by=request.actor, now=now).pk, now=now
                )
                return redirect("workbench:call_test", key=key)
            except NotAllowed:
                raise
            except Refused as refusal:
                put_on(form, refusal)
                status = refusal.status
    dress(form)
    found = {
        "page": queries.listed(request.actor, cursor=request.GET.get("cursor", "")),
        "form": form,
    }
    return render(request, "workbench/call_tests.html", found, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(*HEARERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one test: its calls to hear, what was found; judge one call."""
    test = queries.get(request.actor, key)
    if test is None:
        raise NotFound("没有这次测听")
    form, status, row = JudgeForm(), 200, 0
    if request.method == "POST":
        asked = request.POST.get("call", "")
        row = int(asked) if asked.isdecimal() and len(asked) < 12 else 0
        form, status = JudgeForm(request.POST), 422
        if form.is_valid():
            now = clock.now()
            try:
                actions.judge(key, row, **form.read(), by=request.actor, now=now)
                return redirect("workbench:call_test", key=key)
            except Invalid as refusal:
                put_on(form, refusal)
            except WrongState:
                return redirect("workbench:call_test", key=key)
    return render(request, "workbench/call_test.html", _facts(request, test, form, row),
                  status=status)  # fmt: skip


def _facts(request: StaffRequest, test: CallTest, form: JudgeForm, row: int) -> dict[str, Any]:
    calls = list(test.calls.all())
    forms_ = {
        each.pk: form if each.pk == row else JudgeForm(auto_id=f"call{each.pk}_%s")
        for each in calls
    }
    for each in forms_.values():
        dress(each)
    return {
        "test": test,
        "rows": [
            (
                each,
                [Fault(fault).label for fault in each.faults],
                forms_[each.pk],
                each.call.agent_id == request.staff.pk,
            )
            for each in calls
        ],
        "heard": sum(bool(each.verdict) for each in calls),
        "verdicts": [(v, sum(each.verdict == v for each in calls)) for v in Verdict],
        "faults": queries.faults_of(test),
        "open": row,
    }
