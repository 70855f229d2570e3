"""Indicators and templates as data: read once from their files, checked, and told to others."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

from huiyin.insight.facts.states import MEASURES, Window

SHARES = ("partly_solved", "fairly_satisfied")
POPULATION = "population"
Terms = tuple[tuple[str, int | str], ...]


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator: what over what, by which day, and whether high is good.

    ``times`` multiplies the quotient; ``interval`` asks for its confidence interval.
    """

    code: str
    key: str
    name: str
    window: Window
    numerator: Terms
    denominator: Terms
    text: str
    source: str
    better: str = "high"
    scope: str = "unit"
    times: int = 1
    interval: bool = False

    @property
    def by_population(self) -> bool:
        """Tell whether it is divided by the number of inhabitants."""
        return not self.denominator

    @property
    def is_rate(self) -> bool:
        """Tell whether it is a part of a whole, both of them orders."""
        return self.times == 1 and not self.by_population

    @property
    def measures(self) -> set[str]:
        """Return the names of the measures that it needs."""
        return {name for name, _ in (*self.numerator, *self.denominator)}


@dataclass(frozen=True, slots=True)
class Template:
    """A ready way to score and to list 样式."""

    code: str
    name: str
    method: str
    text: str
    source: str
    lists: tuple[Mapping[str, Any], ...] = ()
    tiers: tuple[Mapping[str, str], ...] = ()
    points: int = 100
    deduct: tuple[tuple[str, str], ...] = ()


# Peer groups 同类单位: by what units are, never by their names.
GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("县市区", ("county",)),
    ("乡镇街道", ("township",)),
    ("市直部门", ("bureau",)),
    ("县直部门", ("county_bureau",)),
    ("公共服务企业", ("enterprise",)),
    ("其他单位", ("court", "finance", "external", "sub_centre", "sub_unit")),
)


def group_of(kind: str) -> str:
    """Return the peer group of a unit; empty for those that are not assessed."""
    return next((name for name, kinds in GROUPS if kind in kinds), "")


@lru_cache
def indicators() -> dict[str, Indicator]:
    """Return the indicators of the product by key."""
    return {each.key: each for each in read_indicators(_tables("indicators.toml", "indicator"))}


@lru_cache
def templates() -> dict[str, Template]:
    """Return the ready templates by code."""
    return {
        row["code"]: Template(
            **row
            | {
                "lists": tuple(row.get("lists", ())),
                "tiers": tuple(row.get("tiers", ())),
                "deduct": tuple(sorted(row.get("deduct", {}).items())),
            }
        )
        for row in _tables("templates.toml", "template")
    }


def read_indicators(rows: Iterable[Mapping[str, Any]]) -> list[Indicator]:
    """Return indicators from tables of a file, of the product or of a city.

    Raises:
        ValueError: a measure, a window or a share is not known; the words say which.

    Source: R-255 (handbook domain.md 3.3: numerator, denominator, window).
    """
    return [_read(row) for row in rows]


def _read(row: Mapping[str, Any]) -> Indicator:
    code = row.get("code", "?")
    try:
        window = Window(row["window"])
    except (KeyError, ValueError) as error:
        raise ValueError(f"指标 {code}：window 须是 {'、'.join(Window)} 之一") from error
    below = row["denominator"]
    plain = {k: v for k, v in row.items() if k not in ("window", "numerator", "denominator")}
    return Indicator(
        window=window,
        numerator=_terms(code, row["numerator"]),
        denominator=() if below == POPULATION else _terms(code, below),
        **plain,
    )


def _terms(code: str, row: Mapping[str, Any]) -> Terms:
    for name, share in row.items():
        if name not in MEASURES:
            raise ValueError(f"指标 {code}：没有“{name}”这项事实")
        if share not in SHARES and not isinstance(share, int):
            raise ValueError(f"指标 {code}：{name} 的份额须是整数或 {'、'.join(SHARES)}")
    return tuple(row.items())


def as_data(each: Indicator) -> dict[str, Any]:
    """Return an indicator as a round keeps it, so that it can be computed years later."""
    return {
        "code": each.code, "key": each.key, "name": each.name, "window": each.window.value,
        "numerator": dict(each.numerator),
        "denominator": dict(each.denominator) if each.denominator else POPULATION,
        "text": each.text, "source": each.source, "better": each.better, "scope": each.scope,
        "times": each.times, "interval": each.interval,
    }  # fmt: skip


def _tables(name: str, key: str) -> list[dict[str, Any]]:
    text = files("huiyin.assessment").joinpath(name).read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)[key]
    return found
