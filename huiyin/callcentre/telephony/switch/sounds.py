"""Prompts and music, made here: spoken by espeak-ng where it is found, else simple tones.

Eight thousand samples a second, one channel, as telephones have them. Any file may be replaced by
a recorded one of the same name; a file that is there is never made again.
"""

from __future__ import annotations

import math
import os
import shutil
import struct
import subprocess
import tempfile
import wave
from collections.abc import Mapping
from pathlib import Path

RATE = 8000
MOST_AHEAD = 20
WORDS = {
    "notice": "您好，这里是一二三四五政务服务便民热线。为保证服务质量，本次通话将被录音。",
    "closed": "您好，这条线路暂停服务，请直接拨打一二三四五。",
    "call_back": "您可以挂机，我们会按您的排队位置给您回电话。",
    "surge": "现在来电较多，请您耐心等待。",
    **{
        f"position-{ahead}": f"您前面还有{ahead - 1}位，请稍候。"
        if ahead > 1
        else "下一位就是您，请稍候。"
        for ahead in range(1, MOST_AHEAD + 1)
    },
    "position-more": "前面等待的人较多，请您耐心等待，或按星号键等我们回电话。",
}


def make(folder: Path) -> int:
    """Make every sound that is missing; return how many were made."""
    (folder / "music").mkdir(parents=True, exist_ok=True)
    made = 0
    for name, words in WORDS.items():
        target = folder / f"{name}.wav"
        if not target.is_file():
            _write(target, _spoken(words) or _tone(660, 0.4))
            made += 1
    music = folder / "music/music.wav"
    if not music.is_file():
        _write(music, _melody())
        made += 1
    return made


def lay_out(folder: Path, chosen: Mapping[str, bytes]) -> None:
    """Put recorded sounds where ours were, and ours back where none is chosen any more.

    Source: R-464 (issue of calls 1).
    """
    note = folder / "chosen.txt"
    before = note.read_text().split() if note.is_file() else []
    if not before and not chosen:
        return  # whoever starts the switch makes ours
    for name in before:
        if name not in chosen:
            _file(folder, name).unlink(missing_ok=True)
    make(folder)
    for name, sound in chosen.items():
        target = _file(folder, name)
        part = _part(target)
        part.write_bytes(sound)
        part.replace(target)
    note.write_text("\n".join(sorted(chosen)))


def _file(folder: Path, name: str) -> Path:
    return folder / ("music/music.wav" if name == "music" else f"{name}.wav")


def _part(target: Path) -> Path:
    """Return a name beside the file that no other process uses."""
    return target.with_suffix(f".{os.getpid()}.part")


def _spoken(words: str) -> list[float]:
    """Return the words as samples; nothing when they cannot be spoken here."""
    program = shutil.which("espeak-ng")
    if program is None:
        return []
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        done = subprocess.run(  # noqa: S603 - our own words
            [program, "-v", "cmn", "-s", "150", "-w", file.name, words],
            capture_output=True, check=False, timeout=60,
        )  # fmt: skip
        if done.returncode != 0:
            return []
        with wave.open(file.name) as spoken:
            rate, count = spoken.getframerate(), spoken.getnframes()
            samples = struct.unpack(f"<{count}h", spoken.readframes(count))
    return _slower(samples, rate)


def _slower(samples: tuple[int, ...], rate: int) -> list[float]:
    """Bring samples down to our rate: the mean of those that fall into each of ours."""
    step = rate / RATE
    found = []
    for number in range(int(len(samples) / step)):
        part = samples[int(number * step) : int((number + 1) * step) or 1]
        found.append(sum(part) / len(part) / 32768 if part else 0.0)
    return found


def _tone(pitch: float, seconds: float, loud: float = 0.2) -> list[float]:
    count = int(seconds * RATE)
    return [
        loud * math.sin(2 * math.pi * pitch * n / RATE) * min(1, n / 200, (count - n) / 800)
        for n in range(count)
    ]


def _melody() -> list[float]:
    """Return half a minute of plain music: a five-tone scale going up and down."""
    scale = [261.6, 293.7, 329.6, 392.0, 440.0, 392.0, 329.6, 293.7]
    return [sample for turn in range(8) for pitch in scale for sample in _tone(pitch, 0.5, 0.08)]


def _write(target: Path, samples: list[float]) -> None:
    part = _part(target)
    with wave.open(str(part), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        limited = (max(-32768, min(32767, int(sample * 32767))) for sample in samples)
        out.writeframes(struct.pack(f"<{len(samples)}h", *limited))
    part.replace(target)
