"""Into which class an order falls by itself, as a table of dated cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from huiyin.knowledge.rules import Matter, choose_class, choose_limit

DAY = date(2026, 3, 2)


@dataclass(frozen=True)
class Class:
    """A class as the rule sees it."""

    code: str
    categories: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    by_hand: bool = False
    valid_from: date = date(2026, 1, 1)
    valid_to: date | None = None


LEVELS = (
    Class("1", urgencies=("emergency",)),
    Class("2", categories=("0401", "0402", "0404")),
    Class("2k", categories=("040401",), kinds=("inquiry",)),
    Class("3"),
    Class("4", by_hand=True),
    Class("old", categories=("0402",), valid_to=date(2026, 3, 2)),
    Class("new", categories=("0402",), kinds=("help",), valid_from=date(2026, 3, 3)),
)


@pytest.mark.rule("R-165")
@pytest.mark.parametrize(
    ("matter", "day", "code"),
    [
        pytest.param(Matter("help", "0801"), DAY, "3", id="nothing fits but the general one"),
        pytest.param(Matter("help", "0404"), DAY, "2", id="a category"),
        pytest.param(Matter("help", "040401"), DAY, "2", id="below a category"),
        pytest.param(Matter("inquiry", "040401"), DAY, "2k", id="longer category wins"),
        pytest.param(Matter("help", "0404", "emergency"), DAY, "1", id="urgency wins"),
        pytest.param(Matter("help", "0402"), DAY, "2", id="the last day of old is over"),
        pytest.param(Matter("help", "0402"), date(2026, 3, 1), "2", id="equal: the first stays"),
        pytest.param(Matter("help", "0402"), date(2026, 3, 3), "new", id="from its first day"),
    ],
)
def test_the_class_that_applies(matter: Matter, day: date, code: str) -> None:
    chosen = choose_class(LEVELS, matter, day)
    assert chosen is not None
    assert chosen.code == code


def test_a_city_without_classes_has_none() -> None:
    assert choose_class((), Matter("help", "0404"), DAY) is None
    assert choose_class((Class("4", by_hand=True),), Matter("help", "0404"), DAY) is None


@dataclass(frozen=True)
class Limit:
    """A limit as the rule sees it."""

    limit: str
    case_class: str = ""
    category: str = ""
    urgency: str = ""
    kind: str = ""
    channel: str = ""
    round: int | None = None
    clock: str = "finish"
    valid_from: date = date(2026, 1, 1)
    valid_to: date | None = None


@pytest.mark.rule("R-31", "R-165")
@pytest.mark.parametrize(
    ("matter", "limit"),
    [
        pytest.param(Matter("help", "0404", case_class="A"), "3d", id="class beats category"),
        pytest.param(Matter("help", "0404", "urgent", case_class="A"), "24h", id="urgency first"),
        pytest.param(Matter("help", "0404", case_class="B"), "2d", id="another class"),
        pytest.param(Matter("help", "0801"), "5d", id="no class"),
    ],
)
def test_a_limit_may_hold_for_a_class(matter: Matter, limit: str) -> None:
    rows = (
        Limit("5d"), Limit("3d", case_class="A"), Limit("2d", category="0404"),
        Limit("24h", urgency="urgent"),
    )  # fmt: skip
    chosen = choose_limit(rows, "finish", matter, DAY)
    assert chosen is not None
    assert chosen.limit == limit
