"""Results of assessment in words: rates, intervals, lists, trends, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from huiyin.assessment import policy, rules, targets
from huiyin.assessment.definitions import POPULATION
from huiyin.assessment.models import Correction, Round, UnitResult
from huiyin.assessment.rules import Figure
from huiyin.assessment.states import LISTINGS
from huiyin.assessment.targets import Target
from huiyin.orgs.actors import Actor

FLAGS = {"few": "回访少，不排名", "uncovered": "回访覆盖不足"}
SIGNALS = {
    "alike": "答复文字与他件完全相同",
    "split": "同一诉求人同日同类多件",
    "return_late": "过了签收时限才退单",
}
WIDE, HIGH, EDGE = 600, 120, 10
SMALL_WIDE, SMALL_HIGH, SMALL_EDGE = 90, 24, 2
_TOP = 100


def figure(parts: Sequence[int]) -> Figure:
    """Return a stored figure."""
    return Figure(*parts)


def value(parts: Sequence[int] | None) -> str:
    """Return a figure as people read it; a dash without a denominator."""
    if not parts:
        return "—"
    made = figure(parts)
    if made.times != 1:
        return rules.decimal(made.value) or "—"
    return f"{rules.percent(made.value)}%" if made.value is not None else "—"


def count(hundredths: int) -> str:
    """Return a sum in hundredths of an order as a number of orders."""
    return rules.decimal(Fraction(hundredths, _TOP), 2 if hundredths % _TOP else 0)


def row(
    result: UnitResult,
    shown: Sequence[str],
    actor: Actor,
    *,
    before: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Return a row of a ranking; ``open`` tells whether the unit's page is this person's to see.

    ``shown`` holds the keys of the indicators in the columns, the same for all rows of a table;
    ``before`` the scores of the round before, by unit, for what was gained.
    """
    told = result.told
    old = (before or {}).get(told["unit"], "")
    gained = Fraction(told["score"]) - Fraction(old) if told["score"] and old else None
    return {
        "unit": result.unit,
        "name": told["name"],
        "group": told["group"],
        "rank": told["rank"],
        "place": told["place"],
        "score": rules.decimal(Fraction(told["score"])) if told["score"] else "—",
        "points": rules.decimal(Fraction(told["points"])) if told["points"] else "—",
        "tier": told["tier"],
        "moved": told["moved"],
        "fell": -(told["moved"] or 0),
        "gained": f"{'+' if gained > 0 else ''}{rules.decimal(gained)}" if gained else "",
        "valid": told["valid"],
        "volume": told["volume"],
        "lists": [LISTINGS[key] for key in told["lists"]],
        "flags": [FLAGS[key] for key in told["flags"]],
        "rates": [(key, _cell(told, key)) for key in shown],
        "open": policy.sees_unit(actor, result.unit),
    }


def _cell(told: Mapping[str, Any], key: str) -> str:
    """Return a rate, or how many orders there are of a fault for which points are lost."""
    if key.startswith(rules.LOST):
        return str(told.get("faults", {}).get(key.removeprefix(rules.LOST), ["—"])[0])
    return value(told["figures"].get(key))


def columns(round_: Round) -> list[tuple[str, str]]:
    """Return what a score is made of: the weighed indicators, or the faults that cost points.

    Source: R-600 (requirement 115; handbook domain.md 2.10).
    """
    lost = round_.rules["template"]["deduct"]
    if lost:
        return [
            (f"{rules.LOST}{key}", f"{rules.DEDUCTED_LABELS[key]}（每件扣 {each}）")
            for key, each in lost
        ]
    return weighted(round_)


def weighted(round_: Round) -> list[tuple[str, str]]:
    """Return the indicators that the scheme weighs, with their shares in words."""
    names = {each["key"]: each["name"] for each in round_.rules["indicators"]}
    weights = round_.rules["scheme"]["weights"]
    return [(key, f"{names[key]} {share}") for key, share in weights.items() if key in names]


def keys(round_: Round) -> list[tuple[str, str]]:
    """Return the keys and names of indicators that can be weighed."""
    return [(each["key"], each["name"]) for each in round_.rules["indicators"]]


def lists(results: Iterable[UnitResult]) -> list[tuple[str, list[str]]]:
    """Return the lists of a round with the names on them, in the order of the template."""
    found: dict[str, list[str]] = {}
    for each in results:
        for key in each.told["lists"]:
            found.setdefault(key, []).append(each.told["name"])
    return [(label, found[key]) for key, label in LISTINGS.items() if key in found]


def city(round_: Round, past: Sequence[Mapping[str, list[int]]]) -> list[dict[str, Any]]:
    """Return the figures of the whole city, each with its change and its line over past rounds.

    Args:
        round_: which round.
        past: the figures of it and of those before it, newest first; none before it is computed.
    """
    mine = past[0] if past else {}
    aims = targets.on(round_.last_day)
    return [
        {
            "key": each["key"], "code": each["code"], "name": each["name"], "text": each["text"],
            "value": value(parts), "target": target(aims, each["key"], parts),
            "numerator": count(parts[0]), "denominator": count(parts[1]),
            "leads": each["denominator"] != POPULATION,
            "high": each.get("better", "high") == "high",
            **_over_rounds(each["key"], past),
        }
        for each in round_.rules["indicators"]
        if (parts := mine.get(each["key"]))
    ]  # fmt: skip


def headlines(round_: Round, past: Sequence[Mapping[str, list[int]]]) -> list[dict[str, Any]]:
    """Return the figures of the city that the scheme weighs, in its order, for the first look."""
    found = {each["key"]: each for each in city(round_, past)}
    return [found[key] for key, _ in weighted(round_) if key in found]


def own(result: UnitResult, actor: Actor) -> dict[str, Any]:
    """Return a unit's rank and weighed rates for the first look."""
    names = dict(columns(result.round))
    said = row(result, list(names), actor)
    return said | {
        "weighed": [
            (key, names[key], rate, not key.startswith(rules.LOST)) for key, rate in said["rates"]
        ]
    }


def target(aims: Mapping[str, Target], key: str, parts: Sequence[int]) -> str:
    """Return the target of the year for an indicator, and whether a figure meets it."""
    aim, made = aims.get(key), figure(parts)
    if aim is None:
        return ""
    said = aim.outcome(made.value, times=made.times)
    return f"{aim.words(times=made.times)}{f'，{said}' if said else ''}"


def _over_rounds(key: str, past: Sequence[Mapping[str, list[int]]]) -> dict[str, Any]:
    rates = [figure(parts).value for each in reversed(past) if (parts := each.get(key))]
    known = [float(rate) for rate in rates if rate is not None]
    last = past[1].get(key) if len(past) > 1 else None
    return {"before": value(last), "line": _line(known, SMALL_WIDE, SMALL_HIGH, SMALL_EDGE)}


def _line(values: Sequence[float], wide: int, high: int, edge: int) -> str:
    """Return the points of a line between lowest and highest value; empty for fewer than two."""
    if len(values) < 2:  # noqa: PLR2004 - a line has two ends
        return ""
    low, span = min(values), (max(values) - min(values)) or 1
    step = (wide - 2 * edge) / (len(values) - 1)
    return " ".join(
        f"{edge + nth * step:.1f},{high - edge - (each - low) / span * (high - 2 * edge):.1f}"
        for nth, each in enumerate(values)
    )


def figures(
    round_: Round, result: UnitResult, last: UnitResult | None, year: UnitResult | None
) -> list[dict[str, Any]]:
    """Return a unit's figures: after and before exclusions, interval, changes, mix of matters.

    Args:
        round_: which round.
        result: the unit's.
        last: the unit's result of the period just before, ``year`` of the year before.
        year: see above.
    """
    aims = targets.on(round_.last_day)
    return [
        _figure(each, result.told, last.told if last else None, year.told if year else None)
        | {"target": target(aims, each["key"], result.told["figures"][each["key"]])}
        for each in round_.rules["indicators"]
        if each["scope"] == "unit"
    ]


def _figure(
    each: dict[str, Any],
    told: dict[str, Any],
    last: dict[str, Any] | None,
    year: dict[str, Any] | None,
) -> Any:
    key = each["key"]
    parts, whole = told["figures"][key], told["before"][key]
    made = figure(parts)
    span = rules.interval(made) if each["interval"] else None
    return {
        "key": key,
        "code": each["code"],
        "name": each["name"],
        "text": each["text"],
        "value": value(parts),
        "numerator": count(parts[0]),
        "denominator": count(parts[1]),
        "before": value(whole) if whole != parts else "",
        "interval": "–".join(f"{rules.percent(end)}%" for end in span) if span else "",
        "change": _moved(made, key, last),
        "year": _moved(made, key, year),
        "mix": told["mix"].get(key, ""),
    }


def _moved(made: Figure, key: str, then: dict[str, Any] | None) -> str:
    old = figure(then["figures"][key]).value if then and key in then["figures"] else None
    moved = rules.change(made.value, old)
    return f"{rules.decimal(moved * _TOP)}%" if moved is not None else ""


def signals(result: UnitResult) -> list[tuple[str, str, int]]:
    """Return what looks as nobody should work: key, name, and how many orders."""
    return [(key, SIGNALS[key], times) for key, times in sorted(result.told["signals"].items())]


def trend(past: Sequence[UnitResult], round_: Round) -> dict[str, Any] | None:
    """Return the line of scores as points of a drawing; None for fewer than two.

    Only scores by the scheme and template of this round, of periods as long.

    Source: R-607 (handbook domain.md 2.5, 3.3 K29).
    """
    kept = tuple(round_.rules[part].get("code") for part in ("scheme", "template"))
    span = round_.first_day, round_.last_day
    scores = [
        each.score
        for each in past
        if each.score is not None
        and (each.scheme, each.template) == kept  # type: ignore[attr-defined]  # annotated
        and rules.is_as_long((each.round.first_day, each.round.last_day), span)
    ]
    if len(scores) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    step = (WIDE - 2 * EDGE) / (len(scores) - 1)
    points = [
        f"{EDGE + nth * step:.1f},{HIGH - EDGE - float(score) / _TOP * (HIGH - 2 * EDGE):.1f}"
        for nth, score in enumerate(scores)
    ]
    return {"points": " ".join(points), "wide": WIDE, "high": HIGH, "scores": scores}


def table(
    round_: Round, results: Iterable[UnitResult], entries: Iterable[Correction]
) -> Iterator[list[str]]:
    """Yield the lines of the table: heads, then one line for each unit.

    What was corrected after the freeze stands in a column of its own: the score stays what it was.
    """
    corrected: dict[int, Decimal] = {}
    for entry in entries:
        corrected[entry.unit_id] = corrected.get(entry.unit_id, Decimal(0)) + entry.points
    names = [(each["key"], each["name"]) for each in round_.rules["indicators"]]
    kept = [(key, name) for key, name in names if key in _unit_keys(round_)]
    lost = [pair for pair in columns(round_) if pair[0].startswith(rules.LOST)]
    yield [
        "单位编码", "单位", "同类", "同类名次", "总名次", "得分", "折算分", "档次", "榜单", "派单",
        *(name for _, name in lost),
        *(name for _, name in kept), *(f"{name}（剔除前）" for _, name in kept),
        "冻结后更正（分）",
    ]  # fmt: skip
    for each in results:
        told = each.told
        yield [
            told["unit"], told["name"], told["group"], str(told["rank"] or ""),
            str(told["place"] or ""), told["score"], told["points"], told["tier"],
            "、".join(LISTINGS[key] for key in told["lists"]), str(told["volume"]),
            *(_cell(told, key) for key, _ in lost),
            *(_plain(told["figures"][key]) for key, _ in kept),
            *(_plain(told["before"][key]) for key, _ in kept),
            _points(corrected.get(each.unit_id)),
        ]  # fmt: skip


def _points(points: Decimal | None) -> str:
    """Return a correction in words: a sign in front would be taken for a formula."""
    return f"{'加' if points > 0 else '减'}{abs(points)}" if points else ""


def _unit_keys(round_: Round) -> set[str]:
    return {each["key"] for each in round_.rules["indicators"] if each["scope"] == "unit"}


def _plain(parts: Sequence[int]) -> str:
    told = value(parts)
    return "" if told == "—" else told
