"""Due times that are moved, paused and continued: always a new clock, with the reason in words.

The old clock stays in the list, stopped and marked as replaced, so that the page can show it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import QuerySet

from huiyin.knowledge.states import ClockKind
from huiyin.orders.actions.turn import Turn, lead_of
from huiyin.orders.models import Assignment, Clock
from huiyin.orgs import queries as orgs
from huiyin.worktime import limits, pausing
from huiyin.worktime.calendar import SHANGHAI
from huiyin.worktime.limits import LimitUnit

HELD = (
    ClockKind.SIGN,
    ClockKind.CONTACT,
    ClockKind.FEEDBACK,
    ClockKind.FINISH,
    ClockKind.WHISTLE,
)
LONGEST_WORDS = 400


def moment(at: datetime) -> str:
    """Return an instant for notes: ``2026年3月9日 17:30``; midnight is 24:00 of the day before.

    Limits end at midnight, and people take 00:00 for the beginning of a day that is theirs.
    """
    local = at.astimezone(SHANGHAI)
    if local.time() == time.min:
        return f"{local - timedelta(days=1):%Y年%-m月%-d日} 24:00"
    return f"{local:%Y年%-m月%-d日 %H:%M}"


def move_finish(turn: Turn, new_due: datetime, why: str) -> list[Clock]:
    """Give the lead a new due time; parts due at the old one go with it. Returns unsaved clocks.

    Two to four queries.
    """
    lead, order = lead_of(turn.order), turn.order
    old_due = lead.due_at
    parts = Assignment.objects.filter(order=order, ended_at__isnull=True, due_at=old_due)
    running = Clock.objects.filter(
        order=order, kind=ClockKind.FINISH.value, stopped_at__isnull=True, assignment__in=parts
    )
    made = [_successor(clock, new_due, turn.now, why) for clock in running.order_by("pk")]
    replace(running.values("pk"), turn.now)
    parts.update(due_at=new_due)
    order.due_at = new_due
    return made


def give_back(turn: Turn, since: datetime, why: str) -> list[Clock]:
    """Give the time since ``since`` back to the lead's finish clock. Returns unsaved clocks.

    Nothing is given to a clock that had run out by then, nor where there is no clock.

    Source: R-104 (handbook domain.md 4.3: time of review may be added back).
    """
    clock = finish_clock(turn)
    if clock is None or clock.due_at <= since:
        return []
    new_due = shifted(clock, since, turn.now)
    return move_finish(turn, new_due, why) if new_due != clock.due_at else []


def finish_clock(turn: Turn) -> Clock | None:
    """Return the running finish clock of the lead. One query."""
    running = Clock.objects.select_related("rule", "assignment").filter(
        order=turn.order,
        kind=ClockKind.FINISH.value,
        stopped_at__isnull=True,
        assignment__parent__isnull=True,
    )
    return running.first()


def shifted(clock: Clock, paused_at: datetime, now: datetime) -> datetime:
    """Return when a clock paused at ``paused_at`` ends if it goes on ``now``; late stays late.

    Source: R-107 (handbook domain.md 4.3: the remaining time goes on after a suspension).
    """
    if clock.due_at <= paused_at:
        return clock.due_at
    unit, calendar = unit_of(clock), orgs.calendar()
    rest = pausing.left(paused_at, clock.due_at, unit, calendar)
    ends_a_day = clock.due_at.astimezone(SHANGHAI).time() == time.min
    whole = clock.rule is not None or ends_a_day
    return pausing.continued(now, rest, unit, calendar, whole_days=whole)


def unit_of(clock: Clock) -> LimitUnit:
    """Return in what a clock is counted: its own limit, or that of the order for a part below.

    One query for a clock that no rule made.
    """
    return limits.parse(clock.rule.limit).unit if clock.rule else counted_in(clock.order_id)


def counted_in(order_id: int) -> LimitUnit:
    """Return in what the time to finish an order is counted, at every level of it. One query.

    Day and night where no rule says.

    Source: R-592 (handbook domain.md 2.1 art. 14).
    """
    ruled = Clock.objects.select_related("rule").filter(
        order=order_id, kind=ClockKind.FINISH.value, rule__isnull=False
    )
    last = ruled.order_by("-pk").first()
    return limits.parse(last.rule.limit).unit if last and last.rule else LimitUnit.HOURS


def pause(turn: Turn) -> None:
    """Stop every clock of the units, to go on later (``resumed``, ``reopen``). One statement."""
    replace(_held(turn).filter(stopped_at__isnull=True).values("pk"), turn.now)


def resumed(turn: Turn, paused_at: datetime, why: str) -> list[Clock]:
    """Return unsaved clocks that go on where those paused at ``paused_at`` stopped.

    Due times of the parts and of the order follow; no part ends after the one above it.
    """
    made, paused = [], _paused(turn, paused_at)
    dues = {old.pk: shifted(old, paused_at, turn.now) for old in paused}
    ends = {old.assignment_id: dues[old.pk] for old in paused if old.kind == ClockKind.FINISH}
    for old in paused:
        due = dues[old.pk]
        if old.kind == ClockKind.FINISH and old.assignment is not None:
            due = min([due, *(ends[key] for key in _above(old.assignment) if key in ends)])
        new = _successor(old, due, turn.now, why)
        # What had run out before the pause was recorded then; it is not late twice.
        new.overdue_recorded = old.overdue_recorded
        made.append(new)
        if old.kind == ClockKind.FINISH and old.assignment is not None:
            _move_part(turn, old.assignment, due)
    return made


def _above(part: Assignment) -> list[int]:
    """Return the keys of the parts above one. A query per level that is not read yet."""
    found = []
    while part.parent is not None:
        part = part.parent
        found.append(part.pk)
    return found


def reopen(turn: Turn, paused_at: datetime) -> None:
    """Let the clocks paused at ``paused_at`` run on as if nothing had been. A statement each."""
    for clock in _paused(turn, paused_at):
        clock.stopped_at, clock.replaced = None, False
        clock.save(update_fields=["stopped_at", "replaced", "assignment"])


def replace(keys: Any, now: datetime) -> None:
    """Mark clocks as replaced by others. One statement."""
    Clock.objects.filter(pk__in=keys).update(stopped_at=now, replaced=True)


def _held(turn: Turn) -> QuerySet[Clock]:
    return Clock.objects.filter(order=turn.order, kind__in=[k.value for k in HELD])


def _paused(turn: Turn, paused_at: datetime) -> list[Clock]:
    """Return the clocks that were paused then; of several of one kind and part the last.

    Each is that of whoever goes on with the part today, when a unit was taken over meanwhile; the
    clocks of parts that nobody goes on with stay where they are.
    """
    rows = _held(turn).filter(stopped_at=paused_at, replaced=True)
    last: dict[tuple[str, int | None], Clock] = {}
    for clock in rows.select_related("rule", "assignment").order_by("pk"):
        if clock.assignment is not None:
            going_on = _going_on(clock.assignment)
            if going_on is None:
                continue
            clock.assignment = going_on
        last[clock.kind, clock.assignment_id] = clock
    return list(last.values())


def _going_on(part: Assignment) -> Assignment | None:
    """Return the open part that goes on with ``part``: itself, or that of who took over.

    No query while it is open.

    Source: R-556 (requirement 126: register of units; clocks run on).
    """
    found: Assignment | None = part
    while found is not None and found.ended_at is not None:
        found = Assignment.objects.filter(continues=found).order_by("-pk").first()
    return found


def _move_part(turn: Turn, part: Assignment, due: datetime) -> None:
    if part.parent_id is None and part.role == "lead":
        beside = Assignment.objects.filter(
            order=turn.order, ended_at__isnull=True, due_at=part.due_at, parent__isnull=True
        )
        beside.update(due_at=due)
        turn.order.due_at = due
    else:
        Assignment.objects.filter(pk=part.pk).update(due_at=due)


def _successor(old: Clock, due: datetime, now: datetime, why: str) -> Clock:
    words = f"{why}；原期限 {moment(old.due_at)}，改为 {moment(due)}"
    return Clock(
        order=old.order,
        assignment=old.assignment,
        kind=old.kind,
        rule=old.rule,
        started_at=now,
        due_at=due,
        words=words[:LONGEST_WORDS],
    )
