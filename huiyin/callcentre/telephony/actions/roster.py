"""The roster: who is on duty when; and what agents note of callers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from huiyin.callcentre.telephony import planning, queries
from huiyin.callcentre.telephony.models import MarkedCall, Shift
from huiyin.callcentre.telephony.policy import leader
from huiyin.callcentre.telephony.states import CallMark
from huiyin.kernel.errors import Conflict, Invalid, NotFound, Refused, WrongState
from huiyin.knowledge import queries as knowledge
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Staff

MOST_AT_ONCE = 200
LONGEST_NOTE = 60


@transaction.atomic
def plan(
    usernames: Sequence[str], span: planning.Span, *, by: Actor, now: datetime, note: str = ""
) -> list[Shift]:
    """Put people on duty for a span; all of them, or none.

    The accounts are locked, so that two who plan at once cannot give one person two shifts.

    Raises:
        NotAllowed: not a leader of the floor; Invalid: nobody, too many, unknown accounts, too
        long; Refused: somebody has no rest before or after.

    Source: R-524 (requirement 4; handbook domain.md 5.5).
    """
    planner = leader(by)
    wanted = list(dict.fromkeys(usernames))
    if not 0 < len(wanted) <= MOST_AT_ONCE:
        raise Invalid("没有排班", fields={"staff": f"请填写 1 到 {MOST_AT_ONCE} 个账号"})
    rows = Staff.objects.filter(username__in=wanted, is_active=True).order_by("pk")
    people = {row.username: row for row in rows.select_for_update(of=("self",))}
    if missing := [name for name in wanted if name not in people]:
        raise Invalid("没有排班", fields={"staff": f"没有这些账号：{'、'.join(missing[:5])}"})
    longest, rest = (
        timedelta(hours=int(knowledge.parameter(f"telephony.{key}", span[0], default=default)))
        for key, default in (("shift_hours", 12), ("rest_hours", 11))
    )
    others = _others(people.values(), span, longest + rest)
    for name, person in people.items():
        try:
            planning.check_shift(span, others.get(person.pk, ()), longest=longest, rest=rest)
        except Invalid:
            raise
        except Refused as refusal:
            raise Conflict(f"{person.name}（{name}）：{refusal.message}") from None
    return Shift.objects.bulk_create(
        Shift(
            staff=people[name], begins_at=span[0], ends_at=span[1],
            note=note.strip()[:LONGEST_NOTE], planned_by=planner, planned_at=now,
        )
        for name in wanted
    )  # fmt: skip


def _others(
    people: Iterable[Staff], span: planning.Span, near: timedelta
) -> dict[int, list[planning.Span]]:
    """Return the shifts of these people around a span. One query."""
    rows = Shift.objects.filter(
        staff__in=people, begins_at__lt=span[1] + near, ends_at__gt=span[0] - near
    )
    found: dict[int, list[planning.Span]] = {}
    for row in rows:
        found.setdefault(row.staff_id, []).append((row.begins_at, row.ends_at))
    return found


def cancel(key: int, *, by: Actor, now: datetime) -> None:
    """Take a shift that has not begun off the roster; one that has stays as it was.

    Raises:
        NotAllowed: not a leader of the floor; NotFound: no such shift; Conflict: it has begun.
    """
    leader(by)
    row = Shift.objects.filter(pk=key).first()
    if row is None:
        raise NotFound("没有这个班")
    if row.begins_at <= now:
        raise Conflict("已经开始的班不能取消")
    row.delete()


def mark(mark: str, *, on: bool, by: Actor, now: datetime) -> None:
    """Note that the caller at one's own seat is upset or abusive, or take the note back.

    The talk goes on without any limit of time; the leader of the floor sees the note.

    Raises:
        Invalid: no such note; WrongState: no call at one's seat.

    Source: R-526 (requirements 40, 83).
    """
    if mark not in {m.value for m in CallMark}:
        raise Invalid("没有这种标记")
    session = queries.session_of(by.staff.pk) if by.staff else None
    call = queries.call_at(session.seat.extension) if session else None
    if call is None or by.staff is None:
        raise WrongState("现在没有通话")
    if not on:
        MarkedCall.objects.filter(key=call.key, mark=mark).delete()
        return
    facts = {"number_key": bytes(call.number_key), "marked_by": by.staff, "marked_at": now}
    MarkedCall.objects.get_or_create(key=call.key, mark=mark, defaults=facts)
