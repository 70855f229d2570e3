"""Telephony in the console: every list is filled, refused and emptied through its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from huiyin.callcentre.telephony.models import (
    KnownNumber,
    LeaderDay,
    Line,
    PromptVersion,
    Seat,
    Standby,
)
from huiyin.callcentre.telephony.tests.kept import wav
from tests.world import World


@pytest.fixture
def console(world: World) -> Callable[[str], Client]:
    def signed_in(name: str) -> Client:
        client = Client()
        client.force_login(world.people[name])
        return client

    return signed_in


def test_seats_and_lines(console, django_assert_max_num_queries) -> None:
    client = console("administrator")
    seats = {"extensions": "8001-8040", "kind": "answering", "skills": ["general", "foreign"]}
    assert client.post("/console/telephony/seats/save", seats).status_code == 302
    assert Seat.objects.count() == 40
    wrong = client.post("/console/telephony/seats/save", seats | {"extensions": "80a1"})
    assert wrong.status_code == 422
    assert "分机号写成" in wrong.content.decode()
    line = {"number": "12345", "pool": "in", "capacity": "80", "skill": "general"}
    assert client.post("/console/telephony/line/save", line).status_code == 302
    assert client.post("/console/telephony/line/save", line | {"capacity": "0"}).status_code == 422
    assert Line.objects.get().capacity == 80
    with django_assert_max_num_queries(8):
        page = client.get("/console/telephony?saved").content.decode()
    assert "综合、外语" in page
    assert "已保存" in page
    seat = Seat.objects.get(extension="8040")
    client.post(f"/console/telephony/seats/{seat.pk}/remove")
    assert not Seat.objects.get(pk=seat.pk).active


def test_lists(console, django_assert_max_num_queries) -> None:
    client = console("manager")
    number = {"number": "13900000001", "kind": "nuisance", "until": "2099-01-01"}
    client.post("/console/telephony/number/save", number)
    again = client.post("/console/telephony/number/save", number)
    assert again.status_code == 409
    assert "已在名单上" in again.content.decode()
    Line.objects.create(number="12345", pool="in", capacity=1)
    day = {
        "leader": "manager", "topic": "供暖", "line": "12345", "begins_at": "2099-01-01T09:00",
        "ends_at": "2099-01-01T11:00",
    }  # fmt: skip
    client.post("/console/telephony/leader/save", day)
    wrong = client.post("/console/telephony/leader/save", day | {"leader": "nobody"})
    assert "没有这个账号" in wrong.content.decode()
    client.post("/console/telephony/standby/save", {"staff": "agent", "number": "13900000002"})
    with django_assert_max_num_queries(9):
        page = client.get("/console/telephony/lists").content.decode()
    assert "139****0001" in page
    assert "139****0002" in page
    assert "13900000001" not in page
    for name, model in (("number", KnownNumber), ("leader", LeaderDay), ("standby", Standby)):
        client.post(f"/console/telephony/{name}/{model.objects.get().pk}/remove")
        assert not model.objects.exists()


def test_prompts(console, django_assert_max_num_queries) -> None:
    client = console("manager")

    def put(sound: bytes) -> int:
        file = SimpleUploadedFile("n.wav", sound, "audio/wav")
        answer = client.post("/console/telephony/prompt/save", {"name": "notice", "sound": file})
        return answer.status_code

    assert put(wav(1)) == 302
    assert put(b"no") == 422
    assert put(wav(2)) == 302
    with django_assert_max_num_queries(8):
        page = client.get("/console/telephony/prompts").content.decode()
    assert "2.0 秒" in page
    first = PromptVersion.objects.get(in_use=False)
    client.post(f"/console/telephony/prompt/{first.pk}/remove", {"name": "notice"})
    assert PromptVersion.objects.get(in_use=True) == first
    client.post("/console/telephony/prompt/0/remove", {"name": "notice"})
    assert not PromptVersion.objects.filter(in_use=True).exists()
    assert client.post("/console/telephony/shout/save").status_code == 404
    assert client.post("/console/telephony/line/1/remove").status_code == 404
    assert client.get("/console/telephony/none").status_code == 404
