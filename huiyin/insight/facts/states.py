"""What a line of facts measures, and by which day it is counted."""

from __future__ import annotations

from enum import StrEnum


class Window(StrEnum):
    """The day by which a line belongs to a period."""

    ACCEPTED = "accepted_on"
    DISPATCHED = "dispatched_on"
    DUE = "due_on"
    CLOSED = "closed_on"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _WINDOWS[self]


_WINDOWS = {
    Window.ACCEPTED: "登记日期",
    Window.DISPATCHED: "首次派给本单位的日期",
    Window.DUE: "办理到期日期",
    Window.CLOSED: "办结日期",
}

# Of the whole order; only the line of the unit that leads it now (or of none) carries them.
ORDER_MEASURES: dict[str, str] = {
    "valid": "有效诉求",
    "accepted": "已受理",
    "direct": "直接答复",
    "handed": "已派单",
    "sent": "有派单时限的派单",
    "sent_in_time": "按时派单",
    "repeat": "重复诉求",
    "closed": "办结",
    "asked_for": "应回访的办结",
    "redone": "重办过",
    "once": "首轮办结",
    "tried": "已回访",
    "reached": "有效回访",
    "solved_yes": "回访已解决",
    "solved_partly": "回访部分解决",
    "grade_5": "非常满意",
    "grade_4": "满意",
    "grade_3": "基本满意",
    "grade_2": "不满意",
    "grade_1": "非常不满意",
    "first_reached": "首轮有效回访",
    "first_content": "首轮满意（前两档）",
    "first_fair": "首轮基本满意",
}
# Of one unit's part in it.
PART_MEASURES: dict[str, str] = {
    "dispatched": "派给本单位",
    "owed": "应当响应",
    "signed": "按时签收",
    "contacted": "按时联系",
    "responded": "按时签收并按时联系",
    "returned": "申请退单",
    "return_granted": "退单获准",
    "return_refused": "退单被驳回",
    "return_late": "过了签收时限才退",
    "extended": "延期",
    "due": "有办理时限",
    "on_time": "按时回复",
    "replied": "已回复",
    "urged": "催办",
}
MEASURES: dict[str, str] = ORDER_MEASURES | PART_MEASURES
GRADES = {
    "very_satisfied": "grade_5",
    "satisfied": "grade_4",
    "fairly_satisfied": "grade_3",
    "unsatisfied": "grade_2",
    "very_unsatisfied": "grade_1",
}
