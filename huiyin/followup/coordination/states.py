"""Where a flag, a meeting and a joint case stand, and the steps between, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FlagKind(StrEnum):
    """What is brought to a meeting 协调类别."""

    CASE = "case"
    BOUNDARY = "boundary"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"case": "疑难协调", "boundary": "职责边界"}[self.value]


class FlagState(StrEnum):
    """协调事项的状态."""

    WAITING = "waiting"
    LISTED = "listed"
    SETTLED = "settled"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _FLAGS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return _FLAGS[self][1]


_FLAGS = {
    FlagState.WAITING: ("待上会", "amber"),
    FlagState.LISTED: ("已列议程", "blue"),
    FlagState.SETTLED: ("已协调", "green"),
    FlagState.WITHDRAWN: ("已撤回", "grey"),
}
LIVE = frozenset({FlagState.WAITING, FlagState.LISTED})


class MeetingKind(StrEnum):
    """会议类别."""

    COORDINATION = "coordination"
    WEEKLY = "weekly"
    ON_SITE = "on_site"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"coordination": "协调会", "weekly": "网格周例会", "on_site": "现场办公会"}[
            self.value
        ]


class MeetingState(StrEnum):
    """协调会的状态."""

    PLANNED = "planned"
    CALLED = "called"
    HELD = "held"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _MEETINGS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return _MEETINGS[self][1]


_MEETINGS = {
    MeetingState.PLANNED: ("筹备", "grey"),
    MeetingState.CALLED: ("已通知", "blue"),
    MeetingState.HELD: ("已召开", "amber"),
    MeetingState.CONCLUDED: ("纪要已发", "green"),
    MeetingState.CANCELLED: ("已取消", "grey"),
}


@dataclass(frozen=True, slots=True)
class MeetingStep:
    """One thing that can be done with a meeting: from where, and to where (None: it stays)."""

    verb: str
    label: str
    sources: frozenset[MeetingState]
    target: MeetingState | None = None


def _from(*states: MeetingState) -> frozenset[MeetingState]:
    return frozenset(states)


_M = MeetingState
_AHEAD = _from(_M.PLANNED, _M.CALLED)
PREPARE = MeetingStep("prepare", "改议程和通知", _AHEAD)
CALL = MeetingStep("call", "发会议通知", _from(_M.PLANNED), _M.CALLED)
ANSWER = MeetingStep("answer", "回执", _from(_M.CALLED))
HOLD = MeetingStep("hold", "会议已召开", _from(_M.CALLED), _M.HELD)
DECIDE = MeetingStep("decide", "记决定", _from(_M.HELD))
CONCLUDE = MeetingStep("conclude", "印发纪要", _from(_M.HELD), _M.CONCLUDED)
CANCEL = MeetingStep("cancel", "取消会议", _AHEAD, _M.CANCELLED)
MEETING_STEPS = (PREPARE, CALL, ANSWER, HOLD, DECIDE, CONCLUDE, CANCEL)


class Outcome(StrEnum):
    """What became of a point of the agenda."""

    NONE = ""
    DECIDED = "decided"
    POSTPONED = "postponed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"": "未议", "decided": "已决定", "postponed": "下次再议"}[self.value]


class Coming(StrEnum):
    """What an invited unit answered 回执."""

    NONE = ""
    YES = "yes"
    NO = "no"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"": "未回执", "yes": "参加", "no": "不能参加"}[self.value]


class JointState(StrEnum):
    """联合办理的状态."""

    OPEN = "open"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"open": "办理中", "closed": "已办结"}[self.value]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"open": "blue", "closed": "green"}[self.value]
