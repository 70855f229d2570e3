"""Finding orders: by number, by telephone, by words, by what the words sound like."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from math import log

from django.core.exceptions import EmptyResultSet

from huiyin.kernel import search, text
from huiyin.kernel.errors import BadRequest
from huiyin.kernel.search import Asked, Bounds, Excerpt, Place, Source, asking, nearby
from huiyin.orders import policy
from huiyin.orders import text_rules as rules
from huiyin.orders.listing import OrderFilter, filtered, name_lead
from huiyin.orders.models import OrderText, WorkOrder
from huiyin.orgs import queries as orgs
from huiyin.orgs.actors import Actor
from huiyin.orgs.states import Perm
from huiyin.worktime.calendar import SHANGHAI

SOURCE = Source(
    table="orders_ordertext",
    key="order_id",
    at="at",
    body="body",
    index="bigrams(marks || ' ' || body)",
)
SIZE = 50
LISTED = 1000
"""How many of the newest hits a list with words holds."""
RANKED = 300
"""How many of the newest hits are ranked when the most relevant shall come first."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CURSOR = re.compile(r"([0-9]{1,16})\.([0-9]{1,18})")
_PHONE = frozenset({7, 8, 10, 11, 12})


@dataclass(frozen=True, slots=True)
class Hit:
    """An order that was found: its title with the hits marked, and where else the words stand."""

    order: WorkOrder
    title: Excerpt
    excerpt: Excerpt


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, as it was asked, and the cursor of more.

    ``how`` is empty when every word stands there as it was typed; "words" when only the words in
    it do, "sound" when what sounds the same does. ``asked`` is what was looked for in the end.
    """

    asked: Asked
    rows: list[Hit] = field(default_factory=list)
    next: str = ""
    how: str = ""


def phone_in(typed: str) -> str:
    """Return the telephone number that somebody typed; empty when it is none.

    Source: R-301 (requirement 162; handbook domain.md 4.4).
    """
    plain = typed.strip().translate(str.maketrans("", "", " -－+()（）"))
    digits = text.phone_digits(plain)
    return digits if plain.isdigit() and len(digits) in _PHONE else ""


def found(
    actor: Actor,
    typed: str,
    wanted: OrderFilter,
    *,
    cursor: str = "",
    size: int = SIZE,
    relevant: bool = False,
) -> Hits:
    """Return the orders that ``actor`` may see, fit ``wanted`` and hold every word of ``typed``.

    Newest first, or by relevance among the newest ``RANKED``. When nobody wrote it so, the words
    in it are looked for, then what sounds the same. Five to nine queries for a page.

    Raises:
        BadRequest: the cursor was not made here.

    Source: R-302 (requirement 162).
    """
    asked = search.ask(typed)
    try:
        bounds = _bounds(actor, wanted, cursor)
    except EmptyResultSet:  # nothing is theirs to see
        return Hits(asked)
    hits = _one_try(actor, asked, bounds, size, relevant=relevant)
    if hits.rows or cursor:
        return hits
    for how, other in _otherwise(asked):
        tried = _one_try(actor, other, bounds, size, relevant=relevant)
        if tried.rows:
            return replace(tried, how=how)
    return hits


def with_words(actor: Actor, wanted: OrderFilter, typed: str) -> OrderFilter:
    """Return ``wanted`` narrowed to the newest ``LISTED`` of its orders that hold every word.

    As they are written: a list says what fits its filters, it does not guess. Without words the
    filter is as it was. Three to five queries.

    Source: R-302 (requirement 162).
    """
    if not typed.strip():
        return wanted
    try:
        bounds = _bounds(actor, wanted, "")
    except EmptyResultSet:  # nothing is theirs to see
        return replace(wanted, keys=())
    places = search.newest(SOURCE, search.ask(typed), bounds, size=LISTED).places
    return replace(wanted, keys=tuple(place.key for place in places))


def shown(actor: Actor, keys: Sequence[int]) -> Hits:
    """Return these orders, as far as ``actor`` may see them, with nothing marked. Two queries."""
    nothing = Asked(())
    return Hits(nothing, _hits(actor, keys, nothing))


def _otherwise(asked: Asked) -> list[tuple[str, Asked]]:
    """Return what else may have been meant: the words in it, then what sounds the same.

    Source: R-303 (requirement 162).
    """
    parts = asking.of(word for term in asked.terms for word in text.words(term.words, least=2))
    others = [("words", parts)] if parts and parts != asked else []
    return others + [("sound", each) for each in nearby.meant(asked)]


def _one_try(actor: Actor, asked: Asked, bounds: Bounds, size: int, *, relevant: bool) -> Hits:
    if relevant:
        places = search.newest(SOURCE, asked, bounds, size=RANKED).places
        keys = _ranked([place.key for place in places], asked)[:size]
        return Hits(asked, _hits(actor, keys, asked))
    reached = search.newest(SOURCE, asked, bounds, size=size)
    keys = [place.key for place in reached.places]
    after = _cursor(reached.places[-1]) if reached.more else ""
    return Hits(asked, _hits(actor, keys, asked), after)


def _bounds(actor: Actor, wanted: OrderFilter, cursor: str) -> Bounds:
    """Return the limits of a search: exactly, as a statement, and roughly, as marks."""
    since = datetime.combine(wanted.since, time.min, SHANGHAI) if wanted.since else None
    end = datetime.combine(wanted.until, time.min, SHANGHAI) if wanted.until else None
    mine: Sequence[int] = ()
    rows = None
    if not policy.sees_all(actor):
        mine = _own_units(actor)
    narrowed = replace(wanted, since=None, until=None)
    if narrowed != OrderFilter() or not policy.sees_all(actor):
        orders = filtered(actor, narrowed).select_related(None).order_by().values("pk")
        rows = orders.query.sql_with_params()
    return Bounds(
        since=since,
        until=end + timedelta(days=1) if end else None,
        after=_place(cursor) if cursor else None,
        marks=rules.narrowing(
            kind=wanted.kind,
            channel=wanted.channel,
            category=wanted.category.code if wanted.category else "",
            regions=orgs.region_ids(wanted.region) if wanted.region else (),
            units=orgs.subtree_ids(wanted.unit.path) if wanted.unit else (),
            mine=mine,
        ),
        rows=rows,
        scarce=bool(mine or wanted.unit),
    )


def _own_units(actor: Actor) -> Sequence[int]:
    if actor.unit is None or Perm.HANDLE not in actor.perms:
        return ()
    return orgs.subtree_ids(actor.unit.realm)


def _hits(actor: Actor, keys: Sequence[int], asked: Asked) -> list[Hit]:
    """Return the orders with these keys in their order, with excerpts. Three queries."""
    orders = WorkOrder.objects.filter(pk__in=keys).filter(policy.visible_to(actor))
    rows = orders.select_related("category", "lead_unit", "requester", "region")
    known = {row.pk: row for row in rows.prefetch_related("replies")}
    return [_hit(known[key], asked) for key in keys if key in known]


def _hit(order: WorkOrder, asked: Asked) -> Hit:
    name_lead(order)
    answers = [
        part for reply in order.replies.all() for part in (reply.public_answer, reply.result)
    ]
    others = (order.content, order.place, order.summary, order.proposal, order.answer, *answers)
    return Hit(order, search.marked(order.title, asked), search.excerpt(others, asked))


def _ranked(keys: Sequence[int], asked: Asked) -> list[int]:
    """Return the keys with the most relevant first, the newer first among equals. One query."""
    bodies = dict(OrderText.objects.filter(pk__in=keys).values_list("pk", "body"))
    scores = {key: relevance(body, asked) for key, body in bodies.items()}
    return sorted(scores, key=lambda key: (-scores[key], keys.index(key)))


def relevance(body: str, asked: Asked) -> float:
    """Return how much a text is about the terms: in its title, its place, often, close together."""
    title, _, rest = body.partition("\n")
    place = rest.partition("\n")[0]
    score, firsts = 0.0, []
    for term in asked.terms:
        spans = term.places_in(body)
        score += log(1 + len(spans))
        score += 5 * bool(term.places_in(title)) + 2 * bool(term.places_in(place))
        firsts += [spans[0][0]] if spans else []
    spread = max(firsts) - min(firsts) if len(firsts) > 1 else 0
    return score + (2 / (1 + spread / 20) if len(asked.terms) > 1 else 0)


def _cursor(place: Place) -> str:
    return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}.{place.key}"


def _place(cursor: str) -> Place:
    """Return the place that a cursor names. Raises BadRequest."""
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadRequest("翻页位置无效，请从第一页重新打开")
    return Place(_EPOCH + timedelta(microseconds=int(found[1])), int(found[2]))
