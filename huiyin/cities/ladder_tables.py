"""Parameters of the supervision that are small tables. Wrong ones raise ValueError."""

from __future__ import annotations

import re
from collections.abc import Mapping

from huiyin.cities import parsers
from huiyin.cities.tables import rows_of, word_of

_CODE = re.compile(r"[a-z][a-z_]{1,19}")
_LONGEST_NAME, _LONGEST_SERIES, _LONGEST_ABOUT = 20, 12, 120
_MOST_DAYS = 60


def mandate_kinds(value: object) -> object:
    """Read the kinds of supervision orders: name, word in the number, limit, days of checking."""
    keys = frozenset({"code", "name", "series", "limit", "check_days", "about"})
    seen: set[str] = set()
    for row in rows_of(value, keys):
        _code(row, seen)
        word_of(row, "name", _LONGEST_NAME)
        word_of(row, "series", _LONGEST_SERIES)
        word_of(row, "about", _LONGEST_ABOUT)
        if row["limit"] != "":
            parsers.limit(row["limit"])
        parsers.whole(0, _MOST_DAYS)(row["check_days"])
    return value


def mandate_methods(value: object) -> object:
    """Read the catalogue of measures: code and name."""
    seen: set[str] = set()
    for row in rows_of(value, frozenset({"code", "name"})):
        _code(row, seen)
        word_of(row, "name", _LONGEST_NAME)
    return value


def _code(row: Mapping[str, object], seen: set[str]) -> str:
    code = word_of(row, "code", 20)
    if not _CODE.fullmatch(code) or code in seen:
        raise ValueError(f"编码“{code}”应是小写字母和下划线，且不重复")
    seen.add(code)
    return code
