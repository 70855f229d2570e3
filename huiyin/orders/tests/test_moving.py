"""A step is stored by one statement: the order's changes, clocks, event and news."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from huiyin.kernel.models import OutboxRow
from huiyin.knowledge.states import ClockKind
from huiyin.orders import actions, moving
from huiyin.orders.actions.turn import Turn, begin, finish
from huiyin.orders.models import Clock, OrderEvent, WorkOrder
from huiyin.orders.states import EDIT, NOTE
from tests.world import Story, at


def test_a_step_takes_two_statements_under_its_lock(story: Story) -> None:
    Story(story.world).created().submitted()  # limits are remembered from here on
    story.created()
    by = story.world.actor("agent")
    with CaptureQueriesContext(connection) as caught:
        actions.submit(story.order.pk, by=by, now=at(2, 10))
    sent = [q["sql"] for q in caught if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(sent) == 2, sent
    assert sent[0].endswith('FOR UPDATE OF "orders_workorder"')


def test_all_five_are_stored(story: Story) -> None:
    story.created()
    OutboxRow.objects.all().delete()
    actions.submit(story.order.pk, by=story.world.actor("agent"), now=at(2, 10))
    order = WorkOrder.objects.get(pk=story.order.pk)
    accept, dispatch = Clock.objects.filter(order=order).order_by("pk")
    event = OrderEvent.objects.get(order=order, seq=2)
    assert (order.state, order.event_count, bytes(order.head)) == (
        "to_dispatch", 2, bytes(event.digest),
    )  # fmt: skip
    assert (accept.kind, accept.stopped_at) == ("accept", at(2, 10))
    assert (dispatch.kind, dispatch.started_at, dispatch.stopped_at) == (
        "dispatch", at(2, 10), None,
    )  # fmt: skip
    assert order.waits_until == dispatch.due_at
    assert (event.at, event.staff, event.state_before) == (
        at(2, 10), story.world.people["agent"], "draft",
    )  # fmt: skip
    told = OutboxRow.objects.filter(topic="order.submit")
    assert told.exists()
    assert {str(row.payload) for row in told} == {
        str({"seq": 2, "order": order.pk, "state": "to_dispatch", "number": order.number})
    }


def test_only_what_the_step_has_changed_is_written(story: Story) -> None:
    story.created()
    with transaction.atomic():
        turn = begin(EDIT, story.order.pk, story.world.actor("agent"), at(2, 10))
        WorkOrder.objects.filter(pk=turn.order.pk).update(place="别处写的")
        turn.order.title = "新标题"
        finish(turn)
    order = WorkOrder.objects.get(pk=story.order.pk)
    assert (order.title, order.place) == ("新标题", "别处写的")


def test_without_a_snapshot_every_column_is_written(story: Story) -> None:
    story.created()
    with transaction.atomic():
        order = WorkOrder.objects.select_for_update().get(pk=story.order.pk)
        order.title = "先改后记"
        finish(Turn(NOTE, order, story.world.actor("dispatcher"), at(2, 10)), note="补充")
    assert WorkOrder.objects.get(pk=order.pk).title == "先改后记"


@pytest.mark.parametrize("column", [f.attname for f in WorkOrder._meta.concrete_fields])
def test_the_snapshot_knows_every_column(story: Story, column: str) -> None:
    if column != "id":
        assert column in moving.snapshot(story.created().order)


def test_a_kind_that_stops_and_starts_again_runs_once(story: Story) -> None:
    order = story.created().submitted().dispatched().signed().order
    running = Clock.objects.filter(order=order, kind="finish", stopped_at__isnull=True)
    first = running.get()
    moving.stop(order, [ClockKind.FINISH], at(4, 9))
    first.refresh_from_db()
    assert first.stopped_at == at(4, 9)
    assert not running.exists()
    assert first.due_at - first.started_at > timedelta(hours=1)
