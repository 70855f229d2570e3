"""Saying how it went: two questions by a link that works once per round."""

from __future__ import annotations

import hmac
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks import queries as rounds
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel import clock
from huiyin.kernel.errors import Conflict, Invalid, NotFound, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import Kind, ReasonGroup
from huiyin.orders import numbers
from huiyin.orders import queries as orders
from huiyin.orders.models import WorkOrder
from huiyin.orders.states import Satisfaction, Solved, State
from huiyin.web import tries
from huiyin.web.portal import facts, speech
from huiyin.web.portal.forms import RatingForm

GRADES = tuple(
    (grade.value, grade.label, face)
    for grade, face in zip(
        Satisfaction, ("very-happy", "happy", "fair", "sad", "very-sad"), strict=True
    )
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, number: str, token: str) -> HttpResponse:
    """Ask the two questions, record the answers, and say what happens now.

    The link holds a secret of one round. Afterwards it shows the thanks and takes nothing more.
    """
    now = clock.now()
    order, round_ = _opened(request, number, token, now)
    if order.round != round_ or not rounds.may_rate(order):
        return _thanks(request, order, round_, now)
    if request.method != "POST":
        return _questions(request, order, empty_form())
    tries.rating(request, order.number, now)
    return _posted(request, order, token, now)


def _posted(request: HttpRequest, order: WorkOrder, token: str, now: datetime) -> HttpResponse:
    form = _form(request.POST)
    if not form.is_valid():
        return _questions(request, order, form, status=422)
    data = form.cleaned_data
    answers = Answers(
        solved=Solved(data["solved"]) if data["solved"] else None,
        grade=Satisfaction(data["satisfaction"]) if data["satisfaction"] else None,
        reasons=data["reasons"],
        comment=data["comment"],
    )
    try:
        callbacks.record_rating(order.pk, answers, now=now)
    except Invalid as refusal:
        for name, message in refusal.facts["fields"].items():
            form.add_error(name, message)
        return _questions(request, order, form, status=422)
    except (Conflict, WrongState):
        # Somebody was faster: the same link in another window, or the call-back clerk.
        pass
    return redirect("portal:rate", order.number, token)


def _opened(request: HttpRequest, number: str, token: str, now: datetime) -> tuple[WorkOrder, int]:
    """Return the order and the round that the link belongs to. Raises NotFound, TooMany."""
    order = orders.by_number(number)
    given = token.encode("utf-8", "replace")
    if order is not None:
        for round_ in range(order.round, 0, -1):
            if hmac.compare_digest(numbers.rating_token(order.number, round_).encode(), given):
                return order, round_
    tries.rating(request, number, now)
    raise NotFound("评价链接无效", remedy="请核对短信里的链接，或用编号和查询码查看诉求")


def asked(order: WorkOrder, form: RatingForm) -> dict[str, Any]:
    """Return what ``portal/_rating.html`` shows: the form, its choices, and where it is sent."""
    return {
        "form": form,
        "solved": [(s.value, s.label) for s in (Solved.YES, Solved.PARTLY, Solved.NO)],
        "grades": GRADES,
        "token": numbers.rating_token(order.number, order.round),
    }


def empty_form() -> RatingForm:
    """Return the form before anything is answered."""
    return _form(None)


def _form(data: QueryDict | None) -> RatingForm:
    return RatingForm(data, reasons=knowledge.reasons(ReasonGroup.UNSATISFIED))


def _questions(
    request: HttpRequest, order: WorkOrder, form: RatingForm, status: int = 200
) -> HttpResponse:
    return render(
        request,
        "portal/rate.html",
        {
            "order": order,
            "hidden": order.kind == Kind.REPORT or order.confidential,
            "rating": asked(order, form),
            "words": facts.words(),
        },
        status=status,
    )


def _thanks(request: HttpRequest, order: WorkOrder, round_: int, now: datetime) -> HttpResponse:
    """Say what happens now: closed, done again until when, or waiting for a word from us."""
    rated = rounds.rating_of(order, round_)
    return render(
        request,
        "portal/rated.html",
        {
            "order": order,
            "rated": rated,
            "again": order.round > round_ or order.standing is State.REWORK,
            "waits": order.standing is State.TO_CALLBACK and order.round == round_,
            "headline": speech.headline(order),
            "next_step": speech.next_step(order),
            "limit": speech.limit(order, now),
        },
    )
