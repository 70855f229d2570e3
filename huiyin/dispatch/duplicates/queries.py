"""Which other orders are likely about the same event, and why, for the one who decides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from huiyin.dispatch import rules as places
from huiyin.dispatch.duplicates import rules
from huiyin.dispatch.duplicates.models import Sketch
from huiyin.dispatch.duplicates.rules import Alike, Reasons, Words
from huiyin.dispatch.rules import Sameness, Spot
from huiyin.kernel import crypto, likeness, text
from huiyin.kernel.likeness import Passage
from huiyin.knowledge import queries as knowledge
from huiyin.knowledge.models import Category
from huiyin.orders import around
from huiyin.orders.actions.intake import place_key
from huiyin.orders.around import Near
from huiyin.orders.models import WorkOrder
from huiyin.orders.rules import is_secret
from huiyin.orders.states import OPEN, State

METRES, DAYS = 50, 30
_OPEN = sorted(s.value for s in OPEN)
_LEAST = 6  # characters: fewer say nothing by themselves
_EACH, _KEPT, _EXACT = 200, 40, 20

# The newest orders with each hash are read off the key of the table, at most 200 for each, so that
# the time does not grow with the number of orders nor with how common the words are.
_BY_WORDS = """
    select order_key from (
        select order_key, count(*) as shared from unnest(%s::int[]) as mine(value)
        cross join lateral (
            select order_key from duplicates_sketchhash as theirs
            where theirs.value = mine.value and order_key <> %s
            order by order_key desc limit %s) as hit
        group by order_key having count(*) >= %s
        order by shared desc, order_key desc limit %s) as like_words
    union
    select order_id from (
        select order_id from duplicates_sketch
        where fingerprint = %s and fingerprint <> 0 and order_id <> %s
        order by order_id desc limit %s) as same_words
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A request, stored or being taken down: what of it tells the event."""

    words: Words
    spot: Spot
    category: Category | None = None
    key: int = 0
    plain: str = ""

    @classmethod
    def of(cls, order: WorkOrder) -> Subject:
        """Return what of an order tells the event; its requester is at hand."""
        words = Words.of(order.title, order.content)
        return cls(words, _spot(order), order.category, order.pk, order.content)

    @classmethod
    def typed(
        cls, content: str, *, title: str = "", phone: str = "", place: str = "",
        category: Category | None = None,
    ) -> Subject:  # fmt: skip
        """Return what an agent has typed so far."""
        key = crypto.lookup(text.phone_digits(phone), "phone")
        spot = Spot(phone_key=key, place_key=place_key(text.clean(place)))
        return cls(Words.of(title, content), spot, category, plain=content)


@dataclass(frozen=True, slots=True)
class Likely:
    """An order that is likely about the same event, and why in words."""

    order: WorkOrder
    why: tuple[str, ...]
    words: Alike
    mine: str = ""
    theirs: str = ""

    @property
    def joinable(self) -> bool:
        """Tell whether another request may be merged into this order: open, sent on, no secret."""
        order = self.order
        sent_on = order.standing in OPEN and order.standing not in (State.DRAFT, State.REVIEW)
        return sent_on and not is_secret(order.kind, order.confidential)

    @property
    def side_by_side(self) -> tuple[list[Passage], list[Passage]]:
        """Return what the new request and the earlier one say, in passages, shared or not."""
        return likeness.compared(self.mine, self.theirs)


@dataclass(frozen=True, slots=True)
class Limits:
    """What the city says of duplicates on a day."""

    metres: int
    days: int
    like: int
    like_here: int
    on: bool

    @classmethod
    def at(cls, now: datetime) -> Limits:
        """Return the limits in force. No query while remembered."""

        def number(key: str, default: int) -> int:
            return int(knowledge.parameter(key, now, default=default))

        return cls(
            metres=number("duplicate.metres", METRES),
            days=number("duplicate.days", DAYS),
            like=number("duplicate.like_percent", rules.LIKE),
            like_here=number("duplicate.like_here_percent", rules.LIKE_HERE),
            on=bool(knowledge.parameter("suggest.duplicates", now, default=True)),
        )


def likely_duplicates(order: WorkOrder, now: datetime, *, limit: int = 8) -> list[Likely]:
    """Return the orders that are likely about the same event as ``order``, the likeliest first.

    Source: R-125, R-191 (handbook domain.md 4.3 duplicate rule; requirement 48).
    """
    return likely_same(Subject.of(order), now, limit=limit)


def likely_same(subject: Subject, now: datetime, *, limit: int = 8) -> list[Likely]:
    """Return the orders that are likely about the same event as a request, the likeliest first.

    Looked for by caller and place, by the newest words, and told by all of them together. An order
    that is merged stands for its main order, which is named once. At most six queries; none where
    the city has switched it off.

    Source: R-125, R-191 (handbook domain.md 4.3 duplicate rule; requirements 48, 69).
    """
    limits = Limits.at(now)
    if not limits.on:
        return []
    rows = {row.pk: row for row in _candidates(subject, limits, now)}
    mains = around.mains_of(list(rows.values()))
    found: dict[int, tuple[int, Likely]] = {}
    for row in rows.values():
        reasons = _reasons(subject, row, limits)
        if not rules.is_likely(reasons, like=limits.like, like_here=limits.like_here):
            continue
        shown = mains.get(row.pk, row)
        if shown.pk == subject.key:
            continue
        weight = rules.weight(reasons)
        if shown.pk in found and found[shown.pk][0] >= weight:
            continue
        why = tuple(_say(reasons, merged=row if shown is not row else None))
        found[shown.pk] = weight, Likely(shown, why, reasons.words, subject.plain, row.content)
    ranked = sorted(found.values(), key=lambda each: (-each[0], -each[1].order.pk))
    return [likely for _, likely in ranked[:limit]]


def by_words(words: Words, *, but: int = 0) -> list[int]:
    """Return the keys of orders that share words with these. One query, of bounded time.

    Source: R-190 (handbook domain.md 4.3: text similarity).
    """
    if len(words.text) < _LEAST:
        return []
    hashes = likeness.sketch(words.text)
    least = 2 if len(hashes) > 3 else 1
    values: list[Any] = [hashes, but, _EACH, least, _KEPT, words.fingerprint, but, _EXACT]
    with connection.cursor() as cursor:
        cursor.execute(_BY_WORDS, values)
        return [row[0] for row in cursor.fetchall()]


def without_sketch(*, limit: int) -> list[WorkOrder]:
    """Return open orders that have no sketch yet, the oldest first. One query."""
    rows = WorkOrder.objects.filter(state__in=_OPEN, sketch__isnull=True)
    return list(rows.only("pk", "title", "content").order_by("pk")[:limit])


def long_closed(before: datetime, *, limit: int) -> list[Sketch]:
    """Return sketches of orders that were closed before an instant. One query."""
    rows = Sketch.objects.filter(order__closed_at__lt=before).exclude(order__state__in=_OPEN)
    return list(rows.order_by("order_id")[:limit])


def _candidates(subject: Subject, limits: Limits, now: datetime) -> Iterable[WorkOrder]:
    """Return orders that may be about the same event. Five queries at most."""
    since = now - timedelta(days=limits.days)
    near = Near(
        category=subject.category,
        phone_key=subject.spot.phone_key,
        place_key=subject.spot.place_key,
        box=places.box_around(subject.spot, limits.metres),
        closed_after=since,
    )
    found = around.same_event(near, but=subject.key or None)
    if keys := by_words(subject.words, but=subject.key):
        rows = WorkOrder.objects.filter(pk__in=keys).exclude(state=State.VOID)
        rows = rows.filter(Q(state__in=_OPEN) | Q(closed_at__gt=since))
        found += list(rows.select_related("category", "lead_unit", "requester"))
    return found


def _reasons(subject: Subject, row: WorkOrder, limits: Limits) -> Reasons:
    mine, theirs = subject.category, row.category_id
    return Reasons(
        sameness=places.sameness(subject.spot, _spot(row), metres=limits.metres),
        same_class=mine is not None and mine.pk == theirs,
        words=rules.alike(subject.words, Words.of(row.title, row.content)),
    )


def _spot(order: WorkOrder) -> Spot:
    return Spot(
        phone_key=bytes(order.requester.phone_key),
        place_key=order.place_key,
        longitude=order.longitude,
        latitude=order.latitude,
    )


def _say(found: Reasons, merged: WorkOrder | None) -> Iterable[str]:
    for why, apart in found.sameness.items():
        if why is Sameness.NEAR:
            yield f"相距 {apart} 米"
        else:
            yield "同一号码" if why is Sameness.CALLER else "同一地点"
    if found.words.verbatim:
        yield "内容一字不差"
    elif found.words.percent >= rules.LIKE_HERE:
        yield f"内容相似 {found.words.percent}%"
    if merged is not None:
        yield f"{merged.number} 已并入此单"
