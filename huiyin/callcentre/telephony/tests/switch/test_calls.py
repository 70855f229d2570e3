"""Real calls through a real Asterisk: sipp for telephones, the very distributor in between."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from huiyin.callcentre.calls.models import Call
from huiyin.callcentre.calls.states import CallOutcome, SpanKind
from huiyin.callcentre.telephony import queries, runner
from huiyin.callcentre.telephony.actions import recordings, setup, wishes
from huiyin.callcentre.telephony.drivers.ari import WrongSwitch
from huiyin.callcentre.telephony.drivers.asterisk import Asterisk
from huiyin.callcentre.telephony.models import AgentChange, LiveCall, Missed, Recording, Session
from huiyin.callcentre.telephony.runner import Acd, _released
from huiyin.callcentre.telephony.tests.switch import sip
from huiyin.callcentre.telephony.tests.switch.conftest import AGENTS_AT, CARRIER_AT, CITIZENS_AT
from huiyin.kernel import clock
from tests.world import World

pytestmark = [pytest.mark.switch, pytest.mark.django_db(transaction=True)]
PEOPLE = ("agent", "supervisor", "callback")
TAKEN_OVER_IN = 5  # seconds, the promise of a standby
SEATS = {"agent": "8001", "supervisor": "8002", "callback": "8003"}


class Hotline:
    """The distributor on the switch, and its telephones.

    The seats of each test are at a port of their own: what the switch still sends to a telephone
    of the test before (it asks a dead one again and again) must not reach the next.
    """

    _ports = itertools.count(AGENTS_AT, 4)

    def __init__(self, world: World, switch: Any, folder: Path) -> None:
        self.world, self.switch = world, switch
        self.citizens = sip.Sipp(folder, CITIZENS_AT, switch.sip)
        self.agents = sip.Sipp(folder, next(self._ports), switch.sip)
        self.carrier = sip.Sipp(folder, CARRIER_AT, switch.sip)
        self.hum = {pitch: sip.tone(folder, pitch) for pitch in (sip.CITIZEN, sip.AGENT, sip.OTHER)}
        self.silence = 300
        self.acd: Acd | None = None
        self.first: _Distributing | None = None
        self.running: list[Any] = []

    def run(self, story: Callable[[Hotline], Awaitable[None]], *, led: bool = True) -> None:
        seats_at = f"127.0.0.1:{self.agents.port}"
        setup.seats("8001", kind="answering", address=seats_at)
        setup.seats("8002", kind="floor", address=seats_at)
        setup.seats("8003", kind="callback", address=seats_at)
        setup.line("12345", pool="in", capacity=80)
        setup.line("out", pool="out", capacity=10)

        async def whole() -> None:
            if not led:
                await story(self)
                return
            async with self.distributing() as first:
                self.first = first
                await story(self)

        try:
            asyncio.run(whole())
        finally:
            for process in self.running:
                process.kill()
                process.wait(5)
            self.switch.hang_up_all()

    def die(self) -> None:
        """Let the distributor end as kill -9 ends it: nothing is said to anybody."""
        self.first.die()

    def process(self) -> subprocess.Popen[bytes]:
        """Start a distributor as a process of its own."""
        name = "huiyin.callcentre.telephony.tests.switch.distribute"
        database = str(connection.settings_dict["NAME"])
        words = [database, self.switch.url, str(self.switch.place.sounds)]
        with (self.citizens.folder / f"acd{len(self.running)}.log").open("wb") as log:
            started = subprocess.Popen(  # noqa: S603 - our own words
                [sys.executable, "-m", name, *words], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        self.running.append(started)
        return started

    def distributing(self) -> _Distributing:
        return _Distributing(self)

    def citizen(self, number: str = "13900000001", **how: Any) -> None:
        scenario = sip.caller(self.hum[sip.CITIZEN], **how)
        self.running.append(self.citizens.start(scenario, 1, numbers=[f"{number};12345"]))

    def phones(self, calls: int = 1, *, pitch: int = sip.AGENT, **how: Any) -> None:
        self.running.append(self.agents.start(sip.phone(self.hum[pitch], **how), calls))

    async def sign_in(self, who: str, *, ready: bool = True) -> None:
        actor = self.world.actor(who)
        seat = SEATS[who]
        await _in_thread(lambda: wishes.sign_in(seat, by=actor, now=clock.now()))
        here = Session.objects.filter(seat__extension=seat, signed_out_at=None)
        await self.until(here.exclude(state="signed_out").exists)
        if ready:
            await self.ask(who, "choose", to="ready")

    async def ask(self, who: str, verb: str, *, within: float = 25, **words: Any) -> str:
        actor = self.world.actor(who)
        wish = await _in_thread(lambda: wishes.ask(verb, words, by=actor, now=clock.now()))

        def answered() -> bool:
            wish.refresh_from_db()
            return wish.done_at is not None

        await self.until(answered, within)
        return wish.refused

    async def until(self, true: Callable[[], Any], seconds: float = 25) -> Any:
        for _ in range(int(seconds / 0.05)):
            if found := await _in_thread(true):
                return found
            await asyncio.sleep(0.05)
        told = (
            self.citizens.errors(),
            self.agents.errors(),
            *(log.read_text()[-3000:] for log in self.citizens.folder.glob("acd*.log")),
            self.acd and (self.acd.desk.calls, self.acd.desk.agents),
        )
        raise AssertionError(f"did not come about: {told}")

    async def sound_of(self, call: Call) -> dict[int, float]:
        def there() -> bytes:
            row = Recording.objects.filter(call=call, fetched_at__isnull=False).first()
            if row is None:
                return b""
            actor = self.world.actor("quality")
            return recordings.play(row.pk, "质检", by=actor, now=clock.now())

        sound = await self.until(there)
        return sip.strength(sound)


class _Distributing:
    """A leading distributor inside the block."""

    def __init__(self, hotline: Hotline) -> None:
        self._hotline = hotline

    async def __aenter__(self) -> _Distributing:
        switch = self._hotline.switch
        driver = Asterisk(
            switch.url, sounds=str(switch.place.sounds), silence=self._hotline.silence
        )
        self._stop = asyncio.Event()
        acd = self._hotline.acd = Acd(driver, await _in_thread(_database))
        self._task = asyncio.create_task(acd.run(self._stop))
        led = asyncio.create_task(acd.leading.wait())
        await asyncio.wait({led, self._task}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()
        assert led.done()
        await asyncio.sleep(0.3)
        return self

    def die(self) -> None:
        self._task.cancel()

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        await asyncio.wait({self._task}, timeout=20)
        if not self._task.cancelled():
            self._task.result()


def _database() -> dict[str, Any]:
    """Return how to reach the database of the tests."""
    ours = ("cursor_factory", "context", "prepare_threshold")
    facts = connection.get_connection_params()
    return {name: value for name, value in facts.items() if name not in ours}


def _somebody_waits_to_lead() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_locks where locktype = 'advisory' and not granted")
        return cursor.fetchone() is not None


async def _in_thread(body: Callable[[], Any]) -> Any:
    return await asyncio.to_thread(_released(body))


@pytest.fixture
def hotline(transactional_db, switch, tmp_path, monkeypatch):
    from tests import world as small_city

    monkeypatch.setattr(runner, "_FETCH_EVERY", 0.3)
    return Hotline(small_city.build(), switch, tmp_path)


def test_a_waiting_caller_is_served_and_both_voices_are_recorded(hotline):
    async def story(h: Hotline) -> None:
        h.citizen()
        await h.until(lambda: LiveCall.objects.filter(state="waiting").exists())
        h.phones(talks=2.5)
        await h.sign_in("agent")
        call = await h.until(Call.objects.first)
        assert call.outcome == CallOutcome.ANSWERED.value
        assert call.number_masked == "139****0001"
        kinds = await _in_thread(lambda: list(call.spans.values_list("kind", flat=True)))
        assert kinds == ["wait", "ring", "talk"]
        heard = await h.sound_of(call)
        assert heard[sip.CITIZEN] > 300
        assert heard[sip.AGENT] > 300
        assert heard[sip.OTHER] < 100
        assert h.acd.desk.agents["8001"].state.value == "wrap_up"

    hotline.run(story)


def test_a_caller_who_hangs_up_is_missed(hotline):
    async def story(h: Hotline) -> None:
        h.citizen(hangs_up_after=1.5)
        call = await h.until(Call.objects.first)
        assert call.outcome == CallOutcome.ABANDONED.value
        missed = await h.until(Missed.objects.first)
        assert missed.number_masked == "139****0001"

    hotline.run(story)


def test_a_phone_that_cannot_be_reached_or_refuses_makes_busy(hotline):
    async def story(h: Hotline) -> None:
        h.phones(busy=True)
        await h.sign_in("agent")
        h.citizen()
        await h.until(lambda: AgentChange.objects.filter(why="no_answer").exists())
        assert await _in_thread(lambda: LiveCall.objects.get().state) == "waiting"
        h.phones(talks=1)
        await h.sign_in("supervisor")
        call = await h.until(Call.objects.first)
        assert call.agent_id == h.world.people["supervisor"].pk

    hotline.run(story)


def test_hold_then_another_seat_by_blind_transfer(hotline):
    async def story(h: Hotline) -> None:
        h.phones(2)  # both seats are at the same address
        await h.sign_in("agent")
        await h.sign_in("supervisor", ready=False)
        h.citizen()
        await h.until(lambda: LiveCall.objects.filter(state="talking").exists())
        assert await h.ask("agent", "hold") == ""
        assert await _in_thread(lambda: LiveCall.objects.get().state) == "held"
        await asyncio.sleep(0.5)
        assert await h.ask("agent", "resume") == ""
        await h.ask("supervisor", "choose", to="ready")
        assert await h.ask("agent", "transfer", to="8002") == ""
        await h.until(lambda: LiveCall.objects.filter(seat="8002", state="talking").exists())
        assert h.acd.desk.agents["8001"].state.value == "wrap_up"
        assert await h.ask("supervisor", "hang_up") == ""
        call = await h.until(Call.objects.first)
        assert call.agent_id == h.world.people["supervisor"].pk
        kinds = await _in_thread(lambda: list(call.spans.values_list("kind", flat=True)))
        assert kinds == ["wait", "ring", "talk", "hold", "talk", "ring", "talk"]

    hotline.run(story)


def test_three_in_a_call_and_a_leader_who_listens(hotline):
    async def story(h: Hotline) -> None:
        h.phones(2)
        duty = sip.phone(h.hum[sip.OTHER])
        h.running.append(h.carrier.start(duty, 1))
        await h.sign_in("agent")
        await h.sign_in("supervisor", ready=False)
        h.citizen()
        await h.until(lambda: LiveCall.objects.filter(state="talking").exists())
        assert await h.ask("agent", "consult", number="110") == ""
        desk = h.acd.desk
        await h.until(lambda: any(leg.role.value == "third" for leg in desk.legs.values()))
        await h.until(lambda: any(c.open[0] == SpanKind.CONSULT for c in desk.calls.values()))
        assert await h.ask("agent", "resume") == ""
        assert await h.ask("supervisor", "overhear", of="8001") == ""
        await h.until(lambda: h.acd.driver._ears)
        await asyncio.sleep(2)  # all three hum meanwhile
        assert await h.ask("agent", "hang_up") == ""
        call = await h.until(Call.objects.first)
        heard = await h.sound_of(call)
        assert min(heard[pitch] for pitch in (sip.CITIZEN, sip.AGENT, sip.OTHER)) > 200
        assert await _in_thread(lambda: call.spans.filter(kind="three").exists())

    hotline.run(story)


def test_calls_out_go_through_the_carrier(hotline):
    async def story(h: Hotline) -> None:
        h.running.append(h.carrier.start(sip.phone(h.hum[sip.CITIZEN], talks=2), 1))
        h.phones()
        await h.sign_in("callback", ready=False)
        assert await h.ask("callback", "dial", number="13900000009") == ""
        call = await h.until(Call.objects.first)
        assert call.outcome == CallOutcome.REACHED.value
        heard = await h.sound_of(call)
        assert min(heard[sip.CITIZEN], heard[sip.AGENT]) > 300

    hotline.run(story)


def test_a_distributor_that_dies_leaves_calls_up_and_another_takes_them_back(hotline):
    async def story(h: Hotline) -> None:
        h.phones(1)
        await h.sign_in("agent")
        h.citizen(hangs_up_after=14)
        await h.until(lambda: LiveCall.objects.filter(state="talking").exists())
        h.citizens = sip.Sipp(h.citizens.folder, CITIZENS_AT + 40, h.switch.sip)
        h.citizen("13900000002", hangs_up_after=14)
        await h.until(lambda: LiveCall.objects.filter(state="waiting").exists())
        h.die()
        # A call that comes while nobody distributes is taken by the switch's own queue.
        h.citizens = sip.Sipp(h.citizens.folder, CITIZENS_AT + 80, h.switch.sip)
        h.citizen("13900000003", hangs_up_after=14)
        await asyncio.sleep(1)
        async with h.distributing():
            talks = await _in_thread(lambda: LiveCall.objects.get(state="talking"))
            assert h.acd.desk.calls[talks.key].state.value == "talking"
            assert h.acd.desk.agents["8001"].state.value == "talking"
            await h.until(lambda: LiveCall.objects.filter(state="waiting").count() == 2)
            await h.until(lambda: Call.objects.count() == 3)
        outcomes = await _in_thread(lambda: sorted(Call.objects.values_list("outcome", flat=True)))
        assert outcomes == ["abandoned", "abandoned", "answered"]

    hotline.run(story)


@pytest.mark.rule("R-577")
def test_who_goes_while_nobody_distributes_is_known_afterwards(hotline):
    async def story(h: Hotline) -> None:
        h.citizen("13900000007", hangs_up_after=2)
        await asyncio.sleep(4)
        assert not await _in_thread(Call.objects.exists)
        async with h.distributing():
            call = await h.until(Call.objects.first)
            assert (call.outcome, call.number_masked) == ("abandoned", "139****0007")
            assert 1 <= (call.ended_at - call.arrived_at).total_seconds() <= 4
            await h.until(Missed.objects.exists)
        async with h.distributing():  # told once
            await h.sign_in("agent")
        assert await _in_thread(lambda: Missed.objects.get().calls) == 1

    hotline.run(story, led=False)


@pytest.mark.rule("R-570")
def test_a_successor_knows_who_is_in_a_call_as_what(hotline):
    """110 is in the call when the distributor is killed: later it hangs up, and the two talk on."""

    async def story(h: Hotline) -> None:
        first = h.process()
        await h.sign_in("agent")
        h.process()
        await h.until(_somebody_waits_to_lead)
        h.phones(1)
        duty = h.carrier.start(sip.phone(None, talks=8), 1)
        h.running.append(duty)
        h.citizen()
        live = LiveCall.objects
        await h.until(live.filter(state="talking").exists)
        assert await h.ask("agent", "consult", number="110") == ""
        await h.until(lambda: queries.thirds(live.get()) == (True, True))
        assert await h.ask("agent", "resume") == ""
        first.kill()
        assert await h.ask("agent", "mute", on=True) == ""
        await asyncio.to_thread(duty.wait, 20)
        await h.until(lambda: queries.thirds(live.get()) == (False, False))
        assert await _in_thread(lambda: live.get().state) == "talking"
        assert await h.ask("agent", "hang_up") == ""
        await h.until(Call.objects.filter(outcome=CallOutcome.ANSWERED.value).exists)

    hotline.run(story, led=False)


@pytest.mark.rule("R-232")
def test_kill_9_with_callers_waiting_and_a_standby(hotline):
    """Calls stay up, the standby leads within its promise and serves who waited, in order."""

    async def story(h: Hotline) -> None:
        first = h.process()
        await h.sign_in("agent")
        h.process()
        await h.until(_somebody_waits_to_lead)
        h.phones(3)
        numbers = [f"1390000000{n};12345" for n in (1, 2, 3)]
        h.running.append(h.citizens.start(sip.caller(None), 3, rate=2, numbers=numbers))
        live = LiveCall.objects
        await h.until(live.filter(state="talking").exists)
        await h.until(lambda: live.filter(state="waiting").count() == 2)
        first.kill()
        assert await h.ask("agent", "hold", within=TAKEN_OVER_IN) == ""
        states = await _in_thread(lambda: sorted(live.values_list("state", flat=True)))
        assert states == ["held", "waiting", "waiting"]
        assert await h.ask("agent", "resume") == ""
        for number in (2, 3):
            assert await h.ask("agent", "hang_up") == ""
            assert await h.ask("agent", "choose", to="ready") == ""
            await h.until(live.filter(state="talking", number_masked=f"139****000{number}").exists)
        assert await h.ask("agent", "hang_up") == ""
        answered = Call.objects.filter(outcome=CallOutcome.ANSWERED.value)
        await h.until(lambda: answered.count() == 3)
        await h.until(lambda: Recording.objects.filter(fetched_at__isnull=False).count() == 3)

    hotline.run(story, led=False)


@pytest.mark.rule("R-521")
def test_a_telephone_that_went_silent_ends_the_call_with_its_record(hotline):
    """The caller hums, the seat's phone sends nothing at all: its line has died without a word."""

    async def story(h: Hotline) -> None:
        h.running.append(h.agents.start(sip.phone(None), 1))
        await h.sign_in("agent")
        h.citizen()
        await h.until(LiveCall.objects.filter(state="talking").exists)
        call = await h.until(Call.objects.first)
        assert call.outcome == CallOutcome.ANSWERED.value
        assert (call.ended_at - call.answered_at).total_seconds() > 1
        assert not await _in_thread(LiveCall.objects.exists)
        assert (await h.sound_of(call))[sip.CITIZEN] > 100
        await h.until(lambda: h.acd.desk.agents["8001"].state.value == "wrap_up")

    hotline.silence = 3
    hotline.run(story)


def test_a_switch_that_starts_anew_loses_no_record(hotline):
    async def story(h: Hotline) -> None:
        h.phones(1)
        await h.sign_in("agent")
        h.citizen()
        await h.until(LiveCall.objects.filter(state="talking").exists)
        h.switch.stop()
        await asyncio.to_thread(h.switch.start)
        call = await h.until(Call.objects.first)
        assert call.outcome == CallOutcome.ANSWERED.value
        assert not await _in_thread(LiveCall.objects.exists)
        await h.until(lambda: h.acd.desk.agents["8001"].state.value == "wrap_up")
        h.citizens = sip.Sipp(h.citizens.folder, CITIZENS_AT + 40, h.switch.sip)
        h.citizen("13900000002")
        await h.until(LiveCall.objects.filter(state="waiting").exists)

    hotline.run(story)


@pytest.mark.rule("R-235")
def test_a_seat_telephone_can_call_nobody_by_itself(hotline):
    async def story(h: Hotline) -> None:
        await h.sign_in("agent", ready=False)
        dials = h.citizens.start(
            sip.caller(None, waits=3), 1, numbers=["8001;13900000009", "8001;12345"]
        )
        assert await asyncio.to_thread(dials.wait, 20) != 0
        assert not await _in_thread(Call.objects.exists)
        assert not await _in_thread(LiveCall.objects.exists)

    hotline.run(story)


def test_a_wrong_password_stops_the_distributor_with_one_line(switch):
    async def begin() -> None:
        wrong = switch.url.replace(switch.place.password, "wrong")
        async for _ in Asterisk(wrong, sounds="").events():
            pass

    with pytest.raises(WrongSwitch, match="不接受这个账号或密码"):
        asyncio.run(begin())
