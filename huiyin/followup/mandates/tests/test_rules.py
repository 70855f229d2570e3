"""The rules of supervision orders as tables; no database."""

from __future__ import annotations

import pytest

from huiyin.followup.mandates import rules
from huiyin.followup.mandates.rules import MandateKind, Share, Text
from huiyin.followup.mandates.states import BY_VERB, FINAL, OPEN, STEPS, MandateState
from huiyin.kernel.errors import Invalid, TooLate, WrongState
from tests.world import at


@pytest.mark.rule("R-410")
def test_the_kinds_are_those_of_the_city() -> None:
    row = {
        "code": "talk", "name": "区域约谈", "series": "约谈", "limit": "3wd", "check_days": 2,
        "about": "约谈",
    }  # fmt: skip
    assert rules.kinds_of([row]) == (MandateKind("talk", "区域约谈", "约谈", "3wd", 2, "约谈"),)
    assert [kind.code for kind in rules.kinds_of([])] == ["internal"]


@pytest.mark.rule("R-415")
def test_the_methods_are_those_of_the_city() -> None:
    assert [m.name for m in rules.methods_of([{"code": "visit", "name": "回访"}])] == ["回访"]
    assert "joint" in {m.code for m in rules.methods_of([])}


@pytest.mark.rule("R-411")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"title": "难"}, "title", id="subject too short"),
        pytest.param({"demands": "请办理"}, "demands", id="demands too short"),
        pytest.param({"due_at": at(3)}, "due_at", id="due at this moment"),
        pytest.param({"orders": 201}, "orders", id="too many orders"),
    ],
)
def test_what_a_supervision_order_needs(changes, field) -> None:
    right = {"title": "暖气不热", "demands": "请查明原因。", "due_at": at(3, 10), "orders": 200}
    rules.check_text(Text(**right), at(3))
    with pytest.raises(Invalid) as refused:
        rules.check_text(Text(**(right | changes)), at(3))
    assert set(refused.value.facts["fields"]) == {field}


@pytest.mark.rule("R-412")
def test_each_step_has_its_states_and_its_words() -> None:
    cancel = BY_VERB["cancel"]
    rules.check_step(cancel, MandateState.TO_REVIEW, "待审核")
    with pytest.raises(WrongState):
        rules.check_step(cancel, MandateState.IN_PROGRESS, "办理中")
    rules.check_note(cancel, "已恢复供热")
    rules.check_note(BY_VERB["grant_extension"], "")
    for words in ("", "好", "很" * 1001):
        with pytest.raises(Invalid):
            rules.check_note(cancel, words)


@pytest.mark.rule("R-412")
def test_every_state_but_the_last_leads_on() -> None:
    assert set(MandateState) == FINAL | OPEN | {MandateState.DRAFT}
    for state in MandateState:
        onward = {s.target for s in STEPS if state in s.sources and s.target}
        assert bool(onward) is (state not in FINAL), state


@pytest.mark.rule("R-413")
def test_an_extension_is_asked_before_the_end_and_goes_beyond_it() -> None:
    assert rules.check_extension(at(9), at(5), at(4)) == at(9)
    with pytest.raises(TooLate):
        rules.check_extension(at(9), at(5), at(5))
    for until in (None, at(5)):
        with pytest.raises(Invalid):
            rules.check_extension(until, at(5), at(4))


@pytest.mark.rule("R-414")
@pytest.mark.parametrize(
    ("path", "codes", "team"),
    [
        pytest.param("/1/7/", ["99"], 2, id="the nearest unit above"),
        pytest.param("/1/8/", ["0404"], 1, id="a unit goes before a category"),
        pytest.param("/5/", ["040401"], 4, id="the longest category"),
        pytest.param("/5/", ["05"], None, id="nobody's"),
    ],
)
def test_whose_team_it_is(path, codes, team) -> None:
    shares = [Share(1, ["/1/"]), Share(2, ["/1/7/"]), Share(3, (), ["04"]), Share(4, (), ["0404"])]
    assert rules.team_for(shares, path=path, categories=codes) == team
