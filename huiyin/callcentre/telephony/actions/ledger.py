"""The ledger: what the distributor says is stored, in few statements however much it is.

It runs beside the distributor, a moment behind it. A fact told twice changes nothing, so a
distributor that died in the middle is simply told again by its successor.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db import transaction
from django.db.models import Q

from huiyin.callcentre.calls import actions as calls
from huiyin.callcentre.calls.actions import CallFacts, SpanFacts
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony.actions import missed
from huiyin.callcentre.telephony.facts import AgentMoved, CallMoved, CallOver, Fact
from huiyin.callcentre.telephony.models import AgentChange, LiveCall, Recording, Session
from huiyin.callcentre.telephony.states import AgentState, Leave
from huiyin.kernel import crypto, masks, text

_LIVE = (
    "state", "priority", "skill", "waits_since", "answered_at", "seat", "agent", "recording",
    "said",
)  # fmt: skip


def moment(at: float) -> datetime:
    """Return the moment of seconds since the epoch."""
    return datetime.fromtimestamp(at, UTC)


@transaction.atomic
def store(facts: Sequence[Fact]) -> None:
    """Store facts in the order in which they came.

    Source: R-237 (requirement 36; issue of calls 7); R-223 (handbook domain.md 5.1).
    """
    agents = [fact for fact in facts if isinstance(fact, AgentMoved)]
    over = {fact.key: fact for fact in facts if isinstance(fact, CallOver)}
    live = {fact.key: fact for fact in facts if isinstance(fact, CallMoved)}
    if agents:
        _agents(agents)
    _live([fact for key, fact in live.items() if key not in over])
    if over:
        _over(list(over.values()))


def _agents(moves: Sequence[AgentMoved]) -> None:
    open_now = {
        session.seat.extension: session
        for session in Session.objects.filter(
            signed_out_at__isnull=True, seat__extension__in={move.seat for move in moves}
        ).select_related("seat")
    }
    rows, touched = [], {}
    for move in moves:
        session = open_now.get(move.seat)
        if session is None or session.staff_id != move.staff:
            continue
        session.state, session.since = move.to.value, moment(move.at)
        session.call = move.call if move.to in _WITH_CALL else ""
        if move.to is AgentState.SIGNED_OUT:
            session.signed_out_at = moment(move.at)
            open_now.pop(move.seat)
        touched[session.pk] = session
        rows.append(
            AgentChange(
                session=session, was=move.was.value, to=move.to.value, at=moment(move.at),
                why=move.why.value, call=move.call,
            )
        )  # fmt: skip
    AgentChange.objects.bulk_create(rows)
    # An upsert of rows that are there: an update of many rows takes Django three times as long.
    Session.objects.bulk_create(
        touched.values(), update_conflicts=True, unique_fields=["id"],
        update_fields=["state", "since", "call", "signed_out_at"],
    )  # fmt: skip


_WITH_CALL = (AgentState.RINGING, AgentState.CALLING, AgentState.TALKING, AgentState.WRAP_UP)


def _live(moves: Sequence[CallMoved]) -> None:
    rows = [_live_row(move) for move in moves]
    LiveCall.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["key"], update_fields=_LIVE
    )


def _live_row(move: CallMoved) -> LiveCall:
    digits = text.phone_digits(move.number)
    return LiveCall(
        key=move.key, direction=move.direction.value, state=move.state.value,
        number_sealed=crypto.seal(digits, "call.number"), number_masked=masks.phone(digits),
        number_key=crypto.lookup(digits, "phone"), line=move.line, skill=move.skill.value,
        priority=move.priority, arrived_at=moment(move.arrived),
        waits_since=moment(move.place) if move.place else None,
        answered_at=moment(move.answered) if move.answered else None, seat=move.seat,
        agent_id=move.staff or None, order_id=move.order, missed_id=move.missed,
        recording=move.recording,
        said={
            "channel": move.channel, "promised": move.promised, "paused": move.paused,
            "legs": [
                [name, leg.role.value, leg.seat, leg.ear.value, leg.up] for name, leg in move.legs
            ],
            "spans": [[s.kind.value, s.began, s.ended, s.seat] for s in move.spans],
        },
    )  # fmt: skip


def _over(ended: Sequence[CallOver]) -> None:
    """Store calls that have ended: the row, its stretches, its recording, who is to be called."""
    live = {
        row.key: row.order_id
        for row in LiveCall.objects.filter(key__in=[over.key for over in ended])
    }
    staff = _staff_at(ended)
    keys = calls.record_whole([(_facts(o, live.get(o.key)), _spans(o, staff)) for o in ended])
    Recording.objects.bulk_create(
        [
            Recording(name=over.recording, call_id=keys[over.key])
            for over in ended
            if over.recording and over.answered is not None
        ],
        ignore_conflicts=True,
    )
    missed.settle(ended)
    LiveCall.objects.filter(key__in=list(live)).delete()


def _facts(over: CallOver, taken: int | None) -> CallFacts:
    return CallFacts(
        direction=over.direction, outcome=_outcome(over, taken), arrived_at=moment(over.arrived),
        ended_at=moment(over.ended), line=over.line or "12345", number=over.number,
        answered_at=None if over.answered is None else moment(over.answered),
        agent=over.staff or None, order=over.order or taken, reference=over.key,
    )  # fmt: skip


def _outcome(over: CallOver, taken: int | None) -> CallOutcome:
    served = over.leave is Leave.SERVED
    if over.direction is Direction.OUT:
        return CallOutcome.REACHED if served else CallOutcome.UNREACHED
    if not served:
        closed = over.leave is Leave.CLOSED
        return CallOutcome.CLOSED if closed else CallOutcome.ABANDONED
    return CallOutcome.REQUEST if taken else CallOutcome.ANSWERED


def _staff_at(ended: Sequence[CallOver]) -> dict[str, int]:
    """Return who sat at the seats that had a part in these calls. One query.

    Of a seat's years of sessions only those are read that were open during one of the calls.
    """
    seats = {span.seat for over in ended for span in over.spans if span.seat}
    since = moment(min(over.arrived for over in ended))
    until = moment(max(over.ended for over in ended))
    found = Session.objects.filter(
        Q(signed_out_at__isnull=True) | Q(signed_out_at__gte=since),
        seat__extension__in=seats, signed_in_at__lte=until,
    ).order_by("signed_in_at")  # fmt: skip
    return dict(found.values_list("seat__extension", "staff_id"))


def _spans(over: CallOver, staff: dict[str, int]) -> list[SpanFacts]:
    return [
        SpanFacts(
            span.kind, moment(span.began), moment(span.ended), span.seat[:20],
            staff.get(span.seat), span.result,
        )
        for span in over.spans
    ]  # fmt: skip
