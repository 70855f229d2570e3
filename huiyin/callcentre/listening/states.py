"""How a heard call is judged, and what is found amiss."""

from __future__ import annotations

from enum import StrEnum


class Verdict(StrEnum):
    """测听结论."""

    GOOD = "good"
    FAIR = "fair"
    BAD = "bad"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"good": "合格", "fair": "需改进", "bad": "不合格"}[self.value]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"good": "green", "fair": "amber", "bad": "red"}[self.value]


class Fault(StrEnum):
    """测听发现的问题."""

    ATTITUDE = "attitude"
    ANSWER = "answer"
    RECORD = "record"
    CLASS = "class"
    SILENCE = "silence"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return FAULTS[self]


FAULTS = {
    Fault.ATTITUDE: "服务用语或态度",
    Fault.ANSWER: "答复不准",
    Fault.RECORD: "记录与通话不符",
    Fault.CLASS: "分类或派单不当",
    Fault.SILENCE: "冷场或打断",
    Fault.OTHER: "其他",
}
