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
    select mine.place, hit.reply_key
    from unnest(%s::int[], %s::bigint[], %s::bigint[], %s::int[], %s::int[])
        as mine(place, unit, before, least, value)
    cross join lateral (
        select reply_key from replychecks_replyhash as theirs
        where theirs.unit_key = mine.unit and theirs.value = mine.value
        and theirs.reply_key < mine.before
        order by reply_key desc limit %s) as hit
    group by mine.place, mine.least, hit.reply_key having count(*) >= mine.least
    order by mine.place, count(*) desc, hit.reply_key desc
"""
_NOT_STORED = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Asked:
    """An answer that is looked at: of which unit, to which order, and its key once it is stored."""

    said: Said
    unit: int
    order: int
    reply: int = _NOT_STORED


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


def look(asked: Sequence[Asked]) -> tuple[list[Checked], int | None]:
    """Look at replies; return also the version of the weights. Three queries, however many.

    Source: R-192, R-194 (requirement 170).
    """
    weights, version = in_force()
    found = earlier_like(asked)
    return [
        rules.check(each.said, earlier, weights) for each, earlier in zip(asked, found, strict=True)
    ], version


def earlier_like(asked: Sequence[Asked]) -> list[list[Earlier]]:
    """Return for each answer the earlier replies of its unit to other orders that are like it.

    Two queries, however many.

    Source: R-194 (requirement 170: near-duplicate against past replies).
    """
    keys = _keys_like(asked)
    rows = Reply.objects.select_related("order").in_bulk({key for found in keys for key in found})
    return [
        [
            Earlier(row.order.number, row.order.content, row.public_answer)
            for row in (rows[key] for key in found if key in rows)
            if row.order_id != each.order
        ]
        for each, found in zip(asked, keys, strict=True)
    ]


def _keys_like(asked: Sequence[Asked]) -> list[list[int]]:
    mine = [
        (place, each.unit, each.reply, min(_LEAST, len(hashes)), value)
        for place, each in enumerate(asked)
        for hashes in (likeness.sketch(likeness.folded(each.said.answer)),)
        for value in hashes
    ]
    keys: list[list[int]] = [[] for _ in asked]
    if mine:
        with connection.cursor() as cursor:
            cursor.execute(_LIKE, [*map(list, zip(*mine, strict=True)), _EACH])
            for place, key in cursor.fetchall():
                if len(keys[place]) < _KEPT:
                    keys[place].append(key)
    return keys


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
    unit = reply.assignment.unit_id
    (checked,), _ = look([Asked(said_in(reply, order), unit, order.pk, reply.pk)])
    return _advice(checked.poor, checked.found, reply.public_answer)


def advice_before(said: Said, order: WorkOrder, unit: int, now: datetime) -> Advice | None:
    """Return a look at a reply before it is handed in 交之前看一眼. Three queries.

    Source: R-192 (requirement 170).
    """
    if not is_on(now):
        return None
    (checked,), _ = look([Asked(said, unit, order.pk)])
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
