"""What a bulletin is made of, how often it comes out, where it stands and the steps between."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class BulletinState(StrEnum):
    """通报、报告的状态：拟稿、送审、已签发、作废。"""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    ISSUED = "issued"
    DROPPED = "dropped"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _STATES[self][0]

    @property
    def tone(self) -> str:
        """Return the colour of its tag."""
        return _STATES[self][1]


_STATES = {
    BulletinState.DRAFT: ("拟稿", "grey"),
    BulletinState.SUBMITTED: ("待签发", "amber"),
    BulletinState.ISSUED: ("已签发", "green"),
    BulletinState.DROPPED: ("已作废", "grey"),
}


class Rhythm(StrEnum):
    """How often a kind comes out; ``EVENT``: when there is reason."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    EVENT = ""

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _RHYTHMS[self]


_RHYTHMS = {
    Rhythm.DAY: "每日",
    Rhythm.WEEK: "每周",
    Rhythm.MONTH: "每月",
    Rhythm.QUARTER: "每季度",
    Rhythm.YEAR: "每年",
    Rhythm.EVENT: "随时",
}


class Scope(StrEnum):
    """Whose figures: of the whole city, or of the units of one county."""

    CITY = "city"
    COUNTY = "county"


class Audience(StrEnum):
    """To whom it goes: to every unit within its scope, or to chosen ones alone."""

    UNITS = "units"
    CHOSEN = "chosen"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"units": "范围内全部承办单位", "chosen": "只发给下面选定的"}[self.value]


class PartKind(StrEnum):
    """The tables that a bulletin may hold; the editor's text comes before them."""

    FIGURES = "figures"
    CALLS = "calls"
    RANKING = "ranking"
    LISTS = "lists"
    BEHIND = "behind"
    GROUPS = "groups"
    HOT = "hot"
    TOTALS = "totals"
    DISCUSS = "discuss"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _PARTS[self]


_PARTS = {
    PartKind.FIGURES: "主要指标",
    PartKind.CALLS: "话务情况",
    PartKind.RANKING: "各单位名次",
    PartKind.LISTS: "榜单",
    PartKind.BEHIND: "超期和不满意",
    PartKind.GROUPS: "诉求内容归类",
    PartKind.HOT: "热点诉求",
    PartKind.TOTALS: "开通以来累计",
    PartKind.DISCUSS: "提请会议讨论的事项",
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that can be done with a bulletin: from where, and to where."""

    verb: str
    label: str
    sources: frozenset[BulletinState]
    target: BulletinState


_S = BulletinState
EDIT = Step("edit", "修改", frozenset({_S.DRAFT}), _S.DRAFT)
REFRESH = Step("refresh", "重新取数", frozenset({_S.DRAFT}), _S.DRAFT)
SUBMIT = Step("submit", "送审", frozenset({_S.DRAFT}), _S.SUBMITTED)
SEND_BACK = Step("send_back", "退回修改", frozenset({_S.SUBMITTED}), _S.DRAFT)
ISSUE = Step("issue", "签发", frozenset({_S.SUBMITTED}), _S.ISSUED)
DROP = Step("drop", "作废", frozenset({_S.DRAFT, _S.SUBMITTED}), _S.DROPPED)
CORRECT = Step("correct", "出更正", frozenset({_S.ISSUED}), _S.DRAFT)
STEPS = (EDIT, REFRESH, SUBMIT, SEND_BACK, ISSUE, DROP, CORRECT)
BY_VERB = {step.verb: step for step in STEPS}
