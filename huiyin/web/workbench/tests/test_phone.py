"""The telephone beside the forms, the floor, missed numbers and calls."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from html import unescape

import pytest

from huiyin.callcentre.telephony.actions import setup, wishes
from huiyin.callcentre.telephony.models import LiveCall, Missed, Seat, Session, Wish
from huiyin.callcentre.telephony.tests.kept import kept
from huiyin.kernel import clock, crypto
from huiyin.kernel.models import AccessLog
from tests.world import Story

NUMBER = "13800000000"


def seated(story: Story, state: str = "ringing", call: str = "ringing") -> None:
    setup.seats("8001", kind="answering")
    wishes.sign_in("8001", by=story.world.actor("agent"), now=clock.now())
    Session.objects.update(state=state, call="c1")
    LiveCall.objects.create(
        key="c1", direction="in", state=call, line="12345", skill="general", seat="8001",
        arrived_at=clock.now(), number_masked="138****0000",
        number_sealed=crypto.seal(NUMBER, "call.number"),
        number_key=crypto.lookup(NUMBER, "phone"),
    )  # fmt: skip


def test_the_card_of_a_caller_opens_while_it_rings(
    story: Story, desk, django_assert_max_num_queries
) -> None:
    story.created()
    seated(story)
    client = desk("agent")
    client.get("/desk/phone")
    with django_assert_max_num_queries(12):
        page = client.get("/desk/phone").content.decode()
    assert "138****0000" in page
    assert "登记这个来电" in page
    assert NUMBER not in page
    part = client.get("/desk/phone?beside=1", headers={"HX-Request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")


def test_the_form_is_given_the_number_and_that_is_logged(story: Story, desk) -> None:
    seated(story, "talking", "talking")
    page = desk("agent").get("/desk/new?call=1").content.decode()
    assert f'value="{NUMBER}"' in page
    assert AccessLog.objects.get().purpose == "接听登记"


def test_what_can_be_done_follows_the_call(story: Story, desk) -> None:
    seated(story, "talking", "talking")
    client = desk("agent")
    page = client.get("/desk/phone").content.decode()
    assert "保持" in page
    assert "取回" not in page
    assert "恢复录音" not in page
    LiveCall.objects.update(said={"paused": True})
    page = client.get("/desk/phone").content.decode()
    assert "录音已暂停" in page
    assert ">暂停录音" not in page
    LiveCall.objects.update(state="held")
    assert "取回" in client.get("/desk/phone").content.decode()
    answer = client.post("/desk/phone/resume", headers={"HX-Request": "true"})
    assert "没有回应" in answer.content.decode()  # no distributor runs in this test
    assert Wish.objects.filter(verb="resume", done_at=None).exists()
    assert client.post("/desk/phone/explode").status_code == 422


@pytest.mark.rule("R-610")
def test_what_is_refused_is_told_in_the_telephone_which_stays(
    story: Story, desk, monkeypatch
) -> None:
    """In its place nobody would see the next call; and after a moment nobody could read it."""
    seated(story, "ready")
    Session.objects.update(call="")
    LiveCall.objects.all().delete()
    setup.seats("8002", kind="answering")
    wishes.sign_in("8002", by=story.world.actor("vendor_agent"), now=clock.now())
    Session.objects.filter(seat__extension="8002").update(state="break")
    client, part = desk("agent"), {"HX-Request": "true"}
    answer = client.post("/desk/phone/choose", {"to": "break"}, headers=part)
    shown = answer.content.decode()
    assert answer.status_code == 409
    assert "phone-title" in shown
    assert "同时小休的最多 1 人" in shown
    assert "示忙" in shown
    again = unescape(re.search(r'hx-get="([^"]*told=[^"]*)"', shown)[1])
    renewed = client.get(again, headers=part).content.decode()
    assert "同时小休的最多 1 人" in renewed
    assert "told=" in renewed
    forged = client.get("/desk/phone?told=x", headers=part).content.decode()
    assert 'role="alert"' not in forged
    monkeypatch.setattr(time, "time", lambda real=time.time: real() + 11)
    assert 'role="alert"' not in client.get(again, headers=part).content.decode()
    monkeypatch.undo()
    for path, words in (
        ("sign-in", {"seat": "9999"}), ("mark", {"mark": "angry"}), ("dial", {"missed": "x"}),
    ):  # fmt: skip
        answer = client.post(f"/desk/phone/{path}", words, headers=part)
        assert answer.status_code in (404, 422), path
        assert "phone-title" in answer.content.decode(), path


@pytest.mark.rule("R-610")
def test_who_chooses_a_seat_is_not_disturbed(story: Story, desk) -> None:
    setup.seats("8001-8009", kind="answering")
    page = desk("agent").get("/desk/phone").content.decode()
    assert 'id="phone"' in page
    assert "every 5s" not in page


def test_beside_a_form_there_is_nothing_for_those_without_a_seat(story: Story, desk) -> None:
    assert desk("agent").get("/desk/phone?beside=1").status_code == 204


@pytest.mark.rule("R-227")
@pytest.mark.rule("R-229")
def test_the_floor_and_the_wall(story: Story, desk, django_assert_max_num_queries) -> None:
    seated(story, "talking", "waiting")
    kept(clock.now() - timedelta(minutes=5))
    client = desk("supervisor")
    client.get("/desk/floor")
    with django_assert_max_num_queries(18):
        page = client.get("/desk/floor").content.decode()
    assert "100.0%" in page
    assert "监听" in page
    assert "138****0000" in page
    LiveCall.objects.update(waits_since=clock.now() - timedelta(seconds=130))
    wall = client.get("/desk/wall").content.decode()
    assert "监听" not in wall
    assert "2 分 1" in wall  # how long the first has waited, not only since when
    assert "另有 1 通进行中" in wall  # counted by the half hour, and not yet in today's calls
    assert desk("agent").get("/desk/floor").status_code == 403


def test_missed_numbers_are_called_back_from_the_list(story: Story, desk) -> None:
    seated(story)
    row = Missed.objects.create(
        number_sealed=crypto.seal(NUMBER, "missed.number"), number_masked="138****0000",
        number_key=crypto.lookup(NUMBER, "phone"), first_at=clock.now(), last_at=clock.now(),
        urgent=True,
    )  # fmt: skip
    client = desk("agent")
    assert "138****0000" in client.get("/desk/missed").content.decode()
    client.post("/desk/phone/dial", {"missed": row.pk})
    assert Wish.objects.get(verb="dial").words == {"missed": row.pk}
    assert client.post("/desk/phone/dial", {"missed": "x"}).status_code == 422
    assert client.post("/desk/phone/dial", {"order": "none"}).status_code == 404


def test_calls_and_their_recordings(story: Story, desk) -> None:
    row = kept(clock.now(), agent=story.world.people["agent"].pk)
    page = desk("agent").get("/desk/calls").content.decode()
    assert "收听录音" in page
    assert "还没有通话" in desk("callback").get("/desk/calls").content.decode()
    sound = desk("quality").post(f"/desk/calls/{row.pk}/recording", {"purpose": "质检抽查"})
    assert sound["Content-Type"] == "audio/wav"
    assert sound.content.startswith(b"RIFF")
    refused = desk("quality").post(f"/desk/calls/{row.pk}/recording", {"purpose": ""})
    assert refused.status_code == 422


def third(*, up: bool) -> dict:
    """Return what the distributor notes of a call into which 110 was asked."""
    return {
        "legs": [["l1", "agent", "8001", "listen", False], ["l2", "third", "110", "listen", up]]
    }


@pytest.mark.rule("R-233")
def test_three_in_a_call_and_every_way_out_of_it(story: Story, desk) -> None:
    seated(story, "talking", "held")
    client = desk("agent")

    def offered(state: str, *, up: bool) -> list[str]:
        LiveCall.objects.update(state=state, said=third(up=up))
        page = client.get("/desk/phone").content.decode()
        words = ("取回", "三方通话", "转给第三方", "第三方退出", "不等第三方了", "挂断")
        return [word for word in words if f">{word}" in page]

    assert offered("held", up=False) == ["取回", "不等第三方了", "挂断"]
    assert offered("held", up=True) == ["三方通话", "转给第三方", "第三方退出", "挂断"]
    assert offered("talking", up=True) == ["转给第三方", "第三方退出", "挂断"]


@pytest.mark.rule("R-236")
@pytest.mark.parametrize("address", ["browser", ""])
def test_a_floor_leader_takes_up_and_ends_what_is_overheard(story: Story, desk, address) -> None:
    seated(story, "talking", "talking")
    setup.seats("8009", kind="floor", address=address)
    wishes.sign_in("8009", by=story.world.actor("supervisor"), now=clock.now())
    mine = Session.objects.filter(seat__extension="8009")
    mine.update(state="calling", call="c1")
    client = desk("supervisor")
    page = client.get("/desk/phone").content.decode()
    assert "接听 <kbd>0</kbd>" in page
    assert "138****0000" in page  # whose call it is
    mine.update(state="talking")
    page = client.get("/desk/phone").content.decode()
    assert ">挂断" in page
    assert "直接转接" not in page
    assert "登记这个来电" not in page


@pytest.mark.rule("R-239")
def test_who_has_a_telephone_that_registers_is_told_its_password(story: Story, desk) -> None:
    seated(story)
    password = crypto.unseal(Session.objects.get().password_sealed, "seat.password")
    assert password in desk("agent").get("/desk/phone").content.decode()
    assert password not in desk("supervisor").get("/desk/phone").content.decode()
    Seat.objects.update(address="10.0.0.8:5060")  # one that does not
    assert password not in desk("agent").get("/desk/phone").content.decode()
