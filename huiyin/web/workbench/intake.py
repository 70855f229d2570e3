"""Taking down a call: one form, one submit, and what the same caller and place had before."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from huiyin.callcentre.telephony import surge_queries
from huiyin.callcentre.telephony.actions import wishes
from huiyin.callcentre.telephony.states import SurgeAct
from huiyin.channels.assistant import queries as assistant
from huiyin.channels.assistant.states import Task
from huiyin.channels.intake.actions import Ending, take_down
from huiyin.dispatch.duplicates.queries import Likely, Subject, likely_same
from huiyin.dispatch.learning.hints import category_meant
from huiyin.followup.filings import queries as filings
from huiyin.followup.filings.models import Filing
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound, WrongState
from huiyin.knowledge import actions as kept
from huiyin.knowledge import article_queries
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.article_states import UseKind
from huiyin.knowledge.models import Category
from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import numbers, queries
from huiyin.orders.actions.intake import place_key
from huiyin.orders.models import WorkOrder
from huiyin.orgs.states import Perm
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.forms import dress
from huiyin.web.workbench.forms_intake import EMERGENCIES, IntakeForm
from huiyin.web.workbench.hints import record_hints
from huiyin.web.workbench.rows import rows_for
from huiyin.web.workbench.steps import go, put_on
from huiyin.worktime.calendar import SHANGHAI

MOST_EARLIER, MOST_LIKELY = 6, 4
JUST_NOW = timedelta(minutes=30)


@require_http_methods(["GET", "POST"])
@staff_page(Perm.INTAKE)
def new(request: StaffRequest) -> HttpResponse:
    """Take down a call; the page is ready for the next one at once."""
    if request.method == "GET":
        return _empty(request)
    form = IntakeForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    earlier = _earlier(request, form.cleaned_data["sequel"])
    kind, number = form.cleaned_data["tie"]
    other = _earlier(request, number)
    if kind and other is None:
        form.add_error(None, "没有找到要关联的工单，没有登记任何内容")
        return _page(request, form, status=422, sequel=earlier)
    sequel = other if kind == "sequel" else earlier
    try:
        receipt = take_down(
            form.request(),
            _ending(form, other if kind == "join" else None),
            by=request.actor,
            key=form.cleaned_data["key"],
            sequel_of=sequel.pk if sequel else None,
            related_to=other.pk if other and kind == "related" else None,
            now=clock.now(),
        )
    except (Invalid, WrongState) as refusal:
        put_on(form, refusal)
        return _page(request, form, status=422, sequel=earlier)
    _used(request, form, receipt.number)
    key = queries.visible_key(request.actor, receipt.number)
    if receipt.new and key is not None:
        record_hints(request.POST, key, clock.now())
    if receipt.new:
        wishes.took_down(receipt.number, by=request.actor)
    return go(request, f"{reverse('workbench:new')}?taken={receipt.number}")


def _empty(request: StaffRequest) -> HttpResponse:
    """Show the form as a call begins: what a sequel, the caller and a surge already say."""
    earlier = _earlier(request, request.GET.get("sequel", ""))
    initial = {"key": secrets.token_urlsafe(16)} | (_begun(earlier) if earlier else {})
    if request.GET.get("call"):
        initial["phone"] = wishes.number_at_seat(by=request.actor, now=clock.now())
    if (step := surge_queries.running().get(SurgeAct.EVENT_TAG)) is not None:
        initial["tags"] = sorted({step.tag, *initial.get("tags", ())})
    form = IntakeForm(initial=initial)
    return _page(request, form, taken=_taken(request), sequel=earlier)


@require_POST
@staff_page(Perm.INTAKE)
def before(request: StaffRequest) -> HttpResponse:
    """Show what is likely the same event, and what the number and the place had before.

    Fourteen queries at most.

    By POST, so that no telephone number stands in an address or a log.
    """
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_before.html", _before(request))
    form = IntakeForm(initial=request.POST.dict())
    return _page(request, form)


def _earlier(request: StaffRequest, number: str) -> WorkOrder | None:
    """Return the order of which a sequel is taken down, if the agent may see it."""
    key = queries.visible_key(request.actor, number) if number else None
    return queries.by_number(number) if key is not None else None


def _begun(earlier: WorkOrder) -> dict[str, Any]:
    """Return what a sequel begins with: where and what, not who; the caller is asked anew."""
    return {
        "sequel": earlier.number,
        "place": earlier.place,
        "kind": earlier.kind,
        "category": earlier.category.code if earlier.category else "",
        "region": earlier.region.code if earlier.region else "",
        "title": earlier.title,
        "tags": list(earlier.tags),
        "confidential": earlier.confidential,
    }


def _ending(form: IntakeForm, joined: WorkOrder | None) -> Ending:
    if joined is not None:
        matters = tuple(form.cleaned_data["matters"].splitlines())
        return Ending("join", main=joined.pk, matters=matters)
    names = ("answer", "reason", "to", "note")
    clean = form.cleaned_data
    matters = tuple(clean["matters"].splitlines())
    filing = clean["filing"].pk if clean["filing"] else None
    said = {name: clean[name] for name in names}
    return Ending(clean["ending"], **said, matters=matters, filing=filing)


def _used(request: StaffRequest, form: IntakeForm, number: str) -> None:
    """Count the article from which the answer was taken; one withdrawn meanwhile counts nothing."""
    key, ending = form.cleaned_data["article"], form.cleaned_data["ending"]
    if not key.isdecimal() or ending != "answer":
        return
    with suppress(NotFound):
        kept.record_use(int(key), UseKind.USED, by=request.actor, now=clock.now(), number=number)


def _page(
    request: StaffRequest, form: IntakeForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    dress(form)
    now, acts = clock.now(), surge_queries.running()
    found = {
        "form": form,
        "scripts": _scripts(),
        "duties": [(e, article_queries.on_duty(e, now)) for e in article_queries.duties()],
        "reasons": knowledge.reasons(ReasonGroup.REFER),
        "emergencies": EMERGENCIES,
        "advice": knowledge.reasons(ReasonGroup.EMERGENCY),
        "surge": acts,
        "short": SurgeAct.SHORT_FORM in acts and not request.GET.get("full"),
        "may_draft": assistant.is_on(Task.ORDER, clock.now()),
        "may_draft_answer": assistant.is_on(Task.ANSWER, clock.now()),
    }
    return render(request, "workbench/new.html", found | _before(request) | more, status=status)


def _scripts() -> list[dict[str, str]]:
    """Return what agents say for each kind of request, with the names of kind and category."""
    names = {kind.value: kind.label for kind in Kind}
    every = " ".join(names)
    told = []
    for row in article_queries.scripts(clock.now()):
        category = knowledge.category(row["category"]) if row["category"] else None
        told.append({
            "kind": row["kind"] or every,
            "label": names.get(row["kind"], "全部类型"),
            "about": category.name if category else "",
            "text": row["text"],
        })  # fmt: skip
    return told


def page_with(request: StaffRequest, form: IntakeForm, found: dict[str, Any]) -> HttpResponse:
    """Return the whole page with more facts, for those without JavaScript."""
    return _page(request, form, **found)


def _before(request: StaffRequest) -> dict[str, Any]:
    phone = request.POST.get("phone", "")[:40]
    place = request.POST.get("place", "")[:200]
    content = request.POST.get("content", "")[:5000]
    now, actor = clock.now(), request.actor
    likely = _likely(request, content, phone, place, now)
    shown = {each.order.pk for each in likely}
    today = now.astimezone(SHANGHAI).date()
    recognised = filings.is_on(now)
    fitting = filings.at_intake(phone, place, today) if recognised else []
    caller = queries.same_phone(phone, limit=MOST_EARLIER)
    there = queries.same_place(place_key(place), limit=MOST_EARLIER)
    rows = rows_for(actor, [*caller, *there], now)
    return {
        "asked": bool(phone.strip() or place.strip() or content.strip()),
        "likely": likely,
        "phone_given": bool(phone.strip()),
        "place_given": len(place_key(place)) >= 4,
        "same_phone": [row for row in rows[: len(caller)] if row.order.pk not in shown],
        "same_place": [row for row in rows[len(caller) :] if row.order.pk not in shown],
        "filings": fitting,
        "like_filings": _like_filed(request, shown, fitting, now) if recognised else [],
    }


def _like_filed(
    request: StaffRequest, likely: Collection[int], but: Sequence[Filing], now: datetime
) -> list[Filing]:
    """Return the filings that say the like, of the class that is chosen or that the words mean."""
    content = request.POST.get("content", "")[:5000]
    category = _category(request) or knowledge.category(category_meant(content, now))
    today = now.astimezone(SHANGHAI).date()
    found = filings.like(content, orders=likely, category=category, today=today)
    return [each for each in found if each not in but]


def _likely(
    request: StaffRequest, content: str, phone: str, place: str, now: datetime
) -> list[Likely]:
    """Return what is likely the same event as what has been typed so far. Six queries at most."""
    title, category = request.POST.get("title", "")[:80], _category(request)
    typed = Subject.typed(content, title=title, phone=phone, place=place, category=category)
    return likely_same(typed, now, limit=MOST_LIKELY)


def _category(request: StaffRequest) -> Category | None:
    code = request.POST.get("category", "")[:12]
    return knowledge.category(code) if code else None


def _taken(request: StaffRequest) -> dict[str, Any] | None:
    """Return the order that this agent took down a moment ago, with the code to tell the caller."""
    number = request.GET.get("taken", "")
    order = queries.by_number(number) if number else None
    if order is None or order.created_by_id != request.staff.pk:
        return None
    if clock.now() - order.created_at > JUST_NOW:
        return None
    return {"order": order, "code": numbers.query_code(order.number)}
