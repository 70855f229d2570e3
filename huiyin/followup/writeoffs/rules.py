"""Until when an unsatisfied order is to be improved, and the quarter to which it counts. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta, tzinfo

from huiyin.kernel.errors import WrongState


def improve_by(closed_at: datetime, days: int) -> datetime:
    """Return the moment by which the unit is to have improved, exclusive.

    Source: R-129 (requirement 116; 30 days by our default).
    """
    return closed_at + timedelta(days=days)


def quarter(day: date) -> tuple[date, date]:
    """Return the first day of the quarter of ``day`` and the first day after it.

    Source: R-129 (handbook domain.md 2.8: listed in the quarter bulletin).
    """
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    after = date(first.year + first.month // 10, (first.month + 2) % 12 + 1, 1)
    return first, after


def local_day(moment: datetime, zone: tzinfo) -> date:
    """Return the local day of a moment.

    Source: R-129 (handbook domain.md 2.8).
    """
    return moment.astimezone(zone).date()


def check_waiting(*, waits: bool) -> None:
    """Refuse a call before the unit has asked for it.

    Raises:
        WrongState: nobody has asked.

    Source: R-128 (requirement 116).
    """
    if not waits:
        raise WrongState("承办单位尚未申请销号", remedy="请等单位报送改进情况后再回访")


def check_first(*, waits: bool) -> None:
    """Refuse a second request while the first waits for its call.

    Raises:
        WrongState: one waits.

    Source: R-128 (requirement 116).
    """
    if waits:
        raise WrongState("已申请销号，等待热线回访", remedy="请等回访有结果后再申请")
