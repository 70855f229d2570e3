"""What must hold when a street calls departments, and when a matter is raised a level. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from huiyin.kernel.errors import Invalid, NotAllowed, WrongState
from huiyin.orders.kinds import WhistleGrade

MOST_CALLED = 10
CALLERS = ("township",)
"""Kinds of units that may whistle where the city says nothing."""


def check_whistle(
    *, kind: str, callers: Collection[str], called: Collection[str], never: Collection[str]
) -> None:
    """Refuse a whistle by a unit that may not, or to nobody, to too many, or to whom it cannot go.

    Args:
        kind: of the unit that whistles.
        callers: kinds of units that may.
        called: kinds of the units that are called.
        never: kinds that nobody may call.

    Raises:
        NotAllowed: this kind of unit does not whistle.
        Invalid: no department, too many, or one of a kind that cannot be called.

    Source: R-111 (handbook domain.md 2.1 art. 16: streets whistle, departments report).
    """
    if kind not in callers:
        raise NotAllowed(
            "本单位不能吹哨", remedy="由乡镇街道吹哨；需要其他单位配合的，请联系热线中心"
        )
    if not called:
        raise Invalid("请选择要吹哨的部门", fields={"units": "必选"})
    if len(called) > MOST_CALLED:
        raise Invalid("吹哨的部门太多", fields={"units": f"一次最多 {MOST_CALLED} 个部门"})
    if any(each in never for each in called):
        raise Invalid("只能向部门和企业吹哨", fields={"units": "社区和村不用吹哨，请下派"})


def check_judgement(
    *, grade: WhistleGrade, note: str, answered: bool, due_at: datetime | None, now: datetime
) -> None:
    """Refuse a judgement before the department has answered or is late, or a bare bad grade.

    Args:
        grade: what the street gives.
        note: why.
        answered: whether the department has told its result.
        due_at: until when it had to; None without a limit, then it may be judged at any time.
        now: when.

    Raises:
        WrongState: it still has time.
        Invalid: a bad grade without a reason.

    Source: R-111 (handbook domain.md 2.1 art. 33: street and department are both assessed).
    """
    if not answered and due_at is not None and now < due_at:
        raise WrongState("部门还没有反馈，时限也还没有到", remedy="请等部门反馈后再评价")
    if grade is WhistleGrade.POOR and len(note.strip()) < 2:
        raise Invalid("不满意的请写明原因", fields={"note": "请写明哪里不满意"})


def check_raise(*, asked: int, most: int, refused: bool) -> None:
    """Refuse to raise a matter too often, or to the level that has just sent it back.

    Args:
        asked: how often it was asked in this round.
        most: how often it may be.
        refused: whether the same level has answered in this round.

    Raises:
        NotAllowed: says which.

    Source: R-113 (handbook domain.md 2.1 art. 20, 2.8: unit, district, city office).
    """
    if asked >= most:
        raise NotAllowed(f"本轮已申请提级 {asked} 次，不能再申请", remedy="请按上级的答复办理")
    if refused:
        raise NotAllowed("这一级已经答复过", remedy="仍办不了的，请提请更高一级")
