"""The telephone beside the forms, the floor, missed numbers and calls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from huiyin.callcentre.telephony.actions import setup, wishes
from huiyin.callcentre.telephony.models import LiveCall, Missed, Session, Wish
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
    LiveCall.objects.update(state="held")
    assert "取回" in client.get("/desk/phone").content.decode()
    answer = client.post("/desk/phone/resume", headers={"HX-Request": "true"})
    assert "没有回应" in answer.content.decode()  # no distributor runs in this test
    assert Wish.objects.filter(verb="resume", done_at=None).exists()
    assert client.post("/desk/phone/explode").status_code == 422


def test_beside_a_form_there_is_nothing_for_those_without_a_seat(story: Story, desk) -> None:
    assert desk("agent").get("/desk/phone?beside=1").status_code == 204


@pytest.mark.rule("R-227")
@pytest.mark.rule("R-229")
def test_the_floor_and_the_wall(story: Story, desk, django_assert_max_num_queries) -> None:
    seated(story, "talking", "waiting")
    kept(clock.now() - timedelta(minutes=5))
    client = desk("supervisor")
    client.get("/desk/floor")
    with django_assert_max_num_queries(14):
        page = client.get("/desk/floor").content.decode()
    assert "100.0%" in page
    assert "监听" in page
    assert "138****0000" in page
    assert "监听" not in client.get("/desk/wall").content.decode()
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
