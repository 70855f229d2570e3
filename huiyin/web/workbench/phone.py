"""The telephone on the agent's desk: signed in or not, the call and its caller, what can be done.

One panel that stands alone and beside the forms; it asks for itself anew when something moved, so
what is typed into a form is never touched by a call that drops.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from huiyin.callcentre.calls.states import Direction
from huiyin.callcentre.telephony import planning_queries, queries
from huiyin.callcentre.telephony.actions import roster, wishes
from huiyin.callcentre.telephony.models import LiveCall, Session, Wish
from huiyin.callcentre.telephony.states import (
    ON_CALL,
    AgentState,
    CallMark,
    CallState,
    NumberKind,
    SeatKind,
)
from huiyin.kernel import clock, crypto
from huiyin.kernel.errors import Invalid, NotFound, Refused
from huiyin.orders import queries as orders
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm
from huiyin.web.csp import policy_of
from huiyin.web.live.address import origin_of
from huiyin.web.staff import StaffRequest, staff_page
from huiyin.web.workbench.rows import rows_for

SEATED = (Perm.INTAKE, Perm.CALL_BACK, Perm.SUPERVISE, Perm.QUALITY)
_EARLIER = 4
_NO_ANSWER = "话务分配程序没有回应，请稍候再看"
_TOLD_FOR, _TOLD = 10, "phone.told"  # seconds that a refusal stays while the panel is renewed


@dataclass(frozen=True, slots=True)
class Button:
    """One thing that can be done with a call now; ``key`` is its access key."""

    verb: str
    label: str
    key: str = ""
    words: str = ""
    tone: str = ""


@require_GET
@staff_page(*SEATED)
def panel(request: StaffRequest) -> HttpResponse:
    """Show the telephone: alone, or as a part of a page. Nine queries at most."""
    if request.GET.get("beside") and queries.session_of(request.staff.pk) is None:
        return HttpResponse(status=204)  # beside a form only for those who take calls
    return _shown(request)


@require_POST
@staff_page(*SEATED)
def sign_in(request: StaffRequest) -> HttpResponse:
    """Sign in at a seat."""
    now = clock.now()
    try:
        wish = wishes.sign_in(request.POST.get("seat", "")[:8], by=request.actor, now=now)
    except Refused as refusal:
        return _declined(request, refusal)
    return _after(request, wish)


@require_POST
@staff_page(*SEATED)
def do(request: StaffRequest, verb: str) -> HttpResponse:
    """Ask the distributor for something at one's own seat."""
    names = ("to", "number", "of", "ear")
    words: dict[str, Any] = {n: request.POST[n][:40] for n in names if request.POST.get(n)}
    if "on" in request.POST:
        words["on"] = request.POST["on"] == "1"
    try:
        words |= _about(request)
        wish = wishes.ask(verb, words, by=request.actor, now=clock.now())
    except Refused as refusal:
        return _declined(request, refusal)
    return _after(request, wish)


@require_POST
@staff_page(*SEATED)
def mark(request: StaffRequest) -> HttpResponse:
    """Note that the caller is upset or abusive, or take the note back."""
    try:
        roster.mark(
            request.POST.get("mark", "")[:10],
            on=request.POST.get("on") == "1",
            by=request.actor,
            now=clock.now(),
        )
    except Refused as refusal:
        return _declined(request, refusal)
    if request.headers.get("HX-Request"):
        return _shown(request)
    return redirect(reverse("workbench:phone"))


def _about(request: StaffRequest) -> dict[str, int]:
    """Return the order or missed number that a call is to be about, if it may be seen."""
    found: dict[str, int] = {}
    if number := request.POST.get("order", "")[:24]:
        key = orders.visible_key(request.actor, number)
        if key is None:
            raise NotFound("没有找到这件工单")
        found["order"] = key
    for name in ("missed", "standby"):
        if typed := request.POST.get(name, ""):
            if not (typed.isascii() and typed.isdigit() and len(typed) < 12):
                raise Invalid("没有这条记录")
            found[name] = int(typed)
    if "standby" in found:
        require(request.actor, Perm.SUPERVISE)
    return found


def _declined(request: StaffRequest, refusal: Refused) -> HttpResponse:
    """Say in the telephone why not: in its place nobody would see the next call.

    Raises:
        Refused: the same, where a whole page was asked for.

    Source: R-610 (issue of calls 5: the call opens the card).
    """
    if not request.headers.get("HX-Request"):
        raise refusal
    words = "。".join(filter(None, (refusal.message, refusal.remedy)))
    response = _shown(request, refused=words)
    response.status_code = refusal.status
    return response


def _after(request: StaffRequest, wish: Wish) -> HttpResponse:
    """Wait a moment for what came of a wish, then show the telephone again."""
    refused = _refused(wish)
    if request.headers.get("HX-Request"):
        response = _shown(request, refused=refused)
        moves = wish.verb == "sign_in" or wish.words.get("to") == AgentState.SIGNED_OUT.value
        if moves and not refused:  # the telephone in the browser comes and goes with the page
            response["HX-Redirect"] = reverse("workbench:phone")
        return response
    if refused:
        raise Refused(refused)
    return redirect(reverse("workbench:phone"))


def _refused(wish: Wish) -> str:
    for _ in range(settings.ACD_LOOKS):
        wish.refresh_from_db(fields=["done_at", "refused"])
        if wish.done_at is not None:
            return wish.refused
        time.sleep(0.05)
    return _NO_ANSWER


def _shown(request: StaffRequest, *, refused: str = "") -> HttpResponse:
    now = clock.now()
    session = queries.session_of(request.staff.pk)
    told = request.GET.get("told", "") if not refused else ""
    if refused and refused != _NO_ANSWER:
        told = signing.dumps(refused, salt=_TOLD, compress=True)
    refused = refused or _still(told)
    facts: dict[str, Any] = {
        "session": session, "refused": refused, "told": told if refused else "", "now": now,
        "demo": settings.DEMO,
    }  # fmt: skip
    if session is None:
        facts["seats"] = [seat for seat in queries.free_seats() if _may_sit(request, seat.kind)]
    else:
        facts |= _standing(request, session, now)
    if request.headers.get("HX-Request"):
        return render(request, "workbench/_phone.html", facts)
    if session is None or session.seat.address not in ("browser", ""):
        return render(request, "workbench/phone.html", facts)
    telephone = _telephone(session)
    if not session.seat.address:  # one that registers, with what is typed into it
        return render(request, "workbench/phone.html", facts | {"telephone": telephone})
    facts["softphone"] = telephone
    response = render(request, "workbench/phone.html", facts)
    response["Content-Security-Policy"] = policy_of(request, origin_of(settings.PHONE_URL))
    return response


def _still(told: str) -> str:
    """Return the refusal that the panel showed before it was renewed, for some seconds.

    The panel hands it back, signed, as nobody could read what is gone after a moment.
    """
    try:
        return str(signing.loads(told, salt=_TOLD, max_age=_TOLD_FOR)) if told else ""
    except signing.BadSignature:
        return ""


def _telephone(session: Session) -> dict[str, str]:
    """Return what the seat's telephone signs in with, for this session alone."""
    return {
        "url": settings.PHONE_URL,
        "seat": session.seat.extension,
        "password": crypto.unseal(session.password_sealed, "seat.password"),
    }


def _may_sit(request: StaffRequest, kind: str) -> bool:
    return wishes.SEATS_FOR[SeatKind(kind)] in request.actor.perms


def _standing(request: StaffRequest, session: Session, now: datetime) -> dict[str, Any]:
    """Return where the agent and the call stand: the caller's card before it is answered."""
    state = AgentState(session.state)
    own = call = queries.call_at(session.seat.extension)
    if own is None and state in ON_CALL:  # asked into another's call, or hearing it
        call = queries.call_named(session.call)
    facts: dict[str, Any] = {
        "state": state, "call": call, "own": own is not None, "choices": _choices(state),
        "buttons": _buttons(own, state),
    }  # fmt: skip
    if state is AgentState.BUSY:
        facts["busy_because"] = queries.why_busy(session)
    if call is not None:
        key = bytes(call.number_key)
        known = orders.same_caller(key, limit=_EARLIER)
        facts["earlier"] = rows_for(request.actor, known, now)
        facts["flags"] = sorted(queries.kinds_of(key, now)) if key else []
        facts["incoming"] = own is not None and call.direction == Direction.IN.value
        facts |= _marks(call, facts["flags"], now, own=own is not None)
    return facts


def _marks(call: LiveCall, flags: list[NumberKind], now: datetime, *, own: bool) -> dict[str, Any]:
    """Return what was noted of this caller now and before, and what may be said to them."""
    here = planning_queries.marks_of([call.key]).get(call.key, [])
    key = bytes(call.number_key)
    before = planning_queries.marked_before(key, now, but=call.key) if key else {}
    about = set(here) | ({CallMark.ABUSIVE} if NumberKind.NUISANCE in flags else set())
    return {
        "marks": [(mark, mark in here) for mark in CallMark],
        "marked_before": [(mark, before[mark]) for mark in CallMark if mark in before],
        "scripts": [
            (mark, planning_queries.script(mark, now)) for mark in CallMark if mark in about
        ],
        "may_mark": own and call.state in (CallState.TALKING.value, CallState.HELD.value),
    }


_CHOICES = (
    (AgentState.READY, "可以接听", "1"),
    (AgentState.BUSY, "示忙", "2"),
    (AgentState.BREAK, "小休", ""),
    (AgentState.TRAINING, "学习", ""),
    (AgentState.SIGNED_OUT, "签出", ""),
)


def _choices(state: AgentState) -> list[tuple[str, str, str]]:
    return [(to.value, label, key) for to, label, key in _CHOICES if to is not state]


def _buttons(call: LiveCall | None, state: AgentState) -> list[Button]:
    """Return what can be done with the call in its state, the most usual first."""
    if state not in ON_CALL:
        return []
    hang_up = Button("hang_up", "挂断", "9", tone="red")
    if call is None:
        return [] if state is AgentState.RINGING else [hang_up]
    asked, up = queries.thirds(call)
    paused = Button("pause", "恢复录音", words="0") if call.said.get("paused") else None
    third = [Button("complete", "转给第三方", "4")] * up + [
        Button("drop_third", "第三方退出" if up else "不等第三方了")
    ] * asked
    if call.state == CallState.HELD.value:
        back = Button("resume", "三方通话" if up else "取回", "3")
        return [back, *third, *([paused] if paused else []), hang_up]
    if call.state == CallState.TALKING.value:
        return [
            Button("hold", "保持", "3"),
            *third,
            Button("mute", "静音", "5", words="1"),
            Button("mute", "取消静音", "6", words="0"),
            paused or Button("pause", "暂停录音", words="1"),
            hang_up,
        ]
    return [hang_up] if state is not AgentState.RINGING else []
