"""Open orders follow when a unit ends; what is over keeps the unit and the name of then."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed
from huiyin.knowledge.models import Reason
from huiyin.orders import actions, jobs, queries
from huiyin.orders.dispute_models import DisputeUnit
from huiyin.orders.dispute_queries import candidates
from huiyin.orders.models import Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orders.queries import OrderFilter
from huiyin.orgs import actions as orgs
from huiyin.orgs.actions import SplitTerm, Terms
from huiyin.orgs.models import Region, Unit, UnitChange
from tests import races
from tests.world import Story, World, at

TODAY = Terms(date(2026, 3, 3), "市委编办〔2026〕3 号")


def merged(world: World, terms: Terms = TODAY, **more) -> UnitChange:
    by = world.actor("administrator")
    units = more.pop("units", [world.water])
    into = more.pop("into", world.housing)
    return orgs.plan_merge(units, into=into, terms=terms, by=by, now=at(2))[0]


def carried_out(world: World, **more) -> int:
    return actions.carry_out(merged(world, **more).pk, now=at(3))


def facts(order: WorkOrder) -> list[tuple[object, ...]]:
    """Return the clocks of an order without the part they belong to."""
    return list(
        Clock.objects.filter(order=order)
        .order_by("pk")
        .values_list("kind", "started_at", "due_at", "stopped_at", "rule")
    )


@pytest.mark.rule("R-198")
@pytest.mark.parametrize("steps", [[], ["signed"], ["signed", "contacted"]])
def test_an_open_order_goes_on_with_the_same_clocks(world: World, story: Story, steps) -> None:
    story.created().submitted().dispatched()
    for step in steps:
        getattr(story, step)()
    before = WorkOrder.objects.get()
    clocks, old = facts(before), Assignment.objects.get()
    assert carried_out(world) == 1
    order = WorkOrder.objects.get()
    assert order.lead_unit == world.housing
    assert (order.state, order.due_at, order.waits_until) == (
        before.state, before.due_at, before.waits_until,
    )  # fmt: skip
    assert facts(order) == clocks
    part = Assignment.objects.get(ended_at__isnull=True)
    assert (part.unit, part.continues, part.due_at) == (world.housing, old, old.due_at)
    assert (part.signed_at, part.contacted_at) == (old.signed_at, old.contacted_at)
    assert Assignment.objects.get(pk=old.pk).ended_at == at(3)
    running = Clock.objects.filter(stopped_at__isnull=True)
    assert {clock.assignment_id for clock in running} == {part.pk}
    event = OrderEvent.objects.get(verb="move_unit")
    assert event.note == "机构调整：市水务局的任务由市住建局承接，时限不变"
    assert event.public_note == "机构调整，现由市住建局继续办理，时限不变"
    assert list(queries.breaks()) == [1]


def test_the_new_unit_finishes_what_the_old_one_began(world: World, story: Story) -> None:
    story.created().submitted().dispatched().signed().contacted()
    carried_out(world)
    people = world.people
    people["water_handler"].refresh_from_db()  # the account has gone over with the work
    story.replied(now=at(4, 9)).audited().closed()
    assert story.order.state == "closed"
    assert story.order.lead_unit == world.housing
    assert list(queries.breaks()) == [1]


@pytest.mark.rule("R-198")
def test_everything_that_a_part_holds_goes_over(world: World, story: Story) -> None:
    story.created().submitted().dispatched().signed()
    Assignment.objects.update(handed_by="phone", shared_score=True, returns=1, no_return=True)
    old = Assignment.objects.get()
    carried_out(world)
    new = Assignment.objects.get(ended_at__isnull=True)
    own = {"id", "unit_id", "ended_at", "continues_id"}
    names = [f.attname for f in Assignment._meta.concrete_fields if f.attname not in own]
    assert [getattr(new, name) for name in names] == [getattr(old, name) for name in names]


@pytest.mark.rule("R-201")
def test_who_takes_over_carries_out_what_was_planned(world: World, story: Story) -> None:
    story.planned()
    [plan] = orgs.plan_merge(
        [world.water], into=world.housing, terms=Terms(date(2026, 3, 20), TODAY.basis),
        by=world.actor("administrator"), now=at(19),
    )  # fmt: skip
    actions.carry_out(plan.pk, now=at(20))
    with pytest.raises(NotAllowed, match="市住建局落实"):
        actions.report_plan(
            story.order.pk, by=world.actor("county_handler"), note="完工", now=at(21)
        )
    done = actions.report_plan(
        story.order.pk, by=world.actor("housing_handler"), note="完工", now=at(21)
    )
    assert done.events.latest("seq").verb == "report_plan"


@pytest.mark.rule("R-556")
@pytest.mark.parametrize("ways", [("suspension_asked", "suspended"), ("termination_asked",)])
def test_clocks_that_stood_still_go_on_with_who_took_over(world: World, story: Story, ways) -> None:
    story.created().submitted().dispatched(assist=[world.township]).signed()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=None,
        now=at(2, 15),
    )  # fmt: skip
    for step in ways:
        getattr(story, step)()
    terms = Terms(date(2026, 3, 5), "市委编办〔2026〕3 号")
    assert actions.carry_out(merged(world, terms).pk, now=at(5)) == 1
    if len(ways) > 1:
        order = actions.resume(story.order.pk, by=world.actor("manager"), now=at(6))
    else:
        order = actions.refuse_termination(
            story.order.pk, by=world.actor("auditor"), note="可以核实", now=at(6)
        )
    head = Assignment.objects.get(order=order, role="lead", parent=None, ended_at=None)
    assert (order.lead_unit, head.unit, head.due_at) == (world.housing, world.housing, order.due_at)
    running = Clock.objects.filter(order=order, stopped_at__isnull=True).select_related(
        "assignment"
    )
    assert running.get(kind="finish", assignment=head).due_at == order.due_at
    assert running.filter(kind="finish", assignment__unit=world.water_team).count() == 1
    assert all(clock.assignment and clock.assignment.ended_at is None for clock in running)


@pytest.mark.rule("R-198")
def test_an_order_under_return_or_rework_moves_too(world: World, story: Story) -> None:
    story.created().submitted().dispatched().return_asked()
    other = Story(world).created().submitted().dispatched().signed().contacted()
    other.replied(at(2, 16), contacted_at=at(2, 15))
    other.order = actions.reject_reply(
        other.order.pk, by=world.actor("auditor"), note="写明结果", now=at(2, 17)
    )
    assert carried_out(world, into=world.county) == 2
    refused = actions.refuse_return(
        story.order.pk, by=world.actor("dispatcher"), note="属本职", now=at(3, 9)
    )
    again = actions.send_again(other.order.pk, by=world.actor("dispatcher"), now=at(3, 9))
    assert (refused.state, again.state) == ("to_sign", "in_progress")
    assert refused.lead_unit == again.lead_unit == world.county


@pytest.mark.rule("R-198")
def test_a_unit_that_has_a_part_already_keeps_one(world: World, story: Story) -> None:
    """Water leads and housing assists; housing takes water over and leads."""
    story.created().submitted().dispatched().signed().assisted()
    assert carried_out(world) == 1
    part = Assignment.objects.get(ended_at__isnull=True)
    assert (part.unit, part.role) == (world.housing, "lead")
    assert Clock.objects.filter(assignment__unit=world.housing, stopped_at__isnull=True).exists()


@pytest.mark.rule("R-198")
def test_an_assisting_unit_that_ends_leaves_its_part_to_the_lead(
    world: World, story: Story
) -> None:
    story.created().submitted().dispatched().signed().assisted()
    assert carried_out(world, units=[world.housing], into=world.water) == 1
    part = Assignment.objects.get(ended_at__isnull=True)
    assert (part.unit, part.role) == (world.water, "lead")
    running = Clock.objects.filter(stopped_at__isnull=True)
    assert {clock.assignment_id for clock in running} == {part.pk}
    assert OrderEvent.objects.get(verb="move_unit").public_note == ""


@pytest.mark.rule("R-198")
def test_what_was_passed_down_hangs_below_the_new_lead(world: World, story: Story) -> None:
    story.created().submitted().dispatched().signed()
    actions.pass_down(
        story.order.pk, by=world.actor("water_handler"), unit=world.water_team, due_at=None,
        now=at(2, 15),
    )  # fmt: skip
    carried_out(world)
    below = Assignment.objects.get(unit=world.water_team, ended_at__isnull=True)
    assert below.parent is not None
    assert below.parent.unit == world.housing
    actions.sub_sign(story.order.pk, by=world.actor("team_handler"), now=at(3, 10))
    assert Assignment.objects.get(pk=below.pk).signed_at == at(3, 10)


@pytest.mark.rule("R-199")
def test_a_split_sends_each_order_by_its_matter_and_place(world: World, story: Story) -> None:
    town = Region.objects.create(code="370001001", name="东关街道", level="street")
    here = story.created(region=town).submitted().dispatched().order
    elsewhere = Story(world).created().submitted().dispatched().order
    plan = orgs.plan_split(
        world.water, [SplitTerm(world.township, "04", "370001")], rest=world.housing, terms=TODAY,
        by=world.actor("administrator"), now=at(2),
    )  # fmt: skip
    before = [(move.unit, move.orders, move.leads) for move in queries.moves_of(plan)]
    assert before == [(world.housing, 1, 1), (world.township, 1, 1)]
    assert [(row.order, row.to) for row in queries.orders_moving(plan)] == [
        (here, world.township), (elsewhere, world.housing),
    ]  # fmt: skip
    actions.carry_out(plan.pk, now=at(3))
    assert WorkOrder.objects.get(pk=here.pk).lead_unit == world.township
    assert WorkOrder.objects.get(pk=elsewhere.pk).lead_unit == world.housing


@pytest.mark.rule("R-393")
def test_a_split_sends_listed_orders_where_the_list_says(world: World, story: Story) -> None:
    listed = story.created().submitted().dispatched().order
    other = Story(world).created().submitted().dispatched().order
    how = {"rest": world.housing, "terms": TODAY, "by": world.actor("administrator"), "now": at(2)}
    by_list = SplitTerm(world.county, numbers=(listed.number,))
    for number in ("26030200000099", Story(world).created().order.number):
        with pytest.raises(Invalid, match="不是市水务局在办的工单"):
            actions.plan_split(world.water, [SplitTerm(world.county, numbers=(number,))], **how)
    twice = [by_list, SplitTerm(world.township, numbers=(listed.number,))]
    with pytest.raises(Invalid, match="写了两次"):
        actions.plan_split(world.water, twice, **how)
    both = SplitTerm(world.county, "04", numbers=(listed.number,))
    with pytest.raises(Invalid, match="不再写分类"):
        actions.plan_split(world.water, [both], **how)
    parts = [by_list, SplitTerm(world.township, "04")]
    plan = actions.plan_split(world.water, parts, **how)
    assert {move.unit: move.orders for move in queries.moves_of(plan)} == {
        world.county: 1, world.township: 1,
    }  # fmt: skip
    actions.carry_out(plan.pk, now=at(3))
    assert WorkOrder.objects.get(pk=listed.pk).lead_unit == world.county
    assert WorkOrder.objects.get(pk=other.pk).lead_unit == world.township
    assert list(queries.breaks()) == [3]


def test_a_closed_order_stays_where_it_was_and_figures_follow(world: World, story: Story) -> None:
    story.to_callback().closed()
    carry = merged(world, Terms(date(2026, 3, 6), TODAY.basis))
    assert actions.carry_out(carry.pk, now=at(6)) == 0
    order = queries.get_visible(world.actor("dispatcher"), story.order.number)
    assert order is not None
    assert order.lead_unit == world.water
    housing = Unit.objects.get(code="housing")
    found = queries.filtered(world.actor("dispatcher"), OrderFilter(unit=housing))
    assert list(found) == [order]
    assert queries.get_visible(world.actor("housing_handler"), order.number) is not None


@pytest.mark.rule("R-200")
def test_an_order_shows_each_unit_by_the_name_of_then(world: World, story: Story) -> None:
    story.to_callback().closed()
    plan = orgs.plan_rename(
        world.water, name="市水利局", terms=Terms(date(2026, 3, 10), TODAY.basis),
        by=world.actor("administrator"), now=at(6),
    )  # fmt: skip
    still = Story(world).created().submitted().dispatched().order
    assert actions.carry_out(plan.pk, now=at(10)) == 0
    boss = world.actor("dispatcher")
    order, open_ = (queries.get_visible(boss, o.number) for o in (story.order, still))
    assert order is not None
    assert open_ is not None
    assert str(order.lead_unit) == "市水务局"
    assert {str(part.unit) for part in order.assignments.all()} == {"市水务局"}
    assert {str(e.unit) for e in order.events.all() if e.unit} == {"市水务局", "市热线中心"}
    assert str(order.replies.all()[0].assignment.unit) == "市水务局"
    assert str(open_.lead_unit) == "市水利局"
    listed = {row.number: str(row.lead_unit) for row in queries.listed(boss, OrderFilter()).rows}
    assert listed == {order.number: "市水务局", open_.number: "市水利局"}
    told = queries.by_number(order.number)
    assert told is not None
    assert str(told.lead_unit) == "市水务局"


@pytest.mark.rule("R-201")
def test_the_job_carries_out_what_is_due_and_moves_what_was_left(
    world: World, story: Story
) -> None:
    story.created().submitted().dispatched()
    merged(world)
    assert jobs.carry_out_changes(at(2, 23, 59)) == 0
    assert jobs.carry_out_changes(at(3, 0, 1)) == 1
    assert jobs.carry_out_changes(at(3, 0, 2)) == 0
    part = Assignment.objects.get(ended_at__isnull=True)
    Assignment.objects.filter(pk=part.pk).update(unit=world.water)  # given in that very moment
    assert jobs.carry_out_changes(at(3, 0, 3)) == 1
    assert Assignment.objects.get(ended_at__isnull=True).unit == world.housing


def test_nothing_to_do_costs_two_queries(world: World, django_assert_num_queries) -> None:  # noqa: ARG001
    with django_assert_num_queries(2):
        actions.carry_out_due(until=at(3))


def test_a_step_of_the_old_unit_after_the_move_is_refused(world: World, story: Story) -> None:
    story.created().submitted().dispatched()
    stale = world.actor("water_handler")
    carried_out(world)
    with pytest.raises(NotAllowed, match="不承办"):
        actions.sign(story.order.pk, by=stale, now=at(3, 9))


def test_a_step_and_the_move_at_the_same_moment(standing_world: World) -> None:
    """Either order of the two leaves one open part, at the new unit, with nothing lost."""
    world = standing_world
    order = Story(world).created().submitted().dispatched().order
    stale = world.actor("water_handler")
    plan = merged(world)
    orgs.carry_out_change(plan.pk, by=stale, now=at(3))
    cached.forget_all()
    runners = races.race(
        order.pk,
        lambda: actions.move_left(now=at(3)),
        lambda: actions.sign(order.pk, by=stale, now=at(3)),
        lambda: actions.move_left(now=at(3)),
    )
    done, refused = races.outcome(runners)
    assert [isinstance(each, NotAllowed) for each in refused] in ([], [True])
    assert sorted(each for each in done if not isinstance(each, WorkOrder)) == [0, 1]
    part = Assignment.objects.get(order=order, ended_at__isnull=True)
    assert part.unit == world.housing
    assert bool(part.signed_at) == (not refused)
    assert OrderEvent.objects.filter(order=order, verb="move_unit").count() == 1


@pytest.mark.rule("R-593")
def test_who_took_over_after_a_refused_return_may_contest(world: World, story: Story) -> None:
    story.created().submitted().dispatched().return_refused()
    carried_out(world)
    by = world.actor("housing_handler")
    reason = Reason.objects.get(group="return")
    with pytest.raises(NotAllowed):
        actions.ask_return(
            story.order.pk, by=by, reason=reason, basis="不属本单位", suggested=world.county,
            now=at(3, 10),
        )  # fmt: skip
    order = actions.contest(
        story.order.pk, by=by, basis="不属本单位职责", suggested=world.county, now=at(3, 10)
    )
    assert order.state == "dispute"


@pytest.mark.rule("R-210")
@pytest.mark.parametrize("spoke", [False, True])
def test_who_took_over_is_heard_in_the_conference(world: World, story: Story, spoke: bool) -> None:
    order = story.created().submitted().conferred().order
    if spoke:
        actions.give_opinion(
            order.pk, unit=world.water, opinion="不属供水", by=world.actor("dispatcher"),
            now=at(2, 11),
        )  # fmt: skip
    by = world.actor("county_handler")
    assert queries.visible_key(by, order.number) is None
    assert carried_out(world, into=world.county) == 1
    assert queries.visible_key(by, order.number) == order.pk
    assert {row.unit for row in candidates(order)} == {world.housing, world.county}
    kept = DisputeUnit.objects.filter(unit=world.water).values_list("candidate", "opinion")
    assert list(kept) == ([(False, "不属供水")] if spoke else [])
    said = OrderEvent.objects.get(order=order, verb="move_unit")
    assert said.note == "机构调整：市水务局的会商由东县参加，时限不变"
    assert actions.move_left(now=at(3, 1)) == 0
    order = story.ruled(world.county, now=at(3, 9)).order
    assert order.lead_unit == world.county


@pytest.mark.rule("R-210")
def test_of_two_candidates_that_become_one_it_is_heard_once(world: World, story: Story) -> None:
    order = story.created().submitted().conferred().order
    assert carried_out(world) == 1
    assert [row.unit for row in candidates(order)] == [world.housing]
