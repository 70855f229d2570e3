"""Time limits with their unit, as rules and city profiles write them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class LimitUnit(StrEnum):
    """What a limit is counted in; the value is what is stored."""

    MINUTES = "minutes"
    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"
    WORKING_HOURS = "working_hours"


_SUFFIXES = {
    LimitUnit.MINUTES: "m",
    LimitUnit.HOURS: "h",
    LimitUnit.CALENDAR_DAYS: "d",
    LimitUnit.WORKING_DAYS: "wd",
    LimitUnit.WORKING_HOURS: "wh",
}
_UNITS = {suffix: unit for unit, suffix in _SUFFIXES.items()}
_WORDS = {
    LimitUnit.MINUTES: "分钟",
    LimitUnit.HOURS: "小时",
    LimitUnit.CALENDAR_DAYS: "天",
    LimitUnit.WORKING_DAYS: "个工作日",
    LimitUnit.WORKING_HOURS: "个工作小时",
}
_POSTPONE = " postpone"
_WRITTEN = re.compile(rf"([1-9][0-9]{{0,4}})(wd|wh|m|h|d)({_POSTPONE})?")


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of time of one unit.

    With ``postpone`` (夜间和节假日顺延) a start outside working hours is first moved to
    the next working moment. ``str()`` gives what ``parse`` reads.
    """

    amount: int
    unit: LimitUnit
    postpone: bool = False

    def __post_init__(self) -> None:
        """Refuse an empty or negative limit."""
        if self.amount < 1:
            raise ValueError("a limit must be at least 1")

    def __str__(self) -> str:
        """Return the written form, for example ``5wd`` or ``24h postpone``."""
        return f"{self.amount}{_SUFFIXES[self.unit]}{_POSTPONE if self.postpone else ''}"


def parse(text: str, *, postpone: bool = False) -> Limit:
    """Read ``30m``, ``24h``, ``7d``, ``5wd``, ``4wh``, each optionally with `` postpone``.

    Args:
        text: the written form; amounts from 1 to 99999.
        postpone: move the start even if ``text`` does not say so.

    Raises:
        ValueError: ``text`` is not of this form.
    """
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"not a limit: {text!r}")
    amount, suffix, postponed = match.groups()
    return Limit(int(amount), _UNITS[suffix], postpone or postponed is not None)


def in_words(limit: Limit) -> str:
    """Return the limit in Chinese, for example ``5 个工作日`` or ``24 小时(夜间和节假日顺延)``."""
    return amount_in_words(limit) + ("(夜间和节假日顺延)" if limit.postpone else "")


def amount_in_words(limit: Limit) -> str:
    """Return amount and unit in Chinese, without the remark on postponing."""
    return f"{limit.amount} {_WORDS[limit.unit]}"
