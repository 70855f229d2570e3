"""Asking for a write-off after an improvement, and the call that decides it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks import rules as answers
from huiyin.followup.callbacks.actions import Answers
from huiyin.followup.writeoffs import queries, rules
from huiyin.followup.writeoffs.models import WriteOffRequest
from huiyin.kernel import text
from huiyin.kernel.checks import present
from huiyin.orders import actions as orders
from huiyin.orders.models import WorkOrder
from huiyin.orgs.actors import Actor

LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Called:
    """What came of the call after an improvement: nobody reached, or the citizen's answers."""

    reached: bool
    answers: Answers
    number: str = ""


@transaction.atomic
def ask(order_id: int, *, by: Actor, improvement: str, now: datetime) -> WorkOrder:
    """Report what was improved and ask for the call.

    Raises:
        NotAllowed: another unit than the one that led the order.
        WrongState: a request waits already, or the order is not unsatisfied.
        Invalid: the improvement is not described.

    Source: R-128 (requirement 116; handbook domain.md 2.8 销号).
    """
    order = orders.ask_write_off(order_id, by=by, note=improvement, now=now)
    rules.check_first(waits=queries.waiting_request(order) is not None)
    WriteOffRequest.objects.create(
        order=order,
        unit=present(by.unit),
        improvement=text.clean(improvement, lines=True)[:LONGEST],
        asked_at=now,
        asked_by=present(by.staff),
    )
    return order


@transaction.atomic
def record_call(order_id: int, called: Called, *, by: Actor, now: datetime) -> WorkOrder:
    """Record the call after an improvement: a satisfied citizen writes the order off.

    Not satisfied, the order stays on the list and the unit may ask again; not reached, the request
    goes on waiting.

    Raises:
        WrongState: nobody has asked, or the order is not unsatisfied.
        Invalid: reached, but one of the two questions is not answered.

    Source: R-128 (requirement 116; handbook domain.md 2.8 销号).
    """
    order = orders.lock_unchanged(order_id)
    waiting = queries.waiting_request(order)
    rules.check_waiting(waits=waiting is not None)
    request = present(waiting)
    callbacks.record_later_call(
        order, called.answers, by=by, reached=called.reached, number=called.number, now=now
    )
    if not called.reached:
        request.calls += 1
        request.save(update_fields=["calls"])
        said = f"第 {request.calls} 次销号回访未接通"
        return orders.stay_unsatisfied(order_id, by=by, note=said, now=now)
    solved, grade = answers.check_answers(called.answers.solved, called.answers.grade)
    request.granted = answers.is_content(solved, grade)
    request.decided_at, request.decided_by = now, by.staff
    request.note = text.clean(called.answers.comment)[:500]
    request.save()
    if request.granted:
        return orders.write_off(
            order_id, by=by, solved=solved, grade=grade, note=request.note, now=now
        )
    parts = [solved.label, grade.label, request.note]
    return orders.stay_unsatisfied(
        order_id, by=by, note="；".join(each for each in parts if each), now=now
    )
