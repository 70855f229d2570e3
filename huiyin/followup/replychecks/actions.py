"""Storing the look at each reply and the auditor's decision, and learning from both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from huiyin.followup.replychecks import learning, queries
from huiyin.followup.replychecks.learning import Learned
from huiyin.followup.replychecks.models import ReplyCheck, ReplyHash, ReplyWeights
from huiyin.kernel import likeness
from huiyin.orders.models import Reply

AUDITED = (
    "order.pass_audit", "order.reject_reply", "order.handle_again", "order.supervise_reply",
)  # fmt: skip
LEAST_DECIDED = 200
LEAST_EACH = 20


def hear(topic: str, payload: Mapping[str, Any], now: datetime) -> None:
    """Look at a new reply, or write down its audit (outbox consumer); safe to hear twice."""
    # Two workers may hear of the same reply at once: the second waits, and finds it looked at.
    reply = (
        Reply.objects.select_for_update(of=("self",))
        .filter(order=payload["order"])
        .select_related("order", "assignment")
        .order_by("-pk")
        .first()
    )
    if reply is None:
        return
    check = _looked_at(reply, now)
    if topic in AUDITED and reply.passed is not None:
        check.returned, check.decided_at = not reply.passed, reply.audited_at
        check.save(update_fields=["returned", "decided_at"])


def hear_all(news: Sequence[tuple[str, Mapping[str, Any]]], now: datetime) -> None:
    """Do for many steps what ``hear`` does for one; by order, so that two workers never cross."""
    for topic, payload in sorted(news, key=lambda each: int(each[1]["order"])):
        hear(topic, payload, now)


@transaction.atomic
def _looked_at(reply: Reply, now: datetime) -> ReplyCheck:
    stored = ReplyCheck.objects.filter(reply=reply).first()
    if stored is not None:
        return stored
    unit = reply.assignment.unit_id
    checked, version = queries.look(queries.said_in(reply, reply.order), unit, reply.order_id)
    hashes = likeness.sketch(likeness.folded(reply.public_answer))
    ReplyHash.objects.bulk_create(
        [ReplyHash(unit_key=unit, value=value, reply_key=reply.pk) for value in hashes],
        ignore_conflicts=True,
    )
    return ReplyCheck.objects.create(
        reply=reply,
        unit_id=unit,
        at=now,
        poor=checked.poor,
        found=[
            {"kind": f.kind.value, "why": f.why, "start": f.start, "end": f.end}
            for f in checked.found
        ],
        numbers=list(checked.numbers),
        weights_id=version,
        hashes=hashes,
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
