"""The process of the distributor: one leader at a time, the line before it, the ledger behind it.

Whoever holds PostgreSQL's session lock distributes; the others wait for it. The kernel closes the
connection of a process that died, and the next takes over from the rows and from the switch.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from django.db import InterfaceError, OperationalError, connection

from huiyin.callcentre.telephony import conversation, line, queries, recovery
from huiyin.callcentre.telephony.actions import ledger, recordings, wishes
from huiyin.callcentre.telephony.distributor import Distributor
from huiyin.callcentre.telephony.drivers.simulated import SimulatedLine
from huiyin.callcentre.telephony.facts import AgentMoved, CallMoved, Fact
from huiyin.callcentre.telephony.models import Session, Wish
from huiyin.callcentre.telephony.rules import Settings
from huiyin.callcentre.telephony.states import AgentState
from huiyin.callcentre.telephony.switch import sounds
from huiyin.kernel import clock, crypto, log, notify
from huiyin.kernel.errors import Invalid, Refused

LOCK = 0x4855_4143  # "HUAC": nobody else's number
_SETTINGS_EVERY = 10.0
_FETCH_EVERY = 2.0
_LOOK_UP_EVERY = 0.1  # callers hear the notice meanwhile
_SOONEST, _LATEST = 0.05, 0.25  # seconds from what happens to its being stored
_REST = 20  # times as long as a store took, nothing is stored
_LATE_EVERY = 600.0
_SWITCH_ANSWERS = 4.0  # seconds in which a switch that is there does
_STALE = timedelta(seconds=60)  # what was asked for so long ago is no longer meant
_LAST = 5.0  # seconds for what is to be stored when we stop
_AWAY = (OperationalError, InterfaceError, psycopg.OperationalError)
_log = log.logger(__name__)


class Acd:
    """One distributor process.

    Args:
        sounds: folder in which prompts of the console are laid out for the switch; None when the
            switch is elsewhere.
    """

    def __init__(
        self, driver: line.LineDriver, database: Mapping[str, Any], sounds: Path | None = None
    ) -> None:
        self._sounds = sounds
        self._laid_out: dict[int, str] | None = None
        self.driver = driver
        self._database = database
        self.desk = Distributor(Settings())
        self._facts: asyncio.Queue[list[Fact]] = asyncio.Queue()
        self._offered: asyncio.Queue[line.Offered] = asyncio.Queue()
        self._due = asyncio.Event()
        self._planned = math.inf  # when what is due next will be done
        self.leading = asyncio.Event()
        self._linked = asyncio.Event()
        self.chosen: list[float] = []  # seconds from an event to the ringing that it gave rise to

    async def run(self, stop: asyncio.Event) -> None:
        """Wait to lead, lead until told to stop. Raises WrongSwitch; ends when the lock is lost."""
        try:
            await self._wait_and_lead(stop)
        finally:
            await self.driver.close()

    async def _wait_and_lead(self, stop: asyncio.Event) -> None:
        async with await psycopg.AsyncConnection.connect(**self._database, autocommit=True) as lock:
            ended = asyncio.create_task(stop.wait())
            taken = asyncio.create_task(_take(lock))
            await asyncio.wait({ended, taken}, return_when=asyncio.FIRST_COMPLETED)
            if taken.done():
                taken.result()
                await self._lead(lock, ended)
            taken.cancel()
            ended.cancel()

    async def _lead(self, lock: psycopg.AsyncConnection[Any], ended: asyncio.Task[Any]) -> None:
        await asyncio.to_thread(_released(self._know))
        _log.info("distributing on %s", self.driver.label)
        self.leading.set()
        ledger = asyncio.create_task(self._ledger(), name="ledger")
        tasks = [
            asyncio.create_task(body, name=name)
            for name, body in {
                "line": self._line(), "time": self._time(), "wishes": self._wishes(lock),
                "settings": self._settings(), "recordings": self._recordings(),
                "priorities": self._look_up(),
            }.items()
        ]  # fmt: skip
        try:
            waits = {ended, ledger, *tasks}
            done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._store_rest(ledger)
            if self.chosen:
                late = sorted(self.chosen)[int(len(self.chosen) * 0.95)] * 1000
                _log.info("chose %d times, p95 %.2f ms", len(self.chosen), late)

    def _know(self) -> None:
        """Read what an earlier leader knew."""
        self.desk.settings = queries.settings(clock.now())
        recovery.restore(self.desk, queries.agents_kept(), queries.calls_kept())
        self._lay_out()

    def _lay_out(self) -> None:
        """Lay the prompts out that the console has put in use, when they are others than before."""
        if self._sounds is None or (wanted := queries.prompts_in_use()) == self._laid_out:
            return
        sounds.lay_out(self._sounds, queries.prompt_sounds(wanted))
        self._laid_out = wanted

    # -- the line ------------------------------------------------------------------------------

    async def _line(self) -> None:
        phones = await asyncio.to_thread(_released(_phones))
        await self.driver.phones(phones)
        async for event in self.driver.events():
            at, began = _at(), time.perf_counter()
            fresh = isinstance(event, line.Offered | line.LinkUp)
            known = set(self.desk.calls) if fresh else set()
            self.desk.hear(event, at)
            if isinstance(event, line.LinkUp):
                recovery.link_up(self.desk, event.standing, at)
                self._linked.set()
            rings = any(isinstance(command, line.Ring) for command in self.desk.commands)
            await self.flush()
            if rings:
                self._note(time.perf_counter() - began)
            for offered in _new(event, known):
                self._offered.put_nowait(offered)

    async def _look_up(self) -> None:
        """Find the priority of numbers while their callers hear the notice, a handful at once."""
        while True:
            events = [await self._offered.get()]
            await asyncio.sleep(_LOOK_UP_EVERY)
            while not self._offered.empty():
                events.append(self._offered.get_nowait())
            numbers = {event.number for event in events}
            try:
                found = await asyncio.to_thread(_released(queries.priorities), numbers, clock.now())
            except _AWAY as error:
                _log.warning("nobody goes first while the database is away: %s", error)
                continue
            for event in events:
                self.desk.prioritise(event.call, found[event.number])

    async def flush(self) -> None:
        """Pass on what the distributor has said."""
        commands, facts = self.desk.take()
        for command in commands:
            await self.driver.do(command)
        if facts:
            self._facts.put_nowait(facts)
        due = self.desk.next_due()
        if due is not None and due < self._planned:
            self._due.set()

    def _note(self, seconds: float) -> None:
        """Remember how long it took from an event to the order to ring somebody."""
        self.chosen.append(seconds)
        del self.chosen[:-5000]

    async def _time(self) -> None:
        while True:
            due, at = self.desk.next_due(), _at()
            self._planned = at + 1.0 if due is None else max(at, min(at + 1.0, due))
            self._due.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._planned - at):
                    await self._due.wait()
            self.desk.tick(_at())
            if self.desk.commands or self.desk.facts:
                await self.flush()

    # -- the ledger ----------------------------------------------------------------------------

    async def _ledger(self) -> None:
        """Store what was said: at once when little happens, in a rush a quarter of a second late.

        Storing takes a twentieth of the time at most, what comes together is stored together.
        """
        free_at = 0.0
        while True:
            batch = await self._facts.get()
            await asyncio.sleep(min(_LATEST, max(_SOONEST, free_at - time.monotonic())))
            took = 1
            while not self._facts.empty():
                batch = [*batch, *self._facts.get_nowait()]
                took += 1
            began = time.monotonic()
            await self._store(batch)
            ended = time.monotonic()
            free_at = ended + _REST * (ended - began)
            for _ in range(took):
                self._facts.task_done()

    async def _store(self, batch: list[Fact]) -> None:
        """Store facts; a database that is away is waited for, as calls go on meanwhile."""
        while True:
            try:
                await asyncio.to_thread(_released(_store), batch)
            except _AWAY as error:
                _log.warning("the ledger waits for the database: %s", error)
                await asyncio.sleep(1)
            else:
                return

    async def _store_rest(self, ledger: asyncio.Task[None]) -> None:
        """Let the ledger end what it has begun and what was said last, unless nothing answers."""
        if rest := self.desk.take()[1]:
            self._facts.put_nowait(rest)
        stored = asyncio.create_task(self._facts.join())
        await asyncio.wait({stored, ledger}, timeout=_LAST, return_when=asyncio.FIRST_COMPLETED)
        if not stored.done():  # our successor asks the switch what still stands
            _log.warning("what was said last is not stored: the database is away")
        ledger.cancel()
        stored.cancel()
        await asyncio.gather(ledger, stored, return_exceptions=True)

    # -- wishes --------------------------------------------------------------------------------

    async def _wishes(self, lock: psycopg.AsyncConnection[Any]) -> None:
        """Do what is asked for, told by the database; and look now and then by ourselves.

        The connection is that of the lock: when it ends we no longer lead, and stop. A new leader
        first hears what the switch holds, else what is asked for would be lost on the way to it.
        """
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._linked.wait(), _SWITCH_ANSWERS)
        await lock.execute(f"listen {wishes.CHANNEL}")
        while True:
            if asked := await asyncio.to_thread(_released(queries.open_wishes)):
                answers = [(wish, await self._do(wish)) for wish in asked]
                await self._facts.join()  # so that whoever asked sees what came of it
                await asyncio.to_thread(_released(_tell), answers)
            async for _ in lock.notifies(timeout=2.0, stop_after=1):
                pass

    async def _do(self, wish: Wish) -> str:
        """Do a wish; return why it was refused, or nothing."""
        refused = ""
        if clock.now() - wish.asked_at > _STALE and wish.verb != "sign_in":
            return "刚才没有及时处理，请重新操作"
        try:
            await _WISHES[wish.verb](self, wish)
        except Refused as refusal:
            refused = "。".join(filter(None, (refusal.message, refusal.remedy)))
        except (LookupError, ValueError):  # asked past our pages: nothing may end the distributor
            _log.warning("wish %s of %s cannot be understood", wish.verb, wish.seat)
            refused = "没有这个操作，或缺少内容"
        if refused:
            self.desk.take()
            if wish.verb == "sign_in":
                await asyncio.to_thread(_released(_refuse_sign_in), wish)
        await self.flush()
        return refused

    async def _sign_in(self, wish: Wish) -> None:
        seat, skills = await asyncio.to_thread(_released(_seat_of), wish)
        await self.driver.phones(await asyncio.to_thread(_released(_phones)))
        if wish.seat not in self.desk.agents:
            self.desk.sign_in(wish.seat, wish.staff_id, skills, _at())

    async def _choose(self, wish: Wish) -> None:
        try:
            to = AgentState(wish.words.get("to", ""))
        except ValueError:
            raise Invalid("没有这个状态") from None
        self.desk.choose(wish.seat, to, _at())

    async def _dial(self, wish: Wish) -> None:
        number = await asyncio.to_thread(_released(wishes.number_in), wish, clock.now())
        order, missed = wish.words.get("order"), wish.words.get("missed")
        conversation.dial(self.desk, wish.seat, number, _at(), order=order, missed=missed)

    async def _answer(self, wish: Wish) -> None:
        if not isinstance(self.driver, SimulatedLine):
            raise Invalid("请在话机上接听")
        self.driver.answer(wish.seat)

    async def _simulate(self, wish: Wish) -> None:
        """Let somebody call on the simulated line."""
        if not isinstance(self.driver, SimulatedLine):
            raise Invalid("接的是真实线路，不能模拟来电")
        self.driver.call(f"1390000{wish.pk % 10000:04}")

    async def _overhear(self, wish: Wish) -> None:
        ear = line.Ear(wish.words.get("ear", "listen"))
        conversation.overhear(self.desk, wish.seat, wish.words["of"], ear, _at())

    # -- beside --------------------------------------------------------------------------------

    async def _settings(self) -> None:
        while True:
            await asyncio.sleep(_SETTINGS_EVERY)
            now = clock.now()
            self.desk.settings = await asyncio.to_thread(_released(queries.settings), now)
            for seat in await asyncio.to_thread(_released(queries.too_long_here), now):
                with contextlib.suppress(Refused):
                    self.desk.choose(seat, AgentState.SIGNED_OUT, _at())
            await self.flush()
            await self._facts.join()
            await self.driver.phones(await asyncio.to_thread(_released(_phones)))
            await asyncio.to_thread(_released(self._lay_out))

    async def _recordings(self) -> None:
        """Fetch what is owed, whether the switch told of it or not."""
        looked = 0.0
        while True:
            await asyncio.sleep(_FETCH_EVERY)
            with contextlib.suppress(line.LinkLost):  # owed as long as it is not here
                await self.fetch_owed()
                if time.monotonic() - looked > _LATE_EVERY:
                    looked = time.monotonic()
                    await self.fetch_owed(late=True)

    async def fetch_owed(self, *, late: bool = False) -> None:
        """Fetch every recording that is owed and there; those that are late seldom."""
        for row in await asyncio.to_thread(_released(lambda: recordings.owed(late=late))):
            sound = await self.driver.fetch(row.name)
            if sound is None:
                await asyncio.to_thread(_released(recordings.missed_again), row)
                continue
            await asyncio.to_thread(_released(recordings.keep), row, sound, clock.now())
            await self.driver.forget(row.name)


def _new(event: line.Event, known: set[str]) -> list[line.Offered]:
    """Return the calls of which we hear now for the first time, and whose number is shown."""
    offered: tuple[line.Offered, ...] = ()
    if isinstance(event, line.Offered):
        offered = (event,)
    elif isinstance(event, line.LinkUp):
        offered = event.standing.calls
    return [each for each in offered if each.number and each.call not in known]


def _at() -> float:
    return clock.now().timestamp()


async def _take(lock: psycopg.AsyncConnection[Any]) -> None:
    await lock.execute("select pg_advisory_lock(%s)", [LOCK])


def _store(batch: list[Fact]) -> None:
    ledger.store(batch)
    seats = {fact.seat for fact in batch if isinstance(fact, (AgentMoved, CallMoved)) and fact.seat}
    told = ",".join(sorted(seats))
    notify.tell(wishes.FLOOR, told if len(told) < notify.LONGEST else wishes.EVERYBODY)


def _tell(answers: list[tuple[Wish, str]]) -> None:
    """Answer those who asked, and let their pages look again."""
    wishes.done([(wish.pk, refused) for wish, refused in answers], clock.now())
    for seat in {wish.seat for wish, _ in answers}:
        notify.tell(wishes.FLOOR, seat)


def _phones() -> list[tuple[str, str, str]]:
    """Return the phones of all who are signed in."""
    return [
        (row.seat.extension, crypto.unseal(row.password_sealed, "seat.password"), row.seat.address)
        for row in queries.sessions()
    ]


def _seat_of(wish: Wish) -> tuple[str, frozenset[Any]]:
    session = queries.session_of(wish.staff_id)
    if session is None:
        raise Refused("签入已失效，请重新签入")
    return session.seat.extension, queries.skills_of(session.seat)


def _refuse_sign_in(wish: Wish) -> None:
    for session in Session.objects.filter(staff_id=wish.staff_id, signed_out_at__isnull=True):
        wishes.give_up(session, clock.now())


def _released(body: Callable[..., Any]) -> Callable[..., Any]:
    """Give the thread's database connection back after each call."""

    def wrapped(*args: Any) -> Any:
        try:
            return body(*args)
        finally:
            connection.close()

    return wrapped


def _plain(wish: Callable[[Distributor, str, float], object]) -> Callable[[Acd, Wish], Any]:
    """Return what does a wish that needs nothing but the seat."""

    async def do(acd: Acd, asked: Wish) -> None:
        wish(acd.desk, asked.seat, _at())

    return do


def _to(wish: Callable[[Distributor, str, str, float], object]) -> Callable[[Acd, Wish], Any]:
    """Return what does a wish that names another seat or a number."""

    async def do(acd: Acd, asked: Wish) -> None:
        to = asked.words.get("to") or await asyncio.to_thread(
            _released(wishes.number_in), asked, clock.now()
        )
        wish(acd.desk, asked.seat, str(to), _at())

    return do


async def _mute(acd: Acd, asked: Wish) -> None:
    conversation.mute(acd.desk, asked.seat, on=bool(asked.words.get("on")))


async def _pause(acd: Acd, asked: Wish) -> None:
    conversation.pause_recording(acd.desk, asked.seat, _at(), on=bool(asked.words.get("on")))


_WISHES: dict[str, Callable[[Acd, Wish], Any]] = {
    "sign_in": Acd._sign_in,
    "choose": Acd._choose,
    "dial": Acd._dial,
    "answer": Acd._answer,
    "simulate": Acd._simulate,
    "overhear": Acd._overhear,
    "hold": _plain(conversation.hold),
    "resume": _plain(conversation.resume),
    "hang_up": _plain(conversation.hang_up),
    "complete": _plain(conversation.complete),
    "drop_third": _plain(conversation.drop_third),
    "transfer": _to(conversation.transfer),
    "consult": _to(conversation.consult),
    "mute": _mute,
    "pause": _pause,
}
