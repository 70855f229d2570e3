"""Where a task stands, what may be done with it, and where it came from: one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class TaskState(StrEnum):
    """任务状态."""

    OPEN = "open"
    REPORTED = "reported"
    DONE = "done"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return LABELS[self][1]


LABELS = {
    TaskState.OPEN: ("办理中", "blue"),
    TaskState.REPORTED: ("待确认", "amber"),
    TaskState.DONE: ("已完成", "green"),
    TaskState.CANCELLED: ("已取消", "grey"),
}
RUNNING = frozenset({TaskState.OPEN, TaskState.REPORTED})


class Origin(StrEnum):
    """What a sheet of tasks came from 任务来源."""

    MEETING = "meeting"
    INSTRUCTION = "instruction"
    JOINT = "joint"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"meeting": "协调会", "instruction": "批示", "joint": "联合办理"}[self.value]


class TaskPart(StrEnum):
    """Whether a unit leads or assists 牵头或配合."""

    LEAD = "lead"
    ASSIST = "assist"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"lead": "牵头", "assist": "配合"}[self.value]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done with a task: from where, to where, and by which side."""

    verb: str
    label: str
    past: str
    sources: frozenset[TaskState]
    target: TaskState
    side: Literal["unit", "office", "system"]


def _from(*states: TaskState) -> frozenset[TaskState]:
    return frozenset(states)


_T = TaskState
GIVE = Step("give", "交办", "交办任务", _from(), _T.OPEN, "office")
REPORT = Step("report", "报送结果", "报送结果", _from(_T.OPEN), _T.REPORTED, "unit")
CONFIRM = Step("confirm", "确认完成", "确认完成", _from(_T.REPORTED), _T.DONE, "office")
SEND_BACK = Step("send_back", "退回继续办", "退回继续办理", _from(_T.REPORTED), _T.OPEN, "office")
POSTPONE = Step("postpone", "改期", "改期", _from(_T.OPEN), _T.OPEN, "office")
CANCEL = Step("cancel", "取消任务", "取消任务", RUNNING, _T.CANCELLED, "office")
REMIND = Step("remind", "提醒", "系统提醒", _from(_T.OPEN), _T.OPEN, "system")
STEPS = (GIVE, REPORT, CONFIRM, SEND_BACK, POSTPONE, CANCEL, REMIND)
BY_VERB = {step.verb: step for step in STEPS}
