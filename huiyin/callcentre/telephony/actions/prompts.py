"""Prompts that a centre has recorded itself: checked, kept in versions, laid out for the switch."""

from __future__ import annotations

import io
import wave
from datetime import datetime

from django.db import transaction

from huiyin.callcentre.telephony.models import PromptVersion
from huiyin.callcentre.telephony.policy import keeper
from huiyin.callcentre.telephony.switch import sounds
from huiyin.kernel.errors import Invalid, NotFound
from huiyin.orgs.actors import Actor

SHORTEST, LONGEST, LONGEST_MUSIC = 0.3, 60.0, 600.0
LARGEST = 10_000_000
MUSIC = "music"
NAMES = (*sounds.WORDS, MUSIC)


def words() -> list[tuple[str, str]]:
    """Return every prompt with what ours says."""
    return [(name, sounds.WORDS.get(name, "排队音乐")) for name in NAMES]


@transaction.atomic
def put(name: str, sound: bytes, *, by: Actor, now: datetime, note: str = "") -> PromptVersion:
    """Let callers hear this sound from now on; the one before stays as an earlier version.

    Raises:
        Invalid: no such prompt, or the sound is not a WAV as telephones have it, or its length.

    Source: R-464 (issue of calls 1: prompts replaceable in the console).
    """
    staff = keeper(by)
    if name not in NAMES:
        raise Invalid("没有这条提示音", fields={"name": "没有这条提示音"})
    seconds = _seconds(name, sound)
    PromptVersion.objects.select_for_update().filter(name=name, in_use=True).update(in_use=False)
    return PromptVersion.objects.create(
        name=name, sound=sound, seconds=seconds, note=note.strip()[:100], added_by=staff,
        added_at=now,
    )  # fmt: skip


def _seconds(name: str, sound: bytes) -> float:
    """Return how long a sound is. Raises Invalid when it cannot be played on a telephone line."""
    if len(sound) > LARGEST:
        raise Invalid("文件太大", fields={"sound": "最多 10 MB"})
    try:
        with wave.open(io.BytesIO(sound)) as opened:
            shape = (opened.getframerate(), opened.getnchannels(), opened.getsampwidth())
            seconds = float(opened.getnframes() / (opened.getframerate() or 1))
            whole = len(opened.readframes(opened.getnframes())) == opened.getnframes() * 2
    except (wave.Error, EOFError):
        raise Invalid("不是 WAV 文件", fields={"sound": "请上传 WAV 文件"}) from None
    if shape != (sounds.RATE, 1, 2):
        hint = "须为 8000 赫兹、单声道、16 位的 WAV"
        raise Invalid("声音格式不对", fields={"sound": hint})
    most = LONGEST_MUSIC if name == MUSIC else LONGEST
    if not whole or not SHORTEST <= seconds <= most:
        hint = f"长度须在 {SHORTEST:g} 到 {most:g} 秒之间，且文件完整"
        raise Invalid("声音长度不对", fields={"sound": hint})
    return seconds


@transaction.atomic
def use(key: int | None, name: str, *, by: Actor) -> None:
    """Go back to an earlier version, or to the sound that came with the platform (no key).

    Raises:
        NotFound: no such version.

    Source: R-464 (issue of calls 1).
    """
    keeper(by)
    rows = PromptVersion.objects.select_for_update().filter(name=name)
    wanted = rows.filter(pk=key).first() if key is not None else None
    if key is not None and wanted is None:
        raise NotFound("没有这个版本")
    rows.filter(in_use=True).update(in_use=False)
    if wanted is not None:
        PromptVersion.objects.filter(pk=wanted.pk).update(in_use=True)
