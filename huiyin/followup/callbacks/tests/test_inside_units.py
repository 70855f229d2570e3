"""Inside a unit: direct or signed, its own call-back; double dispatch; the hotline's telling."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.followup.callbacks import actions as callbacks
from huiyin.followup.callbacks.actions import Answers
from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.orders import actions, queries, reply_rules
from huiyin.orders.models import Assignment, LocalCall, Reply, ReplyDraft
from huiyin.orders.reply_states import Told
from huiyin.orders.rules import MatterAnswer
from huiyin.orders.states import (
    Outcome,
    Satisfaction,
    Solved,
)
from huiyin.orgs import actions as orgs
from huiyin.orgs.models import UnitMode
from tests import races
from tests.world import Story, at, reply_form

CONTENT = Answers(Solved.YES, Satisfaction.SATISFIED)


def held(story: Story) -> Story:
    return story.created().submitted().dispatched().signed().contacted()


@pytest.mark.rule("R-158")
def test_the_mode_of_a_unit_is_set_and_its_changes_are_kept(story: Story) -> None:
    world, admin = story.world, story.world.actor("administrator")
    orgs.set_mode(world.water, signed=True, by=admin, now=at(2))
    orgs.set_mode(world.water, signed=True, by=admin, now=at(3))
    orgs.set_mode(world.water, signed=False, by=world.actor("water_leader"), now=at(4))
    kept = UnitMode.objects.order_by("pk").values_list("signed", "by", "at")
    assert list(kept) == [(True, "administrator", at(2)), (False, "water_leader", at(4))]
    for name in ("water_handler", "dispatcher"):
        with pytest.raises(NotAllowed):
            orgs.set_mode(world.water, signed=True, by=world.actor(name), now=at(5))
    with pytest.raises(NotAllowed):
        orgs.set_mode(world.housing, signed=True, by=world.actor("water_leader"), now=at(5))


@pytest.mark.rule("R-158")
def test_in_a_signed_unit_only_the_leader_may_reply_at_once(story: Story) -> None:
    held(story).signing()
    with pytest.raises(NotAllowed, match="实行签批"):
        story.replied()
    reply = actions.reply(
        story.order.pk, reply_form(), by=story.world.actor("water_leader"), now=at(4)
    )
    assert reply.by.username == "water_leader"


@pytest.mark.rule("R-158")
def test_a_direct_unit_has_nothing_to_sign(story: Story) -> None:
    held(story)
    with pytest.raises(Refused, match="不用送签"):
        story.drafted()
    offered = {o.step.verb for o in _offers(story, "water_leader")}
    assert "reply" in offered
    assert not {"draft_reply", "sign_reply", "return_draft"} & offered
    story.signing()
    assert "reply" not in {o.step.verb for o in _offers(story, "water_handler")}
    assert "draft_reply" in {o.step.verb for o in _offers(story, "water_handler")}


def _offers(story: Story, name: str):
    from huiyin.orders import policy

    actor = story.world.actor(name)
    order = queries.get_visible(actor, story.order.number)
    assert order is not None
    return policy.offers(actor, order, queries.my_part(actor, order))


@pytest.mark.rule("R-159")
def test_a_draft_is_returned_drafted_again_signed_and_goes_out(story: Story) -> None:
    held(story).signing()
    due = story.order.due_at
    story.drafted()
    leader, key = story.world.actor("water_leader"), story.order.pk
    with pytest.raises(Refused, match="待签发"):
        story.drafted()
    with pytest.raises(Invalid):
        actions.return_draft(key, by=leader, note="", now=at(3, 12))
    actions.return_draft(key, by=leader, note="写明依据", now=at(3, 12))
    story.drafted()
    row = actions.sign_reply(key, by=leader, sign_off="李局长", now=at(4, 9))
    assert (row.by.username, row.sign_off, row.contact_masked) == (
        "water_handler", "李局长", "138****5678",
    )  # fmt: skip
    story.order.refresh_from_db()
    assert (story.order.state, story.order.due_at) == ("reply_review", due)
    drafts = ReplyDraft.objects.order_by("pk")
    assert [(d.state, d.reason) for d in drafts] == [("returned", "写明依据"), ("signed", "")]
    assert all(b"13812345678" not in bytes(d.form_sealed) for d in drafts)
    assert story.verbs()[-4:] == ["draft_reply", "return_draft", "draft_reply", "sign_reply"]
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-159")
def test_nobody_signs_what_they_drafted_and_an_incomplete_draft_is_refused(story: Story) -> None:
    held(story).signing()
    leader, key = story.world.actor("water_leader"), story.order.pk
    with pytest.raises(Invalid, match="过程"):
        actions.draft_reply(key, reply_form(process=""), by=leader, now=at(3))
    assert not ReplyDraft.objects.exists()
    actions.draft_reply(key, reply_form(), by=leader, now=at(3, 11))
    with pytest.raises(NotAllowed, match="同一人"):
        actions.sign_reply(key, by=leader, now=at(3, 12))
    with pytest.raises(NotAllowed):
        actions.sign_reply(key, by=story.world.actor("water_handler"), now=at(3, 12))


@pytest.mark.rule("R-159")
def test_a_draft_keeps_every_field(story: Story) -> None:
    story.created()
    agent = story.world.actor("agent")
    actions.list_matters(story.order.pk, by=agent, matters=["暖气不热"], now=at(2, 9, 2))
    story.submitted().dispatched().signed().contacted().signing()
    form = reply_form(
        outcome=Outcome.PLANNED, basis="改造计划", planned_on=date(2026, 5, 1),
        answers=(MatterAnswer(1, Outcome.PLANNED, "五月改造"),), enforcement="3 号",
    )  # fmt: skip
    actions.draft_reply(story.order.pk, form, by=story.world.actor("water_handler"), now=at(4))
    assert actions.form_of(ReplyDraft.objects.get()) == form


@pytest.mark.rule("R-160")
@pytest.mark.parametrize(
    ("contents", "second", "may"),
    [
        ([], 1, False),
        ([True], 1, True),
        ([False], 1, False),
        ([False, True], 1, True),
        ([False, False], 1, True),
        ([False], 0, True),
        ([True, False], 1, False),
        ([False, False], 2, False),
    ],
)
def test_when_a_unit_may_reply_after_its_own_call_back(contents, second, may) -> None:
    reply_rules.check_local_calls(contents, required=False, second=second)
    if may:
        reply_rules.check_local_calls(contents, required=True, second=second)
        return
    with pytest.raises(Refused):
        reply_rules.check_local_calls(contents, required=True, second=second)


@pytest.mark.rule("R-160")
def test_an_unhappy_citizen_is_handled_again_before_the_citys_call_back(story: Story) -> None:
    held(story).city("local_callback.required", True)
    unit, key = story.world.actor("water_handler"), story.order.pk
    with pytest.raises(Refused, match="还没有本级回访"):
        story.replied()
    with pytest.raises(Invalid, match="意见"):
        actions.local_call(key, by=unit, content=False, now=at(3))
    actions.local_call(
        key, by=unit, content=False, note="还不热，电话 13812345678", number="053412345", now=at(3)
    )
    with pytest.raises(Refused, match="不满意"):
        story.replied()
    order = actions.local_call(key, by=unit, content=True, now=at(3, 16))
    assert (order.state, order.round) == ("in_progress", 1)
    story.replied()
    assert list(LocalCall.objects.order_by("nth").values_list("nth", "content")) == [
        (1, False), (2, True),
    ]  # fmt: skip
    notes = [e.note for e in story.order.events.filter(verb="local_call").order_by("seq")]
    assert "二次办理" in notes[0]
    assert "13812345678" not in notes[0]


@pytest.mark.rule("R-161")
def test_double_dispatch_marks_the_assisting_units(story: Story) -> None:
    story.created().submitted().dispatched(assist=[story.world.housing], shared=True)
    marked = Assignment.objects.values_list("unit__code", "shared_score").order_by("pk")
    assert list(marked) == [("water", False), ("housing", True)]
    assert "双派双考" in story.order.events.get(verb="dispatch").note


@pytest.mark.rule("R-162")
def test_where_the_office_answers_the_citizen_is_told_before_being_asked(story: Story) -> None:
    story.city("answer.by_office", True).to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    with pytest.raises(Refused, match="还没有把答复告诉"):
        callbacks.record_call(key, CONTENT, by=clerk, now=at(5))
    actions.tell(key, by=clerk, how=Told.PHONE, note="已说明", now=at(5))
    with pytest.raises(Refused, match="已经告知"):
        actions.tell(key, by=clerk, how=Told.SMS, now=at(5))
    callbacks.record_call(key, CONTENT, by=clerk, now=at(5, 10))
    reply = Reply.objects.get()
    assert (reply.told_at, reply.told_how) == (at(5), "phone")


@pytest.mark.rule("R-162")
@pytest.mark.parametrize("way", ["same call", "web"])
def test_telling_in_the_same_call_or_on_the_web_counts(story: Story, way: str) -> None:
    story.city("answer.by_office", True).to_callback()
    clerk, key = story.world.actor("callback"), story.order.pk
    if way == "web":
        callbacks.record_rating(key, CONTENT, now=at(5))
    else:
        told = Answers(Solved.YES, Satisfaction.SATISFIED, told=True)
        callbacks.record_call(key, told, by=clerk, now=at(5))
    story.order.refresh_from_db()
    assert story.order.state == "closed"
    assert Reply.objects.get().told_how == {"web": "web", "same call": "phone"}[way]


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R-159")
def test_a_draft_is_signed_or_returned_not_both() -> None:
    from tests import world as small_city

    story = held(Story(small_city.build())).signing().drafted()
    leader, key = story.world.actor("water_leader"), story.order.pk
    runners = races.race(
        key,
        lambda: actions.sign_reply(key, by=leader, now=at(4)),
        lambda: actions.return_draft(key, by=leader, note="写明依据", now=at(4)),
    )
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (1, 1)
    assert ReplyDraft.objects.get().state in ("signed", "returned")
    assert Reply.objects.count() == (ReplyDraft.objects.get().state == "signed")
