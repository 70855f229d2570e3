"""Lists that say which unit takes over which open orders, as they are typed or filed."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from huiyin.kernel.errors import Invalid
from huiyin.orders import numbers
from huiyin.orgs.actions import SplitTerm
from huiyin.orgs.models import Unit


def read_lists(raw: str) -> list[tuple[str, str]]:
    """Return the number and the unit of each line; the unit is the last word.

    Raises:
        Invalid: names the line.

    Source: R-393 (requirement 126: register of units).
    """
    found = []
    for at, line in enumerate(raw.lstrip("\ufeff").splitlines(), start=1):
        words = line.replace("，", " ").replace(",", " ").split()
        if not words:
            continue
        number = numbers.read("".join(words[:-1]))
        if number is None:
            raise Invalid(f"第 {at} 行“{line[:40]}”看不懂，请写成 工单编号 单位编码")
        found.append((number, words[-1]))
    return found


def list_terms(rows: Iterable[tuple[str, str]], unit: Callable[[str], Unit]) -> list[SplitTerm]:
    """Return one term for each unit, with the numbers that it takes over; ``unit`` finds it."""
    by_unit: dict[str, list[str]] = {}
    for number, word in rows:
        by_unit.setdefault(word, []).append(number)
    found = [(unit(word), listed) for word, listed in by_unit.items()]
    merged: dict[Unit, list[str]] = {}
    for whose, listed in found:
        merged.setdefault(whose, []).extend(listed)
    return [SplitTerm(whose, numbers=tuple(listed)) for whose, listed in merged.items()]
