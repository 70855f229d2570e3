"""Official papers drawn as PDF, A4, with an embedded subset of a Chinese font."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fpdf import FPDF
from fpdf.fonts import FontFace

from huiyin.web.workbench.sheet_pdf import FONT, Footed

if TYPE_CHECKING:
    from huiyin.web.workbench.papers import Paper, Table

_LINE, _ROW, _SMALL, _SMALLEST = 6.5, 5.5, 9, 5.5
_MANY = 60
_PLAIN = FontFace(emphasis="")


def draw(paper: Paper) -> bytes:
    """Return a paper as a PDF file.

    Source: R-418 (requirement 163; docs/decisions/0011-order-sheet.md).
    """
    page = Footed(format="A4")
    page.add_font("song", fname=str(FONT))
    page.foot = f"{paper.number}    {paper.printed}"
    page.set_title(f"{paper.title} {paper.number}")
    page.set_margins(20, 18)
    page.set_auto_page_break(auto=True, margin=20)
    page.add_page()
    page.set_font("song", size=18)
    page.multi_cell(0, 11, paper.title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("song", size=11)
    page.cell(0, 8, paper.number, align="C", new_x="LMARGIN", new_y="NEXT")
    if paper.notice[1]:
        _text(page, "", (paper.notice[1],))
    _facts(page, paper.facts)
    for head, lines in paper.parts:
        _text(page, head, lines)
    for table in paper.tables:
        _table(page, table)
    page.ln(6)
    page.set_font("song", size=11)
    for line in paper.closing:
        page.cell(0, 8, line, align="R", new_x="LMARGIN", new_y="NEXT")
    return bytes(page.output())


def _facts(page: FPDF, facts: tuple[tuple[str, str], ...]) -> None:
    if not facts:
        return
    page.set_font("song", size=10.5)
    widths = (26, 90)
    with page.table(col_widths=widths, line_height=_LINE, first_row_as_headings=False) as table:
        for pair in facts:
            row = table.row()
            for cell in pair:
                row.cell(cell)


def _text(page: FPDF, head: str, lines: tuple[str, ...]) -> None:
    if head:
        _head(page, head)
    page.set_font("song", size=10.5)
    for line in lines:
        page.multi_cell(0, _LINE, line, new_x="LMARGIN", new_y="NEXT")


def _table(page: FPDF, found: Table) -> None:
    _head(page, found.head)
    page.set_font("song", size=_SMALL)
    if len(found.rows) > _MANY:
        _long_table(page, found)
        return
    with page.table(col_widths=found.widths, line_height=_ROW, headings_style=_PLAIN) as table:
        for cells in (found.columns, *found.rows):
            row = table.row()
            for cell in cells:
                row.cell(cell)
    _note(page, found)


def _note(page: FPDF, found: Table) -> None:
    if found.note:
        page.multi_cell(0, 5, found.note, new_x="LMARGIN", new_y="NEXT")


def _long_table(page: FPDF, found: Table) -> None:
    """Draw a table of hundreds of rows, a line each: many times as fast as one with free heights.

    The head stands on every page; what is wider than its cell is written smaller.
    """
    unit = page.epw / sum(found.widths)
    widths = [width * unit for width in found.widths]
    _long_row(page, found.columns, widths)
    for row in found.rows:
        if page.will_page_break(_ROW):
            page.add_page()
            _long_row(page, found.columns, widths)
        _long_row(page, row, widths)
    page.set_font("song", size=_SMALL)
    _note(page, found)


def _long_row(page: FPDF, cells: tuple[str, ...], widths: list[float]) -> None:
    for cell, width in zip(cells, widths, strict=True):
        page.set_font_size(_SMALL)
        room, needed = width - 2 * page.c_margin, page.get_string_width(cell)
        if needed > room:
            page.set_font_size(max(_SMALLEST, _SMALL * room / needed))
        page.cell(width, _ROW, cell, border=1)
    page.ln(_ROW)


def _head(page: FPDF, words: str) -> None:
    page.ln(3)
    page.set_font("song", size=12)
    page.cell(0, 8, words, new_x="LMARGIN", new_y="NEXT")
