"""The life of an article's version: states, steps and who takes them, as one table."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class VersionState(StrEnum):
    """Where one version of an article stands; the one that is published is shown."""

    DRAFT = "draft"
    REVIEW = "review"
    PUBLISHED = "published"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
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
    VersionState.DRAFT: ("草稿", "grey"),
    VersionState.REVIEW: ("待审核", "amber"),
    VersionState.PUBLISHED: ("已发布", "green"),
    VersionState.REPLACED: ("旧版", "grey"),
    VersionState.WITHDRAWN: ("已撤下", "red"),
    VersionState.DROPPED: ("已作废", "grey"),
}
UNDER_WORK = (VersionState.DRAFT, VersionState.REVIEW)


class Side(StrEnum):
    """Who takes a step: who may write, who may review (never the writer), or the system."""

    WRITER = "writer"
    REVIEWER = "reviewer"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class ArticleStep:
    """One step: from which states of a version to which, by whom, and its words."""

    verb: str
    label: str
    past: str
    before: tuple[VersionState, ...]
    after: VersionState
    by: Side
    needs_note: bool = False
    two_people: bool = False


_D, _R, _P = VersionState.DRAFT, VersionState.REVIEW, VersionState.PUBLISHED
STEPS: tuple[ArticleStep, ...] = (
    ArticleStep("write", "起草", "起草", (), _D, Side.WRITER),
    ArticleStep("edit", "修改", "修改", (_D,), _D, Side.WRITER),
    ArticleStep("submit", "送审", "送审", (_D,), _R, Side.WRITER),
    ArticleStep("send_back", "退回修改", "退回修改", (_R,), _D, Side.REVIEWER, needs_note=True),
    ArticleStep("publish", "审核发布", "审核发布", (_R,), _P, Side.REVIEWER, two_people=True),
    ArticleStep("confirm", "核对无误", "核对无误", (_P,), _P, Side.REVIEWER),
    ArticleStep(
        "withdraw", "撤下", "撤下", (_P,), VersionState.WITHDRAWN, Side.REVIEWER, needs_note=True
    ),
    ArticleStep(
        "drop", "作废", "作废", (_D, _R), VersionState.DROPPED, Side.WRITER, needs_note=True
    ),
    ArticleStep("replace", "替换", "由新版替换", (_P,), VersionState.REPLACED, Side.SYSTEM),
    ArticleStep("expire", "到期", "到期撤下", (_P,), VersionState.WITHDRAWN, Side.SYSTEM),
    ArticleStep("load", "载入", "由城市配置载入", (), _P, Side.SYSTEM),
)
BY_VERB = {step.verb: step for step in STEPS}


class Visibility(StrEnum):
    """Who may read an article or a document."""

    PUBLIC = "public"
    STAFF = "staff"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return "公开" if self is Visibility.PUBLIC else "内部"


class DocumentKind(StrEnum):
    """What a document of the library is."""

    POLICY = "policy"
    RULE = "rule"
    PROCEDURE = "procedure"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"policy": "政策文件", "rule": "工作制度", "procedure": "岗位规程"}[self.value]


class UseKind(StrEnum):
    """What was done with an article."""

    USED = "used"
    RIGHT = "right"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"used": "用于答复", "right": "有用", "wrong": "不对"}[self.value]


class TaskKind(StrEnum):
    """Why somebody has to look after the knowledge base."""

    GAP = "gap"
    FREQUENT = "frequent"
    REVIEW_DUE = "review_due"
    WRONG = "wrong"
    SOURCE_CHANGED = "source_changed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return _TASKS[self]


_TASKS = {
    TaskKind.GAP: "查不到答案",
    TaskKind.FREQUENT: "常问没有问答",
    TaskKind.REVIEW_DUE: "到核对日期",
    TaskKind.WRONG: "有人说不对",
    TaskKind.SOURCE_CHANGED: "依据的文件变了",
}


class TaskState(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    DISMISSED = "dismissed"

    @property
    def label(self) -> str:
        """Return the Chinese name."""
        return {"open": "待处理", "done": "已处理", "dismissed": "不需要"}[self.value]
