"""Everything that a call-back changes: the attempt, and what follows for the order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from huiyin.followup.callbacks import queries, rules
from huiyin.followup.callbacks.models import CallbackAttempt
from huiyin.followup.callbacks.states import Method
from huiyin.kernel import masks, outbox, text
from huiyin.kernel.errors import Conflict, WrongState
from huiyin.kernel.prepared import Prepared
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Reason
from huiyin.orders import actions as orders
from huiyin.orders import policy, reply_queries, reply_rules
from huiyin.orders.models import Requester, WorkOrder
from huiyin.orders.reply_states import Told
from huiyin.orders.states import CLOSE, CloseType, Satisfaction, Solved, State
from huiyin.orgs.actors import CITIZEN, SYSTEM, Actor
from huiyin.worktime.calendar import SHANGHAI

SURVEYS_APART_HOURS = 24
_LOCKED = Prepared(lambda key: WorkOrder.objects.select_for_update().filter(pk=key))
_REQUESTER = Prepared(lambda order: Requester.objects.filter(order_id=order))


@dataclass(frozen=True, slots=True)
class Answers:
    """What the citizen said; ``comment`` is free text.

    ``told`` is set when the clerk told the answer in the same call (``answer.by_office``).
    ``dutiful`` is the clerk's own finding: the unit has done what it could, so that nothing is
    redone for a citizen who is not satisfied.
    """

    solved: Solved | None = None
    grade: Satisfaction | None = None
    reasons: Sequence[str] = field(default_factory=tuple)
    comment: str = ""
    told: bool = False
    dutiful: bool = False


@transaction.atomic
def record_unreached(
    order_id: int, *, by: Actor, reason: Reason | None, number: str = "", now: datetime
) -> WorkOrder:
    """Record a call that reached nobody; the order keeps waiting for its call-back.

    Raises:
        WrongState, NotAllowed: the order does not wait for a call-back, or not for this person.
    """
    order = _waiting_order(order_id, by)
    attempt = _attempt(order, Method.PHONE, by, now, reached=False, number=number)
    attempt.reasons = [reason.code] if reason else []
    attempt.save()
    nth = _calls_in_vain(order).count()
    why = f"：{reason.name}" if reason else ""
    return orders.add_note(order_id, by=by, note=f"第 {nth} 次回访未联系上{why}", now=now)


@transaction.atomic
def record_call(
    order_id: int, answers: Answers, *, by: Actor, number: str = "", now: datetime
) -> WorkOrder:
    """Record a call that reached the citizen: content closes, not content goes to the next round.

    When the rounds are used up, or the clerk finds that the unit has done its duty, the order keeps
    waiting and the clerk closes it as unsatisfied.

    Raises:
        Invalid: one of the two questions is not answered, or the reason of dissatisfaction is.

    Source: R-80, R-155, R-551 (requirements 9, 114; handbook domain.md 4.3).
    """
    solved, grade = rules.check_answers(answers.solved, answers.grade)
    rules.check_reasons(
        content=rules.is_content(solved, grade),
        reasons=answers.reasons,
        required=bool(knowledge.parameter("callback.reasons_required", now, default=False)),
    )
    order = _waiting_order(order_id, by)
    if answers.told:
        order = orders.tell(order_id, by=by, how=Told.PHONE, now=now)
    reply_rules.check_told(must_tell=reply_queries.must_tell(order))
    attempt = _attempt(order, Method.PHONE, by, now, reached=True, number=number)
    _fill(attempt, answers)
    return _follow(
        order, solved, grade, by=by, note=answers.comment, dutiful=answers.dutiful, now=now
    )


def record_later_call(
    order: WorkOrder, answers: Answers, *, by: Actor, reached: bool, number: str = "", now: datetime
) -> CallbackAttempt:
    """Store a call about an order that has ended as unsatisfied, in the caller's transaction.

    Source: R-128 (requirement 116; handbook domain.md 2.8: call-back by the hotline).
    """
    attempt = _attempt(order, Method.PHONE, by, now, reached=reached, number=number)
    _fill(attempt, answers if reached else Answers())
    return attempt


@transaction.atomic
def record_rating(order_id: int, answers: Answers, *, now: datetime) -> WorkOrder:
    """Record the citizen's own answer on the web; once per round.

    The caller of a merged order rates the result of its main order, once, and nothing is redone.

    Raises:
        Conflict: this round has been rated.
        WrongState: the order does not wait for an answer.
        Invalid: one of the two questions is not answered.

    Source: R-83 (requirement 164; handbook domain.md 2.1 art. 8 and 23).
    """
    solved, grade = rules.check_answers(answers.solved, answers.grade)
    merged = WorkOrder.objects.select_for_update().filter(
        pk=order_id, close_type=CloseType.MERGED.value
    )
    order = merged.first() or _waiting_order(order_id, CITIZEN)
    orders.mark_read(order_id, now=now)
    attempt = _attempt(order, Method.WEB, CITIZEN, now, reached=True)
    try:
        with transaction.atomic():
            _fill(attempt, answers)
    except IntegrityError as error:
        raise Conflict("您已经评价过了，感谢您的反馈") from error
    if order.close_type == CloseType.MERGED:
        return orders.rate_merged(order.pk, solved=solved, grade=grade, now=now)
    return _follow(order, solved, grade, by=CITIZEN, note="网上评价", now=now)


@transaction.atomic
def close_unreached(order_id: int, *, by: Actor, now: datetime) -> WorkOrder:
    """Close because the citizen could not be reached often enough; surveys are not calls.

    Calls at a time at which the city does not call are kept, but do not count.

    Raises:
        Refused: too few attempts or too few days.

    Source: R-81, R-154 (handbook domain.md 4.3).
    """
    order = _waiting_order(order_id, by)
    tried = _calls_in_vain(order).values_list("at", flat=True)
    moments = [at for at in tried if not queries.not_now(at)]
    rules.check_unreached(
        moments,
        least=int(knowledge.parameter("callback.attempts", now, default=3)),
        days=int(knowledge.parameter("callback.days", now, default=2)),
        zone=SHANGHAI,
    )
    note = f"{len(moments)} 次联系未果"
    if not queries.is_audited(order):
        return orders.verify(order_id, by=by, unreached=True, note=note, now=now)
    return orders.close_unreached(order_id, by=by, note=note, now=now)


@transaction.atomic
def close_unsatisfied(order_id: int, *, by: Actor, note: str, now: datetime) -> WorkOrder:
    """Close as unsatisfied after the surveys and a call; the unit goes on until write-off.

    Raises:
        Refused: the surveys or the call are missing.

    Source: R-82 (handbook domain.md 2.8).
    """
    order = _waiting_order(order_id, by)
    tried = list(CallbackAttempt.objects.filter(order=order, round=order.round).order_by("-at"))
    rules.check_tried_enough(
        by_message=sum(a.method != Method.PHONE for a in tried),
        by_phone=sum(a.method == Method.PHONE and a.reached for a in tried),
        messages=int(knowledge.parameter("callback.sms", now, default=2)),
    )
    last = next((a for a in tried if a.solved), None)
    return orders.close_unsatisfied(
        order_id,
        by=by,
        solved=Solved(last.solved) if last else None,
        grade=Satisfaction(last.satisfaction) if last and last.satisfaction else None,
        note=note,
        now=now,
    )


@transaction.atomic
def close_without_callback(order_id: int, *, by: Actor, reason: Reason, now: datetime) -> WorkOrder:
    """Close without a call-back for a recorded reason; before the audit it goes there first.

    Source: R-54, R-148 (handbook rule 5; requirement 165).
    """
    order = _waiting_order(order_id, by)
    follow = orders.close if queries.is_audited(order) else orders.verify
    return follow(order_id, by=by, no_callback=reason, now=now)


@transaction.atomic
def record_survey_sent(order_id: int, *, now: datetime) -> None:
    """Count a survey message of the present round; called when it has been sent."""
    order = _LOCKED.one(order_id)
    if order is not None and order.state == State.TO_CALLBACK:
        _attempt(order, Method.SMS, SYSTEM, now, reached=False).save()


def _calls_in_vain(order: WorkOrder) -> QuerySet[CallbackAttempt]:
    """Return the calls of the present round that reached nobody."""
    return CallbackAttempt.objects.filter(
        order=order, round=order.round, method=Method.PHONE, reached=False
    )


def _follow(
    order: WorkOrder,
    solved: Solved,
    grade: Satisfaction,
    *,
    by: Actor,
    note: str,
    dutiful: bool = False,
    now: datetime,
) -> WorkOrder:
    """Close, send into the next round, or leave waiting for the clerk to close it as unsatisfied.

    In a city that calls back before the audit, content goes to the audit instead of closing.

    Source: R-80, R-148, R-551 (requirements 114, 165; handbook domain.md 4.3).
    """
    if rules.is_content(solved, grade):
        follow = orders.close if queries.is_audited(order) else orders.verify
        return follow(order.pk, by=by, solved=solved, grade=grade, note=note, now=now)
    most = int(knowledge.parameter("redo.max_rounds", now, default=3))
    if dutiful or order.round >= most:
        why = "承办单位已尽责" if dutiful else f"已办理 {order.round} 轮"
        said = f"{solved.label}；{grade.label}；{why}，待回访员说明后结案"
        return orders.add_note(order.pk, by=by if by.staff else SYSTEM, note=said, now=now)
    order = orders.redo(order.pk, by=by, solved=solved, grade=grade, note=note, now=now)
    if knowledge.parameter("redo.automatic", now, default=True):
        return orders.send_again(order.pk, by=SYSTEM, now=now)
    return order


def _waiting_order(order_id: int, by: Actor) -> WorkOrder:
    """Lock the order; it must wait for a call-back and the actor must be one who may record it."""
    order = _LOCKED.one(order_id)
    if order is None or order.state != State.TO_CALLBACK:
        state = order.standing.label if order else "不存在"
        raise WrongState(f"工单现为“{state}”，不能记录回访", state=order.state if order else "")
    policy.require(by, CLOSE, None)
    return order


def _attempt(
    order: WorkOrder, method: Method, by: Actor, now: datetime, *, reached: bool, number: str = ""
) -> CallbackAttempt:
    return CallbackAttempt(
        order=order,
        round=order.round,
        method=method.value,
        at=now,
        by=by.staff,
        number_masked=_number(order, method, number),
        reached=reached,
    )


def _number(order: WorkOrder, method: Method, number: str) -> str:
    """Return the masked number of an attempt; without one it was the requester's own."""
    if number:
        return masks.phone(text.phone_digits(number))
    if method is Method.WEB:
        return ""
    own = _REQUESTER.one(order.pk)
    return own.phone_masked if own else ""


def _fill(attempt: CallbackAttempt, answers: Answers) -> None:
    attempt.solved = answers.solved.value if answers.solved else ""
    attempt.satisfaction = answers.grade.value if answers.grade else ""
    attempt.reasons = list(answers.reasons)[:10]
    attempt.comment = text.clean(answers.comment)[:500]
    attempt.save()


@transaction.atomic
def ask_again(*, until: datetime, limit: int = 500) -> int:
    """Wish for the next survey message of orders whose last one is a day old; return how many.

    Safe late, twice or in parallel: the wish carries a key per order, round and survey, and
    messaging writes one message per key; the attempt is counted when it has been sent.

    Source: R-84 (handbook domain.md 2.8: two SMS surveys; a day apart is our default).
    """
    most = int(knowledge.parameter("callback.sms", until, default=2))
    waiting = queries.waiting_for_survey(
        until - timedelta(hours=SURVEYS_APART_HOURS), fewer_than=most, limit=limit
    )
    for order_id, round_, sent in waiting:
        outbox.announce(
            "message.wanted",
            {
                "order": order_id,
                "template": "replied_rating_link",
                "key": f"survey:{order_id}:{round_}:{sent + 1}",
                "at_once": False,
            },
            now=until,
        )
    return len(waiting)
