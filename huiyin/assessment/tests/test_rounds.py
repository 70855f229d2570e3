"""Rounds as stories: opened, shown, asked about, frozen, verified, corrected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from huiyin.assessment import actions, queries, trying
from huiyin.assessment.actions import Asking, Opening
from huiyin.assessment.models import Round
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.insight.facts import actions as facts
from huiyin.kernel import cached
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge.models import Parameter, ScoringScheme
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs.models import UnitChange
from tests.world import START, Story, at

MARCH = Opening(date(2026, 3, 1), date(2026, 3, 10), "three-rates")
DAY = at(11, 10)


@pytest.fixture
def scheme(db) -> ScoringScheme:
    return ScoringScheme.objects.create(
        code="three-rates", name="三率", weights={"response": 20, "solved": 40, "satisfied": 40},
        least_valid=1, valid_from=START, source="t", text="t",
    )  # fmt: skip


def called(story: Story) -> Story:
    story.to_callback()
    answers = Answers(Solved.YES, Satisfaction.SATISFIED)
    callbacks.record_call(story.order.pk, answers, by=story.world.actor("callback"), now=at(5, 9))
    return story


def previewed(story: Story) -> Round:
    facts.close_days(MARCH.last_day, now=DAY)
    made = actions.open_round(MARCH, by=story.world.actor("supervisor"), now=DAY)
    return actions.preview(made.pk, by=story.world.actor("supervisor"), now=DAY)


def water(round_: Round) -> dict:
    return next(row for row in round_.result["units"] if row["unit"] == "water")


@pytest.mark.rule("R-269")
@pytest.mark.rule("R-271")
def test_a_round_from_opening_to_publication(story: Story, scheme: ScoringScheme) -> None:
    called(story)
    manager = story.world.actor("manager")
    made = actions.open_round(MARCH, by=manager, now=DAY)
    with pytest.raises(Conflict, match="还没有全部结转"):
        actions.preview(made.pk, by=manager, now=DAY)
    facts.close_days(MARCH.last_day, now=DAY)
    with pytest.raises(WrongState):
        actions.freeze(made.pk, by=manager, now=DAY)
    shown = actions.preview(made.pk, by=manager, now=DAY)
    assert water(shown)["figures"]["solved"] == [100, 100, 1]
    assert water(shown)["figures"]["response"] == [100, 100, 1]
    assert (water(shown)["score"], water(shown)["rank"]) == ("100.0000", 1)
    assert shown.result["city"]["completed"] == [100, 100, 1]
    # The rules stay what they were when it was opened.
    ScoringScheme.objects.update(weights={"response": 100})
    frozen = actions.freeze(made.pk, by=manager, now=DAY)
    assert frozen.rules["scheme"]["weights"] == {"response": 20, "solved": 40, "satisfied": 40}
    with pytest.raises(WrongState, match="已冻结"):
        actions.preview(made.pk, by=manager, now=DAY)
    assert actions.publish(made.pk, by=manager, now=DAY).state == "published"
    assert [r.told["unit"] for r in queries.history(story.world.water, until=MARCH.last_day)] == [
        "water"
    ]


@pytest.mark.rule("R-255")
def test_a_city_weighs_an_indicator_of_its_own(story: Story, scheme: ScoringScheme) -> None:
    own = {
        "code": "Z1", "key": "own_signed_and_closed", "name": "签收率",
        "window": "dispatched_on",
        "numerator": {"signed": 100}, "denominator": {"dispatched": 100}, "text": "文",
        "source": "本市通报",
    }  # fmt: skip
    row = Parameter.objects.create(
        key="assessment.indicators", value=[own], valid_from=START, source="t", text="t"
    )
    ScoringScheme.objects.update(weights={"own_signed_and_closed": 60, "solved": 40})
    called(story)
    made = previewed(story)
    assert water(made)["figures"]["own_signed_and_closed"] == [100, 100, 1]
    assert water(made)["score"] == "100.0000"
    actor = story.world.actor("manager")
    for side in ("numerator", "denominator"):
        behind = queries.orders_behind(
            actor, made, story.world.water, "own_signed_and_closed", side=side
        )
        assert [order.pk for order in behind.rows] == [story.order.pk]
    # Next month the city gives it up; the round keeps it and comes out the same.
    frozen = actions.freeze(made.pk, by=actor, now=DAY)
    row.delete()
    cached.forget_all()
    assert queries.verified(frozen).whole
    changes = trying.Changes(weights={"own_signed_and_closed": 100})
    assert [len(moves) for _, moves in trying.tried([frozen], changes)] == [1]
    with pytest.raises(Invalid, match="没有指标"):
        trying.tried([frozen], trying.Changes(weights={"own_other": 100}))


@pytest.mark.rule("R-266")
@pytest.mark.rule("R-273")
def test_a_frozen_round_comes_out_the_same_whatever_happens_later(
    story: Story, scheme: ScoringScheme, settings, tmp_path
) -> None:
    settings.LAKE_DIR = tmp_path
    called(story)
    supervisor = story.world.actor("supervisor")
    made = previewed(story)
    frozen = actions.freeze(made.pk, by=supervisor, now=DAY)
    # Later the citizen is asked once more, the scheme goes, the unit gets another name.
    callbacks.CallbackAttempt.objects.create(
        order=story.order, round=1, method="phone", at=at(12), reached=True, solved="no",
        satisfaction="unsatisfied",
    )  # fmt: skip
    ScoringScheme.objects.all().delete()
    story.world.water.name = "市水利局"
    story.world.water.save()
    facts.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    facts.write_missing(now=at(1, 2, month=4))
    found = queries.verified(queries.round_by_key(made.pk))
    assert found.whole
    assert found.lake is True
    entry = actions.correct(
        made.pk, by=supervisor, unit=story.world.water, points=Decimal("-0.5"), reason="漏计一件",
        now=at(2, month=5),
    )  # fmt: skip
    assert entry.points == Decimal("-0.5")
    again = queries.round_by_key(made.pk)
    assert again.result == frozen.result
    assert queries.verified(again).whole
    with pytest.raises(Invalid, match="理由和依据"):
        actions.correct(
            made.pk, by=supervisor, unit=story.world.housing, points=Decimal(0), reason="", now=DAY
        )
    again.result["units"][0]["score"] = "1.0000"
    assert not queries.verified(again).whole


def test_exclusion_with_proof_second_person_and_appeal(story: Story, scheme: ScoringScheme) -> None:
    called(story)
    world = story.world
    made = previewed(story)
    handler, supervisor = world.actor("water_handler"), world.actor("supervisor")
    asking = Asking("诉求人撤回", "录音 3 号", story.order.number, "X12")
    request = actions.ask(made.pk, asking, by=handler, now=DAY)
    with pytest.raises(Conflict, match="已经申请过"):
        actions.ask(made.pk, asking, by=handler, now=DAY)
    with pytest.raises(Conflict, match="没有审结"):
        actions.freeze(made.pk, by=supervisor, now=DAY)
    with pytest.raises(NotAllowed):
        actions.decide(request.pk, by=handler, agreed=True, note="", now=DAY)
    with pytest.raises(Invalid, match="写明理由"):
        actions.decide(request.pk, by=supervisor, agreed=False, note=" ", now=DAY)
    actions.decide(request.pk, by=supervisor, agreed=False, note="录音不符", now=DAY)
    with pytest.raises(NotAllowed):
        actions.appeal(request.pk, by=world.actor("housing_handler"), words="有误", now=DAY)
    actions.appeal(request.pk, by=handler, words="另有录音", now=DAY)
    with pytest.raises(NotAllowed, match="没有参加过审核"):
        actions.decide_appeal(request.pk, by=supervisor, agreed=True, note="", now=DAY)
    actions.decide_appeal(request.pk, by=world.actor("manager"), agreed=True, note="", now=DAY)
    again = actions.preview(made.pk, by=supervisor, now=DAY)
    assert water(again)["figures"]["solved"] == [0, 0, 1]
    assert water(again)["before"]["solved"] == [100, 100, 1]
    assert again.result["left"] == 1
    actions.freeze(made.pk, by=supervisor, now=DAY)
    with pytest.raises(WrongState):
        actions.ask(made.pk, Asking("有误", "说明"), by=handler, now=DAY)


@pytest.mark.rule("R-268")
@pytest.mark.rule("R-272")
def test_who_asks_does_not_decide_and_some_grounds_need_two(
    story: Story, scheme: ScoringScheme
) -> None:
    called(story)
    world = story.world
    made = previewed(story)
    supervisor, manager = world.actor("supervisor"), world.actor("manager")
    request = actions.ask(
        made.pk, Asking("恶意反复拨打", "线索 17 号", story.order.number, "X07"), by=supervisor,
        unit=world.water, now=DAY,
    )  # fmt: skip
    with pytest.raises(NotAllowed, match="申请人不能审核"):
        actions.decide(request.pk, by=supervisor, agreed=True, note="", now=DAY)
    assert actions.decide(request.pk, by=manager, agreed=True, note="", now=DAY).state == "second"
    with pytest.raises(NotAllowed, match="两人审核"):
        actions.decide(request.pk, by=manager, agreed=True, note="", now=DAY)
    assert queries.granted(made) == []


@pytest.mark.parametrize(
    ("asking", "error", "words"),
    [
        (Asking("", "说明", "", ""), Invalid, "写明理由"),
        (Asking("有误", "", "", ""), Invalid, "请提供依据"),
        (Asking("撤回", "录音", "2603020000000", ""), Invalid, "剔除事由"),
        (Asking("撤回", "录音", "", "X12"), Invalid, "工单编号"),
        (Asking("撤回", "录音", "2603020000000", "X12"), NotFound, "没有承办过"),
    ],
)
def test_what_is_asked_is_checked(
    story: Story, scheme: ScoringScheme, asking: Asking, error: type[Exception], words: str
) -> None:
    called(story)
    made = previewed(story)
    with pytest.raises(error, match=words):
        actions.ask(made.pk, asking, by=story.world.actor("water_handler"), now=DAY)
    with pytest.raises(NotAllowed):
        actions.ask(made.pk, asking, by=story.world.actor("housing_handler"), now=DAY)
    assert made.requests.count() == 0


@pytest.mark.rule("R-267")
def test_no_figure_leads_a_unit_to_orders_of_another(story: Story, scheme: ScoringScheme) -> None:
    called(story)
    made, world = previewed(story), story.world

    def behind(who: str) -> list[str]:
        found = queries.orders_behind(
            world.actor(who), made, world.water, "solved", side="numerator"
        )
        return [order.number for order in found.rows] if found else []

    assert behind("water_handler") == behind("supervisor") == [story.order.number]
    assert behind("housing_handler") == []
    nothing = queries.orders_behind(
        world.actor("supervisor"), made, world.water, "nonsense", side="numerator"
    )
    assert nothing is None
    late = queries.orders_behind(
        world.actor("supervisor"), made, world.water, "overdue", side="numerator"
    )
    assert late is not None
    assert late.rows == []


def test_a_round_that_cannot_be_opened(story: Story, scheme: ScoringScheme) -> None:
    with pytest.raises(NotAllowed):
        actions.open_round(MARCH, by=story.world.actor("water_handler"), now=DAY)
    for wrong in (
        Opening(date(2026, 3, 31), date(2026, 3, 1), "three-rates"),
        Opening(date(2024, 3, 1), date(2026, 3, 31), "three-rates"),
        Opening(MARCH.first_day, MARCH.last_day, "nonsense"),
        Opening(MARCH.first_day, MARCH.last_day, "three-rates", "nonsense"),
    ):
        with pytest.raises(Invalid):
            actions.open_round(wrong, by=story.world.actor("manager"), now=DAY)


def test_heirs_of_heirs(story: Story) -> None:
    world = story.world
    for old, new, day in ((world.housing, world.water, 10), (world.township, world.housing, 5)):
        UnitChange.objects.create(
            kind="merge", unit=old, successor=new, effective=date(2026, 3, day), state="done",
            basis="t", planned_at=at(1), planned_by="t",
        )  # fmt: skip
    found = {m.code: m.absorbed for m in queries.members(date(2026, 3, 31))}
    assert found["water"] == tuple(sorted((world.housing.pk, world.township.pk)))
    assert "housing" not in found
    assert "centre" not in found
    assert {m.code for m in queries.members(date(2026, 3, 4))} >= {"housing", "township"}
