"""When a call-back counts as done, refused or impossible. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, time, tzinfo

from huiyin.kernel.errors import Invalid, Refused
from huiyin.orders.states import Satisfaction, Solved


def is_content(solved: Solved, grade: Satisfaction) -> bool:
    """Tell whether the answers let the case be closed: solved at least partly, and satisfied.

    Source: R-80 (handbook domain.md 2.10 five grades, 4.3).
    """
    return solved is not Solved.NO and grade.is_content


@dataclass(frozen=True, slots=True)
class Script:
    """What a clerk says; empty kind and category fit everything."""

    kind: str
    category: str
    text: str


@dataclass(frozen=True, slots=True)
class Proof:
    """One line of the evidence for closing as unsatisfied: how often done, how often asked for."""

    what: str
    done: int
    needed: int

    @property
    def enough(self) -> bool:
        """Tell whether it has been done often enough."""
        return self.done >= self.needed


def choose_script(scripts: Iterable[Script], kind: str, category: str) -> Script | None:
    """Return the script that fits best: the longest category, then the kind; None if none fits.

    Source: R-153 (requirement 49; handbook domain.md 2.9 call-back plan).
    """
    fitting = [s for s in scripts if s.kind in ("", kind) and category.startswith(s.category)]
    return max(fitting, key=lambda s: (len(s.category), bool(s.kind)), default=None)


def not_now(moment: time, span: str, *, works: bool, workdays_only: bool) -> str:
    """Return why citizens are not called at this moment; empty when they may be.

    Args:
        moment: the local time of the day.
        span: quiet hours such as ``22:00-07:00``, half-open, may pass midnight; empty for none.
        works: whether the day is a working day.
        workdays_only: whether the city calls on working days alone.

    Source: R-154 (handbook domain.md 2.9, 5.3: days and hours allowed).
    """
    if workdays_only and not works:
        return "今天不是工作日，按规定不打回访电话"
    if not span:
        return ""
    begin, end = (time.fromisoformat(each) for each in span.split("-"))
    late, early = moment >= begin, moment < end
    quiet = (late or early) if begin > end else (late and early)
    return f"{span} 是免打扰时段，请在 {end:%H:%M} 以后再打" if quiet else ""


def check_reasons(*, content: bool, reasons: Collection[str], required: bool) -> None:
    """Refuse an unsatisfied answer without its reason, where the city asks for one.

    Raises:
        Invalid: names the field.

    Source: R-155 (requirements 104, 114: five grades plus reasons).
    """
    if required and not content and not reasons:
        raise Invalid("请选择不满意的原因", fields={"reasons": "请选择不满意的原因"})


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
            remedy=f"至少联系 {least} 次，分在 {days} 个不同的日子",
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
