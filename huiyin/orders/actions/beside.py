"""What is written down beside the flow: tags, calls, the citizen's news, aid and enforcement."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from huiyin.kernel import crypto, masks, text
from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.knowledge import queries as knowledge
from huiyin.orders import rules
from huiyin.orders.actions.files import Upload, accept, attach
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.kinds import FactKind, LinkKind
from huiyin.orders.models import CallThrough, CaseFact, OrderLink, WorkOrder
from huiyin.orders.states import (
    CALL_THROUGH,
    HEED,
    NOTE,
    OPEN,
    RECORD_FACT,
    SUPPLEMENT,
    TAG,
)
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

MOST_TAGS = 12
LONGEST = {"told": 60, "number": 20, "said": 500, "what": 500, "giver": 60, "document": 60}
LONGEST_SUPPLEMENT = 1000


@dataclass(frozen=True, slots=True)
class CallForm:
    """A telephone call that told somebody at once; ``number`` is in the clear here only."""

    told: str
    number: str
    answered: bool
    said: str = ""
    unit: Unit | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FactForm:
    """Aid, a result of enforcement or another fact: when, by whom, what, how much, which paper."""

    kind: FactKind
    on: date | None
    what: str
    giver: str = ""
    amount: Decimal | None = None
    document: str = ""


@transaction.atomic
def tag(order_id: int, *, by: Actor, tags: Collection[str], now: datetime) -> WorkOrder:
    """Let the tags of an order be these; what was added and taken away is recorded.

    Raises:
        Invalid: a tag is not in the city's taxonomy, or nothing changes.

    Source: R-130 (requirements 206, 213, 215; handbook domain.md 4.2).
    """
    turn = begin(TAG, order_id, by, now)
    before, wanted = set(turn.order.tags), set(tags)
    turn.order.tags = known_tags(wanted, held=before)
    added, taken = sorted(wanted - before), sorted(before - wanted)
    if not added and not taken:
        raise Invalid("标签没有变化", fields={"tags": "没有变化"})
    names = [
        *(f"加上“{knowledge.tag_name(code)}”" for code in added),
        *(f"去掉“{knowledge.tag_name(code)}”" for code in taken),
    ]
    return finish(turn, note="、".join(names), data={"added": added, "removed": taken})


def known_tags(codes: Collection[str], *, held: Collection[str] = ()) -> list[str]:
    """Return tags sorted and each once; one that is no longer in use may only stay.

    Raises:
        Invalid: a tag is not in the city's taxonomy, or there are too many.

    Source: R-130 (requirement 206).
    """
    known = {each.code for each in knowledge.tags()} | set(held)
    if unknown := sorted(set(codes) - known):
        raise Invalid(f"没有这个标签：{unknown[0][:20]}", fields={"tags": "不在标签目录内"})
    if len(set(codes)) > MOST_TAGS:
        raise Invalid(f"最多 {MOST_TAGS} 个标签", fields={"tags": f"最多 {MOST_TAGS} 个"})
    return sorted(set(codes))


@transaction.atomic
def call_through(order_id: int, form: CallForm, *, by: Actor, now: datetime) -> WorkOrder:
    """Record that somebody was called at once about an order: who, when, answered, what was said.

    Raises:
        Invalid: nobody is named, the number is wrong, or the time lies ahead.

    Source: R-131 (requirements 16, 213; handbook domain.md 4.3 urgent path).
    """
    turn = begin(CALL_THROUGH, order_id, by, now)
    row = log_call(turn, form)
    return finish(turn, note=call_in_words(row), data={"answered": row.answered})


def log_call(turn: Turn, form: CallForm, *, handing_over: bool = False) -> CallThrough:
    """Store a call in the transaction of its step; the number is sealed. Raises Invalid.

    Source: R-131 (requirements 16, 213).
    """
    told, digits = text.clean(form.told), text.phone_digits(form.number)
    at = form.at or turn.now
    rules.check_call(told=told, digits=digits, said=form.said, at=at, now=turn.now)
    return CallThrough.objects.create(
        order=turn.order,
        unit=form.unit,
        told=told,
        number_sealed=crypto.seal(digits, "call_through.number"),
        number_masked=masks.phone(digits),
        at=at,
        answered=form.answered,
        said=text.clean(form.said),
        by=turn.by.staff,
        handing_over=handing_over,
    )


def call_in_words(row: CallThrough) -> str:
    """Return what the timeline says of a call; numbers stay masked."""
    result = "已接通" if row.answered else "未接通"
    said = f"：{masks.in_text(row.said)}" if row.said else ""
    return f"{result}，{row.told} {row.number_masked}{said}"


@transaction.atomic
def supplement(
    order_id: int, *, by: Actor, words: str, files: Sequence[Upload] = (), now: datetime
) -> WorkOrder:
    """Add what the citizen has to say further to the same case, with photos; the unit is told.

    The main order of a merged one is told as well.

    Raises:
        Invalid: nothing is said, or too much.
        TooLarge, WrongType: a file is refused; nothing is stored.
        WrongState: the case is archived or voided.

    Source: R-132 (requirement 41).
    """
    accepted = accept(list(files))
    link = OrderLink.objects.filter(
        order=order_id, kind=LinkKind.MERGED.value, ended_at__isnull=True
    ).first()
    keys = [order_id, *([link.other_id] if link else [])]
    list(WorkOrder.objects.select_for_update().filter(pk__in=keys).order_by("pk"))
    turn = begin(SUPPLEMENT, order_id, by, now)
    said = text.clean(words, lines=True)
    rules.check_supplement(said, LONGEST_SUPPLEMENT)
    attach(turn.order, accepted, by=by, now=now, public=True)
    if turn.order.lead_unit_id is not None and turn.order.standing in OPEN:
        turn.order.news_at = now
    if link is not None:
        _tell_main(link, said, now)
    with_files = f"（附件 {len(accepted)} 个）" if accepted else ""
    return finish(
        turn,
        note=f"{masks.in_text(said)}{with_files}",
        public_note=said,
        data={"files": len(accepted)},
    )


def _tell_main(link: OrderLink, said: str, now: datetime) -> None:
    main = WorkOrder.objects.select_related("category", "lead_unit").get(pk=link.other_id)
    if main.standing not in OPEN:
        return
    main.news_at = now if main.lead_unit_id is not None else main.news_at
    note = f"并入的 {link.order.number} 诉求人补充：{masks.in_text(said)}"
    finish(Turn(NOTE, main, SYSTEM, now), note=note)


@transaction.atomic
def heed(order_id: int, *, by: Actor, now: datetime) -> WorkOrder:
    """Say that the unit has read what the citizen added.

    Raises:
        Refused: there is nothing new.

    Source: R-132 (requirement 41).
    """
    turn = begin(HEED, order_id, by, now)
    if turn.order.news_at is None:
        raise Refused("没有未阅的补充情况")
    turn.order.news_at = None
    return finish(turn)


@transaction.atomic
def record_fact(order_id: int, form: FactForm, *, by: Actor, now: datetime) -> WorkOrder:
    """Write down aid that was given, a result of law enforcement, or another fact.

    Raises:
        Invalid: what the kind needs is missing.
        NotAllowed: a unit that has no open part in the order.

    Source: R-133 (requirements 29, 70).
    """
    turn = begin(RECORD_FACT, order_id, by, now)
    if Perm.SEE_ALL not in by.perms and turn.mine is None:
        raise NotAllowed("本单位当前不承办这件工单", remedy="请由承办单位或热线中心记录")
    what, giver, document = (text.clean(each) for each in (form.what, form.giver, form.document))
    on = rules.check_fact(
        form.kind,
        on=form.on,
        today=now.astimezone(SHANGHAI).date(),
        words={"what": what, "giver": giver, "document": document},
        amount=form.amount,
    )
    CaseFact.objects.create(
        order=turn.order, kind=form.kind.value, on=on, giver=giver, what=what,
        amount=form.amount, document=document, at=now, by=by.staff,
    )  # fmt: skip
    parts = [f"{form.kind.label} {on:%Y-%m-%d}", giver, document, masks.in_text(what)]
    money = f"，{form.amount:,.2f} 元" if form.amount is not None else ""
    return finish(
        turn, note="；".join(p for p in parts if p) + money, data={"kind": form.kind.value}
    )
