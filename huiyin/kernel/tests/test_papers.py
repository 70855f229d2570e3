"""Files are read into words whole, or refused with what to do."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from fpdf import FPDF
from PIL import Image

from huiyin.kernel import papers
from huiyin.kernel.errors import Refused

_SPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def word(body: str, *, part: str = "word/document.xml") -> bytes:
    """Return a Word document."""
    into = io.BytesIO()
    with zipfile.ZipFile(into, "w") as parts:
        parts.writestr(part, f'<w:document xmlns:w="{_SPACE}"><w:body>{body}</w:body></w:document>')
    return into.getvalue()


def pdf(pages: Sequence[str], *, locked: bool = False) -> bytes:
    """Return a PDF; a page without words is a picture, "blank" is empty."""
    paper = FPDF()
    paper.set_font("helvetica", size=12)
    if locked:
        paper.set_encryption("owner", "user")
    for each in pages:
        paper.add_page()
        if not each:
            paper.image(Image.new("RGB", (40, 40), "grey"), w=40)
        elif each != "blank":
            paper.cell(text=each)
    return bytes(paper.output())


LINES = (
    "<w:p><w:r><w:t>一、先问好。</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>二、再</w:t></w:r><w:r><w:t>记录。</w:t></w:r></w:p>"
)


@pytest.mark.rule("R-481")
@pytest.mark.parametrize(
    ("content", "read"),
    [
        ("一、先问好。\r\n二、再记录。".encode(), "一、先问好。\n二、再记录。"),
        ("供热办法".encode("gb18030"), "供热办法"),
        (word(LINES), "一、先问好。\n二、再记录。"),
        (pdf(["Rule 1", "blank", "Rule 2"]), "Rule 1\n\nRule 2"),
    ],
)
def test_words_of_a_file(content: bytes, read: str) -> None:
    assert papers.words_of("办法", content) == read


@pytest.mark.rule("R-481")
@pytest.mark.parametrize(
    ("content", "status", "why"),
    [
        (b"", 422, "空文件"),
        (pdf(["", ""]), 422, "“办法”是扫描件"),
        (pdf(["Rule 1", ""]), 422, "第 2 页是扫描件"),
        (pdf(["Rule 1"], locked=True), 422, "密码"),
        (pdf(["blank"]), 422, "没有文字"),
        (b"%PDF-1.7 broken", 422, "已损坏"),
        (b"\x89PNG\r\n\x1a\n", 415, "是图片"),
        (b"\xff\x00\x01", 415, "不是能读出文字的文件"),
        (word("", part="xl/workbook.xml"), 415, "不是 Word"),
        (word("<w:p>"), 422, "已损坏"),
        (word("").replace(b"<w:document", b"<!DOCTYPE !"), 422, "已损坏"),
        (b"PK\x03\x04 broken", 422, "已损坏"),
        (b"x" * (papers.LARGEST + 1), 413, "20 MB"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(content: bytes, status: int, why: str) -> None:
    with pytest.raises(Refused, match=why) as refusal:
        papers.words_of("办法", content)
    assert refusal.value.status == status
