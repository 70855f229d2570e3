"""Which way a call went and what came of it."""

from __future__ import annotations

from enum import StrEnum


class Direction(StrEnum):
    """Who called whom."""

    IN = "in"
    OUT = "out"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"in": "呼入", "out": "呼出"}[self.value]


class SpanKind(StrEnum):
    """What happened in one stretch of a call."""

    WAIT = "wait"
    RING = "ring"
    TALK = "talk"
    HOLD = "hold"
    CONSULT = "consult"
    THREE = "three"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "wait": "排队", "ring": "振铃", "talk": "通话", "hold": "保持", "consult": "咨询第三方",
            "three": "三方通话",
        }[self.value]  # fmt: skip


class CallOutcome(StrEnum):
    """What came of a call; only ``REQUEST`` makes an order.

    Incoming: a request taken down, answered without one, asked how an order stands, pressed for
    one, wrong number or nuisance, given up by the caller before anybody answered, told that the
    line is closed. Outgoing: the other side was reached or not.
    """

    REQUEST = "request"
    ANSWERED = "answered"
    PROGRESS = "progress"
    PRESSED = "pressed"
    INVALID = "invalid"
    ABANDONED = "abandoned"
    CLOSED = "closed"
    REACHED = "reached"
    UNREACHED = "unreached"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    CallOutcome.REQUEST: "登记诉求",
    CallOutcome.ANSWERED: "当场答复，未登记",
    CallOutcome.PROGRESS: "查询进展",
    CallOutcome.PRESSED: "催办",
    CallOutcome.INVALID: "误拨或骚扰",
    CallOutcome.ABANDONED: "未接通即挂断",
    CallOutcome.CLOSED: "线路停用",
    CallOutcome.REACHED: "已接通",
    CallOutcome.UNREACHED: "无人接听",
}
OUTGOING = frozenset({CallOutcome.REACHED, CallOutcome.UNREACHED})
UNANSWERED = frozenset({CallOutcome.ABANDONED, CallOutcome.CLOSED, CallOutcome.UNREACHED})
