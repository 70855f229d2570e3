"""A city's own indicators as a parameter. Wrong ones raise ValueError."""

from __future__ import annotations

import re
from collections.abc import Mapping

from huiyin.assessment.definitions import read_indicators
from huiyin.cities.tables import word_of

OWN = re.compile(r"own_[a-z][a-z_]{0,30}")
"""The keys of a city's own indicators, which can so never stand in for one of the product."""
_KEYS = frozenset({"code", "key", "name", "window", "numerator", "denominator", "text", "source"})
_BETTER = ("high", "low", "none")
_MOST = 30


def own_indicators(value: object) -> object:
    """Read a city's own indicators: one measure of facts over another, see ``indicators.toml``.

    Source: R-255 (issue of assessment: each city's own indicators as data; requirement 26).
    """
    if not isinstance(value, list | tuple) or len(value) > _MOST:
        raise ValueError(f"应是指标的列表，最多 {_MOST} 项")
    seen: set[str] = set()
    for nth, row in enumerate(value, 1):
        if not isinstance(row, Mapping) or not _KEYS <= set(row) <= _KEYS | {"better"}:
            raise ValueError(f"第 {nth} 行应写 {'、'.join(sorted(_KEYS))}，可以另写 better")
        for key, longest in (("code", 10), ("name", 30), ("text", 200), ("source", 200)):
            word_of(row, key, longest)
        key = row["key"]
        if not isinstance(key, str) or not OWN.fullmatch(key) or key in seen:
            raise ValueError(f"第 {nth} 行的 key 应以 own_ 开头，用小写字母，且不重复")
        if row.get("better", "high") not in _BETTER:
            raise ValueError(f"第 {nth} 行的 better 应是 {'、'.join(_BETTER)} 之一")
        if not (isinstance(row["numerator"], Mapping) and isinstance(row["denominator"], Mapping)):
            raise ValueError(f"第 {nth} 行的分子、分母应写成 {{ 事实 = 100 }}")
        seen.add(key)
    read_indicators(value)
    return list(value)
