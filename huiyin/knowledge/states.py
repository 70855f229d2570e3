"""Words of the catalogue that code must know: kinds of requests, clocks, urgency, reason groups."""

from __future__ import annotations

from enum import StrEnum


class Kind(StrEnum):
    """Kind of request 诉求类型 (handbook 3.4)."""

    INQUIRY = "inquiry"
    HELP = "help"
    COMPLAINT = "complaint"
    REPORT = "report"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    OTHER = "other"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return KIND_LABELS[self]


KIND_LABELS = {
    Kind.INQUIRY: "咨询",
    Kind.HELP: "求助",
    Kind.COMPLAINT: "投诉",
    Kind.REPORT: "举报",
    Kind.SUGGESTION: "建议",
    Kind.PRAISE: "表扬",
    Kind.OTHER: "其他",
}


class Urgency(StrEnum):
    """How fast a matter must move 紧急程度."""

    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return URGENCY_LABELS[self]


URGENCY_LABELS = {
    Urgency.NORMAL: "一般",
    Urgency.URGENT: "紧急",
    Urgency.EMERGENCY: "特急",
}


class ClockKind(StrEnum):
    """What a clock measures; limits are given per clock (handbook 4.3, timers)."""

    ACCEPT = "accept"
    REVIEW = "review"
    DISPATCH = "dispatch"
    SIGN = "sign"
    CONTACT = "contact"
    FINISH = "finish"
    RETURN = "return"
    RETURN_REVIEW = "return_review"
    EXTENSION_REVIEW = "extension_review"
    AUDIT = "audit"
    CALLBACK = "callback"
    REDO = "redo"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return CLOCK_LABELS[self]


CLOCK_LABELS = {
    ClockKind.ACCEPT: "受理",
    ClockKind.REVIEW: "审查",
    ClockKind.DISPATCH: "派单",
    ClockKind.SIGN: "签收",
    ClockKind.CONTACT: "联系诉求人",
    ClockKind.FINISH: "办结",
    ClockKind.RETURN: "退单",
    ClockKind.RETURN_REVIEW: "退单审核",
    ClockKind.EXTENSION_REVIEW: "延期审核",
    ClockKind.AUDIT: "审核",
    ClockKind.CALLBACK: "回访",
    ClockKind.REDO: "重派",
}


class LeadLevel(StrEnum):
    """At which level a matter of the catalogue is handled: by the lead or by its local unit."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class ReasonGroup(StrEnum):
    """Groups of reason codes; each code carries advice for the citizen."""

    REFER = "refer"
    RETURN = "return"
    NO_CALLBACK = "no_callback"
    VOID = "void"
    UNSATISFIED = "unsatisfied"
    UNREACHED = "unreached"
    EMERGENCY = "emergency"


REASON_LABELS = {
    ReasonGroup.REFER: "告知其他途径",
    ReasonGroup.RETURN: "退单",
    ReasonGroup.NO_CALLBACK: "不回访",
    ReasonGroup.VOID: "作废",
    ReasonGroup.UNSATISFIED: "不满意",
    ReasonGroup.UNREACHED: "联系不上",
    ReasonGroup.EMERGENCY: "转紧急热线",
}


class ArticleKind(StrEnum):
    """What a published article is."""

    NEWS = "news"
    ANSWER = "answer"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return "热线动态" if self is ArticleKind.NEWS else "精选答复"
