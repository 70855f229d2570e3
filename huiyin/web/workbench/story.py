"""What the page of an order shows, put into words: buttons, timeline, parts, clocks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.states import ClockKind
from huiyin.orders import policy
from huiyin.orders.models import Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orders.policy import Offer
from huiyin.orders.states import BY_VERB, FACES, AssignmentRole, Side, State
from huiyin.orgs.actors import Actor
from huiyin.worktime import deadline

# What is taken at the desk of the call-back clerk, on a page of its own.
AT_THE_CALL_DESK = frozenset({"close", "redo", "close_unsatisfied", "close_unreached", "verify"})
# Recorded with another step, so without a button of its own.
WITHOUT_BUTTON = frozenset({"stay_unsatisfied"})
# The first of these that is allowed is the one primary action of the page.
FIRST = (
    "submit", "approve", "dispatch", "grant_return", "send_again", "sign", "sub_sign", "report_in",
    "accept_raise",
    "sign_reply", "reply", "draft_reply",
    "sub_reply", "contact", "rule", "decide_extension", "suspend", "grant_termination",
    "settle_raise",
    "pass_audit", "confirm_void", "resume", "heed",
)  # fmt: skip
# Folded away on the page: what does not lead the order on.
FOLDED = frozenset(
    {"note", "supplement", "link", "tag", "call_through", "record_fact", "add_units", "reassign",
     "reopen_ruling", "ask_void", "ask_return", "ask_extension", "ask_suspension",
     "ask_termination", "ask_raise", "contest"}
)  # fmt: skip
# Greyed they would only tell of what nobody can do here now.
_WHEN_ALLOWED = frozenset({"contest", "judge_whistle", "report_plan", "confirm_plan"})
# Decisions on what nobody has asked for are not worth a greyed button.
_DECIDING = frozenset({"suspend", "refuse_suspension", "grant_termination", "refuse_termination"})
_OF_PARTS = frozenset({"sub_sign", "sub_reply"})
_DONE_ONCE = frozenset({"sub_sign", "report_in", "judge_whistle"})


@dataclass(frozen=True, slots=True)
class Buttons:
    """The steps on offer: one primary, others, those refused with the reason, those folded away.

    ``never`` are folded away and refused.
    """

    primary: Offer | None
    others: list[Offer]
    refused: list[Offer]
    call: bool
    more: list[Offer]
    never: list[Offer]

    @property
    def any(self) -> bool:
        """Tell whether there is anything to press."""
        here = self.primary or self.others or self.refused
        return bool(here or self.call or self.more or self.never)


def buttons(
    actor: Actor,
    order: WorkOrder,
    mine: Assignment | None,
    *,
    now: datetime,
    but: Collection[str] = (),
) -> Buttons:
    """Return the buttons of the page for this person, without those of the steps ``but``."""
    offers = (o for o in policy.offers(actor, order, mine, now=now) if o.step.verb not in but)
    found = [_once_ready(o, order) for o in offers if _concerns(o, order, mine)]
    call = any(o.step.verb in AT_THE_CALL_DESK for o in found)
    here = [o for o in found if o.step.verb not in AT_THE_CALL_DESK | WITHOUT_BUTTON]
    allowed = [o for o in here if o.allowed]
    leading = ("edit",) if _unsorted(order) else FIRST
    first = sorted(
        (o for o in allowed if o.step.verb in leading), key=lambda o: leading.index(o.step.verb)
    )
    primary = first[0] if first and not call else None
    others = [o for o in allowed if o is not primary and o.step.verb not in FOLDED]
    more = [o for o in allowed if o is not primary and o.step.verb in FOLDED]
    refused = [o for o in here if not o.allowed]
    shown = [o for o in refused if o.step.verb not in FOLDED]
    never = [o for o in refused if o.step.verb in FOLDED]
    return Buttons(primary, others, shown, call, more, never)


def _unsorted(order: WorkOrder) -> bool:
    """Tell whether it is a message as it came, which nobody has given a category yet."""
    return order.standing is State.DRAFT and order.category_id is None


def _once_ready(offer: Offer, order: WorkOrder) -> Offer:
    """Say beforehand what a message lacks that cannot be sent on, instead of after the click."""
    if offer.step.verb == "submit" and offer.allowed and _unsorted(order):
        return replace(offer, refusal="请先“整理”，选好分类")
    return offer


def _concerns(offer: Offer, order: WorkOrder, mine: Assignment | None) -> bool:
    """Tell whether a refused step is worth a greyed button: not when it is never this unit's."""
    if offer.allowed:
        return True
    if offer.step.verb in ("confirm_void", "refuse_void"):
        return order.void_asked_by_id is not None
    if offer.step.verb in _DECIDING or offer.step.verb in _WHEN_ALLOWED:
        return False
    if mine is None:
        return True
    leads = policy.is_lead(mine)
    if leads:
        return offer.step.verb not in _OF_PARTS
    return offer.step.side is not Side.LEAD and offer.step.verb not in _DONE_ONCE


GREY = frozenset(
    {
        "note",
        "edit",
        "recompute",
        "link",
        "tag",
        "absorb",
        "heed",
        "record_fact",
        "end_with_main",
        "ask_write_off",
        "stay_unsatisfied",
        "enter_ruling",
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """One step in the timeline."""

    event: OrderEvent
    words: str
    who: str
    tone: str


def timeline(order: WorkOrder) -> list[Line]:
    """Return the whole history in the order of time, newest last. No query."""
    return [_line(event) for event in order.events.all()]


def _line(event: OrderEvent) -> Line:
    who = event.actor_label + (f"（{event.unit}）" if event.unit else "")
    tone = "blue"
    if event.verb == "overdue":
        tone = "red"
    elif event.verb in GREY:
        tone = "grey"
    elif event.state_after != event.state_before:
        tone = FACES[State(event.state_after)].tone
    return Line(event, BY_VERB[event.verb].past, who, tone)


@dataclass(slots=True)
class Part:
    """A unit's part with its times and the parts passed down from it."""

    assignment: Assignment
    role: str
    left: str
    tone: str
    below: list[Part] = field(default_factory=list)


def parts(order: WorkOrder, now: datetime) -> tuple[list[Part], list[Part]]:
    """Return the open parts as a tree, and those of earlier rounds. No query."""
    paused = order.standing is State.SUSPENDED
    made = {a.pk: _part(a, now, paused=paused) for a in order.assignments.all()}
    tops: list[Part] = []
    for part in made.values():
        above = made.get(part.assignment.parent_id or 0)
        (above.below if above else tops).append(part)
    done = order.standing in (State.CLOSED, State.ARCHIVED, State.VOID, State.UNSAT)
    now_ = [p for p in tops if p.assignment.round == order.round and (done or _lives(p))]
    return now_, [p for p in tops if p not in now_]


def _lives(part: Part) -> bool:
    own = part.assignment
    return own.ended_at is None or own.replied_at is not None


def role_of(assignment: Assignment) -> str:
    """Return what a unit's part is called: passed down, or called by a whistle, or its role."""
    whistled = assignment.role == AssignmentRole.WHISTLE
    if assignment.parent_id is None or whistled:
        return AssignmentRole(assignment.role).label
    return "下派"


def _part(assignment: Assignment, now: datetime, *, paused: bool) -> Part:
    role = role_of(assignment)
    due, running = assignment.due_at, assignment.replied_at is None and assignment.ended_at is None
    if due is None or not running:
        return Part(assignment, role, "", "ok")
    if paused:
        return Part(assignment, role, "时限暂停", "ok")
    return Part(
        assignment,
        role,
        deadline.remaining(now, due),
        deadline.tone(now, due, assignment.dispatched_at, amber=knowledge.amber(now)),
    )


@dataclass(frozen=True, slots=True)
class Limit:
    """One clock in words: what it measures, for whom, how it stands, and why."""

    clock: Clock
    label: str
    unit: str
    stands: str
    tone: str


def limits(order: WorkOrder, now: datetime) -> dict[str, list[Limit]]:
    """Return the clocks of an order, running and stopped. No query."""
    units = {a.pk: str(a.unit) for a in order.assignments.all()}
    found: dict[str, list[Limit]] = {"running": [], "stopped": []}
    for clock in order.clocks.all():
        limit = _limit(clock, units.get(clock.assignment_id or 0, ""), now)
        found["stopped" if clock.stopped_at else "running"].append(limit)
    return found


def _limit(clock: Clock, unit: str, now: datetime) -> Limit:
    label = ClockKind(clock.kind).label
    if clock.stopped_at is None:
        stands = deadline.remaining(now, clock.due_at)
        amber = knowledge.amber(now)
        tone: str = deadline.tone(now, clock.due_at, clock.started_at, amber=amber)
    elif clock.replaced:
        stands, tone = "已改期", "ok"
    elif clock.stopped_at < clock.due_at:
        stands, tone = "按时", "green"
    else:
        stands, tone = "已超时限", "late"
    return Limit(clock, label, unit, stands, tone)


def flat(found: list[Part], depth: int = 0) -> Iterator[tuple[int, Part]]:
    """Yield the parts of a tree line by line with their depth, for a template."""
    for part in found:
        yield min(depth, 4), part
        yield from flat(part.below, depth + 1)
