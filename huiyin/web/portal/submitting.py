"""Writing to the hotline: the form, and the receipt that survives a reload."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from huiyin.channels.intake import actions as intake
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid, Refused, TooLarge, WrongType
from huiyin.knowledge.states import Kind
from huiyin.orders import queries as orders
from huiyin.orders.actions.files import Upload
from huiyin.orders.actions.intake import LONGEST, Request
from huiyin.orders.numbers import query_code
from huiyin.orders.states import Channel
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import CITIZEN
from huiyin.orgs.models import Region
from huiyin.web import tries
from huiyin.web.portal import facts, grants, speech
from huiyin.web.portal.forms import SubmitForm

MAILBOX = "mailbox"
"""What the form holds when a letter is written to the mailbox of the city's leader."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    """Show the form, or take in what was written and go to the receipt.

    What the form got wrong is said beside the fields, with everything typed still there.
    """
    visitor = grants.visitor(request)
    if request.method != "POST":
        response = _page(request, _form(None, to=request.GET.get("to", "")))
    else:
        response = _posted(request, visitor, clock.now())
    grants.keep_visitor(response, visitor)
    return response


@never_cache
@require_safe
def submitted(request: HttpRequest) -> HttpResponse:
    """Show number and code of the case that this browser has just made."""
    number = grants.receipt(request)
    order = orders.by_number(number) if number else None
    if order is None:
        return redirect("portal:ask")
    return render(
        request,
        "portal/submitted.html",
        {
            "order": order,
            "code": query_code(order.number),
            "limit": speech.limit(order, clock.now()),
        },
    )


def _posted(request: HttpRequest, visitor: str, now: datetime) -> HttpResponse:
    form = _form(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=_status_of(form))
    tries.submission(request, form.cleaned_data["phone"], now)
    try:
        receipt = intake.take_in(
            _request_of(form.cleaned_data),
            by=CITIZEN,
            source=f"portal:{visitor}",
            key=form.cleaned_data["key"],
            files=[Upload(f.name or "", f.read()) for f in form.cleaned_data["uploads"]],
            now=now,
        )
    except Conflict:
        return _already_sent(request)
    except (Invalid, TooLarge, WrongType) as refusal:
        return _refused(request, form, refusal)
    response = redirect("portal:submitted")
    grants.give_receipt(response, receipt.number)
    return response


def _form(data: Any, files: MultiValueDict[str, Any] | None = None, *, to: str = "") -> SubmitForm:
    return SubmitForm(
        data,
        files,
        regions=_regions(),
        privacy=facts.words().privacy_version,
        initial={"key": secrets.token_hex(16), "wants_reply": True, "to": to},
    )


def _mailbox(to: object) -> str:
    """Return the name of the city's mailbox when a letter goes there, else nothing."""
    return facts.words().mailbox if to == MAILBOX else ""


def _regions() -> list[tuple[Region, list[Region]]]:
    """Return every county with its streets; the city itself where it has none. Two queries."""
    streets: dict[int | None, list[Region]] = {}
    for street in orgs.regions("street"):
        streets.setdefault(street.parent_id, []).append(street)
    above = list(orgs.regions("county")) or list(orgs.regions("city"))
    return [(each, streets.get(each.pk, [])) for each in above]


def _request_of(data: dict[str, Any]) -> Request:
    """Return the request; a report 举报 is always confidential."""
    kind = Kind(data["kind"])
    located = data["longitude"] is not None and data["latitude"] is not None
    return Request(
        content=data["content"],
        kind=kind,
        channel=Channel.MAIL if _mailbox(data["to"]) else Channel.WEB,
        place=data["place"],
        region=_region(data["region"]),
        longitude=data["longitude"] if located else None,
        latitude=data["latitude"] if located else None,
        name=data["name"],
        phone=data["phone"],
        wants_reply=data["wants_reply"],
        confidential=data["confidential"] or kind is Kind.REPORT,
    )


def _region(code: str) -> Region | None:
    wanted = (r for county, streets in _regions() for r in (county, *streets) if r.code == code)
    return next(wanted, None) if code else None


def _status_of(form: SubmitForm) -> int:
    errors = form.errors.as_data().get("uploads", [])
    return 413 if any(error.code == "too-large" for error in errors) else 422


def _refused(request: HttpRequest, form: SubmitForm, refusal: Refused) -> HttpResponse:
    """Put what the rules refused beside the fields it is about."""
    fields = refusal.facts.get("fields") or {"uploads": refusal.message}
    for name, message in fields.items():
        form.add_error(name if name in form.fields else None, str(message))
    return _page(request, form, status=refusal.status)


def _already_sent(request: HttpRequest) -> HttpResponse:
    """Say that this form was sent before with other words; a new key lets it be sent as new."""
    data = request.POST.copy()
    data["key"] = secrets.token_hex(16)
    form = _form(data)
    form.add_error(
        None,
        "这张表刚才已经提交成功一次，现在的内容和那次不同。想再提一件，请重新选择照片后再点“提交”。",
    )
    return _page(request, form, status=409)


def _page(request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
    return render(
        request,
        "portal/submit.html",
        {
            "form": form,
            "words": facts.words(),
            "mailbox": _mailbox(form["to"].value()),
            "kinds": [(kind, kind.label, words) for kind, words in speech.KINDS],
            "regions": _regions(),
            "longest": LONGEST["content"],
        },
        status=status,
    )
