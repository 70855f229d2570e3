"""Legs that we rang: of which call, and what for. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from huiyin.callcentre.telephony import line


class Role(StrEnum):
    """What a leg that we rang is for."""

    AGENT = "agent"
    CALLER = "caller"
    MOVED = "moved"
    THIRD = "third"
    EAR = "ear"


@dataclass(frozen=True, slots=True)
class Leg:
    """A leg that we rang: of which call, what for, at which seat or number; was it answered?"""

    call: str
    role: Role
    seat: str = ""
    ear: line.Ear = line.Ear.LISTEN
    up: bool = False
