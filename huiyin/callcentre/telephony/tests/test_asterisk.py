"""What the driver makes of the switch's answers, without a switch."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.drivers import asterisk
from huiyin.callcentre.telephony.drivers.asterisk import Asterisk


class Answering:
    """Stands for the connection: joining gets one status, a sound another, the rest is done."""

    def __init__(self, joining: int = 204, playing: int = 201) -> None:
        self.joining, self.playing = joining, playing
        self.asked: list[str] = []

    async def ask(
        self, method: str, path: str, _body: Any = None, **_query: str
    ) -> tuple[int, Any]:
        self.asked.append(f"{method} {path}")
        if path.endswith("addChannel"):
            return self.joining, None
        if "/play/" in path and not self.playing:
            raise TimeoutError
        return (self.playing if "/play/" in path else 200), None


def told(command: line.Command, **how: int) -> tuple[list[str], list[line.Event]]:
    """Return what the driver asks of the switch for a command, and what is heard of it."""

    async def story() -> tuple[list[str], list[line.Event]]:
        driver, switch = Asterisk("http://huiyin:x@127.0.0.1:1", sounds="/s"), Answering(**how)
        driver._ari = switch  # type: ignore[assignment]
        await driver.do(command)
        await asyncio.gather(*driver._chain.values())
        return switch.asked, [driver._heard.get_nowait() for _ in range(driver._heard.qsize())]

    return asyncio.run(story())


@pytest.mark.rule("R-520")
def test_both_are_told_to_be_joined_only_when_they_are():
    asked, heard = told(line.Connect("c", "l", "r"))
    assert heard == [line.Joined("c")]
    assert asked[-1] == "POST bridges/bridge-c/record"


@pytest.mark.rule("R-520")
@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
def test_one_who_has_hung_up_is_an_ordinary_end(status):
    asked, heard = told(line.Connect("c", "l", "r"), joining=status)
    assert heard == []
    assert not [each for each in asked if each.endswith("record")]


def test_a_sound_that_does_not_come_is_not_waited_for():
    for playing, heard in ((201, []), (404, []), (500, [line.Prompted("c")])):
        assert told(line.Answer("c"), playing=playing)[1] == heard
    assert told(line.Answer("c"), playing=0)[1] == [line.Prompted("c")]


@pytest.mark.rule("R-521")
@pytest.mark.parametrize("address", ["", "browser", "127.0.0.1:5060"])
def test_every_telephone_is_hung_up_when_it_sends_no_sound(address):
    kinds = dict(asterisk._phone("8001", "secret", address, "", 300))
    endpoint = kinds["endpoint"]
    assert (endpoint["rtp_timeout"], endpoint["rtp_timeout_hold"]) == ("300", "900")


@pytest.mark.parametrize(
    ("held", "address", "forgotten"),
    [
        ("", "127.0.0.1:5060", False),
        ("sip:8001@127.0.0.1:5060", "127.0.0.1:5060", False),
        ("sip:8001@127.0.0.1:5060", "127.0.0.1:5070", True),
        ("sip:8001@127.0.0.1:5060", "", True),
        ("", "browser", False),
    ],
)
def test_the_switch_forgets_where_a_phone_stood_before(held, address, forgotten):
    """It keeps every place that it is told, and would go on ringing the first."""

    class Holding(Answering):
        async def ask(
            self, method: str, path: str, _body: Any = None, **_query: str
        ) -> tuple[int, Any]:
            self.asked.append(f"{method} {path.rpartition('/res_pjsip/')[2]}")
            return 200, [{"attribute": "contact", "value": held}] if method == "GET" else None

    async def story() -> list[str]:
        driver, switch = Asterisk("http://huiyin:x@127.0.0.1:1", sounds="/s"), Holding()
        driver._ari = switch  # type: ignore[assignment]
        await driver.phones([("8001", "secret", address)])
        return switch.asked

    asked = asyncio.run(story())
    assert ("DELETE aor/8001" in asked) == forgotten
    assert asked[-1] == "PUT endpoint/8001"


class Noting(Answering):
    """A switch whose dialplan notes a caller only after it was first asked for its notes."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[list[str]] = [[], ["1700000000.7_1700000000_1700000003_12345_13900000007_"]]
        self.shown, self.away = "?", True

    async def ask(self, method: str, path: str, _body: Any = None, **query: str) -> tuple[int, Any]:
        if self.away:
            self.away = False
            raise TimeoutError
        if method == "POST" and path == "asterisk/variable":
            self.shown = query["value"]
        if query.get("endpoint", "").startswith("Local/read@"):
            self.shown = ",".join(self.kept.pop(0)) if self.kept else ""
        self.asked.append(query.get("endpoint", ""))
        return 200, {"value": self.shown} if method == "GET" else None


@pytest.mark.rule("R-577")
def test_who_hangs_up_in_the_switchs_own_queue_after_we_are_back_is_told_too(monkeypatch):
    monkeypatch.setattr(asterisk, "_LOST_EVERY", 0.01)

    async def story() -> tuple[line.Event | None, list[str]]:
        driver, switch = Asterisk("http://huiyin:x@127.0.0.1:1", sounds="/s"), Noting()
        driver._ari = switch  # type: ignore[assignment]
        driver._noting = asyncio.create_task(driver._tell_lost())
        heard = await asyncio.wait_for(driver._heard.get(), 10)
        await asyncio.sleep(0.1)
        driver._note_no_more()
        assert driver._heard.empty()
        return heard, switch.asked

    heard, asked = asyncio.run(story())
    assert heard == line.Lost("1700000000.7", "13900000007", "12345", 1700000000, 1700000003)
    forgotten = "Local/1700000000.7_1700000000_1700000003_12345_13900000007_@huiyin-lost"
    assert forgotten in asked
