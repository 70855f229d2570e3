"""Labelled and unlabelled messages from CSV files, with the rows that cannot be used and why."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from huiyin.kernel.errors import Invalid

LABEL_LONGEST = 80
TEXT_LONGEST = 200_000
TIMES = ("time", "created_at", "date", "时间", "日期")
_NAMES = {
    "title": ("title", "标题", "主题"),
    "detail": ("detail", "content", "text", "内容", "诉求内容", "详情"),
    "label": ("label", "类别", "分类", "标签"),
}
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


def rows(path: Path, *, labelled: bool) -> Iterator[Row]:
    """Yield the rows of a CSV file in order, numbered from 1 without the heading.

    Columns: title and detail (one may be missing or empty), label when ``labelled``, a time if
    there is one. UTF-8 with or without mark, or GB 18030.

    Raises:
        Invalid: there is no such file, it cannot be read, or it lacks the columns.
    """
    reader = csv.reader(io.StringIO(_text(path), newline=""))
    csv.field_size_limit(2_000_000_000)
    try:
        head = next(reader, None)
        columns = _columns(path, [name.strip().lower() for name in head or []], labelled=labelled)
        number = 0
        for cells in reader:
            if cells:
                number += 1
                yield _row(number, cells, columns, len(head or []), labelled=labelled)
    except csv.Error as error:
        raise Invalid(
            f"{path} 不是能读的 CSV：第 {reader.line_num} 行附近有误（{error}）"
        ) from error


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Invalid(f"读不了 {path}：{error.strerror}") from error
    if b"\x00" in raw:
        raise Invalid(f"{path} 不是 CSV 文本")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(f"{path} 不是 UTF-8 也不是 GB 18030 编码的文本")


def _columns(path: Path, head: list[str], *, labelled: bool) -> dict[str, int]:
    found = {
        name: head.index(next(each for each in names if each in head))
        for name, names in _NAMES.items()
        if any(each in head for each in names)
    }
    at = next((head.index(name) for name in TIMES if name in head), None)
    if "title" not in found and "detail" not in found:
        raise Invalid(
            f"{path} 缺少 title 或 detail 列", remedy="第一行应是列名：title,detail,label"
        )
    if labelled and "label" not in found:
        raise Invalid(f"{path} 缺少 label 列", remedy="第一行应是列名：title,detail,label")
    return found | ({} if at is None else {"at": at})


def _row(
    number: int, cells: list[str], columns: dict[str, int], width: int, *, labelled: bool
) -> Row:
    if len(cells) != width:
        return Row(number, problem=f"应有 {width} 列，实有 {len(cells)} 列")
    said = {name: cells[at].strip() for name, at in columns.items()}
    title, detail, label = (said.get(name, "") for name in ("title", "detail", "label"))
    if not title and not detail:
        return Row(number, problem="标题和内容都是空的")
    if len(title) + len(detail) > TEXT_LONGEST:
        return Row(number, problem=f"内容超过 {TEXT_LONGEST} 字")
    if labelled and not label:
        return Row(number, problem="没有类别")
    if labelled and len(label) > LABEL_LONGEST:
        return Row(number, problem=f"类别超过 {LABEL_LONGEST} 字")
    return Row(number, title, detail, label, _moment(said.get("at", "")))


def _moment(raw: str) -> datetime | None:
    """Return a time in one of the usual forms, without a zone; None when it is none."""
    if not raw:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(raw, form)  # noqa: DTZ007 - only their order counts
        except ValueError:
            continue
    return None
