"""People outside the units: the register, one with its changes, its number with a log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.followup.outside import actions, queries
from huiyin.followup.outside.actions import ContactForm
from huiyin.followup.outside.models import OutsideContact
from huiyin.followup.outside.policy import KEEPERS
from huiyin.followup.outside.rules import LONGEST
from huiyin.followup.outside.states import AGENCIES, Agency
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.web.console.forms import HouseForm
from huiyin.web.staff import StaffRequest, address_of, staff_page


class PersonForm(HouseForm):
    """A person outside the units; what must be filled in is asked by the action."""

    agency = forms.ChoiceField(
        label="类别", choices=[(a.value, v) for a, v in AGENCIES.items()],
        error_messages={"invalid_choice": "请选择类别"},
    )  # fmt: skip
    office = forms.CharField(label="部门", max_length=LONGEST["office"], required=False)
    name = forms.CharField(label="姓名", max_length=LONGEST["name"], required=False)
    post = forms.CharField(label="职务", max_length=LONGEST["post"], required=False)
    phone = forms.CharField(
        label="手机号", max_length=20, required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )  # fmt: skip

    def read(self, *, active: bool) -> ContactForm:
        """Return what was filled in."""
        clean: dict[str, Any] = self.cleaned_data | {"agency": Agency(self.cleaned_data["agency"])}
        return ContactForm(**clean, active=active)


@require_http_methods(["GET", "POST"])
@staff_page(*KEEPERS)
def listed(request: StaffRequest) -> HttpResponse:
    """Show one page of the register, and add a person. One query beside the session."""
    form = PersonForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = _keep(request, None, form, active=True)
        if status == 200:
            return redirect("console:outside")
    agency = request.GET.get("agency", "")
    agency = agency if agency in set(Agency) else ""
    found = {
        "page": queries.listed(agency=agency, cursor=request.GET.get("cursor", "")),
        "agency": agency,
        "agencies": list(Agency),
        "form": form,
    }
    return render(request, "console/outside.html", found, status=status)


@require_http_methods(["GET", "POST"])
@staff_page(*KEEPERS)
def shown(request: StaffRequest, key: int) -> HttpResponse:
    """Show one person, masked; change what is known, or end it."""
    contact = _found(key)
    form, status = _form(contact, request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = _keep(request, key, form, active=request.POST.get("do") != "end")
        if status == 200:
            return redirect("console:outside_contact", key=key)
    return _shown(request, contact, form, status=status)


@require_POST
@staff_page(*KEEPERS)
def reveal(request: StaffRequest, key: int) -> HttpResponse:
    """Show the number in the clear; who reads it and why is written down first."""
    contact = _found(key)
    purpose = request.POST.get("purpose", "")[:100]
    try:
        phone = actions.reveal(
            key, by=request.actor, purpose=purpose, now=clock.now(), address=address_of(request)
        )
    except Invalid as refusal:
        return _shown(request, contact, _form(contact), asked=refusal.message, status=422)
    return _shown(request, contact, _form(contact), phone=phone)


def _form(contact: OutsideContact, sent: Any = None) -> PersonForm:
    start = {name: getattr(contact, name) for name in ("agency", "office", "name", "post")}
    return PersonForm(sent, initial=start)


def _shown(
    request: StaffRequest, contact: OutsideContact, form: PersonForm, *, status: int = 200,
    **more: str,
) -> HttpResponse:  # fmt: skip
    found = {"contact": contact, "form": form} | more
    return render(request, "console/outside_contact.html", found, status=status)


def _keep(request: StaffRequest, key: int | None, form: PersonForm, *, active: bool) -> int:
    """Keep the person; return 200, or the status of the refusal that now stands on the form."""
    if not form.is_valid():
        return 422
    try:
        actions.keep(key, form.read(active=active), by=request.actor, now=clock.now())
    except Invalid as refusal:
        return form.refuse(refusal)
    return 200


def _found(key: int) -> OutsideContact:
    contact = queries.get(key)
    if contact is None:
        raise NotFound("没有这位联系人", remedy="请从列表重新进入")
    return contact
