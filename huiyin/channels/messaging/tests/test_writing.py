"""What a citizen is told of the life of an order: once per event, at the right hour, or not."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from huiyin.channels.messaging import actions, queries
from huiyin.channels.messaging.actions import writing
from huiyin.channels.messaging.models import Message
from huiyin.channels.messaging.states import Medium, Text
from huiyin.channels.messaging.tests.support import EMAIL, PHONE, hear, parameter
from huiyin.kernel import crypto, outbox
from huiyin.kernel.errors import Invalid, NotAllowed, Refused
from huiyin.knowledge.models import Reason
from huiyin.knowledge.states import Kind, Urgency
from huiyin.orders import actions as orders
from huiyin.orders.models import OrderEvent
from huiyin.orders.numbers import query_code, rating_token
from huiyin.orders.states import Channel, Satisfaction, Solved
from huiyin.orgs.actors import SYSTEM, Actor
from huiyin.orgs.models import City
from tests.world import START, Story, at


def told(order) -> list[str]:
    return list(
        Message.objects.filter(order=order).order_by("pk").values_list("template", flat=True)
    )


def clear(message: Message) -> str:
    return crypto.unseal(message.body_sealed, "message.body")


def first(order) -> Message:
    return Message.objects.filter(order=order).order_by("pk")[0]


@pytest.mark.rule("R-70")
def test_the_life_of_an_order_in_messages(story: Story, settings) -> None:
    settings.PUBLIC_URL = "https://12345.example.cn/"
    story.created()
    hear(at(2, 9, 1))
    story.submitted().dispatched()
    hear(at(2, 10, 1))
    story.signed().contacted().replied().audited()
    hear(at(4, 11, 1))
    order = story.closed().order
    hear(at(5, 9, 1))
    assert told(order) == ["registered", "dispatched", "replied_rating_link", "closed"]
    number, code = order.number, query_code(order.number)
    token = rating_token(number, 1)
    registered, dispatched, rating, closed = Message.objects.order_by("pk")
    assert clear(registered) == (
        f"您的诉求已登记，编号{number}，查询码{code}。"
        f"查看进展：https://12345.example.cn/c/{number} 。"
    )
    assert clear(dispatched) == f"您的诉求{number}已转市水务局办理，答复期限：3月9日24时。"
    assert f"https://12345.example.cn/rate/{number}/{token} 。" in clear(rating)
    assert clear(closed) == f"您的诉求{number}已办结，感谢您的反映。还有问题请拨打12345。"
    assert (registered.medium, registered.address_masked, registered.state) == (
        "sms", "138****5678", "queued",
    )  # fmt: skip
    assert crypto.unseal(registered.address_sealed, "message.address") == PHONE
    assert (registered.created_at, registered.next_attempt_at) == (at(2, 9, 1), at(2, 9, 1))


@pytest.mark.rule("R-70")
def test_not_satisfied_is_told_apart_from_a_reply_that_the_audit_refused(world) -> None:
    clerk, dispatcher = world.actor("callback"), world.actor("dispatcher")
    order = Story(world).to_callback().order
    unhappy = {"solved": Solved.NO, "grade": Satisfaction.UNSATISFIED}
    orders.redo(order.pk, by=clerk, **unhappy, now=at(5))
    orders.send_again(order.pk, by=dispatcher, now=at(5, 10))
    refused = Story(world).created().submitted().dispatched().signed().contacted().replied()
    orders.reject_reply(refused.order.pk, by=world.actor("auditor"), note="未答到点", now=at(4, 10))
    orders.send_again(refused.order.pk, by=dispatcher, now=at(4, 11))
    hear(at(5, 11))
    assert told(order) == ["registered", "dispatched", "redo"]
    assert told(refused.order) == ["registered", "dispatched"]
    assert clear(Message.objects.get(template="redo")).endswith("期限：3月10日24时。")


@pytest.mark.rule("R-70")
def test_the_end_on_the_spot_is_told_to_those_who_did_not_hear_it(world) -> None:
    agent = {"by": world.actor("agent"), "now": at(2, 9, 10)}
    by_phone, by_web, referred = (
        Story(world).created(channel=channel).order
        for channel in (Channel.PHONE, Channel.WEB, Channel.PHONE)
    )
    for order in (by_phone, by_web):
        orders.answer(order.pk, text_="供热期至 3 月 15 日。", **agent)
    orders.refer(referred.pk, reason=Reason.objects.get(group="refer"), note="", **agent)
    hear(at(2, 9, 11))
    assert told(by_phone) == ["registered"]
    assert told(by_web) == ["registered", "answered"]
    assert told(referred) == ["registered", "referred"]


@pytest.mark.rule("R-70")
def test_a_rating_link_is_not_sent_when_its_moment_has_passed(story: Story) -> None:
    order = story.to_callback().closed().order
    hear(at(6, 9))
    assert told(order) == ["registered", "dispatched", "closed"]


@pytest.mark.rule("R-70")
def test_a_city_says_which_steps_are_told(story: Story) -> None:
    parameter("messaging.events", ["create=", "sign=progress"])
    order = story.created().submitted().dispatched().signed().order
    hear(at(2, 15))
    assert told(order) == ["dispatched", "progress"]


@pytest.mark.rule("R-71")
def test_the_same_event_heard_twice_is_one_message(story: Story) -> None:
    order = story.created().order
    news = {"order": order.pk, "number": order.number, "seq": 1}
    for minute in (1, 2):
        actions.hear("order.create", news, at(2, 9, minute))
    hear(at(2, 9, 3))
    assert [m.created_at for m in Message.objects.all()] == [at(2, 9, 1)]


@pytest.mark.rule("R-71")
def test_two_consumers_at_once_write_one_message(committed) -> None:
    start = threading.Barrier(2)
    written: list[int] = []

    def write() -> None:
        message = Message(dedupe="order:1:1", body_masked="您好", written_by="系统")
        ready = writing.sealed(message, (Medium.SMS, PHONE), "您好", at(2))
        start.wait()
        written.append(writing._store(ready).pk)
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Message.objects.count() == 1
    assert written == [Message.objects.get().pk] * 2


@pytest.mark.rule("R-72")
@pytest.mark.parametrize(
    ("now", "changes", "first_at", "second_at"),
    [
        pytest.param(at(2, 21, 59), {}, at(2, 21, 59), at(2, 21, 59), id="evening"),
        pytest.param(at(2, 22), {}, at(2, 22), at(3, 7), id="night: only what was just done"),
        pytest.param(at(3, 6, 59), {}, at(3, 6, 59), at(3, 7), id="early morning"),
        pytest.param(
            at(2, 23), {"urgency": Urgency.EMERGENCY}, at(2, 23), at(2, 23), id="emergency"
        ),
    ],
)
def test_messages_wait_for_the_morning(story: Story, now, changes, first_at, second_at) -> None:
    story.created(**changes).submitted().dispatched()
    hear(now)
    assert [m.next_attempt_at for m in Message.objects.order_by("pk")] == [first_at, second_at]


@pytest.mark.rule("R-72")
def test_a_city_sets_its_quiet_hours_and_what_breaks_them(story: Story) -> None:
    parameter("messaging.quiet_hours", "20:00-08:30")
    parameter("messaging.at_once", ["dispatched"])
    story.created().submitted().dispatched()
    hear(at(2, 21))
    waits = dict(Message.objects.values_list("template", "next_attempt_at"))
    assert waits == {"registered": at(3, 8, 30), "dispatched": at(2, 21)}


@pytest.mark.rule("R-73")
@pytest.mark.parametrize(
    ("changes", "smtp", "medium"),
    [
        ({}, "", "sms"),
        ({"email": EMAIL}, "", "sms"),
        ({"email": EMAIL}, "smtp://127.0.0.1?from=a@example.cn", "email"),
        ({"phone": "053412345", "email": EMAIL}, "", "email"),
        ({"phone": "053412345"}, "", None),
        ({"phone": ""}, "", None),
        ({"wants_reply": False}, "", None),
    ],
)
def test_who_is_told_by_what(story: Story, settings, changes, smtp, medium) -> None:
    settings.SMTP_URL = smtp
    story.created(**changes)
    hear(at(2, 9, 1))
    assert [m.medium for m in Message.objects.all()] == ([medium] if medium else [])


def test_an_email_has_a_subject_and_says_more(story: Story) -> None:
    order = story.created(phone="", email=EMAIL).order
    hear(at(2, 9, 1))
    message = first(order)
    assert message.subject == f"您的诉求已登记：{order.number}"
    assert clear(message).startswith("您好！\n\n您的诉求已登记")
    assert clear(message).endswith("测试市12345热线")
    assert message.address_masked == "w***@example.cn"


@pytest.mark.rule("R-75")
def test_what_is_stored_can_be_read_by_nobody_who_looks_at_the_table(story: Story) -> None:
    order = story.to_callback().order
    hear(at(4, 12))
    code, token = query_code(order.number), rating_token(order.number, 1)
    with connection.cursor() as cursor:
        cursor.execute("select messaging_message::text from messaging_message")
        rows = " ".join(row[0] for row in cursor.fetchall())
    for secret in (code, token, PHONE, "5678901"):
        assert secret not in rows.replace(order.number, "")
        assert secret.encode().hex() not in rows
    masked = list(Message.objects.order_by("pk").values_list("body_masked", flat=True))
    assert "查询码******" in masked[0]
    assert f"/rate/{order.number}/**** " in masked[2]


@pytest.mark.rule("R-75")
@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({}, "暖气不热"),
        ({"confidential": True}, "您的诉求"),
        ({"kind": Kind.REPORT}, "您的诉求"),
    ],
)
def test_the_title_of_a_report_stays_at_home(story: Story, changes, title) -> None:
    order = story.created(**changes).order
    assert queries.facts_of(order, "registered")["title"] == title


@pytest.mark.rule("R-76")
def test_the_citys_text_of_the_day_is_used(story: Story) -> None:
    put = {"by": SYSTEM, "source": "test"}
    actions.put_template("registered", Medium.SMS, Text("", "旧{number}"), valid_from=START, **put)
    actions.put_template(
        "registered", Medium.SMS, Text("", "新{number}，{city}{promise}"),
        valid_from=at(3).date(), **put,
    )  # fmt: skip
    order, later = story.created().order, Story(story.world).created().order
    actions.queue(order, "registered", dedupe="a", now=at(2, 23))
    actions.queue(later, "registered", dedupe="b", now=at(3, 0))
    assert clear(first(order)) == f"旧{order.number}"
    assert clear(first(later)) == f"新{later.number}，测试市有诉必应"


def test_another_package_may_ask_for_a_message(story: Story) -> None:
    order = story.to_callback().order
    hear(at(4, 12))
    wish = {"order": order.pk, "template": "replied_rating_link", "key": f"survey:{order.pk}:1:2"}
    for _ in range(2):
        outbox.announce("message.wanted", wish | {"at_once": True}, now=at(5, 23))
    hear(at(5, 23))
    assert told(order)[-2:] == ["replied_rating_link", "replied_rating_link"]
    assert Message.objects.get(dedupe=f"wanted:survey:{order.pk}:1:2").next_attempt_at == at(5, 23)
    with pytest.raises(ValueError, match="welcome"):
        actions.queue(order, "welcome", dedupe="x", now=at(5))


@pytest.mark.rule("R-71")
def test_a_clerk_writes_to_the_citizen_and_the_history_keeps_it(story: Story) -> None:
    order = story.created().order
    agent = story.world.actor("agent")
    words = "请您明天上午在家等候，联系人 13912345678。"
    for _ in range(2):
        message = actions.send_text(order, words, by=agent, now=at(2, 10))
    assert clear(message) == words
    assert "13912345678" not in message.body_masked
    assert (message.written_by, message.template, Message.objects.count()) == ("agent", "", 1)
    notes = OrderEvent.objects.filter(order=order, verb="note")
    assert [n.note for n in notes] == [
        "向诉求人发送短信：请您明天上午在家等候，联系人 139****5678。"
    ]
    actions.send_text(order, words, by=agent, now=at(3, 10))
    assert Message.objects.count() == 2


def test_a_closed_case_can_still_be_written_about(story: Story) -> None:
    order = story.to_callback().closed().order
    message = actions.send_text(order, "感谢您", by=story.world.actor("callback"), now=at(6))
    assert message.order_id == order.pk
    assert not OrderEvent.objects.filter(order=order, verb="note").exists()


@pytest.mark.rule("R-75")
@pytest.mark.parametrize("who", ["water_handler", "quality", "administrator"])
def test_who_may_not_write_to_the_citizen(story: Story, who) -> None:
    order = story.created().order
    with pytest.raises(NotAllowed, match="发消息"):
        actions.send_text(order, "您好，请回电", by=story.world.actor(who), now=at(2, 10))
    assert not Message.objects.exists()


@pytest.mark.rule("R-73")
@pytest.mark.parametrize(
    ("changes", "words", "error"),
    [
        ({}, " ", Invalid),
        ({}, "长" * 301, Invalid),
        ({"phone": ""}, "您好，请回电", Refused),
        ({"wants_reply": False}, "您好，请回电", Refused),
    ],
)
def test_what_cannot_be_written(story: Story, changes, words, error) -> None:
    order = story.created(**changes).order
    agent: Actor = story.world.actor("agent")
    with pytest.raises(error):
        actions.send_text(order, words, by=agent, now=at(2, 10))
    assert not Message.objects.exists()


def test_the_signature_is_the_profiles_or_made_of_city_and_number(world) -> None:
    assert queries.signature() == "测试市12345"
    City.objects.update(details={"sms_signature": "德州12345"})
    queries.orgs.city.clear()
    assert queries.signature() == "德州12345"
