"""Rates, scores, ranks and lists from sums of facts. Pure, exact, the same bytes everywhere.

Everything is added and compared as whole numbers and exact fractions; decimals appear only in what
is told, rounded half up.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from huiyin.assessment.definitions import Indicator, Terms

HUNDRED = 100
_DAY, UNEVEN = timedelta(days=1), timedelta(days=3)
COVERED = Fraction(95, 100)
CALL_BACKS = ("solved", "satisfied", "first_satisfied")
MIXED = ("solved", "satisfied")
Sums = Mapping[str, int]
DEDUCTED: dict[str, Terms] = {
    "unsatisfied": (("grade_2", 1), ("grade_1", 1)),
    "overdue": (("due", 1), ("on_time", -1)),
    "returned_wrongly": (("return_refused", 1),),
    "redone": (("redone", 1),),
}
LOST = "lost_"
"""Before the key of a fault: what the figure of its orders is called."""
DEDUCTED_LABELS = {
    "unsatisfied": "不满意",
    "overdue": "超期",
    "returned_wrongly": "不当退单",
    "redone": "重办",
}
DEDUCTED_WINDOWS = {
    "unsatisfied": "closed_on",
    "overdue": "due_on",
    "returned_wrongly": "dispatched_on",
    "redone": "closed_on",
}
# By which indicator an exclusion touches a fault: what is left out of satisfaction alone (X10)
# is not held against a unit as unsatisfied either.
DEDUCTED_AS = {"unsatisfied": "satisfied"}


@dataclass(frozen=True, slots=True)
class Shares:
    """What the answers in between are worth, in hundredths."""

    partly_solved: int = 0
    fairly_satisfied: int = 100

    def of(self, share: int | str) -> int:
        """Return a share of the data as a number."""
        return share if isinstance(share, int) else int(getattr(self, share))


@dataclass(frozen=True, slots=True)
class Figure:
    """Numerator over denominator, both in hundredths of an order; None when there is nothing."""

    numerator: int
    denominator: int
    times: int = 1

    @property
    def value(self) -> Fraction | None:
        """Return the quotient; None without a denominator.

        Source: R-256 (handbook domain.md 3.3: numerator, denominator).
        """
        if self.denominator <= 0:
            return None
        return Fraction(self.numerator * self.times, self.denominator)

    @property
    def count(self) -> int:
        """Return the number of orders in the denominator."""
        return self.denominator // HUNDRED


@dataclass(frozen=True, slots=True)
class Member:
    """One unit of a round: who it is, in which peer group, and whose results it answers for.

    ``absorbed`` are units that were merged into it before the round ended.
    """

    id: int
    code: str
    name: str
    group: str
    absorbed: tuple[int, ...] = ()
    population: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """Sums of orders that are left out, by unit; ``only`` names the indicators, empty for all."""

    sums: Mapping[int, Sums]
    only: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Method:
    """How sums become scores and lists: what a round keeps of scheme and template."""

    weights: Mapping[str, int]
    indicators: Sequence[Indicator]
    shares: Shares = field(default_factory=Shares)
    least_valid: int = 5
    deduct: tuple[tuple[str, str], ...] = ()
    points: int = HUNDRED
    tiers: Sequence[Mapping[str, str]] = ()
    lists: Sequence[Mapping[str, Any]] = ()


@dataclass(slots=True)
class Standing:
    """Where one unit stands: figures after and before exclusions, score, ranks, tier, lists."""

    member: Member
    figures: dict[str, Figure]
    before: dict[str, Figure]
    score: Fraction | None = None
    valid: int = 0
    volume: int = 0
    faults: dict[str, tuple[int, str]] = field(default_factory=dict)
    rank: int | None = None
    place: int | None = None
    tier: str = ""
    lists: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    moved: int | None = None


def name_of(window: str, measure: str) -> str:
    """Return the name under which the sum of a measure by a window stands."""
    return f"{measure}__{window}"


def needed(indicators: Iterable[Indicator]) -> list[tuple[str, str]]:
    """Return the windows and measures that these indicators, deductions and volumes need."""
    found = {(each.window.value, name) for each in indicators for name in each.measures}
    found |= {(DEDUCTED_WINDOWS[key], name) for key, terms in DEDUCTED.items() for name, _ in terms}
    found |= {("dispatched_on", "dispatched"), ("closed_on", "reached"), ("closed_on", "asked_for")}
    return sorted(found | {("closed_on", "tried")})


def figure(each: Indicator, sums: Sums, shares: Shares, population: int = 0) -> Figure:
    """Return one indicator of one unit from its sums.

    Source: R-256 (handbook domain.md 2.3, 3.3).
    """

    def total(terms: Terms) -> int:
        return sum(
            sums.get(name_of(each.window.value, name), 0) * shares.of(share)
            for name, share in terms
        )

    below = population * HUNDRED if each.by_population else total(each.denominator)
    return Figure(total(each.numerator), below, each.times)


def added(*all_sums: Sums) -> dict[str, int]:
    """Return sums added up name by name."""
    found: dict[str, int] = {}
    for sums in all_sums:
        for name, value in sums.items():
            found[name] = found.get(name, 0) + value
    return found


def without(sums: Sums, left: Iterable[Left], members: Iterable[int], key: str) -> dict[str, int]:
    """Return the sums of a unit less the orders that are left out for one indicator."""
    units = list(members)
    gone = added(
        *(
            each.sums.get(unit, {})
            for each in left
            if not each.only or key in each.only
            for unit in units
        )
    )
    return {name: value - gone.get(name, 0) for name, value in sums.items()}


def standings(
    members: Sequence[Member],
    sums: Mapping[int | None, Sums],
    left: Sequence[Left],
    method: Method,
    before: Mapping[str, tuple[str, int]] | None = None,
) -> list[Standing]:
    """Return where each unit stands, by peer group and rank.

    Args:
        members: the units of the round; those without any order are left out.
        sums: sums of measures by unit, as the facts say them.
        left: the orders that are left out.
        method: how sums become scores.
        before: score and rank of the round before, by the unit's code.

    Source: R-257 (handbook domain.md 2.3, 2.4, 2.5; requirements 186, 189).
    """
    found = []
    for member in members:
        units = (member.id, *member.absorbed)
        own = added(*(sums.get(unit, {}) for unit in units))
        if any(own.values()):
            found.append(_standing(member, own, left, method))
    _rank(found)
    for each in found:
        each.tier = tier_of(each.score, method.tiers)
    _note_moves(found, before or {})
    _fill_lists(found, method.lists, before or {})
    return sorted(found, key=lambda s: (s.member.group, s.rank or 10**6, s.member.code))


def _standing(member: Member, own: Sums, left: Sequence[Left], method: Method) -> Standing:
    units = (member.id, *member.absorbed)
    before, after = {}, {}
    for each in method.indicators:
        before[each.key] = figure(each, own, method.shares, member.population)
        kept = without(own, left, units, each.key)
        after[each.key] = figure(each, kept, method.shares, member.population)
    kept = without(own, left, units, "")
    made = Standing(member, after, before)
    made.volume = own.get("dispatched__dispatched_on", 0)
    asked = any(method.weights.get(key) for key in CALL_BACKS) or bool(method.deduct)
    rest = kept.get("dispatched__dispatched_on", 0)
    made.valid = after["satisfied"].count if asked and "satisfied" in after else rest
    for key, each_loses in method.deduct:
        counted = without(own, left, units, DEDUCTED_AS.get(key, ""))
        made.faults[key] = faults(counted, key), each_loses
    made.score = deducted(made.faults) if method.deduct else weighted(after, method)
    if made.score is not None and made.valid < method.least_valid:
        made.flags.append("few")
    called = Figure(kept.get("tried__closed_on", 0), kept.get("asked_for__closed_on", 0)).value
    if called is not None and called < COVERED:
        made.flags.append("uncovered")
    return made


def weighted(figures: Mapping[str, Figure], method: Method) -> Fraction | None:
    """Return the score out of a hundred; indicators without a denominator give up their weight.

    What is better low counts as one minus its rate. None when nothing can be counted.

    Source: R-258 (handbook domain.md 2.3: S = a*resp + b*solv + c*sat, a+b+c = 1, times 100).
    """
    better = {each.key: each.better for each in method.indicators}
    total, weights = Fraction(0), 0
    for key, weight in method.weights.items():
        value = figures[key].value if key in figures else None
        if value is not None and weight:
            total += weight * (1 - value if better[key] == "low" else value)
            weights += weight
    return HUNDRED * total / weights if weights else None


def faults(sums: Sums, key: str) -> int:
    """Return how many orders of one kind of fault a unit has."""
    window = DEDUCTED_WINDOWS[key]
    return sum(sums.get(name_of(window, name), 0) * int(n) for name, n in DEDUCTED[key])


def deducted(found: Mapping[str, tuple[int, str]]) -> Fraction:
    """Return a hundred less so much for each order at fault, never below nothing.

    Args:
        found: for each kind of fault how many orders there are, and what one of them costs.

    Source: R-259, R-600 (requirement 115; handbook domain.md 2.4 X10, 2.10 Wenzhou, Zhuzhou).
    """
    lost = sum((Fraction(each) * times for times, each in found.values()), Fraction(0))
    return max(Fraction(0), HUNDRED - lost)


def _rank(found: Sequence[Standing]) -> None:
    """Give equal scores equal ranks; units with too few call-backs are shown and not ranked.

    Source: R-260 (handbook domain.md 2.5: minimum volume guard).
    """
    ranked = [each for each in found if each.score is not None and "few" not in each.flags]
    ranked.sort(key=_score, reverse=True)
    best: dict[str, tuple[Fraction, int]] = {}
    seen: dict[str, int] = {}
    for each in ranked:
        for group in ("", each.member.group):
            seen[group] = seen.get(group, 0) + 1
            last = best.get(group)
            nth = last[1] if last and last[0] == _score(each) else seen[group]
            best[group] = _score(each), nth
        each.place, each.rank = best[""][1], best[each.member.group][1]


def _score(each: Standing) -> Fraction:
    return each.score if each.score is not None else Fraction(-1)


def tier_of(score: Fraction | None, tiers: Sequence[Mapping[str, str]]) -> str:
    """Return the tier of a score: the first whose least score it reaches.

    Source: R-261 (handbook domain.md 2.5, 2.10: grades, tiers beside ranks).
    """
    if score is None:
        return ""
    return next((t["name"] for t in tiers if score >= Fraction(t["least"])), "")


def _note_moves(found: Sequence[Standing], before: Mapping[str, tuple[str, int]]) -> None:
    for each in found:
        old = before.get(each.member.code)
        if old and old[1] and each.rank:
            each.moved = old[1] - each.rank


def _fill_lists(
    found: Sequence[Standing],
    lists: Sequence[Mapping[str, Any]],
    before: Mapping[str, tuple[str, int]],
) -> None:
    """Put units on the lists of the template.

    Whoever shares the last place of a list is on it; nobody is on a list of the best and on one of
    the worst.

    Source: R-262 (handbook domain.md 2.5 four classes, 2.10; requirements 25, 193-195).
    """
    for row in lists:
        groups = {each.member.group for each in found} if row.get("within") == "group" else {""}
        for group in sorted(groups):
            pool = [each for each in found if not group or each.member.group == group]
            for each in _listed(row, pool, before):
                each.lists.append(row["kind"])


_GOOD = frozenset({"advanced", "best", "red"})
_BAD = frozenset({"rectification", "worst", "black"})


def _listed(
    row: Mapping[str, Any], pool: Sequence[Standing], before: Mapping[str, tuple[str, int]]
) -> list[Standing]:
    kind, size = row["kind"], int(row["size"])
    ranked = [each for each in pool if each.rank is not None]
    if kind == "governance":
        return _top([(Fraction(each.volume), each) for each in pool if each.volume], size)
    if kind == "progress":
        rises = [(_rise(each, before, row.get("measure", "rank")), each) for each in ranked]
        return _top([(rise, each) for rise, each in rises if rise is not None and rise > 0], size)
    if kind in _BAD:
        rest = [each for each in ranked if not _GOOD & set(each.lists)]
        return _top([(-_score(each), each) for each in rest], size)
    return _top([(_score(each), each) for each in ranked], size)


def _rise(each: Standing, before: Mapping[str, tuple[str, int]], measure: str) -> Fraction | None:
    old = before.get(each.member.code)
    if old is None:
        return None
    if measure == "score":
        return _score(each) - Fraction(old[0]) if old[0] else None
    return Fraction(each.moved) if each.moved is not None else None


def _top(measured: Sequence[tuple[Fraction, Standing]], size: int) -> list[Standing]:
    if not measured or size < 1:
        return []
    ordered = sorted((value for value, _ in measured), reverse=True)
    last = ordered[min(size, len(ordered)) - 1]
    return [each for value, each in measured if value >= last]


def change(now: Fraction | None, then: Fraction | None) -> Fraction | None:
    """Return by what part something changed against an earlier period; None without one.

    Source: R-263 (handbook domain.md 3.3 K29).
    """
    return (now - then) / then if now is not None and then else None


def year_before(first: date, last: date) -> tuple[date, date]:
    """Return the same days of the year before; the end of a month stays the end of it.

    Source: R-263 (handbook domain.md 3.3 K29).
    """
    if (last + _DAY).day == 1:
        return _year_earlier(first), _year_earlier(last + _DAY) - _DAY
    return _year_earlier(first), _year_earlier(last)


def _year_earlier(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def is_as_long(span: tuple[date, date], other: tuple[date, date]) -> bool:
    """Tell whether two spans are of one rhythm: months and quarters differ by a few days.

    Source: R-263 (handbook domain.md 3.3 K29).
    """
    return abs((span[1] - span[0]) - (other[1] - other[0])) <= UNEVEN


def interval(made: Figure) -> tuple[Fraction, Fraction] | None:
    """Return the Wilson interval of a share at 95 per cent; None without a denominator.

    Source: R-264 (handbook domain.md 2.5: few call-backs say little).
    """
    share = made.value
    if share is None or not made.count:
        return None
    with localcontext() as context:
        context.prec = 40
        z = Decimal("1.959963984540054")
        n = Decimal(made.count)
        p = Decimal(share.numerator) / Decimal(share.denominator)
        middle = p + z * z / (2 * n)
        width = z * ((p * (1 - p) + z * z / (4 * n)) / n).sqrt()
        scale = 1 + z * z / n
        low, high = (middle - width) / scale, (middle + width) / scale
    return max(Fraction(0), Fraction(low)), min(Fraction(1), Fraction(high))


def mixed(own: Mapping[str, Figure], city: Mapping[str, Figure]) -> Fraction | None:
    """Return a unit's rate over what the city reaches with the same mix of matters.

    More than 1: better than others with such matters. None when nothing can be expected.

    Args:
        own: the unit's figure for each kind of matter.
        city: the city's for each kind of matter.

    Source: R-265 (handbook domain.md 2.3, K22, K23: case-mix adjusted view).
    """
    hoped = Fraction(0)
    for matter, each in own.items():
        share = city[matter].value if matter in city else None
        hoped += each.denominator * (share or 0)
    return Fraction(sum(each.numerator for each in own.values())) / hoped if hoped else None


def decimal(value: Fraction | None, places: int = 2) -> str:
    """Return a number rounded half up, as words; empty for None."""
    if value is None:
        return ""
    with localcontext() as context:
        context.prec = 60
        exact = Decimal(value.numerator) / Decimal(value.denominator)
        return str(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def percent(value: Fraction | None) -> str:
    """Return a share in per cent with two places; empty for None."""
    return decimal(None if value is None else value * HUNDRED)


def as_told(each: Standing, points: int = HUNDRED) -> dict[str, Any]:
    """Return a standing as a round keeps and publishes it: whole numbers and words alone."""
    member = each.member
    lost = {"faults": {key: list(pair) for key, pair in each.faults.items()}}
    return (lost if each.faults else {}) | {
        "unit": member.code,
        "name": member.name,
        "group": member.group,
        "score": decimal(each.score, 4),
        "points": decimal(each.score * points / HUNDRED if each.score is not None else None, 4),
        "rank": each.rank,
        "place": each.place,
        "tier": each.tier,
        "valid": each.valid,
        "volume": each.volume,
        "moved": each.moved,
        "lists": sorted(each.lists),
        "flags": sorted(each.flags),
        "figures": _told(each.figures),
        "before": _told(each.before),
    }


def _told(figures: Mapping[str, Figure]) -> dict[str, list[int]]:
    return {key: [each.numerator, each.denominator, each.times] for key, each in figures.items()}


def as_bytes(result: Mapping[str, Any]) -> bytes:
    """Return a result as the bytes over which its digest goes.

    Source: R-266 (requirement 175; a frozen round recomputed gives the same bytes).
    """
    text = json.dumps(result, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()
