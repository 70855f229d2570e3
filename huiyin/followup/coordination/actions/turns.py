"""Who of the hotline goes to the weekly meeting of the grid: laid out in turn, exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from huiyin.followup.coordination import policy, rules
from huiyin.followup.coordination.models import MeetingTurn
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import NotFound
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Staff
from huiyin.worktime.calendar import SHANGHAI


@transaction.atomic
def lay_out(
    first: date | None, weeks: int | None, people: Sequence[Staff], *, by: Actor, now: datetime
) -> list[MeetingTurn]:
    """Let people take turns, one a week from a day on; what was laid out from then on is replaced.

    Raises:
        NotAllowed: the actor does not supervise.
        Invalid: names the fields.

    Source: R-585 (requirement 45: joins the weekly grid meeting).
    """
    policy.require_office(by, "排例会轮值")
    today = now.astimezone(SHANGHAI).date()
    rules.check_turns(first, weeks, people=len(people), today=today)
    start = present(first)
    days = rules.turn_days(start, present(weeks), orgs.calendar())
    MeetingTurn.objects.filter(day__gte=start).delete()
    return [
        MeetingTurn.objects.create(
            day=day, staff=people[nth % len(people)], set_at=now, set_by=present(by.staff)
        )
        for nth, day in enumerate(days)
    ]


@transaction.atomic
def exchange(day: date, staff: Staff, note: str, *, by: Actor, now: datetime) -> MeetingTurn:
    """Let another person go on one day, and say why.

    Raises:
        NotAllowed: the actor does not supervise.
        NotFound: there is no meeting on that day.
        Conflict: it is over.
        Invalid: no reason is given.

    Source: R-585 (requirement 45).
    """
    policy.require_office(by, "换例会轮值")
    turn = MeetingTurn.objects.select_for_update().filter(day=day).first()
    if turn is None:
        raise NotFound("这一天没有例会轮值")
    said = text.clean(note)
    rules.check_exchange(day, said, today=now.astimezone(SHANGHAI).date())
    turn.staff, turn.note, turn.set_at, turn.set_by = staff, said, now, present(by.staff)
    turn.save()
    return turn
