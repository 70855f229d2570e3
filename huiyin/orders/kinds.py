"""Kinds and grades that an order carries: channels, roles, results, links, facts."""

from __future__ import annotations

from enum import StrEnum


class LinkKind(StrEnum):
    """How one order hangs together with an earlier one; ``merged`` is the one that moves it."""

    MERGED = "merged"
    SEQUEL = "sequel"
    PARENT = "parent"
    RELATED = "related"

    @property
    def label(self) -> str:
        """Return what the other order is to this one."""
        return LINK_LABELS[self][0]

    @property
    def back(self) -> str:
        """Return what this order is to the other one."""
        return LINK_LABELS[self][1]


LINK_LABELS = {
    LinkKind.MERGED: ("并入的主单", "并入本单的诉求"),
    LinkKind.SEQUEL: ("接续的前单", "后续工单"),
    LinkKind.PARENT: ("上级工单", "分出的工单"),
    LinkKind.RELATED: ("相关工单", "相关工单"),
}


class Handing(StrEnum):
    """How an order is handed over to its lead unit 交办方式 (requirement 16)."""

    NETWORK = "network"
    TELEPHONE = "telephone"
    PAPER = "paper"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"network": "网络", "telephone": "电话", "paper": "纸质"}[self.value]


class FactKind(StrEnum):
    """What is written down beside the flow of an order 帮扶执法 (requirements 29, 70)."""

    AID = "aid"
    ENFORCEMENT = "enforcement"
    EXTERNAL = "external"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"aid": "帮扶救助", "enforcement": "执法结果", "external": "有关情况"}[self.value]


class Channel(StrEnum):
    """How a request came in (handbook 4.2)."""

    PHONE = "phone"
    WEB = "web"
    WECHAT = "wechat"
    APP = "app"
    SMS = "sms"
    MAIL = "mail"
    POLICE = "police"
    UPPER = "upper"
    MEDIA = "media"
    GRID = "grid"
    VISIT = "visit"
    API = "api"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return CHANNEL_LABELS[self]


CHANNEL_LABELS = {
    Channel.PHONE: "电话",
    Channel.WEB: "网站",
    Channel.WECHAT: "微信",
    Channel.APP: "APP",
    Channel.SMS: "短信",
    Channel.MAIL: "信箱",
    Channel.POLICE: "110 转来",
    Channel.UPPER: "上级派发",
    Channel.MEDIA: "媒体",
    Channel.GRID: "网格",
    Channel.VISIT: "走访",
    Channel.API: "系统接入",
}


class AssignmentRole(StrEnum):
    """What a unit is on an order; called by a whistle, or asked from below to study the matter."""

    LEAD = "lead"
    ASSIST = "assist"
    SUPERVISE = "supervise"
    WHISTLE = "whistle"
    RAISED = "raised"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return ROLE_LABELS[self]


ROLE_LABELS = {
    AssignmentRole.LEAD: "主办",
    AssignmentRole.ASSIST: "协办",
    AssignmentRole.SUPERVISE: "督办",
    AssignmentRole.WHISTLE: "报到",
    AssignmentRole.RAISED: "提级研究",
}


class WhistleGrade(StrEnum):
    """How the street judges what a department that it called has done 报到评价."""

    GOOD = "good"
    FAIR = "fair"
    POOR = "poor"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return WHISTLE_GRADES[self]


WHISTLE_GRADES = {
    WhistleGrade.GOOD: "满意",
    WhistleGrade.FAIR: "基本满意",
    WhistleGrade.POOR: "不满意",
}


class Outcome(StrEnum):
    """What a reply says of the result 办理结果."""

    SOLVED = "solved"
    PARTLY = "partly"
    PLANNED = "planned"
    EXPLAINED = "explained"
    NOT_SOLVED = "not_solved"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return OUTCOME_LABELS[self]


OUTCOME_LABELS = {
    Outcome.SOLVED: "已解决",
    Outcome.PARTLY: "部分解决",
    Outcome.PLANNED: "列入计划",
    Outcome.EXPLAINED: "解释说明",
    Outcome.NOT_SOLVED: "未解决",
}


class ScorePart(StrEnum):
    """The two parts of an audit 审核 (requirement 19): how well it was handled, and told."""

    SUBSTANCE = "substance"
    WORDING = "wording"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"substance": "办理质量", "wording": "文字质量"}[self.value]


class AuditOutcome(StrEnum):
    """What an audit of a reply decides 审核结论 (requirement 167)."""

    CLOSE = "close"
    HANDLE_AGAIN = "handle_again"
    RETURN = "return"
    SUPERVISE = "supervise"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return AUDIT_LABELS[self]


AUDIT_LABELS = {
    AuditOutcome.CLOSE: "通过",
    AuditOutcome.HANDLE_AGAIN: "继续办理",
    AuditOutcome.RETURN: "退回重办",
    AuditOutcome.SUPERVISE: "转督办",
}


class Satisfaction(StrEnum):
    """Five grades of satisfaction 满意度 (handbook 2.10, 好差评)."""

    VERY_SATISFIED = "very_satisfied"
    SATISFIED = "satisfied"
    FAIRLY_SATISFIED = "fairly_satisfied"
    UNSATISFIED = "unsatisfied"
    VERY_UNSATISFIED = "very_unsatisfied"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return SATISFACTION_LABELS[self]

    @property
    def is_content(self) -> bool:
        """Tell whether the grade counts as satisfied (the first three do)."""
        return self in CONTENT_GRADES


SATISFACTION_LABELS = {
    Satisfaction.VERY_SATISFIED: "非常满意",
    Satisfaction.SATISFIED: "满意",
    Satisfaction.FAIRLY_SATISFIED: "基本满意",
    Satisfaction.UNSATISFIED: "不满意",
    Satisfaction.VERY_UNSATISFIED: "非常不满意",
}
CONTENT_GRADES = frozenset(
    {Satisfaction.VERY_SATISFIED, Satisfaction.SATISFIED, Satisfaction.FAIRLY_SATISFIED}
)


class Solved(StrEnum):
    """The citizen's answer to "was it solved?"."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"yes": "已解决", "partly": "部分解决", "no": "未解决"}[self.value]


class CloseType(StrEnum):
    """How an order ended 办结方式 (handbook 4.3)."""

    DIRECT = "direct"
    SATISFIED = "satisfied"
    SOLVED = "solved"
    EXPLAINED = "explained"
    PLANNED = "planned"
    MERGED = "merged"
    FILED = "filed"
    TERMINATED = "terminated"
    UNSATISFIED = "unsatisfied"
    UNREACHED = "unreached"
    WITHDRAWN = "withdrawn"
    TRANSFERRED = "transferred"
    REFUSED = "refused"
    WRITTEN_OFF = "written_off"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return CLOSE_LABELS[self]


CLOSE_LABELS = {
    CloseType.DIRECT: "直接答复",
    CloseType.SATISFIED: "满意办结",
    CloseType.SOLVED: "解决办结",
    CloseType.EXPLAINED: "解释办结",
    CloseType.PLANNED: "列入计划",
    CloseType.MERGED: "并单",
    CloseType.FILED: "备案答复",
    CloseType.TERMINATED: "终止",
    CloseType.UNSATISFIED: "不满意结案",
    CloseType.UNREACHED: "无法联系",
    CloseType.WITHDRAWN: "撤诉",
    CloseType.TRANSFERRED: "转出",
    CloseType.REFUSED: "不予受理",
    CloseType.WRITTEN_OFF: "销号办结",
}
