"""What a task needs, when it is late and when its unit is reminded. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from huiyin.followup.tasks.states import Step, TaskState
from huiyin.kernel.errors import Invalid, WrongState
from huiyin.worktime.calendar import SHANGHAI

SHORTEST = 4
LONGEST = 500
LONGEST_REPORT = 2000
LATEST = timedelta(days=3 * 366)


def ends_at(day: date) -> datetime:
    """Return when a task that is due on ``day`` is late: the midnight that ends the day.

    Source: R-440 (requirement 138; handbook domain.md 2.8).
    """
    return datetime.combine(day + timedelta(days=1), time(), SHANGHAI)


def check_duty(*, what: str, unit: bool, due_on: date | None, today: date) -> None:
    """Refuse a task that does not say what is to be done, by whom and until when.

    Raises:
        Invalid: names every missing field.

    Source: R-440 (requirements 111, 138).
    """
    wrong = {}
    if not SHORTEST <= len(what) <= LONGEST:
        wrong["what"] = f"请写明要做什么，{SHORTEST}–{LONGEST} 个字"
    if not unit:
        wrong["unit"] = "请选择责任单位"
    if due_on is None or due_on < today:
        wrong["due_on"] = "请填写完成日期，不能早于今天"
    elif due_on > today + LATEST:
        wrong["due_on"] = "完成日期过远，请核对"
    if wrong:
        raise Invalid("；".join(wrong.values()), fields=wrong)


def check_report(said: str) -> None:
    """Refuse a report that does not say what was done.

    Raises:
        Invalid: too short or too long.

    Source: R-441 (requirement 138).
    """
    if not SHORTEST <= len(said) <= LONGEST_REPORT:
        words = f"请写明办理结果，{SHORTEST}–{LONGEST_REPORT} 个字"
        raise Invalid(words, fields={"said": words})


def check_standing(state: TaskState, step: Step) -> None:
    """Refuse a step that the task does not allow where it stands.

    Raises:
        WrongState: says where it stands.

    Source: R-441 (requirement 138).
    """
    if state not in step.sources:
        raise WrongState(
            f"任务现为“{state.label}”，不能{step.label}", remedy="请刷新页面查看", state=state.value
        )


def reminder_day(due_on: date, today: date, *, before: Collection[int], every: int) -> date | None:
    """Return the latest day up to ``today`` on which a unit is to be reminded; None before all.

    Args:
        due_on: the last day of the task.
        today: the day of the question.
        before: so many days before the last day.
        every: once it is late, on the first day and then every so many days; 0 for never.

    Source: R-442 (requirement 138; rhythm is our default).
    """
    days = [due_on - timedelta(days=n) for n in before]
    first_late = due_on + timedelta(days=1)
    if every and today >= first_late:
        days.append(first_late + timedelta(days=(today - first_late).days // every * every))
    return max((day for day in days if day <= today), default=None)
