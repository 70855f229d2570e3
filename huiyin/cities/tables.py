"""Parameters that are small tables: scorecard, scripts, checklists. Wrong ones raise ValueError."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

from huiyin.knowledge.states import Kind
from huiyin.orders.states import (
    BY_VERB,
    ScorePart,
)

_CODE = re.compile(r"[A-Z]{1,3}\d{1,3}")
_CATEGORY = re.compile(r"|\d{2}|\d{4}|\d{6}")
_IN_SCRIPTS = {"{title}", "{unit}", "{city}"}
_LONGEST_SCRIPT = 500
_MOST_ITEMS = 20
_LONGEST_NAME = 60
_MOST_POINTS = 100
_DAY = 1440


def rows_of(value: object, keys: frozenset[str]) -> list[Mapping[str, object]]:
    """Return the rows of a table, each with exactly these keys."""
    if not isinstance(value, list | tuple) or not value:
        raise ValueError("应是表的列表，至少一行")
    rows: list[Mapping[str, object]] = []
    for nth, row in enumerate(value, 1):
        if not isinstance(row, Mapping) or set(row) != keys:
            raise ValueError(f"第 {nth} 行应有且只有 {'、'.join(sorted(keys))}")
        rows.append(row)
    return rows


def word_of(row: Mapping[str, object], key: str, longest: int) -> str:
    """Return a text of a row that must not be empty."""
    value = row[key]
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise ValueError(f"{key} 应是 1 到 {longest} 字的文字")
    return value


def inhabitants(value: object) -> object:
    """Read how many people live where: by the code of a unit; an empty code is the whole city."""
    if not isinstance(value, Mapping) or not value:
        raise ValueError("应是“单位编码 = 人数”的表，全市的编码为空")
    for code, count in value.items():
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise ValueError(f"“{code}”的人数应是正整数")
    return dict(value)


def costs(value: object) -> object:
    """Read minutes of a decision by hand, of a wrong dispatch, and of dearer classes by code."""
    if not isinstance(value, Mapping) or not set(value) <= {"manual", "wrong", "of"}:
        raise ValueError("应写 manual、wrong 的分钟数，可以另写 of（分类代码 = 分钟）")
    of = value.get("of", {})
    if not isinstance(of, Mapping) or not all(_CATEGORY.fullmatch(str(code)) for code in of):
        raise ValueError("of 应是分类代码和分钟数")
    for minutes in (*(value[key] for key in ("manual", "wrong") if key in value), *of.values()):
        if isinstance(minutes, bool) or not isinstance(minutes, int) or not 0 <= minutes <= _DAY:
            raise ValueError(f"分钟数应是 0 到 {_DAY} 的整数")
    return dict(value)


def scorecard(value: object) -> object:
    """Read a scorecard: part, code, name and points of each item; both parts have some."""
    rows = rows_of(value, frozenset({"part", "code", "name", "points"}))
    codes: set[str] = set()
    held: set[object] = set()
    for row in rows:
        code = word_of(row, "code", 6)
        if not _CODE.fullmatch(code) or code in codes:
            raise ValueError(f"编码“{code}”应是字母加数字，且不重复")
        codes.add(code)
        word_of(row, "name", _LONGEST_NAME)
        points = row["points"]
        if isinstance(points, bool) or not isinstance(points, int):
            raise ValueError(f"“{code}”的 points 应是整数")
        if not 1 <= points <= _MOST_POINTS:
            raise ValueError(f"“{code}”的 points 应在 1 到 {_MOST_POINTS} 之间")
        held.add(row["part"])
    parts = {part.value for part in ScorePart}
    if held != parts:
        raise ValueError(f"part 只能是 {'、'.join(sorted(parts))}，两部分都要有")
    return value


def scripts(value: object) -> object:
    """Read what a clerk says in a call-back: for which kind and category, and the words."""
    seen: set[tuple[object, object]] = set()
    for row in rows_of(value, frozenset({"kind", "category", "text"})):
        kind, category = row["kind"], row["category"]
        if kind != "" and kind not in {each.value for each in Kind}:
            raise ValueError(f"没有诉求类型“{kind}”；留空为全部")
        if not isinstance(category, str) or not _CATEGORY.fullmatch(category):
            raise ValueError(f"分类“{category}”应是 2、4 或 6 位数字；留空为全部")
        if (kind, category) in seen:
            raise ValueError("同一类型和分类写了两次")
        seen.add((kind, category))
        words = word_of(row, "text", _LONGEST_SCRIPT)
        if unknown := set(re.findall(r"\{[^}]*\}?", words)) - _IN_SCRIPTS:
            raise ValueError(
                f"不认识的占位“{sorted(unknown)[0]}”，只能用 {{title}}、{{unit}}、{{city}}"
            )
    return value


def groups(value: object) -> object:
    """Read under which groups the city reports its categories; no category in two of them."""
    seen: set[object] = set()
    for row in rows_of(value, frozenset({"code", "name", "categories"})):
        if not isinstance(row["code"], str) or not _CODE.fullmatch(row["code"] + "1"):
            raise ValueError(f"编码“{row['code']}”应是 1 到 3 个大写字母")
        word_of(row, "name", _LONGEST_NAME)
        listed = row["categories"]
        if not isinstance(listed, list | tuple) or not listed:
            raise ValueError(f"“{row['code']}”的 categories 应至少一项")
        for code in listed:
            if not isinstance(code, str) or not code or not _CATEGORY.fullmatch(code):
                raise ValueError(f"分类“{code}”应是 2、4 或 6 位数字")
            if code in seen:
                raise ValueError(f"分类“{code}”写了两次")
            seen.add(code)
    return value


def checklists(value: object) -> object:
    """Read the standard items that stand beside the form of a step."""
    seen: set[object] = set()
    for row in rows_of(value, frozenset({"verb", "items"})):
        if row["verb"] not in BY_VERB or row["verb"] in seen:
            raise ValueError(f"步骤“{row['verb']}”没有，或写了两次")
        seen.add(row["verb"])
        items = row["items"]
        if not isinstance(items, list | tuple) or not 1 <= len(items) <= _MOST_ITEMS:
            raise ValueError(f"items 应有 1 到 {_MOST_ITEMS} 条")
        if not all(isinstance(each, str) and 1 <= len(each) <= _LONGEST_NAME for each in items):
            raise ValueError(f"每条应是 1 到 {_LONGEST_NAME} 字的文字")
    return value


def choices(words: Iterable[StrEnum]) -> Callable[[object], object]:
    """Read a list of words of the engine, at least one and none twice."""
    allowed = [word.value for word in words]

    def parse(value: object) -> object:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError("应是列表，至少一项")
        if unknown := [str(each) for each in value if each not in allowed]:
            raise ValueError(f"只能是 {'、'.join(allowed)}，不能是“{unknown[0]}”")
        if len(set(value)) != len(value):
            raise ValueError("同一项写了两次")
        return value

    return parse
