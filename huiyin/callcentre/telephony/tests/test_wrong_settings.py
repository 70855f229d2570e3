"""Wrong settings of the switch: each stops the distributor with one clear line."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from huiyin.callcentre.telephony.drivers import doors
from huiyin.callcentre.telephony.drivers.ari import Ari, WrongSwitch
from huiyin.callcentre.telephony.drivers.asterisk import Asterisk

ALL = [{"name": name, "status": "Running"} for name in doors._NEEDED]


@pytest.mark.rule("R-575")
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("switch.example", "应写成"),
        ("ftp://huiyin:x@127.0.0.1:1", "应写成"),
        ("http://", "应写成"),
        ("http://huiyin:x@127.0.0.1:abc", "应写成"),
        ("http://huiyin:x@127.0.0.1:99999", "应写成"),
        ("http://127.0.0.1:8088", "没有账号和密码"),
        ("http://huiyin@127.0.0.1:8088", "没有账号和密码"),
    ],
)
def test_an_address_that_is_none(url: str, said: str) -> None:
    with pytest.raises(WrongSwitch, match=said):
        Asterisk(url, sounds="")


def test_a_password_may_be_written_as_addresses_write_it() -> None:
    ari = Ari("https://huiyin:a%40b%2Fc@[::1]:8089")
    assert (ari._password, ari._host, ari.in_the_clear) == ("a@b/c", "[::1]:8089", False)
    assert Ari("http://huiyin:x@10.0.0.5:8088").in_the_clear


@asynccontextmanager
async def says(answer: bytes) -> AsyncIterator[int]:
    """Open a port where something answers that is no switch; yield the port."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.rule("R-575")
@pytest.mark.parametrize(
    ("scheme", "answer", "said"),
    [
        ("http", b"SSH-2.0-OpenSSH_9.2\r\n", "不是话务交换机"),
        ("http", b"", "不是话务交换机"),
        ("https", b"HTTP/1.1 400 Bad Request\r\n\r\n", "http、https 写反了"),
        ("http", b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", "没有开启 ARI"),
        ("http", b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n", "账号或密码"),
    ],
)
def test_what_answers_is_no_switch(scheme: str, answer: bytes, said: str) -> None:
    async def story() -> None:
        async with says(answer) as port:
            driver = Asterisk(f"{scheme}://huiyin:x@127.0.0.1:{port}", sounds="")
            try:
                async with asyncio.timeout(10):
                    async for _ in driver.events():
                        pass
            finally:
                await driver.close()

    with pytest.raises(WrongSwitch, match=said):
        asyncio.run(story())


@pytest.mark.rule("R-575")
@pytest.mark.parametrize(
    ("url", "answers", "said"),
    [
        ("http://h:x@127.0.0.1:1", {}, []),
        ("http://h:x@10.0.0.5:1", {}, ["未加密"]),
        ("http://h:x@127.0.0.1:1", {"PUT": 403}, ["read_only"]),
        ("http://h:x@127.0.0.1:1", {"PUT": 404}, ["sorcery.conf"]),
        ("http://h:x@127.0.0.1:1", {"endpoint/anonymous": 200}, ["anonymous"]),
        ("http://h:x@127.0.0.1:1", {"modules": ALL[1:]}, ["res_ari_channels.so"]),
        (
            "http://h:x@127.0.0.1:1",
            {"modules": [*ALL, {"name": "res_pjsip_refer.so", "status": "Running"}]},
            ["自行转接"],
        ),
    ],
)
def test_open_doors_and_what_is_missing(url: str, answers: dict[str, Any], said: list[str]) -> None:
    async def ask(method: str, path: str) -> tuple[int, Any]:
        if path.endswith("modules"):
            return 200, answers.get("modules", ALL)
        if "anonymous" in path:
            return answers.get("endpoint/anonymous", 404), None
        return answers.get(method, 200), None

    found = asyncio.run(doors.faults(Ari(url), ask))
    assert len(found) == len(said)
    assert all(words in line for words, line in zip(said, found, strict=True))
