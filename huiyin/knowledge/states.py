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
    FEEDBACK = "feedback"
    FINISH = "finish"
    RETURN = "return"
    RETURN_REVIEW = "return_review"
    EXTENSION_REVIEW = "extension_review"
    DISPUTE = "dispute"
    SUSPENSION = "suspension"
    AUDIT = "audit"
    CALLBACK = "callback"
    REDO = "redo"
    WHISTLE = "whistle"
    RAISING = "raising"
    SUPERVISION = "supervision"

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
    ClockKind.FEEDBACK: "首次反馈",
    ClockKind.FINISH: "办结",
    ClockKind.RETURN: "退单",
    ClockKind.RETURN_REVIEW: "退单审核",
    ClockKind.EXTENSION_REVIEW: "延期审核",
    ClockKind.DISPUTE: "争议裁定",
    ClockKind.SUSPENSION: "挂账复核",
    ClockKind.AUDIT: "审核",
    ClockKind.CALLBACK: "回访",
    ClockKind.REDO: "重派",
    ClockKind.WHISTLE: "报到",
    ClockKind.RAISING: "研究提级",
    ClockKind.SUPERVISION: "督办",
}


class LeadLevel(StrEnum):
    """At which level a matter of the catalogue is handled: by the lead or by its local unit."""

    CITY = "city"
    COUNTY = "county"
    TOWNSHIP = "township"


class LineMode(StrEnum):
    """How a department's hotline was merged into this one (handbook 1.1 row 1)."""

    WHOLE = "whole"
    DUAL = "dual"
    BRANCH = "branch"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LINE_MODE_LABELS[self]


LINE_MODE_LABELS = {
    LineMode.WHOLE: "整体并入",
    LineMode.DUAL: "双号并行",
    LineMode.BRANCH: "设分中心",
}


class Indicator(StrEnum):
    """What a scoring scheme may weigh; the formulas are in handbook 2.3 and 3.3."""

    RESPONSE = "response"
    SOLVED = "solved"
    SATISFIED = "satisfied"
    ON_TIME = "on_time"
    RETURNED = "returned"
    ANSWERED = "answered"
    COMPLETED = "completed"
    FIRST_SATISFIED = "first_satisfied"
    REDONE = "redone"
    URGED = "urged"
    KNOWLEDGE = "knowledge"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return INDICATOR_LABELS[self]


INDICATOR_LABELS = {
    Indicator.RESPONSE: "响应率",
    Indicator.SOLVED: "解决率",
    Indicator.SATISFIED: "满意率",
    Indicator.ON_TIME: "按期办结率",
    Indicator.RETURNED: "退回率",
    Indicator.ANSWERED: "答复率",
    Indicator.COMPLETED: "办结率",
    Indicator.FIRST_SATISFIED: "首次办理满意率",
    Indicator.REDONE: "再次交办率",
    Indicator.URGED: "催办率",
    Indicator.KNOWLEDGE: "知识更新及时率",
}


class ReasonGroup(StrEnum):
    """Groups of reason codes; each code carries advice for the citizen."""

    REFER = "refer"
    RETURN = "return"
    EXTENSION = "extension"
    TERMINATION = "termination"
    NO_CALLBACK = "no_callback"
    VOID = "void"
    UNSATISFIED = "unsatisfied"
    UNREACHED = "unreached"
    EMERGENCY = "emergency"


REASON_LABELS = {
    ReasonGroup.REFER: "告知其他途径",
    ReasonGroup.RETURN: "退单",
    ReasonGroup.EXTENSION: "延期",
    ReasonGroup.TERMINATION: "终止办理",
    ReasonGroup.NO_CALLBACK: "不回访",
    ReasonGroup.VOID: "作废",
    ReasonGroup.UNSATISFIED: "不满意",
    ReasonGroup.UNREACHED: "联系不上",
    ReasonGroup.EMERGENCY: "转紧急热线",
}


class TrialState(StrEnum):
    """Where a trial of changed rules stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "waiting": "正在试算", "done": "已完成", "refused": "规则有误", "failed": "未能完成",
        }[self.value]  # fmt: skip


class ArticleKind(StrEnum):
    """What a published article is."""

    NEWS = "news"
    ANSWER = "answer"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return "热线动态" if self is ArticleKind.NEWS else "精选答复"


class WordingKind(StrEnum):
    """Whose words are corrected 更正文字."""

    LIMIT = "limit"
    PARAMETER = "parameter"
    SCORING = "scoring"
    CLASS = "class"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {
            "limit": "时限",
            "parameter": "参数",
            "scoring": "计分办法",
            "class": "工单类别",
        }[self.value]


class WordingState(StrEnum):
    """Where a correction of a rule's words stands."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"asked": "待复核", "done": "已更正", "refused": "未同意"}[self.value]
