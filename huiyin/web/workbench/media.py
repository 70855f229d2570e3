"""Media follow-ups on the desk: the list, one with its publications, the publication list."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from huiyin.followup.media import actions, policy, queries
from huiyin.followup.media.models import MediaCase, Publication
from huiyin.followup.media.rules import LONGEST_ABOUT, LONGEST_LINK, LONGEST_OUTLET, LONGEST_TITLE
from huiyin.followup.media.states import FORMS, MediaForm, MediaState
from huiyin.followup.outside.states import Occasion
from huiyin.kernel import clock, masks
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import UnitField, dress
from huiyin.web.workbench.forms_mandate import split
from huiyin.web.workbench.lists import harmless
from huiyin.web.workbench.once import made_once
from huiyin.web.workbench.outside import outside_of
from huiyin.web.workbench.steps import put_on

_DAY = {"required": "请填写日期", "invalid": "日期格式不对"}


def _day(label: str) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, error_messages=_DAY,
        widget=forms.DateInput(attrs={"type": "date"}),
    )  # fmt: skip


class CaseForm(forms.Form):
    """A matter that a medium follows."""

    use_required_attribute = False

    form = forms.ChoiceField(
        label="形式", choices=[(k.value, v) for k, v in FORMS.items()], widget=forms.RadioSelect,
        error_messages={"required": "请选择形式", "invalid_choice": "请选择形式"},
    )  # fmt: skip
    outlet = forms.CharField(label="媒体", max_length=LONGEST_OUTLET, required=False)
    title = forms.CharField(label="事项", max_length=LONGEST_TITLE, required=False)
    on = _day("日期")
    unit = UnitField(label="责任单位", required=False)
    orders = forms.CharField(label="工单编号（可不填）", max_length=1000, required=False)
    about = forms.CharField(
        label="情况（可不填）", max_length=LONGEST_ABOUT, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip

    def clean_form(self) -> MediaForm:
        """Return the form as its enumeration."""
        return MediaForm(self.cleaned_data["form"])

    def clean_orders(self) -> list[str]:
        """Return the numbers as they were typed."""
        return split(self.cleaned_data["orders"])

    def clean_unit(self) -> Any:
        """Return the one unit."""
        return next(iter(self.cleaned_data["unit"]), None)


class PublishForm(forms.Form):
    """One article or broadcast."""

    use_required_attribute = False

    on = _day("刊播日期")
    outlet = forms.CharField(label="媒体", max_length=LONGEST_OUTLET, required=False)
    title = forms.CharField(label="标题", max_length=LONGEST_TITLE, required=False)
    link = forms.CharField(label="网址（可不填）", max_length=LONGEST_LINK, required=False)


class EndForm(forms.Form):
    """What came of it."""

    use_required_attribute = False

    result = forms.CharField(
        label="结果", max_length=LONGEST_ABOUT, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of follow-ups, and write one down. One query beside the session."""
    if request.method == "GET":
        return _list(request, CaseForm())
    policy.require_keeper(request.actor)
    form = CaseForm(request.POST)
    if not form.is_valid():
        return _list(request, form, status=422)
    now, entry = clock.now(), actions.Entry(**form.cleaned_data)
    try:
        key = made_once(request, lambda: actions.add(entry, by=request.actor, now=now).pk, now=now)
    except Invalid as refusal:
        put_on(form, refusal)
        return _list(request, form, status=422)
    return redirect("workbench:media_case", key=key)


def _list(request: StaffRequest, form: CaseForm, *, status: int = 200) -> HttpResponse:
    dress(form)
    state, kind = request.GET.get("state", ""), request.GET.get("form", "")
    wanted = queries.MediaFilter(
        state=state if state in set(MediaState) else "",
        form=kind if kind in set(MediaForm) else "",
    )
    found = {
        "page": queries.listed(request.actor, wanted, cursor=request.GET.get("cursor", "")),
        "form": form,
        "wanted": wanted,
        "states": list(MediaState),
        "supervises": Perm.SUPERVISE in request.actor.perms,
    }
    return render(request, "workbench/media.html", found, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.SEE_ALL, Perm.HANDLE)
def case(request: StaffRequest, key: int) -> HttpResponse:
    """Show one; add what was published, or end it with its result."""
    found = queries.get_visible(request.actor, key)
    if found is None:
        raise NotFound("没有找到这件媒体跟踪")
    adding, ending = PublishForm(), EndForm()
    if request.method == "GET":
        return _case(request, found, adding, ending)
    policy.require_keeper(request.actor)
    form: forms.Form
    if request.POST.get("do") == "end":
        form = ending = EndForm(request.POST)
    else:
        form = adding = PublishForm(request.POST)
    act: Callable[..., MediaCase | Publication]
    act = actions.end if form is ending else actions.publish
    if form.is_valid():
        now = clock.now()
        try:
            made_once(
                request,
                lambda: act(key, by=request.actor, now=now, **form.cleaned_data).pk,
                now=now,
            )
            return redirect("workbench:media_case", key=key)
        except Invalid as refusal:
            put_on(form, refusal)
    return _case(request, found, adding, ending, status=422)


def _case(
    request: StaffRequest,
    found: MediaCase,
    adding: PublishForm,
    ending: EndForm,
    *,
    status: int = 200,
) -> HttpResponse:
    dress(adding)
    dress(ending)
    may_keep = Perm.SUPERVISE in request.actor.perms
    facts = {
        "case": found,
        "adding": adding,
        "ending": ending,
        "may_keep": may_keep,
        "outside": outside_of(Occasion.MEDIA, [found.pk])[found.pk] if may_keep else None,
        "may_tell": found.standing is MediaState.OPEN,
    }
    return render(request, "workbench/media_case.html", facts, status=status)


@require_GET
@staff_page(Perm.SUPERVISE, Perm.REPORTS)
def published(request: StaffRequest) -> HttpResponse:
    """Send the publication list as a table for spreadsheets."""
    out = io.StringIO()
    out.write("\ufeff")
    table = csv.writer(out)
    table.writerow(["日期", "媒体", "标题", "网址", "事项", "责任单位", "结果"])
    for row in queries.published(request.actor):
        cells = (
            row.on.isoformat(), row.outlet, row.title, row.link, masks.in_text(row.case.title),
            row.case.unit.name, masks.in_text(row.case.result),
        )  # fmt: skip
        table.writerow([harmless(cell) for cell in cells])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="publications.csv"'
    return response
