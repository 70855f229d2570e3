"""Taking down a request and deciding where it goes: answer, refer, transfer, submit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.kernel import crypto, masks, text
from huiyin.kernel.errors import Invalid
from huiyin.kernel.idempotency import Claim, Repeated
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CaseClass, Category, Line, Reason
from huiyin.knowledge.states import ClockKind, Kind, ReasonGroup, Urgency
from huiyin.orders import creation, numbers, policy, rules
from huiyin.orders.actions.beside import known_tags
from huiyin.orders.actions.turn import Turn, begin, clock_for, event_of, finish, matter_of
from huiyin.orders.models import NEVER, Clock, Requester, WorkOrder
from huiyin.orders.states import (
    ANSWER,
    APPROVE,
    CREATE,
    EDIT,
    REFER,
    SEND_BACK,
    SUBMIT,
    TRANSFER,
    Channel,
    CloseType,
    State,
)
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Region
from huiyin.worktime.calendar import SHANGHAI

LONGEST = {
    "title": 80, "content": 5000, "place": 200, "name": 40, "phone": 20, "address": 200,
    "summary": 200, "changed_since": 500, "proposal": 500,
}  # fmt: skip
SAID = ("summary", "changed_since", "proposal")


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked, by whom, about which place; personal fields are in the clear here only."""

    content: str
    title: str = ""
    kind: Kind = Kind.OTHER
    category: Category | None = None
    urgency: Urgency = Urgency.NORMAL
    channel: Channel = Channel.PHONE
    place: str = ""
    region: Region | None = None
    longitude: float | None = None
    latitude: float | None = None
    occurred_at: datetime | None = None
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    is_enterprise: bool = False
    confidential: bool = False
    wants_reply: bool = True
    case_class: CaseClass | None = None
    line: Line | None = None
    summary: str = ""
    changed_since: str = ""
    proposal: str = ""
    tags: Sequence[str] = ()


def create(request: Request, *, by: Actor, now: datetime, claim: Claim | None = None) -> WorkOrder:
    """Store a new request as a draft order with number, first clock and first event.

    Two statements: the number, and one that stores everything and is its own transaction (or part
    of the caller's). ``claim`` is an idempotency key that it settles as well.

    Raises:
        Invalid: a field is missing or too long; nothing is stored.
        NotAllowed: the actor may not take down requests.
        Repeated: the key of ``claim`` is taken; nothing is stored.

    Source: R-42 (requirements 1, 67, 88, 161; handbook domain.md 2.1 art. 10).
    """
    fields = _cleaned(request, now)
    order = WorkOrder(
        number=numbers.make(now.astimezone(SHANGHAI).date(), creation.next_sequence()),
        state=State.DRAFT,
        channel=request.channel,
        kind=request.kind,
        category=request.category,
        urgency=request.urgency,
        case_class=request.case_class,
        line=request.line,
        title=fields["title"],
        content=fields["content"],
        summary=fields["summary"],
        changed_since=fields["changed_since"],
        proposal=fields["proposal"],
        place=fields["place"],
        place_key=place_key(fields["place"]),
        region=request.region,
        longitude=request.longitude,
        latitude=request.latitude,
        occurred_at=request.occurred_at,
        confidential=request.confidential,
        wants_reply=request.wants_reply,
        tags=known_tags(request.tags),
        created_at=now,
        created_by=by.staff,
    )
    turn = Turn(CREATE, order, by, now)
    policy.require(by, CREATE, None)
    clock = clock_for(order, ClockKind.ACCEPT, now) or _no_limit(now)
    order.waits_until = clock.due_at
    event = event_of(
        turn, "", note="", public_note="", data={"channel": order.channel}, seq=1, head=b""
    )
    order.event_count, order.head = 1, event.digest
    if not creation.store(order, _requester(request, fields), clock, event, claim):
        raise Repeated
    return order


@transaction.atomic
def update_draft(order_id: int, request: Request, *, by: Actor, now: datetime) -> WorkOrder:
    """Complete kind, category, place and text of a draft before it goes on; no step is taken.

    The citizen's own words are kept in the event when an agent rewrites them.

    Raises:
        WrongState: the order is no longer a draft.
        Invalid: a field is missing or too long.
    """
    turn = begin(EDIT, order_id, by, now)
    fields, order = _cleaned(request, now), turn.order
    changed = {
        name: getattr(order, name)
        for name in ("title", "content", "place", *SAID)
        if getattr(order, name) != fields[name]
    }
    order.title, order.content, order.place = fields["title"], fields["content"], fields["place"]
    order.place_key = place_key(order.place)
    order.kind, order.urgency, order.category = request.kind, request.urgency, request.category
    order.region, order.occurred_at = request.region, request.occurred_at
    order.case_class, order.line = request.case_class, request.line
    order.longitude, order.latitude = request.longitude, request.latitude
    for name in SAID:
        setattr(order, name, fields[name])
    order.tags = known_tags(request.tags, held=order.tags)
    order.confidential = order.confidential or request.confidential
    note = "整理诉求内容" if changed else "补充分类"
    before = {name: masks.in_text(value) for name, value in changed.items()}
    return finish(turn, note=note, data={"before": before} if changed else {})


@transaction.atomic
def answer(order_id: int, *, by: Actor, text_: str, filing: str = "", now: datetime) -> WorkOrder:
    """Answer on the spot and close: the citizen has had the answer, so no call-back is needed.

    ``filing`` is the number of the filing whose answer was given, if any (``followup.filings``).

    Raises:
        Invalid: the answer is empty.
        WrongState, NotAllowed: see ``begin``.

    Source: R-43 (requirement 66; handbook domain.md 4.3 直接答复).
    """
    turn = begin(ANSWER, order_id, by, now)
    rules.check_note(text_, "answer", "答复内容")
    _close(turn, CloseType.FILED if filing else CloseType.DIRECT, text_)
    return finish(
        turn,
        note=f"依据备案 {filing} 答复" if filing else "",
        public_note=turn.order.answer,
        data={"filing": filing} if filing else {},
    )


@transaction.atomic
def refer(order_id: int, *, by: Actor, reason: Reason, note: str, now: datetime) -> WorkOrder:
    """Tell the citizen which way the law gives, with a reason code and its advice, and close.

    Raises:
        Invalid: the code is not one of the group.

    Source: R-44 (handbook domain.md 1.1 row 4, 2.1 art. 11).
    """
    turn = begin(REFER, order_id, by, now)
    if reason.group != ReasonGroup.REFER.value:
        raise Invalid("请选择告知渠道的原因", fields={"reason": "原因不在列表内"})
    turn.order.reason = reason
    advice = "\n".join(part for part in (reason.advice, note.strip()) if part)
    _close(turn, CloseType.REFUSED, advice or reason.name)
    return finish(
        turn, note=reason.name, public_note=turn.order.answer, data={"reason": reason.code}
    )


@transaction.atomic
def transfer(order_id: int, *, by: Actor, to: str, note: str, now: datetime) -> WorkOrder:
    """Hand an emergency to 110, 119, 120, 122 or a utility at once, with a log, and close.

    Raises:
        Invalid: nobody is named.

    Source: R-45 (handbook domain.md 1.3, 2.1 art. 11 (1)).
    """
    turn = begin(TRANSFER, order_id, by, now)
    rules.check_note(to, "to", "转接对象")
    _close(turn, CloseType.TRANSFERRED, f"已转接{to.strip()}。{note.strip()}".strip())
    return finish(
        turn, note=f"转接 {to.strip()}", public_note=turn.order.answer, data={"to": to.strip()}
    )


@transaction.atomic
def submit(order_id: int, *, by: Actor, now: datetime) -> WorkOrder:
    """Accept a request as a work order: to dispatch, or to review first where the city says so.

    A class that nobody chose follows from urgency, category and kind, where the city has classes.

    What cannot wait for a review, such as an emergency, is not reviewed.

    Raises:
        Invalid: kind or category is missing.

    Source: R-46, R-557 (handbook domain.md 4.3 提交: fields complete; requirement 213).
    """
    turn = begin(SUBMIT, order_id, by, now)
    order = turn.order
    if order.category is None:
        raise Invalid("请选择分类后再转派单", fields={"category": "必选"})
    chosen = knowledge.class_by_id(order.case_class_id)
    order.case_class = chosen or knowledge.class_for(matter_of(order), now)
    told = {"class": order.case_class.code} if order.case_class else {}
    if _is_reviewed(order, now):
        clock = clock_for(order, ClockKind.REVIEW, now)
        clocks = [clock] if clock else []
        return finish(turn, target=State.REVIEW, data=told, clocks=clocks, starts=False)
    return finish(turn, data=told)


def _is_reviewed(order: WorkOrder, now: datetime) -> bool:
    """Tell whether an order is looked at before its dispatch. No query while remembered.

    Source: R-557 (requirements 208, 213: pre-dispatch check; priority dispatch).
    """
    if not knowledge.parameter("review.before_dispatch", now, default=False):
        return False
    spared = knowledge.parameter("review.spared", now, default=[Urgency.EMERGENCY.value])
    return order.urgency not in spared


@transaction.atomic
def approve(order_id: int, *, by: Actor, now: datetime) -> WorkOrder:
    """Let a reviewed order go on to dispatch. Raises NotAllowed when the reviewer wrote it."""
    turn = begin(APPROVE, order_id, by, now)
    _not_the_writer(turn)
    return finish(turn)


@transaction.atomic
def send_back(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Send an order back to be completed. Raises Invalid without saying what is missing."""
    turn = begin(SEND_BACK, order_id, by, now)
    rules.check_note(note, "note", "要补充的内容")
    _not_the_writer(turn)
    return finish(turn, note=note.strip())


def place_key(place: str) -> str:
    """Return the key by which the same place is found again: letters and digits only."""
    return "".join(c for c in place.lower() if c.isalnum())[:60]


def _not_the_writer(turn: Turn) -> None:
    reviewer = turn.by.staff.pk if turn.by.staff else None
    rules.check_different_person(turn.order.created_by_id, reviewer, "登记和审查")


def _close(turn: Turn, kind: CloseType, answer_: str) -> None:
    order = turn.order
    order.close_type, order.closed_at = kind.value, turn.now
    order.answer = text.clean(answer_, lines=True)[: LONGEST["content"]]


def _cleaned(request: Request, now: datetime) -> dict[str, str]:
    """Return the text fields cleaned. Raises Invalid naming every field that is wrong."""
    fields = {
        "content": text.clean(request.content, lines=True),
        "title": text.clean(request.title),
        "place": text.clean(request.place),
        "name": text.clean(request.name),
        "phone": text.phone_digits(request.phone),
        "address": text.clean(request.address),
    } | {name: text.clean(getattr(request, name)) for name in SAID}
    fields["title"] = fields["title"] or text.shorten(fields["content"], 30)
    wrong = {
        name: f"最多 {LONGEST[name]} 个字"
        for name, value in fields.items()
        if len(value) > LONGEST[name]
    }
    if len(fields["content"]) < rules.SHORTEST_CONTENT:
        wrong["content"] = "请写明诉求内容，至少 5 个字"
    if request.phone.strip() and not 5 <= len(fields["phone"]) <= 15:
        wrong["phone"] = "电话号码不正确"
    place, day = request.region, now.astimezone(SHANGHAI).date()
    if place and not rules.is_served(place.served_from, day):
        wrong["region"] = f"{place}从 {place.served_from} 起由本热线服务，请拨打当地的热线"
    if wrong:
        raise Invalid("填写有误：" + "；".join(wrong.values()), fields=wrong)
    return fields


def _requester(request: Request, fields: dict[str, str]) -> Requester:
    return Requester(
        name_sealed=crypto.seal(fields["name"], "requester.name"),
        name_masked=masks.name(fields["name"]),
        phone_sealed=crypto.seal(fields["phone"], "requester.phone"),
        phone_masked=masks.phone(fields["phone"]),
        phone_key=crypto.lookup(fields["phone"], "phone"),
        email_sealed=crypto.seal(request.email.strip()[:120], "requester.email"),
        address_sealed=crypto.seal(fields["address"], "requester.address"),
        is_enterprise=request.is_enterprise,
    )


def _no_limit(now: datetime) -> Clock:
    return Clock(
        kind=ClockKind.ACCEPT.value, started_at=now, due_at=NEVER, words="本市未设受理时限"
    )
