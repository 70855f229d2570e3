"""Where a referral stands, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReferralState(StrEnum):
    """From the proposal to the answer of the agency 移送状态."""

    PROPOSED = "proposed"
    SENT = "sent"
    ENDED = "ended"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LABELS[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return LABELS[self][1]


S = ReferralState
LABELS = {
    S.PROPOSED: ("待审批", "amber"),
    S.SENT: ("已移送", "red"),
    S.ENDED: ("已反馈", "green"),
    S.REFUSED: ("未同意", "grey"),
    S.WITHDRAWN: ("已撤回", "grey"),
}


@dataclass(frozen=True, slots=True)
class ReferralStep:
    """One thing done with a referral; ``decides`` is what only a second person may do."""

    verb: str
    label: str
    source: ReferralState
    target: ReferralState
    asks: str
    decides: bool = False


APPROVE = ReferralStep("approve", "同意移送", S.PROPOSED, S.SENT, "审批意见", decides=True)
REFUSE = ReferralStep("refuse", "不同意", S.PROPOSED, S.REFUSED, "不同意的理由", decides=True)
WITHDRAW = ReferralStep("withdraw", "撤回", S.PROPOSED, S.WITHDRAWN, "撤回原因")
END = ReferralStep("end", "记录反馈", S.SENT, S.ENDED, "处理结果")
STEPS = (APPROVE, REFUSE, WITHDRAW, END)
BY_VERB = {step.verb: step for step in STEPS}
