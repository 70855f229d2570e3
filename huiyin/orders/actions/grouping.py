"""Orders that hang together: merging into one, splitting off again, ending with it, and links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from huiyin.kernel.errors import Conflict, Invalid, NotFound
from huiyin.orders import rules
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import OrderLink, WorkOrder
from huiyin.orders.states import (
    ABSORB,
    END_WITH_MAIN,
    FINAL,
    JOIN,
    LINK,
    MERGE,
    RATE_MERGED,
    SPLIT_OFF,
    CloseType,
    Satisfaction,
    Solved,
    State,
)
from huiyin.orgs.actors import CITIZEN, SYSTEM, Actor

LONGEST_NOTE = 200


@transaction.atomic
def merge(order_id: int, *, by: Actor, main: int, note: str = "", now: datetime) -> WorkOrder:
    """Merge an order that waits for dispatch into the main order of the same event.

    The order keeps its caller, is closed as merged and follows the main order from now on.

    Args:
        order_id: the order to be merged.
        by: the dispatcher.
        main: key of the order into which it goes.
        note: why they are the same.
        now: when.

    Raises:
        NotFound: there is no such main order.
        Refused: the two cannot be merged, see ``rules.check_merge``.

    Source: R-120 (handbook domain.md 4.3 并单; requirement 48).
    """
    _lock(order_id, main)
    return _into(begin(MERGE, order_id, by, now), main, note)


@transaction.atomic
def join(order_id: int, *, by: Actor, main: int, note: str = "", now: datetime) -> WorkOrder:
    """Let a request that is being taken down join the order of the same event, in one step.

    As merging, without waiting for the dispatcher: the agent has the caller on the line and both
    texts in view. A class that was not chosen is that of the main order.

    Args:
        order_id: the draft.
        by: the agent.
        main: key of the order into which it goes.
        note: why they are the same.
        now: when.

    Raises:
        NotFound: there is no such main order.
        Refused: the two cannot be merged, see ``rules.check_merge``.

    Source: R-120 (handbook domain.md 4.3 并单; requirement 69).
    """
    _lock(order_id, main)
    turn = begin(JOIN, order_id, by, now)
    if turn.order.category is None:
        turn.order.category = _main(main).category
    return _into(turn, main, note)


def _into(turn: Turn, main: int, note: str) -> WorkOrder:
    """Merge the order of a turn into the main order; both are locked."""
    by, now = turn.by, turn.now
    head = _main(main)
    rules.check_merge(
        same=head.pk == turn.order.pk,
        main_standing=head.standing,
        holds_others=turn.order.merged_count,
        secret=rules.is_secret(turn.order.kind, turn.order.confidential)
        or rules.is_secret(head.kind, head.confidential),
    )
    why = note.strip()[:LONGEST_NOTE]
    OrderLink.objects.create(
        order=turn.order, other=head, kind=LinkKind.MERGED.value, at=now, by=by.staff, note=why
    )
    head.merged_count += 1
    said = f"：{why}" if why else ""
    finish(
        Turn(ABSORB, head, by, now),
        note=f"{turn.order.number} 并入本单，共并入 {head.merged_count} 件{said}",
        data={"order": turn.order.number},
    )
    turn.order.close_type, turn.order.closed_at = CloseType.MERGED.value, now
    return finish(
        turn,
        note=f"并入 {head.number}{said}",
        public_note="与其他人反映的同一件事合并办理，有结果一并告诉您",
        data={"main": head.number},
    )


@transaction.atomic
def split_off(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Take an order out of its group again; it waits for its own dispatch.

    Raises:
        WrongState: the order is not merged, or the main order has ended.
        Invalid: no reason is given.

    Source: R-121 (handbook domain.md 4.3 并单: the parent is open).
    """
    link = _merged_link(order_id)
    _lock(order_id, *([link.other_id] if link else []))
    turn = begin(SPLIT_OFF, order_id, by, now)
    link = _merged_link(order_id)
    head = _main(link.other_id) if link else None
    rules.check_split(main_standing=head.standing if head else None)
    rules.check_note(note, "note", "拆出原因")
    if link is None or head is None:
        raise NotFound("没有这件工单")
    return _split(turn, link, head, note.strip()[:LONGEST_NOTE])


def lock_group(order_id: int) -> None:
    """Lock an order and those merged into it, always in the same order of keys."""
    merged = OrderLink.objects.filter(
        other=order_id, kind=LinkKind.MERGED.value, ended_at__isnull=True
    )
    _lock(order_id, *merged.values_list("order_id", flat=True))


def release(main: WorkOrder, *, by: Actor, now: datetime) -> int:
    """Split every order off a main order that is voided, so that no caller is lost.

    In the transaction of the voiding, which has locked the group before.

    Source: R-121 (handbook domain.md 4.3 并单: the parent is open).
    """
    merged = OrderLink.objects.filter(
        other=main, kind=LinkKind.MERGED.value, ended_at__isnull=True
    ).order_by("order_id")
    links = list(merged)
    for link in links:
        order = WorkOrder.objects.select_related("category", "lead_unit").get(pk=link.order_id)
        _split(Turn(SPLIT_OFF, order, by, now), link, main, f"主单 {main.number} 已作废")
    return len(links)


def hear(topic: str, payload: Mapping[str, Any], now: datetime) -> None:  # noqa: ARG001
    """Let the merged orders end with their main order (outbox consumer); safe to hear twice.

    A step that may end an order, such as an audit, is passed over where it did not.

    Source: R-122 (handbook domain.md 4.3: child callers are notified at parent close).
    """
    if payload.get("state", State.CLOSED) not in FINAL:
        return
    keys = OrderLink.objects.filter(
        other=payload["order"], kind=LinkKind.MERGED.value, ended_at__isnull=True
    ).order_by("order_id")
    for key in keys.values_list("order_id", flat=True):
        end_with_main(key, verb=topic.removeprefix("order."), now=now)


def hear_all(news: Sequence[tuple[str, Mapping[str, Any]]], now: datetime) -> None:
    """Do for many endings what ``hear`` does for one."""
    for topic, payload in news:
        hear(topic, payload, now)


@transaction.atomic
def end_with_main(order_id: int, *, verb: str, now: datetime) -> bool:
    """Give a merged order the answer of its main order and tell its caller, once per ending.

    Source: R-122 (handbook domain.md 4.3: child callers are notified at parent close).
    """
    order = (
        WorkOrder.objects.select_for_update(of=("self",))
        .select_related("category", "lead_unit")
        .filter(pk=order_id, state=State.CLOSED)
        .first()
    )
    link = _merged_link(order_id)
    if order is None or link is None:
        return False
    head = _main(link.other_id)
    told = order.events.filter(verb=END_WITH_MAIN.verb, data__verb=verb).exists()
    if told or head.standing not in FINAL:
        return False
    order.answer = head.answer
    finish(
        Turn(END_WITH_MAIN, order, SYSTEM, now),
        note=f"主单 {head.number} {head.standing.label}（{CloseType(head.close_type).label}）",
        public_note=head.answer,
        data={"main": head.number, "verb": verb, "close_type": head.close_type},
    )
    return True


@transaction.atomic
def rate_merged(order_id: int, *, solved: Solved, grade: Satisfaction, now: datetime) -> WorkOrder:
    """Store what the caller of a merged order says of the result; the group stays as it is.

    The caller has checked that this is the first rating (``followup``).

    Raises:
        WrongState: the order is not merged, or its main order has not ended.

    Source: R-123 (handbook domain.md 2.10, 4.3: all callers are kept).
    """
    turn = begin(RATE_MERGED, order_id, CITIZEN, now)
    link = _merged_link(order_id)
    rules.check_rate_merged(main_standing=link.other.standing if link else None)
    turn.order.solved, turn.order.satisfaction = solved.value, grade.value
    return finish(
        turn,
        note=f"{solved.label}；{grade.label}",
        public_note="感谢您的评价",
        data={"solved": solved.value, "satisfaction": grade.value},
    )


@transaction.atomic
def link(
    order_id: int, *, by: Actor, other: int, kind: LinkKind, note: str = "", now: datetime
) -> WorkOrder:
    """Link an order with another one: its sequel, its part, or simply related.

    Args:
        order_id: the order, for a sequel or part the later one.
        by: who says so.
        other: key of the other order.
        kind: how they hang together; merging is a step of its own.
        note: what they have in common.
        now: when.

    Raises:
        NotFound: there is no such other order.
        Invalid: it is the same order, or merging was asked for.
        Conflict: they are linked like this already.

    Source: R-124 (requirement 48).
    """
    turn = begin(LINK, order_id, by, now)
    head = WorkOrder.objects.filter(pk=other).first()
    if head is None:
        raise NotFound("没有这件工单")
    if kind is LinkKind.MERGED or head.pk == order_id:
        raise Invalid("请选择另一件工单", fields={"other": "不能关联本单"})
    add_link(turn.order, head, kind, by=by, note=note, now=now)
    said = f"：{note.strip()}" if note.strip() else ""
    return finish(
        turn,
        note=f"{kind.label} {head.number}{said}",
        data={"other": head.number, "kind": kind.value},
    )


def add_link(
    order: WorkOrder, other: WorkOrder, kind: LinkKind, *, by: Actor, now: datetime, note: str = ""
) -> None:
    """Store a link in the caller's transaction. Raises Conflict when it is there already."""
    both = OrderLink.objects.filter(kind=kind.value, ended_at__isnull=True)
    if both.filter(order=order, other=other).exists() or (
        kind is LinkKind.RELATED and both.filter(order=other, other=order).exists()
    ):
        raise Conflict(f"与 {other.number} 已经这样关联")
    OrderLink.objects.create(
        order=order,
        other=other,
        kind=kind.value,
        at=now,
        by=by.staff,
        note=note.strip()[:LONGEST_NOTE],
    )


def _split(turn: Turn, link: OrderLink, main: WorkOrder, why: str) -> WorkOrder:
    link.ended_at = turn.now
    link.save(update_fields=["ended_at"])
    main.merged_count -= 1
    if main.standing in FINAL:
        main.save(update_fields=["merged_count"])
    else:
        finish(
            Turn(ABSORB, main, turn.by, turn.now),
            note=f"{turn.order.number} 从本单拆出，还并有 {main.merged_count} 件：{why}",
            data={"split": turn.order.number},
        )
    turn.order.close_type, turn.order.closed_at = "", None
    return finish(turn, note=why, public_note="单独办理，正在派单", data={"main": main.number})


def _merged_link(order_id: int) -> OrderLink | None:
    rows = OrderLink.objects.filter(kind=LinkKind.MERGED.value, ended_at__isnull=True)
    return rows.select_related("other").filter(order=order_id).first()


def _main(key: int) -> WorkOrder:
    found = WorkOrder.objects.select_related("category", "lead_unit").filter(pk=key).first()
    if found is None:
        raise NotFound("没有要并入的工单", remedy="请核对主单的编号")
    return found


def _lock(*keys: int) -> None:
    """Lock orders by rising key, so that two people who merge them the two ways never wait."""
    list(
        WorkOrder.objects.select_for_update()
        .filter(pk__in=keys)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
