"""The line: what a switch tells the distributor, what it is told to do, and the driver between.

Words only, no switch: a driver (``drivers``) turns them into what its switch understands. A
*call* is the caller's own channel, a *leg* is one that we rang; both are named by us or by the
switch, and no name is used twice.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Offered:
    """Somebody calls."""

    call: str
    number: str
    line: str


@dataclass(frozen=True, slots=True)
class Prompted:
    """A caller has heard what was to be played."""

    call: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A caller pressed a key."""

    call: str
    digit: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A leg that we rang was answered."""

    leg: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A leg that we rang could not be reached, or was refused."""

    leg: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Gone:
    """A caller or a leg has hung up. May be told twice."""

    channel: str


@dataclass(frozen=True, slots=True)
class Joined:
    """Caller and leg have been brought together, as told by ``Connect``: both can speak."""

    call: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording is complete."""

    name: str


@dataclass(frozen=True, slots=True)
class Lost:
    """Somebody called while nobody listened to the switch, and hung up; seconds of the epoch."""

    call: str
    number: str
    line: str
    came: float
    ended: float


@dataclass(frozen=True, slots=True)
class Standing:
    """What the switch holds when we come back to it: calls, and legs with the call of each."""

    calls: tuple[Offered, ...] = ()
    legs: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The switch can be told again; what it holds."""

    standing: Standing = Standing()


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The switch does not answer. Calls stay up without us."""


Event = (
    Offered | Prompted | Pressed | Answered | Failed | Gone | Joined | Recorded | Lost | LinkUp
    | LinkDown
)  # fmt: skip


class LinkLost(Exception):
    """The switch has gone in the middle of a request."""


class Prompt(StrEnum):
    """What callers hear; the sounds are the installation's own."""

    NOTICE = "notice"
    POSITION = "position"
    CLOSED = "closed"
    CALL_BACK = "call_back"
    SURGE = "surge"


class Ear(StrEnum):
    """How a floor leader takes part: hear, speak to the agent alone, or speak to both."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"


@dataclass(frozen=True, slots=True)
class Answer:
    """Take the call and play the first prompt."""

    call: str
    prompt: Prompt = Prompt.NOTICE


@dataclass(frozen=True, slots=True)
class Play:
    """Play a prompt, with a number where it has one."""

    call: str
    prompt: Prompt
    number: int = 0


@dataclass(frozen=True, slots=True)
class Music:
    """Let the caller hear music until something else happens."""

    call: str


@dataclass(frozen=True, slots=True)
class Ring:
    """Ring the phone of a seat; the number is shown on it."""

    leg: str
    call: str
    seat: str
    number: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Dial:
    """Call a number outside, on a line of the pool for calls out."""

    leg: str
    call: str
    number: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Bring call and leg together; record under the name unless it is empty.

    ``Joined`` follows when that was done; it is not when one of them had hung up meanwhile.
    """

    call: str
    leg: str
    recording: str = ""


@dataclass(frozen=True, slots=True)
class Park:
    """Take the caller out of the conversation, with music."""

    call: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Bring the caller back into the conversation."""

    call: str


@dataclass(frozen=True, slots=True)
class Join:
    """Bring one more leg into the conversation."""

    call: str
    leg: str


@dataclass(frozen=True, slots=True)
class Mute:
    """Let a leg be heard no longer, or again."""

    leg: str
    on: bool


@dataclass(frozen=True, slots=True)
class Overhear:
    """Let a floor leader's leg hear a conversation."""

    call: str
    leg: str
    agent_leg: str
    ear: Ear


@dataclass(frozen=True, slots=True)
class PauseRecording:
    """Stop recording for a while, or go on."""

    recording: str
    on: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Hang up a caller or a leg."""

    channel: str


@dataclass(frozen=True, slots=True)
class Close:
    """The conversation of a call is over: complete its recording, take it down."""

    call: str
    recording: str = ""


Command = (
    Answer | Play | Music | Ring | Dial | Connect | Park | Resume | Join | Mute | Overhear
    | PauseRecording | Drop | Close
)  # fmt: skip


class LineDriver(Protocol):
    """One switch. ``label`` names it to people, so that a simulated line is never mistaken."""

    label: str

    async def do(self, command: Command) -> None:
        """Tell the switch; what comes of it is heard as events."""

    def events(self) -> AsyncIterator[Event]:
        """Yield what the switch tells, for ever; begins with LinkUp or LinkDown."""

    async def phones(self, seats: Sequence[tuple[str, str, str]]) -> None:
        """Make known the phones of seats: extension, password and fixed address of each."""

    async def fetch(self, recording: str) -> bytes | None:
        """Return a complete recording; None if there is none of that name."""

    async def forget(self, recording: str) -> None:
        """Remove a recording from the switch."""

    async def close(self) -> None:
        """Give everything back; calls stay up."""
