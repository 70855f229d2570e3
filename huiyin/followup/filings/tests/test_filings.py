"""Difficult matters on file: application, review, validity, use, and who may."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial

import pytest

from huiyin.followup.filings import actions, queries, rules
from huiyin.followup.filings.models import Filing, FilingUse
from huiyin.followup.filings.rules import Scope
from huiyin.followup.filings.states import FilingState
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.knowledge.models import Category, Parameter
from huiyin.orders.models import WorkOrder
from huiyin.worktime.calendar import SHANGHAI
from tests import races
from tests.world import START, Story, World, at

WORDS = {
    "title": "管网老化", "place": "", "cause": "楼内管网老化，须整体改造。",
    "process": "已检修换热站并调高水温。", "basis": "供热条例",
    "public_answer": "楼内管网改造已列入明年计划。",
}  # fmt: skip
HERE = Scope("0404", "幸福小区3号楼", b"k")


@pytest.mark.rule("R-127")
@pytest.mark.parametrize(
    ("changes", "scope", "reports", "field"),
    [
        ({"cause": "短"}, HERE, 1, "cause"),
        ({"process": ""}, HERE, 1, "process"),
        ({"basis": ""}, HERE, 1, "basis"),
        ({"public_answer": ""}, HERE, 1, "public_answer"),
        ({"title": "长" * 81}, HERE, 1, "title"),
        ({}, Scope("0404"), 1, "place"),
        ({}, Scope("", "幸福小区3号楼"), 1, "category"),
        ({}, HERE, 0, "reports"),
    ],
)
def test_an_application_is_whole(changes: dict, scope: Scope, reports: int, field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rules.check_application(WORDS | changes, scope, reports=reports)
    assert set(refusal.value.facts["fields"]) == {field}
    rules.check_application(WORDS, HERE, reports=1)


@pytest.mark.rule("R-127")
@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 3, 2), 6, date(2026, 9, 2)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
        (date(2026, 1, 1), 12, date(2027, 1, 1)),
    ],
)
def test_it_holds_for_months(start: date, months: int, end: date) -> None:
    assert rules.valid_until(start, months) == end


@pytest.mark.rule("R-126")
@pytest.mark.parametrize(
    ("filing", "found"),
    [
        (Scope("0404", "幸福小区3号楼"), True),
        (Scope("04", "幸福小区3号楼"), True),
        (Scope("0405", "幸福小区3号楼"), False),
        (Scope("0404", "幸福小区4号楼"), False),
        (Scope("0404", "", b"k"), True),
        (Scope("0404", "", b"x"), False),
        (Scope("0404"), False),
    ],
)
def test_the_same_class_and_the_same_place_or_caller(filing: Scope, found: bool) -> None:
    assert rules.answers(filing, HERE) is found


@pytest.mark.rule("R-126")
def test_an_order_is_answered_from_the_file_and_counted(story: Story) -> None:
    order = story.created().submitted().filed().order
    by = story.world.actor("dispatcher")
    found = queries.matching(
        WorkOrder.objects.select_related("category").get(pk=order.pk), at(2).date()
    )
    assert [f.pk for f in found] == [story.filing.pk]
    done = actions.answer_from_file(order.pk, filing=story.filing.pk, by=by, now=at(2, 10))
    assert (done.state, done.close_type) == ("closed", "filed")
    assert done.answer == "楼内管网改造已列入明年计划。"
    assert Filing.objects.get().uses == 1
    assert FilingUse.objects.get().order_id == order.pk
    with pytest.raises(WrongState):
        actions.answer_from_file(order.pk, filing=story.filing.pk, by=by, now=at(2, 11))
    assert Filing.objects.get().uses == 1


@pytest.mark.rule("R-126")
def test_an_agent_answers_a_call_from_the_file(story: Story) -> None:
    order = story.created().filed().order
    found = queries.at_intake("138 1234 5678", "幸福小区 3 号楼", at(2).date())
    assert [f.pk for f in found] == [story.filing.pk]
    done = actions.answer_at_intake(
        order.pk, filing=story.filing.pk, by=story.world.actor("agent"), now=at(2, 10)
    )
    assert (done.state, done.close_type) == ("closed", "filed")


@pytest.mark.rule("R-126")
def test_a_filing_answers_only_what_it_is_about(story: Story) -> None:
    order = story.created(place="东风路 99 号").submitted().filed().order
    by = story.world.actor("dispatcher")
    answer = partial(actions.answer_from_file, filing=story.filing.pk, by=by)
    with pytest.raises(Refused, match="不符"):
        answer(order.pk, now=at(2, 10))
    fitting = Story(story.world).created().submitted().order
    with pytest.raises(Refused, match="到期"):
        answer(fitting.pk, now=at(2, 10, month=9))
    Category.objects.create(code="0405", name="供水", full_name="公共服务/供水")
    applied = story.applied().filing
    with pytest.raises(WrongState, match="待审核"):
        actions.answer_from_file(fitting.pk, filing=applied.pk, by=by, now=at(2, 10))
    with pytest.raises(NotFound):
        actions.answer_from_file(fitting.pk, filing=10**9, by=by, now=at(2, 10))
    assert not FilingUse.objects.exists()


@pytest.mark.rule("R-127")
def test_the_callers_number_is_taken_sealed_from_the_order(story: Story) -> None:
    order = story.created().submitted().dispatched().order
    filing = story.applied(place="", order=order.number, caller=True).filing
    assert filing.phone_masked == "138****5678"
    assert b"13812345678" not in bytes(filing.phone_sealed)
    with pytest.raises(NotFound):
        story.applied(order=Story(story.world).created().order.number)


@pytest.mark.rule("R-127")
def test_the_hotline_reviews_and_cancels(story: Story) -> None:
    world = story.world
    filing = story.applied().filing
    manager = world.actor("manager")
    for name in ("water_handler", "agent"):
        with pytest.raises(NotAllowed):
            actions.review(filing.pk, by=world.actor(name), agreed=True, note="", now=at(2, 9))
    with pytest.raises(Invalid):
        actions.review(filing.pk, by=manager, agreed=False, note="", now=at(2, 9))
    with pytest.raises(WrongState):
        actions.cancel(filing.pk, by=manager, reason="已改造", now=at(2, 9))
    Parameter.objects.create(
        key="filing.valid_months", value=12, valid_from=START, source="t", text="t"
    )
    agreed = actions.review(filing.pk, by=manager, agreed=True, note="同意", now=at(2, 9))
    assert (agreed.state, agreed.valid_to) == ("valid", date(2027, 3, 2))
    with pytest.raises(WrongState):
        actions.review(filing.pk, by=manager, agreed=True, note="", now=at(2, 9))
    with pytest.raises(Invalid):
        actions.cancel(filing.pk, by=manager, reason="", now=at(3))
    assert actions.cancel(filing.pk, by=manager, reason="已改造", now=at(3)).state == "cancelled"
    refused = actions.review(
        story.applied().filing.pk, by=manager, agreed=False, note="材料不足", now=at(3)
    )
    assert (refused.state, refused.review_note) == ("refused", "材料不足")


@pytest.mark.rule("R-127")
def test_it_expires_by_itself_once(story: Story) -> None:
    story.filed()
    assert actions.expire(until=at(1, 23, month=9)) == 0
    assert actions.expire(until=at(2, 1, month=9)) == 1
    assert actions.expire(until=at(2, 1, month=9)) == 0
    assert Filing.objects.get().standing is FilingState.EXPIRED


@pytest.mark.rule("R-396")
def test_the_register_tells_what_ends_soon_and_what_was_answered(story: Story) -> None:
    story.filed()
    order = story.created().submitted().order
    who = story.world.actor("dispatcher")
    actions.answer_from_file(order.pk, filing=story.filing.pk, by=who, now=at(3, 10))
    ends = story.filing.valid_to
    assert ends is not None
    soon = queries.FilingFilter(state=queries.SOON)
    for days, found in ((31, 0), (30, 1), (1, 1), (0, 0)):
        now = datetime.combine(ends - timedelta(days), time(12), SHANGHAI)
        assert len(queries.listed(who, soon, now).rows) == found, days
        counted = queries.counted(who, now)
        assert (counted.soon, counted.uses, counted.by_state[FilingState.VALID]) == (found, 1, 1)
    [use] = queries.used_by(who, story.filing).rows
    assert use.order == order
    assert not queries.used_by(story.world.actor("water_handler"), story.filing).rows
    actions.cancel(story.filing.pk, by=story.world.actor("manager"), reason="已改造", now=at(4))
    late = datetime.combine(ends - timedelta(1), time(12), SHANGHAI)
    assert queries.counted(who, late).soon == 0


@pytest.mark.rule("R-127")
def test_a_unit_sees_its_own_only(story: Story, django_assert_max_num_queries) -> None:
    world = story.world
    for _ in range(3):
        story.applied()
    wanted = queries.FilingFilter()
    with django_assert_max_num_queries(2):
        assert len(queries.listed(world.actor("water_handler"), wanted, at(2)).rows) == 3
    assert not queries.listed(world.actor("housing_handler"), wanted, at(2)).rows
    by_words = queries.FilingFilter(words="管网")
    assert len(queries.listed(world.actor("agent"), by_words, at(2)).rows) == 3
    assert queries.counted(world.actor("agent"), at(2)).by_state[FilingState.APPLIED] == 3
    assert queries.by_number(story.filing.number.lower()) == story.filing
    assert queries.by_number("BAx") is None
    with pytest.raises(NotAllowed):
        actions.apply(
            actions.Application("x", world.heating, "", "", "", ""), [],
            by=world.actor("agent"), now=at(2),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R-126")
def test_a_filing_is_not_used_while_it_is_cancelled(standing_world: World) -> None:
    story = Story(standing_world).created().submitted().filed()
    order, filing = story.order, story.filing
    runners = races.at_once(
        partial(
            actions.answer_from_file, order.pk, filing=filing.pk,
            by=standing_world.actor("dispatcher"), now=at(3),
        ),
        partial(
            actions.cancel, filing.pk, by=standing_world.actor("manager"), reason="已改造",
            now=at(3),
        ),
    )  # fmt: skip
    done, refused = races.outcome(runners)
    filing.refresh_from_db()
    assert filing.state == "cancelled"
    assert filing.uses == len(done) - 1 == 1 - len(refused)
