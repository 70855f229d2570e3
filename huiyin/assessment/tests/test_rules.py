"""Formulas as tables computed by hand."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

import pytest

from huiyin.assessment import definitions, rules
from huiyin.assessment.rules import Figure, Left, Member, Method, Shares, name_of
from huiyin.insight.facts.states import Window

ALL = definitions.indicators()
THREE = {"response": 20, "solved": 40, "satisfied": 40}


def sums(window: str, **measures: int) -> dict[str, int]:
    return {name_of(window, name): value for name, value in measures.items()}


# key, sums, shares, what comes out by hand
FORMULAS = [
    # Published: Dafeng 2015 answered 10,669 of 30,537 itself.
    ("direct", sums("accepted_on", direct=10_669, valid=30_537), {}, "34.94"),
    # Published: Huaibei, March 2021.
    ("direct", sums("accepted_on", direct=6_673, valid=8_947), {}, "74.58"),
    ("called", sums("closed_on", tried=1_715, asked_for=2_274), {}, "75.42"),
    ("handed", sums("accepted_on", handed=3, valid=4), {}, "75.00"),
    ("sent_in_time", sums("accepted_on", sent_in_time=1, sent=3), {}, "33.33"),
    ("sent_right", sums("dispatched_on", dispatched=200, return_granted=15), {}, "92.50"),
    ("signed", sums("dispatched_on", signed=7, owed=8), {}, "87.50"),
    ("contacted", sums("dispatched_on", contacted=2, owed=3), {}, "66.67"),
    ("returned", sums("dispatched_on", returned=1, dispatched=6), {}, "16.67"),
    ("returned_wrongly", sums("dispatched_on", return_refused=1, returned=4), {}, "25.00"),
    ("extended", sums("dispatched_on", extended=1, dispatched=8), {}, "12.50"),
    # Published: Dafeng 2015 finished 85 % in time, 15 % late.
    ("on_time", sums("due_on", on_time=85, due=100), {}, "85.00"),
    ("overdue", sums("due_on", on_time=85, due=100), {}, "15.00"),
    ("completed", sums("accepted_on", closed=998, accepted=1000), {}, "99.80"),
    ("urged", sums("dispatched_on", urged=14, dispatched=100), {}, "14.00"),
    ("redone", sums("closed_on", redone=75, asked_for=1000), {}, "7.50"),
    ("once", sums("closed_on", once=925, asked_for=1000), {}, "92.50"),
    ("reached", sums("closed_on", reached=9, tried=12), {}, "75.00"),
    ("response", sums("due_on", responded=98, owed=100), {}, "98.00"),
    ("solved", sums("closed_on", solved_yes=6, solved_partly=2, reached=10), {}, "60.00"),
    (
        "solved",
        sums("closed_on", solved_yes=6, solved_partly=2, reached=10),
        {"partly_solved": 50},
        "70.00",
    ),
    (
        "satisfied",
        sums("closed_on", grade_5=3, grade_4=4, grade_3=2, grade_2=1, reached=10),
        {},
        "90.00",
    ),
    (
        "satisfied",
        sums("closed_on", grade_5=3, grade_4=4, grade_3=2, grade_2=1, reached=10),
        {"fairly_satisfied": 60},
        "82.00",
    ),
    (
        "first_satisfied",
        sums("closed_on", first_content=970, first_fair=6, first_reached=1000),
        {},
        "97.60",
    ),
    ("repeat", sums("accepted_on", repeat=3, valid=40), {}, "7.50"),
    ("answered", sums("dispatched_on", replied=9, dispatched=12, return_granted=2), {}, "90.00"),
]


@pytest.mark.rule("R-255")
@pytest.mark.rule("R-256")
@pytest.mark.parametrize(("key", "given", "shares", "percent"), FORMULAS)
def test_a_formula(key: str, given: dict[str, int], shares: dict[str, int], percent: str) -> None:
    made = rules.figure(ALL[key], given, Shares(**shares))
    assert rules.percent(made.value) == percent
    assert rules.figure(ALL[key], {}, Shares()).value is None


def test_every_indicator_has_a_case_or_its_own_test() -> None:
    assert set(ALL) - {key for key, *_ in FORMULAS} == {"per_population"}


def test_requests_per_ten_thousand() -> None:
    given = sums("accepted_on", valid=5_000)
    assert rules.figure(ALL["per_population"], given, Shares(), 1_000_000).value == 50
    assert rules.figure(ALL["per_population"], given, Shares(), 0).value is None


@pytest.mark.rule("R-255")
@pytest.mark.parametrize(
    "wrong",
    [{"window": "never"}, {"numerator": {"smiles": 100}}, {"denominator": {"valid": "half"}}],
)
def test_an_indicator_that_cannot_be_computed_is_refused(wrong: dict[str, object]) -> None:
    row = definitions.as_data(ALL["direct"]) | wrong
    with pytest.raises(ValueError, match="指标 K08"):
        definitions.read_indicators([row])


def member(
    key: int, code: str = "", group: str = "乡镇街道", absorbed: tuple[int, ...] = ()
) -> Member:
    return Member(key, code or f"u{key}", f"单位{key}", group, absorbed)


def rated(response: int, solved: int, satisfied: int, of: int = 10) -> dict[str, int]:
    """Return sums of a unit with so many of ``of`` in each of the three rates."""
    return (
        sums("due_on", responded=response, owed=of)
        | sums(
            "closed_on", solved_yes=solved, grade_4=satisfied, reached=of, tried=of, asked_for=of
        )
        | sums("dispatched_on", dispatched=of)
    )


def method(**changes: object) -> Method:
    values: dict[str, object] = {"weights": THREE, "indicators": list(ALL.values())} | changes
    return Method(**values)  # type: ignore[arg-type]


def standing(given: dict[int, dict[str, int]], left=(), before=None, **changes: object):
    found = rules.standings([member(k) for k in given], given, left, method(**changes), before)
    return {each.member.id: each for each in found}


@pytest.mark.rule("R-257")
@pytest.mark.rule("R-258")
def test_the_three_rates() -> None:
    # 0.2 * 98.01 + 0.4 * 96.20 + 0.4 * 95.99, from the rates that E-Town published for 2022.
    given = (
        sums("due_on", responded=9801, owed=10_000)
        | sums("closed_on", solved_yes=9620, grade_5=9599, reached=10_000)
        | sums("closed_on", tried=10_000, asked_for=10_000)
    )
    (each,) = standing({1: given}).values()
    assert rules.decimal(each.score, 3) == "96.478"
    # Zhungeer's weights: 30 / 35 / 35.
    (other,) = standing(
        {1: given}, weights={"response": 30, "solved": 35, "satisfied": 35}
    ).values()
    assert rules.decimal(other.score, 4) == "96.6695"


@pytest.mark.rule("R-258")
def test_an_indicator_without_a_denominator_gives_up_its_weight() -> None:
    only = sums("due_on", responded=9, owed=10)
    assert rules.weighted({"response": Figure(900, 1000), "solved": Figure(0, 0)}, method()) == 90
    (each,) = standing({1: only}).values()
    assert (each.score, each.rank, each.flags) == (90, None, ["few"])
    assert rules.weighted({}, method()) is None
    low = method(weights={"returned": 50, "on_time": 50})
    figures = {"returned": Figure(10, 100), "on_time": Figure(80, 100)}
    assert rules.weighted(figures, low) == 85


@pytest.mark.rule("R-260")
def test_equal_scores_share_a_rank_and_few_call_backs_none() -> None:
    given = {1: rated(10, 9, 9), 2: rated(10, 9, 9), 3: rated(10, 8, 8), 4: rated(4, 4, 4, of=4)}
    found = standing(given)
    assert [found[key].rank for key in (1, 2, 3, 4)] == [1, 1, 3, None]
    assert found[4].score == 100
    assert found[4].flags == ["few"]


@pytest.mark.rule("R-257")
def test_peer_groups_rank_apart() -> None:
    units = [member(1), member(2, group="市直部门"), member(3)]
    given = {1: rated(9, 9, 9), 2: rated(10, 10, 10), 3: rated(8, 8, 8)}
    found = {s.member.id: s for s in rules.standings(units, given, [], method())}
    assert [(found[k].rank, found[k].place) for k in (1, 2, 3)] == [(1, 2), (1, 1), (2, 3)]


@pytest.mark.rule("R-270")
def test_what_a_merged_unit_had_done_is_put_to_its_heir() -> None:
    units = [member(1, absorbed=(9,)), member(2)]
    found = rules.standings(units, {1: rated(9, 9, 9), 9: rated(1, 1, 1), 2: {}}, [], method())
    (each,) = found
    assert each.figures["solved"] == Figure(1000, 2000)


def test_what_is_left_out_is_counted_before_and_not_after() -> None:
    """X10 leaves an order out of satisfaction alone, X12 out of everything."""
    one = sums("closed_on", grade_2=1, reached=1, tried=1, asked_for=1) | sums("due_on", owed=1)
    left = [Left({1: one}, ("satisfied", "first_satisfied"))]
    (each,) = standing({1: rated(10, 9, 9)}, left).values()
    assert each.figures["satisfied"] == Figure(900, 900)
    assert each.figures["solved"] == each.before["solved"] == Figure(900, 1000)
    (each,) = standing({1: rated(10, 9, 9)}, [Left({1: one})]).values()
    assert each.figures["solved"] == Figure(900, 900)
    assert each.before["solved"] == Figure(900, 1000)
    assert each.figures["response"] == Figure(1000, 900)


@pytest.mark.rule("R-259")
def test_deduction() -> None:
    deduct = (("redone", "0.1"), ("unsatisfied", "0.5"))
    given = sums("closed_on", grade_2=3, grade_1=1, redone=5, reached=20) | sums(
        "due_on", due=2, on_time=1
    )

    def score(*deduct: tuple[str, str]) -> Fraction | None:
        return rules.deducted({key: (rules.faults(given, key), lost) for key, lost in deduct})

    assert score(*deduct) == Fraction("97.5")
    assert score(("overdue", "0.2")) == Fraction("99.8")
    assert score(("unsatisfied", "30")) == 0
    (each,) = standing({1: given}, deduct=deduct).values()
    assert each.score == Fraction("97.5")
    assert rules.as_told(each)["faults"] == {"redone": [5, "0.1"], "unsatisfied": [4, "0.5"]}
    assert rules.as_told(each, 20)["points"] == "19.5000"


@pytest.mark.rule("R-600")
def test_what_is_left_out_of_satisfaction_costs_nothing_as_unsatisfied() -> None:
    """X10 keeps the resolution and skips the satisfaction: the redone order still costs."""
    gone = sums("closed_on", grade_1=1, redone=1, reached=1)
    given = sums("closed_on", grade_2=1, grade_1=1, redone=2, reached=20)
    deduct = (("redone", "0.1"), ("unsatisfied", "0.5"))
    left = [Left({1: gone}, ("satisfied", "first_satisfied"))]
    (each,) = standing({1: given}, left, deduct=deduct).values()
    assert each.faults == {"redone": (2, "0.1"), "unsatisfied": (1, "0.5")}
    assert each.score == Fraction("99.3")
    (each,) = standing({1: given}, [Left({1: gone})], deduct=deduct).values()
    assert each.faults == {"redone": (1, "0.1"), "unsatisfied": (1, "0.5")}


@pytest.mark.rule("R-260")
def test_the_least_volume_counts_what_is_not_left_out() -> None:
    """Six orders of which four are left out are two, where no call-back is weighed."""
    given = sums("dispatched_on", dispatched=6) | sums("due_on", due=6, on_time=6)
    gone = sums("dispatched_on", dispatched=4) | sums("due_on", due=4, on_time=4)
    weights = {"on_time": 100, "satisfied": 0}
    (each,) = standing({1: given}, [Left({1: gone})], weights=weights, least_valid=5).values()
    assert (each.volume, each.valid, each.rank, each.flags) == (6, 2, None, ["few"])
    (each,) = standing({1: given}, weights=weights, least_valid=5).values()
    assert (each.valid, each.rank, each.flags) == (6, 1, [])


@pytest.mark.rule("R-261")
@pytest.mark.parametrize(
    ("score", "grade", "word"),
    [("90", "A", "优秀"), ("89.99", "B", "良好"), ("60", "C", "合格"), ("59.9", "D", "不合格")],
)
def test_tiers(score: str, grade: str, word: str) -> None:
    ready = definitions.templates()
    assert rules.tier_of(Fraction(score), ready["grades"].tiers) == grade
    assert rules.tier_of(Fraction(score), ready["hundred"].tiers) == word
    assert rules.tier_of(None, ready["grades"].tiers) == ""


@pytest.mark.rule("R-262")
def test_four_lists() -> None:
    lists = [
        {"kind": "advanced", "size": 1}, {"kind": "progress", "size": 1},
        {"kind": "rectification", "size": 1}, {"kind": "governance", "size": 1},
    ]  # fmt: skip
    given = {
        1: rated(10, 10, 10),
        2: rated(9, 9, 9),
        3: rated(16, 16, 16, of=20),
        4: rated(8, 8, 8),
    }
    before = {"u1": ("99", 1), "u2": ("70", 4), "u3": ("90", 2)}
    found = standing(given, before=before, lists=lists)
    assert {k: each.lists for k, each in found.items()} == {
        1: ["advanced"],
        2: ["progress"],
        3: ["rectification", "governance"],  # shares the last place with the next
        4: ["rectification"],
    }
    assert found[2].moved == 2
    by_score = [{"kind": "progress", "size": 1, "measure": "score"}]
    assert standing(given, before=before, lists=by_score)[2].lists == ["progress"]
    few = standing({1: rated(9, 9, 9)}, lists=[*lists, {"kind": "worst", "size": 3}])
    assert few[1].lists == ["advanced", "governance"]


@pytest.mark.rule("R-262")
def test_red_in_each_group_black_in_all() -> None:
    units = [member(k, group=g) for k, g in ((1, "甲"), (2, "甲"), (3, "乙"), (4, "乙"))]
    given = {1: rated(9, 9, 9), 2: rated(7, 7, 7), 3: rated(8, 8, 8), 4: rated(6, 6, 6)}
    lists = [{"kind": "red", "size": 1, "within": "group"}, {"kind": "black", "size": 1}]
    found = {s.member.id: s.lists for s in rules.standings(units, given, [], method(lists=lists))}
    assert found == {1: ["red"], 2: [], 3: ["red"], 4: ["black"]}


@pytest.mark.rule("R-263")
def test_change() -> None:
    assert rules.change(Fraction("87.5"), Fraction("80.3")) == Fraction(72, 803)
    assert rules.change(Fraction(1), None) is rules.change(None, Fraction(1)) is None
    assert rules.change(Fraction(1), Fraction(0)) is None


@pytest.mark.rule("R-263")
@pytest.mark.parametrize(
    ("first", "last", "earlier"),
    [
        (date(2026, 3, 1), date(2026, 3, 31), (date(2025, 3, 1), date(2025, 3, 31))),
        (date(2024, 2, 1), date(2024, 2, 29), (date(2023, 2, 1), date(2023, 2, 28))),
        (date(2025, 2, 1), date(2025, 2, 28), (date(2024, 2, 1), date(2024, 2, 29))),
        (date(2024, 2, 29), date(2024, 2, 29), (date(2023, 2, 28), date(2023, 2, 28))),
    ],
)
def test_the_year_before(first: date, last: date, earlier: tuple[date, date]) -> None:
    assert rules.year_before(first, last) == earlier
    assert rules.is_as_long(earlier, (first, last))
    assert not rules.is_as_long((first, last), (first, date(2026, 6, 30)))


@pytest.mark.rule("R-264")
@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    [(9, 10, "59.58", "98.21"), (0, 10, "0.00", "27.75"), (10, 10, "72.25", "100.00"),
     (81, 263, "25.53", "36.62")],
)  # fmt: skip
def test_wilson(hits: int, of: int, low: str, high: str) -> None:
    found = rules.interval(Figure(hits * 100, of * 100))
    assert found is not None
    assert tuple(map(rules.percent, found)) == (low, high)
    assert rules.interval(Figure(0, 0)) is None


@pytest.mark.rule("R-265")
def test_the_mix_of_matters() -> None:
    """A unit with nothing but hard matters does as well as the city does with these."""
    city = {"hard": Figure(3000, 6000), "easy": Figure(9000, 10_000)}
    assert rules.mixed({"hard": Figure(500, 1000)}, city) == 1
    assert rules.mixed({"hard": Figure(500, 1000), "easy": Figure(800, 1000)}, city) == Fraction(
        13, 14
    )
    assert rules.mixed({"new": Figure(0, 0)}, city) is None


@pytest.mark.rule("R-266")
def test_bytes_do_not_depend_on_order() -> None:
    assert rules.as_bytes({"b": 1, "a": "一"}) == '{"a":"一","b":1}'.encode()
    assert rules.decimal(Fraction(1, 8), 2) == "0.13"
    assert rules.needed([ALL["solved"]]) == sorted(set(rules.needed([ALL["solved"]])))
    assert set(Window) >= {window for window, _ in rules.needed(ALL.values())}
