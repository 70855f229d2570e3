"""Asterisk as the line: commands become requests, its events become ours.

One conversation is one mixing bridge named after the caller's channel, and its recording is that of
the bridge, so both sides and every third party are in it. Commands of one call are done one after
the other, those of different calls side by side.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

from huiyin.callcentre.telephony import line
from huiyin.callcentre.telephony.drivers.ari import APP, Ari, WrongSwitch
from huiyin.callcentre.telephony.drivers.doors import faults
from huiyin.callcentre.telephony.line import LinkLost
from huiyin.kernel import log

_log = log.logger(__name__)
_BUSY_CAUSES = {17, 18, 19, 21}  # busy, no answer, no answer from user, refused
_OK = range(200, 300)
_HAS_GONE = (400, 404, 409, 422)  # how it says so of a channel that is to be joined
_HELD = 900  # seconds without sound from a phone that holds by itself
_LOST = "huiyin-lost"  # the dialplan's notes of callers who went while nobody listened
_SHOWN, _NOT_YET = "HUIYIN_LOST", "?"  # the variable in which the dialplan shows them
_LOST_EVERY = 30.0  # seconds between two looks at those notes
_LAST = 3.0  # seconds for orders that were given before we stop


class Asterisk:
    """One switch, reached by ARI.

    Args:
        url: ``http://user:password@host:port`` of its HTTP server.
        sounds: folder of prompts, as the switch sees it.
        caller: number that is shown to those whom we call.
        media: address of speech to browsers, where the switch listens on one alone.
        silence: seconds after which a seat's phone that sends no sound is hung up.
    """

    label = "Asterisk"

    def __init__(
        self, url: str, *, sounds: str, caller: str = "12345", media: str = "", silence: int = 300
    ) -> None:
        self._media = media
        self._silence = silence
        self._ari = Ari(url)
        self._sounds = sounds
        self._caller = caller
        self._ringing: set[str] = set()
        self._ears: dict[str, tuple[str, str]] = {}
        self._snoops: dict[str, asyncio.Future[None]] = {}
        self._phones: Sequence[tuple[str, str, str]] = ()
        self._known: dict[str, tuple[str, str]] = {}
        self._saying: dict[str, str] = {}
        self._said = 0
        self._heard: asyncio.Queue[line.Event | None] = asyncio.Queue()
        self._pumping: asyncio.Task[None] | None = None
        self._noting: asyncio.Task[None] | None = None
        self._chain: dict[str, asyncio.Task[None]] = {}

    # -- what the switch tells -----------------------------------------------------------------

    async def events(self) -> AsyncIterator[line.Event]:
        """Yield what the switch tells, connecting again whenever it was lost."""
        pump = self._pumping = asyncio.create_task(self._pump())
        pump.add_done_callback(lambda _: self._heard.put_nowait(None))
        try:
            while (event := await self._heard.get()) is not None:
                yield event
            pump.result()  # raises why the switch cannot be used
        finally:
            self._note_no_more()
            pump.cancel()

    async def _pump(self) -> None:
        pause, known = 0.2, False
        while True:
            try:
                async for raw in self._ari.events():
                    if raw["type"] == "Connected":
                        await self._begin(known=known)
                        pause, known = 0.2, True
                    elif (event := self._understood(raw)) is not None:
                        self._heard.put_nowait(event)
            except (OSError, LinkLost, TimeoutError) as error:
                _log.warning("the switch cannot be reached: %s", error)
            except WrongSwitch as error:
                if not known:  # a switch that starts anew opens its door before it knows us again
                    raise
                _log.warning("the switch does not know us yet: %s", error)
            self._note_no_more()
            self._heard.put_nowait(line.LinkDown())
            await asyncio.sleep(pause)
            pause = min(3.0, pause * 2)

    async def _hear_only_what_is_read(self) -> None:
        """Let the switch keep to itself what we would pass over: three of four events."""
        kinds = [{"type": kind} for kind in (*_READ, "RESTResponse")]
        status, told = await self._ari.ask(
            "PUT", f"applications/{APP}/eventFilter", {"allowed": kinds}
        )
        if status not in _OK:  # it then tells all, which only costs more
            _log.warning("the switch does not choose its events: %s %s", status, told)

    def _understood(self, raw: dict[str, Any]) -> line.Event | None:
        read = _READ.get(raw["type"])
        return read(self, raw) if read is not None else None

    def _entered(self, raw: dict[str, Any]) -> line.Event | None:
        channel, (what, *rest) = raw["channel"], raw.get("args") or [""]
        if what == "caller":
            return line.Offered(channel["id"], channel["caller"]["number"], rest[0])
        if what == "leg":
            self._ringing.discard(channel["id"])
            return line.Answered(channel["id"])
        if what == "snoop" and (waiting := self._snoops.pop(channel["id"], None)):
            waiting.set_result(None)
        return None

    def _left(self, raw: dict[str, Any]) -> line.Event | None:
        """Take the end of a channel: of a phone that still rang, or of one that spoke."""
        channel = raw["channel"]["id"]
        if channel in self._ringing:
            self._ringing.discard(channel)
            busy = raw.get("cause", 0) in _BUSY_CAUSES
            return line.Failed(channel, "busy" if busy else "unreachable")
        self._saying.pop(channel, None)
        if channel in self._ears:
            self._later(channel, self._close_ear(channel))
        return line.Gone(channel)

    def _played(self, raw: dict[str, Any]) -> line.Event | None:
        call = raw["playback"]["target_uri"].removeprefix("channel:")
        if self._saying.get(call) == raw["playback"]["id"]:
            del self._saying[call]
        return line.Prompted(call)

    def _pressed(self, raw: dict[str, Any]) -> line.Event | None:
        return line.Pressed(raw["channel"]["id"], raw["digit"])

    def _recorded(self, raw: dict[str, Any]) -> line.Event | None:
        return line.Recorded(raw["recording"]["name"])

    async def _standing(self) -> line.Standing:
        """Return what the switch holds for us."""
        _, channels = await self._ari.ask("GET", "channels")
        calls, legs = [], []
        for channel in channels or ():
            words: list[str] = [*channel["dialplan"].get("app_data", "").split(","), "", ""]
            app, what, rest = words[0], words[1], words[2:]
            if channel["dialplan"].get("app_name") != "Stasis" or app != APP:
                continue
            if what == "caller":
                number = channel["caller"]["number"]
                calls.append(line.Offered(channel["id"], number, rest[0]))
            elif what == "leg":
                legs.append((channel["id"], rest[0]))
        return line.Standing(tuple(calls), tuple(legs))

    async def _begin(self, *, known: bool) -> None:
        """Look at a switch that we come to, tell it the telephones, ask what it holds."""
        if not known:
            await self._look()
        self._known.clear()
        await self._hear_only_what_is_read()
        await self.phones(self._phones)
        self._heard.put_nowait(line.LinkUp(await self._standing()))
        self._noting = asyncio.create_task(self._tell_lost())

    async def _look(self) -> None:
        """Look at the settings of the switch; one that starts just now loads its modules meanwhile.

        Raises:
            WrongSwitch: what is wrong, in one line.
        """
        for pause in (0.5, 1.0, 2.0, 0.0):
            if not (wrong := await faults(self._ari, self._ari.ask)):
                return
            await asyncio.sleep(pause)
        raise WrongSwitch("；".join(wrong))

    def _note_no_more(self) -> None:
        if self._noting is not None:
            self._noting.cancel()
            self._noting = None

    async def _tell_lost(self) -> None:
        """Tell of callers who came while nobody listened and hung up, as long as the link holds.

        Looked at now and then: whoever stands in the switch's own queue when we come back may
        still hang up there, before the switch asks us again.

        Source: R-577 (issue of calls 8: no record of a call is lost).
        """
        while True:
            with contextlib.suppress(LinkLost, TimeoutError):  # asked again a moment later
                await self._tell_noted()
            await asyncio.sleep(_LOST_EVERY)

    async def _tell_noted(self) -> None:
        """Tell what the dialplan has noted, and let it forget each."""
        for note in await self._notes():
            key, came, ended, dialled, number, rest = (*note.rsplit("_", 5), *[""] * 5)[:6]
            if rest or not ended:
                continue  # cut off at the end of a long list: read the next time
            self._heard.put_nowait(line.Lost(key, number, dialled, float(came), float(ended)))
            await self._dialplan(note)

    async def _notes(self) -> list[str]:
        """Return what the dialplan noted; it shows it in a variable, for we may not read notes."""
        await self._ari.ask("POST", "asterisk/variable", variable=_SHOWN, value=_NOT_YET)
        if not await self._dialplan("read"):
            return []
        for _ in range(20):
            _, found = await self._ari.ask("GET", "asterisk/variable", variable=_SHOWN)
            if found and found.get("value", _NOT_YET) != _NOT_YET:
                return [note for note in str(found["value"]).split(",") if note]
            await asyncio.sleep(0.1)
        return []

    async def _dialplan(self, extension: str) -> bool:
        """Have the dialplan do what only it may with the notes; False when it has no such place."""
        status, _ = await self._ari.ask(
            "POST", "channels", {}, endpoint=f"Local/{extension}@{_LOST}", extension="read",
            context=_LOST, priority="1",
        )  # fmt: skip
        return status in _OK

    # -- what the switch is told ---------------------------------------------------------------

    async def do(self, command: line.Command) -> None:
        """Have one command done after those given before for the same call."""
        self._later(_about(command), _DO[type(command)](self, command))

    def _later(self, key: str, work: Awaitable[None]) -> None:
        before = self._chain.get(key)

        async def in_turn() -> None:
            if before is not None:
                await asyncio.wait({before})
            try:
                await work
            except (LinkLost, TimeoutError):
                _log.warning("the switch was away for a command of %s", key)
            finally:
                if self._chain.get(key) is task:
                    del self._chain[key]

        task = asyncio.get_running_loop().create_task(in_turn())
        self._chain[key] = task

    async def _post(self, path: str, body: Any = None, **query: str) -> int:
        status, answer = await self._ari.ask("POST", path, body, **query)
        if status not in _OK and status not in (404, 409, 422):
            _log.warning("the switch refused %s: %s %s", path, status, answer)
        return status

    async def _answer(self, command: line.Answer) -> None:
        with contextlib.suppress(TimeoutError):  # a switch that has much to do: on with the call
            await self._post(f"channels/{command.call}/answer")
        await self._say(command.call, command.prompt.value)

    async def _play(self, command: line.Play) -> None:
        name = command.prompt.value
        if command.prompt is line.Prompt.POSITION:
            name = f"{name}-{command.number}" if command.number <= _MOST_AHEAD else f"{name}-more"
        await self._say(command.call, name)

    async def _say(self, call: str, name: str) -> None:
        self._said += 1
        playback = self._saying[call] = f"say-{self._said}-{call}"
        status = 0
        with contextlib.suppress(TimeoutError):
            status = await self._post(
                f"channels/{call}/play/{playback}", media=f"sound:{self._sounds}/{name}"
            )
        if status not in _OK and status != 404:  # nobody waits for a sound that does not come
            self._heard.put_nowait(line.Prompted(call))

    async def _music(self, command: line.Music) -> None:
        await self._post(f"channels/{command.call}/moh")

    async def _ring(self, command: line.Ring) -> None:
        await self._originate(
            command, f"PJSIP/{command.seat}", command.number or "unknown", command.seconds
        )

    async def _dial(self, command: line.Dial) -> None:
        await self._originate(
            command, f"PJSIP/{command.number}@trunk", self._caller, command.seconds
        )

    async def _originate(
        self, command: line.Ring | line.Dial, endpoint: str, shown: str, seconds: int
    ) -> None:
        self._ringing.add(command.leg)
        status, _ = await self._ari.ask(
            "POST", f"channels/{command.leg}", {}, endpoint=endpoint, app=APP,
            appArgs=f"leg,{command.call}", callerId=shown, timeout=str(seconds),
        )  # fmt: skip
        if status not in _OK and command.leg in self._ringing:
            self._ringing.discard(command.leg)
            self._heard.put_nowait(line.Failed(command.leg, "unreachable"))

    async def _connect(self, command: line.Connect) -> None:
        bridge = f"bridge-{command.call}"
        if playback := self._saying.pop(command.call, ""):  # nobody is talked to over a prompt
            await self._ari.ask("DELETE", f"playbacks/{playback}")
        await self._post(f"bridges/{bridge}", type="mixing")
        both = f"{command.call},{command.leg}"
        if not await self._add(bridge, both):  # the end of who has hung up is told as an event
            return
        self._heard.put_nowait(line.Joined(command.call))
        if command.recording:
            await self._post(
                f"bridges/{bridge}/record", name=command.recording, format="wav", ifExists="fail"
            )

    async def _add(self, bridge: str, channels: str) -> bool:
        """Put channels into a bridge; False when one of them has hung up, an ordinary end."""
        status, answer = await self._ari.ask(
            "POST", f"bridges/{bridge}/addChannel", channel=channels
        )
        if status not in _OK and status not in _HAS_GONE:
            _log.warning("the switch refused to join %s: %s %s", channels, status, answer)
        return status in _OK

    async def _park(self, command: line.Park) -> None:
        bridge = f"bridge-{command.call}"
        await self._post(f"bridges/{bridge}/removeChannel", channel=command.call)
        await self._post(f"channels/{command.call}/moh")

    async def _resume(self, command: line.Resume) -> None:
        await self._ari.ask("DELETE", f"channels/{command.call}/moh")
        await self._add(f"bridge-{command.call}", command.call)

    async def _join(self, command: line.Join) -> None:
        await self._add(f"bridge-{command.call}", command.leg)

    async def _mute(self, command: line.Mute) -> None:
        method = "POST" if command.on else "DELETE"
        await self._ari.ask(method, f"channels/{command.leg}/mute", direction="in")

    async def _overhear(self, command: line.Overhear) -> None:
        if command.ear is line.Ear.BARGE:
            await self._add(f"bridge-{command.call}", command.leg)
            return
        snoop, bridge = f"snoop-{command.leg}", f"ear-{command.leg}"
        self._ears[command.leg] = (snoop, bridge)
        entered = self._snoops[snoop] = asyncio.get_running_loop().create_future()
        whisper = "out" if command.ear is line.Ear.WHISPER else "none"
        await self._post(
            f"channels/{command.agent_leg}/snoop/{snoop}",
            spy="both", whisper=whisper, app=APP, appArgs="snoop",
        )  # fmt: skip
        await asyncio.wait_for(entered, 5)
        await self._post(f"bridges/{bridge}", type="mixing")
        await self._add(bridge, f"{snoop},{command.leg}")

    async def _close_ear(self, leg: str) -> None:
        snoop, bridge = self._ears.pop(leg)
        await self._ari.ask("DELETE", f"channels/{snoop}")
        await self._ari.ask("DELETE", f"bridges/{bridge}")

    async def _pause(self, command: line.PauseRecording) -> None:
        method = "POST" if command.on else "DELETE"
        await self._ari.ask(method, f"recordings/live/{command.recording}/pause")

    async def _drop(self, command: line.Drop) -> None:
        self._ringing.discard(command.channel)
        await self._ari.ask("DELETE", f"channels/{command.channel}")

    async def _close(self, command: line.Close) -> None:
        """Complete the recording first: a bridge that ends at once can lose the event of it."""
        if command.recording:
            await self._post(f"recordings/live/{command.recording}/stop")
        await self._ari.ask("DELETE", f"bridges/bridge-{command.call}")

    # -- telephones and recordings -------------------------------------------------------------

    async def phones(self, seats: Sequence[tuple[str, str, str]]) -> None:
        """Make known the phones of seats with the password of each session, forget all others.

        Source: R-239 (issue of calls: passwords per session).
        """
        self._phones = tuple(seats)
        wanted = {seat: (password, address) for seat, password, address in seats}
        with contextlib.suppress(LinkLost, TimeoutError):  # told again when it is back
            for seat in [each for each in self._known if each not in wanted]:
                await self._forget_phone(seat)
            for seat, facts in wanted.items():
                if self._known.get(seat) != facts:
                    await self._make_known(seat, *facts)
                    self._known[seat] = facts

    async def _make_known(self, seat: str, password: str, address: str) -> None:
        await self._forget_place(seat, _contact(seat, address))
        for kind, fields in _phone(seat, password, address, self._media, self._silence):
            await self._ari.ask(
                "PUT",
                f"{_DYNAMIC}/{kind}/{seat}",
                {"fields": [{"attribute": k, "value": v} for k, v in fields.items()]},
            )

    async def _forget_place(self, seat: str, contact: str) -> None:
        """Let the switch forget where a seat's phone stood before: it keeps every place it is told.

        It would go on ringing the first of them. A phone that registers by itself has none.
        """
        status, told = await self._ari.ask("GET", f"{_DYNAMIC}/aor/{seat}")
        held = {row["attribute"]: row["value"] for row in told} if status in _OK and told else {}
        if held.get("contact", "") not in ("", contact):
            await self._ari.ask("DELETE", f"{_DYNAMIC}/aor/{seat}")

    async def _forget_phone(self, seat: str) -> None:
        for kind in ("endpoint", "aor", "auth"):
            await self._ari.ask("DELETE", f"{_DYNAMIC}/{kind}/{seat}")
        del self._known[seat]

    async def fetch(self, recording: str) -> bytes | None:
        """Return a complete recording; None if there is none of that name."""
        return await self._ari.download(f"recordings/stored/{recording}/file")

    async def forget(self, recording: str) -> None:
        """Remove a recording from the switch."""
        await self._ari.ask("DELETE", f"recordings/stored/{recording}")

    async def close(self) -> None:
        """Give everything back when what was ordered is done; calls stay up."""
        if ordered := set(self._chain.values()):
            await asyncio.wait(ordered, timeout=_LAST)
        self._note_no_more()
        if self._pumping is not None:
            self._pumping.cancel()
            await asyncio.wait({self._pumping})
        await self._ari.close()


def _contact(seat: str, address: str) -> str:
    """Return where the phone of a seat always stands; empty for one that registers by itself."""
    return f"sip:{seat}@{address}" if address and address != "browser" else ""


def _phone(
    seat: str, password: str, address: str, media: str, silence: int
) -> list[tuple[str, dict[str, str]]]:
    """Return what the switch must know of a phone, in the order in which it must be told.

    A phone that died without a word sends no sound: its call is hung up, and ends with its record.

    Source: R-521 (issue of calls 8).

    A browser speaks by websocket with encryption, a telephone by UDP; a phone with a fixed address
    does not register and needs no password.
    """
    browser = address == "browser"
    aor = {"max_contacts": "1", "remove_existing": "yes"}
    if contact := _contact(seat, address):
        aor = {"max_contacts": "1", "contact": contact}
    endpoint = {
        "context": "from-seat", "aors": seat, "disallow": "all", "direct_media": "no",
        "allow": "opus,alaw,ulaw" if browser else "alaw,ulaw", "rtp_symmetric": "yes",
        "rtp_timeout": str(silence), "rtp_timeout_hold": str(max(silence, _HELD)),
    }  # fmt: skip
    if browser:
        endpoint |= {"webrtc": "yes", "dtls_auto_generate_cert": "yes"}
        if media:
            endpoint |= {"media_address": media, "bind_rtp_to_media_address": "yes"}
    told: list[tuple[str, dict[str, str]]] = [("aor", aor)]
    if browser or not address:
        auth = {"auth_type": "userpass", "username": seat, "password": password}
        told.insert(0, ("auth", auth))
        endpoint["auth"] = seat
    return [*told, ("endpoint", endpoint)]


def _about(command: line.Command) -> str:
    """Return what a command is about: commands of the same are done in turn."""
    for name in ("call", "channel", "leg", "recording"):
        if hasattr(command, name):
            return str(getattr(command, name))
    return ""


_MOST_AHEAD = 20
_DYNAMIC = "asterisk/config/dynamic/res_pjsip"
_READ: dict[str, Callable[[Asterisk, dict[str, Any]], line.Event | None]] = {
    "StasisStart": Asterisk._entered,
    "StasisEnd": Asterisk._left,
    "ChannelDestroyed": Asterisk._left,
    "PlaybackFinished": Asterisk._played,
    "ChannelDtmfReceived": Asterisk._pressed,
    "RecordingFinished": Asterisk._recorded,
}
_DO: dict[type, Callable[[Asterisk, Any], Awaitable[None]]] = {
    line.Answer: Asterisk._answer,
    line.Play: Asterisk._play,
    line.Music: Asterisk._music,
    line.Ring: Asterisk._ring,
    line.Dial: Asterisk._dial,
    line.Connect: Asterisk._connect,
    line.Park: Asterisk._park,
    line.Resume: Asterisk._resume,
    line.Join: Asterisk._join,
    line.Mute: Asterisk._mute,
    line.Overhear: Asterisk._overhear,
    line.PauseRecording: Asterisk._pause,
    line.Drop: Asterisk._drop,
    line.Close: Asterisk._close,
}
