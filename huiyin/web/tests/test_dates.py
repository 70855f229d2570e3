"""Days and ends of limits as people say them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest
import time_machine

from huiyin.orders.actions.timing import moment
from huiyin.orders.models import NEVER
from huiyin.web.templatetags.huiyin import a_day, on_day, to_day, until
from huiyin.web.workbench.papers import said_until
from tests.world import at


@pytest.fixture(autouse=True)
def march() -> Iterator[None]:
    with time_machine.travel(at(2, 9), tick=False):
        yield


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (at(5, 17, 30), "3月5日 17:30"),
        (at(5, 0), "3月4日 24:00"),
        (at(1, 0), "2月28日 24:00"),
        (NEVER, ""),
        (None, ""),
    ],
)
def test_a_limit_that_ends_at_midnight_ends_the_day_before(
    value: datetime | None, said: str
) -> None:
    assert until(value) == said


def test_notes_and_papers_say_midnight_alike() -> None:
    assert moment(at(5, 0)) == "2026年3月4日 24:00"
    assert moment(at(5, 9, 5)) == "2026年3月5日 09:05"
    assert said_until(at(5, 0)) == "2026 年 3 月 4 日 24:00"
    assert said_until(None) == "—"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (date(2026, 3, 1), "3月1日"),
        (date(2025, 12, 31), "2025年12月31日"),
        (at(5, 9), "3月5日"),
        ("2026-03-31", "3月31日"),
        (None, ""),
    ],
)
def test_a_day_has_its_year_when_it_is_another(value: date | str | None, said: str) -> None:
    assert a_day(value) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 3, 1), date(2026, 3, 1), "2026年3月1日"),
        (date(2026, 3, 1), date(2026, 3, 31), "2026年3月1日至31日"),
        (date(2026, 3, 1), date(2026, 4, 2), "2026年3月1日至4月2日"),
        (date(2025, 12, 26), date(2026, 1, 25), "2025年12月26日至2026年1月25日"),
    ],
)
def test_a_span_says_what_differs(first: date, last: date, said: str) -> None:
    assert to_day(first, last) == said
    assert on_day(first) in said
