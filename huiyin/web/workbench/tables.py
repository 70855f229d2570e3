"""Tables that are sent for spreadsheets, and the days that figures are asked for."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict

from huiyin.web.workbench.lists import harmless
from huiyin.worktime.calendar import SHANGHAI

LONGEST_SPAN = timedelta(days=2 * 366)
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a page of figures, both included; ``wrong`` says what was asked amiss."""

    since: date
    until: date
    wrong: str = ""

    @property
    def query(self) -> str:
        """Return the days as they stand in an address."""
        return urlencode({"since": self.since.isoformat(), "until": self.until.isoformat()})

    @property
    def name(self) -> str:
        """Return the days as they stand in the name of a file."""
        return f"{self.since:%Y%m%d}-{self.until:%Y%m%d}"


def days_asked(asked: QueryDict, now: datetime, *, usual: int = 30) -> Days:
    """Return the days that an address asks for; the last ``usual`` ones when it does not say."""
    today = now.astimezone(SHANGHAI).date()
    since, wrong = _day(asked.get("since", ""), today - timedelta(usual))
    until, also_wrong = _day(asked.get("until", ""), today)
    said = "日期格式不对" if wrong or also_wrong else ""
    if since > until:
        said = "开始日期不能晚于结束日期"
    elif until - since > LONGEST_SPAN:
        said = "最多查两年"
    return Days(today - timedelta(usual), today, said) if said else Days(since, until)


def _day(raw: str, usual: date) -> tuple[date, bool]:
    if not raw:
        return usual, False
    try:
        found = date.fromisoformat(raw)
    except ValueError:
        return usual, True
    return (found, False) if _FIRST <= found <= _LAST else (usual, True)


def sheet(heads: Sequence[str], rows: Iterable[Sequence[object]], name: str) -> HttpResponse:
    """Return a table for spreadsheets; no cell of it is taken for a formula."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows([harmless(_cell(cell)) for cell in row] for row in rows)
    response = HttpResponse(
        ("\ufeff" + text.getvalue()).encode(), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> str:
    return "" if value is None else str(value)
