"""The life of a supervision order 督办单 as one table: states, steps, who takes them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class MandateState(StrEnum):
    """Where a supervision order stands 督办状态."""

    DRAFT = "draft"
    TO_SIGN = "to_sign"
    IN_PROGRESS = "in_progress"
    TO_REVIEW = "to_review"
    DONE = "done"
    DROPPED = "dropped"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return LABELS[self][1]


S = MandateState
LABELS = {
    S.DRAFT: ("拟稿", "grey"),
    S.TO_SIGN: ("待签收", "blue"),
    S.IN_PROGRESS: ("办理中", "blue"),
    S.TO_REVIEW: ("待审核", "amber"),
    S.DONE: ("已销号", "green"),
    S.DROPPED: ("未发出", "grey"),
    S.WITHDRAWN: ("已撤回", "grey"),
}
FINAL = frozenset({S.DONE, S.DROPPED, S.WITHDRAWN})
# The unit has it, or its answer is being read.
OPEN = frozenset({S.TO_SIGN, S.IN_PROGRESS, S.TO_REVIEW})


class MandateSide(StrEnum):
    """Who takes a step: the supervisors, the unit, or whoever checks regularly."""

    CENTRE = "centre"
    UNIT = "unit"
    CHECKER = "checker"
    SYSTEM = "system"


class Origin(StrEnum):
    """Who began it: a person, or the escalation ladder."""

    PERSON = "person"
    LADDER = "ladder"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"person": "人工发起", "ladder": "升级规则拟稿"}[self.value]


@dataclass(frozen=True, slots=True)
class MandateStep:
    """One thing that can be done with a supervision order; without target its state stays."""

    verb: str
    label: str
    past: str
    sources: frozenset[MandateState]
    target: MandateState | None
    side: MandateSide
    note: str = ""
    needed: bool = True


C, U = MandateSide.CENTRE, MandateSide.UNIT


def _from(*states: MandateState) -> frozenset[MandateState]:
    return frozenset(states)


DRAFT = MandateStep("draft", "拟稿", "拟稿", _from(), S.DRAFT, C)
REVISE = MandateStep("revise", "修改", "修改督办单", _from(S.DRAFT), None, C)
ISSUE = MandateStep("issue", "发出", "发出督办单", _from(S.DRAFT), S.TO_SIGN, C)
DROP = MandateStep("drop", "不发出", "决定不发出", _from(S.DRAFT), S.DROPPED, C, "不发出的理由")
SIGN = MandateStep("sign", "签收", "单位签收", _from(S.TO_SIGN), S.IN_PROGRESS, U)
REPLY = MandateStep(
    "reply", "反馈", "单位反馈", _from(S.IN_PROGRESS), S.TO_REVIEW, U, "办理情况和整改措施"
)
ASK_EXTENSION = MandateStep(
    "ask_extension", "申请延期", "申请延期", _from(S.IN_PROGRESS), None, U, "延期理由"
)
GRANT_EXTENSION = MandateStep(
    "grant_extension", "同意延期", "同意延期", _from(S.IN_PROGRESS), None, C, "说明", needed=False
)
REFUSE_EXTENSION = MandateStep(
    "refuse_extension", "不同意延期", "不同意延期", _from(S.IN_PROGRESS), None, C, "不同意的理由"
)
SEND_BACK = MandateStep(
    "send_back", "退回重报", "退回重报", _from(S.TO_REVIEW), S.IN_PROGRESS, C, "还要做什么"
)
CANCEL = MandateStep("cancel", "销号", "销号", _from(S.TO_REVIEW), S.DONE, C, "销号理由")
WITHDRAW = MandateStep(
    "withdraw", "撤回", "撤回督办单", _from(S.TO_SIGN, S.IN_PROGRESS), S.WITHDRAWN, C, "撤回原因"
)
ACT = MandateStep("act", "记录措施", "采取督办措施", OPEN, None, C, "情况和结果")
CHECK_IN = MandateStep(
    "check_in", "检查督促", "检查督促", OPEN, None, MandateSide.CHECKER, "检查到的情况"
)
MISS_CHECK = MandateStep(
    "miss_check", "检查逾期", "未按期检查，已提级提醒", OPEN, None, MandateSide.SYSTEM
)
OVERDUE = MandateStep(
    "overdue", "反馈超期", "未按期反馈", _from(S.TO_SIGN, S.IN_PROGRESS), None, MandateSide.SYSTEM
)
STEPS: tuple[MandateStep, ...] = (
    DRAFT, REVISE, ISSUE, DROP, SIGN, REPLY, ASK_EXTENSION, GRANT_EXTENSION, REFUSE_EXTENSION,
    CANCEL, SEND_BACK, WITHDRAW, ACT, CHECK_IN, MISS_CHECK, OVERDUE,
)  # fmt: skip
BY_VERB = {step.verb: step for step in STEPS}
