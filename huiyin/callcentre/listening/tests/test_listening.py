"""Call tests: drawn at random, heard by somebody else, judged once."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from huiyin.callcentre.listening import actions, queries, rules
from huiyin.callcentre.listening.models import CallTest, DrawnCall
from huiyin.callcentre.listening.states import Fault, Verdict
from huiyin.callcentre.telephony.tests.kept import kept
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, Refused, WrongState
from tests.races import at_once, outcome
from tests.world import World, at

FIRST, LAST, TODAY = date(2026, 3, 1), date(2026, 3, 3), date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _sounds(settings, tmp_path) -> None:
    settings.RECORDINGS_DIR = tmp_path


@pytest.mark.rule("R-506")
@pytest.mark.parametrize(
    ("since", "until", "calls", "field"),
    [
        (None, LAST, 5, "since"),
        (FIRST, None, 5, "until"),
        (FIRST, date(2026, 3, 5), 5, "until"),
        (LAST, FIRST, 5, "since"),
        (date(2025, 1, 1), LAST, 5, "since"),
        (FIRST, LAST, 0, "calls"),
        (FIRST, LAST, 101, "calls"),
        (FIRST, LAST, None, "calls"),
    ],
)
def test_what_a_sample_needs(since, until, calls, field) -> None:
    assert rules.check_draw(FIRST, TODAY, 100, today=TODAY) == (FIRST, TODAY, 100)
    with pytest.raises(Invalid) as refused:
        rules.check_draw(since, until, calls, today=TODAY)
    assert set(refused.value.facts["fields"]) == {field}


@pytest.mark.rule("R-507")
@pytest.mark.parametrize(
    ("verdict", "faults", "note", "right"),
    [
        (None, (), "", False),
        (Verdict.GOOD, (), "", True),
        (Verdict.FAIR, (), "", False),
        (Verdict.FAIR, (Fault.SILENCE,), "", True),
        (Verdict.BAD, (), "答错了停暖日期", True),
        (Verdict.GOOD, (), "好" * 501, False),
    ],
)
def test_what_a_judgement_needs(verdict, faults, note, right) -> None:
    if right:
        rules.check_verdict(verdict, faults, note)
        return
    with pytest.raises(Invalid):
        rules.check_verdict(verdict, faults, note)


@pytest.mark.django_db
@pytest.mark.rule("R-506")
@pytest.mark.rule("R-507")
def test_a_sample_is_drawn_heard_and_judged(world: World) -> None:
    agent, other = world.people["agent"], world.people["vendor_agent"]
    for n in range(4):
        kept(at(2, 9 + n), agent=agent.pk, reference=f"r{n}")
    kept(at(2, 15), agent=other.pk, reference="other")
    kept(at(4, 9), agent=agent.pk, reference="later")
    by = world.actor("quality")
    draw = partial(actions.draw, FIRST, LAST, by=by, now=at(4, 12))
    assert draw(3).calls.count() == 3
    mine = draw(50, agent=agent)
    assert {row.call.agent_id for row in mine.calls.select_related("call")} == {agent.pk}
    assert mine.calls.count() == 4, "as many as there are"
    with pytest.raises(Refused):
        actions.draw(date(2026, 2, 1), date(2026, 2, 2), 5, by=by, now=at(4, 12))
    with pytest.raises(NotAllowed):
        actions.draw(FIRST, LAST, 5, by=world.actor("dispatcher"), now=at(4, 12))
    assert queries.to_hear(by) == 7
    assert queries.to_hear(world.actor("agent")) == 0
    first, second = mine.calls.order_by("pk")[:2]
    judge = partial(actions.judge, mine.pk, by=by, now=at(4, 13))
    judge(first.pk, verdict=Verdict.BAD, faults=[Fault.ANSWER, Fault.ATTITUDE], note="答错日期")
    judge(second.pk, verdict=Verdict.GOOD)
    with pytest.raises(WrongState):
        judge(first.pk, verdict=Verdict.GOOD)
    with pytest.raises(NotFound):
        actions.judge(mine.pk + 100, first.pk, verdict=Verdict.GOOD, by=by, now=at(4, 13))
    found = queries.get(by, mine.pk)
    assert found is not None
    assert dict(queries.faults_of(found)) == {Fault.ANSWER: 1, Fault.ATTITUDE: 1}
    (newest, _) = queries.listed(by).rows
    assert (newest.drawn, newest.heard) == (4, 2)


@pytest.mark.rule("R-507")
def test_nobody_judges_the_own_call() -> None:
    rules.check_judge(1, 2, judged=False)
    rules.check_judge(1, None, judged=False)
    with pytest.raises(NotAllowed):
        rules.check_judge(1, 1, judged=False)


@pytest.mark.rule("R-507")
def test_two_people_judge_one_call_at_once(standing_world: World) -> None:
    kept(at(2, 9), agent=standing_world.people["agent"].pk, reference="race")
    by = standing_world.actor("quality")
    test: CallTest = actions.draw(FIRST, LAST, 1, by=by, now=at(4, 12))
    key = test.calls.get().pk
    judge = partial(actions.judge, test.pk, key, verdict=Verdict.GOOD, by=by, now=at(4, 13))
    done, refused = outcome(at_once(judge, judge))
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0], WrongState)
    assert DrawnCall.objects.get(pk=key).standing is Verdict.GOOD
