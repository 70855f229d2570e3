"""Giving an order to its units anew: in the next round, or because it went to the wrong one."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ClockKind
from huiyin.orders import rules
from huiyin.orders.actions.applying import lapse, withdraw_drafts
from huiyin.orders.actions.assigning import (
    GIVEN,
    SUPERVISED,
    assign,
    check_units,
    lead_clocks,
    supervisor_for,
)
from huiyin.orders.actions.turn import Turn, begin, finish, lead_of
from huiyin.orders.dispute_queries import last_ruled
from huiyin.orders.models import Assignment, WorkOrder
from huiyin.orders.states import REASSIGN, SEND_AGAIN, AssignmentRole, State
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit

_GOING_ON = (ClockKind.CONTACT, ClockKind.FINISH)
"""What a unit that goes on with an order in its next round is timed by: it has signed."""
_BESIDE = (AssignmentRole.ASSIST.value, AssignmentRole.SUPERVISE.value)


@transaction.atomic
def send_again(
    order_id: int, *, by: Actor, unit: Unit | None = None, note: str = "", now: datetime
) -> WorkOrder:
    """Send an order out for its next round, to the same lead unit or another, with new limits.

    The unit that held it goes on at once; another one signs first, as after a dispatch. Who assists
    or supervises keeps that part, with the new due time and assessed as before.

    Raises:
        Invalid: the unit cannot be given the order.
        NotAllowed: the matter is not on the list of the community that is named.

    Source: R-49, R-550 (handbook domain.md 4.3 重办: new deadline, round+1).
    """
    turn = begin(SEND_AGAIN, order_id, by, now)
    order, old = turn.order, lead_of(turn.order)
    order.round += 1
    withdraw_drafts(turn, "已转入下一轮")
    lead = unit or old.unit
    same = lead.pk == old.unit_id
    check_units([lead], None if same else turn)
    parts = Assignment.objects.filter(order=order, ended_at__isnull=True)
    beside = parts.filter(parent__isnull=True, role__in=_BESIDE).exclude(unit=lead)
    others = list(beside.select_related("unit"))
    parts.update(ended_at=now)
    head = _head_of_round(turn, lead, old if same else None, note)
    clocks = lead_clocks(turn, head, kinds=_GOING_ON if same else GIVEN)
    for part in others:
        _again_beside(turn, part, head.due_at)
    if not same:
        _keep_beside(turn, head)
    order.lead_unit, order.due_at = lead, head.due_at
    return finish(
        turn,
        target=State.IN_PROGRESS if same else State.TO_SIGN,
        note=f"第 {order.round} 轮，{lead}" + (f"：{note.strip()}" if note.strip() else ""),
        public_note=f"重新交由{lead.name}办理",
        data={"round": order.round, "lead": lead.code},
        clocks=clocks,
        starts=False,
    )


def _head_of_round(turn: Turn, lead: Unit, old: Assignment | None, note: str) -> Assignment:
    """Give the lead of the next round its part; ``old`` is the part of the unit that goes on.

    Whoever goes on has signed and may not return the order any more.
    """
    if old is None:
        return assign(turn, lead, AssignmentRole.LEAD, instructions=note)
    words = note.strip() or old.instructions
    head = assign(turn, lead, AssignmentRole.LEAD, instructions=words, returns=old.returns)
    head.signed_at, head.signed_by, head.no_return = turn.now, old.signed_by, True
    head.save(update_fields=["signed_at", "signed_by", "no_return"])
    return head


def _again_beside(turn: Turn, part: Assignment, due_at: datetime | None) -> None:
    """Give who assisted or supervised the same part in the next round.

    Source: R-161, R-550 (requirement 183: double assessment in every round).
    """
    again = assign(
        turn, part.unit, AssignmentRole(part.role), due_at=due_at, instructions=part.instructions
    )
    if part.shared_score:
        again.shared_score = True
        again.save(update_fields=["shared_score"])


@transaction.atomic
def reassign(order_id: int, *, by: Actor, lead: Unit, note: str, now: datetime) -> WorkOrder:
    """Give an order that went to the wrong unit to another one, without waiting for its return.

    The unit that led has no part in it any more, nor has what it passed down to or called; those
    who assist and supervise by the dispatch keep theirs, but the new lead. Every limit runs anew.

    Args:
        order_id: the order.
        by: the dispatcher.
        lead: who leads from now on.
        note: why.
        now: when.

    Raises:
        Invalid: no reason, the same unit, or one that cannot be given the order.
        NotAllowed: the unit that leads was named by a ruling.

    Source: R-514 (handbook domain.md 4.3: 转派).
    """
    turn = begin(REASSIGN, order_id, by, now)
    order, old = turn.order, lead_of(turn.order)
    rules.check_note(note, "note", "转派理由")
    if lead.pk == old.unit_id:
        raise Invalid(f"这件工单已由{lead}主办", fields={"lead": "请选择另一个单位"})
    ruled = last_ruled(order)
    if ruled is not None and ruled.lead.pk == old.unit_id:
        raise NotAllowed(
            f"{old.unit}由裁定指定承办，不能转派", remedy="裁定有误的，由裁定人以外的人提起重新会商"
        )
    check_units([lead], turn)
    lapse(turn)
    withdraw_drafts(turn, "已转派")
    _leave_others(turn, lead)
    head = assign(turn, lead, AssignmentRole.LEAD, instructions=note)
    clocks = lead_clocks(turn, head)
    _keep_beside(turn, head)
    order.lead_unit, order.due_at = lead, head.due_at
    return finish(
        turn,
        note=f"由{old.unit}转派{lead}：{note.strip()}",
        public_note=f"改由{lead.name}办理",
        data={"from": old.unit.code, "lead": lead.code},
        clocks=clocks,
        starts=False,
    )


def _leave_others(turn: Turn, lead: Unit) -> None:
    """End every open part but those that assist or supervise by the dispatch; never the lead's."""
    parts = Assignment.objects.filter(order=turn.order, ended_at__isnull=True)
    kept = parts.filter(parent__isnull=True, role__in=_BESIDE).exclude(unit=lead)
    parts.exclude(pk__in=list(kept.values_list("pk", flat=True))).update(ended_at=turn.now)


def _keep_beside(turn: Turn, head: Assignment) -> None:
    """Give those beside the new lead its deadline, and a supervising unit where the city wants one.

    Source: R-167, R-514 (requirements 21, 22; handbook domain.md 4.3).
    """
    beside = Assignment.objects.filter(
        order=turn.order, ended_at__isnull=True, role__in=_BESIDE
    ).select_related("unit")
    units = {part.unit: part.role for part in beside}
    beside.update(due_at=head.due_at)
    wanted = knowledge.parameter(SUPERVISED, turn.now, default=False)
    if wanted and AssignmentRole.SUPERVISE.value not in units.values():
        named = supervisor_for(head.unit, [head.unit, *units], turn.now)
        assign(turn, named, AssignmentRole.SUPERVISE, due_at=head.due_at)
