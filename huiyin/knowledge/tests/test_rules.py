"""Which dated row applies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pytest

from huiyin.knowledge import queries, rules
from huiyin.knowledge.rules import Matter
from huiyin.knowledge.states import ClockKind
from tests.world import at


@dataclass(frozen=True)
class Row:
    name: str
    clock: str = "finish"
    kind: str = ""
    case_class: str = ""
    category: str = ""
    urgency: str = ""
    channel: str = ""
    round: int | None = None
    valid_from: date = date(2026, 1, 1)
    valid_to: date | None = None


ROWS = [
    Row("old", valid_from=date(2020, 1, 1), valid_to=date(2026, 1, 1)),
    Row("any"),
    Row("complaint", kind="complaint"),
    Row("heating", category="04"),
    Row("no-heating", category="0404"),
    Row("emergency", urgency="emergency"),
    Row("round2", round=2),
    Row("web", channel="web"),
    Row("sign", clock="sign"),
]


@pytest.mark.rule("R-31")
@pytest.mark.rule("R-30")
@pytest.mark.parametrize(
    ("matter", "day", "name"),
    [
        (Matter("help", "01"), date(2026, 3, 2), "any"),
        (Matter("help", "01"), date(2025, 12, 31), "old"),
        (Matter("help", "01"), date(2026, 1, 1), "any"),
        (Matter("complaint", "01"), date(2026, 3, 2), "complaint"),
        (Matter("complaint", "0401"), date(2026, 3, 2), "heating"),
        (Matter("complaint", "040403"), date(2026, 3, 2), "no-heating"),
        (Matter("complaint", "040403", urgency="emergency"), date(2026, 3, 2), "emergency"),
        (Matter("complaint", "01", round=2), date(2026, 3, 2), "round2"),
        (Matter("complaint", "01", round=3), date(2026, 3, 2), "round2"),
        (Matter("help", "01", channel="web"), date(2026, 3, 2), "web"),
    ],
)
def test_the_most_specific_valid_limit_wins(matter, day, name) -> None:
    assert rules.choose_limit(ROWS, "finish", matter, day).name == name


@pytest.mark.rule("R-30")
def test_no_limit_before_the_first_rule() -> None:
    assert rules.choose_limit(ROWS, "finish", Matter("help", "01"), date(2019, 12, 31)) is None


@pytest.mark.rule("R-30")
def test_the_day_of_a_rule_is_the_local_one(world) -> None:
    matter = Matter("help", "04")
    # 2025-12-31 17:00 UTC is already 1 January in Shanghai.
    moment = at(1, 1, month=1)
    assert queries.limit_for(ClockKind.FINISH, matter, moment).code == "finish"
    assert queries.limit_for(ClockKind.FINISH, matter, moment.replace(year=2025)) is None
    assert queries.parameter("redo.max_rounds", moment, 0) == 3
    assert queries.parameter("no.such", moment, 7) == 7
