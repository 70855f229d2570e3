"""Giving an order to units: dispatch, more units, passing down, returning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from huiyin.kernel.checks import present
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import CaseClass, Reason
from huiyin.knowledge.states import ClockKind, ReasonGroup
from huiyin.orders import rules
from huiyin.orders.actions.applying import apply_for_return, lapse, withdraw_drafts
from huiyin.orders.actions.beside import CallForm, call_in_words, log_call
from huiyin.orders.actions.deciding import decided
from huiyin.orders.actions.timing import counted_in, give_back, moment
from huiyin.orders.actions.turn import Turn, begin, clock_for, finish, lead_of
from huiyin.orders.application_states import ApplicationKind, Decision
from huiyin.orders.kinds import Handing
from huiyin.orders.models import Application, Assignment, Clock, WorkOrder
from huiyin.orders.states import (
    ADD_UNITS,
    ASK_RETURN,
    DISPATCH,
    GRANT_RETURN,
    PASS_DOWN,
    REFUSE_RETURN,
    AssignmentRole,
    State,
)
from huiyin.orgs import queries as orgs
from huiyin.orgs import succession
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Unit
from huiyin.orgs.states import UnitKind

MOST_UNITS = 20
SUPERVISED = "dispatch.supervising_unit_required"
NEVER_ASSIGNED = frozenset({UnitKind.CENTRE.value, UnitKind.VENDOR.value})
GIVEN = (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.FEEDBACK, ClockKind.FINISH)
"""What a unit that is given an order is timed by, where the city has such limits."""
_DEPARTMENTS = frozenset({UnitKind.BUREAU, UnitKind.COUNTY_BUREAU, UnitKind.SUB_UNIT})


@transaction.atomic
def dispatch(
    order_id: int,
    *,
    by: Actor,
    lead: Unit,
    assist: Sequence[Unit] = (),
    supervise: Unit | None = None,
    instructions: str = "",
    case_class: CaseClass | None = None,
    handing: Handing = Handing.NETWORK,
    call: CallForm | None = None,
    shared: bool = False,
    now: datetime,
) -> WorkOrder:
    """Give the order to a lead unit, with assisting and supervising units if needed.

    Where the city wants a supervising unit on every order and none is named, it is the one that
    guides the lead, the one above it, or the city's own (``supervisor_for``). ``case_class`` puts
    the order into another class before its deadlines are computed. ``shared`` lets the assisting
    units be assessed with the lead 双派双考 (R-161).

    Every deadline is computed here, once, from the rule rows in force now: signing, contacting and
    finishing run from the dispatch, so a unit that does not sign is late all the same.
    It is handed over by network, on paper, or by telephone with the call, which is logged.

    Raises:
        Invalid: a unit is named twice, cannot be given work, too many are named, or a supervising
            unit is wanted and there is none, or a hand-over by telephone lacks its call.

    Source: R-47 (requirements 18, 21; handbook rule 4: the clock starts at dispatch).
    """
    turn = begin(DISPATCH, order_id, by, now)
    if supervise is None and knowledge.parameter(SUPERVISED, now, default=False):
        supervise = supervisor_for(lead, [lead, *assist], now)
    check_units([lead, *assist, *([supervise] if supervise else [])], turn)
    order = turn.order
    if case_class is not None:
        order.case_class = case_class
    head = assign(turn, lead, AssignmentRole.LEAD, instructions=instructions)
    head.handed_by = handing.value
    handed = _handed_over(turn, lead, handing, call)
    clocks = lead_clocks(turn, head)
    assist_with(turn, assist, head, shared=shared)
    if supervise:
        assign(turn, supervise, AssignmentRole.SUPERVISE, due_at=head.due_at)
    order.lead_unit, order.due_at = lead, head.due_at
    data = {
        "lead": lead.code,
        "assist": [u.code for u in assist],
        "supervise": supervise.code if supervise else "",
        **({"class": case_class.code} if case_class else {}),
        "handing": handing.value,
        "due_at": head.due_at.isoformat() if head.due_at else "",
        "rules": [clock.rule.code for clock in clocks if clock.rule],
    }
    more = ["双派双考" if shared and assist else "", *handed, instructions.strip()]
    note = given_to(lead, assist, supervise, more)
    return finish(
        turn, note=note, public_note=f"由{lead.name}办理", data=data, clocks=clocks, starts=False
    )


def given_to(
    lead: Unit, assist: Sequence[Unit], supervise: Unit | None, more: Sequence[str]
) -> str:
    """Return what the timeline says of a dispatch."""
    names = [f"主办 {lead}", *(f"协办 {u}" for u in assist)]
    names += [f"督办 {supervise}"] if supervise else []
    return "；".join([*names, *(each for each in more if each)])


def in_care(unit: Unit, of: Unit) -> bool:
    """Tell whether ``unit`` is below ``of``, or in the county whose hotline office ``of`` is."""
    return unit.path.startswith(of.realm) and unit.path != of.realm


def supervisor_for(lead: Unit, taken: Sequence[Unit], now: datetime) -> Unit:
    """Return the unit that supervises ``lead`` when nobody names one. Up to three queries.

    It is the unit that guides the lead in its line of work, else the one above it, else the one
    that the city names; never one of ``taken``.

    Raises:
        Invalid: there is none.

    Source: R-167 (requirements 21, 22).
    """
    named = str(knowledge.parameter("dispatch.supervising_unit", now, default=""))
    used = {unit.pk for unit in taken}
    for unit in orgs.may_supervise(lead, named):
        if unit.pk not in used and unit.active and unit.kind not in NEVER_ASSIGNED:
            return unit
    raise Invalid("请选择督办单位", fields={"supervise": "每件工单都要有督办单位"})


def assist_with(turn: Turn, units: Sequence[Unit], head: Assignment, *, shared: bool) -> None:
    """Give units an assisting part with the lead's deadline and instructions.

    Shared ones count in the assessment like the lead.

    Source: R-161 (requirement 183: double dispatch, double assessment).
    """
    for unit in units:
        part = assign(
            turn, unit, AssignmentRole.ASSIST, due_at=head.due_at, instructions=head.instructions
        )
        if shared:
            part.shared_score = True
            part.save(update_fields=["shared_score"])


@transaction.atomic
def add_units(order_id: int, *, by: Actor, assist: Sequence[Unit], now: datetime) -> WorkOrder:
    """Name further assisting units. Raises Invalid when one already has a part."""
    turn = begin(ADD_UNITS, order_id, by, now)
    if not assist:
        raise Invalid("请选择协办单位", fields={"assist": "必选"})
    check_units(assist, turn)
    check_new(turn.order, assist)
    for unit in assist:
        assign(turn, unit, AssignmentRole.ASSIST, due_at=turn.order.due_at)
    return finish(
        turn,
        note="加派 " + "、".join(str(u) for u in assist),
        data={"assist": [u.code for u in assist]},
    )


@transaction.atomic
def pass_down(
    order_id: int,
    *,
    by: Actor,
    unit: Unit,
    due_at: datetime | None,
    instructions: str = "",
    now: datetime,
) -> WorkOrder:
    """Pass the actor's part down to a unit below theirs; theirs stays accountable.

    Args:
        order_id: the order.
        by: staff of the unit that passes its part down.
        unit: a unit below it.
        due_at: when the sub-unit is to report, never later than the own due time; None gives it the
            city's share of the time that is left (``pass_down.share``).
        instructions: what is to be done.
        now: when.

    Raises:
        NotAllowed: the unit is not below the actor's own, or the matter is not on its list.
        Invalid: it already has a part.

    Source: R-48, R-109 (requirements 23, 126; architecture 3).
    """
    turn = begin(PASS_DOWN, order_id, by, now)
    mine = turn.mine
    if mine is None or unit.pk == mine.unit_id or not in_care(unit, mine.unit):
        raise NotAllowed("只能下派给本单位的下属单位", remedy="跨单位的事项请联系热线中心加派")
    check_units([unit])
    check_communities(turn, [unit], above=mine.unit)
    check_new(turn.order, [unit])
    if due_at is not None and due_at <= now:
        raise Invalid("要求的完成时间已过", fields={"due_at": "须晚于现在"})
    own = mine.due_at
    share = int(knowledge.parameter("pass_down.share", now, default=80))
    due = rules.due_below(now, own, due_at, share, counted_in(turn.order.pk), orgs.calendar())
    role = AssignmentRole(mine.role)
    role = AssignmentRole.ASSIST if role is AssignmentRole.WHISTLE else role
    child = assign(turn, unit, role, parent=mine, due_at=due, instructions=instructions)
    words = words_below(mine, due, asked=due_at is not None, share=share)
    return finish(
        turn,
        note=f"{mine.unit}下派到{unit}"
        + (f"：{instructions.strip()}" if instructions.strip() else ""),
        data={"from": mine.unit.code, "to": unit.code},
        clocks=_clocks_below(turn, child, words),
    )


@transaction.atomic
def ask_return(
    order_id: int, *, by: Actor, reason: Reason, basis: str, suggested: Unit | None, now: datetime
) -> WorkOrder:
    """Ask to return an order as not the unit's to handle, with basis and suggested unit.

    The finish clock keeps running while the return is reviewed.

    Raises:
        Invalid: code, basis or suggestion is missing.
        TooLate, NotAllowed: see ``rules.check_return``.

    Source: R-52, R-103 (handbook domain.md 2.8, 4.3).
    """
    turn = begin(ASK_RETURN, order_id, by, now)
    if reason.group != ReasonGroup.RETURN.value:
        raise Invalid("请选择退单原因", fields={"reason": "原因不在列表内"})
    rules.check_note(basis, "basis", "退单依据")
    if suggested is None and knowledge.parameter("return.needs_suggestion", now, default=True):
        raise Invalid("请填写建议承办单位", fields={"suggested": "必填"})
    mine = turn.mine or lead_of(turn.order)
    rules.check_return(
        now=now,
        until=_return_window_end(turn, mine),
        returns=mine.returns + _earlier_returns(turn.order, mine),
        most=int(knowledge.parameter("return.max_times", now, default=1)),
        no_return=mine.no_return,
        refused=was_refused(turn.order, mine),
    )
    mine.returns += 1
    mine.save(update_fields=["returns"])
    lapse(turn)
    apply_for_return(turn, reason=reason, basis=basis, suggested=suggested)
    note = f"{reason.name}：{basis.strip()}" + (f"；建议由{suggested}承办" if suggested else "")
    data = {
        "reason": reason.code,
        "suggested": suggested.code if suggested else "",
        "from_state": turn.order.state,
    }
    return finish(turn, note=note, data=data)


@transaction.atomic
def grant_return(order_id: int, *, by: Actor, note: str = "", now: datetime) -> WorkOrder:
    """Agree with a return: every part ends and the order waits to be dispatched anew."""
    turn = begin(GRANT_RETURN, order_id, by, now)
    lead = lead_of(turn.order)
    decided(turn, ApplicationKind.RETURN, Decision.GRANTED, note)
    withdraw_drafts(turn, "已退单")
    Assignment.objects.filter(order=turn.order, ended_at__isnull=True).update(ended_at=now)
    turn.order.lead_unit, turn.order.due_at = None, None
    return finish(turn, note=note.strip() or f"同意{lead.unit}退单", data={"unit": lead.unit.code})


@transaction.atomic
def refuse_return(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Refuse a return: the order goes back to where it was, its clock has never stopped.

    Where the city says so, the time of the review is added to the finish clock; the step says so.

    Raises:
        Invalid: no reason is given.

    Source: R-104 (handbook domain.md 4.3: time of review may be added back).
    """
    turn = begin(REFUSE_RETURN, order_id, by, now)
    rules.check_note(note, "note", "驳回理由")
    asked = decided(turn, ApplicationKind.RETURN, Decision.REFUSED, note)
    lead = lead_of(turn.order)
    clocks, said = review_time_back(turn, asked.asked_at, "退单审核用时补回")
    target = State.IN_PROGRESS if lead.signed_at else State.TO_SIGN
    return finish(
        turn,
        target=target,
        note="；".join([note.strip(), *said]),
        data={"unit": lead.unit.code},
        clocks=clocks,
    )


def review_time_back(turn: Turn, since: datetime, why: str) -> tuple[list[Clock], list[str]]:
    """Return the clock that gets the time since ``since`` back, and the words for the history.

    Both are empty where the city does not give it back.

    Source: R-104 (handbook domain.md 4.3: time of review may be added back).
    """
    if not knowledge.parameter("return.review_time_added_back", turn.now, default=False):
        return [], []
    before = turn.order.due_at
    clocks = give_back(turn, since, why)
    if not clocks or before is None:
        return [], []
    due = present(turn.order.due_at)
    return clocks, [f"{why}，办理时限由 {moment(before)} 改为 {moment(due)}"]


def assign(
    turn: Turn,
    unit: Unit,
    role: AssignmentRole,
    *,
    parent: Assignment | None = None,
    due_at: datetime | None = None,
    instructions: str = "",
    returns: int = 0,
) -> Assignment:
    """Give a unit a part of the order in its present round; its clocks are the caller's."""
    return Assignment.objects.create(
        order=turn.order,
        parent=parent,
        unit=unit,
        role=role.value,
        round=turn.order.round,
        dispatched_at=turn.now,
        dispatched_by=turn.by.staff,
        due_at=due_at,
        instructions=instructions.strip()[:500],
        returns=returns,
    )


def lead_clocks(
    turn: Turn,
    head: Assignment,
    kinds: Sequence[ClockKind] = GIVEN,
) -> list[Clock]:
    """Return the unsaved clocks of the lead assignment and store its due time."""
    clocks = [c for c in (_clock_of(turn, head, kind) for kind in kinds) if c is not None]
    head.due_at = next((c.due_at for c in clocks if c.kind == ClockKind.FINISH), None)
    head.save(update_fields=["due_at", "handed_by"])
    return clocks


def _handed_over(turn: Turn, lead: Unit, handing: Handing, call: CallForm | None) -> list[str]:
    """Log the call of a hand-over by telephone; return what the timeline says of the hand-over.

    Source: R-131 (requirement 16: by phone, by network, on paper).
    """
    if handing is Handing.TELEPHONE and call is None:
        raise Invalid("电话交办须登记通话", fields={"told": "请写明通知了谁"})
    said = [] if handing is Handing.NETWORK else [f"{handing.label}交办"]
    if call is not None and handing is Handing.TELEPHONE:
        row = log_call(turn, replace(call, unit=lead), handing_over=True)
        said = [f"电话交办，{call_in_words(row)}"]
    return said


def _clock_of(turn: Turn, assignment: Assignment, kind: ClockKind) -> Clock | None:
    clock = clock_for(turn.order, kind, turn.now)
    if clock is not None:
        clock.assignment = assignment
    return clock


def _return_window_end(turn: Turn, mine: Assignment) -> datetime | None:
    clock = clock_for(turn.order, ClockKind.RETURN, mine.dispatched_at)
    return clock.due_at if clock else None


def was_refused(order: WorkOrder, mine: Assignment) -> bool:
    """Tell whether a return of this unit was refused on this order.

    Also of the unit whose part it goes on with: it took over the refusal with the count of returns.
    One query, and one for each unit that held the part before.

    Source: R-52, R-593 (handbook domain.md 2.8; requirement 126: register of units).
    """
    units, part = {mine.unit_id}, mine
    while part.continues is not None:
        part = part.continues
        units.add(part.unit_id)
    return Application.objects.filter(
        order=order,
        unit__in=units,
        kind=ApplicationKind.RETURN,
        outcome=Decision.REFUSED,
    ).exists()


def _clocks_below(turn: Turn, child: Assignment, words: str) -> list[Clock]:
    """Return the unsaved clocks of a part that was passed down: signing, and its own due time."""
    clocks = [_clock_of(turn, child, ClockKind.SIGN)]
    if child.due_at is not None:
        clocks.append(
            Clock(
                order=turn.order,
                assignment=child,
                kind=ClockKind.FINISH.value,
                started_at=turn.now,
                due_at=child.due_at,
                words=words,
            )
        )
    return [clock for clock in clocks if clock is not None]


def words_below(above: Assignment, due: datetime | None, *, asked: bool, share: int) -> str:
    """Say where the due time of a sub-unit comes from."""
    if due is None or due == above.due_at:
        return f"与{above.unit}的时限相同"
    if asked:
        return f"{above.unit}要求的完成时间"
    return f"{above.unit}剩余时间的 {share}%，至 {moment(due)} 止"


def _earlier_returns(order: WorkOrder, mine: Assignment) -> int:
    """Return how often the same unit has returned this order before its present assignment."""
    earlier = Assignment.objects.filter(order=order, unit=mine.unit).exclude(pk=mine.pk)
    return sum(earlier.values_list("returns", flat=True))


def check_units(units: Sequence[Unit], turn: Turn | None = None) -> None:
    """Refuse what no unit can be given, and with ``turn`` what is outside a community's list."""
    if turn is not None:
        check_communities(turn, units)
    if len(units) > MOST_UNITS:
        raise Invalid(f"一件工单最多 {MOST_UNITS} 个单位")
    if len({u.pk for u in units}) != len(units):
        raise Invalid("同一单位不能重复指定", fields={"assist": "单位重复"})
    wrong = [u for u in units if u.kind in NEVER_ASSIGNED or not u.active]
    if wrong:
        heir = succession.heir(wrong[0])
        raise Invalid(
            f"{wrong[0]}不能承办工单",
            remedy=f"它的职责现由{heir}承担" if heir.pk != wrong[0].pk else "",
            fields={"lead": "请选择承办单位"},
        )


def check_communities(turn: Turn, units: Sequence[Unit], above: Unit | None = None) -> None:
    """Refuse communities, and townships below a department, for matters outside their list.

    Source: R-112 (handbook domain.md 2.1 art. 17).
    """
    kept = [u for u in units if u.kind == UnitKind.COMMUNITY]
    if above is not None and above.kind in _DEPARTMENTS:
        kept += [u for u in units if u.kind == UnitKind.TOWNSHIP]
    if not kept:
        return
    rules.check_community(
        guarded=bool(knowledge.parameter("dispatch.community_guard", turn.now, default=False)),
        listed=knowledge.parameter("dispatch.community_list", turn.now, default=[]),
        category=turn.order.category.code if turn.order.category else "",
        unit=str(kept[0]),
    )


def check_new(order: WorkOrder, units: Sequence[Unit], field: str = "unit") -> None:
    """Refuse units that have an open part in the order. One query. Raises Invalid."""
    taken = Assignment.objects.filter(
        order=order, unit__in=[u.pk for u in units], ended_at__isnull=True
    ).select_related("unit")
    if found := taken.first():
        raise Invalid(f"{found.unit}已经承办这件工单", fields={field: "单位重复"})
