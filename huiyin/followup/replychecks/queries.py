"""Looks at replies: the one that is stored, or one made now for somebody who is still writing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from huiyin.followup.replychecks import rules
from huiyin.followup.replychecks.features import NAMES, SHIPPED, Weights
from huiyin.followup.replychecks.models import ReplyCheck, ReplyWeights
from huiyin.followup.replychecks.rules import Checked, Earlier, Found, Said
from huiyin.followup.replychecks.states import Finding
from huiyin.kernel import likeness
from huiyin.knowledge import queries as knowledge
from huiyin.orders.models import Reply, WorkOrder

DOUBTFUL = 0.5
_EACH, _KEPT, _LEAST = 50, 10, 4
_LIKE = """
    select reply_key from unnest(%s::int[]) as mine(value)
    cross join lateral (
        select reply_key from replychecks_replyhash as theirs
        where theirs.unit_key = %s and theirs.value = mine.value
        order by reply_key desc limit %s) as hit
    group by reply_key having count(*) >= %s
    order by count(*) desc, reply_key desc limit %s
"""


@dataclass(frozen=True, slots=True)
class Advice:
    """A look at a reply as pages show it: each finding with its passage."""

    poor: float
    found: tuple[tuple[str, str, str], ...]

    @property
    def percent(self) -> int:
        """Return the chance that the reply is poor, in percent."""
        return round(100 * self.poor)

    @property
    def doubtful(self) -> bool:
        """Tell whether the reply is more likely returned than not."""
        return self.poor >= DOUBTFUL


def is_on(now: datetime) -> bool:
    """Tell whether the city lets replies be looked at."""
    return bool(knowledge.parameter("suggest.replies", now, default=True))


def in_force() -> tuple[Weights, int | None]:
    """Return the weights in force and the key of their version; None for those that ship.

    One query.
    """
    row = ReplyWeights.objects.filter(adopted=True).order_by("-pk").first()
    if row is None or set(row.weights) - set(NAMES):
        return SHIPPED, None
    return Weights(row.bias, row.weights), row.pk


def said_in(reply: Reply, order: WorkOrder) -> Said:
    """Return a stored reply as it is looked at."""
    return Said(
        order.title, order.content, reply.public_answer,
        process=reply.process, result=reply.result, basis=reply.basis,
        contacted=reply.contacted_at is not None, dated=reply.planned_on is not None, whole=True,
    )  # fmt: skip


def look(said: Said, unit: int, order: int) -> tuple[Checked, int | None]:
    """Look at a reply of a unit to an order; return also the version of the weights.

    Three queries.

    Source: R-192, R-194 (requirement 170).
    """
    weights, version = in_force()
    return rules.check(said, earlier_like(said.answer, unit, order), weights), version


def earlier_like(answer: str, unit: int, order: int) -> list[Earlier]:
    """Return replies that a unit gave to other orders and that are like an answer. Two queries.

    Source: R-194 (requirement 170: near-duplicate against past replies).
    """
    hashes = likeness.sketch(likeness.folded(answer))
    with connection.cursor() as cursor:
        cursor.execute(_LIKE, [hashes, unit, _EACH, min(_LEAST, max(1, len(hashes))), _KEPT])
        keys = [row[0] for row in cursor.fetchall()]
    if not keys:
        return []
    rows = Reply.objects.filter(pk__in=keys).exclude(order=order).select_related("order")
    return [Earlier(row.order.number, row.order.content, row.public_answer) for row in rows]


def advice_for(order: WorkOrder, now: datetime) -> Advice | None:
    """Return the look at the last reply of an order, stored or made now. One to five queries."""
    if not is_on(now):
        return None
    reply = Reply.objects.filter(order=order).select_related("assignment").order_by("-pk").first()
    if reply is None:
        return None
    stored = ReplyCheck.objects.filter(reply=reply).first()
    if stored is not None:
        found = [Found(Finding(f["kind"]), f["why"], f["start"], f["end"]) for f in stored.found]
        return _advice(stored.poor, found, reply.public_answer)
    checked, _ = look(said_in(reply, order), reply.assignment.unit_id, order.pk)
    return _advice(checked.poor, checked.found, reply.public_answer)


def advice_before(said: Said, order: WorkOrder, unit: int, now: datetime) -> Advice | None:
    """Return a look at a reply before it is handed in 交之前看一眼. Three queries.

    Source: R-192 (requirement 170).
    """
    if not is_on(now):
        return None
    checked, _ = look(said, unit, order.pk)
    return _advice(checked.poor, checked.found, said.answer)


def decided(limit: int = 20_000) -> tuple[list[list[float]], list[bool]]:
    """Return the numbers of audited replies and whether each was returned, the newest first."""
    rows = ReplyCheck.objects.filter(returned__isnull=False).order_by("-decided_at")[:limit]
    whole = [row for row in rows if len(row.numbers) == len(NAMES)]
    return [row.numbers for row in whole], [bool(row.returned) for row in whole]


def versions(limit: int = 20) -> list[ReplyWeights]:
    """Return the versions of the weights, the newest first. One query."""
    return list(ReplyWeights.objects.order_by("-pk")[:limit])


def _advice(poor: float, found: Sequence[Found], answer: str) -> Advice:
    return Advice(
        poor, tuple((each.kind.label, each.why, answer[each.start : each.end]) for each in found)
    )
