"""What a unit may apply for, and how an application stands."""

from __future__ import annotations

from enum import StrEnum


class ApplicationKind(StrEnum):
    """What a unit may apply for 申请; somebody of the centre decides."""

    RETURN = "return"
    EXTENSION = "extension"
    SUSPENSION = "suspension"
    TERMINATION = "termination"
    RAISING = "raising"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return APPLICATION_LABELS[self]


APPLICATION_LABELS = {
    ApplicationKind.RETURN: "退单",
    ApplicationKind.EXTENSION: "延期",
    ApplicationKind.SUSPENSION: "挂账",
    ApplicationKind.TERMINATION: "终止办理",
    ApplicationKind.RAISING: "提级",
}


class Decision(StrEnum):
    """How an application stands 审批结果; one that the order has moved past has lapsed."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    LAPSED = "lapsed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return DECISION_LABELS[self]


DECISION_LABELS = {
    Decision.WAITING: "待审批",
    Decision.GRANTED: "同意",
    Decision.REFUSED: "不同意",
    Decision.LAPSED: "已失效",
}
