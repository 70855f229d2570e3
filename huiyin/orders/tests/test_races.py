"""Two people take a step at once: one succeeds, the other is told where the order stands now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import pytest

from huiyin.kernel.errors import Refused
from huiyin.knowledge.models import Reason
from huiyin.orders import actions, creation, numbers, queries
from huiyin.orders.models import Assignment, OrderEvent, Reply, WorkOrder
from huiyin.orders.states import Satisfaction, Solved
from tests import races
from tests.world import REQUEST, Story, World, at, reply_form

CONTENT = {"solved": Solved.YES, "grade": Satisfaction.SATISFIED}
NOT_CONTENT = {"solved": Solved.NO, "grade": Satisfaction.UNSATISFIED}
Doing = Callable[[int, World], object]


def do(name: str, by: str, *args: object, **facts: object) -> Doing:
    """Return a doing: the action of that name by one of the small city's people."""
    moment = facts.pop("now", at(5, 12))

    def doing(key: int, world: World) -> object:
        given = {k: v(world) if callable(v) else v for k, v in facts.items()}
        return getattr(actions, name)(key, *args, by=world.actor(by), now=moment, **given)

    return doing


def reason(group: str) -> Callable[[World], Reason]:
    return lambda _: Reason.objects.get(group=group)


def unit(name: str) -> Callable[[World], object]:
    return lambda world: getattr(world, name)


def units(*names: str) -> Callable[[World], object]:
    return lambda world: [getattr(world, name) for name in names]


FORM = reply_form()
ASK_RETURN = do(
    "ask_return", "water_leader", reason=reason("return"), basis="不属本单位",
    suggested=unit("housing"), now=at(3, 9),
)  # fmt: skip


@pytest.fixture
def story(standing_world: World) -> Story:
    return Story(standing_world)


@dataclass(frozen=True)
class Case:
    """Two doings that exclude each other, from where they start, and what may come of it."""

    start: Callable[[Story], Story]
    one: Doing
    other: Doing
    ends: set[tuple[str, str]]  # state and last verb


def created(story: Story) -> Story:
    return story.created()


def submitted(story: Story) -> Story:
    return story.created().submitted()


def dispatched(story: Story) -> Story:
    return submitted(story).dispatched()


def signed(story: Story) -> Story:
    return dispatched(story).signed()


def contacted(story: Story) -> Story:
    return signed(story).contacted()


def replied(story: Story) -> Story:
    return contacted(story).replied()


def returning(story: Story) -> Story:
    dispatched(story)
    actions.ask_return(
        story.order.pk, by=story.world.actor("water_handler"), basis="不属本单位",
        reason=Reason.objects.get(group="return"), suggested=story.world.housing, now=at(2, 11),
    )  # fmt: skip
    return story


def contested(story: Story) -> Story:
    return dispatched(story).return_refused().contested()


def rework(story: Story) -> Story:
    replied(story)
    actions.reject_reply(
        story.order.pk, by=story.world.actor("auditor"), note="请补充现场情况", now=at(4, 10)
    )
    return story


def asked_void(story: Story) -> Story:
    submitted(story)
    actions.ask_void(
        story.order.pk, by=story.world.actor("dispatcher"), note="诉求人撤诉", now=at(2, 10)
    )
    return story


CASES = {
    "answer, answer": Case(
        created, do("answer", "agent", text_="已答复。"),
        do("answer", "vendor_agent", text_="已答复。"), {("closed", "answer")},
    ),
    "answer, submit": Case(
        created, do("answer", "agent", text_="已答复。"), do("submit", "vendor_agent"),
        {("closed", "answer"), ("to_dispatch", "submit")},
    ),
    "refer, transfer": Case(
        created, do("refer", "agent", reason=reason("refer"), note=""),
        do("transfer", "vendor_agent", to="110", note=""),
        {("closed", "refer"), ("closed", "transfer")},
    ),
    "submit, submit": Case(
        created, do("submit", "agent"), do("submit", "vendor_agent"), {("to_dispatch", "submit")},
    ),
    "dispatch, dispatch": Case(
        submitted, do("dispatch", "dispatcher", lead=unit("water")),
        do("dispatch", "dispatcher", lead=unit("housing")), {("to_sign", "dispatch")},
    ),
    "sign, sign": Case(
        dispatched, do("sign", "water_handler"), do("sign", "water_leader"),
        {("in_progress", "sign")},
    ),
    "reply, reply": Case(
        contacted, do("reply", "water_handler", FORM), do("reply", "water_leader", FORM),
        {("reply_review", "reply")},
    ),
    "reply, ask_return": Case(
        contacted, do("reply", "water_handler", FORM, now=at(4, 9)), ASK_RETURN,
        {("reply_review", "reply"), ("return_review", "ask_return")},
    ),
    "reassign, reply": Case(
        contacted, do("reassign", "dispatcher", lead=unit("housing"), note="属楼内", now=at(4, 9)),
        do("reply", "water_handler", FORM, now=at(4, 9)),
        {("to_sign", "reassign"), ("reply_review", "reply")},
    ),
    "grant_return, refuse_return": Case(
        returning, do("grant_return", "dispatcher"),
        do("refuse_return", "dispatcher", note="属本单位职责"),
        {("to_dispatch", "grant_return"), ("to_sign", "refuse_return")},
    ),
    "rule, rule": Case(
        contested, do("rule", "dispatcher", lead=unit("water"), basis="三定方案第四条"),
        do("rule", "manager", lead=unit("housing"), basis="三定方案第五条"), {("to_sign", "rule")},
    ),
    "confer, dispatch": Case(
        submitted, do("confer", "dispatcher", units=units("water", "housing"), basis="分界不清"),
        do("dispatch", "dispatcher", lead=unit("water")),
        {("dispute", "confer"), ("to_sign", "dispatch")},
    ),
    "pass_audit, pass_audit": Case(
        replied, do("pass_audit", "auditor"), do("pass_audit", "auditor"),
        {("to_callback", "pass_audit")},
    ),
    "pass_audit, reject_reply": Case(
        replied, do("pass_audit", "auditor"), do("reject_reply", "auditor", note="请补充情况"),
        {("to_callback", "pass_audit"), ("rework", "reject_reply")},
    ),
    "close, redo": Case(
        Story.to_callback, do("close", "callback", **CONTENT),
        do("redo", "callback", **NOT_CONTENT),
        {("closed", "close"), ("rework", "redo")},
    ),
    "close, close": Case(
        Story.to_callback, do("close", "callback", **CONTENT),
        do("close", "callback", no_callback=reason("no_callback")), {("closed", "close")},
    ),
    "close_unreached, close_unsatisfied": Case(
        Story.to_callback, do("close_unreached", "callback", note="三次未联系上"),
        do("close_unsatisfied", "callback", note="已尽责", **NOT_CONTENT),
        {("closed", "close_unreached"), ("unsat", "close_unsatisfied")},
    ),
    "send_again, send_again": Case(
        rework, do("send_again", "dispatcher"),
        do("send_again", "dispatcher", unit=unit("housing")),
        {("in_progress", "send_again"), ("to_sign", "send_again")},
    ),
    "report_in, report_in": Case(
        lambda s: s.on_street().whistled(),
        do("report_in", "housing_handler", on_site=True, person="安全科"),
        do("report_in", "housing_handler", on_site=False, person="房管科"),
        {("in_progress", "report_in")},
    ),
    "settle_raise, settle_raise": Case(
        lambda s: s.on_street().raise_asked(),
        do("settle_raise", "manager", lead=None, note="照办"),
        do("settle_raise", "dispatcher", lead=unit("housing"), note="市里牵头"),
        {("in_progress", "settle_raise"), ("to_sign", "settle_raise")},
    ),
    "ask_void, ask_void": Case(
        submitted, do("ask_void", "dispatcher", note="诉求人撤诉"),
        do("ask_void", "dispatcher", note="登记有误"), {("to_dispatch", "ask_void")},
    ),
    "confirm_void, confirm_void": Case(
        asked_void, do("confirm_void", "manager"), do("confirm_void", "manager"),
        {("void", "confirm_void")},
    ),
    "confirm_void, refuse_void": Case(
        asked_void, do("confirm_void", "manager"), do("refuse_void", "manager", note="照常办理"),
        {("void", "confirm_void"), ("to_dispatch", "refuse_void")},
    ),
}  # fmt: skip


def whole() -> bool:
    """Tell whether every history is."""
    return all(isinstance(found, int) for found in queries.breaks())


@pytest.mark.parametrize("name", CASES)
def test_one_succeeds_and_the_other_is_told_why_not(story: Story, name: str) -> None:
    case, world = CASES[name], story.world
    order = case.start(story).order
    order.refresh_from_db()
    before = order.event_count
    runners = races.race(
        order.pk, partial(case.one, order.pk, world), partial(case.other, order.pk, world)
    )
    done, refused = races.outcome(runners)
    order.refresh_from_db()
    last = order.events.order_by("seq").last()
    assert last is not None
    assert (len(done), len(refused)) == (1, 1)
    assert (order.state, last.verb) in case.ends
    assert order.event_count == order.events.count() == before + 1
    assert whole()
    assert (refused[0].status, refused[0].message != "") == (409, True)
    if refused[0].code == "wrong-state":
        assert refused[0].facts["state"] == order.state
        assert order.standing.label in refused[0].message


def test_an_order_that_is_voided_at_the_moment_of_its_dispatch_stays_void(story: Story) -> None:
    """Dispatch may come first, as an order may be voided afterwards; it never comes second."""
    order, world = asked_void(story).order, story.world
    runners = races.race(
        order.pk,
        partial(do("dispatch", "dispatcher", lead=unit("water")), order.pk, world),
        partial(do("confirm_void", "manager"), order.pk, world),
    )
    done, refused = races.outcome(runners)
    order.refresh_from_db()
    assert order.state == "void"
    verbs = [event.verb for event in order.events.order_by("seq")][-len(done) :]
    assert verbs in (["confirm_void"], ["dispatch", "confirm_void"])
    assert [error.status for error in refused] == [409] * (2 - len(done))
    assert not order.assignments.filter(ended_at__isnull=True).exists()
    assert whole()


def test_two_replies_leave_one(story: Story) -> None:
    order, world = contacted(story).order, story.world
    races.race(
        order.pk,
        lambda: actions.reply(order.pk, FORM, by=world.actor("water_handler"), now=at(4, 9)),
        lambda: actions.reply(order.pk, FORM, by=world.actor("water_leader"), now=at(4, 9)),
    )
    assert Reply.objects.filter(order=order).count() == 1


@pytest.mark.parametrize("who", ["team_handler", "water_handler"])
def test_a_unit_is_given_one_part_only(story: Story, who: str) -> None:
    """Two colleagues pass down to one sub-unit, or two people sign for it."""
    order, world = signed(story).order, story.world
    down = partial(actions.pass_down, order.pk, unit=world.water_team, due_at=None, now=at(3, 9))
    if who == "water_handler":
        handler, leader = world.actor("water_handler"), world.actor("water_leader")
        runners = races.race(order.pk, partial(down, by=handler), partial(down, by=leader))
    else:
        down(by=world.actor("water_handler"))
        part = partial(actions.sub_sign, order.pk, by=world.actor(who), now=at(3, 10))
        runners = races.race(order.pk, part, part)
    done, refused = races.outcome(runners)
    assert (len(done), len(refused)) == (1, 1)
    assert Assignment.objects.filter(order=order, unit=world.water_team).count() == 1
    assert order.events.filter(verb__in=("pass_down", "sub_sign")).count() == (
        1 if who == "water_handler" else 2
    )


def test_an_overdue_limit_is_recorded_once_by_two_workers(story: Story) -> None:
    order = dispatched(story).order
    late = partial(actions.record_overdue, until=at(4))
    _, refused = races.outcome(races.race(order.pk, late, late))
    assert refused == []
    assert order.events.filter(verb="overdue").count() == 2
    assert order.clocks.filter(overdue_recorded=True).count() == 2
    assert whole()


def test_two_workers_archive_an_order_once(story: Story) -> None:
    order = story.to_callback().closed().order
    archive = partial(actions.archive_closed, until=at(10, month=4))
    done, refused = races.outcome(races.at_once(archive, archive, archive))
    assert refused == []
    assert sum(done) == OrderEvent.objects.filter(verb="archive").count()
    assert order.events.filter(verb="archive").count() == 1


def test_the_overdue_job_and_the_reply_agree(story: Story) -> None:
    """Whoever comes first: no limit is recorded as missed once the reply has stopped it."""
    order, world = contacted(story).order, story.world
    late = at(10)
    runners = races.race(
        order.pk,
        lambda: actions.reply(order.pk, FORM, by=world.actor("water_handler"), now=late),
        lambda: actions.record_overdue(until=late),
    )
    races.outcome(runners)
    finish = order.clocks.get(kind="finish")
    recorded = order.events.filter(verb="overdue").count()
    assert recorded == int(finish.overdue_recorded) <= 1
    assert finish.stopped_at == late
    assert whole()


@pytest.mark.usefixtures("standing_world")
def test_numbers_are_unique_however_many_ask_at_once() -> None:
    def draw() -> list[str]:
        return [numbers.make(at(2).date(), creation.next_sequence()) for _ in range(50)]

    done, refused = races.outcome(races.at_once(*[draw] * 8))
    drawn = [number for batch in done for number in batch]
    assert refused == []
    assert len(set(drawn)) == len(drawn) == 400
    assert all(numbers.read(number) == number for number in drawn)


def test_orders_made_at_once_are_all_made(standing_world: World) -> None:
    def create() -> WorkOrder:
        return actions.create(REQUEST, by=standing_world.actor("agent"), now=at(2))

    done, refused = races.outcome(races.at_once(*[create] * 8))
    assert refused == []
    made = {order.number for order in done}
    assert len(made) == WorkOrder.objects.filter(number__in=made).count() == 8
    assert whole()


def test_a_step_that_is_refused_at_the_lock_has_a_remedy(story: Story) -> None:
    order, world = dispatched(story).order, story.world
    step = partial(actions.sign, order.pk, by=world.actor("water_handler"), now=at(3))
    _, refused = races.outcome(races.race(order.pk, step, step))
    assert isinstance(refused[0], Refused)
    assert "刷新" in refused[0].remedy
