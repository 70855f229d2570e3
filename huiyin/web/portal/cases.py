"""My case: opened with number and code, followed like a parcel."""

from __future__ import annotations

import hmac
import secrets
from datetime import date, datetime

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from huiyin.followup.callbacks import queries as callbacks
from huiyin.kernel import clock, idempotency, masks, text
from huiyin.kernel.errors import Invalid, NotFound, TooLarge, WrongType
from huiyin.kernel.idempotency import Answer, Claim
from huiyin.knowledge.states import Kind
from huiyin.orders import actions, around, numbers
from huiyin.orders import queries as orders
from huiyin.orders.actions.files import Upload, path_of
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import SUPPLEMENT, State
from huiyin.orgs.actors import CITIZEN
from huiyin.web import tries
from huiyin.web.portal import facts, grants, rating, speech
from huiyin.web.portal.forms import AskForm, MoreForm

WRONG = "编号或查询码不正确"
# Stands in for what cannot be a number, so that every try takes the same way through the database.
_NOBODYS = numbers.make(date(2000, 1, 1), 0)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Ask for number and code; a right pair opens that case for half an hour.

    One message and one way through the code for every wrong pair: nothing tells whether a number
    exists.
    """
    if request.method != "POST":
        number = request.GET.get("number", "")[:30]
        return _asked(request, AskForm(initial={"number": _grouped(number)}))
    now, form = clock.now(), AskForm(request.POST)
    if not form.is_valid():
        return _asked(request, form, status=422)
    order = _unlocked(request, form.cleaned_data["number"], form.cleaned_data["code"], now)
    if order is None:
        form.add_error(None, WRONG)
        return _asked(request, form, status=404)
    response = redirect("portal:case", order.number)
    grants.open_case(request, response, order.number, now)
    return response


@require_safe
def from_message(request: HttpRequest, number: str) -> HttpResponse:  # noqa: ARG001
    """Lead the short link of a message to the form with the number filled in."""
    return redirect(f"{reverse('portal:ask')}?number={numbers.read(number) or ''}")


@never_cache
@require_safe
def show(request: HttpRequest, number: str) -> HttpResponse:
    """Show one opened case; without a grant the code is asked for again. Five queries.

    A case that is handled together with another shows how far that one has come. Three more.
    """
    now = clock.now()
    order = _granted(request, number, now)
    if order is None:
        return _ask_again(number)
    form = MoreForm(initial={"key": secrets.token_hex(16)})
    return _shown(request, order, form, now)


@never_cache
@require_POST
def more(request: HttpRequest, number: str) -> HttpResponse:
    """Take in what the citizen adds to an opened case: words and photos, once per form.

    Source: R-132 (requirement 41).
    """
    now = clock.now()
    order = _granted(request, number, now)
    if order is None:
        return _ask_again(number)
    form = MoreForm(request.POST, request.FILES)
    if not form.is_valid():
        return _shown(request, order, form, now, status=422)
    tries.supplement(request, order.number, now)
    try:
        _add(order, form, now)
    except (Invalid, TooLarge, WrongType) as refusal:
        form.add_error(None, refusal.message)
        return _shown(request, order, form, now, status=refusal.status)
    return redirect(f"{reverse('portal:case', args=[order.number])}?added=1")


def _add(order: WorkOrder, form: MoreForm, now: datetime) -> None:
    files = [Upload(f.name or "", f.read()) for f in form.cleaned_data["uploads"]]
    words = form.cleaned_data["words"]
    sent = words.encode() + b"".join(file.content for file in files)
    claim = Claim.of(f"portal.more:{order.number}", form.cleaned_data["key"], sent)

    def work() -> Answer:
        done = actions.supplement(order.pk, by=CITIZEN, words=words, files=files, now=now)
        return {"events": done.event_count}

    idempotency.once(claim, work, now=now)


def _ask_again(number: str) -> HttpResponse:
    return redirect(f"{reverse('portal:ask')}?number={numbers.read(number) or ''}&again=1")


def _shown(
    request: HttpRequest, order: WorkOrder, form: MoreForm, now: datetime, status: int = 200
) -> HttpResponse:
    link = around.main_of(order)
    main = link.other if link else order
    may_rate = callbacks.may_rate(order)
    rated = order.standing is State.TO_CALLBACK and not may_rate
    hidden = order.kind == Kind.REPORT or order.confidential
    events = list(orders.public_events(order))
    if link:
        events = sorted([*events, *around.shared_events(main)], key=lambda e: (e.at, e.pk))
    found = {
        "order": order,
        "main": main,
        "merged": link is not None,
        "words": facts.words(),
        "headline": speech.headline(main),
        "next_step": speech.next_step(main, merged=link is not None),
        "stations": speech.STATIONS,
        "station": speech.station(main),
        "superseded": speech.superseded(main),
        "ended": main.closed_at is not None or main.standing is State.VOID,
        "limit": speech.limit(main, now),
        "steps": speech.told(events, main.answer),
        "content": masks.in_text(order.content) if hidden else order.content,
        "hidden": hidden,
        "files": orders.public_attachments(order),
        "rating": rating.asked(order, rating.empty_form()) if may_rate else None,
        "rated": rated,
        "more": form if order.standing in SUPPLEMENT.sources else None,
        "added": "added" in request.GET,
    }
    return render(request, "portal/case.html", found, status=status)


@never_cache
@require_safe
def file(request: HttpRequest, number: str, key: int) -> HttpResponseBase:
    """Send one public file of an opened case; it can do nothing but be looked at."""
    order = _granted(request, number, clock.now())
    found = orders.public_attachment(order, key) if order else None
    if found is None:
        raise NotFound("没有找到这个附件", remedy="请先用编号和查询码打开诉求")
    inline = found.media_type.split("/")[0] in ("image", "audio", "video")
    response = FileResponse(
        path_of(found).open("rb"),
        content_type=found.media_type,
        as_attachment=not inline,
        filename=found.name,
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@never_cache
@require_POST
def leave(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django passes it
    """Close every opened case in this browser."""
    response = redirect("portal:home")
    grants.close_cases(response)
    return response


def _unlocked(request: HttpRequest, number: str, code: str, now: datetime) -> WorkOrder | None:
    """Return the order that this pair opens. Raises TooMany."""
    digits = text.phone_digits(number)[:20]
    tries.code(request, digits, now)
    wanted = numbers.read(number) or _NOBODYS
    order = orders.by_number(wanted)
    right = hmac.compare_digest(
        numbers.query_code(wanted).encode(), "".join(code.split()).encode("utf-8", "replace")
    )
    return order if right else None


def _granted(request: HttpRequest, number: str, now: datetime) -> WorkOrder | None:
    """Return the order if this browser has opened it; None when nothing is open any more.

    Raises:
        NotFound: the browser has opened other cases, but not this one.
    """
    opened = grants.opened(request, now)
    if not opened:
        return None
    order = orders.by_number(number) if number in opened else None
    if order is None:
        raise NotFound("没有找到这件诉求", remedy="请用编号和查询码重新查询")
    return order


def _asked(request: HttpRequest, form: AskForm, status: int = 200) -> HttpResponse:
    return render(
        request,
        "portal/ask.html",
        {"form": form, "words": facts.words(), "again": "again" in request.GET},
        status=status,
    )


def _grouped(raw: str) -> str:
    number = numbers.read(raw)
    return numbers.spoken(number) if number else raw
