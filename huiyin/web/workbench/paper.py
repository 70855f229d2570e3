"""An official paper drawn as PDF: heading, number, facts, headed texts and tables. A4."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fpdf import FPDF
from fpdf.fonts import FontFace

from huiyin.web.workbench.sheet_pdf import FONT

_LINE, _SMALL = 7, 6
_PLAIN = FontFace(emphasis="")


@dataclass(frozen=True, slots=True)
class Part:
    """A headed part of a paper: lines of text, then perhaps a table whose first row is its head."""

    head: str
    lines: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    widths: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper says, as plain lines: page and PDF print the same."""

    title: str
    number: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[Part, ...]
    printed: str


class _Page(FPDF):
    """A page whose foot says number and page."""

    foot = ""

    def footer(self) -> None:
        """Write number, printing and page at the foot of each page."""
        self.set_y(-15)
        self.set_font("song", size=8)
        self.cell(0, 8, f"{self.foot}    第 {self.page_no()} 页，共 {{nb}} 页", align="C")


def draw(paper: Paper) -> bytes:
    """Return the paper as a PDF file."""
    page = _Page(format="A4")
    page.add_font("song", fname=str(FONT))
    page.foot = f"{paper.number}    {paper.printed}"
    page.set_title(f"{paper.title} {paper.number}")
    page.set_margins(20, 18)
    page.set_auto_page_break(auto=True, margin=20)
    page.add_page()
    page.set_font("song", size=18)
    page.multi_cell(0, 12, paper.title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("song", size=11)
    page.cell(0, 8, f"编号：{paper.number}", align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("song", size=10.5)
    with page.table(col_widths=(18, 100), line_height=_LINE, first_row_as_headings=False) as table:
        for name, value in paper.facts:
            row = table.row()
            row.cell(name)
            row.cell(value)
    for part in paper.parts:
        _part(page, part)
    return bytes(page.output())


def _part(page: FPDF, part: Part) -> None:
    page.ln(3)
    page.set_font("song", size=12)
    page.multi_cell(0, 8, part.head, new_x="LMARGIN", new_y="NEXT")
    page.set_font("song", size=10.5)
    for line in part.lines:
        page.multi_cell(0, _SMALL, line, new_x="LMARGIN", new_y="NEXT")
    if part.table:
        _table(page, part.table, part.widths)


def _table(page: FPDF, rows: Sequence[Sequence[str]], widths: tuple[int, ...]) -> None:
    page.set_font("song", size=10)
    with page.table(col_widths=widths, line_height=_SMALL, headings_style=_PLAIN) as table:
        for cells in rows:
            row = table.row()
            for cell in cells:
                row.cell(cell)
