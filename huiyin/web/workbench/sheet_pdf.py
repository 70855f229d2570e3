"""The order sheet drawn as PDF, A4, with an embedded subset of a Chinese font."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pylopdf_fonts_zh_cn
from fpdf import FPDF
from fpdf.fonts import FontFace

if TYPE_CHECKING:
    from huiyin.web.workbench.sheet import Sheet

FONT = Path(pylopdf_fonts_zh_cn.__file__).parent / "NotoSerifSC-Regular.otf"
_LINE, _SMALL, _SIGNED = 7, 6, 14
_PLAIN = FontFace(emphasis="")


class Footed(FPDF):
    """A page whose foot says number and page."""

    foot = ""

    def footer(self) -> None:
        """Write number, printing and page at the foot of each page."""
        self.set_y(-15)
        self.set_font("song", size=8)
        self.cell(0, 8, f"{self.foot}    第 {self.page_no()} 页，共 {{nb}} 页", align="C")


def draw(sheet: Sheet) -> bytes:
    """Return the sheet as a PDF file.

    Source: R-152 (requirement 163: order document 承办单).
    """
    page = Footed(format="A4")
    page.add_font("song", fname=str(FONT))
    page.foot = f"{sheet.number}    {sheet.printed}"
    page.set_title(f"{sheet.title} {sheet.number}")
    page.set_margins(20, 18)
    page.set_auto_page_break(auto=True, margin=20)
    page.add_page()
    page.set_font("song", size=18)
    page.cell(0, 12, sheet.title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font("song", size=11)
    page.cell(0, 8, f"编号：{sheet.number}", align="C", new_x="LMARGIN", new_y="NEXT")
    _facts(page, sheet)
    _text(page, "诉求内容", [sheet.content, *sheet.matters])
    _text(page, "办理期限", [sheet.deadline, *([sheet.why] if sheet.why else [])])
    _units(page, sheet)
    _text(page, "历次办理要求", [f"{when}：{said}" for when, said in sheet.instructions] or ["—"])
    _replies(page, sheet)
    _signatures(page)
    return bytes(page.output())


def _facts(page: FPDF, sheet: Sheet) -> None:
    page.set_font("song", size=10.5)
    with page.table(
        col_widths=(18, 40, 18, 40), line_height=_LINE, first_row_as_headings=False
    ) as table:
        for left, right in zip(sheet.facts[::2], sheet.facts[1::2], strict=True):
            row = table.row()
            for name, value in (left, right):
                row.cell(name)
                row.cell(value)


def _units(page: FPDF, sheet: Sheet) -> None:
    _head(page, "承办单位")
    page.set_font("song", size=10)
    widths = (16, 40, 44, 70)
    with page.table(col_widths=widths, line_height=_SMALL, headings_style=_PLAIN) as table:
        for cells in (("承办", "单位", "期限", "要求"), *sheet.units):
            row = table.row()
            for cell in cells:
                row.cell(cell)


def _replies(page: FPDF, sheet: Sheet) -> None:
    """Write each reply, and under it who signed it and when, with the picture of the signature."""
    for each in sheet.replies:
        _text(page, f"办理回复（{each.head}）", [each.said])
        name, when = f"签发人：{each.sign_off}", f"签发时间：{each.at}"
        if not each.picture:
            _text_line(page, f"{name}    {when}", _SMALL)
            continue
        page.cell(page.get_string_width(name) + 2, _SIGNED, name)
        x, y = page.get_x(), page.get_y()
        drawn = page.image(BytesIO(each.picture), x=x, y=y, h=_SIGNED)
        page.set_xy(x + drawn.rendered_width + 4, y)
        _text_line(page, when, _SIGNED)


def _text_line(page: FPDF, line: str, height: float) -> None:
    page.cell(0, height, line, new_x="LMARGIN", new_y="NEXT")


def _text(page: FPDF, head: str, lines: list[str]) -> None:
    _head(page, head)
    page.set_font("song", size=10.5)
    for line in lines:
        page.multi_cell(0, _SMALL, line, new_x="LMARGIN", new_y="NEXT")


def _head(page: FPDF, words: str) -> None:
    page.ln(3)
    page.set_font("song", size=12)
    page.cell(0, 8, words, new_x="LMARGIN", new_y="NEXT")


def _signatures(page: FPDF) -> None:
    page.ln(6)
    page.set_font("song", size=10.5)
    with page.table(
        col_widths=(24, 36, 24, 36), line_height=14, first_row_as_headings=False
    ) as table:
        for cells in (("承办人", "", "单位负责人", ""), ("办结日期", "", "单位盖章", "")):
            row = table.row()
            for cell in cells:
                row.cell(cell)
