"""What the records of an order say at the end of a day, as measures. Pure.

Everything that happened after the end of the day is as if it had not happened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from hashlib import sha256

from huiyin.insight.facts.states import GRADES, ORDER_MEASURES, PART_MEASURES
from huiyin.worktime.calendar import SHANGHAI

CONTENT = ("very_satisfied", "satisfied")
FIRST = ("first_reached", "first_content", "first_fair")
_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit that ran: until when, and when it was met (None: not yet).

    One that was ``replaced`` by an extension, a suspension or a calendar was not met: another
    goes on in its place.
    """

    due_at: datetime
    stopped_at: datetime | None
    replaced: bool = False

    def is_missed(self, end: datetime) -> bool:
        """Tell whether it had run out at ``end``. A limit ends just before its ``due_at``."""
        if self.replaced and self.stopped_at is not None and self.stopped_at < end:
            return self.stopped_at > self.due_at
        if self.stopped_at is None or self.stopped_at >= end:
            return self.due_at <= end
        return self.stopped_at >= self.due_at


@dataclass(frozen=True, slots=True)
class Return:
    """One application of a unit to give an order back."""

    asked_at: datetime
    outcome: str = "waiting"
    decided_at: datetime | None = None

    def decided(self, end: datetime) -> str:
        """Return the outcome as it stood at ``end``."""
        known = self.decided_at is not None and self.decided_at < end
        return self.outcome if known else "waiting"

    def holds_for(self, given_at: datetime | None) -> bool:
        """Tell whether the order was not given to the unit again after this was decided."""
        return given_at is None or self.decided_at is None or self.decided_at > given_at


@dataclass(frozen=True, slots=True)
class Part:
    """A unit's part in an order, all its rounds together.

    ``given_at`` is when it was given the last time, ``ended_at`` when that part ended: the order
    was closed, or went to another unit. ``began``: its reply ended the first round.
    """

    unit: int
    dispatched_at: datetime
    shared: bool = False
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    replied_at: datetime | None = None
    due_at: datetime | None = None
    sign: Sequence[Limit] = ()
    contact: Sequence[Limit] = ()
    finish: Sequence[Limit] = ()
    returns: Sequence[Return] = ()
    extended_at: datetime | None = None
    urged_at: datetime | None = None
    answer: str = ""
    given_at: datetime | None = None
    ended_at: datetime | None = None
    began: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to call a citizen back."""

    round: int
    at: datetime
    reached: bool
    solved: str = ""
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Everything about one order that is measured."""

    order: int
    created_at: datetime
    channel: str = "phone"
    kind: str = "help"
    category: int | None = None
    region: int | None = None
    lead: int | None = None
    drafted: bool = False
    void: bool = False
    repeat: bool = False
    round: int = 1
    close_type: str = ""
    closed_at: datetime | None = None
    closed_before: date | None = None
    caller: bytes = b""
    dispatch: Sequence[Limit] = ()
    parts: Sequence[Part] = ()
    attempts: Sequence[Attempt] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Line:
    """What is stored of one part: whose, which days, and the measures that are not zero."""

    unit: int | None
    shared: int
    category: int | None
    region: int | None
    channel: str
    kind: str
    accepted_on: date
    dispatched_on: date | None
    due_on: date | None
    closed_on: date | None
    answer_key: int | None
    case_key: int | None
    measures: Mapping[str, int]


def day_of(moment: datetime) -> date:
    """Return the day in Shanghai."""
    return moment.astimezone(SHANGHAI).date()


def end_of(day: date) -> datetime:
    """Return the first moment after a day."""
    return datetime.combine(day + timedelta(days=1), time.min, SHANGHAI)


def key_of(words: str) -> int:
    """Return a number of 63 bits that is equal for equal words and says nothing about them."""
    return int.from_bytes(sha256(words.encode()).digest()[:8], "big") >> 1


def _before(moment: datetime | None, end: datetime) -> bool:
    return moment is not None and moment < end


def _in_time(moment: datetime | None, limits: Sequence[Limit], end: datetime) -> bool:
    """Tell whether something was done before ``end`` and no limit of it ran out before.

    Source: R-251 (handbook domain.md 2.3: response; rule 4: the clock starts at dispatch).
    """
    return _before(moment, end) and not any(limit.is_missed(end) for limit in limits)


def _is_taken(part: Part, limits: Sequence[Limit], end: datetime) -> bool:
    """Tell whether the part ended without a reply before any of these limits had run out.

    The hotline gave the order to another unit, a higher level took it over, or its termination was
    agreed to: what was not yet due is owed by nobody.

    Source: R-580 (handbook domain.md 3.3 K11-K15, 4.3 转派, 终止; requirement 187).
    """
    ended = _before(part.ended_at, end) and not _before(part.replied_at, end)
    return ended and not any(limit.is_missed(end) for limit in limits)


def part_measures(part: Part, end: datetime) -> dict[str, int]:
    """Return the measures of a unit's part as they stood at ``end``.

    Whoever gives an order back within the limit for signing owes no response; whoever lets that
    limit pass first owes it, whether the return is granted or not. A return that was granted says
    nothing of an order that the unit was given once more: it is not counted as granted then, and
    what a unit gave back in the end counts as granted, not as replied to in an earlier round.

    Source: R-250, R-603 (handbook domain.md 2.10, 3.3 K10-K15, K17; 2.8).
    """
    asked = [each for each in part.returns if each.asked_at < end]
    left = [
        each for each in asked if each.decided(end) == "granted" and each.holds_for(part.given_at)
    ]
    sign_due = min((limit.due_at for limit in part.sign), default=None)
    late = [each for each in asked if sign_due is not None and each.asked_at >= sign_due]
    signed = _in_time(part.signed_at, part.sign, end)
    contacted = _in_time(part.contacted_at, part.contact, end)
    gone = bool(left) and not late
    if not left and not (signed and contacted):
        gone = _is_taken(part, (*part.sign, *part.contact), end)
    due = part.due_at is not None and not left and not _is_taken(part, part.finish, end)
    replied = _before(part.replied_at, end) and not left
    return {
        "dispatched": 1,
        "owed": int(not gone),
        "signed": int(signed and not gone),
        "contacted": int(contacted and not gone),
        "responded": int(signed and contacted and not gone),
        "returned": int(bool(asked)),
        "return_granted": int(bool(left)),
        "return_refused": int(any(each.decided(end) == "refused" for each in asked)),
        "return_late": int(bool(late)),
        "extended": int(_before(part.extended_at, end)),
        "due": int(due),
        "on_time": int(due and replied and not any(limit.is_missed(end) for limit in part.finish)),
        "replied": int(replied),
        "urged": int(_before(part.urged_at, end)),
    }


def order_measures(record: Record, end: datetime) -> dict[str, int]:
    """Return the measures of an order as a whole as they stood at ``end``.

    Solved and satisfied come from call-backs of the hotline and from the citizen alone, and of the
    last round alone; what a unit says of its own work has no place here. What was merged into
    another order is finished with that one: it is neither accepted nor closed a second time.

    Source: R-252 (requirement 188; handbook domain.md 2.3, 3.3 K08-K10, K16, K18-K20, K22-K24).
    """
    if record.void:
        return {}
    handed = any(part.dispatched_at < end for part in record.parts)
    over, merged = _before(record.closed_at, end), record.close_type == "merged"
    ended = over and not merged
    tried = [each for each in record.attempts if each.at < end]
    found = {
        "valid": 1,
        "accepted": int(not record.drafted and not (over and merged)),
        "direct": int(ended and record.close_type == "direct"),
        "handed": int(handed),
        "sent": int(handed and bool(record.dispatch)),
        "sent_in_time": int(
            handed and bool(record.dispatch) and not any(x.is_missed(end) for x in record.dispatch)
        ),
        "repeat": int(record.repeat),
        "closed": int(ended),
    }
    if not (ended and handed):
        return found
    return found | _answers(record, tried)


def _answers(record: Record, tried: Sequence[Attempt]) -> dict[str, int]:
    """Return what the call-backs of an order that has ended say."""
    reached = [each for each in tried if each.reached and each.solved and each.grade]
    last = [each for each in reached if each.round == record.round]
    first = [each for each in reached if each.round == 1]
    found = {
        "asked_for": 1,
        "redone": int(record.round > 1),
        "once": int(record.round == 1),
        "tried": int(bool(tried)),
        "reached": int(bool(last)),
        "first_reached": int(bool(first)),
    }
    if last:
        latest = max(last, key=lambda each: each.at)
        found["solved_yes"] = int(latest.solved == "yes")
        found["solved_partly"] = int(latest.solved == "partly")
        found[GRADES[latest.grade]] = 1
    if first:
        grade = max(first, key=lambda each: each.at).grade
        found["first_content"] = int(grade in CONTENT)
        found["first_fair"] = int(grade == "fairly_satisfied")
    return found


def lines_of(record: Record, end: datetime) -> list[Line]:
    """Return the lines of an order as it stood at ``end``, by unit; none before it was made.

    Each unit that led it has a line; the measures of the whole order stand on the line of the one
    that leads it now, so that sums over units never count an order twice; what the citizen said
    of the first round stands with the unit that replied in it. An assisting unit that is assessed
    with the lead has a ``shared`` line with the lead's measures.

    Source: R-253 (handbook domain.md 2.6 双派, 4.3; requirements 23, 187).
    """
    if record.created_at >= end:
        return []
    parts = [part for part in record.parts if part.dispatched_at < end]
    whole = order_measures(record, end)
    heads = [part for part in parts if part.unit == record.lead and not part.shared]
    begun = [part for part in parts if part.began and not part.shared and part not in heads]
    first = {name: whole.pop(name) for name in FIRST if begun and name in whole}
    found = [_line(record, None, whole, end)] if not heads else []
    for part in parts:
        head = part in heads
        measures = part_measures(part, end) if not record.void else {}
        if part.shared and heads and not record.void:
            measures = part_measures(heads[0], end)
        if part in begun[-1:]:
            measures = measures | first
        found.append(_line(record, part, measures | (whole if head or part.shared else {}), end))
    return sorted(found, key=lambda line: (line.unit or 0, line.shared))


def _line(record: Record, part: Part | None, measures: Mapping[str, int], end: datetime) -> Line:
    told = measures.get("closed") or measures.get("first_reached")
    ended = record.closed_at if told or not part else None
    due = part.due_at if part else None
    words = f"{record.caller.hex()}|{record.category}|{day_of(record.created_at)}"
    return Line(
        unit=part.unit if part else None,
        shared=int(part.shared) if part else 0,
        category=record.category,
        region=record.region,
        channel=record.channel,
        kind=record.kind,
        accepted_on=day_of(record.created_at),
        dispatched_on=day_of(part.dispatched_at) if part else None,
        due_on=day_of(due - _MOMENT) if due else None,
        closed_on=(record.closed_before or day_of(ended))
        if _before(ended, end) and ended
        else None,
        answer_key=key_of(part.answer) if part and part.answer else None,
        case_key=key_of(words) if record.caller and part else None,
        measures={name: value for name, value in sorted(measures.items()) if value},
    )


def digest_of(rows: Iterable[Sequence[object]], before: str) -> str:
    """Return the digest over the lines of a day and the digest of the closed day before it."""
    running = sha256(before.encode())
    for row in rows:
        running.update("|".join("" if each is None else str(each) for each in row).encode())
        running.update(b"\n")
    return running.hexdigest()


def names() -> tuple[str, ...]:
    """Return the measures in the order in which they are stored."""
    return (*ORDER_MEASURES, *PART_MEASURES)
