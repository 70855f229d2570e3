"""Speaking to Asterisk: one websocket for its events and for what we ask of it.

Versions from 22.5 take requests on the websocket itself, which costs a fraction of HTTP; an older
one is asked by HTTP. Which it is shows when the connection is made.
"""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import quote, unquote, urlencode, urlsplit

import httpx
import orjson
import websockets

from huiyin.callcentre.telephony.line import LinkLost
from huiyin.kernel.errors import Refused

APP = "huiyin"
_SHAPE = "HUIYIN_SWITCH_URL 应写成 http://账号:密码@主机:端口"
_UNTRUSTED = "话务交换机的证书不被信任；请换成受信任的证书，或用 SSL_CERT_FILE 指明签发机构"
_OTHER_DOOR = "，或 http、https 写反了；请核对 HUIYIN_SWITCH_URL 的端口"
_PATIENCE = 10.0
_PROBE = 3.0


class WrongSwitch(Refused):
    """The switch cannot be used as it is set; one line that says what to change."""

    code, title = "wrong-switch", "话务交换机不可用"


class Ari:
    """One connection to the switch; ``events`` ends when it is lost."""

    def __init__(self, url: str) -> None:
        parts, port = urlsplit(url), _port(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or port is None:
            raise WrongSwitch(_SHAPE)
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        self._host = f"{host}:{port}" if port else host
        self._secure = parts.scheme == "https"
        self._user = unquote(parts.username or "")
        self._password = unquote(parts.password or "")
        if not (self._user and self._password):
            raise WrongSwitch(f"话务交换机地址里没有账号和密码；{_SHAPE}")
        self._socket: websockets.ClientConnection | None = None
        self._http = httpx.AsyncClient(
            base_url=f"{parts.scheme}://{self._host}/ari/",
            auth=(self._user, self._password),
            timeout=_PATIENCE,
        )
        self._asked: dict[str, asyncio.Future[tuple[int, Any]]] = {}
        self._number = 0
        self._by_socket = True

    async def events(self) -> AsyncIterator[dict[str, Any]]:
        """Connect and yield every event; the first is ``{"type": "Connected"}``.

        Raises:
            WrongSwitch: it refuses our account, has no ARI, or is no switch at all.
            OSError: it cannot be reached.
        """
        scheme = "wss" if self._secure else "ws"
        key = quote(f"{self._user}:{self._password}", safe="")
        address = f"{scheme}://{self._host}/ari/events?app={APP}&api_key={key}"
        try:
            socket = await websockets.connect(
                address, max_size=2**22, ping_interval=10, ping_timeout=10
            )
        except websockets.InvalidStatus as error:
            raise WrongSwitch(_refusal(error.response.status_code)) from error
        except ssl.SSLCertVerificationError as error:
            raise WrongSwitch(_UNTRUSTED) from error
        except (ssl.SSLError, websockets.InvalidHandshake, EOFError) as error:
            raise WrongSwitch(f"{self._host} 上不是话务交换机的 ARI{_OTHER_DOOR}") from error
        self._socket = socket
        heard: asyncio.Queue[dict[str, Any] | None] = asyncio.Queue()
        reader = asyncio.create_task(self._read(socket, heard))
        try:
            self._by_socket = await self._takes_requests()
            yield {"type": "Connected"}
            while (event := await heard.get()) is not None:
                yield event
        finally:
            reader.cancel()
            await socket.close()
            self._socket = None
            self._forget()

    async def _read(
        self, socket: websockets.ClientConnection, heard: asyncio.Queue[dict[str, Any] | None]
    ) -> None:
        try:
            async for message in socket:
                event = orjson.loads(message)
                if event.get("type") == "RESTResponse":
                    self._answered(event)
                else:
                    heard.put_nowait(event)
        except websockets.ConnectionClosed:
            pass
        finally:
            heard.put_nowait(None)
            self._forget()

    def _answered(self, event: dict[str, Any]) -> None:
        waiting = self._asked.pop(event.get("request_id", ""), None)
        if waiting is not None and not waiting.done():
            body = event.get("message_body") or "null"
            waiting.set_result((int(event["status_code"]), orjson.loads(body)))

    def _forget(self) -> None:
        for waiting in self._asked.values():
            if not waiting.done():
                waiting.set_exception(LinkLost())
        self._asked.clear()

    async def _takes_requests(self) -> bool:
        try:
            async with asyncio.timeout(_PROBE):
                await self._by_websocket("GET", "asterisk/info", {}, None)
        except TimeoutError:
            return False
        return True

    async def ask(self, method: str, path: str, body: Any = None, **query: str) -> tuple[int, Any]:
        """Ask the switch for something; return status and answer.

        Raises:
            LinkLost: it has gone meanwhile.
        """
        if self._by_socket:
            async with asyncio.timeout(_PATIENCE):
                return await self._by_websocket(method, path, query, body)
        try:
            response = await self._http.request(
                method, path, params=query, json=body if body is not None else None
            )
        except httpx.HTTPError as error:
            raise LinkLost from error
        kind = response.headers.get("content-type", "")
        return response.status_code, response.json() if "json" in kind else None

    async def _by_websocket(
        self, method: str, path: str, query: dict[str, str], body: Any
    ) -> tuple[int, Any]:
        if self._socket is None:
            raise LinkLost
        self._number += 1
        key = str(self._number)
        message: dict[str, Any] = {
            "type": "RESTRequest", "request_id": key, "transaction_id": key, "method": method,
            "uri": f"{path}?{urlencode(query)}" if query else path,
        }  # fmt: skip
        if body is not None:
            message |= {
                "content_type": "application/json", "message_body": orjson.dumps(body).decode(),
            }  # fmt: skip
        waiting: asyncio.Future[tuple[int, Any]] = asyncio.get_running_loop().create_future()
        self._asked[key] = waiting
        try:
            await self._socket.send(orjson.dumps(message).decode())
            return await waiting
        except websockets.ConnectionClosed as error:
            raise LinkLost from error
        finally:
            self._asked.pop(key, None)

    async def ask_by_http(self, method: str, path: str) -> tuple[int, Any]:
        """Ask without being connected, to check the settings. Raises OSError when unreachable."""
        try:
            response = await self._http.request(method, path)
        except httpx.HTTPError as error:
            if "CERTIFICATE_VERIFY" in str(error):
                raise WrongSwitch(_UNTRUSTED) from error
            raise OSError(str(error) or type(error).__name__) from error
        kind = response.headers.get("content-type", "")
        return response.status_code, response.json() if "json" in kind else None

    @property
    def in_the_clear(self) -> bool:
        """Tell whether what commands the switch goes through a network without encryption."""
        here = self._host.startswith(("127.0.0.1", "[::1]", "localhost"))
        return not (self._secure or here)

    @staticmethod
    def refusal(status: int) -> str:
        """Say what a status means for whoever sets the switch up."""
        return _refusal(status)

    async def download(self, path: str) -> bytes | None:
        """Return a file that the switch holds; None if it has none.

        Read in a thread by the standard library: a recording is fetched for every call, and this
        takes a tenth of the processor time.
        """
        return await asyncio.to_thread(self._file, path)

    def _file(self, path: str) -> bytes | None:
        kind = HTTPSConnection if self._secure else HTTPConnection
        asked = kind(self._host, timeout=_PATIENCE)
        account = b64encode(f"{self._user}:{self._password}".encode()).decode()
        try:
            asked.request("GET", f"/ari/{path}", headers={"Authorization": f"Basic {account}"})
            response = asked.getresponse()
            return response.read() if response.status == HTTPStatus.OK else None
        except (OSError, HTTPException) as error:
            raise LinkLost from error
        finally:
            asked.close()

    async def close(self) -> None:
        """Give the connections back."""
        if self._socket is not None:
            await self._socket.close()
        await self._http.aclose()


def _port(url: str) -> int | None:
    """Return the port of an address, 0 when it names none; None when what is there is no port."""
    try:
        return urlsplit(url).port or 0
    except ValueError:
        return None


def _refusal(status: int) -> str:
    if status == httpx.codes.UNAUTHORIZED:
        return "话务交换机不接受这个账号或密码；请核对 ari.conf 和 HUIYIN_SWITCH_URL"
    if status == httpx.codes.NOT_FOUND:
        return "话务交换机没有开启 ARI；请检查 http.conf、ari.conf 和 res_ari 模块"
    return f"话务交换机拒绝连接（{status}）；请检查 http.conf 和 ari.conf"
