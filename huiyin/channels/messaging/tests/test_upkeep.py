"""Texts by date, reading in the clear, lists for the console, forgetting, soundness."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from huiyin.channels.messaging import actions, queries
from huiyin.channels.messaging.models import Message, MessageTemplate
from huiyin.channels.messaging.queries import MessageFilter
from huiyin.channels.messaging.states import Medium, MessageState, Text
from huiyin.channels.messaging.tests.support import PHONE, hear, message, parameter
from huiyin.kernel.errors import Invalid, NotAllowed, NotFound
from huiyin.kernel.models import AccessLog
from huiyin.orders.numbers import query_code
from huiyin.orgs.actors import SYSTEM, Actor
from tests.world import Story, at

MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def put(body: str, day: date, by: Actor = SYSTEM, **changes: object) -> str:
    return actions.put_template(
        "closed", Medium.SMS, Text("", body), valid_from=day, source="test", by=by, **changes
    )


@pytest.mark.rule("R-76")
def test_a_text_holds_from_its_day_and_ends_the_one_before(db) -> None:
    assert put("一{number}", MARCH) == "new"
    assert put("一{number}", MARCH) == "same"
    assert put("一{number}", APRIL) == "same"
    assert put("二{number}", APRIL) == "new"
    assert put("三{number}", APRIL) == "changed"
    rows = MessageTemplate.objects.order_by("valid_from")
    assert list(rows.values_list("body", "valid_from", "valid_to")) == [
        ("一{number}", MARCH, APRIL),
        ("三{number}", APRIL, None),
    ]
    assert [t.body for t in queries.templates()] == ["一{number}", "三{number}"]
    texts = [queries.template_for("closed", Medium.SMS, at(31, h)).body for h in (0, 23)]
    assert texts == ["一{number}"] * 2
    assert queries.template_for("closed", Medium.SMS, at(1, 0, month=4)).body == "三{number}"


@pytest.mark.rule("R-76")
def test_a_text_may_end_and_ours_stands_in(db) -> None:
    put("一{number}", MARCH, valid_to=APRIL)
    assert queries.template_for("closed", Medium.SMS, at(31)).body == "一{number}"
    assert "感谢您的反映" in queries.template_for("closed", Medium.SMS, at(1, month=4)).body
    assert queries.template_for("welcome", Medium.SMS, at(1)) is None


@pytest.mark.rule("R-76")
@pytest.mark.parametrize(
    ("medium", "words", "field"),
    [
        (Medium.SMS, Text("", "{pin}"), "body"),
        (Medium.SMS, Text("", " "), "body"),
        (Medium.SMS, Text("", "长" * 2001), "body"),
        (Medium.SMS, Text("标题", "文"), "subject"),
        (Medium.EMAIL, Text("", "文"), "subject"),
        (Medium.EMAIL, Text("{", "文"), "subject"),
        (Medium.EMAIL, Text("长" * 121, "文"), "subject"),
    ],
)
def test_a_wrong_text_is_refused(db, medium, words, field) -> None:
    with pytest.raises(Invalid) as refusal:
        actions.put_template("closed", medium, words, valid_from=MARCH, source="t", by=SYSTEM)
    assert field in refusal.value.facts["fields"]
    assert not MessageTemplate.objects.exists()


@pytest.mark.rule("R-76")
def test_only_those_who_set_rules_change_texts(world) -> None:
    with pytest.raises(NotAllowed):
        put("一", MARCH, by=world.actor("manager"))
    assert put("一", MARCH, by=world.actor("administrator")) == "new"


@pytest.mark.rule("R-75")
def test_reading_in_the_clear_is_logged_and_the_text_only_of_what_was_never_sent(world) -> None:
    sent = message("sent", state="sent", next_attempt_at=None)
    logged = message("logged", state="logged", next_attempt_at=None)
    admin = world.actor("administrator")
    clear = actions.reveal(sent.pk, by=admin, purpose="核对号码", now=at(2), address="127.0.0.1")
    assert clear == {"address": PHONE}
    clear = actions.reveal(logged.pk, by=admin, purpose="查看演示", now=at(2))
    assert "123456" in clear["body"]
    assert [(row.subject, row.fields) for row in AccessLog.objects.order_by("pk")] == [
        (f"message:{sent.pk}", ["address"]),
        (f"message:{logged.pk}", ["address", "body"]),
    ]


@pytest.mark.rule("R-75")
def test_reading_in_the_clear_needs_right_and_purpose(world) -> None:
    row = message()
    with pytest.raises(NotAllowed, match="岗位"):
        actions.reveal(row.pk, by=world.actor("agent"), purpose="核对号码", now=at(2))
    with pytest.raises(Invalid, match="用途"):
        actions.reveal(row.pk, by=world.actor("manager"), purpose=" ", now=at(2))
    with pytest.raises(NotFound):
        actions.reveal(0, by=world.actor("manager"), purpose="核对号码", now=at(2))
    assert not AccessLog.objects.exists()


@pytest.mark.rule("R-75")
def test_old_messages_lose_address_and_text_but_not_their_trace(db) -> None:
    parameter("messaging.keep_days", 30)
    old = message("old", state="sent", next_attempt_at=None)
    waiting = message("waiting")
    young = message("young", state="sent", next_attempt_at=None, created_at=at(3))
    assert actions.forget_old(until=at(2) + timedelta(days=30)) == 0
    assert actions.forget_old(until=at(2, 10) + timedelta(days=30)) == 1
    assert actions.forget_old(until=at(2, 10) + timedelta(days=30)) == 0
    for row in (old, waiting, young):
        row.refresh_from_db()
    assert (bytes(old.body_sealed), bytes(old.address_sealed)) == (b"", b"")
    assert (old.address_masked, old.body_masked[:5]) == ("138****5678", "您的诉求已")
    assert waiting.body_sealed
    assert young.body_sealed


def test_a_row_that_waits_has_a_time_and_a_finished_one_has_none(db) -> None:
    for wrong in ({"state": "queued", "next_attempt_at": None}, {"state": "sent"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            message(**wrong)


@pytest.mark.rule("R-75")
def test_lists_are_masked_filtered_paged_and_one_query(story: Story, django_assert_num_queries):
    order = story.created().submitted().dispatched().order
    hear(at(2, 11))
    for n in range(5):
        message(f"m{n}", state="given_up", next_attempt_at=None, created_at=at(5))
    admin = story.world.actor("administrator")

    def found(**wanted: object) -> list[str]:
        return [m.dedupe for m in queries.listed(admin, MessageFilter(**wanted)).rows]

    assert found(number=order.number) == [f"order:{order.pk}:3", f"order:{order.pk}:1"]
    assert found(number="17") == []
    assert found(template="dispatched") == [f"order:{order.pk}:3"]
    assert len(found(states=(MessageState.GIVEN_UP,))) == 5
    assert found(medium="email") == []
    assert len(found(until=at(4).date())) == 2
    assert len(found(since=at(5).date(), until=at(5).date())) == 5
    with django_assert_num_queries(1):
        page = queries.listed(admin, MessageFilter(), size=4)
        shown = [(m.address_masked, m.body_masked, m.order and m.order.number) for m in page.rows]
    assert len(shown) == 4
    rest = queries.listed(admin, MessageFilter(), cursor=page.next, size=4)
    assert [m.dedupe for m in (*page.rows, *rest.rows)][-1] == f"order:{order.pk}:1"
    assert list(queries.listed(story.world.actor("agent"), MessageFilter()).rows) == []


def test_messages_are_counted_by_state_in_one_query(world, django_assert_num_queries) -> None:
    message("a")
    message("b", state="sent", next_attempt_at=None)
    message("c", state="sent", next_attempt_at=None)
    with django_assert_num_queries(1):
        counted = queries.counted_by_state(world.actor("manager"))
    assert counted[MessageState.SENT] == 2
    assert counted[MessageState.QUEUED] == 1
    assert counted[MessageState.GIVEN_UP] == 0
    with pytest.raises(NotAllowed):
        queries.counted_by_state(world.actor("agent"))


def test_an_orders_page_shows_its_messages(story: Story, django_assert_num_queries) -> None:
    order = story.created().submitted().dispatched().order
    hear(at(2, 11))
    with django_assert_num_queries(1):
        rows = queries.messages_of(order)
        assert [(m.template, m.get_state_display()) for m in rows] == [
            ("registered", "待发送"), ("dispatched", "待发送"),
        ]  # fmt: skip
        assert query_code(order.number) not in rows[0].body_masked


def test_a_preview_hides_the_code_and_counts_the_parts(story: Story, settings) -> None:
    settings.PUBLIC_URL = "https://12345.example.cn"
    order = story.created().order
    seen = queries.preview("registered", order, Medium.SMS, at(2))
    assert "查询码******" in seen.body
    assert seen.parts == 2
    mail = queries.preview("registered", order, Medium.EMAIL, at(2))
    assert (mail.subject, mail.parts) == (f"您的诉求已登记：{order.number}", 1)
    with pytest.raises(NotFound):
        queries.preview("welcome", order, Medium.SMS, at(2))


def test_without_a_public_address_a_link_is_its_path(story: Story) -> None:
    order = story.created().order
    assert queries.facts_of(order, "registered")["link"] == f"/c/{order.number}"


def test_what_keeps_messages_from_their_readers_is_said(db, settings) -> None:
    assert queries.problems(at(2)) == []
    assert queries.live_media() == frozenset()
    settings.SMTP_URL = "smtp://127.0.0.1?from=a@example.cn"
    settings.SMS_URL = "http://sms.example.cn/"
    parameter("messaging.events", ["nothing=closed"])
    parameter("messaging.quiet_hours", "night")
    parameter("messaging.at_once", ["welcome"])
    message(next_attempt_at=at(2))
    queries.knowledge._parameters.clear()
    said = " ".join(queries.problems(at(2, 10)))
    for part in ("短信不能发送", "PUBLIC_URL", ".events", ".quiet_hours", ".at_once", "1 条消息"):
        assert part in said
    assert queries.quiet_hours(at(2)) is not None
    assert queries.live_media() == frozenset(Medium)
    assert Message.objects.count() == 1
