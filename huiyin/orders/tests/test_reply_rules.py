"""Rules of replies and audits as tables: what is missing, what points come to, who is asked."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.orders import reply_rules
from huiyin.orders.reply_rules import ReplyNeeds, ScoreItem
from huiyin.orders.rules import MatterAnswer
from huiyin.orders.states import (
    AuditOutcome,
    CloseType,
    Outcome,
    Satisfaction,
    ScorePart,
    Solved,
)
from tests.world import at, reply_form

NOW, TODAY = at(4), date(2026, 3, 4)
CARD = (
    ScoreItem(ScorePart.SUBSTANCE, "S1", "逐项回应", 40),
    ScoreItem(ScorePart.SUBSTANCE, "S2", "措施有效", 20),
    ScoreItem(ScorePart.WORDING, "W1", "表述清楚", 40),
)


def missing(needs: ReplyNeeds | None = None, **changes: object) -> set[str]:
    """Return the fields that are refused."""
    try:
        reply_rules.check_reply(reply_form(**changes), needs or ReplyNeeds(), NOW, TODAY)
    except Invalid as refusal:
        return set(refusal.facts["fields"])
    return set()


@pytest.mark.rule("R-51")
@pytest.mark.rule("R-140")
@pytest.mark.parametrize(
    ("changes", "needs", "wrong"),
    [
        ({}, {}, set()),
        ({"process": " "}, {}, {"process"}),
        ({"result": ""}, {}, {"result"}),
        ({"public_answer": ""}, {}, {"public_answer"}),
        ({"sign_off": ""}, {}, {"sign_off"}),
        ({"sign_off": ""}, {"sign_off": False}, set()),
        ({"contact_number": ""}, {}, {"contact_number"}),
        ({"contact_number": "", "contacted_at": None}, {"contact": False}, set()),
        ({"outcome": Outcome.NOT_SOLVED}, {}, {"basis"}),
        ({"outcome": Outcome.NOT_SOLVED}, {"basis": False}, set()),
        ({"outcome": Outcome.NOT_SOLVED, "basis": "条例第十条"}, {}, set()),
        ({"outcome": Outcome.PARTLY}, {}, set()),
        ({"process": "", "sign_off": ""}, {}, {"process", "sign_off"}),
        ({}, {"evidence": True}, {"photos"}),
        ({}, {"evidence": True, "files": 1}, set()),
        ({"outcome": Outcome.PARTLY}, {"evidence": True}, {"photos"}),
        ({"outcome": Outcome.NOT_SOLVED, "basis": "条例"}, {"evidence": True}, set()),
    ],
)
def test_a_reply_is_whole_as_the_city_has_it(changes, needs, wrong) -> None:
    assert missing(ReplyNeeds(**needs), **changes) == wrong


@pytest.mark.rule("R-141")
@pytest.mark.parametrize(
    ("contacted", "dual", "wrong"),
    [
        (at(4), False, set()),
        (at(4, 9, 1), False, {"contacted_at"}),
        (None, False, {"contacted_at"}),
        (at(1), False, set()),
        (at(1), True, {"contacted_at"}),
        (at(2), True, set()),
    ],
)
def test_the_citizen_was_told_and_in_a_dual_city_in_this_round(contacted, dual, wrong) -> None:
    assert missing(ReplyNeeds(dual=dual, since=at(2)), contacted_at=contacted) == wrong


def answers(*results: str) -> tuple[MatterAnswer, ...]:
    return tuple(MatterAnswer(seq, Outcome.SOLVED, text) for seq, text in enumerate(results, 1))


@pytest.mark.rule("R-142")
@pytest.mark.parametrize(
    ("given", "per_matter", "wrong"),
    [
        (answers("修好", "退费"), True, set()),
        (answers("修好"), True, {"answers"}),
        (answers("修好", " "), True, {"answers"}),
        ((), True, {"answers"}),
        ((), False, set()),
        (answers("修好", "退费", "多余"), False, {"answers"}),
        (answers("修好") + answers("再说"), False, {"answers"}),
    ],
)
def test_each_listed_matter_has_its_result(given, per_matter, wrong) -> None:
    needs = ReplyNeeds(per_matter=per_matter, matters=(1, 2))
    assert missing(needs, answers=given) == wrong


def test_the_missing_matter_is_named() -> None:
    with pytest.raises(Invalid, match="第 2、3 项"):
        reply_rules.check_reply(
            reply_form(answers=answers("修好")), ReplyNeeds(matters=(1, 2, 3)), NOW, TODAY
        )


@pytest.mark.rule("R-143")
@pytest.mark.parametrize(
    ("outcome", "day", "wrong"),
    [
        (Outcome.PLANNED, date(2026, 3, 5), set()),
        (Outcome.PLANNED, date(2026, 3, 4), {"planned_on"}),
        (Outcome.PLANNED, None, {"planned_on"}),
        (Outcome.SOLVED, date(2026, 5, 1), {"planned_on"}),
        (Outcome.SOLVED, None, set()),
    ],
)
def test_a_plan_has_a_day_to_come(outcome, day, wrong) -> None:
    assert missing(outcome=outcome, planned_on=day, basis="改造计划") == wrong


@pytest.mark.rule("R-144")
@pytest.mark.parametrize(
    ("before", "least", "wrong"),
    [(0, 1, set()), (0, 2, {"outcome"}), (1, 2, set()), (1, 3, {"outcome"}), (2, 3, set())],
)
def test_explained_needs_its_explanations_the_reply_is_one(before, least, wrong) -> None:
    needs = ReplyNeeds(explained=before, explain_least=least)
    assert missing(needs, outcome=Outcome.EXPLAINED, basis="条例") == wrong
    assert missing(needs) == set()


@pytest.mark.rule("R-145")
@pytest.mark.parametrize(
    ("given", "substance", "wording", "passed"),
    [
        ({"S1": 40, "S2": 20, "W1": 40}, 100, 100, True),
        ({"S1": 20, "S2": 16, "W1": 24}, 60, 60, True),
        ({"S1": 20, "S2": 15, "W1": 40}, 58, 100, False),
        ({"S1": 40, "S2": 20, "W1": 23}, 100, 57, False),
        ({"S1": 0, "S2": 0, "W1": 0}, 0, 0, False),
    ],
)
def test_both_parts_must_reach_the_pass_mark(given, substance, wording, passed) -> None:
    judged = reply_rules.judge(CARD, given, pass_mark=60, required=False)
    assert judged is not None
    assert (judged.substance, judged.wording, judged.passed) == (substance, wording, passed)
    assert dict((item.code, got) for item, got in judged.scores) == given


@pytest.mark.rule("R-145")
@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"S1": 41, "S2": 20, "W1": 40}, {"S1"}),
        ({"S1": -1, "S2": 20, "W1": 40}, {"S1"}),
        ({"S1": 40, "W1": 40}, {"S2"}),
        ({"S1": 40, "S2": 20, "W1": 40, "X9": 1}, {"X9"}),
        ({}, {"S1", "S2", "W1"}),
    ],
)
def test_points_that_do_not_fit_the_scorecard_are_named(given, wrong) -> None:
    with pytest.raises(Invalid) as refusal:
        reply_rules.judge(CARD, given, pass_mark=60, required=False)
    assert set(refusal.value.facts["fields"]) == wrong


@pytest.mark.rule("R-145")
def test_points_are_asked_for_only_where_the_city_says_so() -> None:
    assert reply_rules.judge(CARD, None, pass_mark=60, required=False) is None
    assert reply_rules.judge((), None, pass_mark=60, required=True) is None
    with pytest.raises(Invalid):
        reply_rules.judge(CARD, None, pass_mark=60, required=True)
    with pytest.raises(Invalid, match="没有"):
        reply_rules.judge((), {"S1": 1}, pass_mark=60, required=False)


@pytest.mark.rule("R-146")
def test_a_reply_below_the_pass_mark_does_not_pass() -> None:
    low = reply_rules.judge(CARD, {"S1": 9, "S2": 9, "W1": 40}, pass_mark=60, required=False)
    with pytest.raises(Refused, match="办理质量 30，文字质量 100"):
        reply_rules.check_passed(low, 60)
    reply_rules.check_passed(None, 60)


@pytest.mark.rule("R-147")
def test_a_city_uses_the_outcomes_that_it_names() -> None:
    reply_rules.check_outcome(AuditOutcome.SUPERVISE, ["close", "supervise"])
    with pytest.raises(NotAllowed) as refusal:
        reply_rules.check_outcome(AuditOutcome.HANDLE_AGAIN, ["close", "return"])
    assert refusal.value.remedy == "可选：通过、退回重办"


@pytest.mark.rule("R-148")
@pytest.mark.parametrize(
    ("outcome", "solved", "grade", "unreached", "closing"),
    [
        (Outcome.SOLVED, Solved.YES, Satisfaction.SATISFIED, False, CloseType.SATISFIED),
        (Outcome.SOLVED, None, None, False, CloseType.SOLVED),
        (Outcome.SOLVED, None, None, True, CloseType.UNREACHED),
        (Outcome.EXPLAINED, Solved.YES, Satisfaction.SATISFIED, False, CloseType.EXPLAINED),
        (Outcome.PLANNED, None, None, False, CloseType.PLANNED),
        (Outcome.PLANNED, None, None, True, CloseType.UNREACHED),
    ],
)
def test_how_an_order_ends_after_its_audit(outcome, solved, grade, unreached, closing) -> None:
    found = reply_rules.close_type_after_audit(outcome, solved, grade, unreached=unreached)
    assert found is closing


@pytest.mark.rule("R-149")
def test_the_draw_is_the_same_each_time_and_about_its_share() -> None:
    numbers = [f"2603020000{n:04d}" for n in range(2000)]
    drawn = [n for n in numbers if reply_rules.is_drawn(n, "sample", 30)]
    assert 540 <= len(drawn) <= 660
    assert drawn == [n for n in numbers if reply_rules.is_drawn(n, "sample", 30)]
    assert not any(reply_rules.is_drawn(n, "sample", 0) for n in numbers)
    assert all(reply_rules.is_drawn(n, "sample", 100) for n in numbers)
    assert all(
        reply_rules.is_drawn(n, scope, 0) for n in numbers[:9] for scope in ("all", "dispatched")
    )
    assert not any(reply_rules.is_drawn(n, "none", 100) for n in numbers[:9])
