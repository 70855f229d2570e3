"""Rules of orders as tables, without a database; numbers and what a unit may see."""

from __future__ import annotations

from datetime import date

import pytest

from huiyin.kernel.errors import Invalid, NotAllowed, TooLate, WrongState
from huiyin.knowledge.models import LimitRule, Parameter
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders import actions, numbers, policy, queries, rules
from huiyin.orders.models import Assignment, Clock, OrderEvent, WorkOrder
from huiyin.orders.states import BY_VERB, FACES, OPEN, STEPS, CloseType, Outcome, State
from huiyin.orgs import actions as orgs
from huiyin.orgs.actors import CITIZEN, SYSTEM
from tests.world import Story, at


@pytest.mark.rule("R-40")
@pytest.mark.parametrize(
    ("day", "sequence", "number"),
    [
        # Check digits worked out by hand with the MOD 11,10 recursion.
        (at(2).date(), 1, "26030200000011"),
        (at(2).date(), 123, "26030200001239"),
        (at(2).date(), 10_000_123, "26030200001239"),
    ],
)
def test_numbers_are_date_sequence_and_check_digit(day, sequence, number) -> None:
    made = numbers.make(day, sequence)
    assert made[:13] == number[:13]
    assert numbers.read(numbers.spoken(made)) == made


@pytest.mark.rule("R-40")
def test_the_check_digit_is_that_of_the_standard() -> None:
    # The example of ISO 7064 MOD 11,10: 0794 gives 5.
    assert numbers.check_digit("0794") == "5"


@pytest.mark.rule("R-40")
def test_every_wrong_digit_is_noticed() -> None:
    made = numbers.make(at(2).date(), 4_711)
    for position in range(14):
        for digit in "0123456789":
            other = made[:position] + digit + made[position + 1 :]
            assert (numbers.read(other) == made) == (other == made)
    for bad in ("", "abc", "1" * 13, "1" * 15, made + "0"):
        assert numbers.read(bad) is None


def test_the_query_code_belongs_to_its_number() -> None:
    codes = {numbers.query_code(numbers.make(at(2).date(), n)) for n in range(200)}
    assert len(codes) > 195
    assert all(len(code) == 6 and code.isdigit() for code in codes)
    number = numbers.make(at(2).date(), 1)
    assert numbers.rating_token(number, 1) != numbers.rating_token(number, 2)


@pytest.mark.rule("R-50")
@pytest.mark.parametrize("note", ["", " ", "短", "\n\t"])
def test_a_refusal_needs_a_reason(note) -> None:
    with pytest.raises(Invalid):
        rules.check_note(note, "note", "原因")


@pytest.mark.rule("R-52")
@pytest.mark.parametrize(
    ("now", "until", "returns", "no_return", "error"),
    [
        (at(3), at(4), 0, False, None),
        (at(4), at(4), 0, False, TooLate),
        (at(3), None, 0, False, None),
        (at(3), at(4), 1, False, NotAllowed),
        (at(3), at(4), 0, True, NotAllowed),
    ],
)
def test_return_window(now, until, returns, no_return, error) -> None:
    facts = {"now": now, "until": until, "returns": returns, "most": 1, "no_return": no_return}
    if error is None:
        rules.check_return(**facts)
        return
    with pytest.raises(error):
        rules.check_return(**facts)


@pytest.mark.rule("R-55")
@pytest.mark.parametrize(
    ("outcome", "close_type"),
    [
        (Outcome.SOLVED, CloseType.SATISFIED),
        (Outcome.PARTLY, CloseType.SATISFIED),
        (Outcome.EXPLAINED, CloseType.EXPLAINED),
        (Outcome.PLANNED, CloseType.PLANNED),
        (Outcome.NOT_SOLVED, CloseType.SATISFIED),
    ],
)
def test_close_type_follows_the_outcome(outcome, close_type) -> None:
    assert rules.close_type_for(outcome, CloseType.SATISFIED) is close_type


def test_every_state_has_a_face_and_a_way_out() -> None:
    assert set(FACES) == set(State)
    leaving = {state for step in STEPS for state in step.sources if step.targets}
    assert leaving >= OPEN | {State.CLOSED, State.UNSAT}
    reached = {target for step in STEPS for target in step.targets}
    assert reached == set(State)
    assert len(BY_VERB) == len(STEPS)


def test_every_built_step_is_an_action() -> None:
    by_job = {
        "archive": "archive_closed",
        "recompute": "recompute_provisional",
        "overdue": "record_overdue",
        "move_unit": "move_left",
    }
    by_job |= {"absorb": "merge"}
    other = by_job | {"edit": "update_draft", "note": "add_note"}
    for step in STEPS:
        name = other.get(step.verb, step.verb)
        assert hasattr(actions, name) == step.built, step.verb


@pytest.mark.rule("R-46")
def test_submit_needs_a_category_and_obeys_the_review(world) -> None:
    agent = world.actor("agent")
    bare = Story(world).created(category=None).order
    with pytest.raises(Invalid, match="分类"):
        actions.submit(bare.pk, by=agent, now=at(2))
    Parameter.objects.create(
        key="review.before_dispatch", value=True, valid_from=at(1).date(), source="t", text="t"
    )
    from huiyin.kernel import cached

    cached.forget_all()
    order = actions.submit(Story(world).created().order.pk, by=agent, now=at(2))
    assert (order.state, order.waits_until) == (State.REVIEW, at(2, 11))
    order = actions.approve(order.pk, by=world.actor("manager"), now=at(2, 10))
    assert order.state == State.TO_DISPATCH


@pytest.mark.rule("R-557")
@pytest.mark.parametrize(
    ("spared", "urgency", "state"),
    [
        (None, "emergency", State.TO_DISPATCH),
        (None, "urgent", State.REVIEW),
        (["urgent", "emergency"], "urgent", State.TO_DISPATCH),
        ([], "emergency", State.REVIEW),
    ],
)
def test_what_cannot_wait_is_not_reviewed(story: Story, spared, urgency, state) -> None:
    story.city("review.before_dispatch", True)
    if spared is not None:
        story.city("review.spared", spared)
    assert story.created(urgency=Urgency(urgency)).submitted().order.state == state


@pytest.mark.rule("R-57")
@pytest.mark.rule("R-58")
@pytest.mark.rule("R-59")
@pytest.mark.rule("R-63")
def test_signing_contacting_reporting_and_auditing_leave_names_and_times(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched(assist=[world.housing]).signed().contacted()
    lead = Assignment.objects.get(order=story.order, role="lead")
    assert (lead.signed_at, lead.signed_by.username, lead.contacted_at) == (
        at(2, 14), "water_handler", at(2, 15),
    )  # fmt: skip
    for moment in (at(2, 8), at(2, 16)):
        with pytest.raises(Invalid):
            actions.contact(
                story.order.pk,
                by=world.actor("water_handler"),
                at=moment,
                number="12345678",
                now=at(2, 15),
            )
    helper = world.actor("housing_handler")
    with pytest.raises(WrongState):
        actions.sub_reply(story.order.pk, by=helper, process="到场", result="完成", now=at(3))
    actions.sub_sign(story.order.pk, by=helper, now=at(3))
    actions.sub_reply(story.order.pk, by=helper, process="到场", result="完成", now=at(3, 10))
    story.replied().audited()
    reply = story.order.replies.get()
    assert (reply.passed, reply.audited_by.username) == (True, "auditor")
    assert story.order.answer == reply.public_answer


@pytest.mark.rule("R-64")
def test_closing_as_unsatisfied_needs_words(story: Story) -> None:
    order = story.to_callback().order
    with pytest.raises(Invalid):
        actions.close_unsatisfied(
            order.pk, by=story.world.actor("callback"), solved=None, grade=None, note="", now=at(5)
        )


@pytest.mark.rule("R-62")
@pytest.mark.parametrize(
    ("changes", "who", "allowed"),
    [
        ({}, "water_handler", True),
        ({}, "agent", True),
        ({}, "quality", False),
        ({}, "housing_handler", False),
        ({"kind": Kind.REPORT}, "water_handler", False),
        ({"kind": Kind.REPORT}, "supervisor", True),
        ({"confidential": True}, "water_handler", False),
    ],
)
@pytest.mark.rule("R-21")
def test_who_may_read_the_requester(story: Story, changes, who, allowed) -> None:
    from huiyin.kernel.models import AccessLog

    story.created(**changes).submitted().dispatched()
    order = WorkOrder.objects.select_related("requester").get(pk=story.order.pk)
    actor = story.world.actor(who)
    if not allowed:
        with pytest.raises(NotAllowed):
            actions.reveal(order, by=actor, purpose="联系诉求人", now=at(3))
        assert not AccessLog.objects.exists()
        return
    with pytest.raises(Invalid):
        actions.reveal(order, by=actor, purpose=" ", now=at(3))
    clear = actions.reveal(order, by=actor, purpose="联系诉求人", now=at(3))
    assert (clear["name"], clear["phone"]) == ("王小明", "13812345678")
    row = AccessLog.objects.get()
    assert (row.reader, row.subject, row.fields) == (
        actor.reference, f"order:{order.number}", ["name", "phone"],
    )  # fmt: skip


@pytest.mark.rule("R-60")
def test_units_see_their_own_and_what_is_below(story: Story) -> None:
    world = story.world
    story.created().submitted().dispatched(lead=world.township)
    seen = {
        who: WorkOrder.objects.filter(policy.visible_to(world.actor(who))).exists()
        for who in ("township_handler", "county_handler", "water_handler", "agent", "administrator")
    }
    assert seen == {
        "township_handler": True, "county_handler": True, "water_handler": False, "agent": True,
        "administrator": False,
    }  # fmt: skip
    assert not WorkOrder.objects.filter(policy.visible_to(CITIZEN)).exists()


@pytest.mark.rule("R-14")
def test_a_published_calendar_moves_provisional_deadlines_by_a_recorded_step(story: Story) -> None:
    start = at(29, 10, month=12)
    story.created(now=start)
    actions.submit(story.order.pk, by=story.world.actor("agent"), now=start)
    story.dispatched(now=start)
    clock = Clock.objects.get(order=story.order, kind="finish")
    assert clock.provisional
    assert "暂按" in clock.words
    before = story.order.due_at
    orgs.load_calendar_year(
        2027, closed=[date(2027, 1, 1), date(2027, 1, 4)], opened=[], names={},
        source="测试公布", by=SYSTEM, now=start,
    )  # fmt: skip
    assert actions.recompute_provisional(now=start) >= 1
    story.order.refresh_from_db()
    clock.refresh_from_db()
    assert (clock.provisional, story.order.due_at) == (False, clock.due_at)
    assert story.order.due_at != before
    assert OrderEvent.objects.filter(verb="recompute").count() == 1
    assert actions.recompute_provisional(now=start) == 0
    assert list(queries.breaks()) == [1]


def test_without_a_limit_an_order_is_not_lost_from_the_queue(story: Story) -> None:
    LimitRule.objects.all().delete()
    story.created().submitted()
    waiting = queries.waiting(story.order, at(3))
    assert waiting.until is None
    rows = queries.listed(story.world.actor("dispatcher"), queries.OrderFilter()).rows
    assert [o.pk for o in rows] == [story.order.pk]


def test_a_unit_has_in_hand_what_it_and_those_below_it_hold_now(story: Story) -> None:
    world = story.world
    held = story.created().submitted().dispatched().signed().order
    other = Story(world).created().submitted().dispatched(lead=world.housing).order
    down = Story(world).created().submitted().dispatched().signed()
    actions.pass_down(
        down.order.pk, unit=world.water_team, due_at=None, by=world.actor("water_handler"),
        now=at(3, 9),
    )  # fmt: skip
    wanted = queries.OrderFilter(held=True)

    def in_hand(who: str) -> set[int]:
        return {order.pk for order in queries.filtered(world.actor(who), wanted)}

    assert in_hand("water_handler") == {held.pk, down.order.pk}
    assert in_hand("team_handler") == {down.order.pk}
    assert in_hand("housing_handler") == {other.pk}
    assert in_hand("dispatcher") == {held.pk, down.order.pk, other.pk}, "nothing to the centre"
    assert in_hand("administrator") == set()
