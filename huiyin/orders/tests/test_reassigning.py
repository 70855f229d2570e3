"""Reassigning to another unit, drafts that are then of no use, evidence, the first feedback."""

from __future__ import annotations

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.knowledge.models import LimitRule
from huiyin.knowledge.states import ClockKind
from huiyin.orders import actions
from huiyin.orders.actions.files import Upload
from huiyin.orders.models import Application, Assignment, Clock, ReplyDraft, WorkOrder
from tests.world import START, Story, at, reply_form

pytestmark = pytest.mark.rule("R-514")


def reassign(story: Story, **changes: object) -> WorkOrder:
    values: dict[str, object] = {
        "lead": story.world.housing, "note": "属楼内供热设施", "now": at(3, 10),
        "by": story.world.actor("dispatcher"),
    }  # fmt: skip
    order = actions.reassign(story.order.pk, **(values | changes))  # type: ignore[arg-type]
    story.order.refresh_from_db()
    return order


def held(story: Story) -> Story:
    """Let the water bureau hold an order with all that may hang on it."""
    world = story.world
    story.created().submitted()
    story.dispatched(assist=[world.township], supervise=world.county).signed()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=None,
        now=at(2, 15),
    )  # fmt: skip
    return story.suspension_asked()


def parts(story: Story) -> dict[str, str]:
    rows = Assignment.objects.filter(order=story.order, ended_at__isnull=True)
    return {row.unit.code: row.role for row in rows.select_related("unit")}


def test_another_unit_leads_with_new_limits_and_the_others_stay(story: Story) -> None:
    held(story)
    before = story.order.due_at
    order = reassign(story, now=at(4, 10))
    assert (order.state, order.lead_unit) == ("to_sign", story.world.housing)
    assert parts(story) == {"housing": "lead", "township": "assist", "county": "supervise"}
    assert order.due_at is not None
    assert before is not None
    assert order.due_at > before
    beside = Assignment.objects.filter(order=order, ended_at__isnull=True)
    assert {row.due_at for row in beside} == {order.due_at}
    running = Clock.objects.filter(order=order, stopped_at__isnull=True)
    head = beside.get(role="lead")
    assert {(c.kind, c.assignment_id) for c in running} == {
        (kind.value, head.pk) for kind in (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.FINISH)
    }
    assert {c.started_at for c in running} == {at(4, 10)}
    assert Application.objects.get().outcome == "lapsed"
    assert order.pending == ""
    event = story.order.events.latest("seq")
    assert (event.verb, event.note) == (
        "reassign", "由市水务局转派市住建局：属楼内供热设施",
    )  # fmt: skip
    assert event.public_note == "改由市住建局办理"
    with pytest.raises(NotAllowed):
        actions.sign(order.pk, by=story.world.actor("water_handler"), now=at(4, 11))
    signed = actions.sign(order.pk, by=story.world.actor("housing_handler"), now=at(4, 11))
    assert signed.state == "in_progress"


def test_who_assisted_may_lead_and_the_city_names_another_supervisor(story: Story) -> None:
    world = story.world
    story.city("dispatch.supervising_unit_required", True)
    story.city("dispatch.supervising_unit", "county")
    story.created().submitted()
    story.dispatched(assist=[world.housing], supervise=world.county)
    reassign(story)
    assert parts(story) == {"housing": "lead", "county": "supervise"}
    reassign(story, lead=world.township)
    assert parts(story) == {"township": "lead", "county": "supervise"}


def test_what_is_refused(story: Story) -> None:
    story.created().submitted()
    with pytest.raises(WrongState):
        reassign(story)
    story.dispatched()
    for changes, said in (
        ({"note": " "}, "转派理由"),
        ({"lead": story.world.water}, "已由市水务局主办"),
        ({"lead": story.world.centre}, "不能承办"),
    ):
        with pytest.raises(Invalid, match=said):
            reassign(story, **changes)
    for who in ("water_leader", "manager", "agent"):
        with pytest.raises(NotAllowed):
            reassign(story, by=story.world.actor(who))
    story.return_refused().contested().ruled()
    with pytest.raises(NotAllowed, match="裁定指定"):
        reassign(story, now=at(4, 9))
    assert story.order.lead_unit == story.world.water


@pytest.mark.rule("R-159")
def test_a_draft_is_of_no_use_to_the_next_unit_nor_in_the_next_round(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched().signed().contacted().signing().drafted()
    reassign(story, now=at(3, 12))
    draft = ReplyDraft.objects.get()
    assert (draft.state, draft.reason) == ("returned", "已转派")
    reassign(story, lead=world.water, now=at(3, 13))
    actions.sign(story.order.pk, by=world.actor("water_handler"), now=at(3, 14))
    actions.contact(
        story.order.pk, by=world.actor("water_handler"), at=at(3, 14), number="053412345",
        now=at(3, 14, 30),
    )  # fmt: skip
    form = reply_form(sign_off="water_leader")
    actions.draft_reply(story.order.pk, form, by=world.actor("water_handler"), now=at(3, 15))
    actions.reply(story.order.pk, form, by=world.actor("water_leader"), now=at(3, 16))
    assert not ReplyDraft.objects.filter(state="waiting").exists()
    story.rejected()
    actions.send_again(story.order.pk, by=world.actor("dispatcher"), now=at(4, 11))
    actions.draft_reply(
        story.order.pk, reply_form(contacted_at=at(4, 11, 30)), now=at(4, 12),
        by=world.actor("water_handler"),
    )  # fmt: skip
    assert ReplyDraft.objects.get(state="waiting").round == 2


@pytest.mark.rule("R-550")
def test_another_unit_signs_first_in_the_next_round(story: Story) -> None:
    world = story.world
    story.created().submitted()
    story.dispatched(assist=[world.township], supervise=world.county, shared=True)
    story.signed().contacted().replied().rejected()
    dispatcher, housing = world.actor("dispatcher"), world.actor("housing_handler")
    order = actions.send_again(
        story.order.pk, by=dispatcher, unit=world.housing, note="核实管网", now=at(4, 11)
    )
    assert (order.state, order.lead_unit, order.round) == ("to_sign", world.housing, 2)
    assert parts(story) == {"housing": "lead", "township": "assist", "county": "supervise"}
    here = Assignment.objects.filter(order=order, ended_at__isnull=True)
    assert {row.due_at for row in here} == {order.due_at}
    assert order.due_at is not None
    assert here.get(unit=world.township).shared_score
    head = here.get(role="lead")
    assert (head.signed_at, head.no_return, head.instructions) == (None, False, "核实管网")
    running = Clock.objects.filter(order=order, stopped_at__isnull=True)
    assert {(c.kind, c.assignment_id) for c in running} == {
        (kind.value, head.pk) for kind in (ClockKind.SIGN, ClockKind.CONTACT, ClockKind.FINISH)
    }
    assert order.waits_until == running.get(kind="sign").due_at
    signed = actions.sign(order.pk, by=housing, now=at(4, 12))
    head.refresh_from_db()
    assert (signed.state, head.signed_at) == ("in_progress", at(4, 12))


@pytest.mark.rule("R-550")
def test_the_same_unit_goes_on_at_once_and_those_beside_it_keep_their_part(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched(
        assist=[world.township], shared=True, instructions="测温"
    )
    story.signed().contacted().replied().rejected()
    order = actions.send_again(story.order.pk, by=world.actor("dispatcher"), now=at(4, 11))
    assert order.state == "in_progress"
    here = Assignment.objects.filter(order=order, ended_at__isnull=True)
    assert {row.due_at for row in here} == {order.due_at}
    assert {row.instructions for row in here} == {"测温"}
    assert here.get(unit=world.township).shared_score
    assert not Clock.objects.filter(order=order, stopped_at__isnull=True, kind="sign").exists()


@pytest.mark.rule("R-112")
@pytest.mark.rule("R-550")
def test_the_next_round_does_not_go_round_the_list_of_communities(story: Story) -> None:
    world = story.world
    story.city("dispatch.community_guard", True)
    story.city("dispatch.community_list", ["01"])
    story.created().submitted().dispatched().signed().contacted().replied().rejected()
    world.water_team.kind = "community"
    world.water_team.save(update_fields=["kind"])
    with pytest.raises(NotAllowed, match="职责清单"):
        actions.send_again(
            story.order.pk, by=world.actor("dispatcher"), unit=world.water_team, now=at(4, 11)
        )


@pytest.mark.rule("R-515")
def test_a_city_asks_for_evidence_of_what_was_solved(story: Story) -> None:
    story.city("reply.evidence_required", True)
    story.created().submitted().dispatched().signed().contacted()
    handler = story.world.actor("water_handler")
    with pytest.raises(Invalid) as refused:
        story.replied()
    assert set(refused.value.facts["fields"]) == {"photos"}
    files = [Upload("测温.pdf", b"%PDF-1.4 x")]
    reply = actions.reply(story.order.pk, reply_form(), by=handler, files=files, now=at(4, 9))
    assert reply.attachments.count() == 1


@pytest.mark.rule("R-516")
def test_the_first_feedback_is_timed_and_the_citizen_reads_it(story: Story) -> None:
    LimitRule.objects.create(
        code="feedback", clock="feedback", limit="4h", valid_from=START, source="t", text="t"
    )
    cached.forget_all()
    story.created().submitted().dispatched().signed().contacted()
    clock = Clock.objects.get(order=story.order, kind="feedback")
    assert (clock.started_at, clock.due_at) == (at(2, 10), at(2, 14))
    with pytest.raises(Invalid, match="进展"):
        progress(story, " ", 16)
    with pytest.raises(NotAllowed):
        progress(story, "已到现场", 16, who="housing_handler")
    due = story.order.due_at
    order = progress(story, "已到现场，联系 13812345678 开门", 16)
    assert (order.state, order.due_at) == ("in_progress", due)
    clock.refresh_from_db()
    assert clock.stopped_at == at(2, 16)
    event = order.events.latest("seq")
    assert event.public_note == "市水务局反馈进展：已到现场，联系 138****5678 开门"
    progress(story, "明天换泵", 17)
    assert Clock.objects.filter(order=order, kind="feedback").count() == 1
    story.replied()
    with pytest.raises(WrongState):
        progress(story, "还有一点", 18)


def progress(story: Story, note: str, hour: int, who: str = "water_handler") -> WorkOrder:
    return actions.progress(story.order.pk, by=story.world.actor(who), note=note, now=at(2, hour))
