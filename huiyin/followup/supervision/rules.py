"""When a unit is urged, why, and with which words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from huiyin.followup.supervision.states import UrgeReason

AT_DUE = 100
_SOON = timedelta(minutes=30)


def reason_of_mark(mark: int) -> UrgeReason:
    """Return why a reminder at ``mark`` per cent of the time is sent.

    Source: R-182 (handbook domain.md 2.8, 4.3: urge at 50, 80, 100 per cent).
    """
    if mark < AT_DUE:
        return UrgeReason.BEFORE_DUE
    return UrgeReason.AT_DUE if mark == AT_DUE else UrgeReason.OVERDUE


def reason_now(*, signed: bool, due_at: datetime | None, now: datetime) -> UrgeReason:
    """Return why a unit is urged by a person at this moment.

    Overdue comes before unread: it is the graver of the two.

    Source: R-184 (requirement 59; handbook domain.md 2.8).
    """
    if due_at is not None and now >= due_at + _SOON:
        return UrgeReason.OVERDUE
    if due_at is not None and now >= due_at - _SOON:
        return UrgeReason.AT_DUE
    return UrgeReason.BEFORE_DUE if signed else UrgeReason.UNREAD


def script(reason: UrgeReason, *, number: str, title: str, due: str) -> str:
    """Return what the caller says to the unit.

    Source: R-183 (requirement 59).
    """
    matter = f"您好，这里是 12345 热线。工单 {number}“{title}”"
    if reason is UrgeReason.UNREAD:
        return f"{matter}派给贵单位后还没有签收，请今天签收并安排办理。"
    if reason is UrgeReason.OVERDUE:
        return f"{matter}应在 {due} 前回复，现已超期。请问办到哪一步，何时回复？"
    return f"{matter}要在 {due} 前回复，请问办理有无困难，能否按时回复？"


def number(series: str, year: int, seq: int) -> str:
    """Return a number as it is printed: ``督〔2026〕12号``.

    Source: R-411 (handbook domain.md 3.2: supervision number).
    """
    return f"{series}〔{year}〕{seq}号"
