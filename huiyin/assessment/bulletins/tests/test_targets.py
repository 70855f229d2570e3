"""Targets of a year: met, or missed by how much."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from huiyin.assessment import targets
from huiyin.assessment.targets import Target
from huiyin.knowledge.models import Parameter
from tests.world import START

HIGH, LOW = Target("on_time", 2026, Fraction(95)), Target("returned", 2026, Fraction(3), "at_most")


@pytest.mark.rule("R-490")
@pytest.mark.parametrize(
    ("target", "value", "words"),
    [
        (HIGH, Fraction(97, 100), "达到"),
        (HIGH, Fraction(95, 100), "达到"),
        (HIGH, Fraction(9489, 10_000), "差 0.11 个百分点"),
        (HIGH, Fraction(0), "差 95.00 个百分点"),
        (LOW, Fraction(3, 100), "达到"),
        (LOW, Fraction(5, 100), "差 2.00 个百分点"),
        (HIGH, None, ""),
    ],
)
def test_a_figure_meets_its_target_or_misses_it(target, value, words) -> None:
    assert target.outcome(value) == words


def test_what_is_no_rate_is_taken_as_it_is() -> None:
    aim = Target("per_population", 2026, Fraction(120), "at_most")
    assert aim.words(times=10_000) == "≤ 120.00"
    assert aim.outcome(Fraction(130), times=10_000) == "差 10.00"


@pytest.mark.rule("R-490")
def test_a_target_holds_for_its_year(db) -> None:
    rows = [
        {"indicator": "on_time", "year": 2025, "value": 90},
        {"indicator": "on_time", "year": 2026, "value": 95.5},
    ]
    assert targets.on(date(2026, 5, 1)) == {}
    Parameter.objects.create(
        key="assessment.targets", value=rows, valid_from=START, source="t", text="t"
    )
    from huiyin.kernel import cached

    cached.forget_all()
    assert targets.on(date(2026, 5, 1))["on_time"].words() == "≥ 95.50%"
    assert targets.on(date(2027, 1, 1)) == {}
