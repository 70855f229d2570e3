"""Official papers of the supervision: one record that the page and the PDF both print."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import render

from huiyin.orgs import queries as orgs
from huiyin.web.staff import StaffRequest
from huiyin.web.workbench.papers_pdf import draw
from huiyin.worktime.calendar import SHANGHAI


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a paper: its head, the names of the columns, their widths, rows, and a note.

    ``links`` holds for each row where its cells lead on the page, empty for nowhere.
    """

    head: str
    columns: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    links: tuple[tuple[str, ...], ...] = ()

    @property
    def linked(self) -> list[list[tuple[str, str]]]:
        """Return the rows with the address to which each cell leads."""
        nowhere = ("",) * len(self.columns)
        links = self.links or (nowhere,) * len(self.rows)
        return [list(zip(*both, strict=True)) for both in zip(self.rows, links, strict=True)]


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper says, as plain lines."""

    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, tuple[str, ...]], ...]
    tables: tuple[Table, ...] = ()
    closing: tuple[str, ...] = ()
    printed: str = ""
    back: str = ""
    back_label: str = ""
    pdf: str = ""
    notice: tuple[str, str] = field(default=("", ""))


def city_name() -> str:
    """Return the name of the city for the head of a paper."""
    city = orgs.city()
    return city.name if city else ""


def said_moment(moment: datetime | None) -> str:
    """Return an instant in the words of a paper."""
    if moment is None:
        return "—"
    local = moment.astimezone(SHANGHAI)
    return f"{local.year} 年 {local.month} 月 {local.day} 日 {local:%H:%M}"


def said_until(due_at: datetime | None) -> str:
    """Return the end of a limit in the words of a paper; midnight ends the day before."""
    if due_at is None or due_at.astimezone(SHANGHAI).time() != time.min:
        return said_moment(due_at)
    return f"{said_day(due_at - timedelta(days=1))} 24:00"


def said_day(moment: datetime) -> str:
    """Return a local day in the words of a paper."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year} 年 {local.month} 月 {local.day} 日"


def shown(request: StaffRequest, paper: Paper) -> HttpResponse:
    """Show a paper as a page to print."""
    return render(request, "workbench/paper.html", {"paper": paper})


def sent(paper: Paper, name: str) -> HttpResponse:
    """Send a paper as PDF."""
    response = HttpResponse(draw(paper), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    return response
