"""How a unit is urged 催办 and why."""

from __future__ import annotations

from enum import StrEnum


class UrgeKind(StrEnum):
    """催办方式, the three lowest steps of the ladder: a reminder, a call, a notice.

    Only calls and notices count as urging (K17).
    """

    AUTOMATIC = "automatic"
    TELEPHONE = "telephone"
    WRITTEN = "written"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return KIND_LABELS[self]


KIND_LABELS = {
    UrgeKind.AUTOMATIC: "系统提醒",
    UrgeKind.TELEPHONE: "电话催办",
    UrgeKind.WRITTEN: "催办通知",
}
BY_PERSON = frozenset({UrgeKind.TELEPHONE, UrgeKind.WRITTEN})


class UrgeReason(StrEnum):
    """What the unit had not done 催办原因."""

    UNREAD = "unread"
    BEFORE_DUE = "before_due"
    AT_DUE = "at_due"
    OVERDUE = "overdue"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return REASON_LABELS[self]


# What a reminder letter names, the gravest first.
FOR_LETTERS = (UrgeReason.OVERDUE, UrgeReason.UNREAD, UrgeReason.BEFORE_DUE)
REASON_LABELS = {
    UrgeReason.UNREAD: "派单后未签收",
    UrgeReason.BEFORE_DUE: "即将到期",
    UrgeReason.AT_DUE: "到期",
    UrgeReason.OVERDUE: "已超期",
}
