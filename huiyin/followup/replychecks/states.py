"""What a look at a reply may find."""

from __future__ import annotations

from enum import StrEnum


class Finding(StrEnum):
    """One kind of weakness of a reply, in the order in which they are told."""

    PASSED_ON = "passed_on"
    COPIED = "copied"
    OFF_TOPIC = "off_topic"
    TOO_SHORT = "too_short"
    NO_PROCESS = "no_process"
    NO_RESULT = "no_result"
    NO_CONTACT = "no_contact"
    NO_BASIS = "no_basis"
    NO_DATE = "no_date"
    ASKS_BACK = "asks_back"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self]


LABELS: dict[Finding, str] = {
    Finding.PASSED_ON: "只说转办，没有答复",
    Finding.COPIED: "与以前答复别的事的内容雷同",
    Finding.OFF_TOPIC: "答非所问",
    Finding.TOO_SHORT: "内容太少",
    Finding.NO_PROCESS: "没有写办理过程",
    Finding.NO_RESULT: "没有写办理结果",
    Finding.NO_CONTACT: "没有联系诉求人",
    Finding.NO_BASIS: "没有写依据",
    Finding.NO_DATE: "承诺没有时间",
    Finding.ASKS_BACK: "要诉求人再提供情况",
}
