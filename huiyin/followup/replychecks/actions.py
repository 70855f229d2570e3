"""Storing the look at each reply and the auditor's decision, and learning from both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from huiyin.followup.replychecks import learning, queries
from huiyin.followup.replychecks.learning import Learned
from huiyin.followup.replychecks.models import ReplyCheck, ReplyHash, ReplyWeights
from huiyin.followup.replychecks.queries import Asked
from huiyin.kernel import likeness
from huiyin.orders.models import Reply

AUDITED = (
    "order.pass_audit", "order.reject_reply", "order.handle_again", "order.supervise_reply",
)  # fmt: skip
_DECIDED = """
    update replychecks_replycheck as made set returned = not reply.passed,
        decided_at = reply.audited_at
    from orders_reply as reply where reply.id = made.reply_id and reply.id = any(%s)
"""
LEAST_DECIDED = 200
LEAST_EACH = 20


def hear(topic: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Look at a new reply, or write down its audit (outbox consumer); safe to hear twice."""
    hear_all([(topic, payload)], now)


@transaction.atomic
def hear_all(news: Sequence[tuple[str, Mapping[str, Any]]], now: datetime) -> None:
    """Do for many steps what ``hear`` does for one. Up to nine statements, however many."""
    audited = {payload["order"] for topic, payload in news if topic in AUDITED}
    replies = _last_replies({payload["order"] for _, payload in news})
    keys = [reply.pk for reply in replies]
    looked = set(ReplyCheck.objects.filter(pk__in=keys).values_list("pk", flat=True))
    _look([reply for reply in replies if reply.pk not in looked], now)
    decided = [
        reply.pk for reply in replies if reply.order_id in audited and reply.passed is not None
    ]
    if decided:
        with connection.cursor() as cursor:
            cursor.execute(_DECIDED, [decided])


def _last_replies(orders: set[int]) -> list[Reply]:
    """Lock the last reply of each order, in the order of their keys.

    Two workers may hear of the same reply at once: the second waits, and finds it looked at.
    """
    last = Reply.objects.filter(order__in=orders).order_by("order", "-pk").distinct("order")
    locked = Reply.objects.select_for_update(of=("self",)).filter(pk__in=last.values("pk"))
    return list(locked.select_related("order", "assignment").order_by("pk"))


def _look(replies: Sequence[Reply], now: datetime) -> None:
    """Look at replies and store it. Their sketches come first: they see each other's, too."""
    if not replies:
        return
    units = {reply.pk: reply.assignment.unit_id for reply in replies}
    hashes = {reply.pk: likeness.sketch(likeness.folded(reply.public_answer)) for reply in replies}
    ReplyHash.objects.bulk_create(
        [
            ReplyHash(unit_key=units[key], value=value, reply_key=key)
            for key, values in hashes.items()
            for value in values
        ],
        ignore_conflicts=True,
    )
    asked = [
        Asked(queries.said_in(reply, reply.order), units[reply.pk], reply.order_id, reply.pk)
        for reply in replies
    ]
    looked, version = queries.look(asked)
    ReplyCheck.objects.bulk_create(
        ReplyCheck(
            reply=reply,
            unit_id=units[reply.pk],
            at=now,
            poor=checked.poor,
            found=[
                {"kind": f.kind.value, "why": f.why, "start": f.start, "end": f.end}
                for f in checked.found
            ],
            numbers=list(checked.numbers),
            weights_id=version,
            hashes=hashes[reply.pk],
        )
        for reply, checked in zip(replies, looked, strict=True)
    )


def learn(
    numbers: Sequence[Sequence[float]], poor: Sequence[bool], *, source: str, now: datetime
) -> tuple[ReplyWeights, Learned]:
    """Learn the weights anew and adopt them when they judge better than those in force.

    Args:
        numbers: the numbers of the replies, as ``features.numbers_of`` gives them.
        poor: whether each was poor.
        source: where they come from, for the record.
        now: when.

    Raises:
        Refused: too few of one kind.

    Source: R-203 (requirement 170).
    """
    weights, _ = queries.in_force()
    learned = learning.learn(numbers, poor, before=weights)
    row = ReplyWeights.objects.create(
        made_at=now,
        source=source[:120],
        rows=len(poor),
        auc=learned.auc,
        auc_before=learned.auc_before,
        adopted=learned.better,
        bias=learned.weights.bias,
        weights=dict(learned.weights.weights),
    )
    return row, learned


def learn_from_audits(now: datetime) -> int:
    """Learn from the audits when there are enough of both decisions; return how many were used.

    Source: R-203 (requirement 170: the decision trains).
    """
    numbers, returned = queries.decided()
    each = min(sum(returned), len(returned) - sum(returned))
    if len(returned) < LEAST_DECIDED or each < LEAST_EACH:
        return 0
    learn(numbers, returned, source="审核", now=now)
    return len(returned)
