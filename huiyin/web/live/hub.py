"""All open streams of this process, and the one connection on which PostgreSQL tells the news."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
import psycopg

from huiyin.callcentre.telephony.actions.wishes import FLOOR
from huiyin.kernel import log
from huiyin.web.live import audience as audiences
from huiyin.web.live.audience import Audience, Listener
from huiyin.web.live.nudges import CHANNEL, Nudge, unpack

PER_ACCOUNT = 8
MOST = 4000
REMEMBERED = 500  # nudges that a returning page can still be given
FLOOR_AFTER = 0.3  # seconds that news of the floor is gathered
RECOUNT_AFTER = 1.0  # seconds that changes of the counts are gathered
_log = log.logger(__name__)


class Full(Exception):
    """There are too many streams: of this account, or altogether."""


@dataclass(eq=False)
class Stream:
    """One open page: what waits to be sent to it. One that does not read is told to reload."""

    listener: Listener
    audience: Audience
    waiting: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(200))
    counted: bytes = b""

    def put(self, message: bytes) -> None:
        """Queue a message; if the page is too slow, drop what waits and let it begin anew."""
        try:
            self.waiting.put_nowait(message)
        except asyncio.QueueFull:
            while not self.waiting.empty():
                self.waiting.get_nowait()
            self.waiting.put_nowait(event("reset", {}))


def event(name: str, data: object, key: str = "") -> bytes:
    """Return one server-sent event."""
    head = f"id: {key}\n".encode() if key else b""
    return head + f"event: {name}\ndata: ".encode() + orjson.dumps(data) + b"\n\n"


class Hub:
    """Passes nudges and counts on to those who may hear them. One per process and event loop."""

    def __init__(self, database: Mapping[str, Any]) -> None:
        self._database = database
        self._streams: set[Stream] = set()
        self._born = secrets.token_hex(4)  # keys of another process, or an earlier one, are foreign
        self._told = 0
        self._recent: deque[tuple[int, Nudge]] = deque(maxlen=REMEMBERED)
        self._stale: set[Audience] = set()
        self._recount = asyncio.Event()
        self._floor_told: asyncio.TimerHandle | None = None
        self._floor_seats: set[str] = set()
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen."""
        self._tasks = [
            asyncio.create_task(self._listen(), name="listen"),
            asyncio.create_task(self._recount_stale(), name="recount"),
        ]

    async def stop(self) -> None:
        """End every task of ours."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextlib.contextmanager
    def open(self, listener: Listener, audience: Audience, last: str) -> Iterator[Stream]:
        """Keep a stream for as long as the block lasts; it begins with what it has missed.

        Raises:
            Full: there are too many.
        """
        per_account = Counter(stream.listener.account for stream in self._streams)
        if len(self._streams) >= MOST or per_account[listener.account] >= PER_ACCOUNT:
            raise Full
        stream = Stream(listener, audience)
        for message in self._missed(audience, last):
            stream.put(message)
        self._streams.add(stream)
        self._spoil(audience)
        try:
            yield stream
        finally:
            self._streams.discard(stream)

    def _missed(self, audience: Audience, last: str) -> list[bytes]:
        """Return the nudges after ``last``; a reset if they are no longer known."""
        if not last:
            return []
        born, _, number = last.partition("-")
        seen = int(number) if number.isascii() and number.isdigit() else -1
        first = self._recent[0][0] if self._recent else self._told + 1
        if born != self._born or not first - 1 <= seen <= self._told:
            return [event("reset", {}, self._key(self._told))]
        return [
            self._message(number, nudge)
            for number, nudge in self._recent
            if number > seen and audience.hears(nudge)
        ]

    def _key(self, number: int) -> str:
        return f"{self._born}-{number}"

    def _message(self, number: int, nudge: Nudge) -> bytes:
        told = {"number": nudge.number, "state": nudge.state, "events": nudge.events}
        return event("order", told, self._key(number))

    def tell(self, nudge: Nudge) -> None:
        """Pass one nudge on to every stream that may hear it."""
        self._told += 1
        self._recent.append((self._told, nudge))
        message = self._message(self._told, nudge)
        for stream in self._streams:
            if stream.audience.hears(nudge):
                stream.put(message)
                self._spoil(stream.audience)
            elif nudge.paths is None:
                self._spoil(stream.audience)

    def tell_floor(self, seats: str = "") -> None:
        """Tell pages of those who see everything that the floor moved, and at which seats.

        What comes within a moment is told together. A telephone's panel asks for itself anew only
        when its own seat is named, else every move of a large floor would reload all of them.
        """
        self._floor_seats.update(seats.split(",") if seats else ())
        loop = asyncio.get_running_loop()
        if self._floor_told is None:
            self._floor_told = loop.call_later(FLOOR_AFTER, self._tell_floor)

    def _tell_floor(self) -> None:
        self._floor_told = None
        message = event("floor", {"seats": sorted(self._floor_seats)})
        self._floor_seats = set()
        for stream in self._streams:
            if stream.audience.path is None:
                stream.put(message)

    def reset(self) -> None:
        """Tell every page to load itself again: news may have been lost."""
        self._recent.clear()
        for stream in self._streams:
            stream.put(event("reset", {}, self._key(self._told)))
            self._spoil(stream.audience)

    def _spoil(self, audience: Audience) -> None:
        self._stale.add(audience)
        self._recount.set()

    async def _recount_stale(self) -> None:
        """Count anew for the groups that something changed for, at most once a second."""
        while True:
            await self._recount.wait()
            self._recount.clear()
            stale, self._stale = self._stale, set()
            for group in stale:
                try:
                    await self._count(group)
                except Exception as error:  # noqa: BLE001 - the next change counts again
                    _log.warning("could not count for a live page: %s", error)
            await asyncio.sleep(RECOUNT_AFTER)

    async def _count(self, group: Audience) -> None:
        members = [stream for stream in self._streams if stream.audience == group]
        if not members:
            return
        states = await asyncio.to_thread(audiences.counts, members[0].listener.account)
        message = event("orders", {"states": states})
        for stream in members:
            if stream.counted != message:
                stream.counted = message
                stream.put(message)

    async def _listen(self) -> None:
        """Hear the news for ever; after the database was away, have every page load itself."""
        pause, lost = 1.0, False
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    **self._database, autocommit=True
                ) as connection:
                    await connection.execute(f"listen {FLOOR}")
                    await connection.execute(f"listen {CHANNEL}")
                    if lost:
                        self.reset()
                    pause, lost = 1.0, False
                    async for notice in connection.notifies():
                        if notice.channel == FLOOR:
                            self.tell_floor(notice.payload)
                        else:
                            self.tell(unpack(notice.payload))
            except psycopg.Error as error:
                _log.warning("live events wait %.0f s for the database: %s", pause, error)
            lost = True
            await asyncio.sleep(pause)
            pause = min(10.0, pause * 2)
