"""Results of assessment in words: rates, intervals, lists, trends, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from huiyin.assessment import policy, rules, targets
from huiyin.assessment.definitions import POPULATION
from huiyin.assessment.models import Round, UnitResult
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


def _count(hundredths: int) -> str:
    return rules.decimal(Fraction(hundredths, _TOP), 2 if hundredths % _TOP else 0)


def row(result: UnitResult, actor: Actor) -> dict[str, Any]:
    """Return a row of a ranking; ``open`` tells whether the unit's page is this person's to see."""
    told = result.told
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
        "valid": told["valid"],
        "volume": told["volume"],
        "lists": [LISTINGS[key] for key in told["lists"]],
        "flags": [FLAGS[key] for key in told["flags"]],
        "rates": [value(told["figures"].get(key)) for key in _shown(result)],
        "open": policy.sees_unit(actor, result.unit),
    }


def _shown(result: UnitResult) -> list[str]:
    return [key for key, _ in weighted(result.round)]


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
            "numerator": _count(parts[0]), "denominator": _count(parts[1]),
            "leads": each["denominator"] != POPULATION,
            **_over_rounds(each["key"], past),
        }
        for each in round_.rules["indicators"]
        if (parts := mine.get(each["key"]))
    ]  # fmt: skip


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


def figures(round_: Round, result: UnitResult, past: Sequence[UnitResult]) -> list[dict[str, Any]]:
    """Return a unit's figures: after and before exclusions, interval, change, mix of matters."""
    before = [each for each in past if each.round_id != round_.pk]
    aims = targets.on(round_.last_day)
    return [
        _figure(each, result.told, before[-1].told if before else None)
        | {"target": target(aims, each["key"], result.told["figures"][each["key"]])}
        for each in round_.rules["indicators"]
        if each["scope"] == "unit"
    ]


def _figure(each: dict[str, Any], told: dict[str, Any], last: dict[str, Any] | None) -> Any:
    key = each["key"]
    parts, whole = told["figures"][key], told["before"][key]
    made = figure(parts)
    span = rules.interval(made) if each["interval"] else None
    then = figure(last["figures"][key]).value if last and key in last["figures"] else None
    moved = rules.change(made.value, then)
    return {
        "key": key,
        "code": each["code"],
        "name": each["name"],
        "text": each["text"],
        "value": value(parts),
        "numerator": _count(parts[0]),
        "denominator": _count(parts[1]),
        "before": value(whole) if whole != parts else "",
        "interval": "–".join(f"{rules.percent(end)}%" for end in span) if span else "",
        "change": f"{rules.decimal(moved * _TOP)}%" if moved is not None else "",
        "mix": told["mix"].get(key, ""),
    }


def signals(result: UnitResult) -> list[tuple[str, int]]:
    """Return what looks as nobody should work, with how many orders."""
    return [(SIGNALS[key], count) for key, count in sorted(result.told["signals"].items())]


def trend(past: Sequence[UnitResult]) -> dict[str, Any] | None:
    """Return the line of scores as points of a drawing; None for fewer than two."""
    scores = [each.score for each in past if each.score is not None]
    if len(scores) < 2:  # noqa: PLR2004 - a line has two ends
        return None
    step = (WIDE - 2 * EDGE) / (len(scores) - 1)
    points = [
        f"{EDGE + nth * step:.1f},{HIGH - EDGE - float(score) / _TOP * (HIGH - 2 * EDGE):.1f}"
        for nth, score in enumerate(scores)
    ]
    return {"points": " ".join(points), "wide": WIDE, "high": HIGH, "scores": scores}


def table(round_: Round, results: Iterable[UnitResult]) -> Iterator[list[str]]:
    """Yield the lines of the table: heads, then one line for each unit."""
    names = [(each["key"], each["name"]) for each in round_.rules["indicators"]]
    kept = [(key, name) for key, name in names if key in _unit_keys(round_)]
    yield [
        "单位编码", "单位", "同类", "同类名次", "总名次", "得分", "折算分", "档次", "榜单", "派单",
        *(name for _, name in kept), *(f"{name}（剔除前）" for _, name in kept),
    ]  # fmt: skip
    for each in results:
        told = each.told
        yield [
            told["unit"], told["name"], told["group"], str(told["rank"] or ""),
            str(told["place"] or ""), told["score"], told["points"], told["tier"],
            "、".join(LISTINGS[key] for key in told["lists"]), str(told["volume"]),
            *(_plain(told["figures"][key]) for key, _ in kept),
            *(_plain(told["before"][key]) for key, _ in kept),
        ]  # fmt: skip


def _unit_keys(round_: Round) -> set[str]:
    return {each["key"] for each in round_.rules["indicators"] if each["scope"] == "unit"}


def _plain(parts: Sequence[int]) -> str:
    told = value(parts)
    return "" if told == "—" else told
