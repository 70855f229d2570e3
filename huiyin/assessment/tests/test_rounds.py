"""Rounds as stories: opened, shown, asked about, frozen, verified, corrected."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection

from huiyin.assessment import actions, behind_queries, policy, queries, trying, verifying
from huiyin.assessment.actions import Asking, Opening
from huiyin.assessment.limit_trial import Limits
from huiyin.assessment.models import Round
from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.insight.facts import actions as facts
from huiyin.kernel import cached
from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.knowledge.models import Parameter, ScoringScheme
from huiyin.orders.states import Satisfaction, Solved
from huiyin.orgs.models import Unit, UnitChange
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


@pytest.mark.rule("R-587")
def test_units_have_until_the_day_that_they_were_told(story: Story, scheme: ScoringScheme) -> None:
    called(story)
    made, world = previewed(story), story.world
    manager, water_ = world.actor("manager"), world.actor("water_handler")
    with pytest.raises(Invalid, match="不能早于今天"):
        actions.preview(made.pk, by=manager, ask_until=date(2026, 3, 10), now=DAY)
    actions.preview(made.pk, by=manager, ask_until=date(2026, 3, 13), now=DAY)
    assert queries.waiting(water_, date(2026, 3, 13)) == queries.Waiting(1, 0)
    assert queries.waiting(water_, date(2026, 3, 14)) == queries.Waiting(0, 0)
    assert queries.waiting(world.actor("housing_handler"), DAY.date()) == queries.Waiting(0, 0)
    actions.ask(made.pk, Asking("数字有误", "台账"), by=water_, now=at(13, 17))
    assert queries.waiting(manager, DAY.date()) == queries.Waiting(0, 1)
    with pytest.raises(WrongState, match="截止到"):
        actions.ask(made.pk, Asking("又有误", "台账"), by=water_, now=at(14, 9))
    with pytest.raises(Conflict, match="还不能冻结"):
        actions.freeze(made.pk, by=manager, now=at(13, 17))
    actions.decide(made.requests.get().pk, by=manager, agreed=False, note="无误", now=at(14, 9))
    assert actions.freeze(made.pk, by=manager, now=at(14, 9)).state == "frozen"


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
        behind = behind_queries.of_round(
            actor, made, story.world.water, "own_signed_and_closed", side=side
        )
        assert [order.pk for order in behind.page.rows] == [story.order.pk]
    # Next month the city gives it up; the round keeps it and comes out the same.
    frozen = actions.freeze(made.pk, by=actor, now=DAY)
    row.delete()
    cached.forget_all()
    assert verifying.verified(frozen).whole
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
    # Later the citizen is asked once more, the scheme goes, the unit is renamed and merged.
    callbacks.CallbackAttempt.objects.create(
        order=story.order, round=1, method="phone", at=at(12), reached=True, solved="no",
        satisfaction="unsatisfied",
    )  # fmt: skip
    ScoringScheme.objects.all().delete()
    story.world.water.name = "市水利局"
    story.world.water.save()
    UnitChange.objects.create(
        kind="merge", unit=story.world.water, successor=story.world.housing,
        effective=date(2026, 3, 2), state="done", basis="t", planned_at=at(12), planned_by="t",
    )  # fmt: skip
    facts.close_days(date(2026, 3, 31), now=at(1, 2, month=4))
    facts.write_missing(now=at(1, 2, month=4))
    found = verifying.verified(queries.round_by_key(made.pk))
    assert found.whole
    assert found.lake is True
    entry = actions.correct(
        made.pk, by=supervisor, unit=story.world.water, points=Decimal("-0.5"), reason="漏计一件",
        now=at(2, month=5),
    )  # fmt: skip
    assert entry.points == Decimal("-0.5")
    again = queries.round_by_key(made.pk)
    assert again.result == frozen.result
    assert verifying.verified(again).whole
    with pytest.raises(Invalid, match="理由和依据"):
        actions.correct(
            made.pk, by=supervisor, unit=story.world.housing, points=Decimal(0), reason="", now=DAY
        )
    again.result["units"][0]["score"] = "1.0000"
    assert not verifying.verified(again).whole


@pytest.mark.rule("R-602")
def test_whatever_is_changed_behind_a_frozen_round_is_found(
    story: Story, scheme: ScoringScheme
) -> None:
    """Each of these leaves the digest over the bare sums as it was."""
    called(story)
    called(Story(story.world))
    made = previewed(story)
    actions.freeze(made.pk, by=story.world.actor("supervisor"), now=DAY)

    def found() -> verifying.Verified:
        return verifying.verified(queries.round_by_key(made.pk))

    assert found() == verifying.Verified(True, True, True, True, None)
    row = made.results.get(unit=story.world.water)
    made.results.update(rank=2)
    assert (found().shown, found().stored) == (False, True)
    made.results.update(rank=1, told=row.told | {"name": "市水利局"})
    assert not found().shown
    row.delete()
    assert not found().shown
    row.save(force_insert=True)
    assert found().whole
    for field in ("rules", "basis"):
        kept = getattr(queries.round_by_key(made.pk), field)
        made.__class__.objects.filter(pk=made.pk).update(**{field: kept | {"note": "x"}})
        assert (found().stored, found().whole) == (False, False), field
        made.__class__.objects.filter(pk=made.pk).update(**{field: kept})
    assert found().whole
    with connection.cursor() as cursor:  # two lines of one unit change their words, no sum does
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table facts_factline disable trigger user")
        cursor.execute("update facts_factline set channel = 'web' where valid = 1")
        cursor.execute("alter table facts_factline enable trigger user")
    assert (found().sealed, found().database) == (False, True)


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
    ((_, (move,)),) = trying.tried([again], trying.Changes(kept_in=frozenset({"X12"})))
    assert (move.score, move.new_score) == ("", "100.0000")
    actions.freeze(made.pk, by=supervisor, now=DAY)
    with pytest.raises(WrongState):
        actions.ask(made.pk, Asking("有误", "说明"), by=handler, now=DAY)


@pytest.mark.rule("R-268")
@pytest.mark.rule("R-272")
@pytest.mark.rule("R-606")
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
    first = actions.decide(request.pk, by=manager, agreed=True, note="查有报案", now=DAY)
    assert first.state == "second"
    with pytest.raises(NotAllowed, match="两人审核"):
        actions.decide(request.pk, by=manager, agreed=True, note="", now=DAY)
    assert queries.granted(made) == []
    # A third person confirms; what the first said is kept.
    world.people["quality"].roles = ["supervisor"]
    other = world.actor("quality")
    may = [policy.may_decide(who, first) for who in (supervisor, manager, other)]
    assert may == [False, False, True]
    second = actions.decide(request.pk, by=other, agreed=False, note="线索有误", now=DAY)
    assert (second.state, second.decision) == ("refused", "查有报案；复核：线索有误")
    assert not policy.may_decide(other, second)
    assert (second.decided_by, second.second_by) == (manager.staff, other.staff)


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
        found = behind_queries.of_round(
            world.actor(who), made, world.water, "solved", side="numerator"
        )
        return [order.number for order in found.page.rows] if found else []

    assert behind("water_handler") == behind("supervisor") == [story.order.number]
    assert behind("housing_handler") == []
    nothing = behind_queries.of_round(
        world.actor("supervisor"), made, world.water, "nonsense", side="numerator"
    )
    assert nothing is None
    late = behind_queries.of_round(
        world.actor("supervisor"), made, world.water, "overdue", side="numerator"
    )
    assert late is not None
    assert late.page.rows == []


@pytest.mark.rule("R-590")
def test_the_rest_of_a_rate_are_the_orders_that_do_not_count_in_full(
    story: Story, scheme: ScoringScheme
) -> None:
    world = story.world
    whole = called(story).order.number
    partly = Story(world).to_callback()
    answers = Answers(Solved.PARTLY, Satisfaction.SATISFIED)
    callbacks.record_call(partly.order.pk, answers, by=world.actor("callback"), now=at(5, 9))
    unsigned = Story(world).created().submitted().dispatched().order.number
    made = previewed(story)

    def behind(key: str, side: str, unit: Unit | None = world.water) -> set[str]:
        found = behind_queries.of_round(world.actor("supervisor"), made, unit, key, side=side)
        return {order.number for order in found.page.rows} if found else set()

    def sums(key: str) -> list[int]:
        asked = (behind_queries.of_round(world.actor("supervisor"), made, world.water, key, side=s)
                 for s in behind_queries.SIDES)  # fmt: skip
        return [found.figure if found else 0 for found in asked]

    assert behind("signed", "numerator") == {whole, partly.order.number}
    assert behind("signed", "rest") == behind("signed", "rest", None) == {unsigned}
    assert behind("solved", "denominator") == {whole, partly.order.number}
    assert behind("solved", "rest") == {partly.order.number}
    for key in ("signed", "solved", "satisfied", "overdue"):
        counted, everything, rest = sums(key)
        assert counted + rest == everything, key
    assert (
        behind_queries.of_round(world.actor("supervisor"), made, world.water, "volume", side="rest")
        is None
    )
    on_time = {whole, partly.order.number}
    assert (behind("overdue", "rest") & on_time, behind("on_time", "rest") & on_time) == (
        on_time,
        set(),
    )


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


@pytest.mark.rule("R-584")
@pytest.mark.parametrize(
    ("weights", "limits", "score"),
    [
        # Dispatched on the 2nd at 10, signed at 14, contacted at 15, replied to on the 4th at 9.
        (None, Limits(sign="2h"), "80.0000"),
        (None, Limits(sign="5h", contact="4h"), "80.0000"),
        (None, Limits(sign="5h", contact="6h"), "100.0000"),
        ({"on_time": 100}, Limits(finish="1d"), "0.0000"),
        ({"on_time": 100}, Limits(finish="2d"), "100.0000"),
        ({"signed": 50, "contacted": 50}, Limits(contact="30m"), "50.0000"),
    ],
)
def test_other_limits_are_tried_before_they_hold(
    story: Story, scheme: ScoringScheme, weights, limits: Limits, score: str
) -> None:
    called(story)
    made = previewed(story)
    ((_, (move,)),) = trying.tried([made], trying.Changes(weights=weights, limits=limits))
    assert (move.score, move.new_score) == ("100.0000", score)
    made.refresh_from_db()
    assert water(made)["score"] == "100.0000"


@pytest.mark.rule("R-584")
def test_limits_that_cannot_be_tried(story: Story, scheme: ScoringScheme) -> None:
    called(story)
    made = previewed(story)
    for wrong in (Limits(sign="soon"), Limits(finish="9999wd")):
        with pytest.raises(Invalid):
            trying.tried([made], trying.Changes(limits=wrong))
    with pytest.raises(Refused, match="huiyin assess try"):
        trying.tried([made], trying.Changes(limits=Limits(sign="2h")), most=0)


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


@pytest.mark.rule("R-263")
def test_a_unit_is_compared_with_the_period_and_the_year_before(
    story: Story, scheme: ScoringScheme
) -> None:
    called(story)
    made = previewed(story)
    frozen = actions.freeze(made.pk, by=story.world.actor("supervisor"), now=DAY)
    mine = frozen.results.get(unit=story.world.water)
    spans = {
        "last": (date(2026, 2, 19), date(2026, 2, 28)),
        "longer": (date(2025, 12, 1), date(2026, 2, 28)),
        "year": (date(2025, 3, 1), date(2025, 3, 10)),
    }
    keys = {}
    for name, (first, last) in spans.items():
        frozen.pk, frozen.first_day, frozen.last_day = None, first, last
        frozen.save(force_insert=True)
        mine.pk, mine.round = None, frozen
        mine.save(force_insert=True)
        keys[name] = frozen.pk
    last, year = queries.compared(story.world.water, queries.round_by_key(made.pk))
    assert (last.round_id, year.round_id) == (keys["last"], keys["year"])
    assert queries.compared(story.world.housing, queries.round_by_key(made.pk)) == (None, None)


@pytest.mark.rule("R-607")
def test_a_month_is_compared_with_months_and_shown_with_its_own_figures(
    story: Story, scheme: ScoringScheme
) -> None:
    """A quarter that ended the same day, and another round of the same days, are not the last."""
    called(story)
    made, by = previewed(story), story.world.actor("supervisor")

    def earlier(first: date, last: date, rank: int) -> Round:
        other = queries.round_by_key(made.pk)
        units = [{"unit": "water", "score": "50.0000", "rank": rank}]
        other.basis, other.result = {"as_of": "x"}, {"units": units, "city": {"rank": rank}}
        other.pk, other.state, other.first_day, other.last_day = None, "published", first, last
        other.save(force_insert=True)
        return other

    before = date(2026, 2, 28)
    earlier(date(2026, 2, 19), before, 4)
    fixed = earlier(date(2026, 2, 19), before, 5)
    earlier(date(2025, 12, 1), before, 9)
    again = actions.preview(made.pk, by=by, now=DAY)
    assert again.basis["before"] == {"water": ["50.0000", 5]}
    assert water(again)["moved"] == 4
    same_days = actions.open_round(MARCH, by=by, now=DAY)
    actions.preview(same_days.pk, by=by, now=DAY)
    Round.objects.filter(pk=same_days.pk).update(result={"units": [], "city": {"rank": 7}})
    mine = queries.round_by_key(made.pk)
    assert [each.pk for each in queries.rounds_before(mine, 3)] == [made.pk, fixed.pk]
    assert queries.city_figures(mine, 3) == [again.result["city"], {"rank": 5}]
    opened = actions.open_round(MARCH, by=by, now=DAY)
    assert queries.city_figures(opened, 3) == [], "not those of the round before"
