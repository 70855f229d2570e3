"""The words of a file that somebody sends: plain text, a Word document, a PDF that holds words.

A scan is a picture: what cannot be read whole is refused with the pages that lack, never half read.
"""

from __future__ import annotations

import io
import re
import zipfile
from xml.etree import ElementTree

from huiyin.kernel.errors import Invalid, TooLarge, WrongType
from huiyin.kernel.text import clean

LARGEST = 20 * 2**20
MOST_PAGES = 300
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PICTURES = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"II*\x00", b"MM\x00*", b"BM")
_REMEDY = "请先做文字识别，或上传 Word、文本，或把正文粘贴到下面"
_KNOWN = "请上传 Word（.docx）、文本（.txt）或有文字的 PDF"


def words_of(name: str, content: bytes) -> str:
    """Return the text of a file, known by its first bytes; ``name`` is only for the messages.

    Raises:
        TooLarge: more than 20 MB or 300 pages.
        WrongType: no text, Word document or PDF, or a picture.
        Invalid: it is empty, broken or locked, or pages of it are scans.

    Source: R-481 (requirements 15, 119; handbook domain.md 2.9).
    """
    if len(content) > LARGEST:
        raise TooLarge(f"“{name}”超过 20 MB")
    if not content.strip():
        raise Invalid(f"“{name}”是空文件")
    if content.startswith(b"%PDF-"):
        read = _of_pdf(name, content)
    elif content.startswith(b"PK\x03\x04"):
        read = _of_word(name, content)
    elif content.startswith(_PICTURES):
        raise WrongType(f"“{name}”是图片，没有文字", remedy=_REMEDY)
    else:
        read = _of_text(name, content)
    found = clean(read, lines=True)
    if not found:
        raise Invalid(f"“{name}”里没有文字", remedy=_REMEDY)
    return found


def _of_text(name: str, content: bytes) -> str:
    if b"\x00" not in content:
        for encoding in ("utf-8-sig", "gb18030"):
            try:
                return content.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise WrongType(f"“{name}”不是能读出文字的文件", remedy=_KNOWN)


def _of_word(name: str, content: bytes) -> str:
    """Return the paragraphs of a Word document, without headers, notes and comments."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            part = parts.getinfo("word/document.xml")
            if part.file_size > LARGEST:
                raise TooLarge(f"“{name}”展开后超过 20 MB")
            raw = parts.read(part)
        if b"<!DOCTYPE" in raw:
            raise WrongType(f"“{name}”不是通常的 Word 文件", remedy=_KNOWN)
        tree = ElementTree.fromstring(raw)  # noqa: S314 - without a document type nothing expands
    except KeyError as error:
        raise WrongType(f"“{name}”不是 Word 文件", remedy=_KNOWN) from error
    except (zipfile.BadZipFile, ElementTree.ParseError, RuntimeError, OSError) as error:
        raise Invalid(f"“{name}”已损坏或有密码，读不出文字") from error
    return "\n".join(_paragraph(each) for each in tree.iter(f"{_WORD}p"))


def _paragraph(paragraph: ElementTree.Element) -> str:
    signs = {f"{_WORD}tab": " ", f"{_WORD}br": "\n"}
    parts = (
        each.text or "" if each.tag == f"{_WORD}t" else signs.get(each.tag, "")
        for each in paragraph.iter()
    )
    return "".join(parts)


def _of_pdf(name: str, content: bytes) -> str:
    """Return the text of a PDF page by page; a page that is a picture makes it a scan."""
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    pages, scanned = [], []
    try:
        paper = PdfReader(io.BytesIO(content))
        if paper.is_encrypted:
            raise Invalid(f"“{name}”有密码，读不出文字")
        if len(paper.pages) > MOST_PAGES:
            raise TooLarge(f"“{name}”超过 {MOST_PAGES} 页")
        for number, page in enumerate(paper.pages, 1):
            read = page.extract_text()
            pages.append(read)
            if not re.search(r"\w", read) and "/XObject" in (page.get("/Resources") or {}):
                scanned.append(number)
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Invalid(f"“{name}”已损坏，读不出文字") from error
    if scanned:
        which = f"第 {'、'.join(map(str, scanned[:5]))} 页"
        where = "" if len(scanned) == len(pages) else which
        raise Invalid(f"“{name}”{where}是扫描件，没有文字", remedy=_REMEDY)
    return "\n".join(pages)
