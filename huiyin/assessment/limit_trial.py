"""Other limits over the facts of a round: what would have been in time, by unit. Stores nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Q

from huiyin.assessment.models import Round
from huiyin.assessment.rules import name_of
from huiyin.assessment.states import GROUNDS
from huiyin.insight.facts import queries as facts
from huiyin.insight.facts import rules
from huiyin.insight.facts.models import FactLine
from huiyin.insight.facts.rules import Limit, Part
from huiyin.insight.facts.states import Window
from huiyin.kernel.errors import Invalid, Refused
from huiyin.orgs import queries as orgs
from huiyin.worktime import limits
from huiyin.worktime.calendar import WorkCalendar
from huiyin.worktime.deadline import deadline

MOST, LONGEST = 60_000, 1000
# What a limit may change, and by which days it counts.
CHANGED: tuple[tuple[Window, tuple[str, ...]], ...] = (
    (Window.DISPATCHED, ("owed", "signed", "contacted")),
    (Window.DUE, ("owed", "responded", "due", "on_time")),
)
_MEASURES = ("owed", "signed", "contacted", "responded", "due", "on_time")
Key = tuple[int, int, int]
Sums = dict[int, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits to try, as rules write them (``4h``, ``1wd``); empty ones stay as they were.

    ``sign`` and ``contact`` run from the first dispatch to the unit, ``finish`` from the last.
    """

    sign: str = ""
    contact: str = ""
    finish: str = ""

    def __bool__(self) -> bool:
        """Tell whether any limit is tried."""
        return bool(self.sign or self.contact or self.finish)


def check(tried: Limits) -> None:
    """Refuse limits that cannot be read.

    Raises:
        Invalid: names the fields.

    Source: R-584 (requirement 175).
    """
    wrong = {}
    for name in ("sign", "contact", "finish"):
        typed = getattr(tried, name)
        try:
            if typed and limits.parse(typed).amount > LONGEST:
                wrong[name] = f"最多 {LONGEST}"
        except ValueError:
            wrong[name] = "写成 4h（小时）、2wh（工作小时）、7d（天）或 1wd（工作日）"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def shifted(
    round_: Round, basis: Mapping[str, Any], tried: Limits, *, most: int | None = MOST
) -> Sums:
    """Return by unit what other limits would add to the sums of a round.

    Every order is measured anew by the rules of the facts with its other limits; extensions and
    pauses are not counted on top of them. Orders that are left out stay out.

    Raises:
        Invalid: a limit cannot be read.
        Refused: more orders than a page can wait for.

    Source: R-584 (requirement 175: methods are revised; tried before they hold).
    """
    check(tried)
    as_of = date.fromisoformat(basis["as_of"])
    span = round_.first_day, round_.last_day
    held = _standing(span, as_of)
    keys = sorted({order for order, _, _ in held})
    if most is not None and len(keys) > most:
        raise Refused(f"这一期有 {len(keys)} 件工单，改时限请在服务器上用 huiyin assess try 试算")
    left = {(order, unit) for order, unit, ground in basis["left"] if not GROUNDS[ground].only}
    measure = partial(_measured, tried=tried, calendar=orgs.calendar(), end=rules.end_of(as_of))
    found: Sums = {}
    for record in facts.records(keys):
        for part in () if record.void else record.parts:
            line = held.get((record.order, part.unit, int(part.shared)))
            if line is not None and (record.order, part.unit) not in left:
                _add(found.setdefault(part.unit, {}), line, measure(part), span)
    return found


def _standing(span: tuple[date, date], as_of: date) -> dict[Key, dict[str, Any]]:
    """Return the lines of units that held on a day and count in a period. One query."""
    inside = Q()
    for window, _ in CHANGED:
        inside |= Q(**{f"{window.value}__gte": span[0], f"{window.value}__lte": span[1]})
    rows = FactLine.objects.filter(inside, day__lte=as_of, unit__isnull=False).order_by("pk")
    found: dict[Key, dict[str, Any]] = {}
    wanted = ("order_id", "unit_id", "shared", "sign", "dispatched_on", "due_on", *_MEASURES)
    for row in rows.values(*wanted).iterator(facts.CHUNK):
        key = row["order_id"], row["unit_id"], row["shared"]
        if row["sign"] > 0:
            found[key] = row
        else:
            found.pop(key, None)
    return found


def _measured(
    part: Part, *, tried: Limits, calendar: WorkCalendar, end: datetime
) -> dict[str, int]:  # fmt: skip
    def limit(typed: str, start: datetime, done: datetime | None, was: Sequence[Limit]) -> Any:
        if not typed:
            return was
        return [Limit(deadline(start, limits.parse(typed), calendar).due_at, done or part.ended_at)]

    first, last = part.dispatched_at, part.given_at or part.dispatched_at
    other = replace(
        part,
        sign=limit(tried.sign, first, part.signed_at, part.sign),
        contact=limit(tried.contact, first, part.contacted_at, part.contact),
        finish=limit(tried.finish, last, part.replied_at, part.finish),
    )
    return rules.part_measures(other, end)


def _add(
    heap: dict[str, int], line: Mapping[str, Any], now: Mapping[str, int], span: tuple[date, date]
) -> None:
    for window, names in CHANGED:
        day = line[window.value]
        if day is None or not span[0] <= day <= span[1]:
            continue
        for name in names:
            key = name_of(window.value, name)
            heap[key] = heap.get(key, 0) + now[name] - line[name]
