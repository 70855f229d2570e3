"""Urging: reminders by share of the time, calls to units that sleep, and what is written down."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from huiyin.followup.supervision import actions, queries, rules
from huiyin.followup.supervision.models import Urging
from huiyin.followup.supervision.states import UrgeKind, UrgeReason
from huiyin.kernel import cached
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound, WrongState
from huiyin.knowledge.models import Parameter
from huiyin.orders import actions as orders
from tests.world import START, Story, at, build

DUE = at(10)  # the dispatch was on Monday the 2nd


def rule_of_the_city(**values: object) -> None:
    for key, value in values.items():
        Parameter.objects.create(
            key=f"urge.{key}", value=value, valid_from=START, source="test", text=""
        )
    cached.forget_all()


def urge(story: Story, by: str = "supervisor", **changes: object):
    values = {"kind": UrgeKind.TELEPHONE, "said": "承诺今天签收", "now": at(6)} | changes
    return actions.urge(story.order.pk, by=story.world.actor(by), **values)


@pytest.mark.rule("R-182")
@pytest.mark.parametrize(
    ("mark", "reason"),
    [
        (50, UrgeReason.BEFORE_DUE),
        (99, UrgeReason.BEFORE_DUE),
        (100, UrgeReason.AT_DUE),
        (150, UrgeReason.OVERDUE),
    ],
)
def test_why_a_reminder_is_sent(mark, reason) -> None:
    assert rules.reason_of_mark(mark) is reason


@pytest.mark.rule("R-184")
@pytest.mark.parametrize(
    ("signed", "due_at", "now", "reason"),
    [
        pytest.param(False, DUE, at(6), UrgeReason.UNREAD, id="nobody has opened it"),
        pytest.param(True, DUE, at(6), UrgeReason.BEFORE_DUE, id="read, time left"),
        pytest.param(True, DUE, at(10, 8, 30), UrgeReason.AT_DUE, id="half an hour before"),
        pytest.param(True, DUE, at(10, 9, 29), UrgeReason.AT_DUE, id="just after"),
        pytest.param(True, DUE, at(10, 9, 30), UrgeReason.OVERDUE, id="late"),
        pytest.param(False, DUE, at(11), UrgeReason.OVERDUE, id="late is graver than unread"),
        pytest.param(True, None, at(11), UrgeReason.BEFORE_DUE, id="no limit"),
    ],
)
def test_why_a_person_urges(signed, due_at, now, reason) -> None:
    assert rules.reason_now(signed=signed, due_at=due_at, now=now) is reason


@pytest.mark.rule("R-183")
@pytest.mark.parametrize("reason", list(UrgeReason))
def test_every_call_has_its_words(reason) -> None:
    words = rules.script(reason, number="1", title="暖气不热", due="3月9日")
    assert "12345" in words
    assert "暖气不热" in words


@pytest.mark.rule("R-182")
def test_a_unit_is_reminded_at_each_share_of_its_time(story: Story) -> None:
    rule_of_the_city(at_percent=[50, 80, 100])
    order = story.created().submitted().dispatched().signed().order
    start, due = order.clocks.filter(kind="finish").values_list("started_at", "due_at").get()

    def share(percent: float) -> datetime:
        return start + (due - start) * percent / 100

    told = []
    for moment in (share(49), share(50), share(51), share(85), share(90), share(101), share(200)):
        actions.remind_due(until=moment)
        told.append([u.mark for u in Urging.objects.order_by("pk")])
    assert told == [[], [50], [50], [50, 80], [50, 80], [50, 80, 100], [50, 80, 100]]
    assert not queries.urged().exists(), "the system's own reminders are no urging"


@pytest.mark.rule("R-553")
def test_a_unit_is_reminded_anew_of_an_extended_limit(story: Story) -> None:
    rule_of_the_city(at_percent=[50, 80, 100])
    story.created().submitted().dispatched().signed().extension_asked(at(14, 0))
    actions.remind_due(until=at(6, 17))
    orders.decide_extension(story.order.pk, by=story.world.actor("manager"), now=at(6, 18))
    told = []
    for moment in (at(6, 19), at(10, 8), at(10, 9), at(13), at(13, 10), at(14, 0)):
        actions.remind_due(until=moment)
        told.append([u.mark for u in Urging.objects.order_by("pk")])
    assert told == [[50], [50], [50, 50], [50, 50, 80], [50, 50, 80], [50, 50, 80, 100]]


@pytest.mark.rule("R-182")
def test_a_late_run_reminds_once_and_a_reply_ends_it(story: Story) -> None:
    rule_of_the_city(at_percent=[50, 80, 100])
    story.created().submitted().dispatched().signed()
    assert actions.remind_due(until=at(30)) == 1
    assert Urging.objects.get().mark == 100
    other = Story(story.world).created().submitted().dispatched().signed().contacted().replied()
    assert actions.remind_due(until=at(30)) == 0
    assert not Urging.objects.filter(order=other.order).exists()


@pytest.mark.rule("R-183")
@pytest.mark.parametrize(
    ("days", "when", "tasks"),
    [
        pytest.param(5, at(7, 9, 59), 0, id="a minute before five days"),
        pytest.param(5, at(7, 10), 1, id="five days"),
        pytest.param(0, at(30), 0, id="a city that does not"),
    ],
)
def test_a_unit_that_does_not_open_an_order_is_to_be_called(story, days, when, tasks) -> None:
    rule_of_the_city(unread_days=days)
    story.created().submitted().dispatched(at(2, 10))
    for _ in range(2):
        actions.ask_for_calls(until=when)
    assert Urging.objects.count() == queries.how_many_tasks() == tasks


@pytest.mark.rule("R-183")
def test_a_task_is_gone_when_the_unit_wakes_up_by_itself(story: Story) -> None:
    rule_of_the_city(unread_days=0, call_when_overdue=True)
    story.created().submitted().dispatched().signed()
    actions.ask_for_calls(until=at(20))
    assert [u.reason for u in queries.tasks()] == ["overdue"]
    assert queries.asked_for(at(19), at(20)) == [story.order.pk]
    assert queries.asked_for(at(20), at(21)) == []
    story.contacted().replied(at(20, 10))
    assert queries.how_many_tasks() == 0
    assert queries.asked_for(at(19), at(20)) == []


@pytest.mark.rule("R-184")
@pytest.mark.rule("R-185")
def test_urging_is_written_beside_the_order_and_in_its_history(story: Story) -> None:
    rule_of_the_city(unread_days=3)
    story.created().submitted().dispatched()
    actions.ask_for_calls(until=at(6))
    order = urge(story)
    row = Urging.objects.get()
    assert (row.kind, row.reason, row.said, row.at) == (
        "telephone",
        "unread",
        "承诺今天签收",
        at(6),
    )
    assert (row.by, row.unit) == (story.world.people["supervisor"], story.world.water)
    assert order.events.last().note == "电话催办市水务局（派单后未签收）：承诺今天签收"
    assert queries.how_many_tasks() == 0
    actions.ask_for_calls(until=at(7))
    assert queries.how_many_tasks() == 0, "one call for one reason"
    urge(story, kind=UrgeKind.WRITTEN, said="请于明日前签收", now=at(7))
    assert queries.urged().count() == 2
    assert queries.urged().values("order").distinct().count() == 1


@pytest.mark.rule("R-184")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        pytest.param({"by": "dispatcher"}, NotAllowed, id="not a supervisor"),
        pytest.param({"by": "vendor_agent"}, NotAllowed, id="the vendor"),
        pytest.param({"by": "water_handler"}, NotAllowed, id="the unit itself"),
        pytest.param({"said": " "}, Invalid, id="nothing said"),
        pytest.param({"said": "很" * 501}, Invalid, id="too much said"),
        pytest.param({"kind": UrgeKind.AUTOMATIC}, Invalid, id="the system's own"),
    ],
)
def test_what_is_refused(story: Story, changes, error) -> None:
    story.created().submitted().dispatched()
    with pytest.raises(error):
        urge(story, **changes)
    assert not Urging.objects.exists()
    assert story.verbs()[-1] == "dispatch"


@pytest.mark.rule("R-184")
def test_only_an_order_that_lies_with_a_unit_can_be_urged(story: Story) -> None:
    story.created().submitted()
    with pytest.raises(WrongState):
        urge(story)
    story.dispatched().signed().contacted().replied()
    with pytest.raises(WrongState):
        urge(story)
    with pytest.raises(NotFound):
        actions.urge(
            0, by=story.world.actor("supervisor"), kind=UrgeKind.WRITTEN, said="请办", now=at(6)
        )


@pytest.mark.rule("R-184")
def test_two_supervisors_at_once_fill_one_task(transactional_db) -> None:
    rule_of_the_city(unread_days=3)
    story = Story(build()).created().submitted().dispatched()
    actions.ask_for_calls(until=at(6))
    start = threading.Barrier(2)

    def call(name: str) -> None:
        start.wait()
        urge(story, by=name, said=f"{name}催过", now=at(6))
        connection.close()

    threads = [threading.Thread(target=call, args=(name,)) for name in ("supervisor", "manager")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert queries.how_many_tasks() == 0
    assert queries.urged().count() == 2
    assert story.verbs().count("note") == 2


def test_the_list_of_calls_is_one_query(story: Story, django_assert_num_queries) -> None:
    rule_of_the_city(unread_days=1)
    for _ in range(4):
        Story(story.world).created().submitted().dispatched()
    actions.ask_for_calls(until=at(9))
    with django_assert_num_queries(1):
        rows = queries.tasks_listed(size=3).rows
        assert [f"{row.order.number} {row.unit}" for row in rows]
    rest = queries.tasks_listed(size=3, cursor=queries.tasks_listed(size=3).next)
    assert len(rest.rows) == 1


def test_jobs_do_all_that_is_due(story: Story) -> None:
    from huiyin.followup.supervision import jobs

    rule_of_the_city(at_percent=[100], unread_days=1)
    story.created().submitted().dispatched()
    with transaction.atomic():
        assert jobs.remind(at(30)) == 1
        assert jobs.ask_for_calls(at(30) + timedelta(hours=1)) == 1
        assert jobs.remind(at(30)) == jobs.ask_for_calls(at(30)) == 0
