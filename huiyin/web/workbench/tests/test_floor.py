"""Surge actions on the floor's page, what they change elsewhere, and calls from an order."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import HttpResponse

from huiyin.callcentre.calls.actions import CallFacts, record
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony.actions import lists, setup, wishes
from huiyin.callcentre.telephony.models import Seat, SurgeStep, Wish
from huiyin.kernel import clock
from huiyin.knowledge.models import Tag
from tests.world import Story


@pytest.mark.rule("R-460")
def test_surge_actions_are_offered_started_and_stopped(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    now = clock.now()
    record([
        CallFacts(
            Direction.IN, CallOutcome.ABANDONED, arrived, arrived, reference=f"{week}-{n}"
        )
        for week, calls in ((0, 20), (1, 5))
        for n in range(calls)
        for arrived in [now - timedelta(weeks=week)]
    ])  # fmt: skip
    Tag.objects.create(code="storm", group="事件", name="台风")
    lists.add_standby("agent", "13900000001", by=story.world.actor("supervisor"))
    client = desk("supervisor")
    with django_assert_max_num_queries(22):
        page = client.get("/desk/floor").content.decode()
    assert "话务应急一级" in page
    assert page.count("建议启动") == 5
    assert ">启动召集备班<" in page
    for act in ("message", "standby", "short_form", "event_tag"):
        answer = client.post("/desk/floor/surge", {"act": act, "tag": "storm"})
        assert answer.status_code == 302
    assert client.post("/desk/floor/surge", {"act": "message"}).status_code == 409
    assert SurgeStep.objects.get(act="message").level == "red"
    page = client.get("/desk/floor").content.decode()
    assert "139****0001" in page
    assert "标签 台风" in page
    assert ">启动召集备班<" not in page
    assert "停止排队提示音" in page
    assert "停止排队提示音" not in desk("quality").get("/desk/floor").content.decode()

    form = desk("agent").get("/desk/new").content.decode()
    assert "简易登记" in form
    assert 'value="storm" checked' in form
    assert 'name="matters"' not in form
    assert 'name="wants_reply" value="on"' in form
    assert 'name="matters"' in desk("agent").get("/desk/new?full=1").content.decode()

    for step in SurgeStep.objects.all():
        assert client.post(f"/desk/floor/surge/{step.pk}/stop").status_code == 302
    assert "简易登记" not in desk("agent").get("/desk/new").content.decode()
    assert "停止" in client.get("/desk/floor").content.decode()


def test_the_actions_are_answered_anew_only_when_something_changed(story: Story, desk) -> None:
    client = desk("supervisor")

    def seen() -> str:
        page = client.get("/desk/floor").content.decode()
        return re.search(r"\?seen=([^\"]*)", page)[1]

    def asked_anew(stamp: str) -> HttpResponse:
        return client.get(
            "/desk/floor", {"seen": stamp}, headers={"HX-Request": "true", "HX-Target": "surge"}
        )

    before = seen()
    assert asked_anew(before).status_code == 204
    client.post("/desk/floor/surge", {"act": "message"})
    anew = asked_anew(before)
    assert anew.status_code == 200
    assert "停止排队提示音" in anew.content.decode()
    assert "正在等待" not in anew.content.decode()
    started = seen()
    assert asked_anew(started).status_code == 204
    client.post(f"/desk/floor/surge/{SurgeStep.objects.get().pk}/stop")
    assert asked_anew(started).status_code == 200


@pytest.mark.rule("R-461")
def test_a_call_from_an_order(story: Story, desk) -> None:
    order = story.created().order
    client = desk("agent")
    page = f"/desk/orders/{order.number}"
    assert "打给诉求人" not in client.get(page).content.decode()
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=story.world.actor("agent"), now=clock.now())
    shown = client.get(page).content.decode()
    assert "打给诉求人" in shown
    assert 'hx-get="/desk/phone?beside=1"' in shown
    client.post("/desk/phone/dial", {"order": order.number})
    assert Wish.objects.get(verb="dial").words == {"order": order.pk}


def test_a_unit_is_urged_by_telephone(story: Story, desk) -> None:
    order = story.created().submitted().dispatched().order
    setup.seats("8001", kind="floor")
    wishes.sign_in("8001", by=story.world.actor("supervisor"), now=clock.now())
    client = desk("supervisor")
    assert "打电话催办" in client.get(f"/desk/orders/{order.number}/urge").content.decode()
    client.post("/desk/phone/dial", {"order": order.number, "number": "053112345"})
    words = Wish.objects.get(verb="dial").words
    assert set(words) == {"order", "sealed"}


def test_the_telephone_in_the_browser_is_told_how_to_sign_in(story: Story, desk) -> None:
    setup.seats("8001", kind="answering", address="browser")
    wishes.sign_in("8001", by=story.world.actor("agent"), now=clock.now())
    answer = desk("agent").get("/desk/phone")
    page = answer.content.decode()
    assert 'data-seat="8001"' in page
    assert "data-password=" in page
    policy = answer["Content-Security-Policy"]
    assert "connect-src 'self'" in policy
    assert "wss://127.0.0.1:" in policy
    assert "unsafe" not in policy
    assert "wss:" not in desk("agent").get("/desk/")["Content-Security-Policy"]
    Seat.objects.update(address="127.0.0.1:5060")
    assert "data-password=" not in desk("agent").get("/desk/phone").content.decode()
