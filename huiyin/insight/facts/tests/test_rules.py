"""Measures as tables of dated cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import pytest

from huiyin.insight.facts import rules
from huiyin.insight.facts.rules import Attempt, Limit, Part, Record, Return
from huiyin.insight.facts.states import MEASURES
from tests.world import at

END = rules.end_of(date(2026, 3, 31))
PART = Part(
    unit=7,
    dispatched_at=at(2, 10),
    signed_at=at(2, 14),
    contacted_at=at(2, 15),
    replied_at=at(4, 9),
    due_at=at(10, 0),
    sign=[Limit(at(4, 0), at(2, 14))],
    contact=[Limit(at(4, 0), at(2, 15))],
    finish=[Limit(at(10, 0), at(4, 9))],
)
RECORD = Record(
    order=1,
    created_at=at(2, 9),
    lead=7,
    close_type="satisfied",
    closed_at=at(5, 9),
    dispatch=[Limit(at(2, 11), at(2, 10))],
    parts=[PART],
    attempts=[Attempt(1, at(5, 9), True, "yes", "satisfied")],
)


def measured(part: Part, end: datetime = END) -> set[str]:
    return {name for name, value in rules.part_measures(part, end).items() if value}


GOOD = {"dispatched", "owed", "signed", "contacted", "responded", "due", "on_time", "replied"}
PARTS = [
    # what, changes, measures gained, measures lost
    ("all in time", {}, set(), set()),
    # The clock starts at the dispatch: not signing does not stop it, and neither does signing late.
    (
        "never signed",
        {"signed_at": None, "sign": [Limit(at(4, 0), None)]},
        set(),
        {"signed", "responded"},
    ),
    (
        "signed late",
        {"signed_at": at(4, 9), "sign": [Limit(at(4, 0), at(4, 9))]},
        set(),
        {"signed", "responded"},
    ),
    (
        "signed at the very end",
        {"sign": [Limit(at(4, 0), at(4, 0))]},
        set(),
        {"signed", "responded"},
    ),
    (
        "not contacted in time",
        {"contact": [Limit(at(4, 0), at(5, 0))]},
        set(),
        {"contacted", "responded"},
    ),
    (
        "replied late",
        {"replied_at": at(11, 9), "finish": [Limit(at(10, 0), at(11, 9))]},
        set(),
        {"on_time"},
    ),
    (
        "never replied",
        {"replied_at": None, "finish": [Limit(at(10, 0), None)]},
        set(),
        {"on_time", "replied"},
    ),
    # A round that ran out of time stays late, however quick the next one is.
    (
        "second round in time, first late",
        {"finish": [Limit(at(3, 0), at(3, 9)), Limit(at(10, 0), at(4, 9))]},
        set(),
        {"on_time"},
    ),
    (
        "extended in time",
        {
            "finish": [Limit(at(3, 0), at(2, 20), True), Limit(at(10, 0), at(4, 9))],
            "extended_at": at(2, 20),
        },
        {"extended"},
        set(),
    ),
    (
        "extended when it was too late",
        {
            "finish": [Limit(at(3, 0), at(3, 9), True), Limit(at(10, 0), at(4, 9))],
            "extended_at": at(3, 9),
        },
        {"extended"},
        {"on_time"},
    ),
    (
        "given back at once",
        {
            "returns": [Return(at(2, 12), "granted", at(2, 13))],
            "signed_at": None,
            "contacted_at": None,
            "replied_at": None,
        },
        {"returned", "return_granted"},
        {"owed", "signed", "contacted", "responded", "due", "on_time", "replied"},
    ),
    # Whoever lets the limit for signing pass and then gives it back owes the response all the same.
    (
        "given back late",
        {
            "returns": [Return(at(4, 9), "granted", at(4, 10))],
            "signed_at": None,
            "contacted_at": None,
            "replied_at": None,
            "sign": [Limit(at(4, 0), None)],
        },
        {"returned", "return_granted", "return_late"},
        {"signed", "contacted", "responded", "due", "on_time", "replied"},
    ),
    (
        "return refused",
        {"returns": [Return(at(2, 12), "refused", at(2, 13))]},
        {"returned", "return_refused"},
        set(),
    ),
    (
        "decided after the day",
        {"returns": [Return(at(2, 12), "granted", at(9, 9, month=4))]},
        {"returned"},
        set(),
    ),
    # What the hotline takes away before it was due is owed by nobody.
    (
        "given to another unit at once",
        {
            "ended_at": at(2, 12),
            "signed_at": None,
            "contacted_at": None,
            "replied_at": None,
            "sign": [Limit(at(4, 0), at(2, 12))],
            "contact": [Limit(at(4, 0), at(2, 12))],
            "finish": [Limit(at(10, 0), at(2, 12))],
        },
        set(),
        GOOD - {"dispatched"},
    ),
    (
        "given to another unit when it had not signed in time",
        {
            "ended_at": at(4, 9),
            "signed_at": None,
            "contacted_at": None,
            "replied_at": None,
            "sign": [Limit(at(4, 0), at(4, 9))],
            "contact": [Limit(at(5, 0), at(4, 9))],
            "finish": [Limit(at(10, 0), at(4, 9))],
        },
        set(),
        GOOD - {"dispatched", "owed"},
    ),
    (
        "given to another unit when it was overdue",
        {"ended_at": at(11, 9), "replied_at": None, "finish": [Limit(at(10, 0), at(11, 9))]},
        set(),
        {"on_time", "replied"},
    ),
    (
        "ended in the month after",
        {"ended_at": at(1, 9, month=4), "replied_at": None, "finish": [Limit(at(10, 0), None)]},
        set(),
        {"on_time", "replied"},
    ),
    (
        "given back, and given once more",
        {
            "returns": [Return(at(2, 12), "granted", at(2, 13))],
            "given_at": at(3, 9),
            "signed_at": None,
            "contacted_at": None,
            "replied_at": None,
            "sign": [Limit(at(4, 0), at(2, 12), True), Limit(at(5, 0), None)],
        },
        {"returned"},
        {"signed", "contacted", "responded", "on_time", "replied"},
    ),
    (
        "given back, given once more, and replied to in time",
        {
            "returns": [Return(at(2, 12), "granted", at(2, 13))],
            "given_at": at(3, 9),
            "signed_at": at(3, 10),
            "contacted_at": at(3, 11),
            "sign": [Limit(at(4, 0), at(2, 12), True), Limit(at(5, 0), at(3, 10))],
        },
        {"returned"},
        set(),
    ),
    (
        "replied to, and given back in the second round",
        {"returns": [Return(at(6, 9), "granted", at(6, 10))], "given_at": at(2, 10)},
        {"returned", "return_granted", "return_late"},
        {"due", "on_time", "replied"},
    ),
    ("urged", {"urged_at": at(3, 9)}, {"urged"}, set()),
    ("urged after the day", {"urged_at": at(3, 9, month=4)}, set(), set()),
]


@pytest.mark.rule("R-250")
@pytest.mark.rule("R-603")
@pytest.mark.rule("R-251")
@pytest.mark.rule("R-580")
@pytest.mark.parametrize(("what", "changes", "gained", "lost"), PARTS, ids=[p[0] for p in PARTS])
def test_a_part(what: str, changes: dict[str, object], gained: set[str], lost: set[str]) -> None:
    assert measured(replace(PART, **changes)) == (GOOD - lost) | gained


@pytest.mark.rule("R-603")
@pytest.mark.parametrize(("what", "changes", "gained", "lost"), PARTS, ids=[p[0] for p in PARTS])
def test_no_rate_of_a_part_is_more_than_the_whole(
    what: str, changes: dict[str, object], gained: set[str], lost: set[str]
) -> None:
    """K10-K15 and the rate of answers: what is counted is a part of what it is divided by."""
    found = rules.part_measures(replace(PART, **changes), END)
    kept = found["dispatched"] - found["return_granted"]
    for part, whole in (
        (found["replied"], kept), (found["signed"], found["owed"]),
        (found["contacted"], found["owed"]), (found["responded"], found["owed"]),
        (found["on_time"], found["due"]), (found["return_refused"], found["returned"]),
        (found["return_granted"], found["returned"]), (found["returned"], found["dispatched"]),
    ):  # fmt: skip
        assert 0 <= part <= whole, what


WHOLE = {"valid", "accepted", "handed", "sent", "sent_in_time", "closed", "asked_for", "once",
         "tried", "reached", "solved_yes", "grade_4", "first_reached", "first_content"}  # fmt: skip
ANSWERED = {"tried", "reached", "solved_yes", "grade_4", "first_reached", "first_content"}
ORDERS = [
    ("closed after a call", {}, set(), set()),
    ("void", {"void": True}, set(), WHOLE),
    ("not called", {"attempts": []}, set(), ANSWERED),
    ("not reached", {"attempts": [Attempt(1, at(5), False)]}, {"tried"}, ANSWERED),
    (
        "two rounds: the last answer counts, the first for the first",
        {
            "round": 2,
            "attempts": [
                Attempt(1, at(5), True, "no", "unsatisfied"),
                Attempt(2, at(9), True, "partly", "very_satisfied"),
            ],
        },
        {"redone", "solved_partly", "grade_5"},
        {"once", "solved_yes", "grade_4", "first_content"},
    ),
    (
        "the last answer of a round counts",
        {
            "attempts": [
                Attempt(1, at(4), True, "no", "very_unsatisfied"),
                Attempt(1, at(5), True, "yes", "fairly_satisfied"),
            ]
        },
        {"grade_3", "first_fair"},
        {"grade_4", "first_content"},
    ),
    (
        "an answer after the day",
        {"attempts": [Attempt(1, at(1, month=5), True, "yes", "satisfied")]},
        set(),
        ANSWERED,
    ),
    (
        "not closed",
        {"closed_at": None, "close_type": ""},
        set(),
        ANSWERED | {"closed", "asked_for", "once"},
    ),
    (
        "merged is finished with the other one",
        {"close_type": "merged", "repeat": True},
        {"repeat"},
        ANSWERED | {"accepted", "closed", "asked_for", "once"},
    ),
    (
        "answered at once",
        {"close_type": "direct", "parts": [], "lead": None, "dispatch": [], "attempts": []},
        {"direct"},
        ANSWERED | {"handed", "sent", "sent_in_time", "asked_for", "once"},
    ),
    ("sent late", {"dispatch": [Limit(at(2, 9, 30), at(2, 10))]}, set(), {"sent_in_time"}),
]


@pytest.mark.rule("R-252")
@pytest.mark.parametrize(
    ("what", "changes", "gained", "lost"), ORDERS, ids=[each[0] for each in ORDERS]
)
def test_an_order(what: str, changes: dict[str, object], gained: set[str], lost: set[str]) -> None:
    found = rules.order_measures(replace(RECORD, **changes), END)
    assert {name for name, value in found.items() if value} == (WHOLE - lost) | gained


@pytest.mark.rule("R-253")
def test_who_gets_the_measures_of_the_whole_order() -> None:
    gone = replace(PART, unit=5, replied_at=None, returns=[Return(at(2, 11), "granted", at(2, 12))])
    helper = replace(PART, unit=9, shared=True, signed_at=None)
    first, second, third = rules.lines_of(replace(RECORD, parts=[gone, PART, helper]), END)
    assert (first.unit, second.unit, third.unit) == (5, 7, 9)
    assert "closed" not in first.measures
    assert first.closed_on is None
    assert second.measures["closed"] == 1
    assert second.closed_on == date(2026, 3, 5)
    assert third.shared == 1
    assert third.measures == second.measures


@pytest.mark.rule("R-253")
def test_what_was_said_of_the_first_round_stays_with_its_unit() -> None:
    """Water did not please; the second round went to another unit, which did."""
    one = replace(PART, unit=5, began=True)
    two = replace(PART, unit=7, dispatched_at=at(6), began=False)
    attempts = [
        Attempt(1, at(5), True, "no", "unsatisfied"), Attempt(2, at(9), True, "yes", "satisfied"),
    ]  # fmt: skip
    record = replace(RECORD, parts=[one, two], lead=7, round=2, closed_at=at(9), attempts=attempts)
    water, other = rules.lines_of(record, END)
    assert water.measures["first_reached"] == 1
    assert {"first_content", "reached"} & set(water.measures) == set()
    assert water.closed_on == other.closed_on == date(2026, 3, 9)
    assert "first_reached" not in other.measures
    assert (other.measures["reached"], other.measures["solved_yes"]) == (1, 1)


def test_an_order_that_nobody_was_given_has_a_line_of_its_own() -> None:
    alone = replace(RECORD, parts=[], lead=None, close_type="direct", attempts=[])
    (line,) = rules.lines_of(alone, END)
    assert line.unit is None
    assert line.measures == {"accepted": 1, "closed": 1, "direct": 1, "valid": 1}
    assert rules.lines_of(alone, at(2, 9)) == []


def test_the_due_day_is_the_last_one_on_which_it_is_in_time() -> None:
    (line,) = rules.lines_of(RECORD, END)
    assert line.due_on == date(2026, 3, 9)


def test_keys_tell_nothing() -> None:
    (line,) = rules.lines_of(replace(RECORD, caller=b"key", category=4), END)
    (same,) = rules.lines_of(replace(RECORD, caller=b"key", category=4, order=2), END)
    (other,) = rules.lines_of(replace(RECORD, caller=b"kez", category=4), END)
    assert line.case_key == same.case_key != other.case_key
    assert set(rules.names()) == set(MEASURES)
