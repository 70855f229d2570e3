"""What people at seats ask of the distributor: written here, done by it, answered in the row."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from huiyin.callcentre.calls import actions as calls
from huiyin.callcentre.telephony import queries, rules, surge_queries
from huiyin.callcentre.telephony.actions import missed
from huiyin.callcentre.telephony.models import (
    AgentChange,
    LiveCall,
    Missed,
    Seat,
    Session,
    Standby,
    Wish,
)
from huiyin.callcentre.telephony.states import AgentState, SeatKind, SurgeAct
from huiyin.kernel import access, crypto, notify
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orders import policy
from huiyin.orders import queries as orders
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor
from huiyin.orgs.policy import require
from huiyin.orgs.states import Perm

CHANNEL = "huiyin_acd"
FLOOR = "huiyin_floor"  # pages hear that something on the floor moved, and at which seats
EVERYBODY = "*"
VERBS = frozenset(
    {
        "sign_in", "choose", "hold", "resume", "mute", "hang_up", "transfer", "consult", "complete",
        "drop_third", "dial", "overhear", "pause", "answer", "simulate",
    }
)  # fmt: skip
SEATS_FOR = {
    SeatKind.ANSWERING: Perm.INTAKE, SeatKind.CALLBACK: Perm.CALL_BACK,
    SeatKind.FLOOR: Perm.SUPERVISE, SeatKind.QUALITY: Perm.QUALITY,
}  # fmt: skip
_LEADERS = frozenset({"overhear"})
_TO_OTHERS = frozenset({"transfer", "consult"})


@transaction.atomic
def sign_in(extension: str, *, by: Actor, now: datetime) -> Wish:
    """Sign a person in at a seat, with a password of its telephone for this time only.

    Raises:
        NotFound: no such seat; NotAllowed: the seat is for other work; Conflict: taken.

    Source: R-239 (requirement 3; issue of calls: passwords per session).
    """
    seat = Seat.objects.filter(extension=extension, active=True).first()
    if seat is None or by.staff is None:
        raise NotFound("没有这个席位")
    wanted = SEATS_FOR[SeatKind(seat.kind)]
    if wanted not in by.perms:
        label = SeatKind(seat.kind).label
        raise NotAllowed(
            f"{label}不是您的岗位", remedy="要在这里接听的，请管理员加上这个岗位的角色"
        )
    try:
        with transaction.atomic():
            session = Session.objects.create(
                staff=by.staff, seat=seat, signed_in_at=now, since=now,
                state=AgentState.SIGNED_OUT.value,
                password_sealed=crypto.seal(secrets.token_urlsafe(12), "seat.password"),
            )  # fmt: skip
    except IntegrityError:
        raise Conflict("这个席位已有人，或您已在别的席位签入") from None
    return _write(session, "sign_in", {}, now)


@transaction.atomic
def ask(verb: str, words: Mapping[str, Any], *, by: Actor, now: datetime) -> Wish:
    """Ask the distributor for something at one's own seat.

    Raises:
        WrongState: not signed in; Invalid: no such verb; Refused: no break now.
    """
    if by.staff is None or verb not in VERBS:
        raise Invalid("没有这个操作")
    session = queries.session_of(by.staff.pk)
    if session is None:
        raise WrongState("请先签入席位")
    if verb in _LEADERS:
        require(by, Perm.SUPERVISE)
    if verb == "choose" and words.get("to") == AgentState.BREAK.value:
        check_break(session, now)
    if verb == "dial":
        _check_dial(words, by, now)
    if verb in _TO_OTHERS:
        words = _to_whom(words)
    return _write(session, verb, _without_numbers(words), now)


def _check_dial(words: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Refuse a call that may not be made; one for a row of a list calls the row's own number.

    Another number called in its name would settle a missed call that nobody has called back.

    Source: R-612 (requirement 10; handbook domain.md 5.3).
    """
    named = [name for name in ("missed", "standby") if name in words]
    if named and (len(named) > 1 or "number" in words or "order" in words):
        raise Invalid("名单上的号码不能改拨别的号码")
    if "order" in words and not words.get("number"):
        _check_may_call(int(words["order"]), by)
    if "missed" in words:
        missed.check_call_back(int(words["missed"]), now)


def _to_whom(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words with a seat's extension as it is, and what is none as a number outside.

    Raises:
        Refused: nobody sits there; the extension is not to be called outside.

    Source: R-571 (issue of calls: toll fraud closed); R-21 (handbook domain.md 7.2).
    """
    found = dict(words)
    to = str(found.get("to", "")).strip()
    if not to:
        return found
    seat = Seat.objects.filter(extension=to, active=True).first()
    if seat is None:
        found["number"] = found.pop("to")
    elif not Session.objects.filter(seat=seat, signed_out_at__isnull=True).exists():
        raise Refused(f"{to} 席没有人签入", remedy="请换一个席位或电话号码")
    return found


def _check_may_call(order: int, by: Actor) -> None:
    """Refuse to call a requester whose number this person may not read.

    Source: R-461 (handbook domain.md 4.4, 7.2).
    """
    found = WorkOrder.objects.select_related("requester").filter(pk=order).first()
    if found is None or not found.requester.phone_masked:
        raise Invalid("这件工单没有留电话")
    if refusal := policy.may_reveal(by, found, orders.my_part(by, found)):
        raise NotAllowed(refusal)


def check_break(session: Session, now: datetime) -> None:
    """Refuse a break in a surge, while too many rest, or when the shift's minutes are used.

    Four queries at most.

    Source: R-224 (handbook domain.md 5.1); R-460 (handbook domain.md 5.3).
    """
    if SurgeAct.NO_BREAKS in surge_queries.running():
        raise Refused("话务应急期间暂停小休", remedy="请与现场班长联系")
    here = list(queries.sessions())
    resting = sum(row.state == AgentState.BREAK.value for row in here)
    rules.check_break(
        resting, len(here), _rested(session, now), timedelta(minutes=5), queries.settings(now)
    )


def _rested(session: Session, now: datetime) -> timedelta:
    """Return how long somebody has rested in the hours of a shift. One query.

    Whoever signs out and in again has not begun a new shift.
    """
    hours = int(knowledge.parameter("telephony.session_hours", now, default=14))
    since = now - timedelta(hours=hours)
    taken, began = timedelta(), None
    rows = AgentChange.objects.filter(session__staff_id=session.staff_id, at__gte=since)
    for change in rows.order_by("at", "pk"):
        if change.to == AgentState.BREAK.value:
            began = change.at
        elif began is not None:
            taken, began = taken + (change.at - began), None
    return taken + (now - began if began else timedelta())


def _without_numbers(words: Mapping[str, Any]) -> dict[str, Any]:
    """Return the words with a telephone number sealed: no number lies in the clear."""
    plain = {key: value for key, value in words.items() if key not in ("number",)}
    if number := str(words.get("number", "")):
        sealed = crypto.seal(number, "wish.number")
        plain["sealed"] = base64.b64encode(sealed).decode()
    return plain


def number_in(wish: Wish, now: datetime) -> str:
    """Return the number that is to be called: given, of a missed call, or of an order's caller.

    A number read from an order or the list is written into the access log.

    Source: R-21 (handbook domain.md 7.2).
    """
    words = wish.words
    if sealed := words.get("sealed"):
        return crypto.unseal(base64.b64decode(sealed), "wish.number")
    if key := words.get("missed"):
        row = Missed.objects.filter(pk=key).first()
        if row is None:
            raise NotFound("没有这条漏接记录")
        return crypto.unseal(row.number_sealed, "missed.number")
    if key := words.get("standby"):
        return _number_of_standby(int(key), wish, now)
    order = WorkOrder.objects.select_related("requester").filter(pk=words.get("order")).first()
    if order is None:
        raise NotFound("没有找到要回访的工单")
    access.record(
        reader=f"staff:{wish.staff_id}", subject=f"order:{order.number}", fields=["phone"],
        purpose="外呼", now=now,
    )  # fmt: skip
    return crypto.unseal(order.requester.phone_sealed, "requester.phone")


def _number_of_standby(key: int, wish: Wish, now: datetime) -> str:
    """Return the number of somebody who can be called to the telephones; the reading is logged."""
    row = Standby.objects.filter(pk=key).first()
    if row is None:
        raise NotFound("备班名单里没有这个人")
    access.record(
        reader=f"staff:{wish.staff_id}", subject=f"standby:{row.pk}", fields=["phone"],
        purpose="召集备班", now=now,
    )  # fmt: skip
    return crypto.unseal(row.number_sealed, "standby.number")


def _write(session: Session, verb: str, words: dict[str, Any], now: datetime) -> Wish:
    wish = Wish.objects.create(
        seat=session.seat.extension, staff=session.staff, verb=verb, words=words, asked_at=now
    )
    notify.tell(CHANNEL, str(wish.pk))
    return wish


def done(answers: Sequence[tuple[int, str]], now: datetime) -> None:
    """Note what became of wishes: done, or refused with the reason."""
    for key, refused in answers:
        Wish.objects.filter(pk=key).update(done_at=now, refused=refused[:200])


def give_up(session: Session, now: datetime) -> None:
    """Close a session whose sign-in the distributor refused."""
    session.signed_out_at = now
    session.save(update_fields=["signed_out_at"])


def number_at_seat(*, by: Actor, now: datetime) -> str:
    """Return the number of the caller at one's own seat, and write down that it was read.

    Empty when nobody calls there, or the number is not shown.

    Source: R-21 (handbook domain.md 7.2).
    """
    session = queries.session_of(by.staff.pk) if by.staff else None
    call = queries.call_at(session.seat.extension) if session else None
    if call is None or not call.number_sealed:
        return ""
    access.record(
        reader=by.reference, subject=f"call:{call.key}", fields=["phone"], purpose="接听登记",
        now=now,
    )  # fmt: skip
    return crypto.unseal(call.number_sealed, "call.number")


def took_down(number: str, *, by: Actor) -> bool:
    """Note that the call at one's seat has become this order; tell whether there was a call.

    In wrap-up the call has ended, and its row is written already. Four statements at most.

    Source: R-181 (requirement 54: a call is not an order).
    """
    session = queries.session_of(by.staff.pk) if by.staff else None
    if session is None or not session.call:
        return False
    order = WorkOrder.objects.filter(number=number).values_list("pk", flat=True).first()
    if order is None:
        return False
    live = LiveCall.objects.filter(key=session.call, order__isnull=True)
    return bool(live.update(order=order)) or calls.concern(session.call, order)
