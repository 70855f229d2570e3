"""What the ladder looks at, to whom it goes, and what is done."""

from __future__ import annotations

from enum import StrEnum


class Condition(StrEnum):
    """升级条件; the figure or tag beside it comes from the row of the city."""

    OVERDUE_DAYS = "overdue_days"
    OVERDUE_HOURS = "overdue_hours"
    UNREAD_DAYS = "unread_days"
    ROUNDS = "rounds"
    REPEATED = "repeated"
    COLLECTIVE = "collective"
    TAG = "tag"


WORDS = {
    Condition.OVERDUE_DAYS: "超过办理时限满 {} 个工作日",
    Condition.OVERDUE_HOURS: "超过办理时限满 {} 小时",
    Condition.UNREAD_DAYS: "派单后满 {} 天未签收",
    Condition.ROUNDS: "第 {} 轮及以上办理",
    Condition.REPEATED: "同一诉求人同类诉求 {} 次以上",
    Condition.COLLECTIVE: "同一事件 {} 件以上诉求",
    Condition.TAG: "有风险标签“{}”",
}


class Addressee(StrEnum):
    """升级到谁."""

    UNIT_HEAD = "unit_head"
    SUPERVISING = "supervising"
    SUPERIOR = "superior"
    TEAM = "team"
    CENTRE_HEAD = "centre_head"
    DEPUTY_MAYOR = "deputy_mayor"
    DISCIPLINE = "discipline"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return ADDRESSEES[self]


ADDRESSEES = {
    Addressee.UNIT_HEAD: "单位负责人",
    Addressee.SUPERVISING: "检查督促单位",
    Addressee.SUPERIOR: "主管部门",
    Addressee.TEAM: "督办组",
    Addressee.CENTRE_HEAD: "热线中心负责人",
    Addressee.DEPUTY_MAYOR: "分管市领导",
    Addressee.DISCIPLINE: "纪检监察机关",
}


class Action(StrEnum):
    """What the ladder does: it tells, or it drafts a supervision order for a person to issue."""

    NOTIFY = "notify"
    MANDATE = "mandate"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"notify": "告知", "mandate": "拟督办单"}[self.value]
