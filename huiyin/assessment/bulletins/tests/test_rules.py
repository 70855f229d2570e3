"""Periods, comparisons and numbers as tables; kinds as data; what may not be handed in."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from huiyin.assessment.bulletins import rules
from huiyin.assessment.bulletins.rules import Period
from huiyin.assessment.bulletins.states import (
    BY_VERB,
    Audience,
    BulletinState,
    PartKind,
    Rhythm,
    Scope,
)
from huiyin.kernel.errors import Invalid, WrongState

D = date


@pytest.mark.rule("R-491")
@pytest.mark.parametrize(
    ("rhythm", "day", "first", "last", "words"),
    [
        (Rhythm.DAY, D(2026, 3, 2), D(2026, 3, 2), D(2026, 3, 2), "2026年3月2日"),
        (Rhythm.WEEK, D(2026, 3, 8), D(2026, 3, 2), D(2026, 3, 8), "2026年3月2日至3月8日"),
        (Rhythm.WEEK, D(2026, 1, 1), D(2025, 12, 29), D(2026, 1, 4),
         "2025年12月29日至2026年1月4日"),
        (Rhythm.MONTH, D(2024, 2, 10), D(2024, 2, 1), D(2024, 2, 29), "2024年2月"),
        (Rhythm.MONTH, D(2026, 12, 31), D(2026, 12, 1), D(2026, 12, 31), "2026年12月"),
        (Rhythm.QUARTER, D(2026, 5, 9), D(2026, 4, 1), D(2026, 6, 30), "2026年第二季度"),
        (Rhythm.QUARTER, D(2026, 12, 1), D(2026, 10, 1), D(2026, 12, 31), "2026年第四季度"),
        (Rhythm.YEAR, D(2026, 7, 7), D(2026, 1, 1), D(2026, 12, 31), "2026年"),
    ],
)  # fmt: skip
def test_a_day_lies_in_its_period(rhythm, day, first, last, words) -> None:
    period = rules.period_with(rhythm, day)
    assert period == Period(first, last)
    assert rules.said_period(rhythm, period) == words


@pytest.mark.rule("R-491")
@pytest.mark.parametrize(
    ("rhythm", "first", "last", "found"),
    [
        (Rhythm.MONTH, D(2026, 2, 9), None, Period(D(2026, 2, 1), D(2026, 2, 28))),
        (Rhythm.EVENT, D(2026, 2, 9), D(2026, 3, 1), Period(D(2026, 2, 9), D(2026, 3, 1))),
        (Rhythm.MONTH, None, None, "任意一天"),
        (Rhythm.MONTH, D(2026, 3, 9), None, "没有结束"),
        (Rhythm.YEAR, D.max, None, "没有结束"),
        (Rhythm.DAY, D.min, None, "太早"),
        (Rhythm.EVENT, None, D(2026, 3, 1), "从哪天"),
        (Rhythm.EVENT, D(2026, 2, 9), None, "从哪天"),
        (Rhythm.EVENT, D(2026, 2, 9), D(2026, 2, 8), "从哪天"),
        (Rhythm.EVENT, D(2024, 2, 9), D(2026, 2, 8), "最长"),
        (Rhythm.EVENT, D(2026, 2, 9), D(2026, 3, 10), "没有结束"),
    ],
)
def test_days_that_are_asked_for(rhythm, first, last, found) -> None:
    asked = rules.period_asked(rhythm, first, last, today=D(2026, 3, 10))
    assert asked == found if isinstance(found, Period) else found in asked


@pytest.mark.rule("R-498")
@pytest.mark.parametrize(
    ("rhythm", "day", "first", "last"),
    [
        (Rhythm.DAY, D(2026, 3, 1), D(2026, 2, 28), D(2026, 2, 28)),
        (Rhythm.WEEK, D(2026, 3, 9), D(2026, 3, 2), D(2026, 3, 8)),
        (Rhythm.WEEK, D(2026, 3, 8), D(2026, 2, 23), D(2026, 3, 1)),
        (Rhythm.MONTH, D(2026, 1, 1), D(2025, 12, 1), D(2025, 12, 31)),
        (Rhythm.QUARTER, D(2026, 4, 1), D(2026, 1, 1), D(2026, 3, 31)),
        (Rhythm.YEAR, D(2026, 4, 1), D(2025, 1, 1), D(2025, 12, 31)),
    ],
)
def test_the_period_that_is_over(rhythm, day, first, last) -> None:
    assert rules.over_before(rhythm, day) == Period(first, last)


@pytest.mark.rule("R-494")
@pytest.mark.parametrize(
    ("rhythm", "period", "earlier"),
    [
        (Rhythm.MONTH, (D(2026, 3, 1), D(2026, 3, 31)), (D(2026, 2, 1), D(2026, 2, 28))),
        (Rhythm.WEEK, (D(2026, 3, 2), D(2026, 3, 8)), (D(2026, 2, 23), D(2026, 3, 1))),
        (Rhythm.EVENT, (D(2026, 3, 2), D(2026, 3, 4)), (D(2026, 2, 27), D(2026, 3, 1))),
    ],
)
def test_what_a_period_is_compared_with(rhythm, period, earlier) -> None:
    assert rules.before(rhythm, Period(*period)) == Period(*earlier)


@pytest.mark.rule("R-494")
@pytest.mark.parametrize(
    ("period", "earlier"),
    [
        ((D(2025, 2, 1), D(2025, 2, 28)), (D(2024, 2, 1), D(2024, 2, 29))),
        ((D(2024, 2, 1), D(2024, 2, 29)), (D(2023, 2, 1), D(2023, 2, 28))),
        ((D(2026, 3, 2), D(2026, 3, 8)), (D(2025, 3, 2), D(2025, 3, 8))),
        ((D(2024, 2, 29), D(2024, 3, 4)), (D(2023, 2, 28), D(2023, 3, 4))),
        ((D(2026, 12, 1), D(2026, 12, 31)), (D(2025, 12, 1), D(2025, 12, 31))),
    ],
)
def test_the_same_days_a_year_before(period, earlier) -> None:
    assert rules.year_before(Period(*period)) == Period(*earlier)


@pytest.mark.rule("R-494")
def test_changes_in_words() -> None:
    half, third = Fraction(1, 2), Fraction(1, 3)
    assert rules.moved_points(half, third) == "升 16.67 个百分点"
    assert rules.moved_points(third, half) == "降 16.67 个百分点"
    assert rules.moved_points(half, half) == "持平"
    assert rules.moved_points(half, half + Fraction(1, 10**6)) == "持平"
    assert rules.moved_points(None, half) == rules.moved_points(half, None) == "—"
    assert rules.moved_points(Fraction(92), Fraction(90), times=0) == "升 2.00"
    assert [rules.moved_count(*pair) for pair in ((9, 8), (6, 8), (8, 8), (1, 0), (0, 0))] == [
        "增 12.50%", "减 25.00%", "持平", "上期没有", "持平",
    ]  # fmt: skip
    assert (rules.share(1, 8), rules.share(1, 0)) == ("12.50%", "—")


@pytest.mark.rule("R-495")
def test_a_number_tells_the_issue_of_the_year_and_of_all_years() -> None:
    assert rules.number("月通报", 2023, 5, 74) == "月通报2023年第5期（总第74期）"


@pytest.mark.rule("R-491")
def test_kinds_are_data_and_the_usual_ones_hold_without_any() -> None:
    row = {"code": "own", "name": "周报", "rhythm": "week", "parts": ["hot"], "automatic": True}
    (own,) = rules.kinds_of([row])
    assert (own.rhythm, own.parts, own.automatic) == (Rhythm.WEEK, (PartKind.HOT,), True)
    assert (own.scope, own.audience) == (Scope.CITY, Audience.CHOSEN)
    usual = {kind.code: kind for kind in rules.kinds_of([])}
    assert {kind.rhythm for kind in usual.values()} == set(Rhythm)
    assert usual["monthly"].indicators == ("on_time", "returned", "answered", "satisfied")
    assert PartKind.DISCUSS in usual["quarterly"].parts
    assert usual["county"].scope is Scope.COUNTY


@pytest.mark.rule("R-495")
@pytest.mark.parametrize("verb", BY_VERB)
def test_a_step_is_taken_only_from_where_it_belongs(verb) -> None:
    step = BY_VERB[verb]
    for state in BulletinState:
        if state in step.sources:
            rules.check_step(state, step)
        else:
            with pytest.raises(WrongState):
                rules.check_step(state, step)


@pytest.mark.rule("R-495")
@pytest.mark.parametrize(
    ("text", "tables", "cases", "audience", "named", "wrong"),
    [
        ("", 0, 0, Audience.UNITS, 0, {"text"}),
        ("", 0, 0, Audience.CHOSEN, 0, {"text", "units"}),
        ("有", 0, 0, Audience.CHOSEN, 0, {"units"}),
    ],
)
def test_what_says_nothing_or_goes_to_nobody_is_refused(
    text, tables, cases, audience, named, wrong
) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_whole(text=text, tables=tables, cases=cases, audience=audience, named=named)
    assert set(refusal.value.facts["fields"]) == wrong
    rules.check_whole(text="", tables=1, cases=0, audience=Audience.UNITS, named=0)
    rules.check_whole(text="", tables=0, cases=1, audience=Audience.CHOSEN, named=1)
