"""The ASGI application of live events. ``GET /events`` streams; ``GET /health`` says that we live.

Events: ``floor`` says that calls or agents moved, ``orders`` carries ``{"states": {state: count}}``
at once and whenever it changed, ``order`` carries ``{"number", "state", "events"}`` of one that
moved, ``reset`` says that news was lost and the page should load itself again. A comment every 15
seconds keeps the stream open; whoever has signed out by then is cut off. Django must be set up
before this module is imported.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import orjson
from django.conf import settings
from django.db import connection

from huiyin.kernel.errors import NotAllowed, NotFound, NotSignedIn, Refused, TooMany
from huiyin.web.live import audience as audiences
from huiyin.web.live.audience import Proof
from huiyin.web.live.hub import PER_ACCOUNT, Full, Hub, Stream

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

_RETRY = b"retry: 3000\n\n"
_STREAM: Headers = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET"),
    (b"access-control-allow-headers", b"authorization, last-event-id"),
    (b"access-control-max-age", b"600"),
]


class Live:
    """The application; its hub lives as long as the process's event loop."""

    hub: Hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one connection."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        headers: Headers = []
        try:
            headers = _allowed(scope)
            await self._route(scope, receive, send, headers)
        except Refused as refusal:
            await _refuse(send, refusal, headers)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.hub = Hub(_connection_facts())
        self.hub.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.hub.stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _route(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        method, path = scope["method"], scope["path"]
        if path == "/health" and method == "GET":
            await _answer(send, 200, b"ok\n", [(b"content-type", b"text/plain"), *headers])
        elif path != "/events":
            raise NotFound("没有这个地址", remedy="实时消息在 /events")
        elif method == "OPTIONS":
            await _answer(send, 204, b"", [*headers, *_PREFLIGHT])
        elif method != "GET":
            await _answer(send, 405, b"", [*headers, (b"allow", b"GET, OPTIONS")])
        else:
            await self._listen(scope, receive, send, headers)

    async def _listen(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        """Stream to one page until it leaves, or its account has signed out."""
        proof = audiences.proof_in(scope["headers"])
        found = await asyncio.to_thread(audiences.listener, proof)
        if found is None:
            raise NotSignedIn("请先登录")
        if found.audience is None:
            raise NotAllowed("您的岗位不查看工单，没有实时消息")
        last = _header(scope, b"last-event-id").decode("latin-1")
        try:
            with self.hub.open(found, found.audience, last) as stream:
                await _start(send, 200, [*_STREAM, *headers])
                await _until_first(_left(receive), _feed(stream, proof, send))
        except Full:
            raise TooMany(
                "打开的页面过多，实时消息暂停",
                remedy=f"请关闭不用的页面，每个账号最多 {PER_ACCOUNT} 个",
                retry_after=60,
            ) from None


async def _feed(stream: Stream, proof: Proof, send: Send) -> None:
    """Send what waits, and a sign of life where nothing does; end when the proof has expired."""
    await _send(send, _RETRY)
    loop = asyncio.get_running_loop()
    beat = loop.time() + settings.LIVE_HEARTBEAT
    while True:
        try:
            message = await asyncio.wait_for(stream.waiting.get(), max(0, beat - loop.time()))
        except TimeoutError:
            message = b": ok\n\n"
            beat = loop.time() + settings.LIVE_HEARTBEAT
            if await asyncio.to_thread(audiences.listener, proof) != stream.listener:
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
        await _send(send, message)


async def _left(receive: Receive) -> None:
    """Return when the page has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _until_first(*bodies: Awaitable[None]) -> None:
    """Run the bodies until the first has ended, then end the others; raise what it raised."""
    tasks = [asyncio.ensure_future(body) for body in bodies]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


def _allowed(scope: Scope) -> Headers:
    """Return the headers that let our own pages read the answer, from another port.

    Raises:
        NotAllowed: a page of somebody else asks.
    """
    origin = _header(scope, b"origin").decode("latin-1")
    if not origin:
        return [(b"vary", b"origin")]
    if origin not in settings.LIVE_ORIGINS:
        raise NotAllowed("不接受来自这个网站的请求")
    return [
        (b"vary", b"origin"),
        (b"access-control-allow-origin", origin.encode("latin-1")),
        (b"access-control-allow-credentials", b"true"),
    ]


def _header(scope: Scope, wanted: bytes) -> bytes:
    return next((value for name, value in scope["headers"] if name.lower() == wanted), b"")


async def _refuse(send: Send, refusal: Refused, headers: Headers) -> None:
    """Answer with an RFC 9457 problem document."""
    document = {
        "type": f"/problems/{refusal.code}",
        "title": refusal.title,
        "status": refusal.status,
        "detail": refusal.message,
        **({"remedy": refusal.remedy} if refusal.remedy else {}),
        **refusal.facts,
    }
    kind = [(b"content-type", b"application/problem+json"), (b"cache-control", b"no-store")]
    if "retry_after" in refusal.facts:
        kind.append((b"retry-after", str(refusal.facts["retry_after"]).encode()))
    await _answer(send, refusal.status, orjson.dumps(document), [*kind, *headers])


async def _answer(send: Send, status: int, body: bytes, headers: Headers) -> None:
    await _start(send, status, [*headers, (b"content-length", str(len(body)).encode())])
    await send({"type": "http.response.body", "body": body, "more_body": False})


async def _start(send: Send, status: int, headers: Headers) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})


async def _send(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _connection_facts() -> dict[str, Any]:
    """Return how to reach the database that Django uses."""
    facts = connection.get_connection_params()
    ours = ("cursor_factory", "context", "prepare_threshold")
    return {name: value for name, value in facts.items() if name not in ours}


application = Live()
