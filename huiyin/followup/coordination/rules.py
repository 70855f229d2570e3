"""What a flag, a meeting, a decision and a joint case need. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from huiyin.followup.coordination.states import (
    FlagKind,
    FlagState,
    JointState,
    MeetingState,
    MeetingStep,
    Outcome,
)
from huiyin.kernel.errors import Conflict, Invalid, WrongState
from huiyin.worktime.calendar import WorkCalendar

SHORTEST = 4
LONGEST = {
    "title": 80, "reason": 1000, "place": 80, "chair": 40, "decision": 2000, "minutes": 8000,
    "goal": 1000, "summary": 2000, "said": 2000, "duty": 200, "attendee": 60,
}  # fmt: skip
FARTHEST = timedelta(days=366)
MOST_WEEKS, LONGEST_NOTE = 53, 200
_WEEK = timedelta(days=7)


def check_words(words: dict[str, str], needed: dict[str, str]) -> None:
    """Refuse words that are missing or too long.

    Args:
        words: the cleaned texts by field.
        needed: what to call the fields that must not be empty.

    Raises:
        Invalid: names every wrong field.

    Source: R-443 (requirement 138).
    """
    wrong = {
        name: f"请写明{what}，至少 {SHORTEST} 个字"
        for name, what in needed.items()
        if len(words[name]) < SHORTEST
    }
    wrong |= {
        name: f"最多 {LONGEST[name]} 个字"
        for name, said in words.items()
        if len(said) > LONGEST[name]
    }
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_flag(kind: FlagKind, *, order: bool, category: bool, units: int) -> None:
    """Refuse a case without an order, and a boundary question without a class or two units.

    Raises:
        Invalid: names every missing field.

    Source: R-443, R-446 (requirement 138; handbook domain.md 2.8).
    """
    wrong = {}
    if kind is FlagKind.CASE and not order:
        wrong["order"] = "请填写工单编号"
    if kind is FlagKind.BOUNDARY and not category:
        wrong["category"] = "请选择这类事项的分类"
    if kind is FlagKind.BOUNDARY and units < 2:
        wrong["units"] = "请填写有争议的单位，至少两个"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_flag_state(state: FlagState, wanted: FlagState, what: str) -> None:
    """Refuse what a flag does not allow where it stands.

    Raises:
        WrongState: says where it stands.

    Source: R-443 (requirement 138).
    """
    if state is not wanted:
        raise WrongState(f"这件事项现为“{state.label}”，不能{what}", state=state.value)


def check_meeting(state: MeetingState, step: MeetingStep) -> None:
    """Refuse a step that the meeting does not allow where it stands.

    Raises:
        WrongState: says where it stands.

    Source: R-444 (requirement 138).
    """
    if state not in step.sources:
        raise WrongState(
            f"会议现为“{state.label}”，不能{step.label}", remedy="请刷新页面查看", state=state.value
        )


def check_time(held_at: datetime | None, now: datetime) -> None:
    """Refuse a meeting without a time, in the past or too far ahead.

    Raises:
        Invalid: names the field.

    Source: R-444 (requirement 138).
    """
    if held_at is None or not now < held_at <= now + FARTHEST:
        words = "请填写开会时间，须在现在之后一年以内"
        raise Invalid(words, fields={"held_at": words})


def check_call(*, points: int, units: int) -> None:
    """Refuse to call a meeting about nothing or without anybody.

    Raises:
        Conflict: says what is missing.

    Source: R-444 (requirement 138).
    """
    if not points:
        raise Conflict("还没有议题", remedy="请先把待协调的事项列入议程")
    if not units:
        raise Conflict("还没有参会单位", remedy="请先添加参会单位")


def check_held(held_at: datetime, now: datetime) -> None:
    """Refuse to tell of a meeting before its time.

    Raises:
        Conflict: it has not begun.

    Source: R-444 (requirement 138).
    """
    if now < held_at:
        raise Conflict("还没有到开会时间", remedy="会后再记录决定")


def check_decision(outcome: Outcome, *, decision: str, duties: int) -> None:
    """Refuse a decision that says nothing or gives nobody anything to do.

    Raises:
        Invalid: names every missing field.

    Source: R-445 (requirement 138).
    """
    wrong = {}
    if outcome is Outcome.NONE:
        wrong["outcome"] = "请选择议定结果"
    if len(decision) < SHORTEST:
        wrong["decision"] = f"请写明决定或不能决定的原因，至少 {SHORTEST} 个字"
    elif len(decision) > LONGEST["decision"]:
        wrong["decision"] = f"最多 {LONGEST['decision']} 个字"
    if outcome is Outcome.DECIDED and not duties:
        wrong["duties"] = "请写明由谁做什么、何时完成"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_conclude(undecided: int) -> None:
    """Refuse minutes while a point of the agenda has no outcome.

    Raises:
        Conflict: says how many.

    Source: R-445 (requirement 138).
    """
    if undecided:
        raise Conflict(f"还有 {undecided} 个议题没有结果", remedy="请逐项记录决定，或记为下次再议")


def check_joint(state: JointState, what: str) -> None:
    """Refuse to change a joint case that is closed.

    Raises:
        WrongState: it is closed.

    Source: R-449 (requirement 108).
    """
    if state is not JointState.OPEN:
        raise WrongState(f"联合办理已办结，不能{what}", state=state.value)


def check_close(unfinished: int) -> None:
    """Refuse to close a joint case while milestones are open.

    Raises:
        Conflict: says how many.

    Source: R-449 (requirement 108).
    """
    if unfinished:
        raise Conflict(f"还有 {unfinished} 个节点没有完成", remedy="请先确认或取消各节点任务")


def turn_days(first: date, weeks: int, calendar: WorkCalendar) -> list[date]:
    """Return the days of the weekly meeting: every seventh day, put off while it is a holiday.

    A week without a working day from that weekday on has no meeting.

    Source: R-585 (requirement 45).
    """
    found = []
    for week in range(weeks):
        start = first + week * _WEEK
        days = (start + timedelta(days=more) for more in range(_WEEK.days))
        day = next((day for day in days if calendar.is_working(day)), None)
        if day is not None and day - start < _WEEK - timedelta(days=start.weekday()):
            found.append(day)
    return found


def check_turns(first: date | None, weeks: int | None, *, people: int, today: date) -> None:
    """Refuse turns in the past, without people, or of too many weeks.

    Raises:
        Invalid: names every wrong field.

    Source: R-585 (requirement 45).
    """
    wrong = {}
    if first is None or not today <= first <= today + FARTHEST:
        wrong["first"] = "请填写第一次例会的日期，今天起一年以内"
    if weeks is None or not 1 <= weeks <= MOST_WEEKS:
        wrong["weeks"] = f"请填写 1 到 {MOST_WEEKS} 周"
    if not people:
        wrong["people"] = "请填写轮值的人"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_exchange(day: date, note: str, *, today: date) -> None:
    """Refuse to change a turn that is over, or without saying why.

    Raises:
        Invalid: no reason is given.
        Conflict: the day is over.

    Source: R-585 (requirement 45).
    """
    if day < today:
        raise Conflict("这次例会已经过去", remedy="轮值只能改今天以后的")
    if not note or len(note) > LONGEST_NOTE:
        words = f"请写明换班原因，最多 {LONGEST_NOTE} 个字"
        raise Invalid(words, fields={"note": words})
