"""Where a round and a request stand, why an order is left out, and what is listed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RoundState(StrEnum):
    """A round of assessment 考核期: open, shown to the units, frozen, published."""

    OPEN = "open"
    PREVIEW = "preview"
    FROZEN = "frozen"
    PUBLISHED = "published"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _ROUNDS[self]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"open": "grey", "preview": "amber", "frozen": "blue", "published": "green"}[self]


_ROUNDS = {
    RoundState.OPEN: "已开启",
    RoundState.PREVIEW: "预告核对",
    RoundState.FROZEN: "已冻结",
    RoundState.PUBLISHED: "已发布",
}
FIXED = frozenset({RoundState.FROZEN, RoundState.PUBLISHED})


class RequestState(StrEnum):
    """Where a request to leave out an order, or an objection to a figure, stands."""

    WAITING = "waiting"
    SECOND = "second"
    GRANTED = "granted"
    REFUSED = "refused"
    APPEALED = "appealed"
    UPHELD = "upheld"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _REQUESTS[self]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return {"granted": "green", "refused": "red", "upheld": "red"}.get(self.value, "amber")


_REQUESTS = {
    RequestState.WAITING: "待审核",
    RequestState.SECOND: "待第二人复核",
    RequestState.GRANTED: "同意",
    RequestState.REFUSED: "不同意",
    RequestState.APPEALED: "已申诉，待复审",
    RequestState.UPHELD: "维持不同意",
}
OPEN_REQUESTS = frozenset({RequestState.WAITING, RequestState.SECOND, RequestState.APPEALED})


@dataclass(frozen=True, slots=True)
class Ground:
    """A ground on which an order is left out 剔除: its proof, and from what it is left out.

    ``only`` names the indicators that it touches; empty: all. ``two`` asks for two reviewers.
    """

    code: str
    label: str
    proof: str
    only: tuple[str, ...] = ()
    two: bool = False


_CONTENT = ("satisfied", "first_satisfied")
GROUNDS: dict[str, Ground] = {
    ground.code: ground
    for ground in (
        Ground("X01", "紧急热线事项", "转接记录"),
        Ground("X02", "已进入法定途径或信访程序", "程序编号"),
        Ground("X03", "已办理事项重复反映且无新情况", "前一件工单的编号"),
        Ground("X04", "涉密或涉及隐私", "说明"),
        Ground("X05", "不属于任何单位职责", "目录条目或裁定"),
        Ground("X06", "违法或违背公序良俗的要求", "依据条款"),
        Ground("X07", "虚假、恶意、扰乱秩序", "报案线索编号", two=True),
        Ground("X08", "多日多次无法联系", "联系记录"),
        Ground("X09", "有效期内的疑难备案事项", "备案编号"),
        Ground("X10", "调解或执法案件（只剔除满意率）", "案件编号", only=_CONTENT),
        Ground("X11", "派单有误，经审核认可", "异议裁定"),
        Ground("X12", "诉求人撤回", "通话录音或记录"),
    )
}  # fmt: skip


class Listing(StrEnum):
    """The lists of a round: four classes 四类, and the contests of other cities."""

    ADVANCED = "advanced"
    PROGRESS = "progress"
    RECTIFICATION = "rectification"
    GOVERNANCE = "governance"
    BEST = "best"
    WORST = "worst"
    RED = "red"
    BLACK = "black"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return LISTINGS[self]


LISTINGS = {
    Listing.ADVANCED: "先进类",
    Listing.PROGRESS: "进步类",
    Listing.RECTIFICATION: "整改类",
    Listing.GOVERNANCE: "治理类",
    Listing.BEST: "十佳",
    Listing.WORST: "三差",
    Listing.RED: "红榜",
    Listing.BLACK: "黑榜",
}
