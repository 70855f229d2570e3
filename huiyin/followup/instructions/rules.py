"""What an instruction needs and when it may be answered and closed. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from huiyin.followup.instructions.states import InstructionState, Step
from huiyin.kernel.errors import Conflict, Invalid, WrongState

SHORTEST = 4
LONGEST = {
    "title": 120, "leader": 40, "office": 60, "words": 2000, "feedback": 2000, "note": 500,
}  # fmt: skip


def check_instruction(
    said: Mapping[str, str], *, pictures: int, given_on: date | None, reply_by: date | None,
    today: date,
) -> None:  # fmt: skip
    """Refuse an instruction without subject, leader, day, words or picture, and reply date.

    Args:
        said: title, leader, office and words, cleaned.
        pictures: how many files show the instruction itself.
        given_on: the day on which it was given; not after today.
        reply_by: until when the leader is to be answered; not before today.
        today: the day of the registration.

    Raises:
        Invalid: names every wrong field.

    Source: R-447 (requirements 111, 154).
    """
    wrong = {}
    if not said["title"]:
        wrong["title"] = "请填写工单编号，或报告标题"
    if len(said["leader"]) < 2:
        wrong["leader"] = "请填写批示领导姓名"
    if len(said["office"]) < 2:
        wrong["office"] = "请填写批示领导职务"
    if not said["words"] and not pictures:
        wrong["words"] = "请填写批示内容，或上传批示件"
    wrong |= {
        name: f"最多 {LONGEST[name]} 个字"
        for name, words in said.items()
        if len(words) > LONGEST[name]
    }
    if given_on is None or given_on > today:
        wrong["given_on"] = "请填写批示日期，不能晚于今天"
    if reply_by is None or reply_by < today:
        wrong["reply_by"] = "请填写反馈期限，不能早于今天"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_standing(state: InstructionState, step: Step) -> None:
    """Refuse a step that the instruction does not allow where it stands.

    Raises:
        WrongState: says where it stands.

    Source: R-447 (requirement 111).
    """
    if state not in step.sources:
        raise WrongState(
            f"批示现为“{state.label}”，不能{step.label}", remedy="请刷新页面查看", state=state.value
        )


def check_feedback(said: str, *, tasks: int, unfinished: int) -> None:
    """Refuse a feedback to the leader before units have done what they were asked.

    Raises:
        Conflict: no task was given, or some are open.
        Invalid: nothing is said.

    Source: R-450 (requirements 111, 154: result reported to leaders).
    """
    if not tasks:
        raise Conflict("还没有交办任务", remedy="请先把批示交给承办单位")
    if unfinished:
        raise Conflict(f"还有 {unfinished} 项任务没有完成", remedy="请先确认或取消各项任务")
    if not SHORTEST <= len(said) <= LONGEST["feedback"]:
        words = f"请写明办理情况，{SHORTEST}–{LONGEST['feedback']} 个字"
        raise Invalid(words, fields={"feedback": words})
