"""Where an instruction stands and the steps between, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class InstructionState(StrEnum):
    """批示的办理状态."""

    OPEN = "open"
    FED_BACK = "fed_back"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return LABELS[self][1]


LABELS = {
    InstructionState.OPEN: ("办理中", "amber"),
    InstructionState.FED_BACK: ("已反馈领导", "blue"),
    InstructionState.CLOSED: ("已办结", "green"),
}


class Priority(StrEnum):
    """How pressing it is 缓急."""

    NORMAL = "normal"
    URGENT = "urgent"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"normal": "一般", "urgent": "紧急"}[self.value]


class FileKind(StrEnum):
    """What a file of an instruction is."""

    WORDS = "words"
    REPORT = "report"
    FEEDBACK = "feedback"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"words": "批示件", "report": "报告原文", "feedback": "反馈材料"}[self.value]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done with an instruction: from where, and to where."""

    verb: str
    label: str
    sources: frozenset[InstructionState]
    target: InstructionState


_S = InstructionState
ASSIGN = Step("assign", "交办任务", frozenset({_S.OPEN}), _S.OPEN)
FEED_BACK = Step("feed_back", "反馈领导", frozenset({_S.OPEN}), _S.FED_BACK)
REOPEN = Step("reopen", "继续办理", frozenset({_S.FED_BACK}), _S.OPEN)
CLOSE = Step("close", "办结", frozenset({_S.FED_BACK}), _S.CLOSED)
STEPS = (ASSIGN, FEED_BACK, REOPEN, CLOSE)
