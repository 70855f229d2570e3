"""Parameters of the supervision that are small tables. Wrong ones raise ValueError."""

from __future__ import annotations

import re
from collections.abc import Mapping

from huiyin.cities import parsers
from huiyin.cities.tables import rows_of, word_of
from huiyin.followup.ladder.states import Action, Addressee, Condition

_CODE = re.compile(r"[a-z][a-z_]{1,19}")
_LONGEST_NAME, _LONGEST_SERIES, _LONGEST_ABOUT = 20, 12, 120
_MOST_DAYS = 60
_MOST_LEVELS, _MOST_FIGURE = 9, 999


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


def escalation_steps(value: object) -> object:
    """Read the ladder: when an order reaches which level, to whom it goes and what is done."""
    keys = frozenset(
        {"code", "level", "name", "when", "than", "to", "action", "kind", "within"}
    )  # fmt: skip
    seen: set[str] = set()
    for row in rows_of(value, keys):
        code = _code(row, seen)
        word_of(row, "name", _LONGEST_NAME)
        parsers.whole(1, _MOST_LEVELS)(row["level"])
        when = Condition(parsers.one_of([each.value for each in Condition])(row["when"]))
        if when is Condition.TAG:
            word_of(row, "than", 20)
        else:
            parsers.whole(1, _MOST_FIGURE)(row["than"])
        if not parsers.listed(parsers.one_of([each.value for each in Addressee]))(row["to"]):
            raise ValueError(f"“{code}”：to 应至少写一个")
        action = Action(parsers.one_of([each.value for each in Action])(row["action"]))
        if (row["kind"] == "") is (action is Action.MANDATE):
            raise ValueError(f"“{code}”：拟督办单的写 kind，只告知的留空")
        parsers.limit(row["within"])
    return value


def risk_tags(value: object) -> object:
    """Read which tags are a risk; at least one."""
    found = parsers.listed(parsers.pattern(r"[a-z][a-z0-9-]{1,19}", "标签编码"))(value)
    if not found:
        raise ValueError("应至少写一个标签")
    return found
