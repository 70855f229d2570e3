"""A call with a kept recording, for tests."""

from __future__ import annotations

import io
import wave
from datetime import datetime, timedelta

from huiyin.callcentre.calls.actions import CallFacts, record_whole
from huiyin.callcentre.calls.states import CallOutcome, Direction
from huiyin.callcentre.telephony.actions import recordings
from huiyin.callcentre.telephony.models import Recording


def wav(seconds: float = 1.0) -> bytes:
    """Return silence as a telephone records it."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(int(16000 * seconds)))
    return out.getvalue()


def kept(at: datetime, *, agent: int | None = None, reference: str = "kept") -> Recording:
    """Return the recording of an answered call that ended a minute after ``at``."""
    facts = CallFacts(
        Direction.IN, CallOutcome.ANSWERED, at, at + timedelta(minutes=1), at, number="13900000001",
        agent=agent, reference=reference,
    )  # fmt: skip
    keys = record_whole([(facts, [])])
    row, _ = Recording.objects.get_or_create(name=f"call-{reference}", call_id=keys[reference])
    if not row.digest:
        recordings.keep(row, wav(), at)
    return row
