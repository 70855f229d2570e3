"""The simulated line: no switch, nobody's voice, for trying everything out. It says that it is one.

Telephones of seats are answered by a button on the desk (wish ``answer``); a number that is called
answers after two seconds. Calls come when somebody asks for one. What is recorded of a call is a
beep, so that hearing, keeping and removing recordings can be tried as well.
"""

from __future__ import annotations

import asyncio
import io
import wave
from collections.abc import AsyncIterator, Sequence

from huiyin.callcentre.telephony import line

_NOTICE = 1.0
_ANSWERS = 2.0
_RATE = 8000


def _beep() -> bytes:
    """Return a second of a soft tone as a telephone records it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(_RATE)
        half = (b"\x00\x08" * 10) + (b"\x00\xf8" * 10)  # 400 Hz
        file.writeframes(half * (_RATE // 20))
    return out.getvalue()


class SimulatedLine:
    """A line that exists only here."""

    label = "模拟线路"

    def __init__(self) -> None:
        self._heard: asyncio.Queue[line.Event] = asyncio.Queue()
        self._legs: dict[str, str] = {}
        self._calls: dict[str, line.Offered] = {}
        self._recorded: set[str] = set()
        self._number = 0

    async def events(self) -> AsyncIterator[line.Event]:
        """Yield what happens."""
        yield line.LinkUp(line.Standing(tuple(self._calls.values())))
        while True:
            yield await self._heard.get()

    async def do(self, command: line.Command) -> None:
        """Do as a switch would."""
        match command:
            case line.Answer() | line.Play():
                self._after(_NOTICE, line.Prompted(command.call))
            case line.Ring():
                self._legs[command.leg] = command.seat
            case line.Connect():
                self._recorded.add(command.recording)
                self._after(0, line.Joined(command.call))
            case line.Dial():
                self._after(_ANSWERS, line.Answered(command.leg))
            case line.Drop():
                self._legs.pop(command.channel, None)
                self._calls.pop(command.channel, None)
                self._after(0, line.Gone(command.channel))

    def _after(self, seconds: float, event: line.Event) -> None:
        asyncio.get_running_loop().call_later(seconds, self._heard.put_nowait, event)

    def call(self, number: str, dialled: str = "12345") -> str:
        """Let somebody call."""
        self._number += 1
        key = f"simulated-{self._number}-{id(self):x}"
        self._calls[key] = line.Offered(key, number, dialled)
        self._heard.put_nowait(self._calls[key])
        return key

    def answer(self, seat: str) -> None:
        """Take up the telephone of a seat."""
        for leg, at in list(self._legs.items()):
            if at == seat:
                del self._legs[leg]
                self._heard.put_nowait(line.Answered(leg))

    def hang_up(self, call: str) -> None:
        """Let a caller hang up."""
        self._calls.pop(call, None)
        self._heard.put_nowait(line.Gone(call))

    async def phones(self, seats: Sequence[tuple[str, str, str]]) -> None:
        """Know every phone."""

    async def fetch(self, recording: str) -> bytes | None:
        """Return a beep for a call of this line; nothing for one that a real switch recorded."""
        return _beep() if recording in self._recorded else None

    async def forget(self, recording: str) -> None:
        """Have it no longer."""
        self._recorded.discard(recording)

    async def close(self) -> None:
        """End."""
