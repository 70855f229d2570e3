"""What must hold of the stored rows, whatever people did before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model

from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.filings.models import FilingUse
from huiyin.followup.writeoffs.models import WriteOffRequest
from huiyin.kernel.models import OutboxRow
from huiyin.knowledge.states import ClockKind
from huiyin.orders import queries
from huiyin.orders.models import (
    NEVER,
    Application,
    Assignment,
    Attachment,
    CallThrough,
    CaseFact,
    Clock,
    Dispute,
    OrderEvent,
    OrderLink,
    Reply,
    Requester,
    Whistle,
    WhistleUnit,
    WorkOrder,
)
from huiyin.orders.states import (
    BY_VERB,
    FACES,
    FINAL,
    State,
)

TABLES: tuple[type[Model], ...] = (
    WorkOrder, Requester, Assignment, Clock, OrderEvent, Application, Attachment, Reply,
    CallbackAttempt, OutboxRow, OrderLink, Dispute, CallThrough, CaseFact, FilingUse,
    WriteOffRequest, Whistle, WhistleUnit,
)  # fmt: skip
# Which limits may run while an order stands in a state: what is waited for, and nothing besides.
_HELD = {ClockKind.SIGN, ClockKind.CONTACT, ClockKind.FEEDBACK, ClockKind.FINISH}
_CALLED = _HELD | {ClockKind.WHISTLE}
RUNNING: dict[State, set[ClockKind]] = {
    State.DRAFT: {ClockKind.ACCEPT},
    State.REVIEW: {ClockKind.REVIEW},
    State.TO_DISPATCH: {ClockKind.DISPATCH},
    State.TO_SIGN: _CALLED,
    State.IN_PROGRESS: _CALLED | {ClockKind.RAISING},
    State.RETURN_REVIEW: _CALLED | {ClockKind.RETURN_REVIEW},
    State.EXT_REVIEW: _CALLED | {ClockKind.EXTENSION_REVIEW},
    State.SUSPENDED: {ClockKind.SUSPENSION},
    State.REPLY_REVIEW: {ClockKind.AUDIT},
    State.TO_CALLBACK: {ClockKind.CALLBACK},
    State.REWORK: {ClockKind.REDO},
    State.DISPUTE: _CALLED | {ClockKind.DISPUTE},
}
WAITING_IN = {
    "return": {State.RETURN_REVIEW},
    "extension": {State.EXT_REVIEW},
    "suspension": {State.IN_PROGRESS},
    "termination": {State.REPLY_REVIEW},
    "raising": {State.IN_PROGRESS},
}
_WITHOUT_ASKING = {"direct", "refused", "transferred", "merged", "filed"}


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything that is stored about the orders, as it was read at one moment."""

    of: dict[type[Model], list[dict[str, Any]]]

    @classmethod
    def read(cls) -> Rows:
        """Read every row of every table. One query per table."""
        return cls({table: list(table.objects.order_by("pk").values()) for table in TABLES})

    def belonging(self, table: type[Model], order: int) -> list[dict[str, Any]]:
        """Return the rows of one order."""
        return [row for row in self.of[table] if row["order_id"] == order]


def check(rows: Rows, made: Iterable[int], now: datetime) -> None:
    """Assert all that must hold of the stored rows."""
    orders = {row["id"]: row for row in rows.of[WorkOrder]}
    assert sorted(orders) == sorted(made), "an order was lost, or made out of nothing"
    assert list(queries.breaks()) == [len(orders)], "a chain does not verify"
    for order in orders.values():
        check_history(order, rows.belonging(OrderEvent, order["id"]), now)
        check_parts(order, rows.belonging(Assignment, order["id"]))
        check_clocks(order, rows)
        check_group(order, rows)

        check_applications(order, rows.belonging(Application, order["id"]))
        check_disputes(order, rows.belonging(Dispute, order["id"]))
        if State(order["state"]) in FINAL:
            check_ending(order, rows)
    check_sums(rows)


def check_sums(rows: Rows) -> None:
    """What the units hold, taken together, is what the city has given to units."""
    by_unit = Counter(
        part["unit_id"]
        for part in rows.of[Assignment]
        if part["ended_at"] is None and part["role"] == "lead" and part["parent_id"] is None
    )
    city = Counter(
        order["lead_unit_id"]
        for order in rows.of[WorkOrder]
        if State(order["state"]) not in FINAL and order["lead_unit_id"]
    )
    assert by_unit == city, "the units hold something else than the city has given to them"


def check_group(order: dict[str, Any], rows: Rows) -> None:
    """A merged order hangs on one main order that is not void, and the main knows how many."""
    links = [r for r in rows.of[OrderLink] if r["kind"] == "merged" and r["ended_at"] is None]
    up = [r for r in links if r["order_id"] == order["id"]]
    down = [r for r in links if r["other_id"] == order["id"]]
    assert (len(up) == 1) == (order["close_type"] == "merged")
    assert order["merged_count"] == len(down)
    assert not (up and down), "a group within a group"
    assert not down or order["state"] != State.VOID


def check_history(order: dict[str, Any], events: list[dict[str, Any]], now: datetime) -> None:
    """No state without an event, and every event where the one before it ended."""
    assert [e["seq"] for e in events] == list(range(1, order["event_count"] + 1))
    assert bytes(order["head"]) == bytes(events[-1]["digest"])
    assert events[-1]["state_after"] == order["state"], "a state without an event"
    for before, event in zip([None, *events[:-1]], events, strict=True):
        step = BY_VERB[event["verb"]]
        assert event["state_before"] == (before["state_after"] if before else "")
        assert (before["at"] if before else order["created_at"]) <= event["at"] <= now
        if before:
            assert State(event["state_before"]) in step.sources
        expected = {t.value for t in step.targets} or {event["state_before"]}
        assert event["state_after"] in expected, f"{step.verb} does not lead there"


def check_parts(order: dict[str, Any], parts: list[dict[str, Any]]) -> None:
    """At most one accountable lead at a time, and the order agrees with it."""
    running = [p for p in parts if p["ended_at"] is None]
    leads = [p for p in running if p["role"] == "lead" and p["parent_id"] is None]
    assert len(leads) <= 1
    # In a dispute before the dispatch nobody holds the order; after it the unit still does.
    held = RUNNING.get(State(order["state"]), set()) >= _HELD
    held = held and (State(order["state"]) is not State.DISPUTE or bool(order["lead_unit_id"]))
    assert leads or not held, "a unit holds the order, but which"
    for lead in leads:
        assert (lead["unit_id"], lead["due_at"]) == (order["lead_unit_id"], order["due_at"])
        assert lead["round"] == order["round"]
    assert len({p["unit_id"] for p in running}) == len(running), "a unit has two parts"
    by_key = {p["id"]: p for p in parts}
    for part in running:
        if part["parent_id"]:
            parent = by_key[part["parent_id"]]
            assert parent["due_at"] is None or part["due_at"] <= parent["due_at"]


def check_applications(order: dict[str, Any], asked: list[dict[str, Any]]) -> None:
    """At most one waits, and only where somebody may decide it; who asks does not decide."""
    waiting = [a for a in asked if a["outcome"] == "waiting"]
    assert len(waiting) <= 1
    for each in waiting:
        assert State(order["state"]) in WAITING_IN[each["kind"]], "nobody can decide it"
    held = {a["kind"] for a in waiting} & {"suspension", "termination", "raising"}
    assert order["pending"] == next(iter(held), "")
    assert all(a["decided_by_id"] != a["asked_by_id"] for a in asked if a["decided_by_id"])


def check_disputes(order: dict[str, Any], disputes: list[dict[str, Any]]) -> None:
    """One dispute waits where its ruling is waited for; who was named by one cannot return."""
    waiting = [d for d in disputes if d["ruled_at"] is None]
    if State(order["state"]) is State.DISPUTE:
        assert len(waiting) == 1
    else:
        assert not waiting or State(order["state"]) is State.VOID, "nobody can rule it"


def check_clocks(order: dict[str, Any], rows: Rows) -> None:
    """What is waited for is timed once, nothing else is timed, and the order says until when."""
    state = State(order["state"])
    parts = {p["id"]: p for p in rows.belonging(Assignment, order["id"])}
    clocks = [c for c in rows.belonging(Clock, order["id"]) if c["stopped_at"] is None]
    keys = [(c["kind"], c["assignment_id"]) for c in clocks]
    assert len(set(keys)) == len(keys), "a clock runs twice"
    for clock in clocks:
        assert ClockKind(clock["kind"]) in RUNNING.get(state, set()), f"{clock['kind']} in {state}"
        part = parts.get(clock["assignment_id"])
        assert part is None or part["ended_at"] is None, "a part that has ended is timed"
    ours = [
        c
        for c in clocks
        if c["kind"] == FACES[state].clock
        and (c["assignment_id"] is None or parts[c["assignment_id"]]["parent_id"] is None)
    ]
    assert len(ours) <= 1, "two clocks tell different ends of one wait"
    assert order["waits_until"] == (ours[0]["due_at"] if ours else NEVER)
    going = [c for c in clocks if c["kind"] in _HELD]
    if state in (State.TO_SIGN, State.IN_PROGRESS, State.EXT_REVIEW, State.RETURN_REVIEW):
        assert going, "the clocks of the units have stopped without approval"
    if state in (State.TO_SIGN, State.IN_PROGRESS, State.RETURN_REVIEW):
        finish = [c["due_at"] for c in clocks if c["kind"] == "finish" and _is_top(c, parts)]
        assert [order["due_at"]] == finish


def _is_top(clock: dict[str, Any], parts: dict[int, dict[str, Any]]) -> bool:
    part = parts.get(clock["assignment_id"])
    return part is None or part["parent_id"] is None


def check_ending(order: dict[str, Any], rows: Rows) -> None:
    """Nothing runs any more, and there is an answer to why it could be closed."""
    assert all(c["stopped_at"] for c in rows.belonging(Clock, order["id"]))
    assert all(p["ended_at"] for p in rows.belonging(Assignment, order["id"]))
    assert order["close_type"]
    assert order["closed_at"]
    if order["state"] == State.VOID:
        assert order["close_type"] == "withdrawn"
        asked = [e for e in rows.belonging(OrderEvent, order["id"]) if e["verb"] == "ask_void"]
        confirmed = rows.belonging(OrderEvent, order["id"])[-1]
        assert asked[-1]["staff_id"] != confirmed["staff_id"], "two people void an order"
        return
    tried = [
        a for a in rows.belonging(CallbackAttempt, order["id"]) if a["round"] == order["round"]
    ]
    if order["close_type"] == "unreached":
        assert len([a for a in tried if not a["reached"] and a["method"] != "sms"]) >= 3
    elif order["close_type"] not in _WITHOUT_ASKING:
        assert order["reason_id"] or any(a["reached"] for a in tried), "closed without asking"
