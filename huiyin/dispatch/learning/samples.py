"""Labelled and unlabelled messages from CSV files, with the rows that cannot be used and why."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huiyin.kernel.errors import Invalid

LABEL_LONGEST = 80
TEXT_LONGEST = 200_000
"""Characters of a field that are kept; a model reads no more than the first few thousand."""
TIMES = ("time", "created_at", "date", "时间", "日期", "留言时间", "登记时间", "来电时间")
_NAMES = {
    "title": ("title", "subject", "标题", "主题", "诉求标题", "工单标题", "留言主题"),
    "detail": (
        "detail",
        "content",
        "text",
        "message",
        "内容",
        "诉求内容",
        "工单内容",
        "反映内容",
        "留言详情",
        "详情",
        "正文",
    ),
    "label": ("label", "category", "类别", "分类", "标签", "诉求类别", "事项分类", "一级标签"),
}
_SHOWN = 200
_UNREAD: dict[type[OSError], str] = {
    FileNotFoundError: "没有这个文件",
    IsADirectoryError: "这是文件夹",
    PermissionError: "没有读取的权限",
}
_DELIMITERS = (",", "\t", ";")
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_FORMS = ("%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message with the label that was confirmed for it, and when it came."""

    title: str
    detail: str
    label: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file: a message, or what is wrong with it."""

    number: int
    title: str = ""
    detail: str = ""
    label: str = ""
    at: datetime | None = None
    problem: str = ""


def rows(path: Path, *, labelled: bool, named: Mapping[str, str] | None = None) -> Iterator[Row]:
    """Yield the rows of a CSV file in order, numbered from 1 without the heading.

    Columns: title and detail (one may be missing or empty), label when ``labelled``, a time if
    there is one, in any order among others. UTF-8 with or without mark, GB 18030, or what a
    spreadsheet calls Unicode text; parted by commas, tabs or semicolons.

    Args:
        path: the file.
        labelled: whether each row must have a label.
        named: how the file calls title, detail or label, where it calls them otherwise.

    Raises:
        Invalid: there is no such file, it cannot be read, or it lacks the columns.
    """
    text = _text(path)
    csv.field_size_limit(2_000_000_000)
    head, delimiter = _head(text, named or {})
    columns = _columns(path, head, named or {}, labelled=labelled)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        next(reader, None)
        for cells in reader:
            if cells:
                number += 1
                yield _row(number, cells, columns, len(head), labelled=labelled)
    except csv.Error as error:
        raise Invalid(
            f"{path} 不是能读的 CSV：第 {reader.line_num} 行附近有误（{error}）"
        ) from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        why = _UNREAD.get(type(error), error.strerror)
        raise Invalid(f"读不了 {path}：{why}") from error
    wide = raw.startswith(_WIDE)
    if b"\x00" in raw and not wide:
        raise Invalid(f"{path} 不是 CSV 文本")
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(f"{path} 不是 UTF-8 也不是 GB 18030 编码的文本")


def _head(text: str, named: Mapping[str, str]) -> tuple[list[str], str]:
    """Return the names of the columns, and what parts them."""
    line = next(io.StringIO(text, newline=None), "")
    heads = []
    for delimiter in _DELIMITERS:
        cells = next(csv.reader([line], delimiter=delimiter), [])
        heads.append(([cell.strip().lower() for cell in cells], delimiter))
    return max(heads, key=lambda each: len(_found(each[0], named)))


def _found(head: Sequence[str], named: Mapping[str, str]) -> dict[str, int]:
    """Return where the columns stand that are known by their names."""
    found = {}
    for name, usual in _NAMES.items():
        names = (named[name].strip().lower(),) if named.get(name) else usual
        if there := [each for each in names if each in head]:
            found[name] = head.index(there[0])
    return found


def _columns(
    path: Path, head: Sequence[str], named: Mapping[str, str], *, labelled: bool
) -> dict[str, int]:
    found = _found(head, named)
    has = "、".join(name for name in head if name)[:_SHOWN] or "空的"
    for name, said in named.items():
        if said and name not in found:
            raise Invalid(f"{path} 没有“{said}”列", remedy=f"第一行是：{has}")
    remedy = f"第一行是：{has}；应是列名 title,detail,label，或用 --title、--detail、--label 指明"
    if "title" not in found and "detail" not in found:
        raise Invalid(f"{path} 缺少 title 或 detail 列", remedy=remedy)
    if labelled and "label" not in found:
        raise Invalid(f"{path} 缺少 label 列", remedy=remedy)
    at = next((head.index(name) for name in TIMES if name in head), None)
    return found | ({} if at is None else {"at": at})


def _row(
    number: int, cells: list[str], columns: dict[str, int], width: int, *, labelled: bool
) -> Row:
    said = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
    title, detail, label = (said.get(name, "") for name in ("title", "detail", "label"))
    needed = {"label"} if labelled else set()
    if any(cell.strip() for cell in cells[width:]) or not needed <= set(said):
        return Row(number, problem=f"应有 {width} 列，实有 {len(cells)} 列")
    if not title and not detail:
        return Row(number, problem="标题和内容都是空的")
    if labelled and not label:
        return Row(number, problem="没有类别")
    if labelled and len(label) > LABEL_LONGEST:
        return Row(number, problem=f"类别超过 {LABEL_LONGEST} 字")
    at = _moment(said.get("at", ""))
    return Row(number, title[:TEXT_LONGEST], detail[:TEXT_LONGEST], label, at)


def _moment(raw: str) -> datetime | None:
    """Return a time in one of the usual forms, without a zone; None when it is none."""
    if not raw:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(raw, form)  # noqa: DTZ007 - only their order counts
        except ValueError:
            continue
    try:
        return datetime.fromisoformat(raw).replace(tzinfo=None)
    except ValueError:
        return None
