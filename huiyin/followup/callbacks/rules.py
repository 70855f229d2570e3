"""When a call-back counts as done, refused or impossible. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from huiyin.kernel.errors import Invalid, Refused
from huiyin.orders.states import Satisfaction, Solved


def is_content(solved: Solved, grade: Satisfaction) -> bool:
    """Tell whether the answers let the case be closed: solved at least partly, and satisfied.

    Source: R-80 (handbook domain.md 2.10 five grades, 4.3).
    """
    return solved is not Solved.NO and grade.is_content


def check_answers(solved: Solved | None, grade: Satisfaction | None) -> tuple[Solved, Satisfaction]:
    """Return both answers. Raises Invalid when one is missing.

    Source: R-80 (requirement 9; handbook domain.md 4.2 call-back).
    """
    wrong = {}
    if solved is None:
        wrong["solved"] = "请选择是否解决"
    if grade is None:
        wrong["satisfaction"] = "请选择满意程度"
    if solved is None or grade is None:
        raise Invalid("请回答两个问题", fields=wrong)
    return solved, grade


def check_unreached(attempts: Iterable[datetime], *, least: int, days: int, zone: tzinfo) -> None:
    """Refuse to give up before ``least`` attempts on ``days`` different local days.

    Raises:
        Refused: says what is missing.

    Source: R-81 (handbook domain.md 2.4 X08, 4.3: n attempts on two days or more).
    """
    moments = list(attempts)
    on_days = {moment.astimezone(zone).date() for moment in moments}
    if len(moments) < least or len(on_days) < days:
        raise Refused(
            f"还不能按无法联系结案：已联系 {len(moments)} 次、{len(on_days)} 天",
            remedy=f"须在 {days} 天内至少联系 {least} 次",
        )


def check_tried_enough(*, by_message: int, by_phone: int, messages: int) -> None:
    """Refuse to close as unsatisfied before the surveys and one call.

    Args:
        by_message: surveys sent; ``by_phone``: calls in which the citizen was reached.
        by_phone: see above.
        messages: surveys that the city asks for.

    Raises:
        Refused: says what is missing.

    Source: R-82 (handbook domain.md 2.8: two SMS surveys and one call).
    """
    if by_phone < 1:
        raise Refused("还没有电话回访，不能按不满意结案", remedy="请先电话回访并说明情况")
    if by_message < messages:
        raise Refused(
            f"短信回访只有 {by_message} 次，不能按不满意结案",
            remedy=f"须先发送 {messages} 次短信回访",
        )
