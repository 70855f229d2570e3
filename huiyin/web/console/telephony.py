"""Telephony in the console: seats and lines, lists and leaders' days, prompts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from huiyin.callcentre.telephony import queries
from huiyin.callcentre.telephony.actions import lists, prompts, setup
from huiyin.callcentre.telephony.policy import KEEPERS, keeper
from huiyin.kernel import clock
from huiyin.kernel.errors import Invalid, NotFound, Refused
from huiyin.orgs.actors import Actor
from huiyin.web.console.forms import HouseForm
from huiyin.web.console.forms_telephony import FORMS, blank
from huiyin.web.staff import StaffRequest, staff_page

PAGES = {
    "seats": ("seats", "line"),
    "lists": ("number", "leader", "standby"),
    "prompts": ("prompt",),
}
_PAGE_OF = {form: page for page, names in PAGES.items() for form in names}
Take = Callable[[dict[str, Any], Actor], object]


@require_GET
@staff_page(*KEEPERS)
def shown(request: StaffRequest, page: str = "seats") -> HttpResponse:
    """Show one page of telephony's settings. Seven queries at most."""
    if page not in PAGES:
        raise NotFound("没有这个页面")
    return _page(request, page, blank(), 200)


@require_POST
@staff_page(*KEEPERS)
def save(request: StaffRequest, name: str) -> HttpResponse:
    """Store what one of the forms says."""
    if name not in FORMS:
        raise NotFound("没有这张表")
    form = FORMS[name](request.POST, request.FILES, auto_id=f"{name}-%s")
    status = _taken(name, form, request.actor) if form.is_valid() else 422
    if status == 200:
        response = redirect("console:telephony_page", page=_PAGE_OF[name])
        response["Location"] += "?saved"
        return response
    return _page(request, _PAGE_OF[name], blank() | {name: form}, status)


@require_POST
@staff_page(*KEEPERS)
def remove(request: StaffRequest, name: str, key: int) -> HttpResponse:
    """Take a row off its list, close a seat, or go back to an earlier prompt."""
    by, now = request.actor, clock.now()
    if name == "number":
        lists.remove_number(key, by=by)
    elif name == "leader":
        lists.remove_leader_day(key, by=by, now=now)
    elif name == "standby":
        lists.remove_standby(key, by=by)
    elif name == "seats":
        setup.close_seat(key, by=by)
    elif name == "prompt":
        prompts.use(key or None, request.POST.get("name", "")[:20], by=by)
    else:
        raise NotFound("没有这张表")
    response = redirect("console:telephony_page", page=_PAGE_OF[name])
    response["Location"] += "?saved"
    return response


def _taken(name: str, form: HouseForm, by: Actor) -> int:
    """Do what the form says; return 200, or the status of the refusal now standing on it."""
    try:
        _TAKE[name](form.cleaned_data, by)
    except Refused as refusal:
        return form.refuse(refusal)
    return 200


def _seats(asked: dict[str, Any], by: Actor) -> None:
    keeper(by)
    try:
        setup.seats(
            asked["extensions"],
            kind=asked["kind"],
            skills=asked["skills"],
            address=asked["address"],
        )
    except Invalid as refusal:
        raise Invalid(refusal.message, fields={"extensions": refusal.message}) from None


def _line(asked: dict[str, Any], by: Actor) -> None:
    keeper(by)
    number = asked.pop("number")
    setup.line(number, **asked)


def _leader(asked: dict[str, Any], by: Actor) -> None:
    span = (asked["begins_at"], asked["ends_at"])
    lists.add_leader_day(asked["leader"], asked["topic"], asked["line"], span, by=by)


def _prompt(asked: dict[str, Any], by: Actor) -> None:
    sound = asked["sound"].read(prompts.LARGEST + 1)
    prompts.put(asked["name"], sound, by=by, now=clock.now(), note=asked["note"])


_TAKE: dict[str, Take] = {
    "seats": _seats,
    "line": _line,
    "number": lambda asked, by: lists.add_number(
        asked["number"], asked["kind"], by=by, now=clock.now(), note=asked["note"],
        until=asked["until"],
    ),
    "leader": _leader,
    "standby": lambda asked, by: lists.add_standby(
        asked["staff"], asked["number"], by=by, note=asked["note"]
    ),
    "prompt": _prompt,
}  # fmt: skip


def _page(request: StaffRequest, page: str, forms: dict[str, Any], status: int) -> HttpResponse:
    now = clock.now()
    found: dict[str, Any] = {"page": page, "forms": forms, "saved": "saved" in request.GET}
    if page == "seats":
        found |= {"seats": list(queries.seats()), "lines": queries.lines()}
    elif page == "lists":
        found |= {
            "numbers": queries.known_numbers(now),
            "days": queries.leader_days(now),
            "standby": queries.standby_list(),
        }
    else:
        found |= {"prompts": queries.prompt_versions(), "words": prompts.words()}
    return render(request, "console/telephony.html", found, status=status)
