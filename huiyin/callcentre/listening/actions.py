"""Drawing a sample of calls, and writing down what was heard."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction

from huiyin.callcentre.listening import policy, queries, rules
from huiyin.callcentre.listening.models import CallTest, DrawnCall
from huiyin.callcentre.listening.states import Fault, Verdict
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.kernel.errors import NotFound, Refused
from huiyin.orgs.actors import Actor
from huiyin.orgs.models import Staff
from huiyin.worktime.calendar import SHANGHAI


@transaction.atomic
def draw(
    since: date | None,
    until: date | None,
    calls: int | None,
    *,
    agent: Staff | None = None,
    by: Actor,
    now: datetime,
) -> CallTest:
    """Draw a sample at random from the recorded calls of some days; nobody chooses which.

    Fewer are drawn where there are not as many.

    Raises:
        NotAllowed: the actor neither checks quality nor supervises.
        Invalid: days or size are wrong.
        Refused: no call of these days is recorded.

    Source: R-506 (requirement 57).
    """
    policy.require_hearer(by)
    today = now.astimezone(SHANGHAI).date()
    first, last, most = rules.check_draw(since, until, calls, today=today)
    found = queries.to_draw_from(first, last, agent.pk if agent else None)
    if not found:
        raise Refused("这段时间没有可以测听的录音", remedy="请换一段时间，或不限受理员")
    chosen = sorted(secrets.SystemRandom().sample(found, min(most, len(found))))
    test = CallTest.objects.create(
        since=first, until=last, agent=agent, drawn_at=now, drawn_by=present(by.staff)
    )
    DrawnCall.objects.bulk_create(DrawnCall(test=test, call_id=key) for key in chosen)
    return test


@transaction.atomic
def judge(  # noqa: PLR0913 - the judgement has that many parts
    test: int,
    key: int,
    *,
    verdict: Verdict | None,
    faults: Collection[Fault] = (),
    note: str = "",
    by: Actor,
    now: datetime,
) -> DrawnCall:
    """Write down what was heard in one drawn call, once, by somebody who did not take it.

    Raises:
        NotFound: the test has no such call.
        NotAllowed: the actor does not hear calls, or took this one.
        WrongState: it was judged.
        Invalid: no verdict, or one that is not good without a word why.

    Source: R-507 (requirement 57).
    """
    policy.require_hearer(by)
    rows = DrawnCall.objects.select_for_update(of=("self",)).select_related("call")
    row = rows.filter(pk=key, test=test).first()
    if row is None:
        raise NotFound("没有这段通话")
    judge_ = present(by.staff)
    rules.check_judge(judge_.pk, row.call.agent_id, judged=bool(row.verdict))
    said = text.clean(note, lines=True)
    rules.check_verdict(verdict, faults, said)
    row.verdict, row.note = present(verdict).value, said
    row.faults = sorted(fault.value for fault in faults)
    row.judged_at, row.judged_by = now, judge_
    row.save()
    return row
