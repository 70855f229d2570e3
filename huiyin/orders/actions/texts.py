"""Writing what orders are found by: after each step from the outbox, or all of them anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from huiyin.kernel import text
from huiyin.kernel.search import nearby
from huiyin.knowledge import queries as knowledge
from huiyin.orders import text_rules as rules
from huiyin.orders.models import Assignment, OrderEvent, OrderText, Reply, WorkOrder
from huiyin.orders.states import SUPPLEMENT
from huiyin.orgs import queries as orgs

CHUNK = 500
HEARD_IN = 20_000
"""From how many of the newest texts the words are learned that people mean by their sound."""
LEAST_USES = 2
FEW, LATELY = 5_000, timedelta(minutes=20)
A_NAME = 50
"""A name of a place, a unit or a matter counts like a word that was used so often."""
_FIELDS = (
    "pk", "number", "created_at", "event_count", "kind", "channel", "category__code", "region_id",
    "lead_unit_id", "region__name", "title", "place", "content", "summary", "changed_since",
    "proposal", "answer",
)  # fmt: skip
_LONG = ("content", "summary", "changed_since", "proposal", "answer")
_WRITE = """
    insert into orders_ordertext (order_id, at, marks, body, events)
    select * from unnest(%s::bigint[], %s::timestamptz[], %s::text[], %s::text[], %s::int[])
    on conflict (order_id) do update
        set at = excluded.at, marks = excluded.marks, body = excluded.body,
            events = excluded.events
        where orders_ordertext.events <= excluded.events
            and (orders_ordertext.marks, orders_ordertext.body, orders_ordertext.at)
                is distinct from (excluded.marks, excluded.body, excluded.at)
"""


def hear(_topic: str, payload: Mapping[str, Any], _now: datetime) -> None:
    """Write the words of one order after a step. Runs in the worker, never in the hot path."""
    write([payload["order"]])


def hear_all(news: Sequence[tuple[str, Mapping[str, Any]]], _now: datetime) -> None:
    """Write the words of the orders that moved, each once."""
    write(dict.fromkeys(payload["order"] for _, payload in news))


def write(keys: Iterable[int]) -> int:
    """Write the words of these orders as they are now; return how many differed. Five queries.

    Two workers may do the same order at once: what was read after fewer events never replaces what
    was read after more, and words that did not change are not written, which spares the index.
    """
    rows = sorted(_texts(sorted(keys)), key=lambda row: row.order_id)
    if not rows:
        return 0
    columns: list[Any] = [
        [row.order_id for row in rows],
        [row.at for row in rows],
        [row.marks for row in rows],
        [row.body for row in rows],
        [row.events for row in rows],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)
        return int(cursor.rowcount)


def rebuild(*, anew: bool = False) -> Iterator[int]:
    """Write the words of all orders, newest first, yielding how many are done so far.

    Safe beside running work and after an interruption: every chunk is a transaction of its own.
    With ``anew`` all words are forgotten first, as after a change of the spelling.
    """
    if anew:
        OrderText.objects.all().delete()
    last, done = None, 0
    while True:
        rows = WorkOrder.objects.filter(Q() if last is None else Q(pk__lt=last))
        keys = list(rows.order_by("-pk").values_list("pk", flat=True)[:CHUNK])
        if not keys:
            return
        write(keys)
        last, done = keys[-1], done + len(keys)
        yield done


def learn_words() -> int:
    """Learn which words occur, from the newest texts and from names; return how many.

    Source: R-303 (requirement 162).
    """
    uses: Counter[str] = Counter()
    bodies = OrderText.objects.order_by("-at", "-order").values_list("body", flat=True)
    for body in bodies[:HEARD_IN].iterator(chunk_size=1000):
        uses.update(set(text.words(body, least=2)))
    known = Counter({word: n for word, n in uses.items() if n >= LEAST_USES})
    names = [region.name for region in orgs.all_regions()]
    names += [each.name for each in knowledge.categories()]
    names += [name for unit in orgs.units_found("") for name in (unit.name, unit.short_name)]
    for name in names:
        for word in {name, *text.words(name, least=2)}:
            known[text.normalise(word)] += A_NAME
    return nearby.learn(known)


def learn_words_while_few(now: datetime) -> int:
    """Learn the words anew while there are few texts and new ones came; return how many, or 0.

    So a city that has just begun need not wait for the night.

    Source: R-303 (requirement 162).
    """
    rows = OrderText.objects.order_by()
    is_new = rows.filter(at__gte=now - LATELY).exists()
    return learn_words() if is_new and not rows[FEW : FEW + 1].exists() else 0


def _texts(keys: Sequence[int]) -> list[OrderText]:
    said: dict[int, list[str]] = defaultdict(list)
    replies = Reply.objects.filter(order__in=keys).order_by("-pk")
    for key, *parts in replies.values_list("order", "public_answer", "result", "process"):
        said[key] += parts
    added = OrderEvent.objects.filter(order__in=keys, verb=SUPPLEMENT.verb).order_by("-seq")
    for key, note in added.values_list("order", "public_note"):
        said[key].append(note)
    units: dict[int, set[int]] = defaultdict(set)
    held = Assignment.objects.filter(order__in=keys).order_by()
    for key, unit in held.values_list("order", "unit").distinct():
        units[key].add(unit)
    rows = WorkOrder.objects.filter(pk__in=keys).values(*_FIELDS)
    return [_text(row, said[row["pk"]], units[row["pk"]]) for row in rows]


def _text(row: Mapping[str, Any], said: Sequence[str], units: set[int]) -> OrderText:
    lead = row["lead_unit_id"]
    return OrderText(
        order_id=row["pk"],
        at=row["created_at"],
        events=row["event_count"],
        marks=rules.marks_of(
            row["kind"],
            row["channel"],
            row["category__code"] or "",
            row["region_id"],
            units | ({lead} if lead else set()),
        ),
        body=rules.body_of(
            row["title"],
            f"{row['region__name'] or ''} {row['place']}",
            dict.fromkeys(filter(None, (*(row[name] for name in _LONG), *said))),
            row["number"],
        ),
    )
