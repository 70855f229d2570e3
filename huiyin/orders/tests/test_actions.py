"""The life of an order as stories: each step, its trace, and why it is refused."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from huiyin.kernel.errors import Invalid, NotAllowed, Refused, TooLate, WrongState
from huiyin.knowledge.models import Reason
from huiyin.orders import actions, queries
from huiyin.orders.models import Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orders.states import CloseType, Outcome, Satisfaction, Solved, State
from tests.world import Story, at, reply_form


def test_from_a_call_to_a_closed_case(story: Story) -> None:
    order = story.to_callback().closed().order
    order.refresh_from_db()
    assert (order.state, order.close_type, order.satisfaction) == (
        "closed",
        "satisfied",
        "satisfied",
    )
    assert order.answer == "您好，换热站故障已修复，室温已达标。"
    assert story.verbs() == [
        "create", "submit", "dispatch", "sign", "contact", "reply", "pass_audit", "close",
    ]  # fmt: skip
    assert list(queries.breaks()) == [1]
    assert not Clock.objects.filter(stopped_at__isnull=True).exists()
    assert not Assignment.objects.filter(ended_at__isnull=True).exists()


@pytest.mark.rule("R-42")
def test_one_create_is_at_most_eight_statements(world, django_assert_max_num_queries) -> None:
    Story(world).created()
    with django_assert_max_num_queries(4) as done:
        order = Story(world).created().order
    assert len(done.captured_queries) <= 8
    stored = WorkOrder.objects.select_related("requester").get(pk=order.pk)
    assert stored.requester.name_masked == "王**"
    assert stored.requester.phone_masked == "138****5678"
    assert bytes(stored.requester.phone_sealed) != b""
    assert b"13812345678" not in bytes(stored.requester.phone_sealed)
    assert (stored.event_count, stored.waits_until) == (1, at(2, 11))


@pytest.mark.rule("R-42")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"content": "短"}, "content"),
        ({"content": "长" * 5001}, "content"),
        ({"title": "长" * 81}, "title"),
        ({"phone": "12"}, "phone"),
        ({"place": "长" * 201}, "place"),
    ],
)
def test_a_bad_request_names_the_field_and_stores_nothing(story: Story, changes, field) -> None:
    with pytest.raises(Invalid) as refusal:
        story.created(**changes)
    assert field in refusal.value.facts["fields"]
    assert not WorkOrder.objects.exists()


@pytest.mark.rule("R-47")
def test_the_deadline_runs_from_dispatch_and_explains_itself(story: Story) -> None:
    order = story.created().submitted().dispatched().order
    assert order.due_at == at(10, 0)
    clocks = {c.kind: c for c in order.clocks.filter(stopped_at__isnull=True)}
    assert set(clocks) == {"sign", "contact", "finish"}
    assert clocks["finish"].rule.code == "finish"
    assert "5 个工作日" in clocks["finish"].words
    assert order.waits_until == clocks["sign"].due_at == at(4, 0)
    assert story.signed().order.waits_until == at(10, 0)


def test_assisting_and_supervising_units_are_named(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched(assist=[world.housing], supervise=world.county)
    parts = {a.unit.code: a.role for a in story.order.assignments.select_related("unit")}
    assert parts == {"water": "lead", "housing": "assist", "county": "supervise"}
    with pytest.raises(Invalid, match="已经承办"):
        actions.add_units(
            story.order.pk, by=world.actor("dispatcher"), assist=[world.housing], now=at(2, 11)
        )
    actions.add_units(
        story.order.pk, by=world.actor("dispatcher"), assist=[world.township], now=at(2, 11)
    )
    assert story.order.assignments.count() == 4


@pytest.mark.rule("R-48")
def test_passing_down_keeps_the_lead_accountable(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched().signed()
    down = {"by": world.actor("water_handler"), "now": at(2, 15)}
    with pytest.raises(NotAllowed, match="下属单位"):
        actions.pass_down(story.order.pk, unit=world.housing, due_at=None, **down)
    actions.pass_down(story.order.pk, unit=world.water_team, due_at=at(5, 17), **down)
    team = world.actor("team_handler")
    with pytest.raises(NotAllowed, match="主办单位"):
        actions.reply(story.order.pk, reply_form(), by=team, now=at(4))
    actions.sub_sign(story.order.pk, by=team, now=at(3))
    actions.sub_reply(story.order.pk, by=team, process="已检修", result="已恢复", now=at(4))
    order = story.replied().order
    assert order.state == State.REPLY_REVIEW
    child = Assignment.objects.get(unit=world.water_team)
    assert (child.parent.unit, child.due_at, child.replied_at) == (world.water, at(5, 17), at(4))
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-51")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"process": " "}, "process"),
        ({"result": ""}, "result"),
        ({"public_answer": ""}, "public_answer"),
        ({"contact_number": ""}, "contact_number"),
        ({"sign_off": ""}, "sign_off"),
        ({"contacted_at": None}, "contacted_at"),
        ({"contacted_at": at(20)}, "contacted_at"),
        ({"outcome": Outcome.EXPLAINED}, "basis"),
        ({"process": "长" * 3001}, "process"),
    ],
)
def test_an_incomplete_reply_is_refused(story: Story, changes, field) -> None:
    story.created().submitted().dispatched().signed().contacted()
    with pytest.raises(Invalid) as refusal:
        story.replied(**changes)
    assert field in refusal.value.facts["fields"]
    assert story.order.replies.count() == 0


@pytest.mark.rule("R-56")
@pytest.mark.rule("R-49")
def test_unsatisfied_goes_into_the_next_round_with_a_new_deadline(story: Story) -> None:
    order = story.to_callback().order
    clerk = story.world.actor("callback")
    with pytest.raises(Refused, match="不满意"):
        actions.close(
            order.pk, by=clerk, solved=Solved.NO, grade=Satisfaction.UNSATISFIED, now=at(5)
        )
    actions.redo(order.pk, by=clerk, solved=Solved.NO, grade=Satisfaction.UNSATISFIED, now=at(5))
    order = actions.send_again(order.pk, by=story.world.actor("dispatcher"), now=at(5, 10))
    assert (order.state, order.round, order.due_at) == ("in_progress", 2, at(11, 0))
    assert order.clocks.get(kind="finish", stopped_at=None).rule.code == "finish.round2"
    story.order = order
    story.replied(now=at(6), contacted_at=at(6, 8))
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-54")
@pytest.mark.rule("R-55")
def test_no_closing_without_call_back_or_reason(story: Story) -> None:
    order = (
        story.created()
        .submitted()
        .dispatched()
        .signed()
        .contacted()
        .replied(outcome=Outcome.EXPLAINED, basis="供热管理办法")
        .audited()
        .order
    )
    clerk = story.world.actor("callback")
    with pytest.raises(Refused, match="尚未回访"):
        actions.close(order.pk, by=clerk, now=at(5))
    reason = Reason.objects.get(group="no_callback")
    order = actions.close(order.pk, by=clerk, no_callback=reason, now=at(5))
    assert (order.state, order.close_type) == (State.CLOSED, CloseType.EXPLAINED)


@pytest.mark.rule("R-52")
def test_a_return_needs_window_count_basis_and_suggestion(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched()
    reason = Reason.objects.get(group="return")
    ask = {"by": world.actor("water_handler"), "reason": reason, "basis": "管网属住建局管理"}
    with pytest.raises(Invalid, match="建议"):
        actions.ask_return(story.order.pk, suggested=None, now=at(2, 11), **ask)
    with pytest.raises(TooLate):
        actions.ask_return(story.order.pk, suggested=world.housing, now=at(5, 0), **ask)
    order = actions.ask_return(story.order.pk, suggested=world.housing, now=at(4, 23), **ask)
    assert order.clocks.filter(kind="finish", stopped_at=None).exists()
    order = actions.refuse_return(
        order.pk, by=world.actor("dispatcher"), note="属供水职责", now=at(5, 9)
    )
    assert order.state == State.TO_SIGN
    with pytest.raises(NotAllowed, match="已被驳回"):
        actions.ask_return(story.order.pk, suggested=world.housing, now=at(4, 23), **ask)


def test_a_granted_return_is_dispatched_anew(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched()
    actions.ask_return(
        story.order.pk, by=world.actor("water_handler"), reason=Reason.objects.get(group="return"),
        basis="管网属住建局管理", suggested=world.housing, now=at(2, 11),
    )  # fmt: skip
    order = actions.grant_return(story.order.pk, by=world.actor("dispatcher"), now=at(2, 12))
    assert (order.state, order.lead_unit, order.due_at) == (State.TO_DISPATCH, None, None)
    story.dispatched(lead=world.housing, now=at(2, 13))
    assert story.order.lead_unit == world.housing


@pytest.mark.rule("R-53")
def test_voiding_takes_two_people(story: Story) -> None:
    world = story.world
    order = story.created().order
    asked = {"by": world.actor("dispatcher"), "note": "诉求人撤诉"}
    with pytest.raises(Refused):
        actions.confirm_void(order.pk, by=world.actor("manager"), now=at(2, 10))
    actions.ask_void(order.pk, now=at(2, 10), **asked)
    with pytest.raises(Refused, match="已申请"):
        actions.ask_void(order.pk, now=at(2, 10), **asked)
    order = actions.confirm_void(order.pk, by=world.actor("manager"), now=at(2, 11))
    assert (order.state, order.close_type) == (State.VOID, CloseType.WITHDRAWN)


@pytest.mark.rule("R-552")
def test_a_void_may_be_refused_and_asked_for_anew(story: Story) -> None:
    manager = story.world.actor("manager")
    order = story.created().submitted().order
    with pytest.raises(Refused, match="尚无人申请"):
        actions.refuse_void(order.pk, by=manager, note="照常办理", now=at(2, 10))
    story.void_asked()
    with pytest.raises(Invalid):
        actions.refuse_void(order.pk, by=manager, note=" ", now=at(2, 11))
    with pytest.raises(NotAllowed):
        actions.refuse_void(order.pk, by=story.world.actor("dispatcher"), note="否", now=at(2, 11))
    order = actions.refuse_void(order.pk, by=manager, note="诉求人没有撤诉", now=at(2, 11))
    assert (order.state, order.void_asked_by) == (State.TO_DISPATCH, None)
    with pytest.raises(Refused, match="尚无人申请"):
        actions.confirm_void(order.pk, by=manager, now=at(2, 12))
    asked = {"by": story.world.actor("dispatcher"), "note": "诉求人来电撤诉"}
    actions.ask_void(order.pk, now=at(2, 12), **asked)
    assert actions.confirm_void(order.pk, by=manager, now=at(2, 13)).state == State.VOID


@pytest.mark.rule("R-43")
@pytest.mark.rule("R-44")
@pytest.mark.rule("R-45")
def test_answer_refer_and_transfer_close_on_the_spot(world) -> None:
    agent = {"by": world.actor("agent"), "now": at(2, 9, 10)}
    answered = actions.answer(
        Story(world).created().order.pk, text_="供热期至 3 月 15 日。", **agent
    )
    referred = actions.refer(
        Story(world).created().order.pk, reason=Reason.objects.get(group="refer"), note="", **agent
    )
    moved = actions.transfer(Story(world).created().order.pk, to="110", note="已三方通话", **agent)
    assert [o.close_type for o in (answered, referred, moved)] == [
        "direct",
        "refused",
        "transferred",
    ]
    assert "法定渠道" in referred.answer
    with pytest.raises(Invalid):
        actions.answer(Story(world).created().order.pk, text_=" ", **agent)


@pytest.mark.rule("R-41")
def test_history_refuses_to_be_changed(story: Story) -> None:
    story.created().submitted()
    for statement in (
        "update orders_orderevent set note = 'x'",
        "delete from orders_orderevent",
        "truncate orders_orderevent cascade",
        "delete from orders_workorder",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    assert OrderEvent.objects.count() == 2


@pytest.mark.rule("R-41")
@pytest.mark.parametrize(
    ("forgery", "seq", "reason"),
    [
        ("update orders_orderevent set note = '改' where seq = 2", 2, "被改动"),
        ("delete from orders_orderevent where seq = 2", 2, "缺少"),
        ("delete from orders_orderevent where seq = 3", 3, "末尾"),
        ("update orders_workorder set event_count = 2", 4, "末尾"),
    ],
)
def test_a_forger_who_drops_the_trigger_is_found(story: Story, forgery, seq, reason) -> None:
    story.created().submitted().dispatched()
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table orders_orderevent disable trigger user")
        cursor.execute(forgery)
    found = list(queries.breaks())
    assert (found[0].seq, reason in found[0].reason, found[1]) == (seq, True, 1)


@pytest.mark.rule("R-67")
def test_overdue_is_recorded_once(story: Story) -> None:
    story.created().submitted().dispatched()
    assert actions.record_overdue(until=at(3, 23)) == 0
    assert actions.record_overdue(until=at(4, 0)) == 2
    assert actions.record_overdue(until=at(5, 0)) == 0
    late = OrderEvent.objects.filter(verb="overdue").order_by("seq")
    assert {e.data["clock"] for e in late} == {"sign", "contact"}
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-66")
def test_closed_orders_are_archived_after_their_days(story: Story) -> None:
    story.to_callback().closed()
    assert actions.archive_closed(until=at(4, 8, month=4)) == 0
    assert actions.archive_closed(until=at(4, 10, month=4)) == 1
    assert actions.archive_closed(until=at(4, 10, month=4)) == 0


@pytest.mark.rule("R-61")
@pytest.mark.parametrize(
    ("who", "error"),
    [("agent", NotAllowed), ("housing_handler", NotAllowed), ("manager", NotAllowed)],
)
def test_only_the_lead_unit_signs(story: Story, who, error) -> None:
    story.created().submitted().dispatched()
    with pytest.raises(error):
        actions.sign(story.order.pk, by=story.world.actor(who), now=at(2, 14))
    story.signed()
    with pytest.raises(WrongState, match="办理中"):
        story.signed()
