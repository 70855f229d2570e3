"""Merging into a main order, splitting off, ending with it, rating, links: as stories."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest

from huiyin.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Refused, WrongState
from huiyin.kernel.models import OutboxRow
from huiyin.orders import actions, around, policy, queries, rules
from huiyin.orders.actions import grouping
from huiyin.orders.kinds import LinkKind
from huiyin.orders.models import OrderLink, WorkOrder
from huiyin.orders.states import OPEN, Satisfaction, Solved, State
from tests import races
from tests.world import Story, World, at


def child(world: World, **changes: object) -> WorkOrder:
    values = {"name": "李四", "phone": "13900001111", "place": "幸福小区 5 号楼"} | changes
    return Story(world).created(**values).submitted().order  # type: ignore[arg-type]


def merged(story: Story, **changes: object) -> tuple[WorkOrder, WorkOrder]:
    """Return a main order that is being handled and an order merged into it."""
    main = story.created().submitted().dispatched().order
    order = child(story.world, **changes)
    order = actions.merge(
        order.pk, by=story.world.actor("dispatcher"), main=main.pk, note="同一换热站", now=at(2, 11)
    )
    main.refresh_from_db()
    return main, order


def ended(story: Story) -> tuple[WorkOrder, WorkOrder]:
    main, order = merged(story)
    story.order = main
    story.signed().contacted().replied().audited().closed()
    drain(main)
    main.refresh_from_db()
    order.refresh_from_db()
    return main, order


def drain(main: WorkOrder) -> None:
    """Do what the consumer of the outbox does when the main order has ended."""
    verb = main.events.order_by("-seq").values_list("verb", flat=True)[0]
    if verb not in ("close", "close_unreached", "close_unsatisfied"):
        verb = "close"
    grouping.hear(f"order.{verb}", {"order": main.pk}, at(5, 9))


@pytest.mark.rule("R-120")
def test_a_merged_order_is_closed_and_its_caller_kept(story: Story) -> None:
    main, order = merged(story)
    assert (order.state, order.close_type) == ("closed", "merged")
    assert order.requester.name_masked == "李*"
    assert main.merged_count == 1
    assert around.main_of(order).other == main
    assert [e.verb for e in order.events.order_by("seq")] == ["create", "submit", "merge"]
    last = main.events.order_by("seq").last()
    assert (last.verb, last.state_after) == ("absorb", "to_sign")
    assert order.number in last.note
    assert list(queries.breaks()) == [2]


@pytest.mark.rule("R-120")
@pytest.mark.parametrize(
    ("standing", "allowed"),
    [(s, s in OPEN and s not in (State.DRAFT, State.REVIEW)) for s in State],
)
def test_the_main_order_must_be_open(standing: State, allowed: bool) -> None:
    facts = {"same": False, "main_standing": standing, "holds_others": 0, "secret": False}
    if allowed:
        rules.check_merge(**facts)  # type: ignore[arg-type]
        return
    with pytest.raises(WrongState):
        rules.check_merge(**facts)  # type: ignore[arg-type]


@pytest.mark.rule("R-120")
def test_what_cannot_be_merged(story: Story) -> None:
    world = story.world
    main, order = merged(story)
    by = world.actor("dispatcher")
    another = child(world)
    with pytest.raises(Invalid, match="自己"):
        actions.merge(another.pk, by=by, main=another.pk, now=at(2, 12))
    with pytest.raises(NotFound):
        actions.merge(another.pk, by=by, main=10**9, now=at(2, 12))
    with pytest.raises(WrongState, match="已办结"):
        actions.merge(another.pk, by=by, main=order.pk, now=at(2, 12))
    with pytest.raises(NotAllowed):
        actions.merge(another.pk, by=world.actor("agent"), main=main.pk, now=at(2, 12))
    secret = child(world, confidential=True)
    with pytest.raises(Refused, match="保密"):
        actions.merge(secret.pk, by=by, main=main.pk, now=at(2, 12))
    actions.merge(another.pk, by=by, main=child(world).pk, now=at(2, 12))
    head = around.main_of(WorkOrder.objects.get(pk=another.pk)).other
    with pytest.raises(Refused, match="已有 1 件"):
        actions.merge(head.pk, by=by, main=main.pk, now=at(2, 12))
    assert {"merge"} <= {o.step.verb for o in policy.offers(by, head, None) if not o.allowed}


@pytest.mark.rule("R-121")
def test_a_merged_order_can_be_split_off_while_the_main_is_open(story: Story) -> None:
    main, order = merged(story)
    by = story.world.actor("dispatcher")
    with pytest.raises(Invalid):
        actions.split_off(order.pk, by=by, note="", now=at(2, 13))
    order = actions.split_off(order.pk, by=by, note="不是同一换热站", now=at(2, 13))
    main.refresh_from_db()
    assert (order.state, order.close_type, order.closed_at) == ("to_dispatch", "", None)
    assert order.waits_until == at(2, 15)
    assert main.merged_count == 0
    assert around.main_of(order) is None
    with pytest.raises(WrongState):
        actions.split_off(order.pk, by=by, note="再拆一次", now=at(2, 13))
    again = actions.merge(order.pk, by=by, main=main.pk, now=at(2, 14))
    assert again.close_type == "merged"


@pytest.mark.rule("R-121")
def test_only_merged_orders_are_split_off(story: Story) -> None:
    main, order = ended(story)
    by = story.world.actor("dispatcher")
    with pytest.raises(WrongState, match="不能再拆出"):
        actions.split_off(order.pk, by=by, note="晚了", now=at(5, 10))
    with pytest.raises(WrongState, match="没有并入"):
        actions.split_off(main.pk, by=by, note="不是并单", now=at(5, 10))
    assert "split_off" not in {o.step.verb for o in policy.offers(by, main, None)}


@pytest.mark.rule("R-121")
def test_voiding_the_main_order_sets_the_others_free(story: Story) -> None:
    main, order = merged(story)
    world = story.world
    actions.ask_void(main.pk, by=world.actor("dispatcher"), note="撤诉", now=at(2, 12))
    voided = actions.confirm_void(main.pk, by=world.actor("manager"), now=at(2, 13))
    order.refresh_from_db()
    assert (voided.state, order.state) == ("void", "to_dispatch")
    voided.refresh_from_db()
    assert voided.merged_count == 0
    assert list(queries.breaks()) == [2]


@pytest.mark.rule("R-122")
def test_every_caller_is_told_when_the_main_order_ends(story: Story) -> None:
    main, order = ended(story)
    assert main.state == "closed"
    assert order.answer == main.answer == "您好，换热站故障已修复，室温已达标。"
    assert order.events.order_by("seq").last().verb == "end_with_main"
    rows = OutboxRow.objects.filter(consumer="messaging", topic="order.end_with_main")
    assert [row.payload["order"] for row in rows] == [order.pk]
    drain(main)
    assert order.events.filter(verb="end_with_main").count() == 1
    assert OutboxRow.objects.filter(consumer="groups", payload__order=main.pk).exists()


def heard(main: WorkOrder) -> None:
    """Let the consumer hear what the steps of the main order have really told it."""
    rows = OutboxRow.objects.filter(consumer="groups", payload__order=main.pk).order_by("pk")
    for row in rows:
        grouping.hear(row.topic, row.payload, at(5, 9))


@pytest.mark.rule("R-122")
def test_they_are_told_too_where_an_audit_or_a_termination_ends_the_main_order(
    story: Story,
) -> None:
    """A city that calls back first ends its orders with the audit."""
    story.asks_first()
    main, order = merged(story)
    story.order = main
    story.signed().contacted().replied().verified()
    heard(main)
    assert not order.events.filter(verb="end_with_main").exists()
    story.audited()
    heard(main)
    order.refresh_from_db()
    assert order.events.filter(verb="end_with_main").count() == 1
    assert order.answer == story.order.answer != ""
    story.order, other = merged(Story(story.world))
    story.signed().termination_asked()
    actions.grant_termination(
        story.order.pk, by=story.world.actor("auditor"), explanation="依法终止", now=at(5, 9)
    )
    heard(story.order)
    other.refresh_from_db()
    assert other.answer == "依法终止"


@pytest.mark.rule("R-122")
def test_a_step_that_did_not_end_the_main_order_tells_nobody(story: Story) -> None:
    main, order = merged(story)
    story.order = main
    story.signed().contacted().replied().audited()
    heard(main)
    assert not order.events.filter(verb="end_with_main").exists()


@pytest.mark.rule("R-122")
def test_a_main_order_that_goes_on_keeps_its_group(story: Story) -> None:
    """A redo is a further round of the main order; the group goes with it."""
    main, order = merged(story)
    story.order = main
    story.signed().contacted().replied().audited()
    actions.redo(
        main.pk, by=story.world.actor("callback"), solved=Solved.NO,
        grade=Satisfaction.UNSATISFIED, now=at(5, 9),
    )  # fmt: skip
    drain(main)
    main.refresh_from_db()
    order.refresh_from_db()
    assert (main.state, main.merged_count, order.answer) == ("rework", 1, "")
    assert around.main_of(order).other == main


@pytest.mark.rule("R-122")
def test_a_merged_order_is_archived_only_after_its_main(story: Story) -> None:
    main, order = merged(story)
    later = at(2) + timedelta(days=200)
    assert actions.archive_closed(until=later) == 0
    story.order = main
    story.signed().contacted().replied().audited().closed()
    assert actions.archive_closed(until=later) == 2


@pytest.mark.rule("R-124")
def test_orders_are_linked_both_ways(story: Story) -> None:
    world = story.world
    first = story.created().order
    second = Story(world).created().order
    by = world.actor("agent")
    actions.link(second.pk, by=by, other=first.pk, kind=LinkKind.SEQUEL, note="还是不热", now=at(3))
    assert [each.kind for each in around.links_of(first)] == ["sequel"]
    assert around.links_of(second)[0].other == first
    assert second.events.order_by("seq").last().note == f"接续的前单 {first.number}：还是不热"
    with pytest.raises(Conflict):
        actions.link(second.pk, by=by, other=first.pk, kind=LinkKind.SEQUEL, now=at(3))
    actions.link(second.pk, by=by, other=first.pk, kind=LinkKind.RELATED, now=at(3))
    with pytest.raises(Conflict):
        actions.link(first.pk, by=by, other=second.pk, kind=LinkKind.RELATED, now=at(3))
    with pytest.raises(Invalid):
        actions.link(first.pk, by=by, other=first.pk, kind=LinkKind.RELATED, now=at(3))
    with pytest.raises(Invalid):
        actions.link(first.pk, by=by, other=second.pk, kind=LinkKind.MERGED, now=at(3))
    with pytest.raises(NotFound):
        actions.link(first.pk, by=by, other=10**9, kind=LinkKind.RELATED, now=at(3))
    with pytest.raises(NotAllowed):
        actions.link(
            first.pk, by=world.actor("water_handler"), other=second.pk, kind=LinkKind.RELATED,
            now=at(3),
        )  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.rule("R-120")
def test_two_orders_are_not_merged_into_each_other(standing_world: World) -> None:
    """Merged the two ways at once, one wins and the other is told; nobody waits for ever."""
    one, other = child(standing_world), child(standing_world)
    by = standing_world.actor("dispatcher")
    runners = races.race(
        min(one.pk, other.pk),
        partial(actions.merge, one.pk, by=by, main=other.pk, now=at(3)),
        partial(actions.merge, other.pk, by=by, main=one.pk, now=at(3)),
    )
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (1, 1)
    links = OrderLink.objects.filter(order__in=[one.pk, other.pk], kind="merged")
    assert links.count() == 1
    states = set(
        WorkOrder.objects.filter(pk__in=[one.pk, other.pk]).values_list("state", flat=True)
    )
    assert states == {"closed", "to_dispatch"}
