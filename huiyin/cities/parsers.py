"""How one value of a profile is read; a wrong one raises ValueError with a reason in Chinese.

Cells of CSV come as text, values of TOML as what TOML made of them.
"""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, time
from types import MappingProxyType

from huiyin.worktime import limits
from huiyin.worktime.calendar import WorkHours

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CODE = re.compile(r"(\d{2}){1,3}")
_SPAN = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})")

_UNIT = re.compile(r"\d{3}|\d{5}|\d{7}")

SPANS_OF_A_DAY = 2
HUNDRED = 100

Parse = Callable[[object], object]


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"应是文字，不能是“{value}”")
    return value.strip()


def text(longest: int = 200, *, lines: bool = False) -> Callable[[object], str]:
    """Read a text that is not empty, of one line unless ``lines``."""

    def parse(value: object) -> str:
        found = _text(value)
        if not found:
            raise ValueError("不能为空")
        if len(found) > longest:
            raise ValueError(f"最多 {longest} 字，现在 {len(found)} 字")
        if not lines and "\n" in found:
            raise ValueError("只能写一行")
        return found

    return parse


def pattern(expression: str, hint: str) -> Callable[[object], str]:
    """Read a text of one shape; ``hint`` says the shape in Chinese."""
    shape = re.compile(expression)

    def parse(value: object) -> str:
        found = _text(value)
        if not shape.fullmatch(found):
            raise ValueError(f"应写成{hint}，不能是“{found}”")
        return found

    return parse


def one_of(allowed: Collection[str]) -> Callable[[object], str]:
    """Read a word of a fixed list."""

    def parse(value: object) -> str:
        found = _text(value)
        if found not in allowed:
            raise ValueError(f"只能是 {'、'.join(allowed)}，不能是“{found}”")
        return found

    return parse


def words(parse_one: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """Read words parted by semicolons (also Chinese ones), none of them twice."""

    def parse(value: object) -> tuple[str, ...]:
        found = tuple(
            parse_one(word) for word in _text(value).replace("；", ";").split(";") if word.strip()
        )
        if len(set(found)) != len(found):
            raise ValueError("同一项写了两次")
        return found

    return parse


def day(value: object) -> date:
    """Read a date; TOML gives one, CSV the text 2026-01-31."""
    if isinstance(value, datetime):
        raise ValueError("只写日期，不写时间")
    if isinstance(value, date):
        return value
    found = str(value)
    try:
        if _DATE.fullmatch(found):
            return date.fromisoformat(found)
    except ValueError:
        pass
    raise ValueError(f"应是 2026-01-31 这样的日期，不能是“{found}”")


def days(value: object) -> frozenset[date]:
    """Read a list of dates."""
    if not isinstance(value, list):
        raise ValueError("应是日期的列表")
    return frozenset(day(each) for each in value)


def flag(value: object) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"只能是 true 或 false，不能是“{value}”")
    return value


def whole(least: int, most: int) -> Callable[[object], int]:
    """Read a whole number from ``least`` to ``most``, both allowed."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueError(f"应是整数，不能是“{value}”")
        if not least <= value <= most:
            raise ValueError(f"应在 {least} 到 {most} 之间，不能是 {value}")
        return value

    return parse


def wholes(least: int, most: int) -> Callable[[object], tuple[int, ...]]:
    """Read a list of rising whole numbers."""
    parse_one = whole(least, most)

    def parse(value: object) -> tuple[int, ...]:
        if not isinstance(value, list | tuple) or not value:
            raise ValueError("应是整数的列表")
        found = tuple(parse_one(each) for each in value)
        if list(found) != sorted(set(found)):
            raise ValueError("应从小到大，不能重复")
        return found

    return parse


def unit_or_none(value: object) -> str:
    """Read the code of a unit, or an empty text for none."""
    found = _text(value)
    if found and not _UNIT.fullmatch(found):
        raise ValueError(f"应写成单位编码，或空着，不能是“{found}”")
    return found


def listed(parse_one: Callable[[object], str]) -> Callable[[object], tuple[str, ...]]:
    """Read a list of words, none of them twice."""

    def parse(value: object) -> tuple[str, ...]:
        if not isinstance(value, list | tuple):
            raise ValueError('应是列表，如 ["0401", "0402"]')
        found = tuple(parse_one(each) for each in value)
        if len(set(found)) != len(found):
            raise ValueError("同一项写了两次")
        return found

    return parse


def shares(
    allowed: Collection[str], *, also: re.Pattern[str]
) -> Callable[[object], Mapping[str, int]]:
    """Read a table of whole shares that add up to a hundred, such as { solved = 40, ... }.

    Names are those of the list, or of the form ``also``.
    """
    known, parse_share = one_of(allowed), whole(1, HUNDRED)

    def parse_name(name: object) -> str:
        return name if isinstance(name, str) and also.fullmatch(name) else known(name)

    def parse(value: object) -> Mapping[str, int]:
        if not isinstance(value, dict) or not value:
            raise ValueError("应写成 { solved = 60, satisfied = 40 }")
        found = {parse_name(name): parse_share(share) for name, share in value.items()}
        if sum(found.values()) != HUNDRED:
            raise ValueError(f"权重合计应为 {HUNDRED}，现在是 {sum(found.values())}")
        return MappingProxyType(found)

    return parse


def codes(value: object) -> tuple[str, ...]:
    """Read a list of category codes of two digits per level, none of them twice; may be empty."""
    if not isinstance(value, list | tuple):
        raise ValueError("应是分类编码的列表")
    found = tuple(str(each) for each in value)
    wrong = [each for each in found if not _CODE.fullmatch(each)]
    if wrong:
        raise ValueError(f"“{wrong[0]}”不是分类编码")
    if len(set(found)) != len(found):
        raise ValueError("同一分类写了两次")
    return found


def limit(value: object) -> str:
    """Read a time limit such as 30m, 24h, 7d, 5wd or 4wh; postponing is a key of its own."""
    found = _text(value)
    try:
        if not limits.parse(found).postpone:
            return found
    except ValueError:
        pass
    raise ValueError(f"应写成 30m、24h、7d、5wd 或 4wh，不能是“{found}”")


def span(value: object) -> tuple[time, time]:
    """Read a span of the clock such as 08:30-12:00."""
    found = _text(value)
    match = _SPAN.fullmatch(found)
    try:
        if match:
            return time.fromisoformat(match[1]), time.fromisoformat(match[2])
    except ValueError:
        pass
    raise ValueError(f"应写成 08:30-12:00，不能是“{found}”")


def quiet(value: object) -> str:
    """Read a span that may pass midnight, kept as it was written."""
    span(value)
    return _text(value)


def as_written(value: object) -> object:
    """Take a value whose meaning is checked later, with lists made unchangeable."""
    return tuple(value) if isinstance(value, list) else value


def working_hours(value: object) -> WorkHours:
    """Read the two spans of a working day: morning and afternoon."""
    if not isinstance(value, list) or len(value) != SPANS_OF_A_DAY:
        raise ValueError("应是上午、下午两个时段")
    morning, afternoon = (span(each) for each in value)
    try:
        return WorkHours(morning, afternoon)
    except ValueError:
        raise ValueError("时段应先后排好，不能重叠，也不能跨过半夜") from None


def number(least: float, most: float) -> Callable[[object], float]:
    """Read a number from ``least`` to ``most``, both allowed."""

    def parse(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(f"应是数字，不能是“{value}”")
        if not least <= value <= most:
            raise ValueError(f"应在 {least:g} 到 {most:g} 之间，不能是 {value}")
        return float(value)

    return parse


share = number(0, 1)


def weights(count: int) -> Callable[[object], tuple[float, ...]]:
    """Read a list of ``count`` proportions that are not all nothing."""
    parse_one = number(0, 1_000_000)

    def parse(value: object) -> tuple[float, ...]:
        if not isinstance(value, list | tuple) or len(value) != count:
            raise ValueError(f"应是 {count} 个数字的列表")
        found = tuple(parse_one(each) for each in value)
        if not sum(found):
            raise ValueError("不能全是 0")
        return found

    return parse
