"""When a suggestion is worth making, how good a model is, when a new one takes over."""

from __future__ import annotations

import pytest

from huiyin.dispatch.learning.rules import (
    Costs,
    Judged,
    Standing,
    calibration_error,
    figures,
    takes_over,
    threshold,
)


@pytest.mark.rule("R-371")
@pytest.mark.parametrize(
    ("costs", "label", "least"),
    [
        (Costs(manual=6, wrong=30), "01", 0.8),
        (Costs(manual=30, wrong=30), "01", 0.0),
        (Costs(manual=60, wrong=30), "01", 0.0),
        (Costs(manual=0, wrong=30), "01", 1.0),
        (Costs(manual=6, wrong=0), "01", 0.0),
        (Costs(manual=6, wrong=30, wrong_of={"04": 60}), "0401", 0.9),
        (Costs(manual=6, wrong=30, wrong_of={"04": 60, "0401": 120}), "040102", 0.95),
        (Costs(manual=6, wrong=30, wrong_of={"04": 60}), "0501", 0.8),
    ],
)
def test_a_suggestion_is_made_where_it_costs_less(costs, label, least) -> None:
    assert threshold(costs, label) == pytest.approx(least)


@pytest.mark.rule("R-372")
def test_figures_of_a_hold_out() -> None:
    judged = [
        Judged("a", "a", 0.95),
        Judged("a", "a", 0.9),
        Judged("a", "b", 0.5),
        Judged("b", "b", 0.85),
        Judged("b", "a", 0.82),
    ]
    found = figures(judged, Costs(manual=6, wrong=30))
    assert found.accuracy == pytest.approx(0.6)
    assert found.recall == {"a": pytest.approx(2 / 3), "b": 0.5}
    assert found.macro_f1 == pytest.approx((2 / 3 + 0.5) / 2)
    assert found.accepted_share == pytest.approx(0.8)
    assert found.accepted_accuracy == pytest.approx(0.75)
    assert found.cost_by_hand == 600
    assert found.cost_with_model == pytest.approx(100 * (30 + 6) / 5)


@pytest.mark.rule("R-560")
def test_what_each_threshold_would_accept_and_cost() -> None:
    judged = [Judged("a", "a", n / 100) for n in range(91, 100)] + [Judged("a", "b", 0.55)]
    found = figures(judged, Costs())
    assert found.threshold_at_90 == pytest.approx(0.91)
    rows = {each.threshold: each for each in found.acceptance}
    assert (rows[0.5].share, rows[0.5].accuracy) == (1.0, pytest.approx(0.9))
    assert (rows[0.6].share, rows[0.6].accuracy) == (pytest.approx(0.9), 1.0)
    assert rows[0.5].cost(Costs(manual=6, wrong=30)) == pytest.approx(300)
    assert rows[0.6].cost(Costs(manual=6, wrong=30)) == pytest.approx(60)
    assert found.as_dict()["acceptance"][1] == {"threshold": 0.5, "share": 1.0, "accuracy": 0.9}
    assert figures([], Costs()).threshold_at_90 == 0


@pytest.mark.rule("R-372")
@pytest.mark.parametrize(
    ("said", "gap"),
    [
        ([(1.0, True)], 0.0),
        ([(1.0, False)], 1.0),
        ([(0.75, True)] * 3 + [(0.75, False)], 0.0),
        ([(0.6, True), (0.6, True), (0.9, True), (0.9, False)], 0.5 * 0.4 + 0.5 * 0.4),
        ([], 0.0),
    ],
)
def test_calibration_error(said, gap) -> None:
    assert calibration_error(said) == pytest.approx(gap)


AB = frozenset("ab")


@pytest.mark.rule("R-373")
@pytest.mark.parametrize(
    ("new", "labels", "old", "takes"),
    [
        (0.5, AB, None, True),
        (0.9, AB, Standing(0.9, AB), True),
        (0.896, AB, Standing(0.9, AB), True),
        (0.89, AB, Standing(0.9, AB), False),
        # compared on what neither has learned from, when there is enough of it
        (0.85, AB, Standing(0.9, AB, 50, 0.80, 0.85), True),
        (0.91, AB, Standing(0.9, AB, 50, 0.95, 0.91), False),
        (0.91, AB, Standing(0.9, AB, 49, 0.95, 0.91), True),
        # worse by far on its own figures, whatever the others say
        (0.7, AB, Standing(0.9, AB, 500, 0.1, 0.7), False),
        # another task altogether
        (0.5, frozenset("cd"), Standing(0.9, AB), True),
    ],
)
def test_a_worse_model_does_not_take_over(new, labels, old, takes) -> None:
    assert takes_over(new, labels, old)[0] is takes
