"""The hub without a process: packing of nudges, slow readers, the ring of recent news."""

from __future__ import annotations

import asyncio

import pytest

from huiyin.web.live import hub as hubs
from huiyin.web.live.audience import Audience, Listener, Proof, proof_in
from huiyin.web.live.hub import Full, Hub, Stream
from huiyin.web.live.nudges import Nudge, pack, unpack

ALL, WATER = Audience(None), Audience("/3/")
HERE = Nudge("DZ1", "to_sign", 3, ("/3/9/",))
THERE = Nudge("DZ2", "to_sign", 3, ("/30/", "/4/"))


def test_a_nudge_survives_packing() -> None:
    assert unpack(pack(HERE)) == HERE


def test_too_many_units_are_not_told() -> None:
    crowd = Nudge("DZ1", "to_sign", 3, tuple(f"/{n}/" for n in range(3000)))
    assert unpack(pack(crowd)) == Nudge("DZ1", "to_sign", 3, None)
    assert len(pack(crowd)) < 8000


@pytest.mark.parametrize(
    ("audience", "nudge", "hears"),
    [
        (ALL, HERE, True),
        (ALL, Nudge("DZ1", "draft", 3, None), True),
        (WATER, HERE, True),
        (WATER, THERE, False),
        (WATER, Nudge("DZ1", "draft", 3, ()), False),
        (WATER, Nudge("DZ1", "draft", 3, None), False),
    ],
)
def test_who_hears(audience: Audience, nudge: Nudge, hears: bool) -> None:
    assert audience.hears(nudge) is hears


@pytest.mark.parametrize(
    ("headers", "proof"),
    [
        ([], Proof()),
        ([(b"Authorization", b"Bearer  hy_x ")], Proof(token="hy_x")),
        ([(b"authorization", b"Basic abc")], Proof()),
        ([(b"cookie", b"a=1; huiyin_session=key")], Proof(session="key")),
        ([(b"cookie", b"\xff=;;;=\x00")], Proof()),
    ],
)
def test_what_a_listener_shows(headers, proof) -> None:
    assert proof_in(headers) == proof


def test_a_slow_page_is_told_to_begin_anew() -> None:
    async def fill() -> Stream:
        stream = Stream(Listener(1, ALL), ALL)
        for _ in range(500):
            stream.put(b"x")
        return stream

    stream = asyncio.run(fill())
    assert stream.waiting.qsize() < 200
    assert stream.waiting.get_nowait().startswith(b"event: reset")


def test_limits_and_missed_news() -> None:
    async def use() -> None:
        hub = Hub({})
        listener = Listener(1, WATER)
        with hub.open(listener, WATER, "") as first:
            hub.tell(HERE)
            hub.tell(THERE)
            key = first.waiting.get_nowait().split(b"\n")[0].removeprefix(b"id: ").decode()
            assert first.waiting.empty()
        hub.tell(HERE)
        with hub.open(listener, WATER, key) as again:
            assert b"DZ1" in again.waiting.get_nowait()
            assert again.waiting.empty()
        for _ in range(hubs.REMEMBERED + 1):
            hub.tell(THERE)
        with hub.open(listener, WATER, key) as late:
            assert b"reset" in late.waiting.get_nowait()
        for bad in ("x", f"{key}x", "-", key.partition("-")[0] + "-999999"):
            with hub.open(listener, WATER, bad) as odd:
                assert b"reset" in odd.waiting.get_nowait()

    asyncio.run(use())


def test_an_account_may_not_open_pages_without_end() -> None:
    async def use() -> None:
        hub = Hub({})
        opened = [hub.open(Listener(1, ALL), ALL, "") for _ in range(hubs.PER_ACCOUNT)]
        for one in opened:
            one.__enter__()
        with pytest.raises(Full):
            hub.open(Listener(1, ALL), ALL, "").__enter__()
        hub.open(Listener(2, ALL), ALL, "").__enter__()
        opened[0].__exit__(None, None, None)
        hub.open(Listener(1, ALL), ALL, "").__enter__()

    asyncio.run(use())


def test_news_of_the_floor_name_the_seats_and_come_together(monkeypatch) -> None:
    monkeypatch.setattr(hubs, "FLOOR_AFTER", 0.01)

    async def use() -> None:
        hub = Hub({})
        with (
            hub.open(Listener(1, ALL), ALL, "") as board,
            hub.open(Listener(2, WATER), WATER, "") as unit,
        ):
            for seats in ("8001", "", "8002,8001"):
                hub.tell_floor(seats)
            told = await asyncio.wait_for(board.waiting.get(), 5)
            assert told == b'event: floor\ndata: {"seats":["8001","8002"]}\n\n'
            assert board.waiting.empty()
            assert unit.waiting.empty()

    asyncio.run(use())
