"""What a referral needs. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from huiyin.followup.referrals.states import ReferralState, ReferralStep
from huiyin.kernel.errors import Invalid, NotAllowed, WrongState

LONGEST = {"title": 80, "agency": 40, "facts": 3000, "basis": 500}
LONGEST_NOTE = 1000
MOST_ORDERS = 50
_NEEDED = {
    "title": (2, "请写明事项"),
    "agency": (2, "请写明移送给哪个机关"),
    "facts": (20, "请写明事实，至少 20 个字"),
    "basis": (2, "请写明依据"),
}


def check_proposal(words: Mapping[str, str], *, unit: bool, orders: int) -> None:
    """Refuse a proposal without subject, agency, facts, basis, unit or orders.

    Raises:
        Invalid: names every missing field.

    Source: R-423 (requirements 27, 155).
    """
    wrong = {
        name: say for name, (least, say) in _NEEDED.items() if len(words[name].strip()) < least
    }
    wrong |= {
        name: f"最多 {most} 个字" for name, most in LONGEST.items() if len(words[name]) > most
    }
    if not unit:
        wrong["unit"] = "请选择被移送的单位"
    if not 1 <= orders <= MOST_ORDERS:
        wrong["orders"] = f"请填写 1–{MOST_ORDERS} 件工单"
    if wrong:
        raise Invalid("移送材料不全：" + "；".join(wrong.values()), fields=wrong)


def check_step(step: ReferralStep, state: ReferralState, note: str) -> None:
    """Refuse a step from another state, or without the words that it needs.

    Raises:
        WrongState: says where it stands.
        Invalid: names the field.

    Source: R-423 (requirements 27, 155).
    """
    if state is not step.source:
        raise WrongState(f"这份移送现为“{state.label}”，不能{step.label}", state=state.value)
    if not 2 <= len(note) <= LONGEST_NOTE:
        words = f"请写明{step.asks}，2–{LONGEST_NOTE} 个字"
        raise Invalid(f"请写明{step.asks}", fields={"note": words})


def check_second_person(proposer: int, decider: int | None) -> None:
    """Refuse a decision by the person who proposed.

    Raises:
        NotAllowed: it is the same person, or nobody.

    Source: R-424 (requirement 155: two persons; our own).
    """
    if decider is None or decider == proposer:
        raise NotAllowed("提出和审批问责移送须由两人分别办理", remedy="请由另一位负责人审批")
