"""States of agents and calls as tables, and the kinds of seats, skills and lines. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class AgentState(StrEnum):
    """What an agent is doing, the states of the handbook's table (domain.md 5.1).

    ``RINGING`` is held back for a call and ``CALLING`` waits for the other side of an outgoing one.
    """

    SIGNED_OUT = "signed_out"
    READY = "ready"
    RINGING = "ringing"
    CALLING = "calling"
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    BUSY = "busy"
    BREAK = "break"
    TRAINING = "training"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return AGENT_LABELS[self]


AGENT_LABELS = {
    AgentState.SIGNED_OUT: "未签入",
    AgentState.READY: "空闲",
    AgentState.RINGING: "振铃",
    AgentState.CALLING: "外呼中",
    AgentState.TALKING: "通话",
    AgentState.WRAP_UP: "整理",
    AgentState.BUSY: "示忙",
    AgentState.BREAK: "小休",
    AgentState.TRAINING: "学习",
}
A = AgentState
# From each state, those that may follow. An agent who leaves in the middle of a call is signed out
# when it ends: a call is never lost because somebody pressed a button.
_AFTER = (A.BUSY, A.BREAK, A.TRAINING, A.SIGNED_OUT)  # asked for in a call, done when it is over
AGENT_MOVES: Mapping[AgentState, frozenset[AgentState]] = MappingProxyType(
    {
        A.SIGNED_OUT: frozenset({A.BUSY, A.READY}),
        A.READY: frozenset(
            {A.RINGING, A.CALLING, A.TALKING, A.BUSY, A.BREAK, A.TRAINING, A.SIGNED_OUT}
        ),
        A.RINGING: frozenset({A.TALKING, A.CALLING, A.READY, *_AFTER}),
        A.CALLING: frozenset({A.TALKING, A.WRAP_UP, A.READY, *_AFTER}),
        A.TALKING: frozenset({A.WRAP_UP, A.READY, *_AFTER}),
        A.WRAP_UP: frozenset({A.READY, A.CALLING, A.BUSY, A.BREAK, A.TRAINING, A.SIGNED_OUT}),
        A.BUSY: frozenset({A.READY, A.CALLING, A.TALKING, A.BREAK, A.TRAINING, A.SIGNED_OUT}),
        A.BREAK: frozenset({A.READY, A.BUSY, A.SIGNED_OUT}),
        A.TRAINING: frozenset({A.READY, A.BUSY, A.SIGNED_OUT}),
    }
)
# What an agent may ask for; the rest comes from calls.
CHOSEN = frozenset({A.READY, A.BUSY, A.BREAK, A.TRAINING, A.SIGNED_OUT})
ON_CALL = frozenset({A.RINGING, A.CALLING, A.TALKING})


class CallState(StrEnum):
    """Where a call is between its arrival and its end."""

    GREETING = "greeting"
    WAITING = "waiting"
    RINGING = "ringing"
    DIALLING = "dialling"
    TALKING = "talking"
    HELD = "held"
    MOVING = "moving"
    LEAVING = "leaving"
    ENDED = "ended"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return CALL_LABELS[self]


CALL_LABELS = {
    CallState.GREETING: "放提示音",
    CallState.WAITING: "排队",
    CallState.RINGING: "振铃",
    CallState.DIALLING: "呼出中",
    CallState.TALKING: "通话",
    CallState.HELD: "保持",
    CallState.MOVING: "转接中",
    CallState.LEAVING: "放结束语",
    CallState.ENDED: "已结束",
}
C = CallState
CALL_MOVES: Mapping[CallState, frozenset[CallState]] = MappingProxyType(
    {
        C.GREETING: frozenset({C.WAITING, C.LEAVING, C.ENDED}),
        C.WAITING: frozenset({C.RINGING, C.LEAVING, C.ENDED}),
        C.RINGING: frozenset({C.WAITING, C.TALKING, C.DIALLING, C.ENDED}),
        C.DIALLING: frozenset({C.TALKING, C.WAITING, C.ENDED}),
        # Back to waiting: the agent had hung up before both could be brought together.
        C.TALKING: frozenset({C.HELD, C.MOVING, C.WAITING, C.ENDED}),
        C.HELD: frozenset({C.TALKING, C.MOVING, C.ENDED}),
        C.MOVING: frozenset({C.TALKING, C.WAITING, C.ENDED}),
        C.LEAVING: frozenset({C.ENDED}),
        C.ENDED: frozenset(),
    }
)


class SeatKind(StrEnum):
    """The four kinds of seats 席位 (requirement 3)."""

    ANSWERING = "answering"
    FLOOR = "floor"
    QUALITY = "quality"
    CALLBACK = "callback"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "answering": "受理席", "floor": "督导席", "quality": "质检席", "callback": "回访席",
        }[self.value]  # fmt: skip


class Skill(StrEnum):
    """What a call asks of an agent."""

    GENERAL = "general"
    ENTERPRISE = "enterprise"
    DIALECT = "dialect"
    FOREIGN = "foreign"
    LEADER = "leader"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "general": "综合", "enterprise": "企业", "dialect": "方言", "foreign": "外语",
            "leader": "领导接听",
        }[self.value]  # fmt: skip


class Pool(StrEnum):
    """Which way a line is used: those for calls in are never taken for calls out."""

    IN = "in"
    OUT = "out"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"in": "呼入", "out": "呼出"}[self.value]


class Why(StrEnum):
    """Why an agent's state changed."""

    ASKED = "asked"
    SIGNED_IN = "signed_in"
    OFFERED = "offered"
    ANSWERED = "answered"
    CALL_OVER = "call_over"
    WRAP_OVER = "wrap_over"
    NO_ANSWER = "no_answer"
    UNREACHABLE = "unreachable"
    CALLER_LEFT = "caller_left"
    TAKEN_BACK = "taken_back"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _WHY[self]


_WHY = {
    Why.ASKED: "本人操作",
    Why.SIGNED_IN: "签入",
    Why.OFFERED: "来电分配",
    Why.ANSWERED: "接听",
    Why.CALL_OVER: "通话结束",
    Why.WRAP_OVER: "整理到时",
    Why.NO_ANSWER: "振铃未接，自动示忙",
    Why.UNREACHABLE: "话机不通，自动示忙",
    Why.CALLER_LEFT: "来电人已挂断",
    Why.TAKEN_BACK: "分配程序重新接管",
}


class Leave(StrEnum):
    """How a call in ended for its caller."""

    SERVED = "served"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    CALL_BACK = "call_back"
    UNREACHED = "unreached"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "served": "已接听", "abandoned": "来电人挂断", "closed": "线路停用",
            "call_back": "改为回拨", "unreached": "未接通",
        }[self.value]  # fmt: skip


class NumberKind(StrEnum):
    """Why a number is on a list."""

    PRIORITY = "priority"
    CARE = "care"
    NUISANCE = "nuisance"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"priority": "优先接听", "care": "特殊关爱", "nuisance": "频繁骚扰"}[self.value]


class MissedState(StrEnum):
    """Where a missed number stands."""

    OPEN = "open"
    REACHED = "reached"
    CAME_BACK = "came_back"
    GIVEN_UP = "given_up"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "open": "待回拨", "reached": "已回拨接通", "came_back": "又打来并接通",
            "given_up": "多次未通",
        }[self.value]  # fmt: skip


class Surge(StrEnum):
    """How far calls exceed what was expected 话务应急等级."""

    NONE = "none"
    BLUE = "blue"
    YELLOW = "yellow"
    RED = "red"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"none": "正常", "blue": "三级", "yellow": "二级", "red": "一级"}[self.value]


class CallMark(StrEnum):
    """What an agent notes of a caller while they talk."""

    EMOTIONAL = "emotional"
    ABUSIVE = "abusive"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"emotional": "情绪激动", "abusive": "辱骂"}[self.value]

    @property
    def script(self) -> str:
        """Return what an agent may say where the city has no words of its own."""
        return _MARK_SCRIPTS[self]


_MARK_SCRIPTS = {
    CallMark.EMOTIONAL: "“您别着急，慢慢说，我都记下来。”先听完、先安慰，再问时间、地点和要求；"
    "不限通话时间，需要时请值班组长旁听协助。",
    CallMark.ABUSIVE: "第一次：“您的心情我理解，请您说具体的事，我好帮您记录。”第二次：“请您文明"
    "用语，否则我无法为您记录。”仍然辱骂的：“我请值班组长与您沟通。”不争辩、不先挂断，请值班组长接手。",
}


class SurgeAct(StrEnum):
    """What a centre has prepared for a surge; a person starts and stops each of them."""

    MESSAGE = "message"
    EVENT_TAG = "event_tag"
    SHORT_FORM = "short_form"
    NO_BREAKS = "no_breaks"
    STANDBY = "standby"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "message": "排队提示音", "event_tag": "事件标签", "short_form": "简易登记",
            "no_breaks": "暂停小休", "standby": "召集备班",
        }[self.value]  # fmt: skip

    @property
    def about(self) -> str:
        """Say what it does."""
        return _SURGE_ABOUT[self]


_SURGE_ABOUT = {
    SurgeAct.MESSAGE: "要排队的来电先听到“现在来电较多”。",
    SurgeAct.EVENT_TAG: "新登记的诉求自动带上这个标签，事后可一并查找。",
    SurgeAct.SHORT_FORM: "登记页只留必填的几项，其余过后补。",
    SurgeAct.NO_BREAKS: "小休暂不批准。",
    SurgeAct.STANDBY: "列出没有签入的备班人员，逐个打电话叫来。",
}
SURGE_LEVELS = (Surge.BLUE, Surge.YELLOW, Surge.RED)
# What is prepared for each level where the city has not said otherwise.
SURGE_PLAN: Mapping[Surge, tuple[SurgeAct, ...]] = MappingProxyType(
    {
        Surge.NONE: (),
        Surge.BLUE: (SurgeAct.MESSAGE, SurgeAct.NO_BREAKS),
        Surge.YELLOW: (
            SurgeAct.MESSAGE, SurgeAct.NO_BREAKS, SurgeAct.EVENT_TAG, SurgeAct.SHORT_FORM,
        ),
        Surge.RED: tuple(SurgeAct),
    }
)  # fmt: skip
